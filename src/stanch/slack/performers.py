"""Which performer carries out which kind of effect."""

from collections.abc import Mapping

from stanch.slack import (
    access,
    captures,
    messages,
    offers,
    public_page,
    reminders,
    rooms,
    shift_talk,
    stakeholders,
    views,
)
from stanch.slack.gateway import Performer

PERFORMERS: Mapping[str, Performer] = {
    **offers.PERFORMERS,
    **shift_talk.PERFORMERS,
    **public_page.PERFORMERS,
    **access.PERFORMERS,
    "open_room": rooms.open_room,
    "seat_owners": rooms.seat_owners,
    "invite": rooms.invite,
    "topic": rooms.topic,
    "card": messages.card,
    "announce": messages.announce,
    "post": messages.post,
    "tell": messages.tell,
    "pin": messages.pin,
    "bookmark": messages.bookmark,
    "upload": messages.upload,
    "hush": rooms.hush,
    "capture": captures.capture,
    "mark": captures.mark,
    "view": views.view,
    "warn": views.warn,
    "remind": reminders.remind,
    "broadcast": stakeholders.broadcast,
    "reply": stakeholders.reply,
    "conclude": stakeholders.conclude,
    "inform": stakeholders.inform,
    "expire": stakeholders.expire,
}
