"""A form that was sent after its session had ended: what was typed is kept through signing in again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from quart import Quart, current_app, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from server.api.http.auth import SIGN_IN_AGAIN, find_user, why_signed_out
from server.i18n.markers import N_

F = TypeVar("F", bound=Callable[..., Any])
ATTRIBUTE, ATTRIBUTE_OF_STRANGERS = "_crowdcount_keeps", "_crowdcount_repeats"
ACTION, PREFIX = "kept_action", "kept."
SIGN_IN_FORM = "pages.do_login"
MAX_VALUES = 100
"""More than any form has: cameras and steps can be ticked several times."""


def keeps(**labels: str) -> Callable[[F], F]:
    """Mark a form's view with the fields worth keeping, and what they are called. Never a password."""

    def mark(view: F) -> F:
        setattr(view, ATTRIBUTE, labels)
        return view

    return mark


def repeats(**labels: str) -> Callable[[F], F]:
    """The same for forms of who is not signed in: kept where they could not be worked on, not through signing in."""

    def mark(view: F) -> F:
        setattr(view, ATTRIBUTE_OF_STRANGERS, labels)
        return view

    return mark


@dataclass(frozen=True, slots=True)
class PendingForm:
    """What was typed.

    Attributes
    ----------
    action : str
        Path that the form is sent to.
    values : tuple of (str, str)
        Fields and values, as often as they were sent.
    labels : mapping of str to str
        What the fields are called.
    """

    action: str
    values: tuple[tuple[str, str], ...]
    labels: Mapping[str, str]


def keep(app: Quart, endpoint: str | None, action: str, typed: MultiDict[str, str]) -> PendingForm | None:
    """What is kept of a form sent to this endpoint; None where nothing is worth keeping."""
    labels: Mapping[str, str] | None = getattr(app.view_functions.get(endpoint or ""), ATTRIBUTE, None)
    return _kept(action, typed, labels)


def _kept(action: str, typed: MultiDict[str, str], labels: Mapping[str, str] | None) -> PendingForm | None:
    if labels is None:
        return None
    values = [(name, value) for name, value in typed.items(multi=True) if name in labels]
    return PendingForm(action, tuple(values[:MAX_VALUES]), labels) if values else None


async def pending_form() -> PendingForm | None:
    """What was typed into the form of this request, which could not be worked on; to be sent again."""
    view = current_app.view_functions.get(request.endpoint or "")
    labels = getattr(view, ATTRIBUTE, None) or getattr(view, ATTRIBUTE_OF_STRANGERS, None)
    if request.method != "POST" or labels is None:
        return None
    typed = await request.form
    if request.endpoint == SIGN_IN_FORM:  # which may carry another form
        labels = {**labels, **{name: "" for name in typed if name == ACTION or name.startswith(PREFIX)}}
    return _kept(request.path, typed, labels)


def read_kept(form: MultiDict[str, str]) -> PendingForm | None:
    """What a sign-in form carries along; None for an action that is no form of ours."""
    action = form.get(ACTION, "")
    if not action.startswith("/") or action.startswith("//"):
        return None  # the router takes "//profile" for "/profile", a browser for another site
    adapter = current_app.url_map.bind(request.host)
    try:
        endpoint, _ = adapter.match(action, method="POST")
    except HTTPException:
        return None
    carried = [(name.removeprefix(PREFIX), value) for name, value in form.items(multi=True) if name.startswith(PREFIX)]
    return keep(current_app, endpoint, action, MultiDict(carried))


async def ask_to_sign_in() -> tuple[str, int] | None:
    """The sign-in page with this request's form in it; None where nothing was typed that is worth keeping."""
    kept = keep(current_app, request.endpoint, request.path, await request.form)
    if kept is None:
        return None
    await find_user()  # from which on it is known why the session is over
    notice = why_signed_out() or f"{N_('You are not signed in.')} {SIGN_IN_AGAIN}"
    page = await render_template("login.html", values={"next": ""}, errors={}, notice=notice, kept=kept)
    return page, 401


async def offer_again(kept: PendingForm) -> tuple[str, int]:
    """After signing in: what was typed, to be sent or to be left."""
    return await render_template("kept_form.html", kept=kept), 200
