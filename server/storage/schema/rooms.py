"""Tables of rooms: who is in them, links into them, and their log."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table

from server.storage.schema.base import metadata

# A room's owner is not among its members: there is always exactly one.
rooms = Table(
    "rooms",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("created_at", Float, nullable=False),
)

room_members = Table(
    "room_members",
    metadata,
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", String(10), nullable=False),
    Column("joined_at", Float, nullable=False),
)

# A link into a room. The code in it is shown once; this is its SHA-256.
invites = Table(
    "invites",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("code_key", String(64), nullable=False, unique=True),
    Column("role", String(10), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("max_uses", Integer, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("revoked_at", Float),
)

# A device without an account that streams as one camera, for as long as its invitation holds.
guests = Table(
    "guests",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the device's token
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("invite_id", ForeignKey("invites.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Float, nullable=False),
)

room_log = Table(
    "room_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("at", Float, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("who", String(80), nullable=False),
    Column("text", String(500), nullable=False),
    Column("key", String(32)),  # by which an entry that is written again is known; none where that does not happen
    Index("ix_room_log_room_id_id", "room_id", "id"),
    Index("ix_room_log_key", "key", unique=True),
    sqlite_autoincrement=True,
)
