"""How many frames a stream got and what became of them."""

from dataclasses import asdict, dataclass

from server.live.streams import metrics


@dataclass(slots=True)
class Counters:
    """`received = processed + dropped + rejected`, except for frames that are unanswered."""

    received: int = 0
    processed: int = 0
    dropped: int = 0
    rejected: int = 0

    def receive(self) -> None:
        """A frame arrived."""
        self.received += 1
        metrics.FRAMES.labels("received").inc()

    def process(self) -> None:
        """A frame was answered with people."""
        self.processed += 1
        metrics.FRAMES.labels("processed").inc()

    def drop(self) -> None:
        """A frame gave way to a newer one."""
        self.dropped += 1
        metrics.FRAMES.labels("dropped").inc()

    def reject(self, code: str) -> None:
        """A frame was refused or lost."""
        self.rejected += 1
        metrics.FRAMES.labels("rejected").inc()
        metrics.ERRORS.labels(code).inc()

    def as_dict(self) -> dict[str, int]:
        """As the protocol names them."""
        return asdict(self)
