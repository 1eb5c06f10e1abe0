"""`stanch check`, as a person sees it: the whole output and the exit status, whatever is broken."""

import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings, strategies as st

from stanch.__main__ import main
from stanch.slack.render import TEMPLATES_NEEDED
from stanch.store import catalogue, templates, yaml_marks
from stanch.store.yaml_marks import Marked
from tests.broken.case import Broken
from tests.broken.checks import CHECKS
from tests.broken.classes import CLASSES
from tests.broken.controls import CONTROLS, SWITCH_WARNINGS
from tests.broken.people import PEOPLE, PEOPLE_WARNINGS
from tests.broken.services import SERVICES
from tests.broken.severities import SEVERITIES
from tests.broken.templates import TEMPLATES
from tests.broken.trees import TREES
from tests.broken.warnings import WARNINGS
from tests.broken.ways import WAYS

ROOT = Path(__file__).parents[1]
FOLDERS = ("runbooks", "message_templates")
FILES = (
    "runbooks/security.yml",
    "runbooks/catalogue/services.yml",
    "runbooks/catalogue/severities.yml",
    "runbooks/catalogue/people.yml",
    "runbooks/catalogue/controls.yml",
    "runbooks/catalogue/checks.yml",
    "message_templates/room/closed.j2",
)
"""One of each kind."""
PAGE = "runbooks/catalogue/planes/alertmanager.yml"


class Said(NamedTuple):
    status: int
    output: str
    errors: str = ""


Check = Callable[..., Said]


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A good home: a copy of what ships."""
    folder = tmp_path / "home"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ships with one word in each message that must be there or that a class names; of the pages about planes,
    one."""
    folder = tmp_path_factory.mktemp("small") / "home"  # a folder that others may enter
    shutil.copytree(ROOT / "runbooks", folder / "runbooks", ignore=_other_pages)
    for path in (ROOT / "message_templates").rglob("*.j2"):
        if path.stem in TEMPLATES_NEEDED or path.stem.startswith("holding_"):
            there = folder / path.relative_to(ROOT)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text("---\nfor: room\nabout: a word\n---\nword\n", encoding="utf-8")
    return folder


def _other_pages(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name != Path(PAGE).name] if Path(folder).name == "planes" else []


@contextmanager
def put_back(path: Path) -> Iterator[None]:
    """What is written into this file is gone afterwards: most of the time would go into copies of a home."""
    text = path.read_bytes()
    try:
        yield
    finally:
        path.write_bytes(text)


@pytest.fixture
def home(small: Path, tmp_path: Path) -> Path:
    """A good home that is quickly looked at: for what is not about the messages."""
    return shutil.copytree(small, tmp_path / "home")


