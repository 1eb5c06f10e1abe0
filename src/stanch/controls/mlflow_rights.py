"""What a user of MLflow's own user database may do, asked without moving anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel

from stanch.controls.shaped import shaped
from stanch.controls.wire import Wire

_RANKS: Final = ("READ", "USE", "EDIT", "MANAGE")
_USERS: Final = "/api/3.0/mlflow/users"


@dataclass(frozen=True, slots=True)
class Need:
    """`id`: of the thing in MLflow's words; `called`: for people."""

    right: str
    kind: str
    id: str
    called: str


class _Grant(BaseModel):
    permission: str
    resource_pattern: str
    resource_type: str


class _Mine(BaseModel):
    is_admin: bool
    permissions: list[_Grant] = []


class _User(BaseModel):
    username: str


class _Current(BaseModel):
    user: _User


class _Default(BaseModel):
    permission: str


async def missing(wire: Wire, needs: Sequence[Need]) -> str:
    """The rights that are not there; nothing where MLflow keeps no users: there whoever may enter may do everything."""
    answer = await wire.read(f"{_USERS}/current/permissions", accept=(400, 403, 404, 405, 501))
    if answer.status != 200 or answer.html:
        return ""
    mine = shaped(answer, _Mine)
    if mine.is_admin:
        return ""
    lacking = [need for need in needs if not _enough(need.right, _granted(mine, need))]
    lacking = [need for need in lacking if not _enough(need.right, await _default(wire, need.kind))]
    told = [f"{need.right} on {need.kind} {need.called}" for need in lacking]
    return f"its user lacks {', '.join(told)}" if told else ""


def _granted(mine: _Mine, need: Need) -> list[str]:
    whole = ("workspace", "*")
    return [
        one.permission
        for one in mine.permissions
        if (one.resource_type, one.resource_pattern) in (whole, (need.kind, "*"), (need.kind, need.id))
    ]


async def _default(wire: Wire, kind: str) -> list[str]:
    """What everybody may do with this kind."""
    current = shaped(await wire.read("/api/2.0/mlflow/users/current"), _Current)
    query = urlencode({"username": current.user.username, "resource_type": kind, "resource_id": "*"})
    return [shaped(await wire.read(f"{_USERS}/permissions/get?{query}"), _Default).permission]


def _enough(right: str, granted: Sequence[str]) -> bool:
    ranks = [_RANKS.index(one) for one in granted if one in _RANKS]
    return "DENY" not in granted and max(ranks, default=-1) >= _RANKS.index(right)
