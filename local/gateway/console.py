"""Serves the console's static files and its configuration; a path without a file extension is one of its pages."""

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from local.gateway.events import Answer, message

# As the distribution of template.yaml says it; uploads of large files go to the bucket, hence its address.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' {elsewhere}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Console:
    """`configuration` is what `/console/config.json` says; `elsewhere` what pages may talk to beside this server."""

    def __init__(self, folder: Path, configuration: Mapping[str, object] | None = None, elsewhere: str = "") -> None:
        self._folder = folder.resolve()
        self._configuration = dict(configuration or {})
        self._headers = (
            ("cache-control", "no-cache"),
            ("content-security-policy", POLICY.format(elsewhere=elsewhere).replace(" ;", ";")),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        )

    def serve(self, path: str) -> Answer:
        """`path` as in the URL, `/` or below `/console`."""
        if path == "/console/config.json":
            return self._answer(json.dumps(self._configuration).encode(), "application/json")
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
        return self._answer(file.read_bytes(), kind + charset)

    def _answer(self, body: bytes, kind: str) -> Answer:
        return Answer(200, body, (("content-type", kind), *self._headers))
