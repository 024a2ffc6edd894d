"""Places in the queue for password work: nobody takes all of them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.addresses import network_of
from server.api.errors import APIError
from server.words.mark import N_

WAITING = 64
"""More passwords than this do not queue: at 0.2 s each nobody would wait for the last."""
OF_ADDRESS = WAITING // 2
OF_ACCOUNT = 20
OF_FAMILIAR = 32
"""Places that strangers cannot take: of devices that signed in to their account before."""
AGAIN_S = "5"
"""What is told who finds no place, in seconds."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants password work.

    Attributes
    ----------
    address : str
    account : str
        A user's id, or the name that was typed; empty where there is none yet.
    familiar : bool
        Whether it is a device that signed in to this account before; `account` is its mark then.
    """

    address: str
    account: str = ""
    familiar: bool = False


class Places:
    """Counts who waits."""

    def __init__(self) -> None:
        self._all = 0
        self._taken: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def one(self, asker: Asker | None) -> Iterator[None]:
        """A place, for the length of the block.

        Parameters
        ----------
        asker : Asker or None
            None for work that nobody asked for from outside.

        Raises
        ------
        APIError
            503 ``BUSY`` when too much waits already, 429 ``RATE_LIMITED`` when too much of the same asker does.
        """
        limits = _limits(asker)
        if any(self._taken[key] >= most for key, most in limits.items()):
            message = N_("Too many passwords are being checked for you at this moment. Try again in a few seconds.")
            raise APIError(429, "RATE_LIMITED", message, headers={"Retry-After": AGAIN_S})
        if self._all >= WAITING + (OF_FAMILIAR if asker is not None and asker.familiar else 0):
            message = N_("Too many people sign in at this moment. Try again in a few seconds.")
            raise APIError(503, "BUSY", message, headers={"Retry-After": AGAIN_S})
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


def _limits(asker: Asker | None) -> dict[tuple[str, str], int]:
    """How many places each of the asker's names may take."""
    if asker is None:
        return {}
    if asker.familiar:
        return {("device", asker.account): OF_ACCOUNT}
    limits = {("address", network_of(asker.address)): OF_ADDRESS}
    return limits | ({("account", asker.account): OF_ACCOUNT} if asker.account else {})
