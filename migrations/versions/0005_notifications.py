"""Where users are told of alerts, and what is to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("target", sa.String(1000), nullable=False),
        sa.Column("secret", sa.String(300), nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("steps", sa.String(40), nullable=False),
        sa.Column("all_cameras", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("confirmed_at", sa.Float),
        sa.Column("delivered_at", sa.Float),
        sa.Column("failed_at", sa.Float),
        sa.Column("error", sa.String(300), nullable=False),
        sa.UniqueConstraint("user_id", "kind", "target", name="uq_channels_user_id_kind_target"),
    )
    op.create_table(
        "channel_cameras",
        sa.Column("channel_id", sa.String(32), sa.ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("ix_channel_cameras_camera_id", "channel_cameras", ["camera_id"])
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), sa.ForeignKey("channels.id", ondelete="CASCADE"), nullable=False),
        sa.Column("alert_id", sa.String(32), sa.ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("finished_at", sa.Float),
        sa.Column("outcome", sa.String(10)),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sa.UniqueConstraint("channel_id", "alert_id", "step", name="uq_outbox_channel_id_alert_id_step"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_alert_id", "outbox", ["alert_id"])
    op.create_index("ix_outbox_finished_at_due_at", "outbox", ["finished_at", "due_at"])


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("channel_cameras")
    op.drop_table("channels")
