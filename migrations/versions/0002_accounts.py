"""Profiles, sessions that end for a reason, refresh tokens and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("date_of_birth", sa.String(10)))
        users.add_column(sa.Column("place", sa.String(100)))
        users.add_column(sa.Column("gender", sa.String(40)))
        users.add_column(sa.Column("disabled_at", sa.Float))
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("kind", sa.String(10), nullable=False, server_default="browser"))
        sessions.add_column(sa.Column("last_seen_at", sa.Float, nullable=False, server_default="0"))
        sessions.add_column(sa.Column("ended_at", sa.Float))
        sessions.add_column(sa.Column("end_reason", sa.String(20)))
    op.execute("UPDATE sessions SET last_seen_at = created_at")
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("session_id", sa.String(64), sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("used_at", sa.Float),
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("device", sa.String(256), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_user_id_id", "audit", ["user_id", "id"])
    op.create_index("ix_audit_at", "audit", ["at"])


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_table("refresh_tokens")
    with op.batch_alter_table("sessions") as sessions:
        for name in ("kind", "last_seen_at", "ended_at", "end_reason"):
            sessions.drop_column(name)
    with op.batch_alter_table("users") as users:
        for name in ("date_of_birth", "place", "gender", "disabled_at"):
            users.drop_column(name)
