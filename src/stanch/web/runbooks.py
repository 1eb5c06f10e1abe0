"""The runbooks as pages that work from a file, without script or login: for when Slack, the gateway or we are down.

They are public: no address of a control plane stands on them, nor anything of an incident.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from stanch.core.catalogue import Catalogue
from stanch.core.wording import NOBODY, facts
from stanch.errors import StanchError
from stanch.store.templates import Templates
from stanch.web import outline

INDEX: Final = "index.html"
CONTROLS: Final = "controls.html"
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
NOTHING_SAID: Final[Mapping[str, str]] = MappingProxyType({})
_SHEETS: Final = Path(__file__).parent / "sheets"
_ADDRESS: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s<>\"')]*[^\s<>\"').,;:!?]", re.IGNORECASE)
_PLACE: Final = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # somebody's address
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"
    r"|\b(?:[a-z0-9-]+\.){2,}[a-z]{2,}(?::\d+)?\b",
    re.IGNORECASE,
)
"""What stands for a machine or a mailbox without a scheme before it."""
_HIDDEN: Final = "(address: ask the owner)"


def pages(
    catalogue: Catalogue, said: Mapping[str, str] = NOTHING_SAID, home: str = INDEX, folder: str = ""
) -> dict[str, str]:
    """Return HTML by file name: the index, a page for each class, the controls.

    `said`: what `messages` returns. `home`: how the other pages link to the index; `folder`: what the index puts
    before a name when it links to one.
    """
    environment = _environment(_without_addresses(catalogue))
    facts: dict[str, Any] = {
        "catalogue": catalogue,
        "classes": outline.in_order(catalogue),
        "outline": outline,
        "said": said,
        "home": home,
        "folder": folder,
        "style": (_SHEETS / "style.css").read_text(encoding="utf-8"),
    }

    def page(template: str, **more: Any) -> str:
        return environment.get_template(template).render({**facts, **more})

    made = {INDEX: page("index.html"), CONTROLS: page("controls.html")}
    for klass in facts["classes"]:
        known = (catalogue.controls.get(id) for id in klass.rollback)
        rollback = [control.name for control in known if control]
        made[f"{klass.id}.html"] = page("class.html", klass=klass, rollback=rollback)
    return made


def messages(catalogue: Catalogue, templates: Templates) -> dict[str, str]:
    """Return the text of each message that a class names, by template: what to send when the bot cannot.

    One that needs more than the time of the next update is left out: without an incident there is nothing to fill in.
    """
    names = {name for klass in catalogue.classes.values() if klass.tree for name in klass.tree.messages.values()}
    found = {}
    for name in sorted(names):
        with suppress(StanchError):
            found[name] = templates.write(name, **facts(next_at="(time)"))
            meta = templates.meta.get(name)
            if meta and meta.approved_by == NOBODY:
                found[name] += " (Nobody has approved these words yet: they may not be sent.)"
    return found


def write(catalogue: Catalogue, folder: Path, said: Mapping[str, str] = NOTHING_SAID) -> list[Path]:
    """Write the pages into `folder`, which is made if it is not there; return them, the index first. OSError passes."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in pages(catalogue, said).items():
        (folder / name).write_text(content, encoding="utf-8")
        paths.append(folder / name)
    return paths


def routes(catalogue: Catalogue, templates: Templates | None = None) -> list[Route]:
    """`GET /runbooks` and `GET /runbooks/NAME.html`; the pages are made when one is first asked for.

    Without `templates` a message that a class names is named, and its text left out.
    """

    @cache
    def made() -> Mapping[str, str]:
        said = messages(catalogue, templates) if templates else NOTHING_SAID
        # Links hold whatever path a proxy puts before ours: they are relative, and /runbooks has no slash at its end.
        return pages(catalogue, said, home="../runbooks", folder="runbooks/")

    def answer(name: Callable[[Request], str]) -> Callable[[Request], Response]:
        def page(request: Request) -> Response:
            content = made().get(name(request))
            if content is None:
                return HTMLResponse("There is no such runbook.", status_code=404, headers=HEADERS)
            return HTMLResponse(content, headers=HEADERS)

        return page

    return [
        Route("/runbooks", answer(lambda _: INDEX), methods=["GET"]),
        Route("/runbooks/{name}", answer(lambda request: str(request.path_params["name"])), methods=["GET"]),
    ]


def _environment(finalize: Callable[[Any], Any]) -> Environment:
    return Environment(
        loader=FileSystemLoader(_SHEETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )


def _without_addresses(catalogue: Catalogue) -> Callable[[Any], Any]:
    """Return what takes every URL, and the hosts of the catalogue's planes, out of a text."""
    hosts = {host for plane in catalogue.planes.values() if (host := _host(plane.url))}
    longest_first = sorted(hosts, key=len, reverse=True)
    named = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if hosts else None

    def hide(value: Any) -> Any:
        if type(value) is not str:  # ready markup, a number
            return value
        without = _PLACE.sub(_HIDDEN, _ADDRESS.sub(_HIDDEN, value))
        return named.sub(_HIDDEN, without) if named else without

    return hide


def _host(url: str) -> str:
    found = re.match(r"[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:?#]+)", url, re.IGNORECASE)
    return found[1] if found else ""
