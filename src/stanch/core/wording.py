"""Which text fits this moment, and what a text may name: pure, about values.

A text is a file of `message_templates/` with an `audience` in its front matter (`stanch.store.text_fronts` reads it
into `Meta`). Whoever sends one puts the mark of a drill before it; no text does that itself. The room's message says by
itself when the next word is due, so the texts for the team leave it out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from stanch.core.incident import DANGEROUS, Incident
from stanch.core.pulls import of_mitigation
from stanch.core.text import one_line

AUDIENCES: Final = ("status_page", "stakeholders", "users", "leadership", "team")
PUBLIC: Final = ("status_page", "users")
"""Who is outside of the company: words for them are approved first."""
MOMENTS: Final = (
    "title",  # of the public status page's entry
    "holding",  # approved beforehand, goes out unedited
    "first_notice",
    "update",
    "no_news",  # still investigating: the honest minimum
    "contained",
    "watching",
    "resolved",
    "dismissed",
)
"""What the front matter calls `phase`: the moments at which there is something to say."""
NOBODY: Final = "nobody yet"
"""Stands in `approved_by` until somebody has approved the text."""
_DOUBTED: Final = re.compile(
    r"\b(no|not|none|nobody|never|without|pending|wait(s|ing)?|ask(s|ed)?|until|yet|tbd|todo|draft|unseen)\b|n't\b|\?",
    re.IGNORECASE,
)
"""Words by which `approved_by` says that somebody has not."""
_NAME: Final = r"@?[\w.'-]+( [\w.'-]+)?"
_LEGAL: Final = re.compile(rf"legal( (team|department))?(:? {_NAME}| \({_NAME}\))?|{_NAME} \(legal\)", re.IGNORECASE)
"""Legal, with or without the name of who it was."""

PUBLIC_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "service": "the service's name, as services.yml has it",
        "since": "when it began, with its zone: `13:51 UTC`",
        "next_at": "when the next update comes, with its zone",
        "acted": "true once a mitigation took effect",
        "limited": "true while a control that does *less* stays in force",
        "alternative": "what works instead, in a sentence (`instead` in services.yml)",
        "provider": "true once it is confirmed that a provider caused it",
        "better_at": "when the harm went down (contained), with its zone",
        "resolved_at": "when it was over, with its zone",
        "duration": "how long it lasted: `1 h 39 min`",
    }
)
"""What a text for users and the status page may name, and nothing else: no words from inside the room."""
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **PUBLIC_WORDS,
        "name": "the incident: `INC-42`",
        "title": "its title",
        "class_name": "its class, as people call it",
        "severity": "`SEV2`",
        "commander": "who commands, by name",
        "users_see": "what users see (impact)",
        "scope": "which features, segments, regions",
        "bleeding": "is harm still being done: `yes`, `contained`, `unknown`",
        "done": "the mitigations that took effect, a list in words",
        "cause": "the cause, once it is explained as confirmed",
        "last_at": "when this audience last had word, with its zone",
        "quiet_until": "until when it has to stay quiet, with its zone",
        "fixed": "what was mended for good",
        "reason": "why it was dismissed",
    }
)
"""What a text for people inside may name. What is not known is empty: a text leaves its sentence out."""
LISTS: Final = ("done",)
FLAGS: Final = ("acted", "limited", "provider")
SENTENCES: Final = ("alternative",)
LONGEST: Final = 300
"""Characters of one fact; the room has the rest."""
LISTED: Final = (6, 150)
"""Of a list: entries, and characters of each. A form holds 3,000 characters."""


@dataclass(frozen=True, slots=True)
class Meta:
    """The front matter of a text. An empty tuple stands for any."""

    name: str
    """The file's, without `.j2`."""
    about: str
    audiences: tuple[str, ...]
    """Of `AUDIENCES`."""
    classes: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    """Of `MOMENTS`."""
    severities: tuple[str, ...] = ()
    approved_by: str = ""
    """Who approved it, in the file's own words: empty or `nobody yet` for nobody."""
    approved_on: str = ""
    """ISO 8601 date."""

    @property
    def approved(self) -> bool:
        """Somebody has approved these words, on a day."""
        said = self.approved_by
        return said not in ("", NOBODY) and not _DOUBTED.search(said) and self.approved_on != ""

    @property
    def by_legal(self) -> bool:
        """Legal has: one of the names in `approved_by` is theirs: `legal`, `legal (erin)`, `erin (legal)`."""
        names = re.split(r"[,;/&+]|\band\b", self.approved_by)
        return self.approved and any(_LEGAL.fullmatch(" ".join(one.split())) for one in names)

    @property
    def public(self) -> bool:
        return any(audience in PUBLIC for audience in self.audiences)


