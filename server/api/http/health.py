"""For machines that watch: alive, ready, metrics."""

import asyncio
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from quart import Blueprint, Response
from quart_rate_limiter import rate_exempt

from server.api.http.access import everybody
from server.api.http.context import services
from server.engine.base import WorkerState
from server.i18n.storage import trouble_text
from server.models.catalogue import prepared_models

WORKERS = Gauge("crowdcount_workers", "Vision processes by state", ["state"])
WORKER_RESTARTS = Gauge(
    "crowdcount_worker_restarts", "How often vision processes were replaced since the web process began"
)
WORKER_MEMORY = Gauge("crowdcount_worker_resident_bytes", "Memory of vision processes, which count from 1", ["worker"])
WEB_RESTARTS = Gauge("crowdcount_web_restarts", "How often the web process was replaced")

CRASH_LOOP = 2
"""A vision process may end once; from the second time on, one soon after the other, it is told."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@rate_exempt
@everybody
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@rate_exempt
@everybody
async def readyz() -> tuple[dict[str, Any], int]:
    """Whether frames can be counted right now, what is missing, and what does not work as it should."""
    checks = {"database": await _database(), "model": await _model(), "engine": _engine()}
    reasons = [f"{name}: {check['reason']}" for name, check in checks.items() if check["reason"]]
    warnings = _warnings()
    life = services().web_life
    body = {
        "status": "unready" if reasons else "degraded" if warnings else "ready",
        "reasons": reasons,
        "warnings": warnings,
        "checks": checks,
        "web": {"restarts": life.restarts, "reason": life.reason},
    }
    return body, 503 if reasons else 200


@blueprint.get("/metrics")
@rate_exempt
@everybody
async def metrics() -> Response:
    """Prometheus metrics."""
    workers = services().engine_status()
    for state in WorkerState:
        WORKERS.labels(state.value).set(sum(worker.state is state for worker in workers))
    for number, worker in enumerate(workers, start=1):
        WORKER_MEMORY.labels(str(number)).set(worker.resident_bytes or 0)
    WORKER_RESTARTS.set(sum(worker.restarts for worker in workers))
    WEB_RESTARTS.set(services().web_life.restarts)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _warnings() -> list[str]:
    """What works, but not as it should: frames are counted all the same."""
    trouble, recorder = services().database.trouble, services().recorder_trouble()
    warnings = [f"storage: {trouble_text(trouble.name)}"] if trouble else []
    if recorder:
        warnings.append(f"recorder: {recorder}")
    for number, worker in enumerate(services().engine_status(), start=1):
        if worker.failures >= CRASH_LOOP:
            reason = f": {worker.reason}" if worker.reason else ""
            warnings.append(f"engine: vision process {number} ended {worker.failures} times in a row{reason}")
    return warnings


async def _database() -> dict[str, Any]:
    return {"reason": await services().database.check()}


async def _model() -> dict[str, Any]:
    settings = services().settings
    found = await asyncio.to_thread(prepared_models, settings.models_dir)
    present = settings.model in {one.name for one in found}
    reason = None if present else f"{settings.model} is not prepared; run `crowdcount models pull {settings.model}`"
    return {"reason": reason, "name": settings.model}


def _engine() -> dict[str, Any]:
    """Ready while at least one process is: streams of the others fail over as those come back."""
    workers = services().engine_status()
    ready = any(worker.state is WorkerState.READY for worker in workers)
    reason = next((worker.reason for worker in workers if worker.reason), "the vision process is starting")
    return {
        "reason": None if ready else reason,
        "workers": [
            {"state": worker.state.value, "restarts": worker.restarts, "reason": worker.reason, **worker.describe}
            for worker in workers
        ],
    }
