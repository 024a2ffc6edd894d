"""Figures over stretches of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.bucket import BUCKET_MS, Bucket, BucketMaker
from server.core.visits import Event, VisitChange


def cut(maker: BucketMaker, values: list[tuple[float, int]]) -> list[Bucket]:
    found = [bucket for t, value in values if (bucket := maker.update(t, value))]
    last = maker.close()
    return [*found, last] if last else found


def counts(bucket: Bucket) -> tuple[int, float, int, int]:
    """Least, mean, most, last of a bucket of which something is known."""
    assert bucket.least is not None
    assert bucket.mean is not None
    assert bucket.most is not None
    assert bucket.last is not None
    return bucket.least, bucket.mean, bucket.most, bucket.last


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
    maker.update(5000, 1, [Event(VisitChange.VISITOR, 1, 4000), Event(VisitChange.ENTRY, 1, 4000)])
    bucket = maker.update(10_500, 0, [Event(VisitChange.EXIT, 1, 9000), Event(VisitChange.END, 1, 9000, 5.0)])
    assert bucket is not None
    assert (bucket.entries, bucket.exits, bucket.visits, bucket.dwell_s) == (1, 0, 0, 0)
    bucket = maker.close()
    assert bucket is not None
    assert (bucket.entries, bucket.exits, bucket.visits, bucket.dwell_s) == (0, 1, 1, 5.0)


def test_nothing_makes_no_bucket() -> None:
    assert BucketMaker(0).close() is None


def test_a_crowd_is_kept_as_its_estimate_beside_its_boxes() -> None:
    maker = BucketMaker(0)
    for second in range(10):
        maker.update(second * 1000.0, 4, estimate=100.0 + second if second < 5 else None)
    bucket = maker.update(10_000, 4)
    assert bucket is not None
    assert counts(bucket) == (4, 4, 4, 4), "boxes stay boxes"
    assert bucket.estimate == pytest.approx((100 + 101 + 102 + 103 + 104 + 5 * 4) / 10)
    assert (bucket.estimate_most, bucket.crowded_s, bucket.unknown_s) == (104.0, 5.0, 0.0)
    last = maker.close()
    assert last is not None
    assert (last.estimate, last.estimate_most, last.crowded_s) == (None, None, 0.0), "a new bucket begins without"


def test_the_largest_figure_of_a_crowd_may_be_one_that_was_counted() -> None:
    maker = BucketMaker(0)
    maker.update(0, 30)
    maker.update(1000, 4, estimate=20.0)
    bucket = maker.close()
    assert bucket is not None
    assert (bucket.estimate, bucket.estimate_most) == (30.0, 30.0)


def test_what_is_not_known_is_no_zero() -> None:
    maker = BucketMaker(0)
    maker.update(0, 0, known=False)
    maker.update(500, 3)
    maker.update(1500, 5)
    maker.update(2000, 0, known=False)
    bucket = maker.update(11_000, 2)
    assert bucket is not None
    assert counts(bucket) == (3, pytest.approx((3 * 1.0 + 5 * 0.5) / 1.5), 5, 5)
    assert (bucket.seconds, bucket.unknown_s) == (1.5, 1.5), "a gap is neither"


def test_a_bucket_of_which_nothing_is_known_is_one_all_the_same() -> None:
    maker = BucketMaker(0)
    for second in range(10):
        maker.update(second * 1000.0, 0, known=False)
    bucket = maker.update(10_000, 1)
    assert bucket is not None
    assert (bucket.least, bucket.mean, bucket.most, bucket.last, bucket.estimate) == (None,) * 5
    assert (bucket.seconds, bucket.crowded_s, bucket.unknown_s) == (0.0, 0.0, 10.0)


def test_a_lower_bound_is_counted_and_said_to_be_one() -> None:
    maker = BucketMaker(0)
    for second in range(11):
        bucket = maker.update(second * 1000.0, 12, known=False)
    assert bucket is not None
    assert counts(bucket) == (12, 12.0, 12, 12)
    assert (bucket.estimate, bucket.seconds, bucket.unknown_s) == (None, 10.0, 10.0)


FRAMES = st.tuples(st.floats(0, 3_000), st.integers(0, 50), st.one_of(st.none(), st.floats(0, 500)), st.booleans())


@given(st.floats(0, 2e12), st.lists(FRAMES, min_size=2, max_size=60))
def test_every_second_is_observed_or_unknown_and_estimates_bound_their_mean(
    offset: float, frames: list[tuple[float, int, float | None, bool]]
) -> None:
    maker, t, buckets, held = BucketMaker(offset), 0.0, [], 0.0
    for number, (step, count, estimate, known) in enumerate(frames):
        t += step
        held += min(step, 1000.0) if number else 0.0
        bucket = maker.update(t, count, estimate=estimate, known=known or estimate is not None)
        buckets += [bucket] if bucket else []
    last = maker.close()
    assert last is not None
    buckets.append(last)
    for one in buckets:
        assert one.crowded_s <= one.seconds + 1e-6
        assert (one.mean is None) == (one.most is None)
        assert one.mean is not None or one.seconds == 0
        if one.estimate is not None and one.estimate_most is not None:
            assert one.estimate <= one.estimate_most + 1e-6
    covered = sum(max(one.seconds, one.unknown_s) for one in buckets)
    assert covered <= held / 1000 + 1e-6


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
        least, mean, most, last = counts(bucket)
        assert least - 1e-6 <= mean <= most + 1e-6
        assert least <= last <= most
        assert 0 <= bucket.seconds <= BUCKET_MS / 1000 + 1e-6
