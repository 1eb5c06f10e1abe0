"""What pulling controls looks up: the known-good set of each service, and the answers that people judge.

Only adds, so that replicas of the version before go on while it runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_good",
        sa.Column("service", sa.String(), primary_key=True),
        sa.Column("good", sa.Text(), nullable=False),
        sa.Column("since", sa.Float(53), nullable=False),
        sa.Column("candidate", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Float(53), nullable=False) for name in ("candidate_at", "looked_at")),
    )
    op.create_table(
        "answer",
        sa.Column("incident", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("s", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("question", "said", "about")),
        sa.Column("at", sa.Float(53), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("answer")
    op.drop_table("known_good")
