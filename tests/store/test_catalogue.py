"""A home folder is read as written, or refused with every fault that a person has to mend."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from stanch.core.catalogue import Klass, Service
from stanch.core.runbook import Choice, Node, Tree
from stanch.errors import CatalogueError
from stanch.store.catalogue import SERVICES, SEVERITIES, lint, read

ROOT = Path(__file__).parents[2]

GOOD = {
    SERVICES: """\
        services:
          bot:
            name: The bot
            owners: {commander: ["@alice"], technical: [bob, dave]}
            channels: {stakeholders: "#incidents"}
            journeys: [ask]
        """,
    SEVERITIES: """\
        severities:
          SEV1: {name: One, short: first, quiet: 24h, cadence: {room: 15m, stakeholders: none}}
          SEV2: {name: Two, short: second, quiet: 1h30m}
          SEV3: {name: Three, short: third, quiet: 45s}
          SEV4: {name: Four, short: fourth, quiet: 0s}
        """,
    "runbooks/zebra.yml": """\
        class: zebra
        looks_like: stripes
        first_move: look away
        """,
}

Write = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Write:
    """Write the good home with some files replaced (None: left out) and return its folder."""

    def write(files: dict[str, str | bytes | None] | None = None) -> Path:
        for name, text in {**GOOD, **(files or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, bytes):
                path.write_bytes(text)
            elif text is not None:
                path.write_text(dedent(text), encoding="utf-8")
        return tmp_path

    return write


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in lint(folder)[0]]


def test_a_good_home_is_read_as_written(home: Write) -> None:
    """Services, severities and classes come out as values, names without their @ and #."""
    catalogue = read(home())
    assert catalogue.service("bot") == Service(
        id="bot",
        name="The bot",
        owners={"commander": ("alice",), "technical": ("bob", "dave")},
        channels={"stakeholders": "incidents"},
        journeys=("ask",),
    )
    assert catalogue.klass("zebra") == Klass("zebra", "Zebra", looks_like="stripes", first_move="look away")
    assert [(s.id, s.quiet) for s in catalogue.severities.values()] == [
        ("SEV1", timedelta(hours=24)),
        ("SEV2", timedelta(minutes=90)),
        ("SEV3", timedelta(seconds=45)),
        ("SEV4", timedelta()),
    ]
    first = catalogue.severities["SEV1"]
    assert (first.updates["room"], first.updates["stakeholders"]) == (timedelta(minutes=15), None)


def test_what_has_left_the_catalogue_is_none(home: Write) -> None:
    """An incident may name a class, a service or a severity that is no longer there: that is None, no error."""
    catalogue = read(home())
    assert (catalogue.klass("gone"), catalogue.service("gone"), catalogue.severity("SEV9")) == (None, None, None)


def test_the_longer_quiet_time_holds(home: Write) -> None:
    """A class may ask for a longer quiet time than the severity, never for a shorter one."""
    text = "class: zebra\nlooks_like: stripes\nfirst_move: look away\nquiet: 2h\n"
    catalogue = read(home({"runbooks/zebra.yml": text}))
    assert catalogue.quiet("zebra", "SEV4") == timedelta(hours=2)
    assert catalogue.quiet("zebra", "SEV1") == timedelta(hours=24)
    assert catalogue.quiet("gone", "SEV3") == timedelta(seconds=45)


def test_security_is_restricted_even_when_the_file_forgets_it(home: Write) -> None:
    """Leaving out `restricted` in the class security must not open a public room."""
    catalogue = read(
        home(
            {
                "runbooks/security.yml": "class: security\nfirst_move: a\n",
                "runbooks/ant.yml": "class: ant\nfirst_move: b\n",
            }
        )
    )
    assert {id: klass.restricted for id, klass in catalogue.classes.items()} == {
        "security": True,
        "ant": False,
        "zebra": False,
    }


