"""Places in the queue for password work: nobody takes all of them."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.api.http.errors import APIError
from server.common.addresses import network_of
from server.i18n.markers import N_

WAITING = 64
"""More passwords than this do not queue: at 0.2 s each nobody would wait for the last."""
OF_ADDRESS = WAITING // 2
OF_ACCOUNT = 20
KEPT = 32
"""Places beside these, for devices that signed in to their account before."""
KEPT_OF_ACCOUNT = 4
AGAIN_S = "5"
"""What is told who finds no place, in seconds."""


@dataclass(frozen=True, slots=True)
class PasswordClient:
    """Who wants password work.

    Attributes
    ----------
    address : str
    account : str
        A user's id, or the name that was typed; empty where there is none yet.
    known : str
        Id of the account, where it is a device that signed in to it before; empty for any other.
    since : float
        When the account was made, Unix seconds.
    """

    address: str
    account: str = ""
    known: str = ""
    since: float = 0.0


@dataclass(slots=True, eq=False)
class Place:
    """A place that is taken.

    Attributes
    ----------
    known, since
        As of the asker, where it is one of those that are kept.
    give_up : callable or None
        Ends the waiting when the place goes to another.
    lost : bool
        Whether it did.
    """

    known: str = ""
    since: float = 0.0
    give_up: Callable[[], object] | None = None
    lost: bool = False


class PasswordQueue:
    """Counts who waits."""

    def __init__(self) -> None:
        self._all = 0
        self._taken: Counter[tuple[str, str]] = Counter()
        self._kept: list[Place] = []

    @contextmanager
    def one(self, asker: PasswordClient | None) -> Iterator[Place]:
        """A place, for the length of the block.

        Parameters
        ----------
        asker : Asker or None
            None for work that nobody asked for from outside.

        Raises
        ------
        APIError
            503 ``BUSY`` when too much waits already, 429 ``RATE_LIMITED`` when too much of the same asker does. Who
            waits in a place that is kept may get the first later, too: `Place.lost`.
        """
        if asker is None or not asker.known or not self._may_keep(asker):
            with self._usual(asker):
                yield Place()
            return
        place = Place(asker.known, asker.since)
        self._kept.append(place)
        try:
            yield place
        finally:
            if not place.lost:
                self._kept.remove(place)

    def _may_keep(self, asker: PasswordClient) -> bool:
        """Whether one of the places that are kept is this device's.

        The older account goes first, so that accounts that strangers make cannot keep out those that were there.
        """
        if sum(one.known == asker.known for one in self._kept) >= KEPT_OF_ACCOUNT:
            return False
        if len(self._kept) < KEPT:
            return True
        youngest = max(self._kept, key=lambda place: place.since)
        if youngest.since <= asker.since:
            return False
        self._kept.remove(youngest)
        youngest.lost = True
        if youngest.give_up is not None:
            youngest.give_up()
        return True

    @contextmanager
    def _usual(self, asker: PasswordClient | None) -> Iterator[None]:
        limits = _limits(asker)
        if any(self._taken[key] >= most for key, most in limits.items()):
            message = N_("Too many passwords are being checked for you at this moment. Try again in a few seconds.")
            raise APIError(429, "RATE_LIMITED", message, headers={"Retry-After": AGAIN_S})
        if self._all >= WAITING:
            raise busy()
        self._all += 1
        self._taken.update(limits.keys())
        try:
            yield
        finally:
            self._all -= 1
            self._taken.subtract(limits.keys())
            for key in limits:
                if not self._taken[key]:
                    del self._taken[key]


def busy() -> APIError:
    """Too much waits already."""
    message = N_("Too many people sign in at this moment. Try again in a few seconds.")
    return APIError(503, "BUSY", message, headers={"Retry-After": AGAIN_S})


def _limits(asker: PasswordClient | None) -> dict[tuple[str, str], int]:
    """How many places each of the asker's names may take."""
    if asker is None:
        return {}
    limits = {("address", network_of(asker.address)): OF_ADDRESS}
    return limits | ({("account", asker.account): OF_ACCOUNT} if asker.account else {})
