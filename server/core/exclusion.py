"""Exclusion zones, in which people are not counted: posters, screens, mirrors, the operator's desk."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from server.core.certainty import Certainty
from server.core.crowd import Crowd
from server.core.crowd_versions import CrowdVersions
from server.core.foot_points import BAND, foot_points
from server.core.plan_view import IDENTITY_VIEW, PlanView
from server.core.polygon_index import Membership, PolygonIndex
from server.core.stillness import Still
from server.core.tracks import Track, Tracks
from server.core.view import Affine
from server.core.zone import Anchor, Zone
from server.core.zone_mask import union_mask

FORGET_MS = 10_000.0
"""Time without a detection after which a track ID is treated as new, milliseconds."""


class Exclusion:
    """The exclusion zones of a stream.

    Feet decide whether a person is inside. Near an outline, people keep their state (hysteresis), as with other zones.

    Parameters
    ----------
    zones : sequence of Zone
        Their `anchor` and times are ignored.
    """

    def __init__(self, zones: Sequence[Zone] = ()) -> None:
        self._excluded: dict[int, float] = {}
        self._crowd: tuple[Crowd, int, Affine, Crowd] | None = None
        self._versions = CrowdVersions()
        self.set_zones(zones)

    def set_zones(self, zones: Sequence[Zone]) -> None:
        """Replace the zones. People near an unchanged outline keep their state."""
        self._zones = tuple(replace(zone, anchor=Anchor.FEET) for zone in zones)
        self._outlines = PolygonIndex(self._zones, 1.0)
        self._invalidate()

    def restart(self) -> None:
        """Handle a restart of the track IDs and estimates."""
        self._excluded.clear()
        self._invalidate()

    def _invalidate(self) -> None:
        """Drop the cached estimate and force a new grid version."""
        self._crowd = None
        self._versions.forget()

    def apply(self, tracks: Tracks, view: PlanView = IDENTITY_VIEW) -> Tracks:
        """Return the tracks without the people in these zones; `view` maps the zones to the frame.

        The count range shrinks by the number of removed people, the crowd estimate by the cells of the zones.
        """
        if not self._zones:
            # Needed even without zones: after their removal, a version must not reappear with another grid.
            crowd = self._outside_cached(tracks.crowd, len(tracks.people), view.affine)
            return tracks if crowd is None else replace(tracks, crowd=crowd)
        excluded = self._find(view.to_plan(tracks))
        people = tuple(person for person in tracks.people if person.id not in excluded)
        removed = len(tracks.people) - len(people)
        return replace(
            tracks,
            people=people,
            certainty=_reduced(tracks.certainty, removed),
            crowd=self._outside_cached(tracks.crowd, len(people), view.affine),
            least=tracks.least and self._masked(tracks.least, len(people), view.affine),
        )

    def uncovered(self, tracks: Tracks, places: Iterable[Still]) -> tuple[Still, ...]:
        """Return the places that are neither inside a zone nor at its outline; all in plan coordinates."""
        found = tuple(places)
        if not self._zones or not found:
            return found
        people = tuple(Track(place.key, place.box_norm, 1.0) for place in found)
        covered = set[int]().union(
            *[inside | at_outline for inside, at_outline in self._memberships(replace(tracks, people=people))]
        )
        return tuple(place for place in found if place.key not in covered)

    def _memberships(self, tracks: Tracks) -> list[Membership]:
        """Return the track IDs inside and at the outline of each zone."""
        people = foot_points(tracks)
        if self._outlines.scale_x != people.scale_x:
            self._outlines = PolygonIndex(self._zones, people.scale_x)
        # Ignore the uncertainty of the detection: most detections here are pictures of people.
        return self._outlines.contains(replace(people, band=BAND * people.heights))

    def _find(self, tracks: Tracks) -> set[int]:
        """Return the track IDs whose feet are inside any zone."""
        excluded: set[int] = set()
        for inside, at_outline in self._memberships(tracks):
            excluded |= inside | (at_outline & self._excluded.keys())
        seen = {person.id for person in tracks.people}
        unseen = {id_: t for id_, t in self._excluded.items() if id_ not in seen and tracks.t - t <= FORGET_MS}
        self._excluded = unseen | dict.fromkeys(excluded, tracks.t)
        return excluded

    def _outside_cached(self, crowd: Crowd | None, seen: int, affine: Affine) -> Crowd | None:
        """Return the estimate outside the zones; recomputed when the estimate or the detected people change."""
        if crowd is None:
            self._crowd = None
            return None
        kept = self._crowd
        if kept is None or not kept[0].is_same(crowd) or kept[1:3] != (seen, affine):
            if kept is not None and kept[2] != affine:
                self._versions.forget()  # the zones moved within the grid
            kept = self._crowd = (crowd, seen, affine, self._outside(crowd, seen, affine))
        return kept[3]

    def _outside(self, crowd: Crowd, seen: int, affine: Affine) -> Crowd:
        if not self._zones:
            return self._versions.crowd(crowd.version, crowd.figure, crowd.grid)
        # More people may be detected than the cells hold, so scale the cells to the estimate again.
        left = self._masked(crowd, seen, affine)
        return self._versions.crowd(crowd.version, left.figure, left.grid)

    def _masked(self, crowd: Crowd, seen: int, affine: Affine) -> Crowd:
        """Return the unscaled estimate outside the zones."""
        outside = 1 - union_mask([zone.points_norm for zone in self._zones], *crowd.grid.shape, affine=affine)
        return Crowd(crowd.part(outside, seen), crowd.version, crowd.grid * outside)


def _reduced(certainty: Certainty | None, removed: int) -> Certainty | None:
    """Return the count range after the removal of `removed` people."""
    if certainty is None or not removed:
        return certainty
    high = None if certainty.high is None else max(0, certainty.high - removed)
    return replace(certainty, low=max(0, certainty.low - removed), high=high)
