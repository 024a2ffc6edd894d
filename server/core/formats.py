"""The formats that the frames of one stream had, and how they lie to each other."""

from dataclasses import dataclass

from server.core.plan_view import HERE, PlanView
from server.core.tracks import Tracks
from server.core.view import SAME, Affine, chain, inverse, same_shape


@dataclass(frozen=True, slots=True)
class _Format:
    """Frames of one shape.

    Attributes
    ----------
    size : (int, int)
        Width and height, pixels.
    affine : Affine
        From the stream's first format to this one.
    fits : bool
        Whether that is known.
    """

    size: tuple[int, int]
    affine: Affine
    fits: bool

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.size[0] / self.size[1]


class Formats:
    """Follows one stream, over all epochs: vision knows only the formats since its process began."""

    def __init__(self) -> None:
        self._first: _Format | None = None
        self._known: list[_Format] = []
        self._now: _Format | None = None
        self._base: _Format | None = None
        self._epoch = 0

    def follow(self, tracks: Tracks) -> None:
        """Take in the next frame."""
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
            affine = chain(self._base.affine, view.affine)
            self._now = _Format(size, affine, fits=view.fits and self._base.fits)
        self._known = [*(one for one in self._known if not same_shape(one.aspect, aspect)), self._now]

    def place(self, aspect: float | None) -> PlanView:
        """Return where a plan lies in the newest frame.

        Parameters
        ----------
        aspect : float or None
            Width over height of the frames on which it was drawn; None: those that the stream had first.
        """
        now = self._now
        if now is None or (aspect is not None and same_shape(aspect, now.aspect)):
            return HERE
        home = self._first if aspect is None else self._find(aspect)
        if home is not None and same_shape(home.aspect, now.aspect):
            return HERE
        if home is None or not (home.fits and now.fits):
            return PlanView(changed=True, fits=False)
        return PlanView(changed=True, affine=chain(inverse(home.affine), now.affine), size=home.size)

    def _find(self, aspect: float) -> _Format | None:
        return next((one for one in self._known if same_shape(one.aspect, aspect)), None)

    def _unknown(self, size: tuple[int, int]) -> _Format:
        """The format that the stream begins with, or one after a new start that was not there before."""
        return _Format(size, SAME, fits=not self._known)
