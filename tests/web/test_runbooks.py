"""The runbooks as pages: whole, escaped, without addresses, one sheet each, and the same on disk and over HTTP."""

import re
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from starlette.applications import Starlette

from stanch.__main__ import main
from stanch.core.catalogue import Catalogue, Klass
from stanch.core.control import Aim, Control, Plane, Values
from stanch.core.runbook import Choice, Node, Tree
from stanch.store.catalogue import read
from stanch.store.templates import Templates
from stanch.web import outline, runbooks

ROOT = Path(__file__).parents[2]
NAMES = {
    "index.html",
    "controls.html",
    "security.html",
    "safety_violation.html",
    "provider_outage.html",
    "latency_saturation.html",
    "cost_runaway.html",
    "retrieval_failure.html",
    "quality_regression.html",
}


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return read(ROOT)


class Seen(HTMLParser):
    """What a page holds: its elements' ids, its links, everything else that would be fetched, and its words."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("href", "src", "srcset", "data", "action") or name.startswith("on"):
                self.fetched.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.text += data


def words(content: str) -> str:
    """The page's text with single spaces."""
    return " ".join(Seen(content).text.split())


def tiny(**more: object) -> Catalogue:
    """One class with a tree of four nodes, one control."""
    nodes = {
        "q1": Node("q1", "ask", "Stripes?", look=("the hide",), choices=(Choice("Not sure", "c1"),)),
        "c1": Node("c1", "pull", "Fewer.", controls=("stripes.off",), then=("x1",), cannot=("e1", "x1")),
        "e1": Node("e1", "call", "The zoo.", then=("x1",), roles=("technical",)),
        "x1": Node("x1", "end", "Gone."),
    }
    klass = Klass("zebra", "Zebra", first_move="look away", tree=Tree("zebra", "q1", nodes))
    control = Control("stripes.off", "No stripes", "Less", "less", timedelta(seconds=30), "none", "Paint it.", "bob")
    return replace(Catalogue({"zebra": klass}, controls={"stripes.off": control}), **more)  # type: ignore[arg-type]


def test_there_is_an_index_a_page_a_class_and_the_controls(shipped: Catalogue) -> None:
    """Nine pages for the seven classes that ship."""
    assert set(runbooks.pages(shipped)) == NAMES


def test_every_word_of_a_tree_is_on_its_page(shipped: Catalogue) -> None:
    """Each text, fact, choice and control of each node, each closing check: nothing of the file is lost."""
    pages = runbooks.pages(shipped)
    for klass in shipped.classes.values():
        assert klass.tree is not None
        page = words(pages[f"{klass.id}.html"])
        said = [klass.name, klass.first_move, klass.owners, klass.tell, *klass.traps, *klass.containment]
        for node in klass.tree.nodes.values():
            said += [node.text, *node.look, *(choice.label for choice in node.choices)]
            said += [shipped.controls[id].name for id in node.controls]
        said += [outline.passes(shipped, id) for id in klass.closure]
        said += [text for _, text in outline.criteria(shipped, klass)]
        assert [text for text in said if " ".join(text.split()) not in page] == []


def test_beside_each_control_stands_how_to_do_it_by_hand(shipped: Catalogue) -> None:
    """Each control of a tree with its instructions; all controls of the catalogue on their own page."""
    pages = {name: words(page) for name, page in runbooks.pages(shipped).items()}
    for klass in shipped.classes.values():
        assert klass.tree is not None
        pulled = {id for node in klass.tree.nodes.values() for id in node.controls}
        missing = [id for id in pulled if f"by hand {shipped.controls[id].by_hand}" not in pages[f"{klass.id}.html"]]
        assert missing == []
    for control in shipped.controls.values():
        for text in (control.name, control.does, control.by_hand, control.proof, control.owner, control.watch_out):
            assert " ".join(text.split()) in pages["controls.html"]


def test_a_step_says_where_each_answer_leads() -> None:
    """The outline numbers the nodes and names each way with the numbers it leads to, in the order in which to try."""
    steps = outline.steps(tiny(), tiny().classes["zebra"])
    assert [
        (step.number, step.kind, [(way.label, [to.text for to in way.targets]) for way in step.ways], step.roles)
        for step in steps
    ] == [
        (1, "Ask", [("Not sure", ["2"])], ()),
        (2, "Pull", [("Then", ["4"]), ("None can be pulled", ["3", "4"])], ()),
        (3, "Call", [("Then", ["4"])], ("Technical lead",)),
        (4, "End", [], ()),
    ]


