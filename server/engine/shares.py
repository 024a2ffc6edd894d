"""Fair shares of a full machine: first among owners, then among the streams of each, in processor time."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

AHEAD = 1.0
"""Usual frames that somebody may have had more than the one who is furthest behind."""
MEMORY = 0.05
"""Weight of the newest frame in what is usual."""
MOST = 4.0
"""A frame that costs more than so many usual ones does not raise what is usual by more than these."""
MOST_MS = 1000.0
"""A frame is charged with at most this: the first one of a quality waits for a network to be compiled."""
AT_ONCE = 3
"""Frames that a process has at a time: one that its network looks at, one that is decoded behind it and one on its way.
With one at a time, sixteen streams together have a quarter fewer frames a second."""
STUCK_S = 1.0
"""Nobody waits for a frame that takes longer than this: its process hangs and is about to be replaced."""
GUEST_EVERY = 4
"""An owner's cameras go before those of guests, but for each such turn: guests are not kept out."""

Node = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Whose frames share with which others.

    Attributes
    ----------
    group : str
        Owners that count as one beside others, such as accounts that were made at one place; usually the owner.
    owner : str
        Whose streams count as one beside those of others.
    guest : bool
        Whether it is a guest's device that sends.
    """

    group: str = ""
    owner: str = ""
    guest: bool = False


ALONE = Share()
"""A stream that counts as an owner of its own."""


class Turn:
    """One frame's turn; what it cost is known when it is over.

    Attributes
    ----------
    spent_ms : float or None
        Processor time; None where it is not known, as of a frame that was lost: then its time on the clock counts.
    """

    def __init__(self) -> None:
        self.spent_ms: float | None = None


@dataclass(slots=True, eq=False)
class _Asking:
    """A frame that waits or has its turn; `since` is loop time."""

    worker: Hashable
    share: Share
    path: tuple[Node, ...]
    since: float
    turn: asyncio.Future[None]
    charged: float = 0.0


@dataclass(slots=True)
class _Level:
    """Those who share with each other: what each had (ms), and how far the one was that had the last turn."""

    had: dict[Node, float] = field(default_factory=dict)
    virtual: float = 0.0


class Shares:
    """Start-time fair queueing (Goyal, Vin, Cheng 1996) over all processes, in a hierarchy, the unit being time.

    A process has few frames at a time, so that the one who comes next does not wait for a queue. A process stays
    idle rather than give somebody more than AHEAD: all processes share the same cores.
    """

    def __init__(self) -> None:
        self._levels: defaultdict[Node, _Level] = defaultdict(_Level)
        self._active: Counter[Node] = Counter()
        self._asking: list[_Asking] = []
        self._own_in_a_row: Counter[str] = Counter()
        self._usual = 0.0

    def forget(self, stream_id: str) -> None:
        """The stream is closed; a level whose last stream it was goes with it."""
        for parent, level in list(self._levels.items()):
            for node in [node for node in level.had if node[-1] == stream_id and len(parent) == 3]:
                del level.had[node]
        for parent in [parent for parent, level in self._levels.items() if len(parent) == 3 and not level.had]:
            self._forget_empty(parent)

    @asynccontextmanager
    async def turn(self, stream_id: str, share: Share, worker: Hashable = 0) -> AsyncIterator[Turn]:
        """Wait until it is the stream's turn in its process; the block is the turn, and says what it spent."""
        clock = asyncio.get_running_loop().time
        asking = self._ask(stream_id, share, worker, clock())
        turn, begun = Turn(), None
        try:
            self._hand_out(clock())
            while not asking.turn.done():
                await asyncio.wait([asking.turn], timeout=STUCK_S)
                self._hand_out(clock())
            begun = clock()
            yield turn
        finally:
            self._leave(asking, turn, None if begun is None else clock() - begun)
            # Not at once: the stream may have its next frame already, and then asks before it lets others go on.
            asyncio.get_running_loop().call_soon(lambda: self._hand_out(clock()))

    def _ask(self, stream_id: str, share: Share, worker: Hashable, now: float) -> _Asking:
        group: Node = (share.group or share.owner or stream_id,)
        owner = (*group, share.owner or stream_id)
        path = (group, owner, (*owner, share.guest, stream_id))
        for node in path:
            level = self._levels[node[:-1]]
            if not self._active[node]:
                # Whoever had nothing to ask for a while comes in beside the others, with no claim to what it left.
                level.had[node] = max(level.had.get(node, 0.0), level.virtual - AHEAD * self._usual)
            self._active[node] += 1
        asking = _Asking(worker, share, path, now, asyncio.get_running_loop().create_future())
        self._asking.append(asking)
        return asking

    def _leave(self, asking: _Asking, turn: Turn, seconds: float | None) -> None:
        self._asking.remove(asking)
        cost = 0.0 if seconds is None else self._cost(turn, seconds)
        for node in asking.path:
            self._active[node] -= 1
            if not self._active[node]:
                del self._active[node]
            had = self._levels[node[:-1]].had
            if node in had:
                had[node] += cost - asking.charged

    def _cost(self, turn: Turn, seconds: float) -> float:
        """Milliseconds that a turn is charged with; what is usual follows."""
        spent = min(seconds * 1000 if turn.spent_ms is None else turn.spent_ms, MOST_MS)
        most = MOST * self._usual or spent
        self._usual += (MEMORY if self._usual else 1.0) * (min(spent, most) - self._usual)
        return spent

    def _hand_out(self, now: float) -> None:
        """Give their turns to those whose process is free."""
        under = Counter(one.worker for one in self._asking if one.turn.done() and now - one.since < STUCK_S)
        busy = {worker for worker, turns in under.items() if turns >= AT_ONCE}
        waiting: defaultdict[Hashable, list[_Asking]] = defaultdict(list)
        for one in self._asking:
            if not one.turn.done() and one.worker not in busy:
                waiting[one.worker].append(one)
        for candidates in waiting.values():
            first = min(candidates, key=self._rank)
            if self._may(first, now):
                self._grant(first, now)

    def _rank(self, one: _Asking) -> tuple[float, float, bool, float]:
        group, owner, stream = (self._had(node) for node in one.path)
        last = self._own_in_a_row[one.share.owner] >= GUEST_EVERY - 1
        return group, owner, one.share.guest != last, stream

    def _may(self, one: _Asking, now: float) -> bool:
        """Whether nobody who asks is too far behind, on each level."""
        others = [other for other in self._asking if not other.turn.done() or now - other.since < STUCK_S]
        for depth, node in enumerate(one.path):
            beside = (other.path[depth] for other in others if other.path[depth][:-1] == node[:-1])
            if self._had(node) > self._least(beside) + AHEAD * self._usual:
                return False
        return True

    def _least(self, nodes: Iterable[Node]) -> float:
        return min(self._had(node) for node in nodes)

    def _had(self, node: Node) -> float:
        return self._levels[node[:-1]].had[node]

    def _grant(self, one: _Asking, now: float) -> None:
        for node in one.path:
            level = self._levels[node[:-1]]
            level.virtual = max(level.virtual, level.had[node])
            level.had[node] += self._usual
        one.charged, one.since = self._usual, now
        if one.share.guest:
            self._own_in_a_row.pop(one.share.owner, None)
        else:
            self._own_in_a_row[one.share.owner] += 1
        one.turn.set_result(None)

    def _forget_empty(self, parent: Node) -> None:
        """Drop a level without streams, and the levels above it that only led to it."""
        del self._levels[parent]
        owner, group = parent[:2], parent[:1]
        if not any(other[:2] == owner for other in self._levels if len(other) == 3) and not self._active[owner]:
            self._own_in_a_row.pop(str(owner[1]), None)
            self._levels[group].had.pop(owner, None)
            if not self._levels[group].had:
                del self._levels[group]
                self._levels[()].had.pop(group, None)
