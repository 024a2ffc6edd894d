"""Fair shares of a full machine: first among owners, then among the streams of each, in processor time."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf

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
"""Other processes do not wait for one that has frames and gave no answer for so long: it hangs and is replaced soon."""
GUEST_EVERY = 4
"""An owner's cameras go before those of guests, but for each such turn: guests are not kept out."""
KEPT = 256
"""So many owners without streams are remembered, with what they had more than others."""

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
    camera : str
        What is one stream after the other, and stays the same; without one each stream counts for itself.
    """

    group: str = ""
    owner: str = ""
    guest: bool = False
    camera: str = ""

    def path(self, stream_id: str) -> tuple[Node, ...]:
        """Group, owner and camera of a stream, as nodes of the hierarchy."""
        group: Node = (self.group or self.owner or stream_id,)
        owner = (*group, self.owner or stream_id)
        return group, owner, (*owner, self.guest, self.camera or stream_id)


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
class _PendingRequest:
    """A frame that waits or has its turn; `since` is loop time."""

    worker: Hashable
    share: Share
    path: tuple[Node, ...]
    since: float
    turn: asyncio.Future[None]
    charged: float = 0.0

    @property
    def place(self) -> tuple[Hashable, Node]:
        """Process and owner."""
        return self.worker, self.path[1]


@dataclass(slots=True)
class _Own:
    """An owner's own cameras in one process: their turns since a guest's, and the loop time when one last asked."""

    in_a_row: int = 0
    asked: float = 0.0


@dataclass(slots=True)
class _Level:
    """Those who share with each other: what each had (ms), and how far the one was that had the last turn."""

    had: dict[Node, float] = field(default_factory=dict)
    virtual: float = 0.0


class FairScheduler:
    """Start-time fair queueing (Goyal, Vin, Cheng 1996) over all processes, in a hierarchy, the unit being time.

    A process has few frames at a time, so that the one who comes next does not wait for a queue. A process stays
    idle rather than give somebody more than AHEAD: all processes share the same cores.
    """

    def __init__(self) -> None:
        self._levels: defaultdict[Node, _Level] = defaultdict(_Level)
        self._active: Counter[Node] = Counter()
        self._closed: set[Node] = set()
        self._asking: list[_PendingRequest] = []
        self._own: dict[tuple[Hashable, Node], _Own] = {}
        self._answered: dict[Hashable, float] = {}
        self._usual = 0.0

    def forget(self, stream_id: str, share: Share = ALONE) -> None:
        """The stream is closed; what its camera and its owner had counts until others had as much.

        Nobody gains by a new stream, neither beside other owners nor beside other cameras of the same one.
        """
        leaf = share.path(stream_id)[-1]
        if leaf in self._levels[leaf[:-1]].had:
            self._closed.add(leaf)
        for parent in [parent for parent in self._levels if len(parent) == 3]:
            self._forget_closed(parent)
        in_use = {parent[:depth] for parent in self._levels if len(parent) == 3 for depth in (1, 2)}
        for above in [*(group for group in self._levels if len(group) == 1), ()]:
            self._forget_even(above, in_use)

    def _forget_closed(self, parent: Node) -> None:
        """Drop closed streams of an owner who are not ahead of the others, and all where none is left beside them."""
        had = self._levels[parent].had
        closed = {node for node in had if node in self._closed and not self._active[node]}
        if len(closed) < len(had):
            closed = self._surplus(parent, closed)
        for node in closed:
            del had[node]
        self._closed -= closed
        if not had:
            del self._levels[parent]

    def _surplus(self, parent: Node, idle: Iterable[Node]) -> set[Node]:
        """Those of a level who have nothing to answer for, and of too many those who are least ahead."""
        level = self._levels[parent]
        ordered = sorted(idle, key=self._had)
        return {
            node
            for number, node in enumerate(ordered)
            if level.had[node] <= level.virtual or number < len(ordered) - KEPT
        }

    def _forget_even(self, parent: Node, in_use: set[Node]) -> None:
        """Drop those without streams who are not ahead of the others."""
        had = self._levels[parent].had
        for node in self._surplus(parent, [node for node in had if node not in in_use and not self._active[node]]):
            del had[node]
            if not parent:
                self._levels.pop(node, None)

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
            self._answered[worker] = clock()
        finally:
            self._leave(asking, turn, begun, clock())
            # Not at once: the stream may have its next frame already, and then asks before it lets others go on.
            asyncio.get_running_loop().call_soon(lambda: self._hand_out(clock()))

    def _ask(self, stream_id: str, share: Share, worker: Hashable, now: float) -> _PendingRequest:
        path = share.path(stream_id)
        for node in path:
            level = self._levels[node[:-1]]
            if not self._active[node]:
                # One that had nothing to ask for a while comes in beside the others, with no claim to what it left.
                level.had[node] = max(level.had.get(node, level.virtual), level.virtual - AHEAD * self._usual)
            self._active[node] += 1
        self._closed.discard(path[-1])
        asking = _PendingRequest(worker, share, path, now, asyncio.get_running_loop().create_future())
        self._asking.append(asking)
        self._note_own(asking, now)
        return asking

    def _leave(self, asking: _PendingRequest, turn: Turn, begun: float | None, now: float) -> None:
        self._asking.remove(asking)
        self._note_own(asking, now)
        cost = 0.0 if begun is None else self._cost(turn, now - begun)
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

    def _note_own(self, asking: _PendingRequest, now: float) -> None:
        if not asking.share.guest:
            self._own.setdefault(asking.place, _Own()).asked = now

    def _hand_out(self, now: float) -> None:
        """Give their turns to those whose process is free."""
        held = [one for one in self._asking if one.turn.done()]
        under = Counter(one.worker for one in held)
        silent = {one.worker for one in held if now - self._last_sign(one) >= STUCK_S}
        closed = self._closed_to_guests(now)
        waiting: defaultdict[Hashable, list[_PendingRequest]] = defaultdict(list)
        for one in self._asking:
            if not one.turn.done() and under[one.worker] < AT_ONCE and not (one.share.guest and one.place in closed):
                waiting[one.worker].append(one)
        others = [one for one in self._asking if one.worker not in silent]
        for candidates in waiting.values():
            first = min(candidates, key=self._rank)
            if self._may(first, others):
                self._grant(first, now)

    def _last_sign(self, one: _PendingRequest) -> float:
        """When the process of a frame last answered, or got this frame: others in the process may be before it."""
        return max(one.since, self._answered.get(one.worker, one.since))

    def _closed_to_guests(self, now: float) -> set[tuple[Hashable, Node]]:
        """Processes, and owners whose guests wait there for the owner's own cameras.

        Where own cameras asked a moment ago guests have one place at most, and beside an own frame only when it is
        their turn.
        """
        held = Counter((one.place, one.share.guest) for one in self._asking if one.turn.done())
        asking = {one.place for one in self._asking if not one.share.guest}
        for place in [place for place, own in self._own.items() if now - own.asked >= STUCK_S and place not in asking]:
            del self._own[place]
        return {
            place
            for place, own in self._own.items()
            if held[place, True] or (held[place, False] and own.in_a_row < GUEST_EVERY - 1)
        }

    def _rank(self, one: _PendingRequest) -> tuple[float, float, bool, float]:
        group, owner, stream = (self._had(node) for node in one.path)
        last = one.place in self._own and self._own[one.place].in_a_row >= GUEST_EVERY - 1
        return group, owner, one.share.guest != last, stream

    def _may(self, one: _PendingRequest, others: list[_PendingRequest]) -> bool:
        """Whether none of the others is too far behind, on each level."""
        for depth, node in enumerate(one.path):
            beside = (other.path[depth] for other in others if other.path[depth][:-1] == node[:-1])
            if self._had(node) > self._least(beside) + AHEAD * self._usual:
                return False
        return True

    def _least(self, nodes: Iterable[Node]) -> float:
        return min((self._had(node) for node in nodes), default=inf)

    def _had(self, node: Node) -> float:
        return self._levels[node[:-1]].had[node]

    def _grant(self, one: _PendingRequest, now: float) -> None:
        for node in one.path:
            level = self._levels[node[:-1]]
            level.virtual = max(level.virtual, level.had[node])
            level.had[node] += self._usual
        one.charged, one.since = self._usual, now
        if one.place in self._own:
            own = self._own[one.place]
            own.in_a_row = 0 if one.share.guest else own.in_a_row + 1
        one.turn.set_result(None)
