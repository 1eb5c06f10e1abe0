"""One incident as people see it in the workspace, normalised so that two runs can be compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from stanch.core.export import verify
from stanch.core.incident import STANCH
from tests.acceptance.harness import Json, Stage
from tests.acceptance.incidents import words

DROPPED = ("block_id", "team", "bot_id", "app_id", "practice_pings", "blocks_hash")
TOLD_BY_SLACK = ("member_joined", "member_left", "room_changed")
KEPT = 250
SPOKEN = ("text", "blocks", "user", "subtype", "topic", "reactions", "thread_ts")


async def snapshot(stage: Stage, number: int, token: str = "") -> Json:
    """The incident's rooms with all that is in them, its announcements, its files, and nothing of other incidents.

    `token` is a word that only this run's texts hold. Channels become names, moments become marks, messages are known
    by their place. Messages of people and the bot keep their order; Slack's own notes (joins, topics, pins) come from
    effects that go out at once, and are compared as a set.
    """
    state = await stage.state()
    names = {one["id"]: f"#{one['name']}" for one in state["channels"] if not one["is_im"]}
    people = {one["id"]: one["name"] for one in state["users"]}
    plain = Plain(number, token, names, people)
    rooms = [one for one in state["channels"] if one["name"].startswith(f"inc-{number}-")]
    shown: Json = {"rooms": [await _room(stage, one, plain) for one in rooms]}
    for name in ("incidents", "general", "triage"):
        posted = [one for one in await stage.messages(name) if f"INC-{number} " in json.dumps(one)]
        shown[name] = [plain.message(one) | {"thread": await _thread(stage, name, one, plain)} for one in posted]
    shown["alone"] = await _alone(stage, state, number, plain)
    shown["home of bob"] = plain.text(_home((await stage.sees("views/bob"))["home"], number))
    return shown


async def _thread(stage: Stage, channel: str, head: Json, plain: Plain) -> list[Any]:
    """What was said below a message, in order."""
    found = await stage.sees(f"messages/{channel}", thread_ts=head["ts"])
    return [plain.message(one) for one in found if one["ts"] != head["ts"]]


async def _alone(stage: Stage, state: Json, number: int, plain: Plain) -> Json:
    """What the bot wrote to each person alone about the incident: each goes out by itself, so as a set."""
    told: dict[str, list[Any]] = {}
    for one in state["channels"]:
        ours = [x for x in await stage.messages(one["id"]) if "bot_id" in x] if one["is_im"] else []
        about = [plain.message(x) for x in ours if re.search(rf"\bINC-{number}\b", json.dumps(x))]
        if about:
            told[plain.people[one["user"]]] = sorted(about, key=lambda x: json.dumps(x, sort_keys=True))
    return told


def _home(view: Json | None, number: int) -> list[str]:
    """What a person's Home said of this incident when they opened it last."""
    lines = words((view or {}).get("blocks") or []).split("\n")
    return [line for line in lines if re.search(rf"\bINC-{number}\b", line)]


async def _room(stage: Stage, room: Json, plain: Plain) -> Json:
    messages = await stage.messages(room["id"])
    for place, one in enumerate(spoken(messages)):
        plain.places[one["ts"]] = key_of(one) or f"message {place}"
    notes = [plain.message(one) for one in messages if one.get("subtype")]
    return plain.text(
        {
            "name": room["name"],
            "topic": room["topic"],
            "private": room["private"],
            "archived": room["archived"],
            "members": sorted(plain.people[one] for one in room["members"]),
            "pins": [plain.places.get(ts, "a message that is gone") for ts in room["pins"]],
            "bookmarks": [[one["title"], plain.link(one["link"])] for one in room["bookmarks"]],
            "messages": [plain.message(one) for one in spoken(messages)],
            "notes": sorted(json.dumps(one, sort_keys=True) for one in notes),
            "files": [await _file(stage, file) for one in messages for file in one.get("files") or ()],
        }
    )


def spoken(messages: list[Json]) -> list[Json]:
    """The card, then what was said, in order, without Slack's own notes: the card's first place is the pin's."""
    said = [one for one in messages if not one.get("subtype")]
    return sorted(said, key=lambda one: "/card/" not in key_of(one))


def key_of(message: Json) -> str:
    """The key in the metadata of one of the bot's messages."""
    return str(((message.get("metadata") or {}).get("event_payload") or {}).get("key") or "")


