"""Areas: zones of several cameras as one figure, their alerts, and the page that shows them to everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("room_id", sa.String(32), sa.ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("capacity", sa.Integer),
        sa.Column("warning", sa.Float),
        sa.Column("critical", sa.Float),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_index("ix_areas_room_id", "areas", ["room_id"])
    op.create_table(
        "area_parts",
        sa.Column("area_id", sa.String(32), sa.ForeignKey("areas.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("zone_id", sa.String(100), primary_key=True),
    )
    op.create_index("ix_area_parts_camera_id", "area_parts", ["camera_id"])
    op.create_table(
        "area_alerts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("area_id", sa.String(32), sa.ForeignKey("areas.id", ondelete="CASCADE"), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("peak", sa.Float, nullable=False),
        sa.Column("peak_at", sa.Float, nullable=False),
        sa.Column("acknowledged_at", sa.Float),
        sa.Column("acknowledged_by", sa.String(40)),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("claimed_at", sa.Float),
        sa.Column("claimed_by", sa.String(40)),
    )
    op.create_index("ix_area_alerts_area_id_began_at", "area_alerts", ["area_id", "began_at"])
    op.create_table(
        "status_pages",
        sa.Column("room_id", sa.String(32), sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("show", sa.String(10), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.UniqueConstraint("code", name="uq_status_pages_code"),
    )
    op.add_column("alerts", sa.Column("claimed_at", sa.Float))
    op.add_column("alerts", sa.Column("claimed_by", sa.String(40)))


def downgrade() -> None:
    op.drop_column("alerts", "claimed_by")
    op.drop_column("alerts", "claimed_at")
    for table in ("status_pages", "area_alerts", "area_parts", "areas"):
        op.drop_table(table)
