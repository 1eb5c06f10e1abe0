"""files.*: the external upload (get a URL, send the bytes there, complete), and listing."""

from __future__ import annotations

import mimetypes

from practice.errors import SlackError
from practice.methods.base import Call, Handler
from practice.model import Channel, Json

SIZE_MAX = 1_000_000_000


def get_upload_url(call: Call) -> Json:
    name = call.args.required("filename")
    length = call.args.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments", ["[ERROR] must be greater than 0 [json-pointer:/length]"])
    if length > SIZE_MAX:
        raise SlackError("file_upload_size_restricted")
    file_id = call.workspace.next_id("F")
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    call.workspace.files[file_id] = {
        "id": file_id, "created": int(call.workspace.clock()), "timestamp": int(call.workspace.clock()), "name": name,
        "title": name, "mimetype": mimetype, "filetype": name.rpartition(".")[2] or "text", "user": call.bot,
        "size": length, "mode": "hosted", "is_external": False, "is_public": False, "channels": [], "groups": [],
        "ims": [], "shares": {}, "practice_complete": False,
        "url_private": f"{call.workspace.base_url}/practice/files/{file_id}",
        "url_private_download": f"{call.workspace.base_url}/practice/files/{file_id}",
        "permalink": f"{call.workspace.base_url}/practice/files/{file_id}",
    }  # fmt: skip
    call.workspace.touch("file", file_id)
    return {"ok": True, "upload_url": f"{call.workspace.base_url}/upload/v1/{file_id}", "file_id": file_id}


def shown(file: Json) -> Json:
    return {name: value for name, value in file.items() if name != "practice_complete"}


def complete(call: Call) -> Json:
    files = call.args.raw("files")
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) and "id" in one for one in files):
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: files"])
    found = []
    for one in files:
        file = call.workspace.files.get(str(one["id"]))
        if file is None or file["practice_complete"] or file["id"] not in call.workspace.contents:
            raise SlackError("file_not_found")
        found.append(file)
    destination = _destination(call)
    for file, one in zip(found, files, strict=True):
        file |= {"title": one.get("title") or file["name"], "practice_complete": True}
    if destination is not None:
        _share(call, destination, found)
    for file in found:
        call.workspace.touch("file", file["id"])
    return {"ok": True, "files": [shown(file) for file in found]}


def _destination(call: Call) -> Channel | None:
    wanted = call.args.text("channel_id") or next(iter(call.args.names("channels")), "")
    if not wanted:
        return None
    channel = call.workspace.channels.get(wanted)
    if channel is None or (channel.private and call.bot not in channel.members):
        raise SlackError("channel_not_found")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("posting_to_channel_denied")
    return channel


def _share(call: Call, channel: Channel, found: list[Json]) -> None:
    text = call.args.text("initial_comment")
    body: Json = {**call.workspace.bot_author(), "text": text, "upload": True, "files": [shown(one) for one in found]}
    if thread := call.args.text("thread_ts"):
        body["thread_ts"] = thread
    posted = call.workspace.add_message(channel, body)
    where = {"im": "ims", "groups": "groups", "channels": "channels"}[channel.family]
    visibility = "public" if where == "channels" else "private"
    for file in found:
        file[where].append(channel.id)
        file["is_public"] = where == "channels"
        file["shares"].setdefault(visibility, {})[channel.id] = [{"ts": posted["ts"], "channel_name": channel.name}]
    posted["files"] = [shown(one) for one in found]


def list_(call: Call) -> Json:
    """Completed files the bot can see, newest first; ``channel``, ``user``, ``ts_from`` and ``ts_to`` narrow it."""
    files = [one for one in reversed(call.workspace.files.values()) if one["practice_complete"]]
    if channel := call.args.text("channel"):
        call.workspace.visible(channel, call.bot)
        files = [one for one in files if channel in (*one["channels"], *one["groups"], *one["ims"])]
    if user := call.args.text("user"):
        files = [one for one in files if one["user"] == user]
    first, last = call.args.text("ts_from", "0"), call.args.text("ts_to", "inf")
    files = [one for one in files if float(first) <= one["created"] <= float("inf" if last == "now" else last)]
    count, at = call.args.number("count", 100), call.args.number("page", 1)
    paging = {"count": count, "total": len(files), "page": at, "pages": -(-len(files) // count)}
    return {"ok": True, "files": [shown(one) for one in files[(at - 1) * count : at * count]], "paging": paging}


def info(call: Call) -> Json:
    file = call.workspace.files.get(call.args.required("file"))
    if file is None or not file["practice_complete"]:
        raise SlackError("file_not_found")
    return {"ok": True, "file": shown(file), "comments": [], "response_metadata": {"next_cursor": ""}}


METHODS: dict[str, Handler] = {
    "files.completeUploadExternal": complete,
    "files.getUploadURLExternal": get_upload_url,
    "files.info": info,
    "files.list": list_,
}
