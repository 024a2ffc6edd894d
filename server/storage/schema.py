"""The tables. Migrations in migrations/ build them; this is what queries are written against."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

LAST_NUMBER = 2**31 - 1
"""The largest that a column of numbers holds on every database."""

# Times are Unix seconds (UTC) as floats: one meaning on every database. Keys are random text, so that an id
# neither counts things nor can be guessed.
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
    Index("ix_alerts_camera_id_began_at", "camera_id", "began_at"),
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

# The course of the figures; zone_id is empty for the whole frame. Each stretch is there once in every step.
samples = Table(
    "samples",
    metadata,
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
    Column("zone_id", String(100), primary_key=True),
    Column("step_s", Integer, primary_key=True),
    Column("at", Float, primary_key=True),
    Column("zone_name", String(60), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("least", Integer, nullable=False),
    Column("mean", Float, nullable=False),
    Column("most", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("exits", Integer, nullable=False),
    Column("dwell_s", Float, nullable=False),
    Column("visits", Integer, nullable=False),
    Index("ix_samples_step_s_at", "step_s", "at"),
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

# Where people were: a grid of the frame for each hour (server/storage/heatmaps.py).
heatmaps = Table(
    "heatmaps",
    metadata,
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Float, primary_key=True, index=True),
    Column("rows", Integer, primary_key=True),
    Column("columns", Integer, primary_key=True),
    Column("most", Float, nullable=False),  # person-seconds that the largest cell stands for
    Column("cells", LargeBinary, nullable=False),
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
    Column("unique_people", Integer, nullable=False),
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
