"""Messages and bookmarks."""

from __future__ import annotations

from tests.practice.cases import EVENT, LINK, Case, bookmark, fixed, post, sized
from tests.practice.stage import ALICE, TRIAGE

MESSAGES: list[Case] = [
    # chat.postMessage
    ("chat.postMessage", "no_text", post(), post(text="")),
    ("chat.postMessage", "channel_not_found", post(), post(channel="C0NOWHERE")),
    ("chat.postMessage", "is_archived", post(), lambda s: {"channel": s.archived(), "text": "x"}),
    ("chat.postMessage", "user_disabled", post(channel=ALICE), lambda s: {"channel": s.deactivated(), "text": "x"}),
    (
        "chat.postMessage",
        "cannot_reply_to_message",
        lambda s: {"channel": TRIAGE, "text": "x", "thread_ts": s.message()},
        post(thread_ts="1.000000"),
    ),
    ("chat.postMessage", "invalid_blocks", post(blocks=[{"type": "divider"}]), post(blocks=[{"type": "none"}])),
    ("chat.postMessage", "invalid_blocks_format", post(blocks=[]), post(blocks={"type": "divider"})),
    ("chat.postMessage", "markdown_text_conflict", fixed(channel=TRIAGE, markdown_text="x"), post(markdown_text="x")),
    (
        "chat.postMessage",
        "msg_too_long",
        sized("markdown_text", 12_000, channel=TRIAGE),
        sized("markdown_text", 12_001, channel=TRIAGE),
    ),
    ("chat.postMessage", "too_many_attachments", post(attachments=[{}] * 100), post(attachments=[{}] * 101)),
    ("chat.postMessage", "invalid_attachments", post(attachments=[{}]), post(attachments=["x"])),
    ("chat.postMessage", "invalid_metadata_format", post(metadata=EVENT), post(metadata="x")),
    ("chat.postMessage", "invalid_metadata_schema", post(metadata=EVENT), post(metadata={**EVENT, "event_type": 1})),
    (
        "chat.postMessage",
        "invalid_metadata_schema",
        post(metadata=EVENT),
        post(metadata={**EVENT, "event_payload": []}),
    ),
    (
        "chat.postMessage",
        "metadata_too_large",
        post(metadata={**EVENT, "event_payload": {"a": "x" * (8000 - 9)}}),
        post(metadata={**EVENT, "event_payload": {"a": "x" * (8000 - 8)}}),
    ),
    # chat.update, .delete, .postEphemeral, .getPermalink
    (
        "chat.update",
        "msg_too_long",
        lambda s: {"channel": TRIAGE, "ts": s.message(), "text": "x" * 4000},
        lambda s: {"channel": TRIAGE, "ts": s.message(), "text": "x" * 4001},
    ),
    (
        "chat.update",
        "is_inactive",
        lambda s: {"channel": TRIAGE, "ts": s.message(), "text": "x"},
        lambda s: {**s.in_archived(), "text": "x"},
    ),
    (
        "chat.update",
        "message_not_found",
        lambda s: {"channel": TRIAGE, "ts": s.message(), "text": "x"},
        fixed(channel=TRIAGE, ts="1.000000", text="x"),
    ),
    (
        "chat.update",
        "cant_update_message",
        lambda s: {"channel": TRIAGE, "ts": s.message(), "text": "x"},
        lambda s: {"channel": TRIAGE, "ts": s.message(user=ALICE), "text": "x"},
    ),
    (
        "chat.update",
        "no_text",
        lambda s: {"channel": TRIAGE, "ts": s.message(), "metadata": EVENT},
        lambda s: {"channel": TRIAGE, "ts": s.message()},
    ),
    (
        "chat.update",
        "invalid_blocks",
        lambda s: {"channel": TRIAGE, "ts": s.message(), "blocks": [{"type": "divider"}]},
        lambda s: {"channel": TRIAGE, "ts": s.message(), "blocks": [{"type": "none"}]},
    ),
    (
        "chat.delete",
        "cant_delete_message",
        lambda s: {"channel": TRIAGE, "ts": s.message()},
        lambda s: {"channel": TRIAGE, "ts": s.message(user=ALICE)},
    ),
    (
        "chat.delete",
        "message_not_found",
        lambda s: {"channel": TRIAGE, "ts": s.message()},
        fixed(channel=TRIAGE, ts="1.000000"),
    ),
    (
        "chat.postEphemeral",
        "user_not_in_channel",
        lambda s: {"channel": s.room(ALICE), "user": ALICE, "text": "x"},
        lambda s: {"channel": s.room(), "user": ALICE, "text": "x"},
    ),
    ("chat.postEphemeral", "no_text", post(user=ALICE), post(user=ALICE, text="")),
    ("chat.postEphemeral", "msg_too_long", post(user=ALICE, text="x" * 40_000), post(user=ALICE, text="x" * 40_001)),
    (
        "chat.postEphemeral",
        "is_archived",
        post(user=ALICE),
        lambda s: {"channel": s.archived(), "user": ALICE, "text": "x"},
    ),
    (
        "chat.postEphemeral",
        "not_in_channel",
        post(user=ALICE),
        lambda s: {"channel": s.foreign(), "user": ALICE, "text": "x"},
    ),
    (
        "chat.getPermalink",
        "message_not_found",
        lambda s: {"channel": TRIAGE, "message_ts": s.message()},
        fixed(channel=TRIAGE, message_ts="1.000000"),
    ),
    # bookmarks
    ("bookmarks.add", "invalid_link", bookmark(link=LINK + "x" * (2048 - 20)), bookmark(link=LINK + "x" * (2049 - 20))),
    ("bookmarks.add", "invalid_link", bookmark(link="http://example.com"), bookmark(link="ftp://example.com")),
    ("bookmarks.add", "invalid_arguments", bookmark(title="x" * 256), bookmark(title="x" * 257)),
    ("bookmarks.add", "invalid_bookmark_type", bookmark(), bookmark(type="gadget")),
    ("bookmarks.add", "invalid_emoji", bookmark(emoji=":pushpin:"), bookmark(emoji="pushpin")),
    ("bookmarks.add", "channel_not_found", bookmark(), bookmark(channel_id="C0NOWHERE")),
    ("bookmarks.add", "access_denied", bookmark(), lambda s: bookmark(channel_id=s.foreign())(s)),
    ("bookmarks.add", "is_archived", bookmark(), lambda s: bookmark(channel_id=s.archived())(s)),
    (
        "bookmarks.add",
        "too_many_bookmarks",
        lambda s: bookmark(channel_id=s.bookmarked(99)["channel_id"])(s),
        lambda s: bookmark(channel_id=s.bookmarked(100)["channel_id"])(s),
    ),
    ("bookmarks.edit", "not_found", lambda s: s.bookmarked(), lambda s: {**s.bookmarked(), "bookmark_id": "Bk0"}),
    (
        "bookmarks.edit",
        "invalid_link",
        lambda s: {**s.bookmarked(), "link": LINK},
        lambda s: {**s.bookmarked(), "link": "x"},
    ),
    ("bookmarks.remove", "not_found", lambda s: s.bookmarked(), lambda s: {**s.bookmarked(), "bookmark_id": "Bk0"}),
    ("bookmarks.list", "channel_not_found", fixed(channel_id=TRIAGE), fixed(channel_id="C0NOWHERE")),
]
