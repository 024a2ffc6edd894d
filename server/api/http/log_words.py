"""What the log and the list of sessions say, in the reader's words."""

from server.api.accounts.devices import BROWSERS, SYSTEMS, UNKNOWN
from server.api.http.language import words
from server.i18n.markers import N_
from server.storage.accounts.audit import CONSOLE
from server.storage.accounts.forgetting import NOBODY

ON = N_("{browser} on {system}")
# By the values of `storage.audit.Action`.
ACTIONS = {
    "registered": N_("Registered"),
    "signed_in": N_("Signed in"),
    "sign_in_failed": N_("Sign in failed"),
    "sign_in_refused": N_("Sign-ins refused for a while: too many wrong passwords"),
    "signed_out": N_("Signed out"),
    "session_ended": N_("Session ended"),
    "signed_out_everywhere": N_("Signed out everywhere"),
    "token_reused": N_("Token reused"),
    "password_changed": N_("Password changed"),
    "password_check_failed": N_("Password check failed"),
    "profile_changed": N_("Profile changed"),
    "account_disabled": N_("Account disabled"),
    "account_enabled": N_("Account enabled"),
    "account_deleted": N_("Account deleted"),
    "role_changed": N_("Role changed"),
    "camera_added": N_("Camera added"),
    "camera_renamed": N_("Camera renamed"),
    "camera_deleted": N_("Camera deleted"),
    "plan_changed": N_("Zones changed"),
    "limits_changed": N_("Limits changed"),
    "counters_reset": N_("Counters reset"),
    "stills_on": N_("Pictures of alerts switched on"),
    "stills_off": N_("Pictures of alerts switched off"),
    "still_deleted": N_("Picture of an alert deleted"),
    "channel_added": N_("Channel added"),
    "channel_confirmed": N_("Channel confirmed"),
    "channel_changed": N_("Channel changed"),
    "channel_tested": N_("Channel tested"),
    "channel_deleted": N_("Channel deleted"),
    "alert_acknowledged": N_("Alert acknowledged"),
    "alert_claimed": N_("Alert claimed"),
    "room_added": N_("Room added"),
    "room_renamed": N_("Room renamed"),
    "room_deleted": N_("Room deleted"),
    "room_joined": N_("Room joined"),
    "room_left": N_("Room left"),
    "member_changed": N_("Member changed"),
    "member_removed": N_("Member removed"),
    "invite_added": N_("Invite added"),
    "invite_revoked": N_("Invite revoked"),
    "camera_placed": N_("Camera placed"),
    "camera_taken_out": N_("Camera taken out"),
    "area_changed": N_("Area changed"),
    "status_page_opened": N_("Status page opened"),
    "status_page_closed": N_("Status page closed"),
    "recording_added": N_("Recording added"),
    "recording_changed": N_("Recording changed"),
    "recording_deleted": N_("Recording deleted"),
    "run_added": N_("Recording counted again"),
    "run_deleted": N_("Count of a recording deleted"),
    "history_exported": N_("History exported"),
    "audit_exported": N_("Log exported"),
}

# Where entries hold words of ours, in English; what stands elsewhere, people have typed.
OURS = {
    "target": frozenset({"signed_in", "profile_changed", "role_changed"}),
    "detail": frozenset(
        {"password_changed", "signed_out_everywhere", "channel_added", "channel_deleted", "plan_changed"}
        | {"sign_in_failed", "invite_added", "room_joined", "area_changed"}
        | {"channel_changed", "channel_tested", "status_page_opened"}
    ),
}
OF_SESSIONS = frozenset({"session_ended", "token_reused"})
"""Whose target is a device."""
OF_MEMBERS = frozenset({"member_changed", "member_removed"})
"""Whose details begin with a user name, which may be a word of ours."""
NAMES = {
    "browser": N_("browser"),
    "program": N_("program"),
    "date_of_birth": N_("date of birth"),
    "place": N_("place"),
    "gender": N_("gender"),
    "webhook": N_("web hook"),
    "email": N_("e-mail"),
    "push": N_("push"),
    "owner": N_("owner"),
    "operator": N_("operator"),
    "viewer": N_("viewer"),
    "camera": N_("camera"),
    "added": N_("added"),
    "changed": N_("changed"),
    "deleted": N_("deleted"),
    "administrator": N_("administrator"),
    "user": N_("user"),
    "name": N_("name"),
    "steps": N_("what is told"),
    "camera_ids": N_("cameras"),
    "enabled": N_("taken up again"),
    "paused": N_("paused"),
    "delivered": N_("delivered"),
    "counts": N_("shows numbers"),
    "state": N_("shows how full it is"),
}


def action_words(action: str) -> str:
    """What was done."""
    return words().gettext(ACTIONS[action])


def device_words(name: str) -> str:
    """A device as `device_name` names it."""
    browser, _, system = name.partition(" on ")
    if any(browser == known for _, known in BROWSERS) and any(system == known for _, known in SYSTEMS):
        return words().gettext(ON).format(browser=browser, system=system)
    return words().gettext(name) if name in (UNKNOWN, CONSOLE.device) else name


def entry_words(text: str, column: str, action: str) -> str:
    """What an entry names besides the action, in its columns ``target`` and ``detail``."""
    if column == "detail" and action in OF_MEMBERS:
        name, *role = text.split(", ")
        return ", ".join([words().tell(name) if name == NOBODY else name, *map(_told, role)])
    if column == "target" and action in OF_SESSIONS:
        return device_words(text)
    if action not in OURS[column]:
        return text
    told = ", ".join(map(_told, text.split(", ")))
    return told if told != text else words().tell(text)


def _told(part: str) -> str:
    return words().tell(NAMES.get(part, part))
