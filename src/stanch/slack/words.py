"""Text as Slack sends it, read back as what people typed; and the words of a command."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from stanch.core.words import escape
from stanch.errors import Refusal

USER = re.compile(r"<@([A-Z0-9]+)(?:\|([^<>]*))?>")
CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|([^<>]*))?>")
SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+\|)?@?([^<>|^]+)(?:\^[^<>|]*)?(?:\|([^<>]*))?>")
LINK = re.compile(r"<((?:https?|mailto):[^<>|]+)(?:\|([^<>]*))?>")
OPTION = re.compile(r"(?:^|\s)(?:--|—|–)(\w+)\s*(.*)$", re.DOTALL)
STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "«": '"', "»": '"'})

Name = Callable[[str], str]


def plain(text: str, name: Name) -> str:
    """What the person typed: mentions become names that ping nobody, links their address."""
    text = USER.sub(lambda m: f"@{m[2]}" if m[2] else name(m[1]), text)
    text = CHANNEL.sub(lambda m: f"#{m[2] or m[1]}", text)
    text = LINK.sub(lambda m: m[1].removeprefix("mailto:"), text)
    text = SPECIAL.sub(lambda m: m[2] or f"@{m[1]}", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def said(message: Mapping[str, Any], name: Name) -> str:
    """What a message says: its text, else what its attachments or blocks say (as other apps post); then its files."""
    text = plain(str(message.get("text") or ""), name).strip()
    if not text:
        parts = [str(one.get(key) or "") for one in message.get("attachments") or () for key in ("title", "text")]
        parts = parts if any(parts) else [str(one.get("fallback") or "") for one in message.get("attachments") or ()]
        parts += [str((block.get("text") or {}).get("text") or "") for block in message.get("blocks") or ()]
        text = "\n".join(plain(part, name) for part in parts if part)
    files = ", ".join(str(one.get("name") or one.get("id")) for one in message.get("files") or ())
    return f"{text} [{files}]".strip() if files else text


def parted(text: str) -> tuple[str, str]:
    """The first word, and what follows it."""
    head, *rest = text.split(maxsplit=1) or ("",)
    return head, rest[0].strip() if rest else ""


@dataclass(frozen=True, slots=True)
class Words:
    """What followed the verb, as Slack sent it. `usage` is what a refusal shows."""

    text: str
    usage: str
    name: Name
    find: Callable[[str], str | None]
    me: str
    today: date

    def rest(self) -> str:
        return plain(self.text, self.name).strip()

    def first(self) -> tuple[str, "Words"]:
        """The first word and what follows it."""
        head, tail = parted(self.text)
        return head, self._with(tail)

    def _with(self, text: str) -> "Words":
        return Words(text.strip(), self.usage, self.name, self.find, self.me, self.today)

    def wrong(self, why: str) -> Refusal:
        return Refusal(f"{why} `/incident {self.usage}`")

    def number(self, what: str) -> tuple[int, "Words"]:
        head, rest = self.first()
        head = head.lstrip("#")
        head = head[4:] if head[:4].upper() == "INC-" else head
        if not head.isascii() or not head.isdigit() or len(head) > 9:
            raise self.wrong(f"Which {what}? Its number comes first:")
        return int(head), rest

    def maybe_number(self) -> tuple[int | None, "Words"]:
        head, _ = self.first()
        return self.number("one") if head.isascii() and head.isdigit() else (None, self)

    def person(self) -> tuple[str | None, "Words"]:
        """`@who`, a name, an id, `me` or `none`; None is for `none`."""
        head, rest = self.first()
        if not head:
            raise self.wrong("Who?")
        if head.lower() in ("none", "nobody"):
            return None, rest
        if head.lower() == "me":
            return self.me, rest
        mention = USER.match(head)
        wanted = mention[1] if mention else plain(head, self.name)
        if found := self.find(wanted):
            return found, rest
        shown = (
            plain(head, self.name).lstrip("@")[:60].replace("`", "'").replace("<", "").replace(">", "").replace("&", "")
        )
        raise Refusal(
            f"I know nobody here called `@{shown}` who can take part: no such person, a bot, or deactivated."
            " Type @ and choose from Slack's list."
        )

    def nothing_left(self, hint: str = "") -> None:
        """Words that nobody reads would be lost: they are refused, with where they belong. Raises `Refusal`."""
        if rest := self.rest():
            first = rest.split()[0][:40].replace("`", "'")
            raise self.wrong(hint or f"`{escape(first)}` has no place here, and nothing was recorded:")

    def day(self, before: str) -> tuple[date, "Words"]:
        """`until DATE` or `by DATE`: an ISO date, `today`, `tomorrow`, or the next of a weekday."""
        head, rest = self.first()
        if head.lower() == before:
            head, rest = rest.first()
        named = {(self.today + timedelta(days=n)).strftime("%A").lower(): n for n in range(1, 8)}
        named |= {"today": 0, "tomorrow": 1}
        if head.lower() in named:
            return self.today + timedelta(days=named[head.lower()]), rest
        try:
            day = date.fromisoformat(head)
        except ValueError:
            known = f"{self.today + timedelta(days=7)}, `today`, `tomorrow`, `friday`"
            raise self.wrong(f"{before.capitalize()} when? I know dates like {known}:") from None
        if day < self.today:
            raise self.wrong(f"{day} is over. {before.capitalize()} when?")
        return day, rest

    def option(self, name: str) -> tuple[str, "Words"]:
        """The text of `--name "TEXT"`, straight or as a phone types it; empty when it is not there."""
        found = OPTION.search(self.text)
        if not found or found[1].lower() != name:
            return "", self
        value = plain(found[2].translate(STRAIGHT), self.name).strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        if not value.strip():
            raise self.wrong("A reason is needed:")
        return value.strip(), self._with(self.text[: found.start()])
