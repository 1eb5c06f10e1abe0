"""The forms behind *Draft update*, *Edit* and *Send the holding line…*."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from stanch.core.audiences import channel_of, has_page, in_company, only_legal
from stanch.core.cadence import all_owed
from stanch.core.catalogue import Catalogue
from stanch.core.chain import unstamp
from stanch.core.hearing import AUDIENCES
from stanch.core.incident import Incident
from stanch.core.spoken import COMPANY, ROOM, STAKEHOLDERS, STATUS_PAGE
from stanch.core.wording import Meta, may_go_out
from stanch.slack import blocks as b
from stanch.slack.blocks import Block
from stanch.slack.forms import packed
from stanch.slack.texts import Texts

USERS = "users"
HINT = (
    "What users see, since when, what was done, when the next word comes. No guess at the cause, no promise of an end."
)
LONGEST = 3_000
HELD = 1_500
"""Characters of a holding line, which the form carries along; Slack gives 3,000 for all of that."""
NAMES = {"stakeholders": "Stakeholders", "leadership": "Leadership"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form now, and what the writer is warned of: sentences of plain text."""

    text: str
    public: str
    audiences: tuple[str, ...]
    warnings: tuple[str, ...] = ()


class DraftForms:
    def __init__(self, texts: Texts, clock: Callable[[], datetime]) -> None:
        """`clock` gives the time (UTC)."""
        self._texts = texts
        self._clock = clock

    def update(self, catalogue: Catalogue, i: Incident, typed: Typed | None = None) -> Block:
        """Filled from the template for this moment; after warnings with what was `typed`."""
        company, now = in_company(i, catalogue), self._clock()
        public = has_page(i, catalogue) and not only_legal(i)
        if typed is None:
            audience = STAKEHOLDERS if STAKEHOLDERS in company else "team"
            users = self._texts.now(i, STATUS_PAGE, now) if public else ""
            typed = Typed(self._texts.now(i, audience, now), users, _due(i, catalogue, company, public, now))
        options = [b.option("The room", ROOM)]
        options += [b.option(NAMES[one], one, _about(i, catalogue, one)) for one in company]
        options += [b.option("Users (status page)", USERS, "The words below; they wait for approval")] if public else []
        blocks = [
            *_warned(typed.warnings),
            b.text_input("text", "Update", hint=HINT, initial=typed.text, many=True, optional=public, longest=LONGEST),
            b.checkboxes("audiences", "To whom?", options, typed.audiences),
        ]
        if public:
            hint = "Sent only if Users is ticked, and once the communications lead or the commander approves."
            blocks.append(
                b.text_input(
                    "public", "In words for users", hint=hint, initial=typed.public, many=True, longest=LONGEST
                )
            )
        if missing := _missing(i, catalogue, company, public):
            blocks.append(b.context(missing))
        send = "Send as it is" if typed.warnings else "Say it"
        view = b.modal("say_update", f"Update of {i.name}", send, blocks)
        return view | {"private_metadata": packed({"filled": [mark(typed.text), mark(typed.public)]})}

    def edit(self, i: Incident, d: int, text: str, warnings: Sequence[str] = ()) -> Block:
        hint = "It waits for approval again, in place of the one before."
        field = b.text_input("text", "Words for users", hint=hint, initial=text, many=True, optional=False)
        send = "Send as it is" if warnings else "Save"
        view = b.modal("edit_draft", f"Draft {d} of {i.name}", send, [*_warned(warnings), field])
        return view | {"private_metadata": packed({"d": d})}

    def holding(self, catalogue: Catalogue, i: Incident) -> Block:
        """The exact words, and who approved them; without approval, what has to be done for it."""
        found = self._texts.holding(i, self._clock())
        if found is None:
            return notice("No holding line is written for this class: *Draft update* has words for users.")
        meta, text = found
        if not has_page(i, catalogue):
            return notice("This service has no status page: it would stand in `services.yml`, `status_page`.")
        approval = f"Approved by {meta.approved_by} on {meta.approved_on}."
        if not may_go_out(meta, i):
            who = "Legal" if only_legal(i) else "Somebody"
            return notice(
                f"Nobody may send it yet:\n>{b.safe(text, 1_000)}\n{who} has to approve it first, by `approved_by` and"
                f" `approved_on` in `{b.safe(meta.name, 80)}.j2`."
            )
        if len(text) > HELD:
            return notice(f"The holding line is longer than {HELD} characters: nobody reads that.")
        read, at = i.spoken.texts.get(STATUS_PAGE), i.spoken.last.get(STATUS_PAGE)
        since = (
            f"⚠️ *Users read this since {b.when(unstamp(at), '{time}')}:* {b.safe(read, 1_000)}" if read and at else ""
        )
        blocks = [
            *([b.section(f"{since}\nThe holding line says less; *Draft update* goes on from here.")] if since else []),
            b.section("Users read exactly this, at once:"), b.words(text),
            b.context(f"{b.safe(approval, 300)} It goes out unedited, so the commander alone may send it."),
        ]  # fmt: skip
        view = b.modal("holding", "Holding line", "Send it", blocks)
        told = {"text": text, "template": meta.name, "approved": _approval(meta)}
        return view | {"private_metadata": packed(told | {"legal": meta.by_legal})}


