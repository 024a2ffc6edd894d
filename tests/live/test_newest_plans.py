"""Which plan counts where two are stored at once, or one while a stream begins."""

from server.core.plan import Plan
from server.live.streams.newest_plans import MOMENT_S, NewestPlans
from server.storage.cameras.plans import StoredPlan


def stored(version: int) -> StoredPlan:
    """An empty plan of that version."""
    return StoredPlan(version, Plan())


def test_the_newest_is_known_for_a_moment() -> None:
    clock = [100.0]
    plans = NewestPlans(lambda: clock[0])
    second, third = stored(2), stored(3)
    assert plans.tell("cam_1", third)
    assert not plans.tell("cam_1", second), "told of last, and stored before"
    assert plans.of("cam_1", second) is third
    assert plans.of("cam_2", second) is second
    fourth = stored(4)
    assert plans.of("cam_1", fourth) is fourth
    clock[0] += MOMENT_S
    assert plans.of("cam_1", second) is second, "a backup was restored"
    assert plans.tell("cam_1", second)
