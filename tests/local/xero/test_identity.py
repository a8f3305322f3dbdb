"""Sign-in: consent, codes, rotating refresh tokens with their grace, revocation (facts/xero.md §1)."""

import base64
import hashlib
import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.local.xero.rig import CALLBACK, SCOPES, Rig

MINUTE, DAY = 60, 86_400


def back(answer: object) -> dict[str, str]:
    location = answer.headers["location"]  # type: ignore[attr-defined]
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_the_consent_page_has_a_button_for_every_organisation_and_one_to_decline(rig: Rig) -> None:
    page = rig.authorize()
    assert page.status_code == 200
    for organisation in rig.organisations:
        assert f'value="{organisation}"' in page.text
    assert 'value="deny"' in page.text


def test_the_consent_page_repeats_what_the_app_sent_without_letting_it_in_as_html(rig: Rig) -> None:
    page = rig.authorize(state='"><script>alert(1)</script>')
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_auto_answers_at_once_with_a_code_and_the_state_as_it_came(rig: Rig) -> None:
    answer = rig.authorize(rig.organisations[0], state="a b&c")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    assert back(answer)["state"] == "a b&c"
    assert back(answer)["code"]


def test_declining_comes_back_as_access_denied(rig: Rig) -> None:
    assert back(rig.authorize("deny"))["error"] == "access_denied"


@pytest.mark.parametrize("scope", ["accounting.transactions offline_access", "accounting.reports.read", "", "nonsense"])
def test_broad_and_unknown_scopes_are_refused_for_a_new_app(rig: Rig, scope: str) -> None:
    assert back(rig.authorize(rig.organisations[0], scope=scope))["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "redirect_uri", ["http://hub.example/cb", "https://hub.example/*", "nonsense", "https://hub.example/cb#x", ""]
)
def test_an_unusable_redirect_uri_is_told_to_the_person_and_never_followed(rig: Rig, redirect_uri: str) -> None:
    assert rig.authorize(rig.organisations[0], redirect_uri=redirect_uri).status_code == 400


def test_a_token_answer_holds_exactly_what_the_sdks_take(rig: Rig) -> None:
    answer = rig.redeem(rig.code())
    assert set(answer.json()) == {"access_token", "scope", "expires_in", "token_type", "refresh_token"}
    assert answer.json()["expires_in"] == 1800
    assert answer.json()["scope"] == SCOPES


def test_there_is_no_refresh_token_without_offline_access(rig: Rig) -> None:
    assert "refresh_token" not in rig.redeem(rig.code(scope="accounting.contacts")).json()


def test_an_id_token_comes_only_when_openid_was_asked_for(rig: Rig) -> None:
    assert "id_token" in rig.redeem(rig.code(scope=f"openid {SCOPES}")).json()


def test_the_access_token_names_the_event_of_its_consent(rig: Rig) -> None:
    rig.connect()
    claims = rig.tokens["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    (connection,) = rig.http.get("/connections", headers=rig.headers).json()
    assert claims["authentication_event_id"] == connection["authEventId"]
    assert claims["scope"] == SCOPES.split()


def test_client_credentials_are_taken_as_form_fields_too(rig: Rig) -> None:
    form = {"grant_type": "authorization_code", "code": rig.code(), "redirect_uri": CALLBACK}
    answer = rig.http.post("/identity/connect/token", data={**form, "client_id": "app", "client_secret": "x"})
    assert answer.status_code == 200


def test_a_code_works_once(rig: Rig) -> None:
    code = rig.code()
    assert rig.redeem(code).status_code == 200
    assert rig.redeem(code).json() == {"error": "invalid_grant"}


def test_a_code_lives_five_minutes(rig: Rig) -> None:
    code = rig.code()
    rig.clock.advance(5 * MINUTE + 1)
    assert rig.redeem(code).status_code == 400


def test_a_code_is_bound_to_its_redirect_uri(rig: Rig) -> None:
    answer = rig.token(grant_type="authorization_code", code=rig.code(), redirect_uri="https://elsewhere.example/cb")
    assert answer.json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(("verifier", "status"), [("v" * 43, 200), ("w" * 43, 400)])
def test_a_pkce_challenge_must_be_proved(rig: Rig, verifier: str, status: int) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    code = rig.code(code_challenge=challenge, code_challenge_method="S256")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    assert rig.token(**form).status_code == status


def test_every_refresh_gives_a_new_refresh_token(xero: Rig) -> None:
    second = xero.refresh(xero.tokens["refresh_token"]).json()
    assert second["refresh_token"] != xero.tokens["refresh_token"]
    assert xero.refresh(second["refresh_token"]).status_code == 200


def test_an_old_refresh_token_may_be_redeemed_again_for_thirty_minutes(xero: Rig) -> None:
    old = xero.tokens["refresh_token"]
    xero.refresh(old)
    xero.clock.advance(29 * MINUTE)
    assert xero.refresh(old).status_code == 200
    xero.clock.advance(2 * MINUTE)
    assert xero.refresh(old).json() == {"error": "invalid_grant"}


def test_redeeming_again_replaces_the_token_that_was_lost(xero: Rig) -> None:
    lost = xero.refresh(xero.tokens["refresh_token"]).json()["refresh_token"]
    kept = xero.refresh(xero.tokens["refresh_token"]).json()["refresh_token"]
    xero.clock.advance(31 * MINUTE)
    assert xero.refresh(lost).status_code == 400
    assert xero.refresh(kept).status_code == 200


def test_a_refresh_token_lives_sixty_days_from_its_last_use(xero: Rig) -> None:
    xero.clock.advance(59 * DAY)
    fresh = xero.refresh(xero.tokens["refresh_token"]).json()["refresh_token"]
    xero.clock.advance(59 * DAY)
    fresh = xero.refresh(fresh).json()["refresh_token"]
    xero.clock.advance(60 * DAY + 1)
    assert xero.refresh(fresh).json() == {"error": "invalid_grant"}


def test_revocation_ends_the_tokens_and_every_connection_of_the_person(xero: Rig) -> None:
    xero.connect(xero.organisations[1])
    answer = xero.http.post("/connect/revocation", data={"token": xero.tokens["refresh_token"]}, auth=("app", "secret"))
    assert answer.status_code == 200
    assert xero.refresh(xero.tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert xero.call("GET", "/Contacts").status_code == 401
    xero.connect(xero.organisations[0])
    (only,) = xero.http.get("/connections", headers=xero.headers).json()
    assert only["tenantId"] == xero.organisations[0]


def test_another_app_cannot_use_the_refresh_token(xero: Rig) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": xero.tokens["refresh_token"]}
    assert xero.http.post("/connect/token", data=form, auth=("other", "x")).json() == {"error": "invalid_grant"}


def test_a_named_app_is_the_only_one_and_needs_its_secret(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(client_id="app", client_secret="secret")
    assert rig.authorize(rig.organisations[0], client_id="other").status_code == 400
    wrong = rig.http.post("/connect/token", data={"grant_type": "refresh_token"}, auth=("app", "guess"))
    assert wrong.json() == {"error": "invalid_client"}
    assert rig.redeem(rig.code()).status_code == 200


def test_withdrawn_consent_is_a_403_to_the_token_and_invalid_grant_to_the_refresh(xero: Rig) -> None:
    xero.set(consent="revoked")
    assert xero.call("GET", "/Organisation").status_code == 403
    assert xero.refresh(xero.tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert xero.connect().call("GET", "/Organisation").status_code == 200
