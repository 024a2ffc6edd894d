"""Tables of cameras, of what is drawn on their frames, and of their streams."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from server.storage.schema.base import metadata

cameras = Table(
    "cameras",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("room_id", ForeignKey("rooms.id", ondelete="SET NULL"), index=True),
    Column("quality", String(10), nullable=False, server_default="balanced"),
    Index("ix_cameras_owner_id_created_at", "owner_id", "created_at"),
)

# What is drawn on a camera's frame (docs/zones.md). `version` grows by one with every change, so that two who edit at
# the same time do not overwrite each other.
plans = Table(
    "plans",
    metadata,
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("changed_at", Float, nullable=False),
)

# One row a stream, written while it runs, so that what was counted outlives the process.
streams = Table(
    "streams",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False),
    Column("source", String(10), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("saved_at", Float, nullable=False),
    Column("closed_at", Float),
    Column("duration_ms", Float, nullable=False),
    Column("peak", Integer, nullable=False),
    Column("unique_people", Integer),
    Column("received", Integer, nullable=False),
    Column("processed", Integer, nullable=False),
    Column("dropped", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Index("ix_streams_camera_id_opened_at", "camera_id", "opened_at"),
)

# The last parts of each stream that were written: samples and heatmaps add up, and must not do so twice.
saved_parts = Table(
    "saved_parts",
    metadata,
    Column("stream_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Float, nullable=False),
)
