"""The first tables: the log, what is owed, what was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    counter = op.create_table(
        "counter", sa.Column("name", sa.String(), primary_key=True), sa.Column("value", sa.Integer(), nullable=False)
    )
    op.bulk_insert(counter, [{"name": "incident", "value": 0}])
    op.create_table(
        "incident",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("klass", sa.String()),
        sa.Column("severity", sa.String()),
        sa.Column("service", sa.String()),
        sa.Column("phase", sa.String(), nullable=False, index=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("declared_at", sa.String(), nullable=False),
        sa.Column("room", sa.String(), index=True),
        sa.Column("room_state", sa.String(), nullable=False),
        sa.Column("card_ts", sa.String()),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "at", "recorded_at", "by", "source")),
        sa.Column("payload", sa.Text()),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("digest", "prev", "hash")),
        sa.UniqueConstraint("incident", "seq"),
    )
    op.create_table(
        "effect",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("grp", sa.String()),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.Float(53), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String()),
        *(sa.Column(name, sa.Float(53)) for name in ("lease_until", "intent_at", "tried_at")),
        sa.Column("held", sa.String()),
        sa.Column("error", sa.Text()),
        sa.Column("result", sa.Text()),
    )
    op.create_index("effect_due", "effect", ["state", "due_at"])
    op.create_index("effect_lane", "effect", ["lane", "state", "id"])
    op.create_index("effect_incident", "effect", ["incident"])
    op.create_index("effect_group", "effect", ["grp"])
    op.create_table(
        "interaction",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("incident", sa.Integer()),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False, index=True),
    )


def downgrade() -> None:
    for name in ("interaction", "effect", "event", "incident", "counter"):
        op.drop_table(name)
