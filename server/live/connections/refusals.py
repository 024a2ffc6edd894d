"""How the transport refuses: a stranger who comes too often has to wait, and nothing is wrong with who it is."""

from typing import Any

import engineio

from server.live.connections.connection_limiter import OPENINGS_S

STATUS = "429 TOO MANY REQUESTS"


class RefusingTransports(engineio.AsyncServer):
    """The library's transports, which answer 401 to whatever the server does not admit."""

    def _unauthorized(self, message: Any = None) -> dict[str, Any]:
        """The answer to a connection that is one too many, or too soon; nothing else is refused there."""
        answer: dict[str, Any] = super()._unauthorized(message)
        headers = [*answer["headers"], ("Retry-After", f"{OPENINGS_S:.0f}")]
        return answer | {"status": STATUS, "headers": headers}
