"""Members over HTTP, and the tokens made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledgerlink.wiring import Wiring
from tests.support.api import Api
from token_claims.app import lambda_handler

MEMBERS = "/v1/members"
SAMPLE = Path(__file__).parents[3] / "events" / "token_claims.json"


@pytest.fixture(autouse=True)
def _same_ports(api: Api, wired: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("token_claims.app.ports", lambda: wired)


def claims(email: str = "", client: str = "", groups: tuple[str, ...] = (), verified: str = "true") -> dict[str, Any]:
    """What Cognito puts into the access token."""
    event: dict[str, Any] = json.loads(SAMPLE.read_text())
    event["request"]["userAttributes"] |= {"email": email, "email_verified": verified}
    event["request"]["groupConfiguration"]["groupsToOverride"] = list(groups)
    if client:
        event |= {"triggerSource": "TokenGeneration_ClientCredentials", "callerContext": {"clientId": client}}
        event["request"] = {"userAttributes": {}, "scopes": ["ledgerlink/crm"]}
    answer = lambda_handler(event, None)
    made: dict[str, Any] = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    return dict(made["claimsToAddOrOverride"])


def test_a_persons_token_carries_role_and_companies(api: Api) -> None:
    made = api.put(f"{MEMBERS}/Ann@Acme.example", {"role": "finance", "companies": ["acme", "other"]})
    assert (made.status, made["who"]) == (201, "ann@acme.example")
    assert claims("ANN@acme.example") == {
        "ledgerlink/role": "finance",
        "ledgerlink/companies": ["acme", "other"],
        "email": "ANN@acme.example",
    }


def test_a_clients_token_carries_role_and_companies(api: Api) -> None:
    api.put(f"{MEMBERS}/client-1", {"role": "crm", "companies": ["acme"]})
    assert claims(client="client-1") == {"ledgerlink/role": "crm", "ledgerlink/companies": ["acme"]}


def test_strangers_and_addresses_nobody_verified_get_a_token_that_opens_nothing(api: Api) -> None:
    nothing = {"ledgerlink/role": "", "ledgerlink/companies": []}
    assert claims(client="nobody") == nothing
    api.put(f"{MEMBERS}/ann@acme.example", {"role": "admin", "companies": ["*"]})
    assert claims("ann@acme.example", verified="false") == nothing | {"email": "ann@acme.example"}


def test_the_first_administrator_comes_from_the_owners_group(api: Api) -> None:
    first = claims("first@acme.example", groups=("ledgerlink-admins",))
    assert (first["ledgerlink/role"], first["ledgerlink/companies"]) == ("admin", ["*"])


def test_members_are_listed_changed_and_dropped(api: Api) -> None:
    api.put(f"{MEMBERS}/ann@acme.example", {"role": "viewer", "companies": ["acme"]})
    assert api.put(f"{MEMBERS}/ann@acme.example", {"role": "admin", "companies": ["*"]}).status == 200
    assert api.get(MEMBERS)["items"] == [{"who": "ann@acme.example", "role": "admin", "companies": ["*"]}]
    assert api.delete(f"{MEMBERS}/ann@acme.example").status == 204
    assert api.delete(f"{MEMBERS}/ann@acme.example").status == 404
    assert claims("ann@acme.example")["ledgerlink/role"] == ""


def test_only_an_administrator_of_all_companies_makes_members(api: Api) -> None:
    body = {"role": "admin", "companies": ["*"]}
    assert api.put(f"{MEMBERS}/eve@acme.example", body, companies="[acme]").status == 403
    assert api.put(f"{MEMBERS}/eve@acme.example", {"role": "king", "companies": ["*"]}).status == 422
    assert api.put(f"{MEMBERS}/eve@acme.example", {"role": "admin", "companies": ["*", "acme"]}).status == 422
