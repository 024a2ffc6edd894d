"""The frame formats of one stream and the mappings between them."""

from dataclasses import dataclass

from server.core.plan_view import IDENTITY_VIEW, PlanView
from server.core.tracks import Tracks
from server.core.view import IDENTITY, Affine, compose, inverse, same_shape


@dataclass(frozen=True, slots=True)
class _Format:
    """A frame format.

    Attributes
    ----------
    size : (int, int)
        Width and height, pixels.
    affine : Affine
        Mapping from the stream's first format to this one.
    fits : bool
        Whether the mapping is known.
    """

    size: tuple[int, int]
    affine: Affine
    fits: bool

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.size[0] / self.size[1]


class Formats:
    """The formats of one stream over all epochs. Vision only knows those since its worker started."""

    def __init__(self) -> None:
        self._first: _Format | None = None
        self._known: list[_Format] = []
        self._now: _Format | None = None
        self._base: _Format | None = None
        self._epoch = 0

    def update(self, tracks: Tracks) -> None:
        """Process the format of the next frame."""
        size, view = (tracks.width, tracks.height), tracks.view
        aspect = tracks.width / tracks.height
        if tracks.epoch != self._epoch:
            self._epoch, self._base = tracks.epoch, None
        if self._base is None:
            first = size if view is None else (view.width, view.height)
            self._base = self._find(first[0] / first[1]) or self._unknown(first)
            self._first = self._first or self._base
        if view is None:
            self._now = self._base
        else:
            affine = compose(self._base.affine, view.affine)
            self._now = _Format(size, affine, fits=view.fits and self._base.fits)
        self._known = [*(one for one in self._known if not same_shape(one.aspect, aspect)), self._now]

    def plan_view(self, aspect: float | None) -> PlanView:
        """Return the mapping from a plan to the latest frame.

        Parameters
        ----------
        aspect : float or None
            Aspect ratio (width / height) of the frames on which the plan was drawn; None: the stream's first format.
        """
        now = self._now
        if now is None or (aspect is not None and same_shape(aspect, now.aspect)):
            return IDENTITY_VIEW
        home = self._first if aspect is None else self._find(aspect)
        if home is not None and same_shape(home.aspect, now.aspect):
            return IDENTITY_VIEW
        if home is None or not (home.fits and now.fits):
            return PlanView(changed=True, fits=False)
        return PlanView(changed=True, affine=compose(inverse(home.affine), now.affine), size=home.size)

    def _find(self, aspect: float) -> _Format | None:
        return next((one for one in self._known if same_shape(one.aspect, aspect)), None)

    def _unknown(self, size: tuple[int, int]) -> _Format:
        """Return an entry for a format not seen before: the stream's first, or the first after a worker restart."""
        return _Format(size, IDENTITY, fits=not self._known)
