"""Who is let into an incident's room, and closing it to everybody else (catalogue, section 6)."""

from stanch.core import commands as c, events as e
from stanch.core.catalogue import Catalogue
from stanch.core.effects import joining
from stanch.core.incident import Incident
from stanch.core.policy import command_only, sees
from stanch.core.said import Said
from stanch.core.text import clean
from stanch.errors import Refusal


def join(i: Incident, command: c.Join, by: str, catalogue: Catalogue) -> Said:
    """Anybody into a public room; into a private one who has a part or is on call, and the others may ask."""
    if sees(i, by):
        if not i.room or i.exposed:
            raise Refusal(f"The room of {i.name} is still opening. Try again in a moment.")
        return Said(say=f"Come in: <#{i.room}>", effects=(joining(i, by),))
    if command.on_call:
        # Hiding an incident from the person who can stop it is its own incident.
        say = f"You are on call for {i.service}, so you are in: the invitation to the room of {i.name} is on its way."
        return Said((e.LetIn(by, f"on call for {i.service}"),), say)
    if by in i.asking:
        return Said(say=f"<@{i.commander}> has been asked to let you into {i.name}.")
    return Said((e.JoinAsked(by),), f"<@{i.commander}> is asked to let you into {i.name}.")


def let_in(i: Incident, command: c.LetIn, by: str, catalogue: Catalogue) -> Said:
    command_only(i, by, "let people in")
    if command.user in i.members and command.user not in i.away:
        return Said(say=f"<@{command.user}> is in already.")
    return Said((e.LetIn(command.user),), f"<@{command.user}> is let in.")


def restrict(i: Incident, command: c.Restrict, by: str, catalogue: Catalogue) -> Said:
    if i.restricted:
        return Said(say=f"{i.name} is restricted already.")
    say = (
        f"{i.name} is restricted. A private room opens; this one is made neutral and no more is said in it."
        " What was written here before stays readable: delete what must not."
    )
    return Said((e.Restricted(clean(command.why, 500)),), say)


def member(i: Incident, command: c.ReportMember, by: str, catalogue: Catalogue) -> Said:
    """In a restricted room every entry is recorded; in any, that a role's holder left."""
    user, private = command.user, i.restricted and i.room_private
    if command.joined:
        new = user in i.away or (private and user not in i.members)
        return Said((e.MemberJoined(user),) if new else ())
    roles = i.roles_of(user)
    return Said((e.MemberLeft(user, roles),) if (roles or private) and user not in i.away else ())
