"""A vision worker without closer looks, for comparison: ``python -m bench.standins.no_closer_looks``."""

from server.core.certainty import Certainty
from server.core.crowd import Crowd
from server.engine import worker
from server.vision.crowd.scene import Scene
from server.vision.crowd.watch import CrowdWatch


def _update(self: CrowdWatch, scene: Scene) -> tuple[Certainty, Crowd | None]:  # noqa: ARG001 - replaces the method
    return scene.certainty, None


if __name__ == "__main__":
    CrowdWatch.update = _update  # type: ignore[method-assign]
    worker.main()
