"""Messages come from files: escaped, complete, or refused with the file and the word."""

from pathlib import Path
from textwrap import dedent

import pytest

from stanch.core.words import Mrkdwn
from stanch.errors import CatalogueError, StanchError
from stanch.store.templates import Templates, lint

FIXTURES = Path(__file__).parents[1] / "fixtures" / "message_templates"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "message_templates"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, body: str, front: str = "---\nfor: room\nabout: a test\n---\n") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(front + dedent(body), encoding="utf-8")


def test_a_message_is_rendered_from_its_file() -> None:
    """The whole message, with conditions, loops and values, without blank lines around it."""
    facts = {"number": 42, "title": "Answers cite the wrong policy", "done": ["prompt back"]}
    message = Templates.read(FIXTURES).render("first_notice", commander=Mrkdwn("<@U1>"), **facts)
    assert message == (
        "*INC-42* Answers cite the wrong policy\n<@U1> commands.\nDone so far:\n- prompt back\nNo next word is due."
    )


def test_values_are_escaped_and_mrkdwn_is_not(folder: Path) -> None:
    """What came from people cannot become a mention, a link or an entity; what we made stays as it is."""
    put(folder, "x.j2", "{{ title }} {{ who }} {{ title | upper }} {{ n }}")
    rendered = Templates.read(folder).render("x", title="<!channel> a&b", who=Mrkdwn("<@U1> &amp;"), n=3)
    assert rendered == "&lt;!channel&gt; a&amp;b <@U1> &amp; &lt;!CHANNEL&gt; A&amp;B 3"


def test_mrkdwn_joined_with_text_is_text_again(folder: Path) -> None:
    """Joining our mrkdwn with a person's text does not smuggle the text past the escaping."""
    put(folder, "x.j2", "{{ who ~ title }}")
    assert Templates.read(folder).render("x", title="<!here>", who=Mrkdwn("<@U1>")) == "&lt;@U1&gt;&lt;!here&gt;"


def test_none_reads_unknown(folder: Path) -> None:
    """What could not be read is said to be unknown, never left as a hole."""
    put(folder, "x.j2", "since {{ began }}")
    assert Templates.read(folder).render("x", began=None) == "since unknown"


def test_template_text_is_not_escaped(folder: Path) -> None:
    """The author of a template writes mrkdwn: a link in it stays a link."""
    put(folder, "x.j2", "<https://example.com|the page> & more")
    assert Templates.read(folder).render("x") == "<https://example.com|the page> & more"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("one\n{{ titel }}", "x.j2:6: unknown variable 'titel', expected one of item, title; did you mean 'title'?"),
        ("{% if titel %}x{% endif %}", "x.j2:5: unknown variable 'titel', expected one of item, title; "
         "did you mean 'title'?"),
        ("{{ item.colour }}", "x.j2:5: unknown variable 'colour', expected one of item, title"),
        ("\n\n{{ title + 1 }}", 'x.j2:7: this cannot be rendered (can only concatenate str (not "int") to str)'),
        ("{{ title.__class__ }}", "x.j2:5: this cannot be rendered (access to attribute '__class__' of 'str' object "
         "is unsafe.)"),
        ("{% for i in range(10**9) %}x{% endfor %}", "x.j2:5: this cannot be rendered (Range too big. The sandbox "
         "blocks ranges larger than MAX_RANGE (100000).)"),
    ],
)  # fmt: skip
def test_a_template_that_fails_says_file_line_and_word(folder: Path, body: str, told: str) -> None:
    """An unknown variable or a bad expression is an error with file and line, and nothing is sent."""
    put(folder, "x.j2", body)
    with pytest.raises(StanchError) as refused:
        Templates.read(folder).render("x", title="t", item={"color": 1})
    assert str(refused.value) == f"message_templates/{told}"


def test_a_name_without_a_file_is_told(folder: Path) -> None:
    """Asking for a template that is not there names the nearest one."""
    put(folder, "deep/er/card.j2", "x")
    templates = Templates.read(folder)
    assert templates.render("card") == "x"
    with pytest.raises(StanchError) as refused:
        templates.render("cart")
    assert str(refused.value) == "There is no message_templates/cart.j2; did you mean 'card'?"


def test_a_template_is_compiled_once(folder: Path) -> None:
    """A template is read when it is first needed and kept: a later change of the file does not show."""
    put(folder, "x.j2", "first")
    templates = Templates.read(folder)
    assert templates.render("x") == "first"
    put(folder, "x.j2", "second")
    assert templates.render("x") == "first"
    assert Templates.read(folder).render("x") == "second"


def test_all_faults_are_told_at_once(folder: Path) -> None:
    """Front matter, syntax, unknown filters, macros, doubled names: every fault of every file, with its line."""
    put(folder, "a.j2", "{{ title }}", front="")
    put(folder, "b.j2", "{% if title %}\nx", front="---\nfro: room\nabout: x\nabout: y\n---\n")
    put(folder, "c.j2", "one\n{{ title | shout }}")
    put(folder, "d.j2", "{% macro m() %}x{% endmacro %}\n{% include 'a' %}")
    put(folder, "other/c.j2", "again")
    (folder / "e.j2").write_bytes(b"---\nfor: room\nabout: caf\xe9\n---\n")
    assert [str(fault) for fault in lint(folder)] == [
        "message_templates/a.j2:1:1: no front matter, expected `---`, `for: AUDIENCE`, `about: ONE LINE`, `---`, "
        "then the message",
        "message_templates/b.j2:2:1: unknown key 'fro', expected one of for, about; did you mean 'for'?",
        "message_templates/b.j2:4:1: key 'about' a second time, expected it once (first on line 3)",
        "message_templates/b.j2:6:4: `{% if %}` is not closed, expected `{% endif %}`",
        "message_templates/c.j2:6:12: unknown filter 'shout', expected one of Jinja's; did you mean 'sort'?",
        "message_templates/d.j2:5:4: a macro, call, filter block or block assignment, expected plain prose",
        "message_templates/d.j2:6:4: another template taken in, expected one file a message",
        "message_templates/e.j2:3:11: byte 0xe9, which is not UTF-8, expected UTF-8 text",
        "message_templates/other/c.j2:1:1: a second template named 'c', expected one (the first is "
        "message_templates/c.j2)",
    ]


def test_a_doubled_name_cannot_be_read(folder: Path) -> None:
    """Which of two files is meant is not for us to guess."""
    put(folder, "a/x.j2", "one")
    put(folder, "b/x.j2", "two")
    with pytest.raises(CatalogueError, match="a second template named 'x'"):
        Templates.read(folder)


def test_the_fixture_has_no_fault() -> None:
    """A good template passes the lint."""
    assert lint(FIXTURES) == []
