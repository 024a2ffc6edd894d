"""Errors with a stable code, shared by all layers and shown to users."""


class CodedError(Exception):
    """An expected failure.

    Parameters
    ----------
    code : str
        Stable, documented, upper-case code such as ``"NOT_A_JPEG"``.
    message : str
        One plain sentence for users.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class FrameError(CodedError):
    """A frame was rejected; the stream continues."""


class ModelError(CodedError):
    """A model is unknown, missing or damaged, or cannot be prepared."""


class EngineError(CodedError):
    """The engine failed to answer; the stream may retry."""


class StoppedError(EngineError):
    """A vision worker crashed or hung while processing this frame."""
