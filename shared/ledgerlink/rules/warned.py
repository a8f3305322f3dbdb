"""What the ledger remarks when it takes a document, in plain words, and what of it means that something is missing."""

from __future__ import annotations

from typing import Any

from ledgerlink.kinds import Content
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.reasons import reason
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.document import Document
from ledgerlink.state.link import Warned

ACCOUNT_REMOVED = "account_removed"


def loses_account(dispatch: Dispatch, sent: Content | None, document: Document, warnings: tuple[Warned, ...]) -> bool:
    """Whether the ledger took it without the account of a line: by its word or, where its answer was lost, by how the
    document stands."""
    if dispatch.action == "archive":
        return False
    told = any(each.code == ACCOUNT_REMOVED for each in warnings)
    return told or (sent is not None and accounts_as_stand(sent, document.content) != sent)


def in_words(warnings: tuple[Warned, ...]) -> list[str]:
    """What the ledger remarked, in plain words where we know what it means, and in its own."""
    return [
        f"{reason(each.code).message.rstrip('.')}: {each.message}"
        if each.code
        else f"The ledger took it with a warning: {each.message}"
        for each in warnings
    ]


def accounts_as_stand(content: Content, there: Content) -> Any:
    """The content with no account on lines that have none there."""
    theirs = getattr(there, "lines", ())
    if not isinstance(content, MoneyDocument) or len(theirs) != len(content.lines):
        return content
    lines = tuple(
        ours if there.account_code else ours.model_copy(update={"account_code": ""})
        for ours, there in zip(content.lines, theirs, strict=True)
    )
    return content.model_copy(update={"lines": lines})
