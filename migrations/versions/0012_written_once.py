"""By what a write that is repeated is known: nobody can tell whether a commit was stored whose answer was lost."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_parts",
        sa.Column("stream_id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ix_saved_parts_camera_id", "saved_parts", ["camera_id"])
    op.add_column("room_log", sa.Column("key", sa.String(32)))
    op.create_index("ix_room_log_key", "room_log", ["key"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_room_log_key", "room_log")
    op.drop_column("room_log", "key")
    op.drop_table("saved_parts")