@pytest.fixture(autouse=True, scope="module")
def parsed_once() -> Iterator[None]:
    """Text that was parsed before for a file of that name is taken from then: the homes differ in one file each."""
    really, before = yaml_marks.parse, dict[tuple[str, str], bytes]()

    def parse(text: str, marked: Marked) -> Marked:
        if marked != Marked(marked.file):
            return really(text, marked)
        if (marked.file, text) not in before:
            before[marked.file, text] = pickle.dumps(really(text, Marked(marked.file)))
        found = pickle.loads(before[marked.file, text])
        for part in fields(marked):
            setattr(marked, part.name, getattr(found, part.name))
        return marked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_marks, "parse", parse)
        yield


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run `stanch check` with these arguments in this process; HOME stands for the folder in what it says."""

    def run(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["stanch", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


def test_what_ships_is_good(shipped: Path, check: Check) -> None:
    """One line, and the status of success."""
    assert check(shipped) == Said(0, "No faults.\n")


def test_an_example_of_a_plane_that_cannot_be_copied_is_told(home: Path, check: Check) -> None:
    """The pages about control planes are linted as a controls file is, at their own lines, and told once."""
    Broken("a silence that is too long", PAGE, "for: 60m", "for: 60d", "").apply(home)
    said = check(home)
    assert said == Said(1, f"{PAGE}:41:16: '60d', expected a time from 1m to 24h\n")


def test_an_example_names_the_sample_and_not_the_team(home: Path, check: Check) -> None:
    """Where a team has renamed its services, classes and checks, the pages that ship are no faults of its own."""
    page = home / PAGE
    text = (
        page.read_text(encoding="utf-8").replace("support-copilot:", "our-service:").replace("[safety", "[our_safety")
    )
    page.write_text(text, encoding="utf-8")
    assert check(home) == Said(0, "No faults.\n")


@pytest.mark.parametrize("broken", TEMPLATES, ids=str)
def test_a_broken_message_says_where_and_what_was_expected(home: Path, check: Check, broken: Broken) -> None:
    """One mistake is told once, at its line and column, before the message is due; the status is 1."""
    for file in {broken.file, *re.findall(r"message_templates/[\w/]+\.j2", broken.told)}:  # as they ship
        (home / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, home / file)
    broken.apply(home)
    assert check(home) == Said(1, f"{broken.told}\n")


@pytest.mark.parametrize(
    "broken", [*CLASSES, *TREES, *WAYS, *SERVICES, *PEOPLE, *SEVERITIES, *CONTROLS, *CHECKS], ids=str
)
def test_a_broken_file_says_where_and_what_was_expected(small: Path, check: Check, broken: Broken) -> None:
    """One mistake is told once, at its line and column, with what was expected; the status is 1."""
    with put_back(small / broken.file):
        broken.apply(small)
        assert check(small) == Said(1, f"{broken.told}\n")


@pytest.mark.parametrize("kind", [CLASSES, TREES, WAYS, SERVICES, PEOPLE, SEVERITIES, CONTROLS, CHECKS, TEMPLATES])
def test_each_kind_is_broken_in_ten_ways_at_least(kind: list[Broken]) -> None:
    """The tables hold ten different claims of each kind of file."""
    assert len({broken.claim for broken in kind}) == len(kind) >= 10


@pytest.mark.parametrize("odd", [*WARNINGS, *SWITCH_WARNINGS, *PEOPLE_WARNINGS], ids=str)
def test_what_will_not_help_at_three_is_a_warning(small: Path, check: Check, odd: Broken) -> None:
    """It is told with its place, and the status is still 0."""
    with put_back(small / odd.file):
        odd.apply(small)
        assert check(small) == Said(0, f"{odd.told}\nNo faults.\n")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link_to(there: str) -> Callable[[Path], None]:
    def link(path: Path) -> None:
        path.unlink()
        path.symlink_to(there)

    return link


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _latin(path: Path) -> None:
    path.write_bytes(b"---\nfor: room\nabout: caf\xe9\n---\n")


LOOP = "the file cannot be read (Too many levels of symbolic links), expected a file that the bot may read"
WHOLE_FILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder in its place": (_folder, "1:1: a folder, expected a file"),
    "a pipe in its place": (_pipe, "1:1: neither a file nor a folder, expected a file"),
    "a link to itself": (lambda path: _link_to(path.name)(path), f"1:1: {LOOP}"),
    "a link to nothing": (_link_to("../old.yml"), "1:1: a link to ../old.yml, which is not there, expected a file"),
    "another encoding": (_latin, "3:11: byte 0xe9, which is not UTF-8, expected UTF-8 text"),
    "UTF-16": (
        lambda path: path.write_text("class: security\n", encoding="utf-16"),
        "1:1: byte 0xff, which is not UTF-8, expected UTF-8 text",
    ),
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("claim", WHOLE_FILE)
def test_what_is_no_file_of_text_is_told_and_nothing_hangs(home: Path, check: Check, file: str, claim: str) -> None:
    """A folder, a pipe, a broken link, or bytes that are no UTF-8: one line for that file, for each kind of file."""
    put, told = WHOLE_FILE[claim]
    put(home / file)
    assert check(home) == Said(1, f"{file}:{told}\n")


@pytest.mark.parametrize("file", FILES)
def test_an_empty_file_is_told(small: Path, check: Check, file: str) -> None:
    """Empty is not the same as absent."""
    front = "`---`, `for: AUDIENCE`, `about: ONE LINE`, `---`, then the message"
    expected = front if file.endswith(".j2") else "keys and values"
    with put_back(small / file):
        (small / file).write_bytes(b"")
        assert check(small) == Said(1, f"{file}:1:1: the file is empty, expected {expected}\n")


@pytest.mark.parametrize("file", FILES)
def test_line_ends_and_a_byte_order_mark_are_no_faults(small: Path, check: Check, file: str) -> None:
    """A file from Windows is as good as another."""
    path = small / file
    with put_back(path):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
        assert check(small) == Said(0, "No faults.\n")


@pytest.mark.parametrize("broken", [SERVICES[5], TEMPLATES[0]], ids=str)
def test_places_hold_with_other_line_ends(shipped: Path, check: Check, broken: Broken) -> None:
    """Lines and columns are those that an editor shows, with CRLF too."""
    broken.apply(shipped)
    path = shipped / broken.file
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert check(shipped) == Said(1, f"{broken.told}\n")


def test_an_absent_file_is_told(home: Path, check: Check) -> None:
    """Without services, severities, or the template of a message that may be due, the bot cannot do its work; a home
    without controls, checks and people moves and measures by hand, and asks the owners."""
    for file in FILES[1:]:
        (home / file).unlink()
    told = """\
