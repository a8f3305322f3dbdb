"""Local tokens are made and refused as real ones are, and claims reach functions as API Gateway writes them."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from local.gateway.tokens import AUDIENCE, ISSUER, Tokens, Unauthorized, flattened


def a_token(key=b"k" * 32, algorithm="HS256", **claims):
    times = {"iat": datetime.now(UTC), "exp": datetime.now(UTC) + timedelta(minutes=5)}
    return jwt.encode({"iss": ISSUER, "aud": AUDIENCE, **times, **claims}, key, algorithm=algorithm)


def test_a_token_of_this_stack_is_accepted():
    tokens = Tokens()
    claims = tokens.claims(f"Bearer {tokens.issue('u1', 'a@example.com', 'finance', ['acme', 'globex'])}")
    assert claims["sub"] == "u1"
    assert claims["email"] == "a@example.com"
    assert claims["ledgerlink/role"] == "finance"
    assert claims["ledgerlink/companies"] == "[acme globex]"
    assert claims["exp"].isdigit()


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer nonsense", f"Bearer {a_token()}", f"Bearer {a_token(key=None, algorithm='none')}"],
    ids=["none", "empty", "nonsense", "other key", "unsigned"],
)
def test_everything_else_is_refused(header):
    with pytest.raises(Unauthorized):
        Tokens().claims(header)


@pytest.mark.parametrize("wrong", [{"aud": "other"}, {"iss": "other"}, {"exp": datetime(2020, 1, 1, tzinfo=UTC)}])
def test_a_token_for_somebody_else_or_of_another_day_is_refused(wrong, monkeypatch):
    tokens = Tokens()
    monkeypatch.setattr(tokens, "_key", b"k" * 32)
    assert tokens.claims(f"Bearer {a_token()}")
    with pytest.raises(Unauthorized):
        tokens.claims(f"Bearer {a_token(**wrong)}")


def test_claims_are_flattened_as_an_http_api_flattens_them():
    claims = {"list": ["a", "b"], "empty": [], "one": ["*"], "number": 7, "yes": True, "no": False, "map": {"k": 1}}
    assert flattened(claims) == {
        "list": "[a b]",
        "empty": "[]",
        "one": "[*]",
        "number": "7",
        "yes": "true",
        "no": "false",
        "map": "map[k:1]",
    }
