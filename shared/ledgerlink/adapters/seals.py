"""Short secrets under a KMS key, sealed for a purpose: the encryption context, on which a role may depend."""

from __future__ import annotations

import base64
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ledgerlink.errors import StoreBusy


class KmsSeals:
    """``ports.Seals``. ``kms`` is a botocore client, ``key`` the key's id; a seal is text (base64)."""

    def __init__(self, kms: Any, key: str) -> None:
        self._kms, self._key = kms, key

    def seal(self, text: str, **purpose: str) -> str:
        answer = self._call("encrypt", Plaintext=text.encode(), EncryptionContext=purpose)
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def unseal(self, sealed: str, **purpose: str) -> str:
        answer = self._call("decrypt", CiphertextBlob=base64.b64decode(sealed), EncryptionContext=purpose)
        return bytes(answer["Plaintext"]).decode()

    def _call(self, operation: str, **arguments: Any) -> Any:
        try:
            return getattr(self._kms, operation)(KeyId=self._key, **arguments)
        except (BotoCoreError, ClientError) as error:
            raise StoreBusy(f"kms {operation}: {type(error).__name__}") from error
