"""Built files: found by logical name, cached for good by hashed name, sent compressed."""

import asyncio
import gzip
import json
import mimetypes
from pathlib import Path

from quart import Quart, Response, request
from quart_rate_limiter import rate_exempt

from server.api.http.access import everybody
from server.api.http.errors import APIError
from server.common.resources import resource

STATIC = resource("static")
DIST = STATIC / "dist"
MANIFEST = DIST / "manifest.json"
COMPRESSIBLE = (".js", ".css", ".svg", ".json", ".map", ".webmanifest")


class Assets:
    """The files of one build, read on first use and kept: a few hundred KB that do not change while serving."""

    def __init__(self, dist: Path) -> None:
        self._dist = dist
        self._files: dict[str, tuple[bytes, bytes | None]] = {}

    def url(self, name: str) -> str:
        """URL of a built file by its logical name, such as ``studio.js``. Raises KeyError when it was not built."""
        # Read every time: a build while the server runs shows with the next page, without a restart.
        manifest: dict[str, str] = json.loads((self._dist / MANIFEST.name).read_text())
        return f"/assets/{manifest[name]}"

    def read(self, name: str) -> tuple[bytes, bytes | None] | None:
        """Content and, where it helps, the same gzipped; None for an unknown file."""
        if name not in self._files:
            path = self._find(name)
            if path is None:
                return None
            self.put(name, path.read_bytes())
        return self._files[name]

    def _find(self, name: str) -> Path | None:
        try:
            path = (self._dist / name).resolve()
            return path if path.is_relative_to(self._dist.resolve()) and path.is_file() else None
        except (OSError, ValueError):
            return None  # longer than names are, or with a character that no name has

    def put(self, name: str, content: bytes) -> None:
        """Serve this content, too, under a name that changes with it."""
        packed = gzip.compress(content, 9, mtime=0) if name.endswith(COMPRESSIBLE) else None
        self._files[name] = content, packed


def install_assets(app: Quart) -> Assets:
    """Serve the build and let templates name its files."""
    assets = Assets(DIST)
    app.jinja_env.globals["asset"] = assets.url

    @app.get("/assets/<path:name>")
    @rate_exempt
    @everybody
    async def get_asset(name: str) -> Response:
        found = await asyncio.to_thread(assets.read, name)
        if found is None:
            raise APIError(404, "NOT_FOUND", "This file does not exist.")
        content, packed = found
        zipped = packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(
            packed if zipped and packed else content,
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        )
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        return response

    return assets
