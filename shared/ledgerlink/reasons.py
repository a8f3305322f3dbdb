"""The one list of reason codes: every skip, wait, refusal, parking and error says one of these, in plain words.

Served at ``GET /v1/reasons``. ``{placeholders}`` are filled where the reason is told for one record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sort = Literal["skip", "wait", "refuse", "park", "error", "conflict"]
Fixer = Literal["anyone", "finance", "admin", "crm", "ledger", "nobody"]


@dataclass(frozen=True)
class Reason:
    """A code with what it means, what to do, and who can."""

    code: str
    sort: Sort
    message: str
    remedy: str
    who_can_fix: Fixer = "finance"


_ALL = (
    # --- a rule or a person keeps it from going
    Reason("inactive", "skip", "The organization is inactive and was never in the ledger.",
           "Make it active, or leave it: nothing is missing.", "anyone"),
    Reason("archive_in_ledger", "skip", "Inactive here; this profile leaves archiving to the ledger.",
           "Archive the contact in the ledger if you wish.", "ledger"),
    Reason("archived", "skip", "Inactive here and archived in the ledger.", "Nothing to do.", "nobody"),
    Reason("archived_in_ledger", "park", "The contact is archived in the ledger, whose API cannot restore it.",
           "Open the contact in the ledger and restore it there; the link then resumes by itself.", "ledger"),
    Reason("do_not_export", "skip", 'A person marked it "do not export".', "Remove the mark to let it go.", "finance"),
    Reason("do_not_import", "skip", 'A person marked it "do not import".', "Remove the mark to let it come.", "finance"),
    Reason("unlinked_by_person", "skip", "A person unlinked it, so it is not created or matched again by itself.",
           "Link it again, or choose it in an export or import."),
    Reason("deleted_here", "skip", "It was deleted here; its document stays in the ledger and is not imported again.",
           "Nothing to do.", "nobody"),
    Reason("update_off", "skip", "Edits of linked contacts do not travel by themselves (update_linked_contact_on_edit).",
           "Run an export, or turn the setting on.", "admin"),
    Reason("create_off", "skip", "Contacts are not created by themselves (create_linked_contact_on_create).",
           "Run an export, link it by hand, or turn the setting on.", "admin"),
    Reason("born_in_ledger_off", "skip", "Contacts made in the ledger are not imported by themselves.",
           "Run an import, or turn import_contacts_born_in_ledger on.", "admin"),
    Reason("ledger_edits_off", "skip", "Edits made in the ledger do not come here by themselves.",
           "Run an import, or turn apply_ledger_edits on.", "admin"),
    Reason("older", "skip", "A newer version of it is known here already.", "Nothing to do.", "nobody"),
    Reason("unchanged", "skip", "Both sides already agree.", "Nothing to do.", "nobody"),
    Reason("acknowledged", "skip", "A person acknowledged the problem and let it rest.",
           "It comes back when the record changes."),
    Reason("managed_in_ledger", "refuse", "This is managed in the ledger and read only here.",
           "Change it in the ledger.", "ledger"),
    Reason("reversed", "skip", "The payment was taken back and was never in the ledger.", "Nothing to do.", "nobody"),
    Reason("payments_off", "skip", "Payments do not travel this way (payments_to_ledger, payments_from_ledger).",
           "Turn the setting on.", "admin"),
    Reason("document_not_here", "skip", "The ledger's document it belongs to is no record here.",
           "Import or link that document; what belongs to it then comes too.", "finance"),
    # --- it waits
    Reason("integration_disabled", "wait", "The integration is switched off.", "Turn integration_enabled on.", "admin"),
    Reason("not_connected", "wait", "There is no connection to the ledger.", "Connect to the ledger.", "admin"),
    Reason("needs_reconnect", "wait", "The ledger no longer accepts the connection.", "Re-authorise it.", "admin"),
    Reason("day_limit", "wait", "The ledger's daily limit of calls is nearly used up.",
           "It goes on by itself when the ledger grants calls again.", "nobody"),
    Reason("ledger_busy", "wait", "The ledger asked us to wait.", "It goes on by itself.", "nobody"),
    Reason("possible_duplicate", "wait", "It may be the same as a contact in the ledger; neither is created meanwhile.",
           "Decide the suggestion: link, create or ignore."),
    Reason("balance_outstanding", "wait", "The contact has money outstanding and is not archived meanwhile.",
           "It is archived by itself when nothing is outstanding.", "nobody"),
    Reason("conflict", "conflict", "Both sides changed the same field to different values.",
           "Choose which value to keep."),
    Reason("not_allocated", "wait", "The payment is not allocated to a document yet.", "Allocate it.", "crm"),
    Reason("document_not_in_ledger", "wait", "The document it belongs to is not in the ledger yet.",
           "It goes by itself once that document is sent."),
    Reason("document_not_approved", "wait", "The document it belongs to is not approved in the ledger.",
           "Approve that document; it then goes by itself.", "ledger"),
    # --- refused here, before any call
    Reason("field_too_long", "error", "A field is longer than the ledger holds.", "Shorten it.", "anyone"),
    Reason("name_not_allowed", "error", "The ledger allows no angle brackets in names.", "Change the name.", "anyone"),
    Reason("email_not_allowed", "error", "The ledger accepts no such e-mail address.", "Correct the e-mail address.", "anyone"),
    Reason("currency_unknown", "error", "The currency is not a three-letter code.", "Use a code such as EUR.", "anyone"),
    Reason("too_large", "error", "The record is larger than the ledger takes in one call.", "Shorten its texts.", "anyone"),
    Reason("amount_not_positive", "error", "A payment must be above zero.", "Correct the amount.", "crm"),
    Reason("exceeds_outstanding", "error", "The payment is more than what is outstanding on its document.",
           "Correct the amount, or take another payment of the document back in the ledger."),
    Reason("document_void", "error", "The document it belongs to is void.", "Choose another document."),
    # --- codes and the ledger's own lists
    Reason("tax_not_mapped", "error", "A tax code means nothing in the ledger.", "Map it to one of the ledger's tax rates."),
    Reason("account_not_mapped", "error", "An account code or revenue group means nothing in the ledger.", "Map it to one of the ledger's accounts."),
    Reason("payment_method_not_mapped", "error", "A payment method has no bank account.", "Map it to one of the ledger's bank accounts."),
    Reason("location_not_mapped", "error", "A location has no tracking option.", "Map it to one of the ledger's tracking options."),
    Reason("mapping_unknown", "error", "The ledger has no such code.", "Map it to one that it has."),
    Reason("mapping_inactive", "error", "What it is mapped to is archived or deleted in the ledger.", "Map it to an active one, or restore that one in the ledger."),
    Reason("mapping_wrong_side", "error", "The tax rate does not apply to this side, sales or purchases.", "Map it to a rate that does."),
    Reason("mapping_control_account", "error", "The ledger itself uses this account; documents may not.", "Map it to another account."),
    Reason("mapping_bank_account", "error", "Lines of documents cannot be posted to a bank account, or to one without a code.", "Map it to another account."),
    Reason("mapping_no_payments", "error", "Payments cannot be made to this account.", "Map it to a bank account, or enable payments to the account in the ledger."),
    # --- refused by the ledger
    Reason("name_taken", "error", "Another active contact in the ledger already has this name.",
           "Link this record to that contact, or change one of the names."),
    Reason("account_number_taken", "error", "Another contact in the ledger already has this account number.",
           "Change the account number, or link to the contact that has it."),
    Reason("reference_taken", "error", "A contact in the ledger already carries this record's own reference.",
           "Link the record to that contact."),
    Reason("contact_archived", "error", "The details match an archived contact, which the ledger's API cannot edit.",
           "Restore the contact in the ledger, or change the name.", "ledger"),
    Reason("contact_gone", "error", "The ledger no longer knows the linked contact.",
           "Unlink the record, then link or create it again."),
    Reason("payment_gone", "error", "The ledger no longer knows the payment.", "Look at its document in the ledger."),
    Reason("contact_name_missing", "error", "The ledger needs a name, an id or a number.", "Give it a name.", "anyone"),
    Reason("currency_not_subscribed", "error", "The ledger's organisation is not subscribed to this currency.",
           "Add the currency in the ledger, or change it here.", "ledger"),
    Reason("value_not_accepted", "error", "The ledger did not accept a value.", "See the ledger's own words and correct it.", "anyone"),
    Reason("refused_by_ledger", "error", "The ledger refused it.", "See the ledger's own words.", "anyone"),
    Reason("missing_scope", "error", "The connection lacks a permission this needs.", "Re-authorise the connection.", "admin"),
    # --- a person must choose
    Reason("period_locked", "park", "Its date lies in a period that is locked in the ledger.",
           "Choose a later date, or unlock the period in the ledger."),
    Reason("several_matches", "park", "Several documents in the ledger carry this record's mark.",
           "Link the right one by hand."),
    Reason("linked_elsewhere", "park", "The ledger answered with a document that is linked to another record.",
           "Look at both records and unlink one."),
    Reason("merged_into_linked", "conflict", "The contact was merged into one that is linked to another record.",
           "Merge the two records here, or unlink one."),
    Reason("lost_answer", "wait", "It was sent but the answer was lost; the ledger is asked before anything is repeated.",
           "It goes on by itself within about 20 minutes.", "nobody"),
    # --- what a comparison finds
    Reason("missed_webhook", "skip", "It changed in the ledger and no webhook told of it; the comparison found it.",
           "Nothing to do. Should it happen often, look at the webhook's subscription in the ledger.", "nobody"),
    Reason("missed_delta", "skip", "It changed in the ledger and neither webhook nor poll brought it; the comparison found it.",
           "Nothing to do.", "nobody"),
    Reason("not_sent", "skip", "The ledger lacked what is here; it is in the export queue now.", "Nothing to do.", "nobody"),
    Reason("noted_before", "skip", "The ledger's edit was left aside while a setting kept it out; now it is taken over.",
           "Nothing to do.", "nobody"),
    Reason("on_its_way", "wait", "The difference is in the export queue and goes by itself.", "Nothing to do.", "nobody"),
    Reason("blank_on_one_side", "skip", "One side says nothing there. A blank never clears the other side.",
           "Fill it in, or clear the field on both sides."),
    Reason("held_after_undo", "skip", "The field was put back by an undo and travels neither way until somebody changes it.",
           "Change it on the side that is wrong."),
    Reason("missing_in_ledger", "error", "The ledger does not know the linked document.",
           "Look for it in the ledger; then unlink the record, or link it to another one."),
    # --- refusals of the API
    Reason("in_flight", "refuse", "The record is being sent to the ledger right now.", "Try again in a moment.", "anyone"),
    Reason("link_taken", "refuse", "That document is already linked to another record.", "Unlink the other one first."),
    Reason("link_needs_confirmation", "refuse", "Linking would overwrite values.", "Look at the differences and confirm."),
    Reason("synced", "refuse", "The record is in the ledger and cannot be deleted.",
           "Unlink it first, or let an administrator force it with a reason.", "admin"),
    Reason("organisation_taken", "refuse", "Another company is paired with that organisation.",
           "Choose another organisation.", "admin"),
    Reason("other_organisation", "refuse", "The company is paired with another organisation, for life.",
           "Choose the organisation it was paired with.", "admin"),
    Reason("consent_expired", "refuse", "The sign-in took too long, or its address was used before.",
           "Connect again.", "admin"),
    Reason("consent_elsewhere", "refuse", "The sign-in was begun in another browser.",
           "Connect again, and finish in the same browser.", "admin"),
    Reason("consent_refused", "refuse", "The ledger's consent page was left without allowing access.",
           "Connect again and allow access.", "admin"),
    Reason("no_organisation", "refuse", "The consent covers no organisation.",
           "Connect again and choose an organisation.", "admin"),
    # --- lines of bulk jobs and files
    Reason("changed_since_plan", "skip", "It changed since the plan was made, here or in the ledger, and was left out.", "Plan again.", "anyone"),
    Reason("cancelled", "skip", "The job was cancelled before this was sent.", "Nothing to do.", "nobody"),
    Reason("not_in_ledger", "skip", "The ledger no longer has it.", "Nothing to do.", "nobody"),
    Reason("no_such_record", "error", "There is no record with this id.", "Check the id.", "anyone"),
    Reason("no_such_contact", "error", "The ledger has no contact with this id.", "Check the ContactID; an export of the ledger's contacts lists them all.", "anyone"),
    Reason("row_not_usable", "error", "The row cannot be used as it stands.", "Correct the row and send the file again.", "anyone"),
    Reason("file_too_large", "refuse", "The file is too large for one request.", "Upload it and start a job.", "anyone"),
    Reason("plan_outdated", "refuse", "Settings or pairing changed, or the plan is older than 24 hours.", "Plan again."),
    Reason("job_not_ready", "refuse", "The job is not in a state for that.", "Look at its status.", "anyone"),
    Reason("record_too_large", "refuse", "A record may hold 256 KB.", "Shorten it.", "crm"),
    Reason("not_linked", "refuse", "The record is linked to nothing in the ledger.", "Link it first.", "anyone"),
    Reason("not_born_in_ledger", "refuse", "Only a record made from the ledger gets another id.",
           "Make a new record, and delete this one.", "crm"),
    Reason("renamed", "refuse", "The record has another id now.", "Use its new id.", "crm"),
    Reason("address_refused", "refuse", "The hub sends nothing to this address.",
           "Use an https address of a public server, on port 443 or 8443.", "admin"),
    Reason("crm_gone", "wait", "The CRM answered 410: it wants no more notices at this address.",
           "Correct the address of the webhook, or enable it again; what waits is then sent.", "finance"),
    Reason("shown_once", "refuse", "It was shown with the first answer to this request, and is kept nowhere.",
           "Make another, with a key of its own.", "admin"),
    Reason("crm_webhook_off", "refuse", "There is no webhook of the CRM that is switched on.",
           "Set its address and enable it.", "finance"),
    Reason("already_decided", "refuse", "Somebody has decided this before.", "Read it again.", "anyone"),
    Reason("id_taken", "refuse", "There is a record of that id.", "Choose another id.", "crm"),
    Reason("not_signed_in", "refuse", "There is no valid token.", "Sign in.", "anyone"),
    Reason("not_allowed", "refuse", "Your role may not do this.", "Ask somebody whose role may.", "admin"),
    Reason("not_found", "refuse", "There is no such thing.", "Check the address and the id.", "anyone"),
    Reason("unknown_kind", "refuse", "There are no records of this kind.", "Use one of the kinds there are.", "crm"),
    Reason("method_not_allowed", "refuse", "The address does not take this method.", "Use one that it takes.", "crm"),
    Reason("invalid", "refuse", "Some of the input is wrong.", "Correct the fields that are named.", "anyone"),
    Reason("bad_json", "refuse", "The body cannot be read.", "Send JSON in UTF-8.", "crm"),
    Reason("not_json", "refuse", "The body is of another type.", "Send application/json.", "crm"),
    Reason("not_csv", "refuse", "The body is of another type.", "Send text/csv.", "anyone"),
    Reason("too_large_body", "refuse", "The body is too large.", "Send less at once.", "crm"),
    Reason("stale", "refuse", "The record has changed since you read it.", "Read it again and repeat the change.", "anyone"),
    Reason("changed_meanwhile", "refuse", "Others kept changing it at the same time.", "Try again.", "anyone"),
    Reason("busy", "refuse", "The hub's own store is busy.", "Try again in a moment.", "nobody"),
    Reason("internal", "refuse", "Something went wrong that nobody foresaw.", "Try again; if it stays, tell your administrator.", "admin"),
    Reason("key_reused", "refuse", "The Idempotency-Key was used for another request.", "Use a key of its own.", "crm"),
    Reason("key_in_use", "refuse", "A request with this Idempotency-Key is being worked on.", "Wait for its answer.", "crm"),
)  # fmt: skip

REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}


def reason(code: str) -> Reason:
    """The catalogued reason. Raises KeyError for a code nobody wrote down, which a test then catches."""
    return REASONS[code]
