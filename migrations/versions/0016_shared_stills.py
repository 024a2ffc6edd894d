"""Alerts that began with one frame share its picture."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shared_stills",
        sa.Column("alert_id", sa.String(32), sa.ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("still_id", sa.String(32), sa.ForeignKey("stills.alert_id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_shared_stills_still_id", "shared_stills", ["still_id"])


def downgrade() -> None:
    op.drop_table("shared_stills")
