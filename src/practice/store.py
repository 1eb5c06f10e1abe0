"""The workspace on disk: one SQLite file, written behind, so that a call never waits for it.

What was written in the last tenth of a second before a SIGKILL is lost; nothing older, and the file stays whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from pathlib import Path

from practice.model import Channel, User
from practice.workspace import Workspace

FILE = "practice.sqlite3"
BEAT_S = 0.1
Row = tuple[str, str, bytes | None]


class Store:
    """Entries by kind and key: users, channels, messages, files with their bytes, views, pages, counters."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self.connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS entries (kind TEXT, key TEXT, body BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )

    def load(self, workspace: Workspace) -> bool:
        """Fill an empty workspace. False when nothing was stored yet."""
        found = False
        for kind, key, body in self.connection.execute("SELECT kind, key, body FROM entries ORDER BY kind, key"):
            found = True
            if kind == "content":
                workspace.contents[key] = body
                continue
            value = json.loads(body)
            match kind:
                case "user":
                    workspace.users[key] = User(**value)
                case "channel":
                    workspace.channels[key] = Channel(**value)
                case "message":
                    channel_id, _, ts = key.partition("/")
                    if channel_id in workspace.channels:
                        workspace.channels[channel_id].messages[ts] = value
                case "file":
                    workspace.files[key] = value
                case "view":
                    workspace.views[key] = value
                case "page":
                    workspace.pages[key] = value
                case "meta":
                    workspace.serial = value
        for channel in workspace.channels.values():
            for ts in channel.messages:
                whole, _, rest = ts.partition(".")
                workspace.last_us = max(workspace.last_us, int(whole) * 1_000_000 + int(rest))
        people = sorted(workspace.users.values(), key=lambda user: (not user.is_bot, user.name))
        workspace.users = {user.id: user for user in people}
        workspace.bot_user = next((user.id for user in workspace.users.values() if user.is_bot), "")
        return found

    def rows(self, workspace: Workspace) -> list[Row]:
        """What changed since the last time, as rows; a body of None means that it is gone."""
        dirty, workspace.dirty = workspace.dirty, set()
        rows: list[Row] = []
        for kind, key in dirty:
            rows.append((kind, key, body_of(workspace, kind, key)))
            if kind == "file" and key in workspace.contents:
                rows.append(("content", key, workspace.contents[key]))
        return rows

    def write(self, rows: list[Row]) -> None:
        self.connection.execute("BEGIN")
        kept = [row for row in rows if row[2] is not None]
        self.connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", kept)
        gone = [row[:2] for row in rows if row[2] is None]
        self.connection.executemany("DELETE FROM entries WHERE kind = ? AND key = ?", gone)
        self.connection.execute("COMMIT")

    async def keep_writing(self, workspace: Workspace) -> None:
        """Write what changed ten times a second until cancelled; then write the rest and close the file."""
        writing: asyncio.Future[None] | None = None
        try:
            while True:
                await asyncio.sleep(BEAT_S)
                if workspace.dirty:
                    writing = asyncio.ensure_future(asyncio.to_thread(self.write, self.rows(workspace)))
                    await asyncio.shield(writing)
        finally:
            if writing is not None and not writing.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await writing
            self.write(self.rows(workspace))
            self.connection.close()


def body_of(workspace: Workspace, kind: str, key: str) -> bytes | None:
    value: object = None
    match kind:
        case "user":
            value = vars(workspace.users[key])
        case "channel":
            channel = workspace.channels.get(key)
            value = channel.stored() if channel else None
        case "message":
            channel_id, _, ts = key.partition("/")
            home = workspace.channels.get(channel_id)
            value = home.messages.get(ts) if home else None
        case "file":
            value = workspace.files.get(key)
        case "view":
            value = workspace.views.get(key)
        case "page":
            value = workspace.pages.get(key)
        case "meta":
            value = workspace.serial
    return None if value is None else json.dumps(value, ensure_ascii=False).encode()
