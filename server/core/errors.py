"""Errors that carry a stable code across layers and out to users."""


class CodedError(Exception):
    """An expected failure.

    Parameters
    ----------
    code : str
        Stable, documented, upper-case code such as ``"NOT_A_JPEG"``.
    message : str
        One plain sentence for a person.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class FrameError(CodedError):
    """A frame was refused; the stream goes on untouched."""


class ModelError(CodedError):
    """A model is unknown, missing, damaged or cannot be prepared."""


class EngineError(CodedError):
    """The engine could not answer; the same stream may be tried again."""


class StoppedError(EngineError):
    """A vision process died of this very frame, or hung with it."""
