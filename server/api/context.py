"""What the routes need, handed over by the app that wires it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from quart import current_app

from server.api.passwords import Passwords
from server.config import Settings
from server.engine.base import WorkerStatus
from server.storage.database import Database

KEY = "crowdcount"


@dataclass(frozen=True, slots=True)
class Services:
    """Collaborators of the routes.

    Attributes
    ----------
    live_figures : callable
        From camera ids to what they count right now.
    engine_status : callable
        How the vision processes are.
    session_ended : callable
        Awaited with the session's key after it ended.
    camera_deleted : callable
        Called with the camera's id after it is gone.
    """

    settings: Settings
    database: Database
    passwords: Passwords
    live_figures: Callable[[Iterable[str]], dict[str, dict[str, Any]]]
    engine_status: Callable[[], list[WorkerStatus]]
    session_ended: Callable[[str], Awaitable[None]]
    camera_deleted: Callable[[str], None]


def services() -> Services:
    """The services of the app that handles this request."""
    return cast(Services, current_app.extensions[KEY])
