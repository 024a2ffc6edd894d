"""Why something was not delivered."""

from server.core.errors import CodedError


class DeliveryError(CodedError):
    """It was not delivered.

    Parameters
    ----------
    code, message : str
        As in CodedError; the sentence is shown to the channel's owner.
    final : bool
        Trying again is of no use.
    gone : bool
        Nor is sending anything else there.
    """

    def __init__(self, code: str, message: str, *, final: bool = False, gone: bool = False) -> None:
        super().__init__(code, message)
        self.final = final or gone
        self.gone = gone
