"""Why a recording cannot be read."""

from server.core.errors import CodedError


class RecordingError(CodedError):
    """A recording is refused, or nothing of it can be read.

    The codes are ``NO_RECORDING``, ``EMPTY_RECORDING``, ``PLAYLIST``, ``UNREADABLE_RECORDING``, ``TOO_MANY_PIXELS``,
    ``TOO_MANY_SCANS`` and ``NO_FRAMES`` (docs/recordings.md).
    """
