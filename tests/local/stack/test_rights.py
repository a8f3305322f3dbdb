"""Each function acts under its own role, so a right that is missing in the template is missing on a laptop too."""

import pytest

from tests.local.stack.calls import call

pytestmark = pytest.mark.loopback


def test_a_function_may_do_what_its_role_allows_and_nothing_else(stack):
    told = call(stack, "GET", "/open/x?do=overstep").json()
    assert told == {"send": "ok", "send a batch": "ok", "purge": "AccessDenied", "scan": "AccessDeniedException"}
