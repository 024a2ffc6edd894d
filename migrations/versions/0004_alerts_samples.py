"""Alerts of zones, and the course of the figures."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False),
        sa.Column("zone_id", sa.String(100), nullable=False),
        sa.Column("zone_name", sa.String(60), nullable=False),
        sa.Column("figure", sa.String(10), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("peak", sa.Float, nullable=False),
        sa.Column("peak_at", sa.Float, nullable=False),
        sa.Column("acknowledged_at", sa.Float),
        sa.Column("acknowledged_by", sa.String(40)),
        sa.Column("note", sa.String(500), nullable=False),
    )
    op.create_index("ix_alerts_camera_id_began_at", "alerts", ["camera_id", "began_at"])
    op.create_table(
        "samples",
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("zone_id", sa.String(100), primary_key=True),
        sa.Column("step_s", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, primary_key=True),
        sa.Column("zone_name", sa.String(60), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("least", sa.Integer, nullable=False),
        sa.Column("mean", sa.Float, nullable=False),
        sa.Column("most", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("exits", sa.Integer, nullable=False),
        sa.Column("dwell_s", sa.Float, nullable=False),
        sa.Column("visits", sa.Integer, nullable=False),
    )
    op.create_index("ix_samples_step_s_at", "samples", ["step_s", "at"])


def downgrade() -> None:
    op.drop_table("samples")
    op.drop_table("alerts")
