"""The bucket: bodies in pieces, and addresses that let a browser or a bank of scripts move large ones itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ledgerlink.errors import NotFound, StoreBusy

PIECE = 256 * 1024
PART = 8 * 1024 * 1024  # of a body sent in parts: S3 wants 5 MiB at least, but for the last
VALID_S = 3600  # of a presigned address: long enough for a large upload, short enough to lose
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})


class S3Files:
    """``ports.Files``. ``client`` is a botocore S3 client; the bucket encrypts by itself."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)
        except (BotoCoreError, ClientError) as error:
            raise StoreBusy(type(error).__name__) from error

    def open(self, key: str) -> Iterator[bytes]:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
        except (BotoCoreError, ClientError) as error:
            raise _translated(error) from error
        return self._pieces(body)

    def size(self, key: str) -> int | None:
        try:
            return int(self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])
        except (BotoCoreError, ClientError) as error:
            translated = _translated(error)
            if isinstance(translated, NotFound):
                return None
            raise translated from error

    def join(self, key: str, parts: Sequence[str], *, content_type: str) -> None:
        pieces = (piece for part in parts for piece in self.open(part))
        some = next(gathered := _by_size(pieces, PART), b"")
        if len(some) < PART:
            return self.put(key, some, content_type=content_type)
        where = {"Bucket": self._bucket, "Key": key}
        try:
            where["UploadId"] = self._client.create_multipart_upload(**where, ContentType=content_type)["UploadId"]
            told = []
            for number, body in enumerate(chain([some], gathered), 1):
                sent = self._client.upload_part(**where, PartNumber=number, Body=body)
                told.append({"PartNumber": number, "ETag": sent["ETag"]})
            self._client.complete_multipart_upload(**where, MultipartUpload={"Parts": told})
        except (BotoCoreError, ClientError) as error:  # what was sent of it, the bucket forgets after a day
            raise StoreBusy(type(error).__name__) from error

    def upload_url(self, key: str, *, content_type: str) -> str:
        return self._address("put_object", Key=key, ContentType=content_type)

    def download_url(self, key: str, *, filename: str) -> str:
        return self._address("get_object", Key=key, ResponseContentDisposition=f'attachment; filename="{filename}"')

    def _pieces(self, body: Any) -> Iterator[bytes]:
        try:
            yield from iter(lambda: body.read(PIECE), b"")
        except BotoCoreError as error:  # the connection broke in the middle
            raise StoreBusy(type(error).__name__) from error

    def _address(self, operation: str, **params: str) -> str:
        found: str = self._client.generate_presigned_url(
            operation, Params={"Bucket": self._bucket, **params}, ExpiresIn=VALID_S
        )
        return found


def _by_size(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of ``size``; the last may be shorter."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _translated(error: BotoCoreError | ClientError) -> NotFound | StoreBusy:
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in _ABSENT:
        return NotFound("file")
    return StoreBusy(type(error).__name__)
