"""User groups as rotas: everybody in the group is on call. Slack has them on paid plans only."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from stanch.core.rota import Shift
from stanch.flows.on_call import Away
from stanch.slack.client import Slack, SlackFault

ID: Final = re.compile(r"S[A-Z0-9]{5,}")
"""Handles are in small letters."""
LACKS: Final = {
    "plan_upgrade_required": "this Slack plan has no user groups",
    "missing_scope": "Stanch may not read user groups: add usergroups:read and install the app again",
    "no_such_subteam": "there is no such user group",
}


class UserGroups:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._ids: dict[str, str] = {}

    async def shifts(self, id: str, start: datetime, end: datetime) -> Sequence[Shift]:
        """The members now, in the group's order, as if they were on call all the time. `id`: of the group, or its
        handle. Raises `Away`."""
        try:
            group = await self._id(id)
            answer = await self._slack.call("usergroups.users.list", read=True, usergroup=group)
        except SlackFault as fault:
            self._ids.pop(id, None)
            raise Away(LACKS.get(fault.error, f"Slack did not say who is in it ({fault.error})")) from fault
        return [Shift(str(user), start, end) for user in answer.get("users") or ()]

    async def _id(self, id_or_handle: str) -> str:
        """Raises `SlackFault`, and `Away` where no group has this handle."""
        if ID.fullmatch(id_or_handle):
            return id_or_handle
        if id_or_handle not in self._ids:
            answer = await self._slack.call("usergroups.list", read=True)
            self._ids |= {str(group.get("handle")): str(group["id"]) for group in answer.get("usergroups") or ()}
        if id_or_handle not in self._ids:
            raise Away(LACKS["no_such_subteam"])
        return self._ids[id_or_handle]
