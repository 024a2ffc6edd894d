"""Work that goes on for ever, whatever happens to it once."""

import asyncio

import pytest

from server.common import background as steady
from server.common.background import FAULTS, BackgroundTask, unbroken
from tests.support.wait import until


async def test_it_goes_on_after_a_failure_and_tells(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(steady, "AGAIN_S", 0.01)
    done = 0

    async def work() -> None:
        nonlocal done
        while True:
            await asyncio.sleep(0.01)
            done += 1
            if done == 3:
                raise RuntimeError("unforeseen")

    task = BackgroundTask("test work", work)
    before = FAULTS.labels("test work")._value.get()
    task.start()
    await until(lambda: done > 5)
    await task.stop()
    stood = done
    await asyncio.sleep(0.05)
    assert done == stood
    assert FAULTS.labels("test work")._value.get() == before + 1
    assert "unforeseen" in caplog.text
    await task.stop()


async def test_what_was_never_begun_can_be_stopped() -> None:
    async def work() -> None:
        raise AssertionError("it began")

    await BackgroundTask("nothing", work).stop()


async def test_what_must_not_be_cut_off_comes_to_its_end() -> None:
    steps: list[str] = []

    async def transaction() -> None:
        steps.append("begun")
        await asyncio.sleep(0.05)
        steps.append("committed")

    task = asyncio.create_task(unbroken(transaction()))
    await until(lambda: steps)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert steps == ["begun", "committed"]
