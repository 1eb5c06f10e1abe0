"""What is in channels beside people's words and the app's: posts of other apps, files, links that Slack unfolds."""

from __future__ import annotations

import mimetypes

from practice.errors import ActingError, SlackError
from practice.limits import check_attachments
from practice.model import Json
from practice.people import People
from practice.typed import escaped

WEBHOOK_BOT = "B0WEBHOOK"
EXAMPLE = "https://example.com/"


class Integrations:
    """Each function is one ``POST /practice/...`` endpoint and answers as those of :class:`People` do."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.acting = people.acting
        self.workspace = people.workspace

    async def webhook(self, body: Json) -> Json:
        """``{channel, name, text?, attachments?}``: a post by another app, which has no user. Gives its ``ts``.

        The text is taken as it is, as an incoming webhook's is.
        """
        name = self.acting.text(body, "name")
        text = str(body.get("text") or "")
        more: Json = {}
        if "attachments" in body:
            more["attachments"] = check_attachments(body["attachments"])
        if not (text or more):
            raise ActingError("text or attachments must be there")

        def act() -> Json:
            channel = self.people.room(body)
            if channel.archived:
                raise SlackError("is_archived")
            message: Json = {"subtype": "bot_message", "bot_id": WEBHOOK_BOT, "username": name, "text": text, **more}
            return {"ts": self.workspace.add_message(channel, message)["ts"]}

        return await self.people.told(body, act)

    async def upload(self, body: Json) -> Json:
        """``{user, channel, name, text?, thread_ts?}``: a person shares a file, which is empty. Gives the ``ts``."""
        name = self.acting.text(body, "name")
        typed = str(body.get("text") or "")

        def act() -> Json:
            user, channel = self.people.member(body)
            file = self._file(name, user)
            message: Json = {"user": user, "subtype": "file_share", "text": escaped(self.workspace, typed)}
            message |= {"files": [file], "upload": True}
            if thread := body.get("thread_ts"):
                message["thread_ts"] = thread
            return {"ts": self.workspace.add_message(channel, message)["ts"]}

        return await self.people.told(body, act)

    def _file(self, name: str, user: str) -> Json:
        """An empty file of this name."""
        file_id, now = self.workspace.next_id("F"), int(self.workspace.clock())
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        address = f"{self.workspace.base_url}/practice/files/{file_id}"
        file: Json = {"id": file_id, "created": now, "timestamp": now, "name": name, "title": name, "user": user}
        file |= {"mimetype": kind, "filetype": name.rpartition(".")[2], "mode": "hosted", "size": 0}
        file |= {"url_private": address, "permalink": address}
        self.workspace.files[file_id] = {**file, "practice_complete": True}
        self.workspace.contents[file_id] = b""
        self.workspace.touch("file", file_id)
        return file

    async def unfurl(self, body: Json) -> Json:
        """``{channel, ts}``: Slack unfolds a link: ``message_changed`` with the same text, and nobody edited it."""

        def act() -> None:
            channel = self.acting.channel(body)
            message = self.workspace.message(channel, str(body.get("ts")))
            preview: Json = {"id": 1, "from_url": EXAMPLE, "fallback": "Example", "title": "Example"}
            attachments = [*(message.get("attachments") or ()), preview]
            self.workspace.change_message(channel, message, {**message, "attachments": attachments})

        return await self.people.told(body, act)
