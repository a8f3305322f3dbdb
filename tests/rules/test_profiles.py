"""Settings and profiles: the table of the design, and what happens to what was changed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.errors import Invalid
from ledgerlink.rules.profiles import PROFILES, CompanySettings, choices_of, settings_for

TABLE = {  # setting: rental, crm, inventory, property
    "integration_enabled": (True, True, True, True),
    "create_linked_contact_on_create": (True, False, False, True),
    "create_linked_contact_for_document": (False, True, True, True),
    "update_linked_contact_on_edit": (True, True, True, True),
    "import_contacts_born_in_ledger": (False, False, False, True),
    "apply_ledger_edits": (True, False, True, True),
    "possible_duplicates_on_import": ("suggest",) * 4,
    "archive_contact_when_inactive": (True, False, True, False),
    "apply_ledger_archive": (False, False, True, True),
    "field_owner": ("direction", "ask", "ask", "ask"),
    "auto_export": (False, False, True, True),
    "exportable_statuses": (("approved",), ("any",), ("approved",), ("approved", "awaiting_approval")),
    "document_target_status": ("approved", "draft", "approved", "same"),
    "resend_only_while_unpaid": (True, True, True, True),
    "stop_send_on_product_error": (False, True, False, False),
    "sync_item_descriptions": (True, True, False, True),
    "lock_after_transfer": (False, False, True, False),
    "rounding_difference": ("line",) * 4,
    "sync_inventory": (False, False, True, False),
    "stock_difference": ("post",) * 4,
    "payments_from_ledger": (True, True, True, True),
    "payments_to_ledger": (False, False, True, True),
    "sync_attachments": (False, False, False, True),
    "attachments_include_online": (False, False, False, False),
    "sync_voids": (False, False, True, True),
    "undo_archives_created": (False, False, False, False),
}


@pytest.mark.parametrize("name", TABLE)
def test_profiles_preset_what_the_design_says(name: str) -> None:
    assert tuple(getattr(settings_for(profile, {}), name) for profile in PROFILES) == TABLE[name]


def test_property_imports_documents_from_the_day_it_connected() -> None:
    found = settings_for("property", {}, connect_date="2026-11-22")
    assert str(found.import_from_date) == "2026-11-22"
    assert set(found.import_documents_born_in_ledger) == {"invoices", "bills", "credit-notes", "supplier-credit-notes"}


@pytest.mark.parametrize(
    ("override", "field"),
    [
        ({"no_such": True}, "no_such"),
        ({"integration_enabled": "perhaps"}, "integration_enabled"),
        ({"document_target_status": "gone"}, "document_target_status"),
        ({"exportable_statuses": ["sold"]}, "exportable_statuses"),
        ({"field_owner": "nobody"}, "field_owner"),
        ({"field_owner": {"organizations": {"e_mail": "crm"}}}, "field_owner"),
        ({"field_owner": {"organisations": "crm"}}, "field_owner"),
        ({"business_hours": {"days": ["mon"], "from": "25:00", "to": "18:00"}}, "business_hours"),
        ({"import_from_date": "yesterday"}, "import_from_date"),
    ],
)
def test_a_bad_setting_is_named(override: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        settings_for("rental", override)
    assert refused.value.problems[0].field.split(".")[0] == field


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("crm", {"*": "crm"}),
        ({"organizations": "ledger"}, {"*": "ledger"}),
        ({"organizations": {"email": "ledger", "phones": "crm"}}, {"*": "ask", "email": "ledger", "phones": "crm"}),
        ({}, {"*": "ask"}),
    ],
)
def test_owners_per_kind_and_field(owner: Any, expected: Any) -> None:
    assert settings_for("rental", {"field_owner": owner}).owners("organizations") == expected


def test_every_setting_is_described_and_its_choices_told() -> None:
    assert all(field.description for field in CompanySettings.model_fields.values())
    assert choices_of("sync_voids") == [True, False]
    assert choices_of("rounding_difference") == ["line", "refuse"]
    assert choices_of("stock_contact") is None
