"""A draft for users as the room sees it, in one message: the words, who may send them, and what became of them."""

from stanch.core.audiences import approvers
from stanch.core.chain import unstamp
from stanch.core.incident import Incident
from stanch.core.spoken import Draft
from stanch.slack import blocks as b
from stanch.slack.blocks import Block, safe, when
from stanch.slack.phrases import Message
from stanch.slack.render import Render


def draft_view(render: Render, i: Incident, draft: Draft) -> Message:
    """Who may approve is mentioned while it waits; everybody else is plain text."""
    writer = safe(render.person(draft.by), 100)
    mark = "[DRILL] " if i.drill else ""
    waiting = draft.state == "waiting"
    ask = f" {' or '.join(f'<@{user}>' for user in approvers(i))}: may it go out?" if waiting else ""
    head = f"📝 {mark}*Draft {draft.d} for users*, by {writer} {when(unstamp(draft.at), '{time}')}.{ask}"
    blocks = [b.section(head), b.words(draft.text), b.context(_state(render, i, draft))]
    if waiting and (changed := _changed(i, draft)):
        blocks.append(b.context(f"⚠️ Written before: {changed}."))
    if buttons := _buttons(i, draft):
        blocks.append(b.actions(buttons))
    text = f"{mark}Draft {draft.d} for users.{ask}" if waiting else f"{mark}Draft {draft.d} for users: {draft.state}"
    return Message(render.fallback(i, text), blocks)


def _state(render: Render, i: Incident, draft: Draft) -> str:
    at = when(unstamp(draft.decided_at), "{time}") if draft.decided_at else ""
    who = safe(render.person(draft.decided_by), 100) if draft.decided_by else ""
    match draft.state:
        case "waiting":
            return f"Nothing is sent yet. It waits until {when(unstamp(draft.until), '{time}')}."
        case "approved":
            return f"✔ Approved by {who} {at}. {_on_the_page(i, draft)}"
        case "discarded":
            return f"Discarded by {who} {at}. Nothing was sent."
        case "replaced":
            return f"Edited by {who} {at}: the newer draft waits below."
    return f"⌛ Nobody approved it until {when(unstamp(draft.until), '{time}')}, and nothing was sent."


def _on_the_page(i: Incident, draft: Draft) -> str:
    """What became of words that may go out."""
    if i.drill:
        return "A drill reaches no users."
    word = next((one for one in i.status_page.words if one.d == draft.d), None)
    if word and word.shown_at:
        return f"On the status page since {when(unstamp(word.shown_at), '{time}')}."
    if word and word.how == "dropped":
        return "The status page does not show it: that would not hold any more."
    if word and word.how:
        return "The status page does not show it yet."
    return "On its way to the status page."


def _changed(i: Incident, draft: Draft) -> str:
    """What is not as it was when somebody wrote it."""
    changed = [f"the phase was *{draft.phase}*, and is *{i.phase}*"] if draft.phase and draft.phase != i.phase else []
    if draft.severity != (i.severity or ""):
        was = draft.severity or "not set"
        changed.append(f"the severity was {safe(was, 20)}, and is {safe(i.severity or 'not set', 20)}")
    return "; ".join(changed)


def _buttons(i: Incident, draft: Draft) -> list[Block]:
    value = f"{i.number}:{draft.d}"
    edit = b.button("Edit", "draft:edit", value)
    if draft.state == "waiting":
        send = b.button("Approve and send", "draft:approve", value, style="primary")
        return [send, edit, b.button("Discard", "draft:discard", value)]
    return [edit] if draft.state in ("expired", "discarded") else []
