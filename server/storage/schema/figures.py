"""Tables of what was counted: its course, and where people were."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table

from server.storage.schema.base import metadata

# The course of the figures; zone_id is empty for the whole frame. Each stretch is there once in every step.
# Counts are null in a stretch of which nothing is known (server/storage/history/samples.py).
samples = Table(
    "samples",
    metadata,
    Column("camera_id", ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
    Column("zone_id", String(100), primary_key=True),
    Column("step_s", Integer, primary_key=True),
    Column("at", Float, primary_key=True),
    Column("zone_name", String(60), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("least", Integer),
    Column("mean", Float),
    Column("most", Integer),
    Column("last", Integer),
    Column("entries", Integer, nullable=False),
    Column("exits", Integer, nullable=False),
    Column("dwell_s", Float, nullable=False),
    Column("visits", Integer, nullable=False),
    Column("estimate", Float),
    Column("estimate_most", Float),
    Column("crowded_s", Float, nullable=False, server_default="0"),
    Column("unknown_s", Float, nullable=False, server_default="0"),
    Column("unfollowed_s", Float, nullable=False, server_default="0"),
    Index("ix_samples_step_s_at", "step_s", "at"),
)

# Where people were: a grid of the frame for each hour (server/storage/history/heatmaps.py).
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
