"""Channels: making, naming, joining, leaving, reading."""

from __future__ import annotations

from tests.practice.cases import ODD_CURSOR, Case, fixed, people, sized
from tests.practice.stage import ALICE, BOB, BOT, CAROL, TRIAGE

ROOMS: list[Case] = [
    # conversations.create
    *(
        ("conversations.create", word, lambda s, good=good: {"name": good or s.name()}, fixed(name=bad))
        for word, good, bad in (
            ("invalid_name_required", "", ""),
            ("invalid_name_maxlength", "n" * 80, "m" * 81),
            ("invalid_name_specials", "lower-case_1", "Upper-Case"),
            ("invalid_name_specials", "no-space", "a space"),
            ("invalid_name_specials", "ascii", "größe"),
            ("invalid_name_punctuation", "-1-", "---"),
            ("name_taken", "", "triage"),
        )
    ),
    (
        "conversations.create",
        "name_taken",
        lambda s: {"name": s.name()},
        lambda s: {"name": s.workspace.channels[s.archived()].name},
    ),
    # conversations.invite
    (
        "conversations.invite",
        "no_user",
        lambda s: {"channel": s.room(), "users": ALICE},
        lambda s: {"channel": s.room()},
    ),
    (
        "conversations.invite",
        "already_in_channel",
        lambda s: {"channel": s.room(ALICE), "users": f"{ALICE},{BOB}"},
        lambda s: {"channel": s.room(ALICE), "users": ALICE},
    ),
    (
        "conversations.invite",
        "cant_invite_self",
        lambda s: {"channel": s.room(), "users": ALICE},
        lambda s: {"channel": s.room(), "users": BOT},
    ),
    (
        "conversations.invite",
        "cant_invite",
        lambda s: {"channel": s.room(), "users": f"{ALICE},{s.deactivated()}", "force": True},
        lambda s: {"channel": s.room(), "users": f"{ALICE},{s.deactivated()}"},
    ),
    (
        "conversations.invite",
        "user_not_found",
        lambda s: {"channel": s.room(), "users": f"{ALICE},U0NOBODY", "force": True},
        lambda s: {"channel": s.room(), "users": f"{ALICE},U0NOBODY"},
    ),
    (
        "conversations.invite",
        "invalid_arguments",
        lambda s: {"channel": s.room(), "users": people(s, 100)},
        lambda s: {"channel": s.room(), "users": people(s, 101)},
    ),
    # what most methods on a channel share
    *(
        row
        for method, more in (
            ("conversations.setTopic", {"topic": "t"}),
            ("conversations.setPurpose", {"purpose": "p"}),
            ("conversations.rename", {}),
            ("conversations.invite", {"users": ALICE}),
        )
        for row in (
            (
                method,
                "is_archived",
                lambda s, more=more: {"channel": s.room(), "name": s.name(), **more},
                lambda s, more=more: {"channel": s.archived(), "name": s.name(), **more},
            ),
            (
                method,
                "not_in_channel",
                lambda s, more=more: {"channel": s.room(), "name": s.name(), **more},
                lambda s, more=more: {"channel": s.foreign(), "name": s.name(), **more},
            ),
            (
                method,
                "channel_not_found",
                lambda s, more=more: {"channel": s.room(private=True), "name": s.name(), **more},
                lambda s, more=more: {"channel": s.foreign(private=True), "name": s.name(), **more},
            ),
            (
                method,
                "method_not_supported_for_channel_type",
                lambda s, more=more: {"channel": s.room(), "name": s.name(), **more},
                lambda s, more=more: {"channel": s.workspace.direct_message(ALICE).id, "name": s.name(), **more},
            ),
        )
    ),
    *(
        (
            f"conversations.{method}",
            "too_long",
            sized(name, 250, channel=TRIAGE),
            sized(name, 251, channel=TRIAGE),
        )
        for method, name in (("setTopic", "topic"), ("setPurpose", "purpose"))
    ),
    (
        "conversations.rename",
        "not_authorized",
        lambda s: {"channel": s.room(), "name": s.name()},
        lambda s: {"channel": TRIAGE, "name": s.name()},
    ),
    (
        "conversations.rename",
        "name_taken",
        lambda s: {"channel": (room := s.channel()).id, "name": room.name},
        lambda s: {"channel": s.room(), "name": "triage"},
    ),
    # conversations.kick
    (
        "conversations.kick",
        "cant_kick_self",
        lambda s: {"channel": s.room(ALICE), "user": ALICE},
        lambda s: {"channel": s.room(), "user": BOT},
    ),
    (
        "conversations.kick",
        "user_not_found",
        lambda s: {"channel": s.room(ALICE), "user": ALICE},
        lambda s: {"channel": s.room(), "user": "U0NOBODY"},
    ),
    (
        "conversations.kick",
        "not_in_channel",
        lambda s: {"channel": s.room(BOB), "user": BOB},
        lambda s: {"channel": s.room(), "user": BOB},
    ),
    (
        "conversations.kick",
        "cant_kick_from_general",
        lambda s: {"channel": s.room(CAROL), "user": CAROL},
        lambda s: {"channel": s.general(), "user": CAROL},
    ),
    # conversations.join and .leave
    ("conversations.join", "is_archived", lambda s: {"channel": s.foreign()}, lambda s: {"channel": s.archived()}),
    (
        "conversations.join",
        "channel_not_found",
        lambda s: {"channel": s.foreign()},
        lambda s: {"channel": s.foreign(private=True)},
    ),
    (
        "conversations.join",
        "method_not_supported_for_channel_type",
        lambda s: {"channel": s.room()},
        lambda s: {"channel": s.room(private=True)},
    ),
    ("conversations.leave", "last_member", lambda s: {"channel": s.room(ALICE)}, lambda s: {"channel": s.room()}),
    (
        "conversations.leave",
        "cant_leave_general",
        lambda s: {"channel": s.room(BOB)},
        lambda s: {"channel": s.general()},
    ),
    ("conversations.leave", "is_archived", lambda s: {"channel": s.foreign()}, lambda s: {"channel": s.archived()}),
    (
        "conversations.leave",
        "method_not_supported_for_channel_type",
        lambda s: {"channel": s.room(BOB)},
        lambda s: {"channel": s.workspace.direct_message(BOB).id},
    ),
    # conversations.archive and .unarchive
    ("conversations.archive", "already_archived", lambda s: {"channel": s.room()}, lambda s: {"channel": s.archived()}),
    (
        "conversations.archive",
        "cant_archive_general",
        lambda s: {"channel": s.room()},
        lambda s: {"channel": s.general()},
    ),
    ("conversations.archive", "not_in_channel", lambda s: {"channel": s.room()}, lambda s: {"channel": s.foreign()}),
    (
        "conversations.archive",
        "method_not_supported_for_channel_type",
        lambda s: {"channel": s.room()},
        lambda s: {"channel": s.workspace.direct_message(BOB).id},
    ),
    # reading
    (
        "conversations.info",
        "channel_not_found",
        lambda s: {"channel": s.room(private=True)},
        lambda s: {"channel": s.foreign(private=True)},
    ),
    ("conversations.members", "channel_not_found", fixed(channel=TRIAGE), fixed(channel="C0NOWHERE")),
    ("conversations.members", "invalid_cursor", fixed(channel=TRIAGE), fixed(channel=TRIAGE, cursor=ODD_CURSOR)),
    ("conversations.list", "invalid_types", fixed(types="private_channel"), fixed(types="secret_channel")),
    ("conversations.list", "invalid_limit", fixed(limit=999), fixed(limit=1000)),
    ("conversations.list", "invalid_cursor", fixed(), fixed(cursor="not base64")),
    ("users.conversations", "user_not_found", fixed(user=ALICE), fixed(user="U0NOBODY")),
    (
        "conversations.history",
        "not_in_channel",
        lambda s: {"channel": s.room()},
        lambda s: {"channel": s.foreign()},
    ),
    (
        "conversations.history",
        "invalid_ts_oldest",
        fixed(channel=TRIAGE, oldest="1.5"),
        fixed(channel=TRIAGE, oldest="x"),
    ),
    (
        "conversations.history",
        "invalid_ts_latest",
        fixed(channel=TRIAGE, latest="1.5"),
        fixed(channel=TRIAGE, latest="x"),
    ),
    (
        "conversations.replies",
        "thread_not_found",
        lambda s: {"channel": TRIAGE, "ts": s.message()},
        fixed(channel=TRIAGE, ts="1.000000"),
    ),
    ("conversations.open", "users_list_not_supplied", fixed(users=ALICE), fixed()),
    ("conversations.open", "user_not_found", fixed(users=ALICE), fixed(users="U0NOBODY")),
    ("conversations.open", "user_disabled", fixed(users=ALICE), lambda s: {"users": s.deactivated()}),
    (
        "conversations.open",
        "too_many_users",
        lambda s: {"users": people(s, 8)},
        lambda s: {"users": people(s, 9)},
    ),
    (
        "conversations.open",
        "user_disabled",
        fixed(users=f"{ALICE},{BOB}"),
        lambda s: {"users": f"{ALICE},{s.deactivated()}"},
    ),
    (
        "conversations.open",
        "method_not_supported_for_channel_type",
        lambda s: {"channel": s.group()},
        fixed(channel=TRIAGE),
    ),
    # a group message
    *(
        (
            f"conversations.{method}",
            "method_not_supported_for_channel_type",
            lambda s, more=more: {"channel": s.room(ALICE, private=True), **more},
            lambda s, more=more: {"channel": s.group(), **more},
        )
        for method, more in (
            ("invite", {"users": CAROL}),
            ("kick", {"user": ALICE}),
            ("leave", {}),
            ("archive", {}),
        )
    ),
    (
        "conversations.rename",
        "method_not_supported_for_channel_type",
        lambda s: {"channel": s.room(private=True), "name": s.name()},
        lambda s: {"channel": s.group(), "name": s.name()},
    ),
    *(
        (
            method,
            "channel_not_found",
            lambda s, more=more: {"channel": s.group(), **more},
            fixed(channel="G0NOWHERE", **more),
        )
        for method, more in (
            ("chat.postMessage", {"text": "x"}),
            ("conversations.history", {}),
            ("conversations.members", {}),
            ("conversations.setTopic", {"topic": "t"}),
        )
    ),
]
