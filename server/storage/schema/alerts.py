"""Tables of alerts, their pictures, and who is told of them."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from server.storage.schema.base import metadata

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False),
    Column("zone_id", String(100), nullable=False),
    Column("zone_name", String(60), nullable=False),
    Column("figure", String(10), nullable=False),
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
    Index("ix_alerts_camera_id_began_at", "camera_id", "began_at"),
)

# Cameras whose owner wants a picture of each alert, and the pictures.
still_cameras = Table(
    "still_cameras",
    metadata,
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
)

stills = Table(
    "stills",
    metadata,
    Column("alert_id", ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Float, nullable=False, index=True),
    Column("jpeg", LargeBinary, nullable=False),
)

# Alerts that began with the same frame as another one, whose picture is theirs.
shared_stills = Table(
    "shared_stills",
    metadata,
    Column("alert_id", ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("still_id", ForeignKey("stills.alert_id", ondelete="CASCADE"), nullable=False, index=True),
)

# Where a user is told of alerts. `error` is what went wrong last, and is empty once something arrived again.
channels = Table(
    "channels",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", String(60), nullable=False),
    Column("target", String(1000), nullable=False),  # an address of the web, of mail, or of a browser's push service
    Column("secret", String(300), nullable=False),  # signs web hooks, confirms mail addresses, encrypts pushes
    Column("enabled", Boolean, nullable=False),
    Column("steps", String(40), nullable=False),
    Column("all_cameras", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("confirmed_at", Float),
    Column("delivered_at", Float),
    Column("failed_at", Float),
    Column("error", String(300), nullable=False),
    UniqueConstraint("user_id", "kind", "target", name="uq_channels_user_id_kind_target"),
)

channel_cameras = Table(
    "channel_cameras",
    metadata,
    Column("channel_id", ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True),
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# One row for each step of an alert and each channel, written with the alert: what is to be sent, and what was.
outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String(32), nullable=False, unique=True),  # by which a receiver knows a repeated delivery
    Column("channel_id", ForeignKey("channels.id", ondelete="CASCADE"), nullable=False),
    Column("alert_id", ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step", String(10), nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("finished_at", Float),
    Column("outcome", String(10)),
    UniqueConstraint("channel_id", "alert_id", "step", name="uq_outbox_channel_id_alert_id_step"),
    Index("ix_outbox_finished_at_due_at", "finished_at", "due_at"),
    sqlite_autoincrement=True,
)
