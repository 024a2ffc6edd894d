"""Recordings as cameras and phones make them, read as a player shows them."""

import gc
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition
from av.video.frame import VideoFrame as DecodedFrame

from server.recording.recording import Recording
from server.recording.source import Source
from server.recording.video_frame import VideoFrame
from tests.media import read_vtest
from tests.support.films import FPS, INTERLACED, FilmKind, colours, number_of, numbered, quarters, weave, write_film

TICK_MS = 1000 / FPS
NO_B_FRAMES = {"bf": "0"}


def read(path: Path) -> tuple[list[VideoFrame], Source]:
    """All frames of a recording, and what was read."""
    with Recording(path) as recording:
        frames = list(recording)
        assert recording.size == frames[0].image_bgr.shape[:2]
    return frames, recording.source()


def numbers(frames: list[VideoFrame]) -> list[int]:
    """Which of `numbered` they are."""
    return [number_of(frame.image_bgr) for frame in frames]


@pytest.mark.parametrize(
    ("name", "codec", "said"),
    [
        ("film.mp4", "libx264", "h264"),
        ("film.mp4", "libx265", "hevc"),
        ("film.mp4", "libsvtav1", "av1"),
        ("film.mkv", "libx264", "h264"),
        ("film.webm", "libvpx", "vp8"),
        ("film.avi", "mpeg4", "mpeg4"),
        ("film.mov", "mjpeg", "mjpeg"),
        ("film.ts", "libx264", "h264"),
        ("film.mpg", "mpeg2video", "mpeg2video"),
        ("film.flv", "libx264", "h264"),
        ("film.h264", "libx264", "h264"),
    ],
)
def test_containers_and_codecs(tmp_path: Path, name: str, codec: str, said: str) -> None:
    frames, source = read(write_film(tmp_path / name, numbered(30), FilmKind(codec)))
    assert np.abs(np.subtract(numbers(frames), range(30))).max() <= 1, "lossy codecs"
    assert [frame.t for frame in frames] == pytest.approx([n * TICK_MS for n in range(30)], abs=1)
    assert (source.codec, source.complete, source.frames_read, source.times_replaced) == (said, True, 30, 0)
    assert source.frames_expected in (30, None)


@pytest.mark.parametrize(
    ("turned", "mirrored", "shown"),
    [
        (0, False, "bgrw"),
        (90, False, "gwbr"),
        (180, False, "wrgb"),
        (270, False, "rbwg"),
        (0, True, "gbwr"),
        (90, True, "wgrb"),
    ],
)
def test_a_turned_or_mirrored_film_is_shown_as_a_player_does(
    tmp_path: Path, turned: float, mirrored: bool, shown: str
) -> None:
    """Degrees are counterclockwise."""
    frames, _ = read(write_film(tmp_path / "film.mp4", [quarters()] * 3, FilmKind(turned=turned, mirrored=mirrored)))
    assert {colours(frame.image_bgr) for frame in frames} == {shown}
    assert frames[0].image_bgr.shape == ((128, 96, 3) if turned in (90, 270) else (96, 128, 3))


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        (Fraction(1, 2), (192, 128)),
        (Fraction(4, 3), (96, 171)),
        (Fraction(64, 45), (96, 182)),
        (Fraction(1), (96, 128)),
        (Fraction(1, 200), (96, 128)),
    ],
)
def test_pixels_are_made_square(tmp_path: Path, aspect: Fraction, size: tuple[int, int]) -> None:
    frames, _ = read(write_film(tmp_path / "film.mp4", [quarters()] * 3, FilmKind(pixel_aspect=aspect)))
    assert frames[0].image_bgr.shape[:2] == size
    assert colours(frames[0].image_bgr) == "bgrw"


def test_turned_and_not_square(tmp_path: Path) -> None:
    kind = FilmKind(turned=90, pixel_aspect=Fraction(2))
    frames, _ = read(write_film(tmp_path / "film.mp4", [quarters()] * 2, kind))
    assert frames[0].image_bgr.shape[:2] == (256, 96)
    assert colours(frames[0].image_bgr) == "gwbr"


