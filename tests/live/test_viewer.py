"""Which frames somebody who looks at a room gets pictures of."""

import random
import time

import pytest

from server.live.rooms.viewer import STALLED_FPS, Picture, PictureWish, Viewer
from tests.support.wait import until

CAMERA = "cam_1"
SECONDS = 60


class Times:
    """A camera, a viewer and the time between them."""

    def __init__(self, wish: PictureWish | None, focus: str | None = None) -> None:
        self.now = 0.0
        self.viewer = Viewer("sid", "usr_1", "ada", self._send, lambda _: None, lambda: self.now)
        self.viewer.want(wish, focus)
        self.random = random.Random(7)

    async def _send(self, *_: object) -> None:
        raise AssertionError("nothing is sent here")

    def film(self, fps: float, seconds: float, work_s: float = 0.06, jitter_s: float = 0.015) -> list[int]:
        """Frames come so often, each takes so long; the widths of the pictures that were made."""
        made, begun = [], self.now
        for number in range(1, int(fps * seconds) + 1):
            self.now = begun + number / fps + self.random.uniform(-jitter_s, jitter_s)
            width = self.viewer.wished_width(CAMERA)
            if width is not None:
                self.now += work_s
                self.viewer.offer(CAMERA, {width: b"picture"}, lambda width: Picture(b"picture", width, 0.0, []))
                made.append(width)
        return made


@pytest.mark.parametrize("camera_fps", [10.0, 12.0, 30.0])
@pytest.mark.parametrize("asked_fps", [0.2, 1.0, 3.0, 5.0, 8.0, 10.0])
def test_as_many_come_as_were_asked_for(asked_fps: float, camera_fps: float) -> None:
    made = Times(PictureWish(320, asked_fps)).film(camera_fps, SECONDS)
    assert len(made) == pytest.approx(asked_fps * SECONDS, rel=0.03, abs=1)


def test_all_come_where_the_camera_sends_fewer() -> None:
    assert len(Times(PictureWish(320, 10.0)).film(3.0, SECONDS)) == 3 * SECONDS


def test_the_camera_in_focus_comes_eight_times_a_second() -> None:
    made = Times(PictureWish(320, 2.0), CAMERA).film(10.0, SECONDS)
    assert set(made) == {960}
    assert len(made) >= 8 * SECONDS - 1


def test_a_picture_that_could_not_be_made_is_asked_for_again() -> None:
    times = Times(PictureWish(320, 1.0))
    assert [times.viewer.wished_width(CAMERA) for _ in range(3)] == [320, 320, 320]
    times.viewer.offer(CAMERA, {320: b"picture"}, lambda width: Picture(b"picture", width, 0.0, []))
    assert times.viewer.wished_width(CAMERA) is None


def test_a_slower_wish_holds_at_once() -> None:
    times = Times(PictureWish(320, 10.0))
    times.film(10.0, 1)
    times.viewer.want(PictureWish(320, 0.2), None)
    assert times.film(10.0, 2) == []
    times.viewer.want(None, None)
    assert times.film(10.0, 10) == []
    times.viewer.want(PictureWish(320, 0.2), None)
    assert len(times.film(10.0, 1)) == 1, "whoever looks again need not wait"


def test_few_are_made_for_who_does_not_acknowledge() -> None:
    times = Times(PictureWish(960, 10.0))
    assert len(times.film(10.0, 5)) > 45
    times.viewer.waits()
    assert len(times.film(10.0, 10)) <= 10 * STALLED_FPS + 12


async def test_whoever_cannot_be_sent_anything_is_cut() -> None:
    """And does not look at old figures for good."""

    def compose(_viewer: Viewer) -> dict[str, object]:
        raise RuntimeError("unforeseen")

    async def send(*_: object) -> None:
        raise AssertionError("nothing is sent here")

    one = Viewer("sid", "usr_1", "ada", send, compose, time.monotonic)
    one.start()
    assert not one.too_slow()
    one.wake()
    await until(one.too_slow)
    one.stop()
