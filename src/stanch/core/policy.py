"""Who may do what. Recording is for everybody; what ends or overrides is not (design, section 4)."""

from stanch.core.incident import Incident
from stanch.errors import Refusal


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
