"""Bulk jobs: the jobs themselves in the control table, their plans and results as NDJSON.gz chunks in the bucket."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

from ledgerlink.ports import Files
from ledgerlink.state.job import ChunkSort, Job, JobItem

from .dynamodb.control_ports import DynamoJobItems


class StoredJobs(DynamoJobItems):
    """``ports.Jobs``."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def write_chunk(self, job: Job, sort: ChunkSort, number: int, items: Sequence[JobItem]) -> None:
        lines = "".join(item.model_dump_json(exclude_defaults=True) + "\n" for item in items)
        # mtime=0: the same items are the same bytes, so a turn that is repeated changes nothing.
        body = gzip.compress(lines.encode(), 6, mtime=0)
        self._files.put(chunk_key(job, sort, number), body, content_type="application/x-ndjson+gzip")

    def read_chunk(self, job: Job, sort: ChunkSort, number: int) -> list[JobItem]:
        packed = b"".join(self._files.open(chunk_key(job, sort, number)))
        return [JobItem.model_validate_json(line) for line in gzip.decompress(packed).splitlines()]


def chunk_key(job: Job, sort: ChunkSort, number: int) -> str:
    """Where a chunk lies; the bucket forgets ``jobs/`` after 400 days, like the history."""
    return f"jobs/{job.company}/{job.id}/{sort}-{number:05}.ndjson.gz"
