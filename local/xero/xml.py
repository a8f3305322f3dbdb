"""Answers as XML, which is what Xero gives a client that does not ask for JSON (facts/xero.md §3.1)."""

import json
from collections.abc import Iterator
from xml.sax.saxutils import escape

from local.xero.messages import Answer, Request, text_answer
from local.xero.settings import Settings

_ITEMS = {"Elements": "DataContractBase", "Addresses": "Address", "SalesTrackingCategories": "SalesTrackingCategory"}


def wants_xml(request: Request, settings: Settings) -> bool:
    accepted = request.headers.get("accept", "").lower()
    return "json" not in accepted and ("xml" in accepted or settings.xml_default)


def as_xml(answer: Answer) -> Answer:
    """The same answer in XML; what is not JSON stays as it is."""
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return answer
    body = json.loads(answer.body)
    root = "Response" if answer.status < 400 else "ApiException"
    text = "".join(_element(root, body))
    shown = text_answer(answer.status, text, "text/xml; charset=utf-8")
    shown.headers = {**answer.headers, **shown.headers}
    shown.fault, shown.delay_s = answer.fault, answer.delay_s
    return shown


def _element(name: str, value: object) -> Iterator[str]:
    if value is None:
        return
    yield f"<{name}>"
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _element(key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _element(_item(name), inner)
    else:
        yield escape(str(value).lower() if isinstance(value, bool) else str(value))
    yield f"</{name}>"


def _item(name: str) -> str:
    """Contacts hold Contact, Categories hold Category."""
    return _ITEMS.get(name) or (f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s"))
