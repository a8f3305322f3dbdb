"""The settings of a company and the four profiles that preset them: data, not code (``design: sync-rules``).

A profile's value holds until someone changes the setting by hand; ``None`` gives it back to the profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic import Field, StrictBool, ValidationError, field_validator

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.kinds import KINDS, LISTED, Value
from ledgerlink.wording import field_problems

from .merge import Owner

DOCUMENT_KINDS = ("invoices", "credit-notes", "bills", "supplier-credit-notes")
DOCUMENT_STATUSES = ("any", "draft", "awaiting_approval", "approved", "part_paid", "paid")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class BusinessHours(Value):
    """When payments are polled every two hours, in the company's zone."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    from_: str = Field(default="08:00", alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    to: str = Field(default="18:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")

    model_config = Value.model_config | {"populate_by_name": True, "serialize_by_alias": True}


FieldOwner = Owner | dict[str, Owner | dict[str, Owner]]


class CompanySettings(Value):
    """Every setting with its description; the defaults are those common to all profiles."""

    integration_enabled: StrictBool = Field(True, description="Off: records wait and no call is made to the ledger.")
    create_linked_contact_on_create: StrictBool = Field(
        True, description="Create a linked contact in the ledger when an organization is created."
    )
    create_linked_contact_for_document: StrictBool = Field(
        True, description="Create the contact when a document for an unlinked organization is sent."
    )
    update_linked_contact_on_edit: StrictBool = Field(
        True, description="Update the linked contact whenever the organization is edited."
    )
    import_contacts_born_in_ledger: StrictBool = Field(
        False, description="Contacts created in the ledger become organizations by themselves. Jobs always may."
    )
    apply_ledger_edits: StrictBool = Field(
        True, description="Edits of a linked contact in the ledger come here by themselves."
    )
    possible_duplicates_on_import: Literal["create", "suggest", "link_exact"] = Field(
        "suggest",
        description="What happens when an imported contact looks like an organization you have: create another, "
        "hold both and ask, or link what matches exactly and ask about the rest.",
    )
    archive_contact_when_inactive: StrictBool = Field(
        True,
        description="Archive the linked contact when its organization becomes inactive. The ledger's API "
        "cannot un-archive.",
    )
    apply_ledger_archive: StrictBool = Field(
        False, description="Archiving or restoring a contact in the ledger makes its organization inactive or active."
    )
    field_owner: FieldOwner = Field(
        "ask",
        description="Who wins when both sides changed the same field. crm: what is here. ledger: what is there. ask: "
        "both wait as a conflict until a person chooses. direction: the side the job or the change comes from. One for "
        "all, or per kind, or per kind and field.",
    )
    auto_export: StrictBool = Field(False, description="Documents go to the ledger by themselves, in the order made.")
    exportable_statuses: tuple[str, ...] = Field(
        ("approved",),
        description="Statuses in which a document may go by itself or with all live ones; chosen by hand it goes in "
        "any. any: all but void.",
    )
    document_target_status: Literal["draft", "submitted", "approved", "same"] = Field(
        "approved",
        description="The status a document gets in the ledger. draft and submitted: somebody approves it there. "
        "approved: it counts at once. same: as it is here.",
    )
    resend_only_while_unpaid: StrictBool = Field(
        True, description="A document is sent again only while nothing of it is paid."
    )
    import_documents_born_in_ledger: tuple[str, ...] = Field(
        (), description="Kinds of documents that are imported when they were made in the ledger."
    )
    import_from_date: date | None = Field(
        None, description="Documents dated earlier are not imported. Blank: from the day of connecting."
    )
    stop_send_on_product_error: StrictBool = Field(
        False,
        description="On: a problem with one product stops the whole sending by hand, naming the product. Off: only the "
        "documents with that product wait.",
    )
    sync_item_descriptions: StrictBool = Field(
        True,
        description="On: a line says the product's name and below it its own description. Off: only the product's "
        "name, or the description where there is no product.",
    )
    lock_after_transfer: StrictBool = Field(
        False, description="An invoice that was sent can no longer be edited here, only credited and re-issued."
    )
    rounding_difference: Literal["line", "refuse"] = Field(
        "line",
        description="When the ledger would come to another total by cents. line: a rounding line is added. refuse: the "
        "document is not sent and says why.",
    )
    sync_inventory: StrictBool = Field(
        False, description="Quantities on hand here win over those in the ledger; differences are posted there."
    )
    stock_difference: Literal["post", "ask"] = Field(
        "post",
        description="When a quantity differs. post: the difference is posted at once. ask: a person decides first.",
    )
    stock_adjustment_account: str = Field(
        "", max_length=10, description="Account that stock adjustments are posted to."
    )
    supplier_payment_account: str = Field(
        "", max_length=10, description="Bank account that stocktake bills are paid from."
    )
    supplier_refund_account: str = Field(
        "", max_length=10, description="Bank account that stocktake credits are refunded to."
    )
    stock_contact: str = Field(
        "Stock adjustments",
        pattern=r"\S",
        max_length=255,
        description="Contact that stock documents are made out to.",
    )
    payments_from_ledger: StrictBool = Field(
        True,
        description="Payments made in the ledger come here: every two hours in business hours, and with every document "
        "that changes.",
    )
    business_hours: BusinessHours = Field(
        BusinessHours(), description="When the ledger is asked for payments every two hours, in the company's zone."
    )
    payments_to_ledger: StrictBool = Field(False, description="Payments made here go to the ledger.")
    sync_attachments: StrictBool = Field(False, description="Attachments travel both ways.")
    attachments_include_online: StrictBool = Field(
        False, description="Attachments show on the ledger's online invoice."
    )
    sync_voids: StrictBool = Field(False, description="Voiding a document on one side voids it on the other.")
    undo_archives_created: StrictBool = Field(
        False,
        description="Undoing an export archives the contacts it created, and voids the documents (a draft is deleted). "
        "The ledger takes neither back.",
    )

    @field_validator("exportable_statuses")
    @classmethod
    def _known_statuses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _among(value, DOCUMENT_STATUSES)

    @field_validator("import_documents_born_in_ledger")
    @classmethod
    def _known_documents(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _among(value, DOCUMENT_KINDS)

    @field_validator("field_owner")
    @classmethod
    def _known_kinds_and_fields(cls, value: FieldOwner) -> FieldOwner:
        if isinstance(value, dict):
            for kind, owner in value.items():
                # Kinds that come later are accepted once they are registered, so that a typo is told today.
                _among((kind,), tuple(LISTED))
                if isinstance(owner, dict):
                    names = {f.name for f in KINDS[kind].fields}
                    _among(tuple(owner), tuple(sorted(names | {name.split(".")[0] for name in names})))
        return value

    def owners(self, kind: str) -> dict[str, Owner]:
        """Owner per field of one kind, ``*`` for the rest (``merge.owner_of`` reads it)."""
        if isinstance(self.field_owner, str):
            return {"*": self.field_owner}
        of_kind = self.field_owner.get(kind, "ask")
        return {"*": of_kind} if isinstance(of_kind, str) else {"*": "ask", **of_kind}


def _among(value: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    for item in value:
        if item not in known:
            raise ValueError(f"{item!r} is not one of {', '.join(known)}")
    return value


_OFF, _ON = False, True
PROFILES: dict[str, tuple[str, dict[str, Any]]] = {
    "rental": (
        "Rental business: organizations are kept here; import and export by job, edits follow.",
        {"create_linked_contact_for_document": _OFF, "field_owner": "direction"},
    ),
    "crm": (
        "CRM: contacts come from the ledger; documents are sent by hand, as drafts.",
        {
            "create_linked_contact_on_create": _OFF,
            "apply_ledger_edits": _OFF,
            "archive_contact_when_inactive": _OFF,
            "exportable_statuses": ("any",),
            "document_target_status": "draft",
            "stop_send_on_product_error": _ON,
        },
    ),
    "inventory": (
        "Inventory business: everything financial goes by itself, in the order made; stock is kept here.",
        {
            "create_linked_contact_on_create": _OFF,
            "apply_ledger_archive": _ON,
            "auto_export": _ON,
            "sync_item_descriptions": _OFF,
            "lock_after_transfer": _ON,
            "sync_inventory": _ON,
            "payments_to_ledger": _ON,
            "sync_voids": _ON,
        },
    ),
    "property": (
        "Property business: contacts and documents live on both sides and travel both ways.",
        {
            "import_contacts_born_in_ledger": _ON,
            "archive_contact_when_inactive": _OFF,
            "apply_ledger_archive": _ON,
            "auto_export": _ON,
            "exportable_statuses": ("approved", "awaiting_approval"),
            "document_target_status": "same",
            "import_documents_born_in_ledger": DOCUMENT_KINDS,
            "payments_to_ledger": _ON,
            "sync_attachments": _ON,
            "sync_voids": _ON,
        },
    ),
}


def settings_for(profile: str, overrides: Mapping[str, Any], *, connect_date: str = "") -> CompanySettings:
    """The settings in force: the profile's, with what was changed by hand. Raises Invalid naming each bad setting."""
    unknown = [name for name in overrides if name not in CompanySettings.model_fields]
    if unknown:
        raise Invalid(*(FieldProblem(name, "there is no such setting", "unknown_field") for name in unknown))
    preset = profile_defaults(profile)
    if profile == "property" and connect_date:
        preset["import_from_date"] = connect_date
    try:
        return CompanySettings.model_validate({**preset, **overrides})
    except ValidationError as error:
        raise Invalid(*field_problems(error.errors())) from error


def profile_defaults(profile: str) -> dict[str, Any]:
    """The presets of one profile. Raises Invalid for a name that is none."""
    if profile not in PROFILES:
        raise Invalid(FieldProblem("profile", f"{profile!r} is not one of {', '.join(PROFILES)}"))
    return dict(PROFILES[profile][1])


def choices_of(name: str) -> list[Any] | None:
    """The values a setting can take, where they are few; None where it is free."""
    if name == "field_owner":
        return list(get_args(Owner))
    if name == "exportable_statuses":
        return list(DOCUMENT_STATUSES)
    if name == "import_documents_born_in_ledger":
        return list(DOCUMENT_KINDS)
    annotation = CompanySettings.model_fields[name].annotation
    if annotation is bool:
        return [True, False]
    return list(get_args(annotation)) if get_origin(annotation) is Literal else None
