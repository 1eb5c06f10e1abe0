"""Pins, reactions, views, users and files."""

from __future__ import annotations

from tests.practice.cases import FORM, HOME, ODD_CURSOR, Case, fixed
from tests.practice.stage import ALICE, TRIAGE

REST: list[Case] = [
    # pins and reactions
    (
        "pins.add",
        "already_pinned",
        lambda s: {"channel": TRIAGE, "timestamp": s.message()},
        lambda s: s.pinned(),
    ),
    (
        "pins.add",
        "too_many_pins",
        lambda s: {**(room := s.pinned(99)), "timestamp": s.message(room["channel"])},
        lambda s: {**(room := s.pinned(100)), "timestamp": s.message(room["channel"])},
    ),
    *(
        row
        for method, more in (("pins.add", {}), ("reactions.add", {"name": "eyes"}))
        for row in (
            (
                method,
                "no_item_specified",
                lambda s, more=more: {"channel": TRIAGE, "timestamp": s.message(), **more},
                fixed(channel=TRIAGE, **more),
            ),
            (
                method,
                "bad_timestamp",
                lambda s, more=more: {"channel": TRIAGE, "timestamp": s.message(), **more},
                fixed(channel=TRIAGE, timestamp="yesterday", **more),
            ),
            (
                method,
                "message_not_found",
                lambda s, more=more: {"channel": TRIAGE, "timestamp": s.message(), **more},
                fixed(channel=TRIAGE, timestamp="1.000000", **more),
            ),
            (
                method,
                "not_in_channel",
                lambda s, more=more: {"channel": TRIAGE, "timestamp": s.message(), **more},
                lambda s, more=more: {"channel": s.foreign(), "timestamp": "1.000000", **more},
            ),
            (
                method,
                "is_archived",
                lambda s, more=more: {"channel": TRIAGE, "timestamp": s.message(), **more},
                lambda s, more=more: {**s.in_archived(), **more},
            ),
        )
    ),
    ("pins.remove", "no_pin", lambda s: s.pinned(), lambda s: {"channel": TRIAGE, "timestamp": s.message()}),
    ("pins.list", "channel_not_found", fixed(channel=TRIAGE), fixed(channel="C0NOWHERE")),
    (
        "reactions.add",
        "already_reacted",
        lambda s: {**s.reacted(user=ALICE), "name": "emoji0"},
        lambda s: {**s.reacted(), "name": "emoji0"},
    ),
    (
        "reactions.add",
        "too_many_emoji",
        lambda s: {**s.reacted(22), "name": "eyes"},
        lambda s: {**s.reacted(23), "name": "eyes"},
    ),
    (
        "reactions.add",
        "invalid_name",
        lambda s: {"channel": TRIAGE, "timestamp": s.message(), "name": "eyes"},
        lambda s: {"channel": TRIAGE, "timestamp": s.message(), "name": "two eyes"},
    ),
    (
        "reactions.remove",
        "no_reaction",
        lambda s: {**s.reacted(), "name": "emoji0"},
        lambda s: {**s.reacted(user=ALICE), "name": "emoji0"},
    ),
    # views
    (
        "views.open",
        "invalid_trigger_id",
        lambda s: {"trigger_id": s.trigger(), "view": FORM},
        fixed(trigger_id="1", view=FORM),
    ),
    (
        "views.open",
        "exchanged_trigger_id",
        lambda s: {"trigger_id": s.trigger(), "view": FORM},
        lambda s: {"trigger_id": s.trigger(used=True), "view": FORM},
    ),
    (
        "views.open",
        "expired_trigger_id",
        lambda s: {"trigger_id": s.trigger(age_s=2.0), "view": FORM},
        lambda s: {"trigger_id": s.trigger(age_s=3.1), "view": FORM},
    ),
    (
        "views.open",
        "invalid_arguments",
        lambda s: {"trigger_id": s.trigger(), "view": FORM},
        lambda s: {"trigger_id": s.trigger(), "view": {**FORM, "type": "window"}},
    ),
    (
        "views.open",
        "duplicate_external_id",
        lambda s: {"trigger_id": s.trigger(), "view": {**FORM, "external_id": s.name()}},
        lambda s: {
            "trigger_id": s.trigger(),
            "view": {**FORM, "external_id": s.open_view(external_id="one")["external_id"]},
        },
    ),
    (
        "views.update",
        "not_found",
        lambda s: {"view_id": s.open_view()["id"], "view": FORM},
        fixed(view_id="V0", view=FORM),
    ),
    (
        "views.update",
        "hash_conflict",
        lambda s: {"view_id": (view := s.open_view())["id"], "hash": view["hash"], "view": FORM},
        lambda s: {"view_id": s.open_view()["id"], "hash": "1.old", "view": FORM},
    ),
    (
        "views.push",
        "push_limit_reached",
        lambda s: {"trigger_id": s.trigger(view=s.open_view(2)), "view": FORM},
        lambda s: {"trigger_id": s.trigger(view=s.open_view(3)), "view": FORM},
    ),
    (
        "views.push",
        "not_found",
        lambda s: {"trigger_id": s.trigger(view=s.open_view()), "view": FORM},
        lambda s: {"trigger_id": s.trigger(), "view": FORM},
    ),
    ("views.publish", "hash_conflict", fixed(user_id=ALICE, view=HOME), fixed(user_id=ALICE, view=HOME, hash="1.old")),
    ("views.publish", "invalid_arguments", fixed(user_id=ALICE, view=HOME), fixed(user_id="U0NOBODY", view=HOME)),
    # users, files, team
    ("users.info", "user_not_found", fixed(user=ALICE), fixed(user="U0NOBODY")),
    ("users.list", "invalid_cursor", fixed(), fixed(cursor=ODD_CURSOR)),
    ("users.lookupByEmail", "users_not_found", fixed(email="alice@example.com"), fixed(email="nobody@example.com")),
    (
        "files.getUploadURLExternal",
        "file_upload_size_restricted",
        fixed(filename="a.md", length=1_000_000_000),
        fixed(filename="a.md", length=1_000_000_001),
    ),
    (
        "files.getUploadURLExternal",
        "invalid_arguments",
        fixed(filename="a.md", length=1),
        fixed(filename="a.md", length=0),
    ),
    (
        "files.completeUploadExternal",
        "file_not_found",
        lambda s: {"files": s.uploaded()},
        lambda s: {"files": s.uploaded(content=False)},
    ),
    (
        "files.completeUploadExternal",
        "channel_not_found",
        lambda s: {"files": s.uploaded(), "channel_id": s.room(private=True)},
        lambda s: {"files": s.uploaded(), "channel_id": s.foreign(private=True)},
    ),
    (
        "files.completeUploadExternal",
        "not_in_channel",
        lambda s: {"files": s.uploaded(), "channel_id": TRIAGE},
        lambda s: {"files": s.uploaded(), "channel_id": s.foreign()},
    ),
    (
        "files.completeUploadExternal",
        "posting_to_channel_denied",
        lambda s: {"files": s.uploaded(), "channel_id": TRIAGE},
        lambda s: {"files": s.uploaded(), "channel_id": s.archived()},
    ),
    ("files.info", "file_not_found", lambda s: {"file": s.file()}, lambda s: {"file": s.uploaded()[0]["id"]}),
]
