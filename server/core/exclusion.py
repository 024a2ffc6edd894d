"""Places where nobody is counted: posters, screens, mirrors, the operator's own desk."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from server.core.certainty import Certainty
from server.core.crowd import Crowd
from server.core.crowd_versions import CrowdVersions
from server.core.foot_points import BAND, foot_points
from server.core.plan_view import HERE, PlanView
from server.core.polygon_index import Place, PolygonIndex
from server.core.stillness import Still
from server.core.tracks import Track, Tracks
from server.core.view import Affine
from server.core.zone import Anchor, Zone
from server.core.zone_mask import union_mask

FORGET_MS = 10_000.0
"""An identity that was not seen for so long is judged as if it were new."""


class Exclusion:
    """The zones of a stream in which nobody is counted.

    People are judged by their feet. At an outline somebody stays what they were, as at every other outline.

    Parameters
    ----------
    zones : sequence of Zone
        Their `anchor` and times mean nothing here.
    """

    def __init__(self, zones: Sequence[Zone] = ()) -> None:
        self._out: dict[int, float] = {}
        self._crowd: tuple[Crowd, int, Affine, Crowd] | None = None
        self._versions = CrowdVersions()
        self.set_zones(zones)

    def set_zones(self, zones: Sequence[Zone]) -> None:
        """The user changed what is drawn. At an outline that stayed, people stay what they were."""
        self._zones = tuple(replace(zone, anchor=Anchor.FEET) for zone in zones)
        self._outlines = PolygonIndex(self._zones, 1.0)
        self._renew()

    def restart(self) -> None:
        """Identities start again, and estimates with them."""
        self._out.clear()
        self._renew()

    def _renew(self) -> None:
        """What is left of an estimate is another from now on, with a version that no reader has."""
        self._crowd = None
        self._versions.forget()

    def apply(self, tracks: Tracks, view: PlanView = HERE) -> Tracks:
        """Return the same frame without the people who stand in these zones, which lie in it as `view` says.

        The range of the count moves by as many, the estimate of a crowd loses the cells of the zones.
        """
        if not self._zones:
            # Also without them: a version must not come again with another grid when the zones are removed.
            crowd = self._rest(tracks.crowd, len(tracks.people), view.affine)
            return tracks if crowd is None else replace(tracks, crowd=crowd)
        out = self._find(view.to_plan(tracks))
        people = tuple(person for person in tracks.people if person.id not in out)
        gone = len(tracks.people) - len(people)
        return replace(
            tracks,
            people=people,
            certainty=_less(tracks.certainty, gone),
            crowd=self._rest(tracks.crowd, len(people), view.affine),
            least=tracks.least and self._left(tracks.least, len(people), view.affine),
        )

    def uncovered(self, tracks: Tracks, places: Iterable[Still]) -> tuple[Still, ...]:
        """Return those of the places that are not in one of the zones, or at its outline; all as it was drawn."""
        found = tuple(places)
        if not self._zones or not found:
            return found
        people = tuple(Track(place.key, place.box_norm, 1.0) for place in found)
        covered = set[int]().union(*[inside | held for inside, held in self._place(replace(tracks, people=people))])
        return tuple(place for place in found if place.key not in covered)

    def _place(self, tracks: Tracks) -> list[Place]:
        """Who is inside each of the zones, and at its outline."""
        people = foot_points(tracks)
        if self._outlines.scale_x != people.scale_x:
            self._outlines = PolygonIndex(self._zones, people.scale_x)
        # How sure a sighting is does not matter: what stands here is mostly a picture of a person.
        return self._outlines.place(replace(people, band=BAND * people.heights))

    def _find(self, tracks: Tracks) -> set[int]:
        """Identities whose feet are in any of the zones."""
        out: set[int] = set()
        for inside, held in self._place(tracks):
            out |= inside | (held & self._out.keys())
        seen = {person.id for person in tracks.people}
        unseen = {id_: t for id_, t in self._out.items() if id_ not in seen and tracks.t - t <= FORGET_MS}
        self._out = unseen | dict.fromkeys(out, tracks.t)
        return out

    def _rest(self, crowd: Crowd | None, seen: int, affine: Affine) -> Crowd | None:
        """The estimate of what lies outside the zones, computed when it or the boxed people change."""
        if crowd is None:
            self._crowd = None
            return None
        kept = self._crowd
        if kept is None or not kept[0].is_same(crowd) or kept[1:3] != (seen, affine):
            if kept is not None and kept[2] != affine:
                self._versions.forget()  # the zones lie elsewhere in the grid
            kept = self._crowd = (crowd, seen, affine, self._outside(crowd, seen, affine))
        return kept[3]

    def _outside(self, crowd: Crowd, seen: int, affine: Affine) -> Crowd:
        if not self._zones:
            return self._versions.crowd(crowd.version, crowd.figure, crowd.grid)
        # Of boxed people there may be more than the cells have: they are scaled to the estimate again.
        left = self._left(crowd, seen, affine)
        return self._versions.crowd(crowd.version, left.figure, left.grid)

    def _left(self, crowd: Crowd, seen: int, affine: Affine) -> Crowd:
        """What lies outside the zones, as it is."""
        outside = 1 - union_mask([zone.points_norm for zone in self._zones], *crowd.grid.shape, affine=affine)
        return Crowd(crowd.part(outside, seen), crowd.version, crowd.grid * outside)


def _less(certainty: Certainty | None, gone: int) -> Certainty | None:
    """The range of a count from which so many people were taken out."""
    if certainty is None or not gone:
        return certainty
    high = None if certainty.high is None else max(0, certainty.high - gone)
    return replace(certainty, low=max(0, certainty.low - gone), high=high)