def test_the_tree_is_read_beside_the_sheet(home: Write) -> None:
    """`start`, `nodes` and `closure` come out as the class's tree and its closing checks."""
    tree = """\
        class: zebra
        first_move: look away
        looks_like: stripes
        start: q1
        nodes:
          q1: {ask: Stripes?, choices: {"Yes": c1, Not sure: c1}}
          c1: {pull: [stripes.off], says: Fewer of them., then: x1, cannot: e1}
          e1: {call: The zoo., then: x1}
          x1: {end: They are gone.}
        closure: [quiet]
        """
    folder = home({"runbooks/zebra.yml": tree})
    assert lint(folder)[0] == []
    zebra = read(folder).klass("zebra")
    assert zebra is not None
    assert zebra.closure == ("quiet",)
    assert zebra.tree == Tree(
        "zebra",
        "q1",
        {
            "q1": Node("q1", "ask", "Stripes?", choices=(Choice("Yes", "c1"), Choice("Not sure", "c1"))),
            "c1": Node("c1", "pull", "Fewer of them.", controls=("stripes.off",), then=("x1",), cannot=("e1",)),
            "e1": Node("e1", "call", "The zoo.", then=("x1",)),
            "x1": Node("x1", "end", "They are gone."),
        },
    )


def test_all_faults_of_all_files_are_told_at_once(home: Write) -> None:
    """Unknown keys, wrong types, wrong words and missing keys: each once, with line and column, sorted, in one list."""
    folder = home(
        {
            SERVICES: """\
                services:
                  Bot one:
                    name: 7
                    owner: {commander: [alice]}
                    owners: {comander: [alice], technical: bob}
                    journeys: [ask, 3]
                  empty:
                """,
            SEVERITIES: """\
                severities:
                  SEV1: {name: One, short: first, quiet: 24, cadence: {room: soon, status: 3h}}
                  SEV2: {name: Two, short: second}
                  SEV3: {name: Three, short: "", quiet: 45s, seats: {scribe: robot}}
                  SEV4: {name: Four, short: fourth, quiet: 0s, criteria: {zebras: many}}
                  SEV5: {name: Five}
                """,
            "runbooks/zebra.yml": "klass: zebra\n",
            "runbooks/ant.yml": "class: bee\nrestricted: maybe\nstarts_at: SEV9\nurgency: hihg\nquiet: -1s\n",
        }
    )
    assert faults(folder) == [
        "runbooks/ant.yml:2:13: 'maybe', expected true or false",
        "runbooks/ant.yml:3:12: 'SEV9', expected SEV1, SEV2, SEV3 or SEV4",
        "runbooks/ant.yml:4:10: 'hihg', expected critical, highest, high, medium or low; did you mean 'high'?",
        "runbooks/ant.yml:5:8: '-1s', expected a duration such as 24h, 30m, 45s or 0s",
        "runbooks/catalogue/services.yml:2:3: 'Bot one', expected an id: small letters, digits, - and _, "
        "at most 63 characters",
        "runbooks/catalogue/services.yml:3:11: the number 7, expected a text in quotes: '7'",
        "runbooks/catalogue/services.yml:4:5: unknown key 'owner', expected one of name, owners, channels, contacts, "
        "journeys, status_page, links, instead; did you mean 'owners'?",
        "runbooks/catalogue/services.yml:5:14: unknown key 'comander', expected one of commander, technical, "
        "communications, scribe; did you mean 'commander'?",
        "runbooks/catalogue/services.yml:5:44: 'bob', expected a list such as [a, b]",
        "runbooks/catalogue/services.yml:6:21: the number 3, expected a text in quotes: '3'",
        "runbooks/catalogue/services.yml:7:9: nothing, expected keys and values",
        "runbooks/catalogue/severities.yml:2:42: the number 24, expected a duration such as 24h, 30m, 45s or 0s",
        "runbooks/catalogue/severities.yml:2:62: 'soon', expected a duration above zero such as 15m, or none",
        "runbooks/catalogue/severities.yml:2:68: unknown key 'status', expected one of room, stakeholders, "
        "status_page, first_notice, first_public, leadership; did you mean 'status_page'?",
        "runbooks/catalogue/severities.yml:3:9: key 'quiet' is missing, expected 'quiet:' here",
        "runbooks/catalogue/severities.yml:4:30: nothing, expected a text",
        "runbooks/catalogue/severities.yml:4:62: 'robot', expected alone, required, if_users_see_it, if_free, shared, "
        "stanch or none",
        "runbooks/catalogue/severities.yml:6:3: unknown key 'SEV5', expected one of SEV1, SEV2, SEV3, SEV4",
        "runbooks/zebra.yml:1:1: unknown key 'klass', expected one of class, name, looks_like, not_this_if, urgency, "
        "starts_at, first_move, lever, restricted, subkinds, containment, owners, tell, traps, "
        "messages, quiet, closure, start, nodes, rollback; "
        "did you mean 'class'?",
    ]


