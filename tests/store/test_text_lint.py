"""Texts for audiences: what their front matter may say, and what is told before one of them is due."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from stanch.core.catalogue import Catalogue, Klass, Service, Severity
from stanch.core.people import People, Person
from stanch.core.wording import Meta
from stanch.errors import CatalogueError
from stanch.store import text_lint
from stanch.store.templates import Templates, lint

HOUR = timedelta(hours=1)
CATALOGUE = Catalogue(
    classes={"security": Klass("security", "Security"), "ours": Klass("ours", "Our own")},
    severities={"SEV1": Severity("SEV1", "one", "one", {}, {}, {}, HOUR, HOUR)},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "message_templates"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, front: str, body: str = "Users wait. Next word at noon.") -> None:
    (folder / f"{name}.j2").write_text(f"---\n{front}\nabout: a test\n---\n{body}\n", encoding="utf-8")


def told(folder: Path) -> list[str]:
    """Faults, then warnings."""
    faults, warnings = text_lint.lint(folder, CATALOGUE, CATALOGUE.classes)
    return [str(one) for one in (*lint(folder), *faults, *warnings)]


def test_the_front_matter_is_kept(folder: Path) -> None:
    """One word or a list of them; what is left out stands for any; messages of the bot have none."""
    put(folder, "bare", "audience: team")
    put(
        folder,
        "whole",
        "audience: [users, status_page]\nclass: [security, ours]\nphase: update\nseverity: SEV1\n"
        "approved_by: legal\napproved_on: 2026-11-22",
    )
    put(folder, "own", "for: room")
    assert Templates.read(folder).meta == {
        "bare": Meta("bare", "a test", ("team",)),
        "whole": Meta(
            "whole", "a test", ("users", "status_page"), ("security", "ours"), ("update",), ("SEV1",), "legal",
            "2026-11-22",
        ),
    }  # fmt: skip


def test_who_approved_a_line_is_one_of_the_team(folder: Path) -> None:
    """Who keeps a sample's line keeps nobody's approval: named by name, address or id in the team's files, or legal."""
    ours = Service("s", "S", {"commander": ("ina@example.com",)}, {}, (), {"legal": ("U0NOOR",)})
    team = replace(CATALOGUE, services={"s": ours}, people=People({"yuki": Person("yuki")}))

    def warned(by: str, known: Catalogue = team) -> list[str]:
        put(folder, "line", f"audience: users\nphase: holding\napproved_by: {by}\napproved_on: 2026-11-22")
        return [one.what for one in text_lint.lint(folder, known)[1]]

    assert warned("carol") == [
        "line is approved by carol, whom neither services.yml nor people.yml names; have it approved by somebody of"
        " yours"
    ]
    for by in ("ina", "Ina (support)", "'@yuki'", "ina@example.com", "U0NOOR", "legal", "noor (legal)"):
        assert warned(by) == [], by
    assert warned("carol", CATALOGUE) == [], "no file names anybody yet"


def test_front_matter_is_read_once(folder: Path) -> None:
    """When it is first asked for, and not before; a later change of the file does not show."""
    put(folder, "x", "audience: nobody")
    templates = Templates.read(folder)
    put(folder, "x", "audience: team")
    assert list(templates.meta) == ["x"]
    (folder / "x.j2").unlink()
    assert list(templates.meta) == ["x"]


def test_a_fault_in_front_matter_is_told_when_it_is_read(folder: Path) -> None:
    """With every place; also where it is no YAML, so that no text is left out in silence."""
    put(folder, "a", "audience: teem")
    put(folder, "b", "audience: team: all")
    with pytest.raises(CatalogueError) as refused:
        _ = Templates.read(folder).meta
    assert str(refused.value) == (
        "message_templates/a.j2:2:11: unknown audience 'teem', expected one of status_page, stakeholders, users, "
        "leadership, team; did you mean 'team'?\n"
        "message_templates/b.j2:2:15: a `:` where no key can be, expected quotes around a text with `: ` in it, or the "
        "key in the column of its neighbours"
    )


