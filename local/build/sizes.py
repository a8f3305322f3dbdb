"""Keeps the layers small: what is shipped is loaded at every cold start, and a stray dependency shows here first."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

MB = 1_000_000
# Zipped and unzipped megabytes a layer may have; the AWS SDK alone would add 13 and 30.
LIMITS = {"DependenciesLayer": (9.5, 26.0), "CodeLayer": (2.0, 6.0)}


class TooBig(Exception):
    """A layer has outgrown its limit."""


@dataclass(frozen=True)
class Size:
    layer: str
    zipped: float
    unzipped: float

    def __str__(self) -> str:
        return f"{self.layer}: {self.zipped:.1f} MB zipped, {self.unzipped:.1f} MB unzipped"


def check(build: Path) -> list[Size]:
    sizes = [measure(build / layer) for layer in LIMITS]
    for size in sizes:
        zipped, unzipped = LIMITS[size.layer]
        if size.zipped > zipped or size.unzipped > unzipped:
            raise TooBig(f"{size}; the limits are {zipped} and {unzipped} MB (local/build/sizes.py)")
    return sizes


def measure(folder: Path) -> Size:
    files = [file for file in folder.rglob("*") if file.is_file()]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in files:
            archive.write(file, file.relative_to(folder))
    return Size(folder.name, len(packed.getvalue()) / MB, sum(file.stat().st_size for file in files) / MB)