def test_reading_raises_with_the_same_list(home: Write) -> None:
    """`read` refuses with every fault, one a line."""
    folder = home({"runbooks/zebra.yml": "class: zebra\nfirst_move: x\nlook_like: x\nrestricted: 1\n"})
    with pytest.raises(CatalogueError) as refused:
        read(folder)
    assert str(refused.value).splitlines() == faults(folder)
    assert len(refused.value.faults) == 2


def test_criteria_name_classes_that_exist(home: Write) -> None:
    """A criterion for a class that nobody wrote is a typing error."""
    severities = dedent(GOOD[SEVERITIES]).replace("quiet: 0s", "quiet: 0s, criteria: {zebras: many, security: any}")
    assert faults(home({SEVERITIES: severities})) == [
        "runbooks/catalogue/severities.yml:5:59: unknown class 'zebras', expected one of anything, security, "
        "safety_violation, provider_outage, latency_saturation, cost_runaway, retrieval_failure, quality_regression, "
        "zebra; did you mean 'zebra'?"
    ]


def test_a_class_is_named_like_its_file(home: Write) -> None:
    """One class a file, found by its name."""
    assert faults(home({"runbooks/ant.yml": "class: bee\nfirst_move: run\nlooks_like: legs\n"})) == [
        "runbooks/ant.yml:1:8: class 'bee' in ant.yml, expected 'ant', the name of the file"
    ]