def choose(metas: Mapping[str, Meta], i: Incident, audience: str, moment: str) -> str | None:
    """Return the name of the text that fits best, or None when no file speaks to this audience at this moment.

    A text for the class goes before one for any, then one for the moment, then one for the severity.
    """
    fitting = [meta for meta in metas.values() if fits(meta, i.klass, i.severity, audience, moment)]
    return min(fitting, key=_rank).name if fitting else None


def fits(meta: Meta, klass: str | None, severity: str | None, audience: str, moment: str) -> bool:
    """Whether the text is for this audience and moment, and for an incident of this class and severity."""
    return (
        audience in meta.audiences
        and (not meta.classes or klass in meta.classes)
        and (moment in meta.moments or (not meta.moments and moment not in ("title", "holding")))
        and (not meta.severities or severity in meta.severities)
    )


def _rank(meta: Meta) -> tuple[bool, bool, bool, str]:
    return not meta.classes, not meta.moments, not meta.severities, meta.name


def moment(i: Incident, first: bool) -> str:
    """Return the moment of `MOMENTS` that this is. `first`: this audience has not heard a word yet.

    Once it is contained or over, a first word says that, and not that somebody has begun to look.
    """
    if i.phase == "dismissed":
        return "dismissed"
    if i.phase in ("learn", "closed"):
        return "resolved"
    if i.phase == "watching":
        return "watching"
    if i.bleeding == "contained":
        return "contained"
    return "first_notice" if first else "update"


def may_go_out(meta: Meta, i: Incident) -> bool:
    """Whether the commander alone may send the text to the public, unedited: it was approved beforehand.

    In safety and security, and where it is restricted, by legal (catalogue, section 3).
    """
    delicate = i.restricted or i.dangerous or i.klass in DANGEROUS
    return meta.by_legal if delicate else meta.approved


def by_provider(i: Incident) -> bool:
    """Whether the cause is confirmed, and is a provider's: only then do users hear of a provider."""
    said = i.cause.lower()
    named = re.search(r"\bproviders?\b", said) is not None
    doubted = re.search(r"\b(not|no|our|ours|own|we|us|key|quota|billing)\b|n't\b", said) is not None
    return i.klass == "provider_outage" and i.explained == "confirmed" and named and not doubted


def limits(i: Incident) -> bool:
    """Whether users have less than usual: a control that does *less* is in force, or kept on purpose.

    What was put back to a good state limits nobody; of what was pulled by hand it is not known, and not claimed.
    """
    held = [of_mitigation(i.pulls, m.k) for m in i.mitigations if m.in_force or m.state == "kept"]
    return any(found is not None and found[1].direction == "less" for found in held)


def facts(**given: Any) -> dict[str, Any]:
    """Return every word of `WORDS`, those that are not given empty; texts in one line, cut, without a full stop.

    Values are plain text: nothing is markup. Raises TypeError for a word that there is not.
    """
    if strange := sorted(set(given) - set(WORDS)):
        raise TypeError(f"no text may name {', '.join(strange)}")
    return {word: _fact(word, given.get(word)) for word in WORDS}


def _fact(word: str, value: Any) -> Any:
    if word in FLAGS:
        return bool(value)
    if word in LISTS:
        longest, of_each = LISTED
        listed = [one for one in (_plain(one, of_each) for one in value or ()) if one]
        more = (f"{len(listed) - longest + 1} more",) if len(listed) > longest else ()
        return (*listed[: longest - 1], *more) if more else tuple(listed)
    text = _plain(value or "", LONGEST)
    return text + "." if word in SENTENCES and text and text[-1] not in "!?…" else text


def _plain(value: Any, longest: int) -> str:
    """Without its full stop, which the texts set."""
    return one_line(str(value), longest).rstrip(" .")
