"""What is tested on PostgreSQL as well as on SQLite, besides everything of tests/storage: each kind of query once."""

ON_EACH_DATABASE: frozenset[str] = frozenset()