message_templates:1:1: there is no template for 'closed', expected a file closed.j2
runbooks/catalogue/services.yml:1:1: there is no such file, expected it in the home folder
runbooks/catalogue/severities.yml:1:1: there is no such file, expected it in the home folder
"""
    assert check(home) == Said(1, told)


def test_another_suffix_is_told_with_the_name_to_change(home: Path, check: Check) -> None:
    """`.yaml` and `.jinja2` are not read: the file that is there is named."""
    for file, suffix in zip(FILES, (".yaml", ".yaml", ".YML", ".YML", ".yaml", ".YML", ".jinja2"), strict=True):
        (home / file).rename((home / file).with_suffix(suffix))
    told = """\
warning: message_templates/room/closed.jinja2:1:1: is not read; rename it to end in .j2
warning: runbooks/security.yaml:1:1: is not read; rename it to end in .yml
message_templates:1:1: there is no template for 'closed', expected a file closed.j2
runbooks/catalogue/checks.yml:1:1: there is no such file, expected it in the home folder; rename checks.YML
runbooks/catalogue/controls.yml:1:1: there is no such file, expected it in the home folder; rename controls.yaml
runbooks/catalogue/people.yml:1:1: there is no such file, expected it in the home folder; rename people.YML
runbooks/catalogue/services.yml:1:1: there is no such file, expected it in the home folder; rename services.yaml
runbooks/catalogue/severities.yml:1:1: there is no such file, expected it in the home folder; rename severities.YML
"""
    assert check(home) == Said(1, told)


def test_a_template_with_a_misspelt_name_is_found(home: Path, check: Check) -> None:
    """What is missing names what is there instead."""
    (home / "message_templates/room/closed.j2").rename(home / "message_templates/room/clsoed.j2")
    told = (
        "message_templates:1:1: there is no template for 'closed', expected a file closed.j2; did you mean 'clsoed'?\n"
    )
    assert check(home) == Said(1, told)


def test_two_templates_of_one_name_are_told(home: Path, check: Check) -> None:
    """Which of them is meant is not for us to guess."""
    shutil.copy(home / "message_templates/room/closed.j2", home / "message_templates/commander/closed.j2")
    told = (
        "message_templates/room/closed.j2:1:1: a second template named 'closed', "
        "expected one (the first is message_templates/commander/closed.j2)\n"
    )
    assert check(home) == Said(1, told)


def test_a_home_without_classes_is_told(home: Path, check: Check) -> None:
    """At least one class is needed."""
    for path in (home / "runbooks").glob("*.yml"):
        path.unlink()
    assert check(home) == Said(1, "runbooks:1:1: there is no class, expected at least one file runbooks/CLASS.yml\n")


def test_what_editors_leave_behind_is_not_read(home: Path, check: Check) -> None:
    """Locks, swap files and what other systems put beside a file are hidden, and no faults."""
    (home / "runbooks/.#security.yml").symlink_to("alice@laptop.4711")
    (home / "runbooks/.security.yml.swp").write_bytes(b"\xff")
    (home / "message_templates/room/._closed.j2").write_bytes(b"\x00\x05\x16\x07")
    assert check(home) == Said(0, "No faults.\n")


@pytest.fixture
def shut(home: Path) -> Iterator[Callable[..., None]]:
    """Take the right to read these (of a folder: to list it) away from their owner."""
    taken: list[Path] = []

    def take(*names: str, mode: int = 0) -> None:
        for name in names:
            taken.append(home / name)
            taken[-1].chmod(mode)

    yield take
    for path in taken:
        path.chmod(0o755)


@pytest.fixture
def check_here(home: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Said]:
    """Run `stanch check home` beside the home folder as somebody who is not root, who may read everything."""

    def run() -> Said:
        monkeypatch.chdir(home.parent)  # another user could not come here through the folders above
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            return check("home")
        finally:
            os.seteuid(user)

    home.parent.chmod(0o755)
    assert run() == Said(0, "No faults.\n")  # and everything that is imported on the way is there
    return run


SHUT = "the file cannot be read (Permission denied), expected a file that the bot may read"


def test_what_may_not_be_read_is_told(shut: Callable[..., None], check_here: Callable[[], Said]) -> None:
    """Files and folders that are shut: each is named, and nothing is taken for absent in silence."""
    shut(*FILES, "message_templates/commander")
    told = f"""\
