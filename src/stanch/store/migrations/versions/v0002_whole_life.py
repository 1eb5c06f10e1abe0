"""What the whole life of an incident looks up: rooms, captured messages, duties, signals, and the order of lists.

Only adds, so that replicas of the version before go on while it runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("rank", sa.Integer()))
    op.create_index("incident_rank", "incident", ["rank", "number"])
    op.create_table(
        "room",
        sa.Column("channel", sa.String(), primary_key=True),
        sa.Column("incident", sa.Integer(), nullable=False),
    )
    op.create_table(
        "capture",
        sa.Column("channel", sa.String(), primary_key=True),
        sa.Column("ts", sa.String(), primary_key=True),
        sa.Column("incident", sa.Integer(), primary_key=True, autoincrement=False),
    )
    op.create_table(
        "duty",
        sa.Column("incident", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("k", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("who", sa.String()),
        sa.Column("due", sa.String()),
        sa.Column("what", sa.Text(), nullable=False),
    )
    op.create_index("duty_who", "duty", ["who"])
    op.create_table(
        "signal",
        sa.Column("key", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "status")),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(53), nullable=False) for name in ("first_at", "last_at")),
        *(sa.Column(name, sa.String()) for name in ("channel", "ts")),
        sa.Column("incident", sa.Integer(), index=True),
    )
    _fill()


def _fill() -> None:
    """What the projections would hold, had they been there before."""
    op.execute("insert into room (channel, incident) select room, number from incident where room is not null")
    op.execute(
        "update incident set rank = case severity when 'SEV1' then 1 when 'SEV2' then 2 when 'SEV3' then 3"
        " when 'SEV4' then 4 else 9 end where phase in ('assess', 'mitigate', 'diagnose', 'resolve', 'watching')"
    )


def downgrade() -> None:
    for name in ("signal", "duty", "capture", "room"):
        op.drop_table(name)
    op.drop_index("incident_rank", "incident")
    op.drop_column("incident", "rank")
