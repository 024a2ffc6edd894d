"""Everything that is computed from a stream's tracks. It does not care where the tracks come from."""

from dataclasses import dataclass

from server.core.heatmap import Heatmap, HeatmapImage
from server.core.tally import Figures, Tally
from server.core.tracks import Tracks

HEATMAP_EVERY_MS = 500.0
"""A heatmap changes slowly; twice a second looks live and costs a stream 5 KB a second."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one frame brought."""

    figures: Figures
    heatmap: HeatmapImage | None


class Analytics:
    """The analytics of one stream: tracks in, figures out, in order of capture time."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._heatmap = Heatmap()
        self._heatmap_t = float("-inf")

    @property
    def figures(self) -> Figures:
        """The figures after the last frame."""
        return self._tally.figures

    def update(self, tracks: Tracks) -> Analysis:
        """Take in the next frame's tracks."""
        figures = self._tally.update(tracks)
        self._heatmap.update(tracks)
        image = None
        if tracks.t - self._heatmap_t >= HEATMAP_EVERY_MS:
            self._heatmap_t = tracks.t
            image = self._heatmap.image()
        return Analysis(figures, image)
