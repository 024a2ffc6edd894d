"""Detection time for each quality on this machine, measured once per worker process."""

import asyncio

from server.core.quality import Quality
from server.engine.supervisor import WorkerSupervisor

MEASUREMENTS = 3
"""Number of measurements, of which the fastest counts, since other load only adds time."""


class QualityCosts:
    """The quality costs of one worker.

    Parameters
    ----------
    supervisor : WorkerSupervisor
    """

    def __init__(self, supervisor: WorkerSupervisor) -> None:
        self._supervisor = supervisor
        self._incarnation = 0
        self._costs: dict[Quality, float] = {}
        self._measuring = asyncio.Lock()

    async def read(self) -> dict[Quality, float]:
        """Return milliseconds per frame by quality; measured on the first call for this worker process.

        Each measurement is a separate request, so frames of streams can run in between.
        """
        async with self._measuring:
            incarnation = await self._supervisor.ready()
            if incarnation != self._incarnation:
                times_ms: dict[Quality, list[float]] = {quality: [] for quality in Quality}
                for _ in range(MEASUREMENTS):
                    for quality in Quality:
                        answer = await self._supervisor.request({"type": "price", "quality": quality.value})
                        times_ms[quality].append(float(answer["ms"]))
                self._costs = {quality: min(times) for quality, times in times_ms.items()}
                self._incarnation = incarnation
            return dict(self._costs)
