"""What an operator sees of deliveries in `/metrics`."""

from prometheus_client import Counter

DELIVERIES = Counter(
    "crowdcount_deliveries", "Attempts to tell of an alert, by channel and by what became of them", ["kind", "outcome"]
)
"""Outcomes: delivered; postponed (failed, tried again later); given_up (failed for good); gone (the browser left)."""