def test_instructions_that_stand_there_already_are_pointed_to(shipped: Catalogue) -> None:
    """A control that a later step pulls again says in which step its instructions are."""
    steps = outline.steps(shipped, shipped.classes["security"])
    assert [(lever.id, lever.again) for lever in steps[4].levers] == [("key.block", 2), ("secret.rotate", 0)]


def test_every_link_leads_somewhere(shipped: Catalogue) -> None:
    """Links go to pages that are written and to places that are on them, no id stands twice, and none leaves."""
    pages = {name: Seen(page) for name, page in runbooks.pages(shipped).items()}
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids))
        for link in page.links:
            to, _, place = link.partition("#")
            assert not place or place in pages[to or name].ids, f"{name} → {link}"
            assert (to or name) in pages, f"{name} → {link}"


def test_a_page_needs_nothing_but_itself(shipped: Catalogue) -> None:
    """No script, no picture, no font, no style from elsewhere: it works from a file on a laptop."""
    for content in runbooks.pages(shipped).values():
        page = Seen(content)
        assert page.fetched == []
        assert not page.tags & {"script", "img", "link", "iframe", "form"}
        assert "url(" not in content
        assert "@import" not in content


def test_what_the_files_say_is_text() -> None:
    """Markup in any of the team's words is shown as it was written, never obeyed."""
    evil = "<script>alert(1)</script>\"'&<img src=x>"
    catalogue = tiny()
    zebra, control = catalogue.classes["zebra"], catalogue.controls["stripes.off"]
    tree = Tree("zebra", "q1", {"q1": Node("q1", "end", evil, look=(evil,))})
    zebra = replace(zebra, name=evil, first_move=evil, tree=tree, tell=evil, traps=(evil,), closure=(evil,))
    control = replace(control, name=evil, does=evil, by_hand=evil, owner=evil)
    for page in runbooks.pages(replace(catalogue, classes={"zebra": zebra}, controls={control.id: control})).values():
        assert evil not in page
        assert Seen(page).text.count(evil) >= 1
        assert not Seen(page).tags & {"script", "img"}


def test_no_address_of_a_plane_is_shown() -> None:
    """Neither the plane's host nor a URL in somebody's instructions stands on a page, nor what a target holds."""
    plane = Plane("gateway", "http", url="https://gateway.inside.example:8443/admin", secret="GATEWAY_TOKEN")
    by_hand = "Open https://gateway.inside.example:8443/ui?tab=1, or ssh GATEWAY.inside.example, and press off."
    control = replace(
        tiny().controls["stripes.off"],
        by_hand=by_hand,
        aims={"bot": Aim("gateway", {"read": {"get": "/teams/7"}}, Values(choices=("on", "off")))},
    )
    pages = runbooks.pages(tiny(planes={"gateway": plane}, controls={control.id: control}))
    for page in pages.values():
        for secret in ("inside.example", "8443", "/teams/7", "GATEWAY_TOKEN"):
            assert secret.lower() not in page.lower()
    hidden = "Open (address: ask the owner), or ssh (address: ask the owner), and press off."
    assert hidden in words(pages["zebra.html"])
    assert hidden in words(pages["controls.html"])


def test_a_catalogue_without_trees_and_controls_has_pages_too() -> None:
    """A class of which only the name and the first move are known is still a page."""
    pages = runbooks.pages(Catalogue({"ant": Klass("ant", "Ant", first_move="lift a foot")}))
    assert set(pages) == {"index.html", "controls.html", "ant.html"}
    assert "First move lift a foot" in words(pages["ant.html"])
    assert "controls.html" not in Seen(pages["index.html"]).links


def test_what_to_tell_users_is_printed(shipped: Catalogue) -> None:
    """Each class's holding line stands on its page as it would be sent, with a gap where the time goes."""
    said = runbooks.messages(shipped, Templates.read(ROOT / "message_templates"))
    pages = runbooks.pages(shipped, said)
    for klass in shipped.classes.values():
        assert klass.tree is not None
        for template in klass.tree.messages.values():
            assert f"Users, first: “{said[template]}”" in words(pages[f"{klass.id}.html"])
    assert sorted(said) == [
        "holding_availability",
        "holding_latency",
        "holding_quality",
        "holding_retrieval",
        "holding_safety",
        "holding_security",
    ]
    assert said["holding_latency"] == (
        "Our assistant is answering slowly at the moment. Your requests are not lost. Next update at (time)."
    )
    assert said["holding_security"].endswith(
        "We will tell affected customers directly. (Nobody has approved these words yet: they may not be sent.)"
    )


