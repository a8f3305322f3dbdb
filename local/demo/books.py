"""The reckoning: every organization is accounted for, on both sides, or the demo fails."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Books:
    """What both sides hold at the end, and everything that does not add up."""

    organizations: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    wrong: list[str] = field(default_factory=list)

    def check(self, expected_errors: dict[str, str]) -> None:
        """Compare record by record; ``wrong`` then says what does not hold."""
        by_id = {contact["ContactID"]: contact for contact in self.contacts}
        self._one_to_one(by_id)
        for organization in self.organizations:
            self._accounted_for(organization, by_id, expected_errors)
        self._no_orphans()

    def states(self) -> Counter[str]:
        return Counter(organization["sync"]["state"] for organization in self.organizations)

    def reasons(self) -> Counter[str]:
        """Why some did not go, by reason."""
        return Counter(
            organization["sync"]["reason"] or (organization["sync"]["error"] or {}).get("code", "")
            for organization in self.organizations
            if organization["sync"]["state"] not in ("linked",)
        )

    def _one_to_one(self, by_id: dict[str, Any]) -> None:
        codes = Counter(o["sync"]["accounting_code"] for o in self.organizations if o["sync"]["accounting_code"])
        self.wrong += [f"{code} is linked {n} times" for code, n in codes.items() if n > 1]
        self.wrong += [f"{code} is linked but not in the ledger" for code in codes if code not in by_id]

    def _accounted_for(self, organization: dict[str, Any], by_id: dict[str, Any], expected: dict[str, str]) -> None:
        sync, name = organization["sync"], organization["name"]
        contact = by_id.get(sync["accounting_code"] or "")
        if sync["state"] == "linked" and contact is None:
            self.wrong.append(f"{organization['id']} says it is linked, to nothing")
        elif sync["state"] == "linked" and contact is not None and contact["ContactStatus"] == "ACTIVE":
            if " ".join(name.split()) != contact["Name"]:
                self.wrong.append(f"{organization['id']} is {name!r} here and {contact['Name']!r} there")
        elif sync["state"] not in ("linked",) and not (sync["reason"] or sync["error"]):
            self.wrong.append(f"{organization['id']} is {sync['state']} without a reason")
        code = (sync["error"] or {}).get("code")
        if code and expected.get(organization["id"]) not in (code, None) and code != "name_taken":
            self.wrong.append(f"{organization['id']} failed with {code}, expected {expected[organization['id']]}")

    def _no_orphans(self) -> None:
        linked = {o["sync"]["accounting_code"] for o in self.organizations}
        ours = [c for c in self.contacts if c.get("ContactNumber", "").startswith("LL-") and not _merged_away(c)]
        self.wrong += [
            f"{c['Name']} was made by us and belongs to nobody" for c in ours if c["ContactID"] not in linked
        ]
        self.wrong += [
            f"{name} is in the ledger {n} times"
            for name, n in Counter(c["Name"] for c in self.contacts if c["ContactStatus"] == "ACTIVE").items()
            if n > 1
        ]


def _merged_away(contact: dict[str, Any]) -> bool:
    """Whether another contact has taken its place."""
    return bool(contact.get("MergedToContactID"))
