"""Figures over stretches of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.bucket import BUCKET_MS, Bucket, BucketMaker
from server.core.visits import Event, Kind


def cut(maker: BucketMaker, values: list[tuple[float, int]]) -> list[Bucket]:
    found = [bucket for t, value in values if (bucket := maker.update(t, value))]
    last = maker.close()
    return [*found, last] if last else found


def test_ten_seconds_make_a_bucket() -> None:
    buckets = cut(BucketMaker(0), [(n * 100.0, 2 if n < 50 else 4) for n in range(150)])
    assert [bucket.start_ms for bucket in buckets] == [0, 10_000]
    first = buckets[0]
    assert (first.least, first.most, first.last) == (2, 4, 4)
    assert first.mean == pytest.approx(3, abs=0.05)
    assert first.seconds == pytest.approx(10)
    assert buckets[1].mean == 4


@pytest.mark.parametrize("step", [100.0, 333.0, 1000.0])
def test_what_is_seen_all_the_time_is_observed_all_the_time(step: float) -> None:
    frames = [(n * step, n // 40) for n in range(int(60_000 / step) + 1)]
    buckets = cut(BucketMaker(1_700_000_000_000), frames)
    assert sum(bucket.seconds for bucket in buckets) == pytest.approx(frames[-1][0] / 1000)
    assert [bucket.seconds for bucket in buckets[:-1]] == pytest.approx([10] * (len(buckets) - 1))
    total = sum(bucket.mean * bucket.seconds for bucket in buckets)
    assert total == pytest.approx(sum(value for _, value in frames[:-1]) * step / 1000, abs=step / 1000 * len(buckets))


def test_a_gap_over_a_whole_bucket_is_in_none_of_them() -> None:
    buckets = cut(BucketMaker(0), [(9000, 4), (9600, 4), (31_000, 1), (31_500, 1)])
    assert [(bucket.start_ms, bucket.seconds, bucket.mean) for bucket in buckets] == [
        (0, pytest.approx(1.0), 4),
        (30_000, pytest.approx(0.5), 1),
    ]


def test_buckets_lie_on_the_clock() -> None:
    buckets = cut(BucketMaker(1_700_000_003_000), [(n * 1000.0, 1) for n in range(12)])
    assert [bucket.start_ms for bucket in buckets] == [1_700_000_000_000, 1_700_000_010_000]


def test_a_gap_is_not_observed() -> None:
    (bucket,) = cut(BucketMaker(0), [(0, 5), (500, 5), (9000, 1), (9500, 1)])
    assert bucket.seconds == pytest.approx(2.0)
    assert bucket.mean == pytest.approx((0.5 * 5 + 1 * 5 + 0.5 * 1) / 2)


def test_events_are_counted_where_they_became_certain() -> None:
    maker = BucketMaker(0)
    maker.update(0, 0)
    maker.update(5000, 1, [Event(Kind.VISITOR, 1, 4000), Event(Kind.ENTRY, 1, 4000)])
    bucket = maker.update(10_500, 0, [Event(Kind.EXIT, 1, 9000), Event(Kind.END, 1, 9000, 5.0)])
    assert bucket is not None
    assert (bucket.entries, bucket.exits, bucket.visits, bucket.dwell_s) == (1, 0, 0, 0)
    bucket = maker.close()
    assert bucket is not None
    assert (bucket.entries, bucket.exits, bucket.visits, bucket.dwell_s) == (0, 1, 1, 5.0)


def test_nothing_makes_no_bucket() -> None:
    assert BucketMaker(0).close() is None


@given(st.floats(0, 2e12), st.lists(st.tuples(st.floats(0, 30_000), st.integers(0, 50)), min_size=1, max_size=60))
def test_buckets_follow_each_other_and_bound_their_mean(offset: float, steps: list[tuple[float, int]]) -> None:
    t, values = 0.0, []
    for step, value in steps:
        t += step
        values.append((t, value))
    buckets = cut(BucketMaker(offset), values)
    starts = [bucket.start_ms for bucket in buckets]
    assert starts == sorted(set(starts))
    for bucket in buckets:
        assert bucket.start_ms % BUCKET_MS == 0
        assert bucket.least - 1e-6 <= bucket.mean <= bucket.most + 1e-6
        assert bucket.least <= bucket.last <= bucket.most
        assert 0 <= bucket.seconds <= BUCKET_MS / 1000 + 1e-6
