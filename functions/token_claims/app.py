"""Cognito's pre-token-generation trigger (V2, and V3 for machine clients): puts role and companies into tokens."""

from __future__ import annotations

from typing import Any

from ledgerlink.flows.company.members import claims_of
from ledgerlink.telemetry import entry_point, say
from ledgerlink.wiring import ports

MACHINE = "TokenGeneration_ClientCredentials"


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Whoever is nobody's member gets a token without a role, which opens nothing. A failure here refuses the token."""
    request = event.get("request") or {}
    attributes = request.get("userAttributes") or {}
    groups = (request.get("groupConfiguration") or {}).get("groupsToOverride") or ()
    if event.get("triggerSource") == MACHINE:
        claims = claims_of(ports(), event["callerContext"]["clientId"])
    else:
        verified = str(attributes.get("email_verified", "")).lower() == "true"
        claims = claims_of(ports(), attributes.get("email", "") if verified else "", groups=groups)
        claims["email"] = attributes.get("email", "")
    say("token", outcome=str(claims["ledgerlink/role"]) or "nobody")
    told = {"claimsToAddOrOverride": claims}
    details = {"accessTokenGeneration": told} | ({} if "email" not in claims else {"idTokenGeneration": told})
    return event | {"response": {"claimsAndScopeOverrideDetails": details}}
