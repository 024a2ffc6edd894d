"""Tables of recordings: films that the server counts, their files while these are here, and each counting of one."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table

from server.storage.schema.base import metadata

# A film by its name and date. Its file is here only while `uploads` has a row. `camera_id` is the camera whose zones
# and lines it is counted with.
recordings = Table(
    "recordings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("camera_id", ForeignKey("cameras.id", ondelete="SET NULL"), index=True),
    Column("name", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("recorded_at", Float),
    Column("recorded_from", String(10)),
    Column("created_at", Float, nullable=False),
    Index("ix_recordings_owner_id_created_at", "owner_id", "created_at"),
)

# A file that is being sent, or is here to be counted; `model` and `quality` are those of the run that it is sent for.
uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("recording_id", ForeignKey("recordings.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("model", String(100), nullable=False),
    Column("quality", String(10), nullable=False),
)

# One counting of a recording. `camera_id` is a camera of this run alone, which no list shows: under it lie the run's
# plan, samples and heatmaps, so that no two runs, and no run and a live camera, are ever added up.
runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("recording_id", ForeignKey("recordings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("model", String(100), nullable=False),
    Column("quality", String(10), nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("recorded_at", Float),
    Column("state", String(12), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("why", String(40)),
    Column("complete", Boolean),
    Column("frames_expected", Integer),
    Column("frames_read", Integer, nullable=False),
    Column("frames_refused", Integer, nullable=False),
    Column("duration_ms", Float, nullable=False),
    Column("peak", Integer),
    Column("crowd_peak", Integer),
    Column("unique_people", Integer),
    Column("entries", Integer),
    Column("exits", Integer),
    Column("queued_at", Float, nullable=False),
    Column("begun_at", Float),
    Column("ended_at", Float),
)
