"""What the server answers to the frames of a page, read from its connection."""

import json
from statistics import mean
from typing import Any

from playwright.sync_api import Page, WebSocket


class Answers:
    """The frames that a page sends and the results that it gets, of the runs since `clear`.

    Parameters
    ----------
    page : Page
        Before its stream is opened.
    """

    def __init__(self, page: Page) -> None:
        self.results: list[dict[str, Any]] = []
        self.refused: list[str] = []
        page.on("websocket", self._follow)

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._take)

    def _take(self, payload: str | bytes) -> None:
        # An acknowledgement of Socket.IO: digits, then a list in JSON; what is binary follows in frames of its own.
        if not isinstance(payload, str) or '"seq"' not in payload or "[" not in payload:
            return
        answer = json.loads(payload[payload.index("[") :])[0]
        if isinstance(answer, dict) and answer.get("status") == "processed":
            self.results.append(answer["result"])
        elif isinstance(answer, dict) and "error" in answer:
            self.refused.append(answer["error"]["code"])

    def clear(self) -> None:
        """Forget what was answered so far."""
        self.results.clear()
        self.refused.clear()

    @property
    def times(self) -> list[float]:
        """Seconds since the first picture of the file, of each frame that was counted."""
        return [result["t"] / 1000 for result in self.results]

    @property
    def mean(self) -> float:
        """People in a frame, of those in which something is known."""
        return mean(result["count"] for result in self.results if result["known"])
