"""The application, which answers some requests with 400 where the library breaks: anybody can send them."""

from typing import Any

from quart import Quart, Request, Response
from quart.typing import ResponseTypes
from quart.wrappers import Websocket
from werkzeug.exceptions import BadHost, BadRequest

from server.common.origins import is_host
from server.uploads.intake import PIECE_BYTES

UPLOADS = "/api/recordings/uploads/"
"""Under which files of recordings are sent."""


class BoundedRequest(Request):
    """A request whose JSON is bad when it nests too deep to be read; pieces of recordings are larger than forms."""

    def __init__(self, method: str, scheme: str, path: str, *more: Any, **bounds: Any) -> None:
        if method == "PATCH" and path.startswith(UPLOADS):
            bounds["max_content_length"] = PIECE_BYTES
        super().__init__(method, scheme, path, *more, **bounds)

    async def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body. Raises BadRequest."""
        try:
            return await super().get_json(force, silent, cache)
        except RecursionError as error:
            raise BadRequest from error


class Site(Quart):
    """Refuses a Host that cannot be one, which is found out before any handler of errors has a say."""

    request_class = BoundedRequest

    async def handle_request(self, request: Request) -> ResponseTypes:
        """Answer a request."""
        if not is_host(request.headers.get("Host") or "localhost"):
            return _refusal()
        try:
            return await super().handle_request(request)
        except BadHost:
            return _refusal()

    async def handle_websocket(self, websocket: Websocket) -> ResponseTypes | None:
        """Answer a WebSocket, of which there are none here."""
        try:
            return await super().handle_websocket(websocket)
        except BadHost:
            return _refusal()


def _refusal() -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response("The host of this request is no name.", 400, headers, content_type="text/plain")
