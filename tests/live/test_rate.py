"""Frames a second, offered and counted."""

from server.live.streams.rate import WINDOW_S, Rate, RateMeter


def drive(meter: RateMeter, start: float, seconds: float, offered: float, counted: float, spent: float) -> Rate:
    """Frames at steady rates; each of those counted is with the engine for `spent` seconds."""
    events = [(start + n / offered, "arrive") for n in range(int(seconds * offered))]
    events += [(start + n / counted, "count") for n in range(int(seconds * counted))]
    for now, what in sorted(events):
        if what == "arrive":
            meter.arrive(now)
        else:
            meter.count(now - spent, now)
    return meter.rate(start + seconds)


def test_a_machine_with_time_left_counts_all() -> None:
    assert drive(RateMeter(100.0), 100.0, 10, offered=10, counted=10, spent=0.04) == Rate(9.8, 9.8, False)


def test_a_full_machine_says_how_many_of_how_many() -> None:
    rate = drive(RateMeter(100.0), 100.0, 10, offered=10, counted=4, spent=0.25)
    assert (round(rate.offered), round(rate.counted), rate.full) == (10, 4, True)


def test_a_slow_network_is_not_a_full_machine() -> None:
    """Frames come one by one, each some time after the answer to the one before."""
    assert not drive(RateMeter(100.0), 100.0, 10, offered=4, counted=4, spent=0.05).full


def test_it_follows_within_the_window() -> None:
    meter = RateMeter(0.0)
    drive(meter, 0.0, 20, offered=10, counted=4, spent=0.25)
    rate = drive(meter, 20.0, WINDOW_S, offered=5, counted=5, spent=0.05)
    assert (round(rate.offered), round(rate.counted), rate.full) == (5, 5, False)
    assert meter.rate(20.0 + 3 * WINDOW_S) == Rate(0.0, 0.0, False)


def test_the_first_frame_is_no_rate_of_thousands() -> None:
    meter = RateMeter(0.0)
    meter.arrive(0.001)
    meter.count(0.001, 0.01)
    assert meter.rate(0.01) == Rate(1.0, 1.0, False)
