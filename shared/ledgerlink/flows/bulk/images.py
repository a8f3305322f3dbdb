"""What a job's records were like before it changed them, written ahead of the change: what undoing it goes by.

The images of a page lie in the chunk "before" of the number that its results get. A turn that is repeated adds to
them; of several images of one record the one that led to what is stored counts (``state.image``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledgerlink.errors import NotFound
from ledgerlink.flows.imaging import Keep
from ledgerlink.ports import Ports
from ledgerlink.state.image import Image
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import LinkKey

from .work import Work


def keeper(work: Work, number: int) -> Keep:
    """Keeps images in the chunk of this number, beside those that an earlier try, or the same turn, kept there."""
    kept: dict[tuple[LinkKey, int, datetime], Image] = {}

    def keep(images: Sequence[Image]) -> None:
        new = {(image.key, image.revision, image.changed_at): image for image in images if image.changes}
        if new and not kept:
            there = read(work.at, work.job, number)
            kept.update({(image.key, image.revision, image.changed_at): image for image in there})
        if new.keys() - kept.keys():
            kept.update(new)
            items = [JobItem(kind=i.key.kind, id=i.key.id, outcome="before", before=i.to_data()) for i in kept.values()]
            work.at.jobs.write_chunk(work.job, "before", number, items)

    return keep


def read(at: Ports, job: Job, number: int) -> list[Image]:
    """The images of a page; none where nothing was changed."""
    try:
        items = at.jobs.read_chunk(job, "before", number)
    except NotFound:
        return []
    return [Image.of_data(item.before) for item in items if item.before is not None]
