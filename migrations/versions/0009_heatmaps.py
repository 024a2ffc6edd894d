"""Where people were, hour by hour."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heatmaps",
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", sa.Float, primary_key=True),
        sa.Column("rows", sa.Integer, primary_key=True),
        sa.Column("columns", sa.Integer, primary_key=True),
        sa.Column("most", sa.Float, nullable=False),
        sa.Column("cells", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_heatmaps_at", "heatmaps", ["at"])


def downgrade() -> None:
    op.drop_table("heatmaps")
