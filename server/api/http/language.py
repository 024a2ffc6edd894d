"""The language of a page: chosen in the menu, else what the browser asks for, else English."""

from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

from quart import Blueprint, Quart, Response, current_app, g, redirect, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response as AnyResponse

from server.api.http.access import everybody
from server.api.http.assets import Assets
from server.api.http.context import services
from server.api.http.errors import APIError, is_api
from server.i18n.catalogue import ENGLISH, Catalogue, load_catalogues

KEY = "crowdcount_words"
COOKIE = "crowdcount_language"
YEAR_S = 365 * 86_400
START = "/"
MOST_ASKED = 500
"""Characters of `Accept-Language` that are read."""

blueprint = Blueprint("language", __name__)


@cache
def _shipped() -> dict[str, Catalogue]:
    """What comes with the program does not change while it runs: a process reads it once."""
    return load_catalogues()


def catalogues() -> dict[str, Catalogue]:
    """Every language of this app, by its tag."""
    found: dict[str, Catalogue] = current_app.extensions[KEY]
    return found


def words() -> Catalogue:
    """The words of this request's language."""
    if "words" not in g:
        every = catalogues()
        chosen = request.cookies.get(COOKIE, "")
        g.words = every[chosen if chosen in every else preferred(_accepted(), every)]
    found: Catalogue = g.words
    return found


def _accepted() -> LanguageAccept:
    """What the browser asks for; of a list without end the beginning, for the rest would only cost time."""
    return parse_accept_header(request.headers.get("Accept-Language", "")[:MOST_ASKED], LanguageAccept)


def preferred(accepted: Iterable[tuple[str, float]], there: Iterable[str]) -> str:
    """The first language that somebody accepts, best first, and that is there; English when none is."""
    by_tag = {code.lower(): code for code in there}
    for tag, quality in accepted:
        for wanted in (tag.lower(), tag.lower().partition("-")[0]):
            if quality > 0 and wanted in by_tag:
                return by_tag[wanted]
    return ENGLISH


def install_words(app: Quart, assets: Assets) -> None:
    """Let templates translate: `_`, `{% trans %}`, and the filter `tell` for sentences of the server."""
    app.extensions[KEY] = _shipped()
    for catalogue in app.extensions[KEY].values():
        assets.put(catalogue.script_name, catalogue.script)
    environment = app.jinja_env
    environment.policies["ext.i18n.trimmed"] = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda text: words().gettext(text), lambda one, many, n: words().ngettext(one, many, n), newstyle=True
    )
    environment.filters["tell"] = lambda sentence: words().tell(str(sentence))

    @app.context_processor
    def context() -> dict[str, object]:
        return {"words": words(), "languages": list(catalogues().values())}

    @app.after_request
    async def name_language(response: Response) -> Response:
        if not is_api(request.path) and response.mimetype == "text/html":
            response.headers.setdefault("Content-Language", words().code)
        return response


@blueprint.post("/language")
@everybody
async def choose_language() -> AnyResponse:
    """Remember a language and go back to where it was chosen."""
    form = await request.form
    code = form.get("language", "")
    if code not in catalogues():
        raise APIError(400, "UNKNOWN_LANGUAGE", "This language is not there.")
    response = redirect(_back(request.headers.get("Referer", "")), 303)
    secure = services().settings.secure_cookies or request.is_secure
    response.set_cookie(COOKIE, code, max_age=YEAR_S, secure=secure, httponly=True, samesite="Lax")
    return response


def _back(referrer: str) -> str:
    """The page of this site where somebody was, if it can be asked for again; else the first one."""
    try:
        came = urlsplit(referrer)
    except ValueError:
        return START
    if came.netloc != request.host:
        return START
    try:
        current_app.url_map.bind(request.host).match(came.path, method="GET")
    except HTTPException:
        return START
    return f"{came.path}?{came.query}" if came.query else came.path
