"""Who may do what. Recording is for everybody; what ends or overrides is not (design, section 4)."""

from stanch.core.incident import STANCH, Incident
from stanch.errors import Refusal


def has_part(incident: Incident, user: str, channel: str | None = None) -> bool:
    """Sees the details of a restricted incident: who declared it, who holds a seat, who was let into its room, and
    whoever speaks there.

    Slack lets nobody speak in a private room who is not in it (catalogue, section 6); the public room of an incident
    that became restricted is no proof. Whoever left the room is out, but for the commander: somebody must be able to
    let people in.
    """
    if user in (STANCH, incident.commander):
        return True
    if user in incident.away:
        return False
    in_room = channel is not None and channel == incident.room and incident.room_private
    return in_room or user in (incident.declared_by, *incident.seats.values(), *incident.members)


def sees(incident: Incident, user: str, channel: str | None = None) -> bool:
    """Whether this person may be shown more than the stub."""
    return not incident.restricted or has_part(incident, user, channel)


def outsiders_stay_out(incident: Incident, user: str, channel: str | None) -> None:
    if not sees(incident, user, channel):
        raise Refusal(
            f"{incident.name} is restricted. <@{incident.commander}> commands it and lets people in.", "ask_to_join"
        )


def commands(incident: Incident, user: str) -> bool:
    """Whether this person commands. Until who was named has answered, whoever declared it acts beside them."""
    # From the end of their time until the next is named, they have not answered either.
    passed = ("commander", incident.seats.get("commander")) in incident.seating.out
    unanswered = passed or incident.seating.ask("commander") is not None
    return user == incident.commander or (unanswered and user == incident.declared_by)


def command_only(incident: Incident, by: str, what: str) -> None:
    if not commands(incident, by):
        acting = "acting commander" if incident.acting else "commander"
        raise Refusal(
            f"Only the commander can {what}: that is <@{incident.commander}>, {acting}."
            " To take over: `/incident role commander me`."
        )


def role_holder_only(incident: Incident, by: str, what: str) -> None:
    if not commands(incident, by) and by not in incident.seats.values():
        holders = ", ".join(f"<@{u}>" for u in dict.fromkeys((incident.commander, *incident.seats.values())))
        raise Refusal(f"Only somebody with a role can {what}: {holders}. To take one: `/incident role scribe me`.")
