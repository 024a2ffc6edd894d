"""What every request must pass and every response carries."""

from quart import Quart, Response, request

from server.api.http.auth import bearer_token
from server.api.http.context import services
from server.api.http.cookies import NAMES
from server.api.http.errors import APIError
from server.common.origins import claimed_origin, origin_allowed
from server.i18n.markers import N_

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_BODY_BYTES = 64 * 1024
"""Frames travel on sockets; no HTTP body is larger than a form."""
BODY_S = 15
"""A body that small is here by then, on any network that works."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=31536000"


def wrong_host() -> APIError:
    """The answer to a request that calls this server by a name that may be anybody's."""
    origin = f"{request.scheme}://{request.host}"
    message = N_(f"This server does not go by the name {request.host}. Who runs it can allow {origin}.")
    return APIError(403, "WRONG_HOST", message)


def install_security(app: Quart) -> None:
    """Check origins, bound bodies, set headers."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["BODY_TIMEOUT"] = BODY_S

    @app.before_request
    async def check_origin() -> None:
        if request.method in SAFE_METHODS:
            return
        headers = request.headers
        origin = claimed_origin(headers.get("Origin"), headers.get("Referer"))
        # A browser adds a cookie to what another site sends; it never adds a token, and without either there is
        # nothing to misuse.
        cookies = NAMES & request.cookies.keys()
        rides_on_cookie = bool(cookies) and bearer_token(headers.get("Authorization")) is None
        if origin is None and not rides_on_cookie:
            return
        if origin_allowed(origin, request.scheme, request.host, services().settings.known_origins):
            return
        if origin == f"{request.scheme}://{request.host}":
            raise wrong_host()
        raise APIError(403, "WRONG_ORIGIN", "This request came from another site, or did not say from where.")

    @app.after_request
    async def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
        if not response.headers.get("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        return response
