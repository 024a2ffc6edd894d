"""Who may use a route. A route that does not say is closed to everybody."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import quote

from quart import Quart, redirect, request
from werkzeug.wrappers import Response

from server.api.http.auth import find_user, unauthenticated
from server.api.http.errors import APIError, is_api
from server.api.http.pending_form import ask_to_sign_in

F = TypeVar("F", bound=Callable[..., Any])
ATTRIBUTE = "_crowdcount_access"


class Access(StrEnum):
    """Who is let in. What belongs to a user is also asked for by its owner, in the WHERE of each query."""

    EVERYBODY = "everybody"
    USER = "user"


# Routes of the libraries: static files, the description of the API.
LIBRARY_ENDPOINTS = {"static": Access.EVERYBODY, "openapi": Access.EVERYBODY}


def access(who: Access) -> Callable[[F], F]:
    """Mark a view with the rule that `install_access` enforces."""

    def mark(view: F) -> F:
        setattr(view, ATTRIBUTE, who)
        return view

    return mark


everybody = access(Access.EVERYBODY)
users_only = access(Access.USER)


def rule_of(views: Mapping[str, Callable[..., Any]], endpoint: str) -> Access | None:
    """The rule of a route; None for one without."""
    marked: Access | None = getattr(views.get(endpoint), ATTRIBUTE, None)
    return marked or LIBRARY_ENDPOINTS.get(endpoint)


def install_access(app: Quart) -> None:
    """Enforce the rules before any view runs."""

    @app.before_request
    async def check_access() -> Response | tuple[str, int] | None:
        if request.endpoint is None:
            return None  # no such route: answered as that
        rule = rule_of(app.view_functions, request.endpoint)
        if rule is None:
            raise APIError(403, "FORBIDDEN", "This is not open to anybody.")
        if rule is Access.EVERYBODY or await find_user() is not None:
            return None
        if is_api(request.path):
            raise unauthenticated()
        if request.method not in ("GET", "HEAD"):
            form = await ask_to_sign_in()
            if form is None:
                raise unauthenticated()
            return form
        return redirect("/login?next=" + quote(request.full_path.removesuffix("?"), safe=""))
