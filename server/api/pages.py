"""The pages."""

from quart import Blueprint, redirect, render_template, request
from quart_rate_limiter import rate_limit
from werkzeug.wrappers import Response

from server.api.accounts import authenticate, register
from server.api.auth import find_user, page_for_users, sign_in, sign_out
from server.api.cameras import require_camera
from server.api.errors import APIError
from server.api.limits import SIGN_IN_LIMIT, SIGN_UP_LIMIT

blueprint = Blueprint("pages", __name__)

Page = str | tuple[str, int] | Response
HOME = "/cameras"


@blueprint.app_context_processor
async def _user_context() -> dict[str, object]:
    return {"user": await find_user()}


def next_page(target: str | None) -> str:
    """Where to go after signing in: a path of this site, never another one."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable():
        return target
    return HOME


@blueprint.get("/")
async def landing() -> Page:
    """What this is; users go on to their cameras."""
    if await find_user():
        return redirect(HOME)
    return await render_template("landing.html")


@blueprint.get("/register")
async def show_register() -> Page:
    """The form for a new account."""
    if await find_user():
        return redirect(HOME)
    return await render_template("register.html", values={"next": request.args.get("next", "")}, errors={})


@blueprint.post("/register")
@rate_limit(limits=[SIGN_UP_LIMIT])
async def do_register() -> Page:
    """Make an account and go on; on an error the form comes back as it was typed."""
    form = await request.form
    values = {name: form.get(name, "") for name in ("username", "email", "next")}
    try:
        user = await register(values["username"], values["email"], form.get("password", ""))
    except APIError as error:
        errors = {"form": error.message, **error.fields}
        return await render_template("register.html", values=values, errors=errors), error.status
    await sign_in(user)
    return redirect(next_page(values["next"]), 303)


@blueprint.get("/login")
async def show_login() -> Page:
    """The sign-in form."""
    if await find_user():
        return redirect(next_page(request.args.get("next")))
    return await render_template("login.html", values={"next": request.args.get("next", "")}, errors={})


@blueprint.post("/login")
@rate_limit(limits=[SIGN_IN_LIMIT])
async def do_login() -> Page:
    """Sign in and go on to where the user wanted to be."""
    form = await request.form
    values = {name: form.get(name, "") for name in ("login", "next")}
    try:
        user = await authenticate(values["login"], form.get("password", ""))
    except APIError as error:
        return await render_template("login.html", values=values, errors={"form": error.message}), error.status
    await sign_in(user)
    return redirect(next_page(values["next"]), 303)


@blueprint.post("/logout")
async def do_logout() -> Page:
    """Sign out."""
    await sign_out()
    return redirect("/", 303)


@blueprint.get("/cameras")
@page_for_users
async def cameras() -> Page:
    """The user's cameras."""
    return await render_template("cameras.html")


@blueprint.get("/cameras/<camera_id>")
@page_for_users
async def studio(camera_id: str) -> Page:
    """The studio of one camera."""
    return await render_template("studio.html", camera=await require_camera(camera_id))
