"""How carefully each camera's frames are looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cameras", sa.Column("quality", sa.String(10), nullable=False, server_default="balanced"))


def downgrade() -> None:
    op.drop_column("cameras", "quality")