message_templates:1:1: there is no template for 'told_join_asked', expected a file told_join_asked.j2
message_templates:1:1: there is no template for 'told_room_changed', expected a file told_room_changed.j2
message_templates:1:1: there is no template for 'told_trouble', expected a file told_trouble.j2
message_templates/commander:1:1: the folder cannot be read (Permission denied), expected one that the bot may read
message_templates/room/closed.j2:1:1: {SHUT}
runbooks/catalogue/checks.yml:1:1: {SHUT}
runbooks/catalogue/controls.yml:1:1: {SHUT}
runbooks/catalogue/people.yml:1:1: {SHUT}
runbooks/catalogue/services.yml:1:1: {SHUT}
runbooks/catalogue/severities.yml:1:1: {SHUT}
runbooks/security.yml:1:1: {SHUT}
"""
    assert check_here() == Said(1, told)


def test_folders_that_may_not_be_listed_are_told(
    home: Path, shut: Callable[..., None], check_here: Callable[[], Said]
) -> None:
    """A folder that may be entered and not listed: what is known by name is read, the rest is told."""
    (home / FILES[1]).unlink()
    shut("runbooks", "runbooks/catalogue", mode=0o111)
    told = """\
runbooks:1:1: the folder cannot be read (Permission denied), expected one that the bot may read
runbooks/catalogue/services.yml:1:1: there is no such file, expected it in the home folder
"""
    assert check_here() == Said(1, told)


def test_a_home_that_is_shut_says_what_to_do(shut: Callable[..., None], check_here: Callable[[], Said]) -> None:
    """Nothing in it can be looked at: unusable input, status 2."""
    shut(".")
    told = "stanch: home cannot be read (Permission denied). Let the bot in, or name another folder.\n"
    assert check_here() == Said(2, "", told)


def test_a_home_behind_a_shut_folder_says_what_to_do(shut: Callable[..., None], check_here: Callable[[], Said]) -> None:
    """The folder itself cannot be looked at: that too is an answer, no trace."""
    shut("..")
    told = "stanch: home cannot be read (Permission denied). Let the bot in, or name another folder.\n"
    assert check_here() == Said(2, "", told)


def test_half_a_home_below_a_shut_folder_is_told_too(home: Path, check_here: Callable[[], Said]) -> None:
    """The search for a home above does not stumble over what may not be read."""
    shutil.rmtree(home / "runbooks")
    hint = "Name the folder that holds both, or set STANCH_HOME to it."
    assert check_here() == Said(2, "", f"stanch: There is no runbooks/ in home. {hint}\n")


def test_folders_that_are_links_to_themselves_are_no_home(home: Path, check: Check) -> None:
    """A loop of links ends."""
    for name in FOLDERS:
        shutil.rmtree(home / name)
        (home / name).symlink_to(name)
    hint = "Name the folder that holds both, or set STANCH_HOME to it."
    assert check(home) == Said(2, "", f"stanch: There is no runbooks/ and no message_templates/ in {home}. {hint}\n")


SEVERAL = """\
warning: runbooks/cost_runaway.yml:3:1: no looks_like; the form cannot say when to choose it
warning: runbooks/quality.yaml:1:1: is not read; rename it to end in .yml
message_templates:1:1: there is no template for 'judged', expected a file judged.j2
message_templates/room/closed.j2:2:1: unknown key 'fro', expected one of for, about; did you mean 'for'?
message_templates/room/closed.j2:5:15: unknown part 'nmae' of 'incident', expected one that is known; did you mean \
'name'?
message_templates/room/closed.j2:5:65: unknown variable 'sumary', expected one of agree, also, any_act, asked_now, by, \
by_hand, called, commander, drill, due, due_by, entry, former, found_said, head, holder, incident, label, measured, \
missing_contacts, other, others, owner_of, paused_until, payload_entry, quiet_until_at, range, roles_held, room, \
seats, service_name, spoken, summary, to_said, undone, until_at; did you mean 'summary'?
message_templates/room/resolved.j2:5:52: `{% if %}` is not closed, expected `{% endif %}`
runbooks/catalogue/services.yml:9:11: the number 7, expected a text in quotes: '7'
runbooks/catalogue/services.yml:10:14: unknown key 'comander', expected one of commander, technical, communications,\
 scribe; did you mean 'commander'?
