"""Streams that share a machine get equal shares of its time, whatever they send and wherever they run."""

import asyncio
import json
import sys
from collections import Counter

import pytest

from server.core.quality import Quality
from server.engine.base import StreamSettings
from server.engine.local import LocalEngine
from server.engine.supervisor import worker_command
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings
from tests.media import encode_jpeg, read_vtest

FAKE = [sys.executable, "-m", "tests.engine.fake_worker", json.dumps({})]


async def share(engine: LocalEngine, streams: dict[str, tuple[bytes, float]], model: str, frames: int) -> Counter[str]:
    """Let each stream send its picture again and again, with a pause after each answer; count what they send.

    Without a pause the next frame waits already when the answer comes, as that of a live stream does.
    """
    counted: Counter[str] = Counter()
    for name, (jpeg, _) in streams.items():
        engine.open(name, StreamSettings(model=model))
        await engine.process(name, jpeg, 0.0)  # the process is there, and has compiled what it needs

    async def send(name: str, jpeg: bytes, pause: float) -> None:
        while sum(counted.values()) < frames:
            counted[name] += 1
            await engine.process(name, jpeg, counted[name] * 40.0)
            if pause:
                await asyncio.sleep(pause)

    async with asyncio.timeout(60):
        await asyncio.gather(*(send(name, *what) for name, what in streams.items()))
    return counted


@pytest.mark.alone
async def test_equal_shares_on_a_real_engine() -> None:
    """Three streams, two processes: one stream is alone in its process and gets no more for that."""
    settings = VisionSettings(models_dir=str(default_models_dir()), threads=1)
    engine = LocalEngine(worker_command(settings), 2, 30)
    await engine.start()
    try:
        few, many = (encode_jpeg(image) for image in (read_vtest(1)[0], read_vtest(1, start=150)[0]))
        streams = {"a": (few, 0.0), "b": (many, 0.0), "c": (few, 0.0)}
        counted = await share(engine, streams, settings.model, 90)
        quality_costs = await engine.quality_costs()
    finally:
        await engine.stop()
    assert quality_costs[Quality.FAST] < quality_costs[Quality.BALANCED] < quality_costs[Quality.ACCURATE]
    assert max(counted.values()) <= 1.2 * min(counted.values()), counted


@pytest.mark.alone
@pytest.mark.parametrize("workers", [1, 2])
async def test_who_asks_for_little_gets_it_all(workers: int) -> None:
    engine = LocalEngine(FAKE, workers, 30)
    await engine.start()
    try:
        streams = {"little": (b"x", 0.1), "much": (b"work", 0.0), "more": (b"work", 0.0)}
        counted = await share(engine, streams, "any", 200)
    finally:
        await engine.stop()
    assert counted["much"] >= 2 * counted["little"] > 0, "what one leaves the others get"
    assert abs(counted["much"] - counted["more"]) <= 3


@pytest.mark.alone
@pytest.mark.parametrize("workers", [1, 2])
async def test_whose_frames_are_dear_gets_as_much_time_and_fewer_frames(workers: int) -> None:
    engine = LocalEngine(FAKE, workers, 30)
    await engine.start()
    try:
        counted = await share(engine, {"dear": (b"dear", 0.0), "cheap": (b"work", 0.0)}, "any", 120)
    finally:
        await engine.stop()
    assert 3 <= counted["cheap"] / counted["dear"] <= 7, f"51 ms beside 11 ms: {counted}"
