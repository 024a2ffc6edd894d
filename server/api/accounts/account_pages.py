"""The pages of the account: profile, sessions, log, and leaving. They work without JavaScript."""

from quart import Blueprint, redirect, render_template, request

from server.api.accounts.credentials import change_password, delete_account, show_holdings
from server.api.accounts.devices import device_name
from server.api.accounts.profile import MAX_GENDER, MAX_PLACE, OLDEST, change_profile, show_profile, today
from server.api.accounts.sessions import list_sessions
from server.api.accounts.sign_in import end_one, sign_out_everywhere
from server.api.http.access import users_only
from server.api.http.audit_log import PAGE, list_audit
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.log_words import action_words, device_words, entry_words
from server.api.http.pages import Page
from server.api.http.pending_form import keeps
from server.i18n.markers import N_
from server.storage.accounts.users import count_admins

blueprint = Blueprint("account_pages", __name__, url_prefix="/profile")

ID_DIGITS = 15
DETAILS = ("date_of_birth", "place", "gender")
SAVED = {
    "profile": N_("Your profile is saved."),
    "password": N_("Your password is changed. Every other session was ended."),
}


blueprint.add_app_template_filter(device_name)
blueprint.add_app_template_filter(device_words)
blueprint.add_app_template_filter(action_words)
blueprint.add_app_template_filter(entry_words)


async def _profile_page(
    values: dict[str, str] | None = None, errors: dict[str, str] | None = None, status: int = 200
) -> tuple[str, int]:
    """The page with what was typed, or what is stored."""
    profile = await show_profile()
    latest = today()
    earliest = latest.replace(year=latest.year - OLDEST, month=1, day=1)
    limits = {"place": MAX_PLACE, "gender": MAX_GENDER, "latest": latest, "earliest": earliest}
    typed = values or {name: profile[name] for name in DETAILS}
    page = await render_template(
        "profile.html",
        profile=profile,
        values=typed,
        errors=errors or {},
        limits=limits,
        saved=SAVED.get(request.args.get("saved", "")) if not errors else None,
    )
    return page, status


@blueprint.get("")
@users_only
async def show() -> Page:
    """Who I am, and my password."""
    return await _profile_page()


@blueprint.post("")
@users_only
@keeps(date_of_birth="Date of birth", place="Place", gender="Gender")
async def save_details() -> Page:
    """Save the profile; on an error the form comes back as it was typed."""
    form = await request.form
    values = {name: form.get(name, "") for name in DETAILS}
    try:
        await change_profile({**values})
    except APIError as error:
        return await _profile_page(values, error.fields or {"form": error.message}, error.status)
    return redirect("/profile?saved=profile", 303)


@blueprint.post("/password")
@users_only
async def save_password() -> Page:
    """Change the password; this browser stays signed in, everything else does not."""
    form = await request.form
    try:
        await change_password(form.get("current_password", ""), form.get("new_password", ""))
    except APIError as error:
        if error.status == 401:  # the session ended meanwhile
            raise
        page, status = await _profile_page(None, error.fields or {"form": error.message}, error.status)
        return page, status, error.headers
    return redirect("/profile?saved=password", 303)


@blueprint.get("/sessions")
@users_only
async def sessions() -> Page:
    """Where the account is signed in."""
    return await render_template("sessions.html", sessions=await list_sessions())


@blueprint.post("/sessions/end")
@users_only
async def end_session() -> Page:
    """End one session, or all of them."""
    user = await require_user()
    chosen = (await request.form).get("session", "")
    if chosen == "all":
        await sign_out_everywhere(user)
        return redirect("/login", 303)
    # One that has ended meanwhile is what was wanted.
    await end_one(user, chosen)
    return redirect("/profile/sessions", 303)


@blueprint.get("/log")
@users_only
async def log() -> Page:
    """What was done with the account."""
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS else None
    entries, following = await list_audit(before, PAGE)
    return await render_template("log.html", entries=entries, following=following, first=before is None)


@blueprint.get("/delete")
@users_only
async def ask_delete() -> Page:
    """What goes when the account goes."""
    return await _delete_page({})


@blueprint.post("/delete")
@users_only
async def do_delete() -> Page:
    """Delete the account."""
    try:
        await delete_account((await request.form).get("password", ""))
    except APIError as error:
        if error.status == 401:  # the session ended meanwhile
            raise
        page, status = await _delete_page(error.fields or {"form": error.message}, error.status)
        return page, status, error.headers
    return redirect("/?deleted", 303)


async def _delete_page(errors: dict[str, str], status: int = 200) -> tuple[str, int]:
    user = await require_user()
    async with services().database.reading() as connection:
        last_admin = user.is_admin and await count_admins(connection) == 1
    holdings = await show_holdings(user)
    page = await render_template("delete.html", holdings=holdings, last_admin=last_admin, errors=errors, values={})
    return page, status
