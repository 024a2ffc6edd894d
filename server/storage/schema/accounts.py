"""Tables of people: who they are, their sessions, what they did."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table

from server.storage.schema.base import metadata

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("username", String(40), nullable=False),
    Column("username_key", String(80), nullable=False, unique=True),  # case-folded
    Column("email", String(254), nullable=False),
    Column("email_key", String(254), nullable=False, unique=True),
    Column("password_hash", String(100), nullable=False),
    Column("is_admin", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("date_of_birth", String(10)),  # ISO 8601; an age is derived from it, never stored
    Column("place", String(100)),
    Column("gender", String(40)),
    Column("disabled_at", Float),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the secret in the cookie
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
    Column("address", String(64), nullable=False),
    Column("device", String(256), nullable=False),
    Column("kind", String(10), nullable=False, server_default="browser"),
    Column("last_seen_at", Float, nullable=False, server_default="0"),
    # An ended session is kept for a while: every web process, and the browser, can then say why it ended.
    Column("ended_at", Float),
    Column("end_reason", String(20)),
)

# The refresh tokens of one session are a family: each can be used once.
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the token's jti
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("used_at", Float),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False, index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("action", String(40), nullable=False),
    Column("target", String(200), nullable=False),
    Column("detail", String(300), nullable=False),
    Column("address", String(64), nullable=False),
    Column("device", String(256), nullable=False),
    Index("ix_audit_user_id_id", "user_id", "id"),
    sqlite_autoincrement=True,
)
