"""In which order what can wait is handed out: the most severe first, and of those the newest due.

Only adds, so that replicas of the version before go on while it runs: what they owe comes first, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effect", sa.Column("rank", sa.Float(53), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("effect", "rank")
