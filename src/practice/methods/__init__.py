"""The Web API methods, one module a family. METHODS is the whole of what this workspace knows."""

from practice.methods import bookmarks, chat, conversations, files, history, misc, pins, rooms, views
from practice.methods.base import Call, Handler

METHODS: dict[str, Handler] = {
    **bookmarks.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **history.METHODS,
    **misc.METHODS,
    **pins.METHODS,
    **rooms.METHODS,
    **views.METHODS,
}

__all__ = ["METHODS", "Call", "Handler"]
