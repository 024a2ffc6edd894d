"""Fair scheduling of CPU time on a busy machine: among owners first, then among the streams of each."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf

MAX_LEAD = 1.0
"""Maximum lead over the one furthest behind, in average frames."""
COST_WEIGHT = 0.05
"""Weight of the latest frame in the average cost."""
MAX_COST_RATIO = 4.0
"""Frame cost, relative to the average, at which its effect on the average is capped."""
MAX_COST_MS = 1000.0
"""Maximum cost charged for a frame, milliseconds: the first frame of a quality waits for a compilation."""
MAX_IN_FLIGHT = 3
"""Frames that a worker has at a time: one in detection, one decoded, one in transit. With one at a time, sixteen
streams have a total throughput lower by a quarter."""
HUNG_S = 1.0
"""Time without an answer after which other workers do not wait for a worker, seconds. It hangs and will be replaced."""
GUEST_EVERY = 4
"""An owner's cameras precede those of guests, except for every n-th turn, so that guests are not starved."""
MAX_IDLE_OWNERS = 256
"""Maximum number of owners without streams whose lead is remembered."""

Node = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """The position of a stream in the scheduling hierarchy.

    Attributes
    ----------
    group : str
        Group of owners that share one part, such as accounts created at one place; usually the owner.
    owner : str
        Owner whose streams share one part.
    guest : bool
        Whether the frames come from a guest's device.
    camera : str
        Camera whose streams follow each other and share one part; without one each stream has its own.
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


OWN_SHARE = Share()
"""A stream with an owner of its own."""


class Turn:
    """The turn of one frame.

    Attributes
    ----------
    spent_ms : float or None
        CPU time, set by the caller, milliseconds. None if unknown, as for a lost frame: then elapsed time counts.
    """

    def __init__(self) -> None:
        self.spent_ms: float | None = None


@dataclass(slots=True, eq=False)
class _PendingRequest:
    """A frame that is waiting or running; `since` is loop time, seconds."""

    worker: Hashable
    share: Share
    path: tuple[Node, ...]
    since: float
    turn: asyncio.Future[None]
    charged: float = 0.0

    @property
    def place(self) -> tuple[Hashable, Node]:
        """The worker and the owner."""
        return self.worker, self.path[1]


@dataclass(slots=True)
class _OwnCameras:
    """An owner's own cameras in one worker: turns since the last guest, and loop time of the latest request."""

    turns_since_guest: int = 0
    last_request: float = 0.0


@dataclass(slots=True)
class _Level:
    """The nodes of one level that share with each other: time used (ms), and the virtual time of the latest turn."""

    used: dict[Node, float] = field(default_factory=dict)
    virtual: float = 0.0