def test_plain_words_are_not_escaped(folder: Path) -> None:
    """`write` is for a form or a page, which escapes what it sends: nothing is escaped twice, nothing is lost."""
    put(folder, "x", "audience: team", "{{ title }} & {{ scope }}")
    templates = Templates.read(folder)
    given = {"title": "a < b & c", "scope": "&lt;b&gt; &amp;amp;"}
    assert templates.write("x", **given) == "a < b & c & &lt;b&gt; &amp;amp;"
    assert templates.render("x", **given) == "a &lt; b &amp; c & &amp;lt;b&amp;gt; &amp;amp;amp;"


@pytest.mark.parametrize(
    ("front", "warned"),
    [
        ("class: ours\napproved_by: carol\napproved_on: 2026-11-22", []),
        ("class: security\napproved_by: Legal (erin)\napproved_on: 2026-11-22", []),
        ("class: security\napproved_by: nobody yet", []),
        (
            "class: ours\napproved_by: carol, not legal\napproved_on: 2026-11-22",
            ["5:14: x counts as approved by nobody: approved_by names who has, and no more"],
        ),
        ("class: ours", ["2:1: nobody has approved x; the commander cannot send it alone"]),
        ("class: security", ["2:1: x cannot go out before legal has approved it: approved_by: legal"]),
        (
            "class: [ours, security]\napproved_by: carol\napproved_on: 2026-11-22",
            ["5:14: x cannot go out before legal has approved it: approved_by: legal"],
        ),
    ],
)
def test_a_holding_line_that_cannot_go_out_is_a_warning(folder: Path, front: str, warned: list[str]) -> None:
    """Nobody approved it, or in safety and security not legal; where the file says itself that nobody has, it knows."""
    put(folder, "x", f"audience: users\nphase: holding\n{front}")
    assert told(folder) == [f"message_templates/x.j2:{one}" for one in warned]


def test_a_class_of_the_teams_own_is_known(folder: Path) -> None:
    """The seven classes and the team's; another is a fault, at its place in the list."""
    put(folder, "x", "audience: team\nclass: [ours, cost_runaway, security, theirs]")
    assert told(folder) == [
        "message_templates/x.j2:3:39: unknown class 'theirs', expected one of security, safety_violation, "
        "provider_outage, latency_saturation, cost_runaway, retrieval_failure, quality_regression, ours"
    ]


def test_a_branch_that_is_seldom_taken_is_looked_at_too(folder: Path) -> None:
    """A fault for one class alone, or with one fact alone missing; words in a branch that no sample takes."""
    put(folder, "a", "audience: team\nphase: update", 'Users.{% if class_name == "Our own" %}{{ done + 1 }}{% endif %}')
    put(folder, "b", "audience: team\nphase: resolved", "Users.{% if cause and not scope %}{{ done + 1 }}{% endif %}")
    put(
        folder,
        "c",
        "audience: users\nphase: update",
        "Users wait.{% if service == 'none of ours' %}\nMaybe.{% endif %}",
    )
    put(folder, "d", "audience: users\nphase: resolved", 'Users wait for {{ service or "a minor thing" }}.')
    reason = 'this cannot be rendered (can only concatenate tuple (not "int") to tuple)'
    assert told(folder) == [
        f"message_templates/a.j2:6:1: {reason}, expected what holds for each class and severity",
        f"message_templates/b.j2:6:1: {reason}, expected what holds for each class and severity",
        "message_templates/c.j2:7:1: words for the public: it guesses (maybe), expected to say what is known, or that "
        "it is not known yet",
        "message_templates/d.j2:6:1: words for the public: it makes the harm small (minor), expected to say how many, "
        "and how that was counted",
    ]


def test_a_broken_text_is_told_once(folder: Path) -> None:
    """What cannot be read as a template is not rendered on top of it."""
    put(folder, "x", "audience: team", "{% if title %}Users.")
    faults = lint(folder)
    assert [str(one) for one in faults] == [
        "message_templates/x.j2:5:4: `{% if %}` is not closed, expected `{% endif %}`"
    ]
    assert text_lint.lint(folder, CATALOGUE, (), {one.file for one in faults}) == ([], [])


def test_the_sample_knows_every_word() -> None:
    """Rendered with everything known, no branch of a text is left out because the sample had nothing to say."""
    full = next(
        iter(text_lint.samples(Meta("x", "x", ("team",), ("ours",), (), ("SEV1",)), CATALOGUE, "class_name severity"))
    )
    assert [word for word, value in full.items() if not value] == []
