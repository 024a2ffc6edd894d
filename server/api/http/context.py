"""What the routes need, handed over by the app that wires it."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from quart import current_app

from server.alerts.dispatcher import Dispatcher
from server.api.accounts.deleted_sessions import DeletedSessions
from server.api.alerts.channel_limiter import ChannelLimiter
from server.api.http.cookies import CookieAuth
from server.api.http.cost_limits import Spending
from server.api.http.passwords import Passwords
from server.api.http.sign_in_limiter import SignInLimiter
from server.api.http.tokens import Tokens
from server.api.rooms.join_book import JoinBook
from server.api.rooms.status_answers import StatusAnswers
from server.config import Settings
from server.core.public_figure import PublicFigure
from server.core.quality import Quality
from server.engine.base import WorkerStatus
from server.storage.accounts.sessions import EndReason
from server.storage.alerts.area_alerts import PlacedAlert
from server.storage.cameras.plans import StoredPlan
from server.storage.engine.database import Database
from server.storage.rooms.room_log import LogEntry
from server.uploads.intake import Intake

KEY = "crowdcount"


@dataclass(frozen=True, slots=True)
class WebLife:
    """How often the web process was started again, and how the one before it ended."""

    restarts: int = 0
    reason: str | None = None


class RoomSignals(Protocol):
    """The rooms that have viewers; told after something was stored."""

    def changed(self, room_id: str) -> None:
        """Members, cameras, areas or the name of a room changed, or it is gone."""

    def logged(self, room_id: str, entry: LogEntry) -> None:
        """The log of a room has a new entry."""

    def plan_changed(self, camera_id: str, version: int, by: str) -> None:
        """The zones of a camera changed."""

    def alert_taken(self, placed: PlacedAlert) -> None:
        """A user acknowledged or claimed an alert."""

    def public_figures(self, room_id: str) -> dict[str, PublicFigure]:
        """What everybody may know of each area of a room, by id."""


class RunProgress(Protocol):
    """How far a run is."""

    frames: int
    refused: int
    expected: int | None

    def left_s(self, now: float) -> float | None:
        """Seconds that are left; None where that cannot be said."""


class RunSignals(Protocol):
    """The recordings that are counted; told after something was stored."""

    def wake(self) -> None:
        """A run waits, or a file lost what it belonged to."""

    def progress(self, run_id: str) -> RunProgress | None:
        """How far a run is that is being counted."""

    async def end(self, run_ids: Collection[str]) -> None:
        """Stop counting these runs; done when nothing more is written of them."""


@dataclass(frozen=True, slots=True)
class Services:
    """Collaborators of the routes.

    Attributes
    ----------
    cookies : CookieAuth
        Reads and sets those of sessions.
    spending : Spending
        Bounds what dear answers cost.
    courier : Dispatcher
        Sends tests of channels, and knows which kinds there are.
    push_key : str
        The public key that browsers subscribe to pushes with.
    live_figures : callable
        From camera ids to what they count right now.
    engine_status : callable
        How the vision processes are.
    recorder_trouble : callable
        What keeps counts from being saved besides the disk; None when nothing does.
    engine_prices : callable
        Awaited: what a frame of each quality takes on this machine.
    sessions_ended : callable
        Awaited with the ids of sessions after they ended, and why. Other web processes find out by themselves.
    session_seen : callable
        Called with the id of a session that was just used.
    camera_deleted : callable
        Called with the camera's id after it is gone.
    quality_changed : callable
        Called with a camera's id and its new quality.
    plan_changed : callable
        Called with the camera's id and its new plan, with its version, after that was stored.
    rooms : RoomSignals
    recordings : RunSignals
    intake : Intake
        Takes the files of recordings.
    guests_connected : callable
        The guests that have a connection.
    joined : JoinBook
        Which devices came by which invitation.
    status_answers : StatusAnswers
        What pages for everybody were told a moment ago.
    web_life : WebLife
        Of this web process and those before it.
    """

    settings: Settings
    database: Database
    cookies: CookieAuth
    spending: Spending
    passwords: Passwords
    tokens: Tokens
    guard: SignInLimiter
    departed: DeletedSessions
    channel_guard: ChannelLimiter
    courier: Dispatcher
    push_key: str
    live_figures: Callable[[Iterable[str]], dict[str, dict[str, Any]]]
    engine_status: Callable[[], list[WorkerStatus]]
    recorder_trouble: Callable[[], str | None]
    engine_prices: Callable[[], Awaitable[dict[Quality, float]]]
    sessions_ended: Callable[[Collection[str], EndReason], Awaitable[None]]
    session_seen: Callable[[str], None]
    camera_deleted: Callable[[str], None]
    plan_changed: Callable[[str, StoredPlan], None]
    quality_changed: Callable[[str, Quality], None]
    rooms: RoomSignals
    recordings: RunSignals
    intake: Intake
    guests_connected: Callable[[], Collection[str]]
    joined: JoinBook = field(default_factory=JoinBook)
    status_answers: StatusAnswers = field(default_factory=StatusAnswers)
    web_life: WebLife = WebLife()


def services() -> Services:
    """The services of the app that handles this request."""
    return cast(Services, current_app.extensions[KEY])