def test_a_message_about_one_incident_is_only_named(tmp_path: Path) -> None:
    """What cannot be filled in without an incident is named, and the page is written all the same."""
    (tmp_path / "about.j2").write_text("---\nfor: room\nabout: it\n---\n{{ incident.name }} & co\n", encoding="utf-8")
    (tmp_path / "plain.j2").write_text("---\nfor: room\nabout: it\n---\nthis & that\n", encoding="utf-8")
    zebra = tiny().classes["zebra"]
    assert zebra.tree is not None
    tree = replace(zebra.tree, messages={"room": "about", "stakeholders": "plain", "leadership": "gone"})
    catalogue = tiny(classes={"zebra": replace(zebra, tree=tree)})
    said = runbooks.messages(catalogue, Templates.read(tmp_path))
    assert said == {"plain": "this & that"}
    page = words(runbooks.pages(catalogue, said)["zebra.html"])
    assert "The room: message about Stakeholders: “this & that” Leadership: message gone" in page


@pytest.fixture
async def client(shipped: Catalogue) -> AsyncIterator[httpx.AsyncClient]:
    served = runbooks.routes(shipped, Templates.read(ROOT / "message_templates"))
    transport = httpx.ASGITransport(Starlette(routes=served))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        yield client


async def test_the_bot_serves_the_same_pages(client: httpx.AsyncClient, shipped: Catalogue) -> None:
    """The index at /runbooks and each page below it, with the words of the files; every link leads to a page."""
    written = runbooks.pages(shipped, runbooks.messages(shipped, Templates.read(ROOT / "message_templates")))
    todo, seen = ["/runbooks"], dict[str, str]()
    while todo:
        path = todo.pop()
        answer = await client.get(path)
        assert (path, answer.status_code) == (path, 200)
        seen[path] = answer.text
        found = (urljoin(path, link.partition("#")[0] or path) for link in Seen(answer.text).links)
        todo += [other for other in dict.fromkeys(found) if other not in seen and other not in todo]
    assert set(seen) == {"/runbooks", *(f"/runbooks/{name}" for name in NAMES - {"index.html"})}
    for path, page in seen.items():
        assert words(page) == words(written["index.html" if path == "/runbooks" else path.removeprefix("/runbooks/")])


async def test_a_page_may_do_nothing_in_a_browser(client: httpx.AsyncClient) -> None:
    """Nothing may run, be fetched or frame it, whatever slipped into a text."""
    answer = await client.get("/runbooks/security.html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/runbooks/gone.html", "/runbooks/..%2f..%2fpyproject.toml", "/runbooks/style.css"])
async def test_what_is_no_page_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    """Only the pages are there: no file of the machine can be asked for."""
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "[project]" not in answer.text


def test_the_command_writes_the_pages(
    tmp_path: Path, shipped: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`stanch runbooks --out DIR` makes the folder, writes every page, and says with which to begin."""
    out = tmp_path / "a" / "b"
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["stanch", "runbooks", "--out", str(out)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0, capsys.readouterr().out) == (0, f"{out / 'index.html'}: 9 pages.\n")
    said = runbooks.messages(shipped, Templates.read(ROOT / "message_templates"))
    assert {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()} == runbooks.pages(shipped, said)


def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in the folder's place: unusable input, status 2, one line."""
    (tmp_path / "taken").touch()
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["stanch", "runbooks", "--out", str(tmp_path / "taken")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"stanch: {tmp_path / 'taken'} cannot be written: File exists.\n"


@pytest.mark.browser
def test_each_class_prints_on_one_sheet(tmp_path: Path, shipped: Catalogue) -> None:
    """Printed to A4 by a browser, each class and the index is one page; on a phone nothing sticks out to the side."""
    from tests.acceptance.shoot import FLAGS, chromium

    sync_api = pytest.importorskip("playwright.sync_api")
    runbooks.write(shipped, tmp_path, runbooks.messages(shipped, Templates.read(ROOT / "message_templates")))
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 360, "height": 740})
        sheets, widths = {}, {}
        for name in sorted(NAMES):
            page.goto((tmp_path / name).as_uri())
            widths[name] = page.evaluate("document.documentElement.scrollWidth")
            printed = page.pdf(format="A4", prefer_css_page_size=True)
            sheets[name] = len(re.findall(rb"/Type\s*/Page\b", printed))
        browser.close()
    assert widths == dict.fromkeys(sorted(NAMES), 360)
    assert {name: count for name, count in sheets.items() if count != 1} == {"controls.html": sheets["controls.html"]}
