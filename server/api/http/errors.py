"""Errors of the HTTP side: raised anywhere, rendered once."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from pydantic import ValidationError
from quart import Quart, Response, jsonify, render_template, request
from quart_rate_limiter import RateLimitExceeded
from quart_schema import RequestSchemaValidationError
from sqlalchemy.exc import DatabaseError, NoResultFound
from werkzeug.exceptions import HTTPException

from server.core.errors import CodedError
from server.i18n.markers import N_
from server.i18n.storage import unavailable_text
from server.storage.engine.trouble import UnreachableError, is_of_server, is_trouble

logger = logging.getLogger("crowdcount.api")

Answer = tuple[Response | str, int, dict[str, str]]


class APIError(CodedError):
    """A request that is answered with an error.

    Parameters
    ----------
    status : int
        HTTP status.
    code, message : str
        As in CodedError.
    fields : mapping of str to str, optional
        What is wrong with which field.
    headers : mapping of str to str, optional
        Headers of the answer, such as Retry-After.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.status = status
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})


def is_api(path: str) -> bool:
    """Whether answers at this path are JSON."""
    return path.startswith("/api/") or path in ("/healthz", "/readyz", "/metrics", "/openapi.json")


async def render(error: APIError, typed: object = None) -> Answer:
    """The error as JSON under /api/, as a page elsewhere; `typed` is the form to be sent again."""
    if is_api(request.path):
        body: dict[str, object] = {"code": error.code, "message": error.message}
        if error.fields:
            body["fields"] = error.fields
        return jsonify({"error": body}), error.status, error.headers
    page = await render_template("error.html", status=error.status, code=error.code, message=error.message, kept=typed)
    return page, error.status, error.headers


def _validation(error: RequestSchemaValidationError) -> APIError:
    found = error.validation_error
    details = found.errors() if isinstance(found, ValidationError) else []
    fields = {
        ".".join(str(part) for part in one["loc"]) or "body": str(one["msg"]).removeprefix("Value error, ")
        for one in details
    }
    message = "; ".join(f"{name}: {text}" for name, text in fields.items())
    return APIError(400, "BAD_REQUEST", message or N_("The body must be a JSON object."), fields)


def crashed() -> APIError:
    """What is told of a fault of the program."""
    return APIError(500, "INTERNAL", "Something went wrong here. It was logged; nothing was lost.")


def install_errors(
    app: Quart,
    unfinished_form: Callable[[], Awaitable[object]],
    over_meanwhile: Callable[[], Awaitable[APIError | None]],
) -> None:
    """Render every error of this app.

    Parameters
    ----------
    app : Quart
    unfinished_form : callable
        Awaited: what was typed into the form of this request, or None.
    over_meanwhile : callable
        Awaited: the refusal where the session of this request ended while it was worked on, or None.
    """

    @app.errorhandler(APIError)
    async def on_api_error(error: APIError) -> Answer:
        return await render(error)

    @app.errorhandler(RequestSchemaValidationError)
    async def on_validation(error: RequestSchemaValidationError) -> Answer:
        return await render(_validation(error))

    @app.errorhandler(UnicodeDecodeError)
    async def on_bad_text(_error: UnicodeDecodeError) -> Answer:
        return await render(APIError(400, "BAD_REQUEST", "The body is not UTF-8 text."))

    @app.errorhandler(RateLimitExceeded)
    async def on_rate_limit(error: RateLimitExceeded) -> Answer:
        message = N_(f"Too many requests. Try again in {error.retry_after} seconds.")
        limited = APIError(429, "RATE_LIMITED", message, headers={"Retry-After": str(error.retry_after)})
        return await render(limited, await unfinished_form())

    @app.errorhandler(HTTPException)
    async def on_http(error: HTTPException) -> Answer:
        status = HTTPStatus(error.code or 500)
        text = N_("This page does not exist.") if status == 404 else f"{status.phrase}."
        return await render(APIError(status, status.name, text))

    @app.errorhandler(500)
    async def on_crash(_error: Exception) -> Answer:
        # Quart has logged the traceback.
        return await render(crashed())

    _install_storage_errors(app, unfinished_form, over_meanwhile)


def _install_storage_errors(
    app: Quart,
    unfinished_form: Callable[[], Awaitable[object]],
    over_meanwhile: Callable[[], Awaitable[APIError | None]],
) -> None:
    @app.errorhandler(DatabaseError)
    async def on_storage(error: DatabaseError) -> Answer:
        if not is_trouble(error):
            return await on_fault(error)
        known = isinstance(error.orig, UnreachableError)
        logger.error("%s %s needs a database that works", request.method, request.path, exc_info=not known)
        unavailable = APIError(
            503, "STORAGE_UNAVAILABLE", unavailable_text(elsewhere=is_of_server(error)), headers={"Retry-After": "10"}
        )
        return await render(unavailable, await unfinished_form())

    @app.errorhandler(NoResultFound)
    async def on_fault(error: Exception) -> Answer:
        gone = await over_meanwhile()  # what belonged to the account is not there, and nothing can belong to it
        if gone is not None:
            return await render(gone)
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
        return await render(crashed())