runbooks/catalogue/services.yml:20:3: 'Search', expected an id: small letters, digits, - and _, at most 63 \
characters
runbooks/catalogue/severities.yml:17:7: unknown class 'zebras', expected one of anything, security, \
safety_violation, provider_outage, latency_saturation, cost_runaway, retrieval_failure, quality_regression, zebra; \
did you mean 'zebra'?
runbooks/security.yml:6:10: 'urgent', expected critical, highest, high, medium or low
runbooks/security.yml:9:13: 'maybe', expected true or false
runbooks/zebra.yml:1:1: key 'class' is missing, expected 'class:' here
"""


def test_all_faults_of_all_files_are_told_at_once(shipped: Path, check: Check) -> None:
    """Whoever mends a home folder sees everything at once: warnings first, then faults by file, line and column."""
    for broken in (
        Broken("", "runbooks/cost_runaway.yml", "looks_like: Spend", "looks_like: # Spend", ""),
        Broken("", "runbooks/security.yml", "urgency: critical", "urgency: urgent", ""),
        Broken("", "runbooks/security.yml", "restricted: true", "restricted: maybe", ""),
        Broken("", "runbooks/catalogue/services.yml", "name: Support copilot", "name: 7", ""),
        Broken("", "runbooks/catalogue/services.yml", "{commander: [alice]", "{comander: [alice]", ""),
        Broken("", "runbooks/catalogue/services.yml", "  search-answers:", "\n\n\n  Search:", ""),
        Broken("", "runbooks/catalogue/severities.yml", "provider_outage: At least", "zebras: At least", ""),
        Broken("", "message_templates/room/closed.j2", "for: room", "fro: room", ""),
        Broken("", "message_templates/room/closed.j2", "incident.name", "incident.nmae", ""),
        Broken("", "message_templates/room/closed.j2", "{{ summary }}", "{{ sumary }}", ""),
        Broken("", "message_templates/room/resolved.j2", "{% endif %}", "", ""),
    ):
        broken.apply(shipped)
    (shipped / "message_templates/room/judged.j2").unlink()
    (shipped / "runbooks/quality.yaml").write_text("class: quality\n", encoding="utf-8")
    (shipped / "runbooks/zebra.yml").write_text("name: Zebra\n", encoding="utf-8")
    status, output, errors = check(shipped)
    assert output == SEVERAL
    assert (status, errors) == (1, "")


def test_a_folder_that_is_no_home_says_what_to_do(home: Path, check: Check) -> None:
    """Unusable input, status 2, nothing on standard output: what is missing, and what to do."""
    empty, nowhere, file = home.parent / "empty", home.parent / "nowhere", home / FILES[0]
    empty.mkdir()
    hint = "Name the folder that holds both, or set STANCH_HOME to it."
    assert check(empty) == Said(2, "", f"stanch: There is no runbooks/ and no message_templates/ in {empty}. {hint}\n")
    assert check(nowhere) == Said(2, "", f"stanch: There is no folder {nowhere}.\n")
    assert check(file) == Said(2, "", f"stanch: There is no folder {file}.\n")


@pytest.mark.parametrize("missing", FOLDERS)
def test_half_a_home_says_which_half_is_missing(home: Path, check: Check, missing: str) -> None:
    """A file in the folder's place is no folder either."""
    shutil.rmtree(home / missing)
    (home / missing).touch()
    hint = "Name the folder that holds both, or set STANCH_HOME to it."
    assert check(home) == Said(2, "", f"stanch: There is no {missing}/ in {home}. {hint}\n")


