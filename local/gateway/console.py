"""Serves the console's static files; a path without a file extension is one of its pages and gets index.html."""

import mimetypes
from pathlib import Path

from local.gateway.events import Answer, message


class Console:
    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def serve(self, path: str) -> Answer:
        """`path` as in the URL, `/` or below `/console`."""
        inside = path.removeprefix("/console").lstrip("/") or "index.html"
        file = (self._folder / inside).resolve()
        if not file.is_relative_to(self._folder):
            return message(404, "Not Found")
        if not file.is_file():
            if file.suffix:
                return message(404, "Not Found")
            file = self._folder / "index.html"
        if not file.is_file():
            return message(404, "Not Found")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        charset = "; charset=utf-8" if kind.startswith("text/") or kind.endswith("javascript") else ""
        return Answer(200, file.read_bytes(), (("content-type", kind + charset), ("cache-control", "no-cache")))
