"""Who is on call for an incident: the owners of its service, in whatever seat, and who is on by a rota of its path.

They move production without asking first, and a restricted incident is not hidden from them.
"""

from dataclasses import replace

from stanch.core import commands as c
from stanch.core.incident import Incident
from stanch.flows.desk import Asked, Desk
from stanch.flows.on_call import OnCall
from stanch.slack.directory import Directory


async def marked(asked: Asked, desk: Desk, people: Directory, on_call: OnCall) -> Asked:
    """What was asked, with whether the person is on call where that decides. Raises `Unavailable`."""
    command = asked.command
    if not isinstance(command, c.Lever | c.Join):
        return asked
    state = desk.seen(asked.number or 0) or await desk.state(asked.number or 0)
    return replace(asked, command=replace(command, on_call=is_on_call(asked.by, state, desk, people, on_call)))


def is_on_call(user: str, state: Incident | None, desk: Desk, people: Directory, on_call: OnCall) -> bool:
    service = desk.catalogue.service(state.service) if state and state.service else None
    return user in people.seats(service).invite or (
        service is not None and user in on_call.on_duty(service.id, desk.clock())
    )
