"""What each quality costs on this machine: measured by a vision process, once in its life."""

import asyncio

from server.core.quality import Quality
from server.engine.supervisor import WorkerSupervisor

LOOKS = 3
"""The fastest of so many looks counts: whatever else the machine does makes a look longer, never shorter."""


class QualityCosts:
    """The prices of one vision process.

    Parameters
    ----------
    supervisor : WorkerSupervisor
    """

    def __init__(self, supervisor: WorkerSupervisor) -> None:
        self._supervisor = supervisor
        self._incarnation = 0
        self._prices: dict[Quality, float] = {}
        self._measuring = asyncio.Lock()

    async def read(self) -> dict[Quality, float]:
        """Milliseconds a frame, by quality; measured when nobody asked this process before.

        Each look is a question of its own, so that frames of streams get their turns in between.
        """
        async with self._measuring:
            incarnation = await self._supervisor.ready()
            if incarnation != self._incarnation:
                looks: dict[Quality, list[float]] = {quality: [] for quality in Quality}
                for _ in range(LOOKS):
                    for quality in Quality:
                        answer = await self._supervisor.ask({"type": "price", "quality": quality.value})
                        looks[quality].append(float(answer["ms"]))
                self._prices = {quality: min(times) for quality, times in looks.items()}
                self._incarnation = incarnation
            return dict(self._prices)
