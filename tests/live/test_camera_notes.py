"""What a room's log says of cameras that come and go."""

from server.live.streams.camera_notes import SPACING_S, CameraNotes


class Log:
    """Cameras whose time the test tells."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.entries: list[tuple[str, bool, float]] = []
        self.notes = CameraNotes(self._write, lambda: self.now, lambda: self.now)

    def _write(self, room: str, name: str, streams: bool, since: float) -> None:
        assert room == "rom_1"
        self.entries.append((name, streams, since))

    def at(self, now: float, streams: bool | None = None, camera: str = "Gate") -> None:
        """Time passes; the camera began or stopped."""
        self.now = now
        if streams is not None:
            self.notes.note("rom_1", camera, camera, streams=streams)
        self.notes.tick()


def test_a_camera_that_begins_and_stops_is_written_at_once() -> None:
    log = Log()
    log.at(1000, True)
    log.at(5000, False)
    log.at(9000, True)
    assert log.entries == [("Gate", True, 1000), ("Gate", False, 5000), ("Gate", True, 9000)]


def test_what_comes_and_goes_all_the_time_fills_nothing() -> None:
    log = Log()
    for step in range(600):
        log.at(1000 + step / 5, step % 2 == 0)
    assert len(log.entries) <= 2 + 120 / SPACING_S
    log.at(1119.9, False)
    log.at(1119.9 + SPACING_S)
    assert log.entries[-1][1] is False, "in the end the log says what is so"


def test_a_short_stop_is_not_written_and_a_lasting_one_with_its_time() -> None:
    log = Log()
    log.at(1000, True)
    log.at(1005, False)
    log.at(1006, True)
    log.at(1006 + SPACING_S)
    assert log.entries == [("Gate", True, 1000)]
    log = Log()
    log.at(1000, True)
    log.at(1005, False)
    log.at(1000 + SPACING_S)
    assert log.entries == [("Gate", True, 1000), ("Gate", False, 1005)]


def test_cameras_do_not_wait_for_each_other_and_the_end_waits_for_nobody() -> None:
    log = Log()
    log.at(1000, True)
    log.at(1001, True, "Hall")
    log.at(1002, False)
    log.notes.flush()
    log.notes.flush()
    assert log.entries == [("Gate", True, 1000), ("Hall", True, 1001), ("Gate", False, 1002)]
