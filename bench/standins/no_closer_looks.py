"""A vision process that takes no closer looks, to compare with: ``python -m bench.standins.no_closer_looks``."""

from server.core.certainty import Certainty
from server.core.crowd import Crowd
from server.engine import worker
from server.vision.crowd.scene import Scene
from server.vision.crowd.watch import CrowdWatch


def _follow(self: CrowdWatch, scene: Scene) -> tuple[Certainty, Crowd | None]:  # noqa: ARG001 - takes its place
    return scene.certainty, None


if __name__ == "__main__":
    CrowdWatch.follow = _follow  # type: ignore[method-assign]
    worker.main()
