"""What the whole life of an incident looks up: rooms, captured messages, duties, signals, and the order of lists.

Only adds, so that replicas of the version before go on while it runs.
"""

import json
from typing import Any

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
    _duties()


def _fill() -> None:
    """What the projections would hold, had they been there before."""
    op.execute("insert into room (channel, incident) select room, number from incident where room is not null")
    op.execute(
        "update incident set rank = case severity when 'SEV1' then 1 when 'SEV2' then 2 when 'SEV3' then 3"
        " when 'SEV4' then 4 else 9 end where phase in ('assess', 'mitigate', 'diagnose', 'resolve', 'watching')"
    )


def _duties() -> None:
    """Mitigations in force or kept, and promises, as the events of the first version told them."""
    told = sa.text(
        "select incident, kind, payload from event where payload is not null and kind in"
        " ('mitigation_applied', 'mitigation_moved', 'action_added', 'dismissed') order by incident, seq"
    )
    rows: dict[tuple[int, str, int], dict[str, Any]] = {}
    for incident, kind, payload in op.get_bind().execute(told):
        facts = json.loads(payload)
        match kind:
            case "mitigation_applied":
                row = {"state": "applied", "who": None, "due": None, "what": facts["what"]}
                rows[incident, "mitigation", facts["k"]] = row
            case "mitigation_moved" if (incident, "mitigation", facts["k"]) in rows:
                row = rows[incident, "mitigation", facts["k"]]
                row["state"] = facts["state"]
                row["who"], row["due"] = facts.get("owner") or row["who"], facts.get("until") or row["due"]
            case "action_added":
                row = {"state": "promised", "who": facts["owner"], "due": facts["by"], "what": facts["what"]}
                rows[incident, "action", facts["k"]] = row
            case "dismissed":
                rows = {key: row for key, row in rows.items() if key[:2] != (incident, "action")}
    op.bulk_insert(
        sa.table("duty", *(sa.column(name) for name in ("incident", "kind", "k", "state", "who", "due", "what"))),
        [
            {"incident": incident, "kind": kind, "k": k, **row}
            for (incident, kind, k), row in rows.items()
            if row["state"] not in ("removed", "failed")
        ],
    )


def downgrade() -> None:
    for name in ("signal", "duty", "capture", "room"):
        op.drop_table(name)
    op.drop_index("incident_rank", "incident")
    op.drop_column("incident", "rank")
