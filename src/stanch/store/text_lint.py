"""Every text for an audience, rendered as it would be sent: for each class and severity, with and without the facts."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from stanch.core import prose
from stanch.core.catalogue import CLASS_ORDER, Catalogue
from stanch.core.wording import WORDS, Meta, facts
from stanch.errors import CatalogueError, Fault
from stanch.store.templates import Front, Templates, Unrendered, fronts
from stanch.store.yaml_marks import Warned

SAMPLE: Final[Mapping[str, Any]] = {
    "service": "Support copilot",
    "since": "13:51 UTC",
    "next_at": "14:20 UTC",
    "acted": True,
    "limited": True,
    "alternative": "Our help centre works as usual.",
    "provider": True,
    "better_at": "14:09 UTC",
    "resolved_at": "15:30 UTC",
    "duration": "1 h 39 min",
    "name": "INC-42",
    "title": "Answers cite the wrong policy",
    "commander": "Alice",
    "users_see": "3 of 10 answers about refunds quote the 2024 policy",
    "scope": "EU, web chat",
    "bleeding": "contained",
    "done": ("prompt support-bot v18 to v17", "less traffic to the new version"),
    "cause": "the prompt of 13:51 named an old policy",
    "last_at": "13:50 UTC",
    "quiet_until": "19:30 UTC",
    "fixed": "the prompt names the policy by its date",
    "reason": "false alarm",
    "class_name": "Quality regression",
    "severity": "SEV2",
}
"""An incident of which everything is known."""

_TAG: Final = re.compile(r"\{[{%#].*?[}%#]\}")
_NAMES: Final = re.compile(r"[\w.+'-]+(?:@[\w.-]+)?")
_QUOTED: Final = re.compile(r'"([^"]*)"')
UNSEEN: Final = "It does not say what users see."
"""A title and a farewell need not."""


def lint(
    folder: Path, catalogue: Catalogue, classes: Collection[str] = (), faulty: Collection[str] = ()
) -> tuple[list[Fault], list[Warned]]:
    """Return what is wrong with the texts below `folder`, and what will not help: by front matter, then rendered.

    `classes`: the ids of the team's own, also of one whose file has a fault. `faulty`: the files in which
    `templates.lint` has found a fault; they are not rendered.
    """
    try:
        templates = replace(Templates.read(folder), linted=True)
    except CatalogueError:  # two of one name, which has been told
        return [], []
    looked = fronts(templates.paths, folder, [*CLASS_ORDER, *(id for id in classes if id not in CLASS_ORDER)])
    faults = _unknown(looked)
    _strangers(looked, catalogue)
    warnings = [warned for marked, _ in looked.values() for warned in marked.warnings]
    metas = {name: meta for name, (_, meta) in looked.items() if meta}
    faults += _doubled(looked, metas, catalogue)
    for name, meta in metas.items():
        file = looked[name][0].file
        if file not in faulty:
            faults += _rendered(templates, meta, file, catalogue)
    return faults, sorted(warnings)


def _unknown(looked: Mapping[str, Front]) -> list[Fault]:
    """Classes that there are not: the only fault of a front matter that its file alone does not show."""
    return [fault for marked, _ in looked.values() for fault in marked.faults if fault.what.startswith("unknown class")]


def _strangers(looked: Mapping[str, Front], catalogue: Catalogue) -> None:
    """Warn of lines that go out unedited on the word of somebody whom the team's files do not know: a sample's, say."""
    services, people = catalogue.services.values(), catalogue.people.people
    named = (name for one in services for names in (*one.owners.values(), *one.contacts.values()) for name in names)
    known = {part for name in (*named, *people) for part in (name.casefold(), name.casefold().partition("@")[0])}
    for marked, meta in looked.values():
        if not (known and meta and "holding" in meta.moments and meta.approved) or meta.by_legal:
            continue
        if known.isdisjoint(one.strip(".") for one in _NAMES.findall(meta.approved_by.casefold())):
            marked.warn(
                ("approved_by",),
                f"{meta.name} is approved by {meta.approved_by}, whom neither services.yml nor people.yml names;"
                " have it approved by somebody of yours",
            )


def _doubled(looked: Mapping[str, Front], metas: Mapping[str, Meta], catalogue: Catalogue) -> Iterator[Fault]:
    """Two texts for one moment: which is meant is not for us to guess."""
    first: dict[tuple[object, ...], str] = {}
    for name, meta in metas.items():
        told = set()
        for audience in meta.audiences:
            for klass in meta.classes or ("",):
                for moment in meta.moments or ("",):
                    for severity in meta.severities or ("",):
                        other = first.setdefault((audience, klass, moment, severity), name)
                        if other != name and other not in told:
                            told.add(other)
                            marked = looked[name][0]
                            said = " ".join(filter(None, (klass or "any class", moment or "any moment", severity)))
                            what = f"a second text for {audience}, {said}"
                            yield Fault(marked.file, 1, 1, what, f"one (the first is {looked[other][0].file})")


def _rendered(templates: Templates, meta: Meta, file: str, catalogue: Catalogue) -> list[Fault]:
    """The first fault of a text that cannot be rendered, or what it says that it must not."""
    source = templates.paths[meta.name].read_text(encoding="utf-8-sig")
    try:
        for given in samples(meta, catalogue, source):
            if not templates.render(meta.name, **given):
                return [Fault(file, 1, 1, "it says nothing where the facts are not known", "words at any time")]
    except Unrendered as error:
        where = error.fault
        return [Fault(file, where.line, 1, where.what, where.expected or "what holds for each class and severity")]
    return [*_unfit(file, source)] if meta.public else []


def _unfit(file: str, source: str) -> Iterator[Fault]:
    """What a person would be warned of who wrote this: a template is sent more often, and by tired people."""
    lines = source.splitlines()
    body = lines.index("---", 1) + 1 if "---" in lines[1:] else 0
    for number, line in enumerate(lines[body:], body + 1):
        words = _TAG.sub(lambda tag: " ".join(_QUOTED.findall(tag[0])), line)
        for one in prose.warnings(words, public=True, over=True, next_said=True):
            if one != UNSEEN:
                what, _, mend = one.rstrip(".").partition(": ")
                yield Fault(
                    file,
                    number,
                    1,
                    f"words for the public: {what[0].lower()}{what[1:]}",
                    f"to {mend or 'leave it out'}",
                )


def samples(meta: Meta, catalogue: Catalogue, source: str = "") -> Iterator[dict[str, Any]]:
    """Facts for each class and severity that the text is for, full and empty; then with one missing, or one alone.

    `source`: the text itself; facts that it does not name are not varied.
    """
    full, empty = _known()
    classes: Iterable[str] = meta.classes or ("", *catalogue.classes)
    severities = meta.severities or ("", *catalogue.severities)
    for id in classes if "class_name" in source else ("",):
        klass = catalogue.klass(id)
        for severity in severities if "severity" in source else ("",):
            known = {"class_name": klass.name if klass else "", "severity": severity}
            yield full | known
            yield empty | known
    for word in WORDS:
        if word in source:
            yield full | {word: empty[word]}
            yield empty | {word: full[word]}


@cache
def _known() -> tuple[dict[str, Any], dict[str, Any]]:
    return facts(**SAMPLE), facts()