async def _file(stage: Stage, file: Json) -> Json:
    content = (await stage.http.get(f"{stage.connection['workspace']}/practice/files/{file['id']}")).content
    shown: Json = {"name": file["name"], "title": file["title"]}
    if file["name"].endswith(".json"):
        shown["faults"] = verify(content)
        events = json.loads(content)["events"]
        shown["deeds"] = [event["kind"] for event in events if event["by"] != STANCH]
        # What Slack brings back comes in the order in which its calls end; what it tells by itself comes when it likes.
        reports = [event["kind"] for event in events if event["by"] == STANCH and event["kind"] not in TOLD_BY_SLACK]
        shown["reports"] = sorted(reports)
    return shown


class Plain:
    """Replaces what must differ between two runs: numbers, ids, moments."""

    def __init__(self, number: int, token: str, names: dict[str, str], people: dict[str, str]) -> None:
        self.people = people
        self.places: dict[str, str] = {}
        self._number, self._token, self._names = number, token, names

    def message(self, message: Json) -> Any:
        shown = {key: message[key] for key in SPOKEN if key in message}
        if "thread_ts" in shown:
            shown["thread_ts"] = "a thread's"
        shown["files"] = [one["name"] for one in message.get("files") or ()]
        plain: Json = self.text(shown)
        # Where a text is cut depends on how long the incident's number is.
        if str(plain.get("text", "")).endswith("…"):
            plain["text"] = plain["text"][:KEPT]
        return plain

    def link(self, link: str) -> str:
        found = re.search(r"archives/(\w+)/p(\d+)(\d{6})$", link)
        if not found:
            return link
        place = self.places.get(f"{found[2]}.{found[3]}", "a message that is gone")
        return f"{self._names.get(found[1], 'a channel that is gone')}: {place}"

    def text(self, value: Any) -> Any:
        """The same value with every text in it normalised, without what Slack makes up."""
        if isinstance(value, dict):
            return {key: self.text(one) for key, one in value.items() if key not in DROPPED}
        if isinstance(value, list):
            return [self.text(one) for one in value]
        return self._words(value) if isinstance(value, str) else value

    def _words(self, text: str) -> str:
        n = self._number
        text = re.sub(r"<!date\^\d+\^([^|>]*)\|[^>]*>", r"<a moment as \1>", text)
        text = re.sub(r"\b\d\d:\d\d UTC\b", "hh:mm UTC", text)
        text = re.sub(r"\bafter (less than a minute|\d+ min)\b", "after a while", text)
        # What an unclear try had left behind is told as what it is.
        text = re.sub(r"/inc\d+( \(an earlier try had come through\))?\.$", "/incident.", text)
        text = re.sub(rf"\bINC-{n}\b", "INC-N", text)
        text = re.sub(rf"/incident {n} ", "/incident N ", text)
        text = re.sub(rf"\binc-{n}([-/])", r"inc-N\1", text)
        text = re.sub(rf"^{n}:(\d+):\d+$", r"N:\1:seq", text)
        text = re.sub(rf"(^|:){n}:\d+$", r"\1N:seq", text)
        text = re.sub(r"(inc-N-pull[\w-]*)-[0-9a-f]{8}\b", r"\1-then", text)
        text = re.sub(rf"^(\w+):{n}$", r"\1:N", text)
        text = re.sub(rf"^{n}:([A-Za-z]\w+(?:[:,]\w+)*)$", r"N:\1", text)
        text = re.sub(r"`[0-9a-f]{64}`", "`the head`", text)
        text = re.sub(r"\(entry \d+\)", "(entry n)", text)
        text = re.sub(r"^(INC-N-timeline)-\d+", r"\1-n", text)
        for channel, name in self._names.items():
            text = text.replace(channel, re.sub(rf"#inc-{n}-", "#inc-N-", name))
        return text.replace(self._token, "TOKEN").replace(self._token.lower(), "token") if self._token else text


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where two snapshots differ, each place in a line: `path: one | other`."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key), other.get(key), f"{path}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}/{place}")
    elif one != other:
        yield f"{path}: {short(one)} | {short(other)}"


def short(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)}: {[short(one) for one in value]}"[:600]
    text = value.get("text", value) if isinstance(value, dict) else value
    return str(text)[:700]
