"""The simulator is fast enough to rehearse on: work per call does not grow with the books.

Best of several runs by processor time, so that a busy machine does not matter.
"""

import json
import time
from collections.abc import Callable

import pytest

from local.xero.messages import Answer, Request
from tests.local.xero.papers import a_line, a_sale
from tests.local.xero.rig import API, Rig

MANY = 3_000


@pytest.fixture
def ask(make_rig: Callable[..., Rig]) -> Callable[..., tuple[Answer, float]]:
    """Answers without a wire and unjudged, with the milliseconds each took."""
    rig = Rig(settings={"minute_limit": None, "day_limit": None}).connect()
    headers = {name.lower(): value for name, value in rig.headers.items()} | {"accept": "application/json"}
    rig.sim("POST", "seed", {"contacts": 40})
    contacts = [each["ContactID"] for each in rig.state()["contacts"]]

    def ask(method: str, path: str, query: str = "", body: object = None) -> tuple[Answer, float]:
        text = json.dumps(body).encode() if body is not None else b""
        started = time.process_time()
        answer = rig.app.answer(Request(method, f"{API}{path}", query, headers, text))
        return answer, (time.process_time() - started) * 1000

    ask.contacts = contacts  # type: ignore[attr-defined]
    ask.rig = rig  # type: ignore[attr-defined]
    return ask


def fifty(contacts: list[str], batch: int) -> dict[str, object]:
    lines = [a_line(Description=f"Line {number}", Quantity=2.5) for number in range(5)]
    return {
        "Invoices": [
            a_sale(*lines, Contact={"ContactID": contacts[number % 40]}, InvoiceNumber=f"{batch}-{number}")
            for number in range(50)
        ]
    }


def test_fifty_invoices_of_five_lines_take_less_than_25_ms(ask: Callable[..., tuple[Answer, float]]) -> None:
    taken = []
    for batch in range(8):
        body = fifty(ask.contacts, batch)  # type: ignore[attr-defined]
        answer, milliseconds = ask("PUT", "/Invoices", "summarizeErrors=false", body)
        assert answer.status == 200
        taken.append(milliseconds)
    assert min(taken) < 25


def test_thousands_of_invoices_are_paged_and_found_without_scans(ask: Callable[..., tuple[Answer, float]]) -> None:
    ask.rig.sim("POST", "seed", {"invoices": MANY})  # type: ignore[attr-defined]
    pages = [ask("GET", "/Invoices", f"page={page}&pageSize=1000") for page in range(1, MANY // 1000 + 1)]
    assert all(answer.status == 200 for answer, _ in pages)
    assert min(milliseconds for _, milliseconds in pages) < 400
    found = [ask("GET", "/Invoices", "InvoiceNumbers=INV-0001,INV-0002")[1] for _ in range(5)]
    assert min(found) < 5
