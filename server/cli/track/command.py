"""``crowdcount track``: the same vision and analytics on a video file, every frame."""

import argparse
import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TextIO

from server.common.atomic import Outputs, refuse_equal
from server.core.errors import CodedError
from server.core.quality import Quality
from server.process.interrupt import Interrupt
from server.recording.errors import RecordingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from server.cli.track.samples import TrackSamples
    from server.core.plan import Plan
    from server.core.tracks import Tracks
    from server.recording.recording import Recording
    from server.recording.video_frame import VideoFrame
    from server.vision.pipeline import Pipeline
    from server.vision.vision import Vision

FORMAT_NAMES = ("csv", "jsonl", "mot")  # of `track_formats.FORMATS`, which the other commands need not load
RENDERED = (".mp4", ".mkv", ".avi")
NOTHING_COUNTED = 3
"""Exit status for a recording of which not even one frame can be decoded."""
STAGES = ("decode", "detect", "embed", "track", "analyse")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    parser = commands.add_parser("track", help="track the people of a video file, or count those of a photograph")
    parser.add_argument("video", type=Path, metavar="VIDEO")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the tracks go; without it they are not kept")
    parser.add_argument("--format", choices=FORMAT_NAMES, default="mot", help="default: mot")
    parser.add_argument(
        "--zones", type=Path, metavar="ZONES.json", help="count in these zones and lines (docs/zones.md)"
    )
    parser.add_argument("--render", type=Path, metavar="OUT.mp4", help="also write a video with the tracks drawn in")
    parser.add_argument("--stats", type=Path, metavar="STATS.json", help="also write times and totals")
    parser.add_argument("--samples", type=Path, metavar="SAMPLES.csv", help="also write people over time, as history")
    parser.add_argument(
        "--start", metavar="TIME", help="when the video begins, for --samples: 2026-05-01T08:00:00+02:00"
    )
    parser.add_argument("--model", metavar="NAME", help="a prepared detector (default: CROWDCOUNT_MODEL or yolo26n)")
    parser.add_argument(
        "--quality", choices=[one.value for one in Quality], default="balanced", help="how carefully to look"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Track a file. Outputs appear when all is done, or not at all."""
    try:
        return _run(arguments)
    except RecordingError as error:
        if error.code != "NO_FRAMES":
            raise
        print(f"crowdcount: {error}", file=sys.stderr)
        return NOTHING_COUNTED


def _run(arguments: argparse.Namespace) -> int:
    # Its encoder writes to standard error on its own; what matters is said in one line by us.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    from server.cli.track.zones import read_plan
    from server.config import SettingsError, load_settings, vision_settings
    from server.recording.recording import Recording
    from server.vision.vision import Vision

    if arguments.render and arguments.render.suffix not in RENDERED:
        raise OSError(f"{arguments.render} cannot be written as a video; use .mp4")
    try:
        loaded = load_settings(**({"model": arguments.model} if arguments.model else {}))
    except SettingsError as error:
        raise CodedError("BAD_SETTINGS", str(error)) from error
    wanted = [arguments.out, arguments.render, arguments.stats, arguments.samples]
    refuse_equal(filter(None, wanted), [*filter(None, [arguments.video, arguments.zones]), *loaded.own_files])
    samples = _samples(arguments)
    plan = read_plan(arguments.zones) if arguments.zones else None
    with Recording(arguments.video) as video:
        stats = _write(arguments, video, Vision(vision_settings(loaded)), plan, samples)
        _say(arguments, stats, video.source().remarks(), zones=plan is not None)
    return 0


def _write(
    arguments: argparse.Namespace,
    video: "Recording",
    vision: "Vision",
    plan: "Plan | None",
    samples: "TrackSamples | None",
) -> dict[str, Any]:
    """Write all outputs and return the statistics."""
    with Outputs() as outputs:
        # All are opened before the work begins: a folder that cannot be written to is said at once.
        lines = outputs.text(arguments.out or Path(os.devnull))
        render = outputs.path(arguments.render) if arguments.render else None
        stats_path = outputs.path(arguments.stats) if arguments.stats else None
        samples_path = outputs.path(arguments.samples) if arguments.samples else None
        pipeline = vision.open(quality=Quality(arguments.quality))
        pipeline.detector.prepare(*video.size)  # as the models are: before the clock of the statistics runs
        stats = _track(video, pipeline, plan, arguments.format, lines, render, samples)
        stats |= vision.describe(Quality(arguments.quality), video.size)
        if stats_path:
            stats_path.write_text(json.dumps(stats, indent=2) + "\n", "utf-8")
        if samples and samples_path:
            samples.write(samples_path)
    return stats


def _say(arguments: argparse.Namespace, stats: dict[str, Any], remarks: list[str], *, zones: bool) -> None:
    """Say what no file holds, and what is missing of the recording."""
    from server.cli.track.words import people_words
    from server.cli.track.zones import summary

    if not arguments.out:
        print(people_words(stats["people"], stats["frames"], stats["source"]["why"]))
    if zones and not arguments.stats:
        print("\n".join(summary(stats)), file=sys.stderr)
    for remark in remarks:
        print(f"crowdcount: {remark}", file=sys.stderr)


def _samples(arguments: argparse.Namespace) -> "TrackSamples | None":
    """What collects them, where they are wanted; it needs more of the program than the rest of this command."""
    if arguments.samples is None:
        if arguments.start:
            raise CodedError("BAD_START", "--start dates what --samples writes; give both.")
        return None
    from server.cli.track.samples import TrackSamples, read_time

    return TrackSamples(read_time(arguments.start) if arguments.start else None)


def _track(
    video: "Recording",
    pipeline: "Pipeline",
    plan: "Plan | None",
    form: str,
    lines: TextIO,
    render: Path | None,
    samples: "TrackSamples | None",
) -> dict[str, Any]:
    """Write every frame's tracks and return the statistics."""
    from tqdm import tqdm

    from server.cli.track.counts import CountStats
    from server.cli.track.formats import FORMATS
    from server.cli.track.render import Renderer
    from server.cli.track.zones import ZoneStats
    from server.core.analytics import Analytics

    header, to_lines = FORMATS[form]
    analytics, zones, counts = Analytics(plan), ZoneStats(), CountStats()
    stages = dict.fromkeys(STAGES, 0.0)
    frames = 0
    if header:
        print(header, file=lines)
    with ExitStack() as stack:
        renderer = stack.enter_context(Renderer(render, video.fps)) if render else None
        interrupt = stack.enter_context(Interrupt())
        start = perf_counter()
        bar = stack.enter_context(tqdm(video, total=video.frames or None, unit="frame", desc="tracking"))
        for frame, tracks in _follow(pipeline, bar):
            interrupt.check()
            analysed = perf_counter()
            analysis = analytics.update(tracks)
            tracks = analysis.tracks
            zones.note(analysis)
            counts.note(tracks)
            if samples:
                samples.note(tracks.t, analysis)
            stages["analyse"] += (perf_counter() - analysed) * 1000
            stages["decode"] += frame.decode_ms
            for stage, spent_ms in tracks.stages_ms.items():
                stages[stage] += spent_ms
            frames += 1
            lines.writelines(line + "\n" for line in to_lines(frames, tracks, analysis))
            if renderer:
                renderer.write(frame, tracks)
        seconds = perf_counter() - start
        closed = analytics.close()
        zones.close(closed)
        if samples:
            samples.close(closed)
    return {
        "frames": frames,
        "source": video.source().report(),
        "seconds": round(seconds, 3),
        "fps": round(frames / seconds, 2),
        "stages_ms": {stage: round(stages[stage] / frames, 3) for stage in STAGES},
        "unique": analytics.unique if counts.tells_apart else None,
        "followed": analytics.unique is not None,
        "people": counts.report(),
        "advice": counts.advice(),
        **(zones.report() if plan else {}),
    }


def _follow(pipeline: "Pipeline", frames: Iterable["VideoFrame"]) -> Iterator[tuple["VideoFrame", "Tracks"]]:
    """Each frame with its tracks; the next one is prepared while the detector looks at it.

    A single frame is a photograph, whatever its file says of the number of frames: of PNGs it says nothing.
    """
    source = iter(frames)
    begin = list(islice(source, 2))
    if len(begin) == 1:
        yield begin[0], pipeline.process_still(begin[0].image_bgr)
        return
    ahead: deque[VideoFrame] = deque()

    def images() -> Iterator[tuple["NDArray[np.uint8]", float]]:
        for frame in chain(begin, source):
            ahead.append(frame)
            yield frame.image_bgr, frame.t

    for tracks in pipeline.follow(images()):
        yield ahead.popleft(), tracks
