"""Identifiers from a seeded generator: the same seed and the same calls give the same GUIDs, codes and tokens."""

import random
import string
import uuid

ZERO = "00000000-0000-0000-0000-000000000000"
_LETTERS = string.ascii_letters + string.digits


class Ids:
    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def guid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def secret(self, length: int = 43) -> str:
        return "".join(self.random.choices(_LETTERS, k=length))

    def entropy(self) -> str:
        return "".join(self.random.choices(string.ascii_uppercase, k=20))


def is_guid(text: object) -> bool:
    if not isinstance(text, str) or len(text) != 36:
        return False
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