class FairScheduler:
    """Hierarchical start-time fair queueing (Goyal, Vin, Cheng 1996) of CPU time over all workers.

    A worker has few frames at a time, so the next stream does not wait behind a queue. A worker stays idle rather
    than let a stream lead by more than MAX_LEAD, because all workers share the same cores.
    """

    def __init__(self) -> None:
        self._levels: defaultdict[Node, _Level] = defaultdict(_Level)
        self._active: Counter[Node] = Counter()
        self._closed: set[Node] = set()
        self._requests: list[_PendingRequest] = []
        self._own: dict[tuple[Hashable, Node], _OwnCameras] = {}
        self._last_answer: dict[Hashable, float] = {}
        self._average_cost = 0.0

    def forget(self, stream_id: str, share: Share = OWN_SHARE) -> None:
        """Remove a closed stream. The lead of its camera and owner is remembered until others catch up.

        So a new stream gives no advantage, neither over other owners nor over other cameras of the same owner.
        """
        leaf = share.path(stream_id)[-1]
        if leaf in self._levels[leaf[:-1]].used:
            self._closed.add(leaf)
        for parent in [parent for parent in self._levels if len(parent) == 3]:
            self._drop_closed(parent)
        in_use = {parent[:depth] for parent in self._levels if len(parent) == 3 for depth in (1, 2)}
        for above in [*(group for group in self._levels if len(group) == 1), ()]:
            self._drop_idle(above, in_use)

    def _drop_closed(self, parent: Node) -> None:
        """Drop closed streams of an owner without a lead, or all of them if no other stream is left."""
        used = self._levels[parent].used
        closed = {node for node in used if node in self._closed and not self._active[node]}
        if len(closed) < len(used):
            closed = self._droppable(parent, closed)
        for node in closed:
            del used[node]
        self._closed -= closed
        if not used:
            del self._levels[parent]

    def _droppable(self, parent: Node, idle: Iterable[Node]) -> set[Node]:
        """Return the idle nodes without a lead; if there are too many, also those with the smallest lead."""
        level = self._levels[parent]
        ordered = sorted(idle, key=self._used)
        return {
            node
            for number, node in enumerate(ordered)
            if level.used[node] <= level.virtual or number < len(ordered) - MAX_IDLE_OWNERS
        }

    def _drop_idle(self, parent: Node, in_use: set[Node]) -> None:
        """Drop inactive nodes without a lead; if there are too many, also those with the smallest lead."""
        used = self._levels[parent].used
        for node in self._droppable(parent, [node for node in used if node not in in_use and not self._active[node]]):
            del used[node]
            if not parent:
                self._levels.pop(node, None)

    @asynccontextmanager
    async def turn(self, stream_id: str, share: Share, worker: Hashable = 0) -> AsyncIterator[Turn]:
        """Wait for the stream's turn in its worker. The block is the turn and sets `Turn.spent_ms`."""
        clock = asyncio.get_running_loop().time
        request = self._enqueue(stream_id, share, worker, clock())
        turn, begun = Turn(), None
        try:
            self._dispatch(clock())
            while not request.turn.done():
                await asyncio.wait([request.turn], timeout=HUNG_S)
                self._dispatch(clock())
            begun = clock()
            yield turn
            self._last_answer[worker] = clock()
        finally:
            self._finish(request, turn, begun, clock())
            # Deferred, because the stream may request its next frame before other tasks run.
            asyncio.get_running_loop().call_soon(lambda: self._dispatch(clock()))

    def _enqueue(self, stream_id: str, share: Share, worker: Hashable, now: float) -> _PendingRequest:
        path = share.path(stream_id)
        for node in path:
            level = self._levels[node[:-1]]
            if not self._active[node]:
                # A node that was idle rejoins at the current virtual time, without credit for the idle time.
                level.used[node] = max(
                    level.used.get(node, level.virtual), level.virtual - MAX_LEAD * self._average_cost
                )
            self._active[node] += 1
        self._closed.discard(path[-1])
        request = _PendingRequest(worker, share, path, now, asyncio.get_running_loop().create_future())
        self._requests.append(request)
        self._note_own_camera(request, now)
        return request

    def _finish(self, request: _PendingRequest, turn: Turn, begun: float | None, now: float) -> None:
        self._requests.remove(request)
        self._note_own_camera(request, now)
        cost = 0.0 if begun is None else self._cost(turn, now - begun)
        for node in request.path:
            self._active[node] -= 1
            if not self._active[node]:
                del self._active[node]
            used = self._levels[node[:-1]].used
            if node in used:
                used[node] += cost - request.charged

    def _cost(self, turn: Turn, seconds: float) -> float:
        """Return the cost charged for a turn, milliseconds, and update the average."""
        spent = min(seconds * 1000 if turn.spent_ms is None else turn.spent_ms, MAX_COST_MS)
        most = MAX_COST_RATIO * self._average_cost or spent
        self._average_cost += (COST_WEIGHT if self._average_cost else 1.0) * (min(spent, most) - self._average_cost)
        return spent

    def _note_own_camera(self, request: _PendingRequest, now: float) -> None:
        if not request.share.guest:
            self._own.setdefault(request.place, _OwnCameras()).last_request = now

    def _dispatch(self, now: float) -> None:
        """Grant turns to waiting frames of free workers."""
        granted = [one for one in self._requests if one.turn.done()]
        in_flight = Counter(one.worker for one in granted)
        hung = {one.worker for one in granted if now - self._last_sign(one) >= HUNG_S}
        closed = self._closed_to_guests(now)
        waiting: defaultdict[Hashable, list[_PendingRequest]] = defaultdict(list)
        for one in self._requests:
            if (
                not one.turn.done()
                and in_flight[one.worker] < MAX_IN_FLIGHT
                and not (one.share.guest and one.place in closed)
            ):
                waiting[one.worker].append(one)
        others = [one for one in self._requests if one.worker not in hung]
        for candidates in waiting.values():
            first = min(candidates, key=self._rank)
            if self._may_run(first, others):
                self._grant(first, now)

    def _last_sign(self, one: _PendingRequest) -> float:
        """Return when the frame's worker last answered or received this frame. Earlier frames may precede it."""
        return max(one.since, self._last_answer.get(one.worker, one.since))

    def _closed_to_guests(self, now: float) -> set[tuple[Hashable, Node]]:
        """Return the workers and owners whose guests have to wait for the owner's own cameras.

        While own cameras are active, guests have at most one frame at a time. Next to an own frame they run only
        in their turn.
        """
        granted = Counter((one.place, one.share.guest) for one in self._requests if one.turn.done())
        waiting = {one.place for one in self._requests if not one.share.guest}
        for place in [
            place for place, own in self._own.items() if now - own.last_request >= HUNG_S and place not in waiting
        ]:
            del self._own[place]
        return {
            place
            for place, own in self._own.items()
            if granted[place, True] or (granted[place, False] and own.turns_since_guest < GUEST_EVERY - 1)
        }

    def _rank(self, one: _PendingRequest) -> tuple[float, float, bool, float]:
        group, owner, stream = (self._used(node) for node in one.path)
        last = one.place in self._own and self._own[one.place].turns_since_guest >= GUEST_EVERY - 1
        return group, owner, one.share.guest != last, stream

    def _may_run(self, one: _PendingRequest, others: list[_PendingRequest]) -> bool:
        """Return whether no other node is too far behind, on each level."""
        for depth, node in enumerate(one.path):
            siblings = (other.path[depth] for other in others if other.path[depth][:-1] == node[:-1])
            if self._used(node) > self._min_used(siblings) + MAX_LEAD * self._average_cost:
                return False
        return True

    def _min_used(self, nodes: Iterable[Node]) -> float:
        return min((self._used(node) for node in nodes), default=inf)

    def _used(self, node: Node) -> float:
        return self._levels[node[:-1]].used[node]

    def _grant(self, one: _PendingRequest, now: float) -> None:
        for node in one.path:
            level = self._levels[node[:-1]]
            level.virtual = max(level.virtual, level.used[node])
            level.used[node] += self._average_cost
        one.charged, one.since = self._average_cost, now
        if one.place in self._own:
            own = self._own[one.place]
            own.turns_since_guest = 0 if one.share.guest else own.turns_since_guest + 1
        one.turn.set_result(None)
