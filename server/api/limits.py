"""How often an address may ask."""

from datetime import timedelta

from quart_rate_limiter import RateLimit

DEFAULT_LIMIT = RateLimit(1200, timedelta(minutes=1))
"""Every route. A page polls once in two seconds and loads about ten files; ten pages behind one address fit."""
SIGN_IN_LIMIT = RateLimit(30, timedelta(minutes=1))
SIGN_UP_LIMIT = RateLimit(30, timedelta(minutes=1))
