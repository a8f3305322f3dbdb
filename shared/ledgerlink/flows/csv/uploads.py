"""Uploads: files too large for one request go straight to the bucket, and a job then reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.context import Context

MOST_BYTES = 500_000_000
_ID = re.compile(r"[0-9a-z-]{1,64}")


@dataclass(frozen=True)
class Upload:
    """Where to PUT the file (with its content type), and the name a job knows it by."""

    id: str
    url: str


def start(context: Context, *, name: str, content_type: str) -> Upload:
    """An address for one file, good for an hour. The bucket forgets uploads after a week."""
    if not name.strip() or len(name) > 255:
        raise Invalid(FieldProblem("name", "a name of 1 to 255 characters is needed"))
    id_ = context.at.ids.new()
    return Upload(id_, context.at.files.upload_url(key_of(context, id_), content_type=content_type or "text/csv"))


def check(context: Context, upload: object) -> str:
    """The id of a file that is there. Raises Invalid."""
    if not isinstance(upload, str) or not _ID.fullmatch(upload):
        raise Invalid(FieldProblem("options.upload_id", "name the upload (POST …/uploads gives its id)"))
    size = context.at.files.size(key_of(context, upload))
    if size is None:
        raise Invalid(FieldProblem("options.upload_id", "nothing was uploaded under this id yet", "unknown"))
    if size > MOST_BYTES:
        raise Invalid(FieldProblem("options.upload_id", f"the file has {size:,} bytes; {MOST_BYTES:,} is the most"))
    return upload


def pieces(context: Context, upload: str) -> Iterable[bytes]:
    """The file, piece by piece. Raises NotFound."""
    return context.at.files.open(key_of(context, upload))


def key_of(context: Context, upload: str) -> str:
    return f"uploads/{context.company.id}/{upload}"