CHANGED = "Another holding line fits by now: the class or an approval has changed. Open it once more."


def same_line(meta: Meta, told: Mapping[str, str], by_legal: bool) -> bool:
    """Whether the line that a form has shown is the one that fits now, approved by the same people."""
    return (told.get("template"), told.get("approved"), by_legal) == (meta.name, _approval(meta), meta.by_legal)


def _approval(meta: Meta) -> str:
    return f"{meta.approved_by}, {meta.approved_on}"


def mark(text: str) -> str:
    """Tells whether a text is still the one that the form was filled with."""
    return sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:16]


def notice(text: str) -> Block:
    return {"type": "modal", "title": b.plain("Stanch", 24), "close": b.plain("Close", 24), "blocks": [b.section(text)]}


def chosen(view: Mapping[str, Any], block: str) -> tuple[str, ...] | None:
    """Every ticked box of a field; None when the form has no such field."""
    states = ((view.get("state") or {}).get("values") or {}).get(block)
    if states is None:
        return None
    return tuple(str(one["value"]) for state in states.values() for one in state.get("selected_options") or ())


def _warned(warnings: Sequence[str]) -> list[Block]:
    if not warnings:
        return []
    lines = "\n".join(f"• {b.safe(one, 300)}" for one in warnings[:12])
    return [b.section(f"⚠️ *Look at it once more*\n{lines}")]


def _due(i: Incident, catalogue: Catalogue, company: Sequence[str], public: bool, now: datetime) -> tuple[str, ...]:
    """The room, and who else of those offered is owed words by now, or was reminded of."""
    found = [ROOM]
    for owed in sorted(all_owed(i, catalogue), key=lambda one: AUDIENCES.index(one.audience)):
        clock = i.rhythm.clock(owed.audience)
        if not (clock.stage or clock.snoozes or now >= owed.due - owed.lead):
            continue
        if owed.audience in company:
            found.append(owed.audience)
        elif owed.audience == STATUS_PAGE and public:
            found.append(USERS)
    return tuple(found)


def _about(i: Incident, catalogue: Catalogue, audience: str) -> str:
    channel = channel_of(i, catalogue, audience)
    alone = len(i.spoken.subscribers) if audience == STAKEHOLDERS else 0
    subscribed = f"{alone} subscribed" if alone else ""
    return " · ".join(filter(None, (f"#{channel.lstrip('#')}" if channel else "", subscribed)))


def _missing(i: Incident, catalogue: Catalogue, company: Sequence[str], public: bool) -> str:
    """Why somebody is not offered, and what would change it."""
    if i.restricted:
        return "Restricted: nothing is said outside the room. Users: only what legal approved, with *More*."
    nowhere = [
        f"{NAMES[one]}: no channel yet (`channels: {{{one}: CHANNEL}}`)." for one in COMPANY if one not in company
    ]
    nowhere += [] if has_page(i, catalogue) else ["Users: no status page yet (`status_page: {kind: static}`)."]
    lines = [*nowhere, "It would stand in `services.yml`."] if nowhere else []
    if has_page(i, catalogue) and not public:
        lines.append("Users: in safety and security only the holding line that legal approved, with *More*.")
    return " ".join(lines)
