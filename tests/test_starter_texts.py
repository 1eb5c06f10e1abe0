"""The texts that ship, word by word, as each class of incident would send them at each moment."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stanch.core import prose
from stanch.core.catalogue import CLASS_ORDER
from stanch.core.wording import AUDIENCES, FLAGS, LISTS, MOMENTS, PUBLIC, WORDS, choose, facts
from stanch.store import catalogue
from stanch.store.templates import Templates
from tests.fakes.world import opened

ROOT = Path(__file__).parents[1]
EXPECTED = Path(__file__).parent / "fixtures" / "texts"
TEXTS = Templates.read(ROOT / "message_templates")
CLASSES = catalogue.read(ROOT).classes
KNOWN: dict[str, Any] = {
    "service": "Support copilot",
    "since": "13:51 UTC",
    "next_at": "14:20 UTC",
    "acted": True,
    "limited": True,
    "alternative": "Our support team answers as usual.",
    "provider": True,
    "better_at": "14:09 UTC",
    "resolved_at": "15:30 UTC",
    "duration": "1 h 39 min",
    "name": "INC-42",
    "title": "Answers cite the wrong policy",
    "severity": "SEV2",
    "commander": "alice",
    "users_see": "3 of 10 answers about refunds quote the 2024 policy",
    "scope": "EU, web chat",
    "bleeding": "contained",
    "done": ("prompt support-bot: v18 → v17", "less traffic to the new version"),
    "cause": "the prompt of 13:51 named an old policy",
    "last_at": "13:55 UTC",
    "quiet_until": "23 Nov, 14:09 UTC",
    "fixed": "the prompt names the policy by its date",
    "reason": "false alarm",
}
EARLY = KNOWN | dict.fromkeys(("acted", "limited", "provider", "done", "cause", "better_at", "fixed", "last_at"))
CASES: dict[str, dict[str, Any]] = {
    "everything known": KNOWN,
    "nothing done yet": EARLY | {"bleeding": "yes"},
    "nothing known": {"bleeding": "unknown"},
}


def written(name: str, klass: str | None, case: str) -> str:
    called = CLASSES[klass].name if klass and case != "nothing known" else ""
    return TEXTS.write(name, **facts(**CASES[case], class_name=called))


def shown(audience: str) -> str:
    """Every text for this audience, for each class that is given it, as one page; the same words stand there once."""
    parts = []
    i = opened().incident
    for about in MOMENTS:
        given: dict[str, list[str]] = {}
        for klass in (None, *CLASS_ORDER):
            if name := choose(TEXTS.meta, replace(i, klass=klass), audience, about):
                words = "".join(f"-- {case}\n{written(name, klass, case)}\n" for case in CASES)
                given.setdefault(f"({name})\n{words}", []).append(klass or "no class")
        parts += [f"## {about}: {', '.join(classes)} {text}" for text, classes in given.items()]
    return "\n".join(parts)


@pytest.mark.parametrize("audience", [one for one in AUDIENCES if one != "users"])
def test_each_text_reads_as_it_was_approved(audience: str) -> None:
    """Each text, rendered for each class that is given it, with all facts, early on and with none, whole.

    (What users are told is the status page's; `tests.core.test_wording` holds the two together.)
    """
    assert shown(audience) == (EXPECTED / f"{audience}.txt").read_text(encoding="utf-8")


GAPS = ("  ", " .", " ,", "..", ": .", "()", "None", "unknown", "\n\n", "{", "}")


@pytest.mark.parametrize("name", sorted(TEXTS.meta))
def test_a_text_holds_with_any_fact_missing(name: str) -> None:
    """Without one fact, or with one alone, there is no gap, no *unknown* and no empty line."""
    for word in WORDS:
        for given in (KNOWN | {word: None}, {word: KNOWN.get(word, "SEV2")}):
            text = TEXTS.write(name, **facts(**given))
            assert text
            assert not [gap for gap in GAPS if gap in text]
            assert all(line == line.strip() and line[0].isupper() for line in text.splitlines())


@pytest.mark.parametrize("name", sorted(TEXTS.meta))
def test_a_writer_is_not_warned_of_a_text_that_ships(name: str) -> None:
    """What the form warns of (guesses, blame, words that make it small, no impact, no next time) stands in none."""
    meta = TEXTS.meta[name]
    ends = {"resolved", "dismissed", "title", "holding"}
    for case in ("everything known", "nothing done yet"):
        text = written(name, meta.classes[0] if meta.classes else None, case)
        found = prose.warnings(
            text,
            public=meta.public,
            over=not ends.isdisjoint(meta.moments),
            next_said=meta.audiences == ("team",),
        )
        silent = {"title", "dismissed"} & {*meta.moments} or "restricted" in text or "is over" in text
        silent = silent or name == "team_no_news"  # the room has the card
        assert [one for one in found if not (silent and one == "It does not say what users see.")] == []


HOSTILE = {
    "a ping": "<!channel> <!here|all> <!subteam^S1> <@U0ALICE> <#C1|general>",
    "an address": "<https://evil.example|your bank> & co",
    "a template": "{{ 7*7 }} {% for x in range(9) %}x{% endfor %} {{ self.__init__ }} {# gone #}",
    "marks": "*bold* _slanted_ ~struck~ `code` ```block``` > quote",
    "lines": "one\ntwo\r\nthree\u2028four\u0085five",
    "turned around": "\u202egnihton si gnihtyreve\u2066 \u200e\u200f\u061c",
    "very long": "wrong answers " * 220,
    "nothing": " \t\n ",
    "odd letters": "\x00\x1b[31mred\ud800 \ufeff",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_words_ping_nobody_and_break_no_template(what: str) -> None:
    """Whatever people, alerts or models wrote, in every fact of every text: it stays data, on its line, and is cut."""
    said = HOSTILE[what]
    given = {word: True if word in FLAGS else (said,) * 9 if word in LISTS else said for word in WORDS}
    hostile = facts(**given)
    harmless = facts(**{word: value if word in FLAGS else "x" for word, value in given.items()})
    for name, meta in TEXTS.meta.items():
        text, calm = TEXTS.write(name, **hostile), TEXTS.write(name, **harmless)
        assert "<" not in TEXTS.render(name, **hostile)
        assert len(text) <= 3_000
        assert "49" not in text
        assert not set(text) & set("\u202a\u202d\u202e\u2066\u2069\u2028\u0085\u061c\ufeff\x00\x1b\r\t")
        assert what == "nothing" or len(text.split("\n")) == len(calm.split("\n"))
        assert "{{ 7*7 }}" in text or what != "a template" or not {"service", "users_see"} & named(meta.name)


def named(text: str) -> set[str]:
    """Words that a text cannot do without."""
    source = TEXTS.paths[text].read_text(encoding="utf-8")
    return {word for word in ("service", "users_see") if "{{ " + word in source}


def test_no_words_of_the_room_reach_the_public() -> None:
    """Title, impact, scope, cause, names: no text for users or the status page can hold what people wrote inside."""
    inside = {word: "SECRET" for word in WORDS if word not in ("service", "since", "next_at", "alternative", *FLAGS)}
    inside |= {"done": ("SECRET",), "better_at": "", "resolved_at": "", "duration": ""}
    for name, meta in TEXTS.meta.items():
        if set(meta.audiences) & set(PUBLIC):
            assert "SECRET" not in TEXTS.write(name, **facts(**inside))


def test_the_readme_names_what_a_text_may_name() -> None:
    """Whoever writes their own texts finds every word, moment and audience in it."""
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("### Your own words")[2].partition("\n## ")[0]
    assert [word for word in WORDS if f"`{word}`" not in part] == []
    assert [word for word in (*MOMENTS, *AUDIENCES) if word not in part] == []
