"""Estimates beside counts, and how long nothing was known."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COUNTED = ("least", "most", "last")


def upgrade() -> None:
    with op.batch_alter_table("samples") as batch:
        # A stretch of which nothing is known has no counts: 0 would say that nobody was there.
        for name in COUNTED:
            batch.alter_column(name, existing_type=sa.Integer, nullable=True)
        batch.alter_column("mean", existing_type=sa.Float, nullable=True)
        batch.add_column(sa.Column("estimate", sa.Float))
        batch.add_column(sa.Column("estimate_most", sa.Float))
        batch.add_column(sa.Column("crowded_s", sa.Float, nullable=False, server_default="0"))
        batch.add_column(sa.Column("unknown_s", sa.Float, nullable=False, server_default="0"))
    for table in ("alerts", "area_alerts"):
        op.add_column(table, sa.Column("estimated", sa.Boolean, nullable=False, server_default=sa.false()))
        op.add_column(table, sa.Column("peak_low", sa.Float))
        op.add_column(table, sa.Column("peak_high", sa.Float))


def downgrade() -> None:
    for table in ("area_alerts", "alerts"):
        for name in ("peak_high", "peak_low", "estimated"):
            op.drop_column(table, name)
    op.execute("DELETE FROM samples WHERE mean IS NULL")
    with op.batch_alter_table("samples") as batch:
        for name in ("unknown_s", "crowded_s", "estimate_most", "estimate"):
            batch.drop_column(name)
        batch.alter_column("mean", existing_type=sa.Float, nullable=False)
        for name in COUNTED:
            batch.alter_column(name, existing_type=sa.Integer, nullable=False)