@pytest.mark.parametrize("inner", ["runbooks", "runbooks/catalogue", "message_templates/room"])
def test_a_folder_inside_a_home_is_led_back_to_it(home: Path, check: Check, inner: str) -> None:
    """Whoever stands one folder too deep is told where the home is."""
    told = f"stanch: There is no runbooks/ and no message_templates/ in {home / inner}. Did you mean {home}?\n"
    assert check(home / inner) == Said(2, "", told)


def test_without_a_folder_it_is_the_one_here(home: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """STANCH_HOME comes first, then the folder where it is started."""
    monkeypatch.chdir(home)
    assert check() == Said(0, "No faults.\n")
    SERVICES[0].apply(home)
    monkeypatch.chdir(home.parent)
    monkeypatch.setenv("STANCH_HOME", str(home))
    assert check() == Said(1, f"{SERVICES[0].told}\n")


@pytest.mark.parametrize(
    ("broken", "told"),
    [(None, Said(0, "No faults.\n")), (SEVERITIES[0], Said(1, f"{SEVERITIES[0].told}\n"))],
    ids=["good", "broken"],
)
def test_the_command_itself_says_the_same(home: Path, broken: Broken | None, told: Said) -> None:
    """As a process of its own: the same lines on standard output, nothing on the other, and the status."""
    if broken:
        broken.apply(home)
    ran = subprocess.run([sys.executable, "-m", "stanch", "check", "home"], cwd=home.parent, capture_output=True)
    assert Said(ran.returncode, ran.stdout.decode(), ran.stderr.decode()) == told


PIECES = [
    "",
    " ",
    "\n",
    "\t",
    ":",
    ": ",
    "- ",
    "#",
    " #",
    "[",
    "}",
    "'",
    '"',
    "*",
    "&a ",
    "!",
    "|",
    "---\n",
    "\\",
    "{{",
    "%}",
    "é",
]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@given(file=st.sampled_from(FILES), start=st.integers(0, 6_000), cut=st.integers(0, 12), piece=st.sampled_from(PIECES))
@settings(max_examples=150, deadline=None)
def test_no_slip_of_the_hand_is_too_much_for_it(scratch: Path, file: str, start: int, cut: int, piece: str) -> None:
    """Whatever is cut out or typed in anywhere: no error of our own, and each fault lies inside the file."""
    text = (ROOT / file).read_text(encoding="utf-8")
    start %= len(text)
    text = text[:start] + piece + text[start + cut :]
    path = scratch / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    faults = templates.lint(scratch / "message_templates", ["incident"]) + catalogue.lint(scratch)[0]
    lines = [*text.split("\n"), ""]
    for fault in faults:
        if fault.file == file:
            assert 1 <= fault.line <= len(lines)
            assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