def test_missing_files_are_faults(home: Write) -> None:
    """Without services, severities or any class there is nothing to run an incident with."""
    assert faults(home(dict.fromkeys(GOOD))) == [
        "runbooks:1:1: there is no class, expected at least one file runbooks/CLASS.yml",
        "runbooks/catalogue/services.yml:1:1: there is no such file, expected it in the home folder",
        "runbooks/catalogue/severities.yml:1:1: there is no such file, expected it in the home folder",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: the file is empty, expected keys and values"),
        ("# only a comment\n", "1:1: the file is empty, expected keys and values"),
        ("- zebra\n", "1:1: a list at the top, expected keys and values"),
        ("zebra", "1:1: a single value at the top, expected keys and values"),
        ("class: zebra\n\tname: x\n", "2:1: a tab in the indentation, expected spaces"),
        (
            "class: [zebra\nname: x\n",
            "2:5: neither `,` nor `]`, expected one of them: `[` is open since line 1, column 8",
        ),
        ("class: zebra\nclass: zebra\n", "2:1: key 'class' a second time, expected it once (first on line 1)"),
        ("class: zebra\n---\nclass: ant\n", "2:1: a second document (`---`), expected one document a file"),
        ("class: &a zebra\nname: *a\n", "1:8: an alias (`*`), expected the value written out"),
        ("class: *a\n", "1:8: an alias (`*`), expected the value written out"),
        (
            "class: !!python/name:os.system zebra\n",
            "1:8: tag tag:yaml.org,2002:python/name:os.system, expected a plain value without a tag",
        ),
        ("class: zebra\n? [a]\n: b\n", "2:3: a list as a key, expected a word"),
        (
            "class: zebra\nsubkinds: - a\n",
            "2:11: a `-` behind its key, expected each `-` on a line of its own, or a list such as [a, b]",
        ),
        (
            "class: zebra\nsubkinds:\n  - a\n  b: c\n",
            "4:3: this does not continue the list that begins on line 3, column 3, expected `- ` in column 3, "
            "or quotes around all of a text",
        ),
        (
            "class: zebra\nname: 'It' is\n",
            "2:12: this does not continue the keys that begin on line 1, column 1, expected a key in column 1, "
            "or quotes around all of a text",
        ),
        ("class: zebra\nzebra\nname: x\n", "2:1: a line without `:`, expected `key: value`"),
        ('class: zebra\nname: "\\d"\n', "2:8: `\\d` in double quotes, expected `\\\\`, or single quotes"),
        ("class: zebra\nname: *all* of it\n", "2:7: a value that begins with *, expected quotes around it: '*all* …'"),
        (
            "class: zebra\nsubkinds: [,]\n",
            "2:12: no value where there must be one, expected a value, or quotes around all of a text",
        ),
        ("class: zebra\nname: \x07\n", "2:7: character U+0007, which YAML does not allow, expected printable text"),
        (b"class: zebra\nname: caf\xe9\n", "2:10: byte 0xe9, which is not UTF-8, expected UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(home: Write, text: str | bytes, told: str) -> None:
    """Empty, tabbed, unparsable, doubled, aliased, tagged or not UTF-8: one fault that says where and what."""
    assert faults(home({"runbooks/zebra.yml": text})) == [f"runbooks/zebra.yml:{told}"]


def test_an_alias_to_itself_ends(home: Write) -> None:
    """A recursive alias is a fault, not an endless loop."""
    text = "class: zebra\nlooks_like: x\nfirst_move: y\nsubkinds: &s [*s]\n"
    assert faults(home({"runbooks/zebra.yml": text})) == [
        "runbooks/zebra.yml:4:11: an alias (`*`), expected the value written out"
    ]


def test_warnings_are_no_faults(home: Write) -> None:
    """What works but will not help at 03:00 is a warning: an empty seat, no tree, a name that is not read."""
    found, warnings = lint(
        home({"runbooks/zebra.yml": "class: zebra\nfirst_move: look away\n", "runbooks/ant.yaml": "class: ant\n"})
    )
    assert found == []
    assert warnings == [
        "runbooks/ant.yaml:1:1: is not read; rename it to end in .yml",
        "runbooks/catalogue/services.yml:2:3: bot names no communications lead, no scribe; the seats start empty",
        "runbooks/zebra.yml:1:1: no looks_like; the form cannot say when to choose it",
        "runbooks/zebra.yml:1:1: no tree; the room shows the first move and nothing after it",
    ]


def test_the_catalogue_that_ships_has_no_fault_and_no_warning() -> None:
    """Seven classes, four severities, services with every seat named."""
    assert lint(ROOT) == ([], [])
    catalogue = read(ROOT)
    assert list(catalogue.classes) == [
        "security",
        "safety_violation",
        "provider_outage",
        "latency_saturation",
        "cost_runaway",
        "retrieval_failure",
        "quality_regression",
    ]
    assert list(catalogue.severities) == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert next(iter(catalogue.services)) == "support-copilot"
    assert {id for id, klass in catalogue.classes.items() if klass.restricted} == {"security"}
    assert [klass.id for klass in catalogue.classes.values() if len(klass.first_move) > 140] == []
    for severity in catalogue.severities.values():
        assert set(severity.criteria) == {"anything", *catalogue.classes}
