"""Tables of areas, which add up zones of several cameras, and of the page that shows them to everybody."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, false

from server.storage.schema.base import metadata

# Zones of several cameras, or their whole frames, as one figure. `public`: it is on the room's status page.
areas = Table(
    "areas",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("capacity", Integer),
    Column("warning", Float),
    Column("critical", Float),
    Column("public", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
)

area_parts = Table(
    "area_parts",
    metadata,
    Column("area_id", ForeignKey("areas.id", ondelete="CASCADE"), primary_key=True),
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("zone_id", String(100), primary_key=True),  # empty for the whole frame
)

area_alerts = Table(
    "area_alerts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("area_id", ForeignKey("areas.id", ondelete="CASCADE"), nullable=False),
    Column("level", String(10), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("peak", Float, nullable=False),
    Column("peak_at", Float, nullable=False),
    Column("acknowledged_at", Float),
    Column("acknowledged_by", String(40)),
    Column("note", String(500), nullable=False),
    Column("claimed_at", Float),
    Column("claimed_by", String(40)),
    Column("interrupted", Boolean, nullable=False, server_default=false()),
    Column("estimated", Boolean, nullable=False, server_default=false()),
    Column("peak_low", Float),
    Column("peak_high", Float),
    Index("ix_area_alerts_area_id_began_at", "area_id", "began_at"),
)

# The code is kept as it is: the page is meant to be passed on, and its owner wants to see the link again.
status_pages = Table(
    "status_pages",
    metadata,
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("show", String(10), nullable=False),
    Column("created_at", Float, nullable=False),
)
