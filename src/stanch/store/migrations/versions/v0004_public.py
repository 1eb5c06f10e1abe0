"""What users were told of each incident, for the pages that we write; and who can open what, as they said themselves.

Only adds, so that replicas of the version before go on while it runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_page",
        sa.Column("incident", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Float(53), nullable=False, index=True),
    )
    op.create_table(
        "can_open",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("week", "person", "what")),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("can_open")
    op.drop_table("public_page")
