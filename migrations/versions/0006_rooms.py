"""Rooms: who watches which cameras together, who is invited, which devices stream as guests, and what happened."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner_id", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_index("ix_rooms_owner_id", "rooms", ["owner_id"])
    op.create_table(
        "room_members",
        sa.Column("room_id", sa.String(32), sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("joined_at", sa.Float, nullable=False),
    )
    op.create_index("ix_room_members_user_id", "room_members", ["user_id"])
    # SQLite cannot add a reference to a table: the batch copies it.
    with op.batch_alter_table("cameras") as batch:
        batch.add_column(sa.Column("room_id", sa.String(32)))
        batch.create_foreign_key("fk_cameras_room_id", "rooms", ["room_id"], ["id"], ondelete="SET NULL")
        batch.create_index("ix_cameras_room_id", ["room_id"])
    op.create_table(
        "invites",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("room_id", sa.String(32), sa.ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
        sa.Column("code_key", sa.String(64), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("max_uses", sa.Integer, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("revoked_at", sa.Float),
        sa.UniqueConstraint("code_key", name="uq_invites_code_key"),
    )
    op.create_index("ix_invites_room_id", "invites", ["room_id"])
    op.create_table(
        "guests",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("camera_id", sa.String(32), sa.ForeignKey("cameras.id", ondelete="CASCADE"), nullable=False),
        sa.Column("invite_id", sa.String(32), sa.ForeignKey("invites.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.UniqueConstraint("camera_id", name="uq_guests_camera_id"),
    )
    op.create_index("ix_guests_invite_id", "guests", ["invite_id"])
    op.create_table(
        "room_log",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("room_id", sa.String(32), sa.ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_room_log_room_id_id", "room_log", ["room_id", "id"])


def downgrade() -> None:
    for table in ("room_log", "guests", "invites", "room_members"):
        op.drop_table(table)
    with op.batch_alter_table("cameras") as batch:
        batch.drop_index("ix_cameras_room_id")
        batch.drop_constraint("fk_cameras_room_id", type_="foreignkey")
        batch.drop_column("room_id")
    op.drop_table("rooms")
