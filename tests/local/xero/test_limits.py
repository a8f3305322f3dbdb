"""Rate limits: minute and day windows per organisation, their headers, and how a 429 looks (§2)."""

import pytest

from tests.local.xero.rig import Rig


def calls(xero: Rig, count: int) -> list[int]:
    return [xero.call("GET", "/Organisation").status_code for _ in range(count)]


def test_every_answer_says_what_is_left(xero: Rig) -> None:
    headers = xero.call("GET", "/Organisation").headers
    assert (headers["x-minlimit-remaining"], headers["x-daylimit-remaining"]) == ("59", "4999")
    assert headers["x-appminlimit-remaining"] == "9999"
    assert headers["xero-correlation-id"]


def test_the_call_after_the_limit_is_refused_until_the_window_ends(xero: Rig) -> None:
    assert calls(xero, 60) == [200] * 60
    refused = xero.call("GET", "/Organisation")
    assert refused.status_code == 429
    assert refused.headers["x-rate-limit-problem"] == "minute"
    assert "x-daylimit-remaining" not in refused.headers
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= 60
    xero.clock.advance(wait - 1)
    assert calls(xero, 1) == [429]
    xero.clock.advance(1)
    assert calls(xero, 1) == [200]


def test_a_refused_call_is_not_counted_for_the_day(xero: Rig) -> None:
    xero.set(minute_limit=2)
    calls(xero, 5)
    xero.clock.advance(60)
    assert xero.call("GET", "/Organisation").headers["x-daylimit-remaining"] == "4997"


def test_the_day_limit_says_to_wait_for_hours(xero: Rig) -> None:
    xero.set(day_limit=3)
    assert calls(xero, 4) == [200, 200, 200, 429]
    refused = xero.call("GET", "/Organisation")
    assert refused.headers["x-rate-limit-problem"] == "day"
    assert refused.headers["x-daylimit-remaining"] == "0"
    xero.clock.advance(int(refused.headers["retry-after"]))
    assert xero.connect().call("GET", "/Organisation").status_code == 200


def test_organisations_have_limits_of_their_own_and_one_of_the_app(xero: Rig) -> None:
    xero.connect(",".join(xero.organisations))
    xero.set(minute_limit=1, app_minute_limit=2)
    other = {"xero_tenant_id": xero.organisations[1]}
    assert calls(xero, 2) == [200, 429]
    assert xero.call("GET", "/Organisation", **other).status_code == 200
    xero.set(minute_limit=None)
    refused = xero.call("GET", "/Organisation", **other)
    assert (refused.status_code, refused.headers["x-rate-limit-problem"]) == (429, "appminute")


@pytest.mark.parametrize("lifted", [None, 0])
def test_limits_can_be_lifted(xero: Rig, lifted: int | None) -> None:
    xero.set(minute_limit=lifted, day_limit=lifted, app_minute_limit=lifted, concurrent=lifted)
    assert set(calls(xero, 100)) == {200}


def test_sign_in_and_controls_cost_nothing(xero: Rig) -> None:
    xero.http.get("/connections", headers=xero.headers)
    xero.state()
    assert xero.call("GET", "/Organisation").headers["x-minlimit-remaining"] == "59"


def test_a_call_refused_at_the_door_is_not_counted(xero: Rig) -> None:
    xero.call("GET", "/Organisation", xero_tenant_id=xero.organisations[1])
    assert xero.call("GET", "/Organisation").headers["x-minlimit-remaining"] == "59"
