"""Who may do what. Recording is for everybody; what ends or overrides is not (design, section 4)."""

from stanch.core.incident import STANCH, Incident
from stanch.errors import Refusal


def has_part(incident: Incident, user: str, channel: str | None = None) -> bool:
    """Sees the details of a restricted incident: who declared it, who holds a seat, and whoever speaks in its room.

    Slack lets nobody speak in a private room who is not in it (catalogue, section 6). Whoever left the room is out, but
    for the commander: somebody must be able to let people in.
    """
    if user in (STANCH, incident.commander):
        return True
    if user in incident.away:
        return False
    in_room = channel is not None and channel == incident.room
    return in_room or user == incident.declared_by or user in incident.seats.values()


def outsiders_stay_out(incident: Incident, user: str, channel: str | None) -> None:
    if incident.restricted and not has_part(incident, user, channel):
        raise Refusal(f"{incident.name} is restricted. Ask <@{incident.commander}>, who commands it, to let you in.")


def command_only(incident: Incident, by: str, what: str) -> None:
    if by != incident.commander:
        acting = "acting commander" if incident.acting else "commander"
        raise Refusal(
            f"Only the commander can {what}: that is <@{incident.commander}>, {acting}."
            " To take over: `/incident role commander me`."
        )


def role_holder_only(incident: Incident, by: str, what: str) -> None:
    if by != incident.commander and by not in incident.seats.values():
        holders = ", ".join(f"<@{u}>" for u in dict.fromkeys((incident.commander, *incident.seats.values())))
        raise Refusal(f"Only somebody with a role can {what}: {holders}. To take one: `/incident role scribe me`.")
