"""How long frames were too far apart to follow people; unknown numbers of different people."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("samples", sa.Column("unfollowed_s", sa.Float, nullable=False, server_default="0"))
    with op.batch_alter_table("streams") as batch:
        batch.alter_column("unique_people", existing_type=sa.Integer, nullable=True)


def downgrade() -> None:
    op.execute("UPDATE streams SET unique_people = 0 WHERE unique_people IS NULL")
    with op.batch_alter_table("streams") as batch:
        batch.alter_column("unique_people", existing_type=sa.Integer, nullable=False)
    with op.batch_alter_table("samples") as batch:
        batch.drop_column("unfollowed_s")
