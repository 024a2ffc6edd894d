"""When closer looks are taken."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from server.vision.crowd import looks
from server.vision.crowd.looks import CALM_SHARE, CROWDED_SHARE, BackgroundLooks, Budget, InlineLooks


class Clock:
    """A monotonic clock that moves when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(looks, "monotonic", clock)
    monkeypatch.setattr(looks, "perf_counter", clock)
    return clock


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Closed until the test opens it, and at its end."""
    gate = threading.Event()
    yield gate
    gate.set()


def fail() -> None:
    raise ValueError("the network is broken")


def work(clock: Clock, seconds: float) -> Callable[[], None]:
    """A look that takes so long."""

    def take() -> None:
        clock.now += seconds

    return take


def live(background: BackgroundLooks, clock: Clock, seconds: float, each: float, budget: Budget) -> float:
    """Offer a look every 40 ms for so long; return the seconds of work that were taken."""
    until, taken = clock.now + seconds, 0.0
    while clock.now < until:
        if background.has_budget(budget):
            background.run(work(clock, each), budget).result(10)
            taken += each
        clock.now += 0.04
    return taken


@pytest.mark.parametrize(("budget", "share"), [(Budget.CALM, CALM_SHARE), (Budget.CROWD, CROWDED_SHARE)])
def test_looks_stay_within_their_share(clock: Clock, budget: Budget, share: float) -> None:
    background = BackgroundLooks()
    live(background, clock, 60.0, 0.05, budget)  # what was saved up is used
    taken = live(background, clock, 600.0, 0.05, budget)
    assert taken <= 600.0 * share * 1.05
    assert taken >= 600.0 * share * 0.8, "and use it"


def test_little_is_saved_up_for_a_stream_that_begins(clock: Clock) -> None:
    background = BackgroundLooks()
    clock.now += 3600.0
    taken = live(background, clock, 2.0, 0.05, Budget.CALM)
    assert 0.05 <= taken <= looks.BURST_S + 2.0 * CALM_SHARE + 0.05


def test_a_second_of_real_work_is_within_it_too() -> None:
    begun, background = time.monotonic(), BackgroundLooks()
    background.run(lambda: time.sleep(looks.BURST_S + 0.3), Budget.CROWD).result(10)
    worked, until = looks.BURST_S + 0.3, time.monotonic() + 1.0
    while time.monotonic() < until:
        if background.has_budget(Budget.CROWD):
            background.run(lambda: time.sleep(0.03), Budget.CROWD).result(10)
            worked += 0.03
        time.sleep(0.01)
    earned = looks.BURST_S + CROWDED_SHARE * (time.monotonic() - begun)
    assert worked <= max(looks.BURST_S + 0.3, earned) + 0.03, "the last look may be longer than what was left"


def test_a_crowd_before_one_camera_takes_nothing_from_the_others(clock: Clock) -> None:
    background = BackgroundLooks()
    live(background, clock, 3600.0, 2.0, Budget.CROWD)
    assert live(background, clock, 60.0, 0.05, Budget.CALM) >= 60.0 * CALM_SHARE * 0.8


def test_all_looks_together_stay_within_the_crowds_share(clock: Clock) -> None:
    background, taken, begun = BackgroundLooks(), 0.0, clock.now
    while clock.now < begun + 1200.0:
        for budget, seconds in ((Budget.CROWD, 1.0), (Budget.CALM, 0.05)):
            if background.has_budget(budget):
                background.run(work(clock, seconds), budget).result(10)
                taken += seconds
        clock.now += 0.04
    assert taken <= 1200.0 * CROWDED_SHARE * 1.05 + looks.BURST_S


def test_the_first_looks_wait_for_no_share_and_take_nothing_from_the_others(clock: Clock) -> None:
    background = BackgroundLooks()
    background.run(work(clock, 30.0), Budget.CROWD).result(10)
    assert not background.has_budget(Budget.CROWD), "the share is used up"
    assert live(background, clock, 30.0, 2.0, Budget.FIRST) >= looks.FIRST_BURST_S - 2.0
    assert not background.has_budget(Budget.FIRST)
    clock.now += 30.0 / CROWDED_SHARE
    assert background.has_budget(Budget.CROWD)


def test_many_first_looks_leave_the_time_to_the_frames(clock: Clock) -> None:
    background = BackgroundLooks()
    taken = live(background, clock, 1200.0, 3.0, Budget.FIRST)
    assert taken <= looks.FIRST_BURST_S + looks.FIRST_SHARE * 1200.0 + 3.0


def test_one_look_at_a_time(gate: threading.Event) -> None:
    background = BackgroundLooks()
    assert background.has_budget(Budget.CROWD)
    pending = background.run(lambda: gate.wait(20), Budget.CROWD)
    assert not background.has_budget(Budget.CROWD)
    assert not background.has_budget(Budget.CALM)
    assert not background.has_budget(Budget.FIRST)
    assert not pending.done()
    gate.set()
    assert pending.result(10)
    assert background.has_budget(Budget.CROWD)


def test_a_look_that_fails_says_so_and_stops_no_other() -> None:
    background = BackgroundLooks()
    failed: Future[None] = background.run(fail, Budget.CROWD)
    with pytest.raises(ValueError, match="broken"):
        failed.result(10)
    assert background.has_budget(Budget.CROWD)
    assert background.run(lambda: 7, Budget.CALM).result(10) == 7


def test_for_files_a_look_is_over_at_once() -> None:
    inline = InlineLooks()
    assert inline.has_budget(Budget.CALM)
    assert inline.has_budget(Budget.CROWD)
    thread = inline.run(threading.get_ident, Budget.CALM)
    assert thread.done()
    assert thread.result() == threading.get_ident()
    failed = inline.run(fail, Budget.CROWD)
    assert isinstance(failed.exception(), ValueError), "in the future, as it is beside the frames"
