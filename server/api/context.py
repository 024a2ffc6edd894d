"""What the routes need, handed over by the app that wires it."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, cast

from quart import current_app

from server.alerts.courier import Courier
from server.api.channel_guard import ChannelGuard
from server.api.guard import Guard
from server.api.passwords import Passwords
from server.api.tokens import Tokens
from server.config import Settings
from server.core.plan import Plan
from server.engine.base import WorkerStatus
from server.storage.database import Database
from server.storage.sessions import EndReason

KEY = "crowdcount"


@dataclass(frozen=True, slots=True)
class WebLife:
    """How often the web process was started again, and how the one before it ended."""

    restarts: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """Collaborators of the routes.

    Attributes
    ----------
    courier : Courier
        Sends tests of channels, and knows which kinds there are.
    push_key : str
        The public key that browsers subscribe to pushes with.
    live_figures : callable
        From camera ids to what they count right now.
    engine_status : callable
        How the vision processes are.
    sessions_ended : callable
        Awaited with the ids of sessions after they ended, and why. Other web processes find out by themselves.
    session_seen : callable
        Called with the id of a session that was just used.
    camera_deleted : callable
        Called with the camera's id after it is gone.
    plan_changed : callable
        Called with the camera's id and its new plan after that was stored.
    web_life : WebLife
        Of this web process and those before it.
    """

    settings: Settings
    database: Database
    passwords: Passwords
    tokens: Tokens
    guard: Guard
    channel_guard: ChannelGuard
    courier: Courier
    push_key: str
    live_figures: Callable[[Iterable[str]], dict[str, dict[str, Any]]]
    engine_status: Callable[[], list[WorkerStatus]]
    sessions_ended: Callable[[Collection[str], EndReason], Awaitable[None]]
    session_seen: Callable[[str], None]
    camera_deleted: Callable[[str], None]
    plan_changed: Callable[[str, Plan], None]
    web_life: WebLife = WebLife()


def services() -> Services:
    """The services of the app that handles this request."""
    return cast(Services, current_app.extensions[KEY])