@pytest.mark.parametrize("kind", [INTERLACED, FilmKind("mpeg2video", {"flags": "+ildct+ilme"})])
def test_interlaced_frames_become_whole_pictures(tmp_path: Path, kind: FilmKind) -> None:
    """One picture a frame, near the field that was shown first; woven as they are, they have combs."""
    images = read_vtest(40)
    woven = weave(images)
    frames, source = read(write_film(tmp_path / "film.mp4", woven, kind))
    assert (len(frames), source.complete) == (20, True)
    assert [frame.t for frame in frames] == pytest.approx([n * TICK_MS for n in range(20)], abs=1)
    for place in (5, 10, 19):
        picture, first = frames[place].image_bgr, images[2 * place]
        assert combs(picture) < 0.8 * combs(woven[place])
        assert combs(picture) < 1.3 * combs(first)


def combs(image: np.ndarray) -> float:
    """How much lines differ from both of their neighbours."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.int16)
    above, below = grey[1:-1] - grey[:-2], grey[1:-1] - grey[2:]
    return float(np.maximum(np.where(above * below > 0, np.minimum(abs(above), abs(below)), 0) - 10, 0).mean())


def test_a_film_that_becomes_interlaced(tmp_path: Path) -> None:
    """Frames before stay as they are."""
    first = write_film(tmp_path / "a.ts", numbered(10), FilmKind(options=NO_B_FRAMES))
    options = INTERLACED.options | NO_B_FRAMES
    second = write_film(tmp_path / "b.ts", numbered(20), FilmKind(options=options), range(10, 30))
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    frames, source = read(both)
    assert np.abs(np.subtract(numbers(frames), [*range(10), *range(20)])).max() <= 1
    assert source.times_replaced == 0


def test_an_edit_list_hides_frames(tmp_path: Path) -> None:
    kind = FilmKind(container={"avoid_negative_ts": "disabled"})
    frames, source = read(write_film(tmp_path / "film.mp4", numbered(48), kind, range(-24, 24)))
    assert numbers(frames) == list(range(24, 48))
    assert [frame.t for frame in frames] == pytest.approx([n * TICK_MS for n in range(24)], abs=1)
    assert (source.frames_expected, source.complete) == (24, True)


def test_a_clock_of_33_bits_that_wraps(tmp_path: Path) -> None:
    last = int(2**33 / 90_000 * FPS)
    film = write_film(tmp_path / "film.ts", numbered(48), FilmKind(options=NO_B_FRAMES), range(last - 24, last + 24))
    frames, _ = read(film)
    assert [frame.t for frame in frames] == pytest.approx([n * TICK_MS for n in range(48)], abs=1)


def test_a_camera_that_restarts_counts_on(tmp_path: Path) -> None:
    kind = FilmKind(options=NO_B_FRAMES)
    parts = [
        write_film(tmp_path / name, numbered(24), kind, range(begin, begin + 24))
        for name, begin in (("a.ts", 24_000), ("b.ts", 24))
    ]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames, source = read(both)
    assert [frame.t for frame in frames] == pytest.approx([n * TICK_MS for n in range(48)], abs=1)
    assert source.times_replaced == 1
    assert source.complete
    assert source.remarks() == ["1 time stamp was not plausible and replaced by the usual interval between frames."]


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.ts"])
def test_a_gap_of_two_hours_is_kept(tmp_path: Path, name: str) -> None:
    gap = 2 * 3600 * FPS
    stamps = [*range(24), *range(24 + gap, 48 + gap)]
    frames, source = read(write_film(tmp_path / name, numbered(48), FilmKind(options=NO_B_FRAMES), stamps))
    assert [frame.t for frame in frames] == pytest.approx([n * TICK_MS for n in stamps], abs=1)
    assert source.times_replaced == 0


def test_thirty_hours_keep_their_times(tmp_path: Path) -> None:
    stamps = [number * 36 * FPS for number in range(3001)]
    film = write_film(tmp_path / "film.mp4", numbered(1, 48, 64) * 3001, stamps=stamps)
    frames, source = read(film)
    assert frames[-1].t == pytest.approx(30 * 3_600_000)
    assert (source.frames_read, source.complete, source.times_replaced) == (3001, True, 0)


@pytest.mark.parametrize("turned", [0, 90])
def test_frames_are_freed_as_soon_as_they_are_shown(tmp_path: Path, turned: float) -> None:
    """Without waiting for the garbage collector: a decoded frame has megabytes."""
    film = write_film(tmp_path / "film.mp4", numbered(1, 48, 64) * 200, FilmKind(turned=turned))
    gc.collect()
    before = frames_in_memory()
    gc.disable()
    try:
        with Recording(film) as recording:
            assert sum(1 for _ in recording) == 200
        assert frames_in_memory() - before < 10
    finally:
        gc.enable()


def frames_in_memory() -> int:
    """How many frames of PyAV there are."""
    # By type: to ask some objects of other libraries for their class is a warning.
    return sum(issubclass(type(one), DecodedFrame) for one in gc.get_objects())


def test_the_film_is_read_and_not_its_cover(tmp_path: Path) -> None:
    plain = write_film(tmp_path / "plain.mp4", numbered(24))
    done, jpeg = cv2.imencode(".jpg", quarters(300, 300))
    assert done
    covered = tmp_path / "covered.mp4"
    with av.open(str(plain)) as source, av.open(str(covered), "w") as out:
        cover = out.add_stream("mjpeg", rate=1)
        cover.width = cover.height = 300
        cover.pix_fmt = "yuvj420p"
        cover.disposition = Disposition.attached_pic
        film = out.add_stream_from_template(source.streams.video[0])
        packet = av.Packet(jpeg.tobytes())
        packet.stream, packet.pts, packet.dts = cover, 0, 0
        out.mux(packet)
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = film
                out.mux(packet)
    with av.open(str(covered)) as check:
        assert len(check.streams.video) == 2
    frames, _ = read(covered)
    assert numbers(frames) == list(range(24))


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"creation_time": "2026-05-01T06:00:00.000000Z"}, "2026-05-01T06:00:00+00:00"),
        ({"creation_time": "1970-01-01T00:00:00.000000Z"}, None),
        ({}, None),
    ],
)
def test_the_date_of_a_recording(tmp_path: Path, tags: dict[str, str], said: str | None) -> None:
    _, source = read(write_film(tmp_path / "film.mp4", numbered(2), FilmKind(tags=tags)))
    assert source.recorded_at == said


def test_a_photograph_without_losses_is_read_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    image = read_vtest(1)[0]
    cv2.imwrite(str(path), image)
    (frame,), source = read(path)
    assert np.array_equal(frame.image_bgr, image)
    assert (frame.t, source.frames_expected, source.codec) == (0.0, 1, "png")


@pytest.mark.parametrize("name", ["photo.jpg", "photo.webp", "photo.png", "photo.bmp"])
def test_photographs(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    image = read_vtest(1)[0]
    cv2.imwrite(str(path), image)
    (frame,), source = read(path)
    assert cv2.PSNR(frame.image_bgr, image) > 30
    assert source.complete


@pytest.mark.parametrize(
    ("orientation", "shown"),
    [(1, "bgrw"), (2, "gbwr"), (3, "wrgb"), (4, "rwbg"), (5, "brgw"), (6, "rbwg"), (7, "wgrb"), (8, "gwbr")],
)
def test_a_photograph_is_turned_as_exif_says(tmp_path: Path, orientation: int, shown: str) -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + b"\0\0\0\0\0\0"
    done, jpeg = cv2.imencode(".jpg", quarters())
    assert done
    data = jpeg.tobytes()
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    path = tmp_path / "photo.jpg"
    path.write_bytes(data[:2] + segment + data[2:])
    (frame,), _ = read(path)
    assert colours(frame.image_bgr) == shown
    reference = cv2.imread(str(path))
    assert reference is not None
    assert colours(reference.astype(np.uint8)) == shown, "OpenCV's own reading"
