"""The pages to come in by, and those of the cameras."""

from quart import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from server.api.accounts.accounts import register
from server.api.accounts.authentication import authenticate
from server.api.accounts.sign_in import sign_in, sign_out
from server.api.cameras.cameras import require_camera
from server.api.http.access import everybody, users_only
from server.api.http.auth import find_user, why_signed_out
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.pending_form import offer_again, read_kept, repeats
from server.storage.cameras.rights import Right

blueprint = Blueprint("pages", __name__)

Page = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Response
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
@everybody
async def landing() -> Page:
    """What this is; users go on to their cameras."""
    if await find_user():
        return redirect(HOME)
    return await render_template("landing.html", deleted="deleted" in request.args)


@blueprint.get("/register")
@everybody
async def show_register() -> Page:
    """The form for a new account."""
    if await find_user():
        return redirect(HOME)
    return await render_template("register.html", values={"next": request.args.get("next", "")}, errors={})


@blueprint.post("/register")
@everybody
@repeats(username="User name", email="E-mail", next="")
async def do_register() -> Page:
    """Make an account and go on; on an error the form comes back as it was typed."""
    form = await request.form
    values = {name: form.get(name, "") for name in ("username", "email", "next")}
    try:
        await sign_in(await register(values["username"], values["email"], form.get("password", "")))
    except APIError as error:
        errors = error.fields or {"form": error.message}
        page = await render_template("register.html", values=values, errors=errors)
        return page, error.status, error.headers
    return redirect(next_page(values["next"]), 303)


@blueprint.get("/login")
@everybody
async def show_login() -> Page:
    """The sign-in form; after a session ended it says why."""
    if await find_user():
        return redirect(next_page(request.args.get("next")))
    values = {"next": request.args.get("next", "")}
    return await render_template("login.html", values=values, errors={}, notice=why_signed_out())


@blueprint.post("/login")
@everybody
@repeats(login="User name or e-mail", next="")
async def do_login() -> Page:
    """Sign in and go on to where the user wanted to be."""
    form = await request.form
    values = {name: form.get(name, "") for name in ("login", "next")}
    kept = read_kept(form)
    try:
        await sign_in(await authenticate(values["login"], form.get("password", "")))
    except APIError as error:
        page = await render_template("login.html", values=values, errors={"form": error.message}, kept=kept)
        return page, error.status, error.headers
    if kept is not None:
        return await offer_again(kept)
    return redirect(next_page(values["next"]), 303)


@blueprint.post("/logout")
@everybody
async def do_logout() -> Page:
    """Sign out."""
    await sign_out()
    return redirect("/", 303)


@blueprint.get("/cameras")
@users_only
async def cameras() -> Page:
    """The user's cameras."""
    return await render_template("cameras.html")


@blueprint.get("/cameras/<camera_id>")
@users_only
async def studio(camera_id: str) -> Page:
    """The studio of one camera."""
    camera = await require_camera(camera_id, Right.OPERATE)
    return await render_template("studio.html", camera=camera, floor_s=services().settings.alert_floor_s)
