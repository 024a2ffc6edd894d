"""Recordings, their files while these are here, and each counting of one."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner_id", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="SET NULL")),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.Float),
        sa.Column("recorded_from", sa.String(10)),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_index("ix_recordings_owner_id_created_at", "recordings", ["owner_id", "created_at"])
    op.create_index("ix_recordings_camera_id", "recordings", ["camera_id"])
    of_recording = sa.ForeignKey("recordings.id", ondelete="CASCADE")
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("recording_id", sa.String(32), of_recording, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("quality", sa.String(10), nullable=False),
        sa.UniqueConstraint("recording_id", name="uq_uploads_recording_id"),
    )
    _make_runs()


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("recording_id", sa.String(32), sa.ForeignKey("recordings.id", ondelete="CASCADE"), nullable=False),
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("quality", sa.String(10), nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.Float),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("why", sa.String(40)),
        sa.Column("complete", sa.Boolean),
        sa.Column("frames_expected", sa.Integer),
        sa.Column("frames_read", sa.Integer, nullable=False),
        sa.Column("frames_refused", sa.Integer, nullable=False),
        sa.Column("duration_ms", sa.Float, nullable=False),
        sa.Column("peak", sa.Integer),
        sa.Column("crowd_peak", sa.Integer),
        sa.Column("unique_people", sa.Integer),
        sa.Column("entries", sa.Integer),
        sa.Column("exits", sa.Integer),
        sa.Column("queued_at", sa.Float, nullable=False),
        sa.Column("begun_at", sa.Float),
        sa.Column("ended_at", sa.Float),
        sa.UniqueConstraint("camera_id", name="uq_runs_camera_id"),
    )
    op.create_index("ix_runs_recording_id", "runs", ["recording_id"])
    op.create_index("ix_runs_state", "runs", ["state"])


def downgrade() -> None:
    op.execute("DELETE FROM cameras WHERE id IN (SELECT camera_id FROM runs)")
    for table in ("runs", "uploads", "recordings"):
        op.drop_table(table)
