"""The front matter of a text for an audience: for whom, when, and who has approved it.

---
audience: [users, status_page]
about: Some answers are wrong; approved beforehand.
class: quality_regression        # or a list; left out: any
phase: holding                   # or a list; left out: any that has no text of its own
severity: [SEV1, SEV2]           # left out: any
approved_by: legal
approved_on: 2026-11-22
---
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from stanch.core.incident import DANGEROUS
from stanch.core.wording import AUDIENCES, MOMENTS, NOBODY, Meta
from stanch.store.sheets import Label, Model, Text, wanted
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked

SEVERITIES: Final = ("SEV1", "SEV2", "SEV3", "SEV4")
OWN: Final = ("audience", "class", "phase", "severity", "approved_by", "approved_on")
"""Keys of such a front matter, any of which tells that it is one."""
_DAY: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def _words(value: Any) -> Any:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(one, str) and one for one in listed):
        raise wanted("a word, or a list such as [a, b]")
    return tuple(listed)


def _day(value: Any) -> Any:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise wanted("a day such as 2026-11-22")
    return value


_Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class TextFront(Model):
    audience: _Words
    about: Label
    klass: Annotated[_Words, Field(alias="class")] = ()
    phase: _Words = ()
    severity: _Words = ()
    approved_by: Text = ""
    approved_on: Annotated[str, BeforeValidator(_day)] = ""


def is_text(data: Any) -> bool:
    """Whether this front matter is a text's for an audience, and not that of one of the bot's own messages."""
    return isinstance(data, Mapping) and any(key in data for key in OWN)


def read(name: str, marked: Marked, classes: Collection[str] | None = None) -> Meta | None:
    """Return what the front matter says, or None with its faults in `marked`.

    `classes`: the ids there are; None: any id will do. What holds up nobody is warned of.
    """
    front = validate(TextFront, marked)
    if front is None:
        return None
    known: dict[str, tuple[tuple[str, ...], Collection[str] | None]] = {
        "audience": (front.audience, AUDIENCES),
        "class": (front.klass, classes),
        "phase": (front.phase, MOMENTS),
        "severity": (front.severity, SEVERITIES),
    }
    for key, (words, there) in known.items():
        if there is not None:
            _known(marked, key, words, there)
    if front.approved_by not in ("", NOBODY) and not front.approved_on:
        marked.fault(("approved_by",), "approved on no day", "'approved_on:' with a day such as 2026-11-22")
    if marked.faults:
        return None
    meta = Meta(
        name, front.about, front.audience, front.klass, front.phase, front.severity,
        front.approved_by, front.approved_on,
    )  # fmt: skip
    if meta.approved_by not in ("", NOBODY) and not meta.approved:
        marked.warn(("approved_by",), f"{name} counts as approved by nobody: approved_by names who has, and no more")
    else:
        _unapproved(marked, meta)
    return meta


def _known(marked: Marked, key: str, words: tuple[str, ...], there: Collection[str]) -> None:
    for number, word in enumerate(words):
        if word not in there:
            place = (key, number) if (key, number) in marked.values else (key,)
            marked.fault(place, f"unknown {key} '{word}'", f"one of {', '.join(there)}{nearest(word, there)}")


def _unapproved(marked: Marked, meta: Meta) -> None:
    """Warn of a holding line that could not go out, unless the file says so itself."""
    if "holding" not in meta.moments or meta.approved_by == NOBODY:
        return
    if any(klass in DANGEROUS for klass in meta.classes) and not meta.by_legal:
        marked.warn(("approved_by",), f"{meta.name} cannot go out before legal has approved it: approved_by: legal")
    elif not meta.approved:
        marked.warn(("approved_by",), f"nobody has approved {meta.name}; the commander cannot send it alone")
