"""Messages as files: `message_templates/**/NAME.j2`, front matter and a Jinja2 body that makes prose only.

    ---
    for: stakeholders
    about: the first notice
    ---
    {{ title }} …

Every value is escaped for Slack unless it is `Mrkdwn`; None reads *unknown*; a variable that nobody gave is an error.
Macros and block assignments would be escaped twice, so they are refused. A text for an audience has a front matter of
its own (`stanch.store.text_fronts`).
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Annotated, Any, NamedTuple

from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from pydantic import Field

from stanch.core.wording import PUBLIC_WORDS, WORDS, Meta
from stanch.core.words import escape
from stanch.errors import CatalogueError, Fault, StanchError
from stanch.store import text_fronts, yaml_marks
from stanch.store.sheets import Label, Model, Text
from stanch.store.template_rules import check
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked, Warned


class Unrendered(StanchError):
    """A template that cannot be rendered with these facts; `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        expected = f", expected {fault.expected}" if fault.expected else ""
        super().__init__(f"{fault.file}:{fault.line}: {fault.what}{expected}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of one folder, by name; each is compiled when it is first rendered, and kept."""

    paths: dict[str, Path]
    folder: Path
    compiled: dict[str, Template] = field(default_factory=dict)
    fronts: list[Mapping[str, Meta]] = field(default_factory=list)
    linted: bool = False
    """What `lint` has found no fault in is not looked at again before it is compiled."""

    @classmethod
    def read(cls, folder: Path) -> "Templates":
        """Return the templates below `folder` (named after their file), without reading them yet.

        Raises CatalogueError when two files have the same name.
        """
        paths, faults = _scan(folder)
        if faults:
            raise CatalogueError(tuple(faults))
        return cls(paths, folder)

    @property
    def meta(self) -> Mapping[str, Meta]:
        """The texts for audiences, by name; read when it is first asked for, and kept.

        Raises CatalogueError when a front matter has a fault.
        """
        if not self.fronts:
            looked = fronts(self.paths, self.folder)
            if faults := [fault for marked, _ in looked.values() for fault in marked.faults]:
                raise CatalogueError(tuple(sorted(faults)))
            self.fronts.append({name: meta for name, (_, meta) in looked.items() if meta})
        return self.fronts[0]

    def write(self, name: str, /, **facts: Any) -> str:
        """Return the message as plain text, for a form or a page: what sends it escapes it. Raises as `render` does."""
        return unescape(self.render(name, **facts))

    def render(self, name: str, /, **facts: Any) -> str:
        """Return the message as Slack mrkdwn, without blank lines around it.

        Raises StanchError for a name that has no file, for a variable that is not among `facts`, and for an
        expression that cannot be evaluated; CatalogueError when the file itself has a fault.
        """
        template = self.compiled.get(name) or self._compile(name)
        try:
            return template.render(facts).strip()
        except UndefinedError as error:
            word, known = str(error.message), sorted(facts)
            wanted = f"one of {', '.join(known)}{nearest(word, known)}" if known else "none"
            raise Unrendered(self._fault(template, error, f"unknown variable '{word}'", wanted)) from error
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise Unrendered(self._fault(template, error, f"this cannot be rendered ({error})", "")) from error

    def _compile(self, name: str) -> Template:
        path = self.paths.get(name)
        if path is None:
            raise StanchError(f"There is no {self.folder.name}/{name}.j2{nearest(name, self.paths)}")
        file = _file(self.folder, path)
        body, faults = _parse(path, file, linted=self.linted)
        if faults:
            raise CatalogueError(tuple(faults))
        environment = _environment()
        code = environment.compile(body, name, file)
        return self.compiled.setdefault(name, Template.from_code(environment, code, environment.make_globals(None)))

    def _fault(self, template: Template, error: BaseException, what: str, expected: str) -> Fault:
        file = template.filename or str(template.name)
        return Fault(file, _line(error.__traceback__, file), 1, what, expected)


def fronts(paths: Mapping[str, Path], folder: Path, classes: Collection[str] | None = None) -> dict[str, "Front"]:
    """Return the front matter of each text for an audience below `folder`, by name, with its faults and warnings.

    `classes`: the ids of classes that there are; None: any will do.
    """
    found = {}
    for name, path in paths.items():
        marked = Marked(_file(folder, path))
        text = yaml_marks.text_of(path, marked)
        parted = _part(text, marked) if text else None
        if parted and (marked.faults or text_fronts.is_text(parted.front.data)):
            found[name] = (marked, text_fronts.read(name, parted.front, classes))
    return found


def lint(
    folder: Path,
    known: Collection[str] = (),
    needed: Collection[str] = (),
    of: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> list[Fault]:
    """Return every fault of every template below `folder`: front matter, Jinja, doubled names.

    With `known`, also each variable that is not one of them (`of`: those of some templates by name, where they are
    fewer); where those have `incident.title`, also each part of `incident` that they have not. With `needed`, each
    message that has no template. All of these would fail only when the message is due.
    """
    paths, faults = _scan(folder)
    others = set(paths) - set(needed)
    faults += [
        Fault(folder.name, 1, 1, f"there is no template for '{name}'", f"a file {name}.j2{nearest(name, others)}")
        for name in sorted(set(needed) - set(paths))
    ]
    for name, path in paths.items():
        faults += _parse(path, _file(folder, path), of.get(name, known))[1]
    return sorted(faults)


def unread(folder: Path) -> list[Warned]:
    """Return a warning for each file below `folder` that looks like a template and is not one."""
    return [
        Warned(_file(folder, path), 1, 1, "is not read; rename it to end in .j2")
        for path in _seen(folder, [])
        if path.suffix not in (".j2", ".md")
    ]


Front = tuple[Marked, Meta | None]
"""Faults and warnings of a front matter, and what it says if it has no fault."""


class _Parted(NamedTuple):
    front: Marked
    body: str
    """With the front matter as empty lines, so that line numbers hold."""
    below: int
    """The line that ends the front matter."""


class _FrontMatter(Model):
    audience: Annotated[Text, Field(alias="for")]
    about: Label


class _Missing(StrictUndefined):
    """A variable that nobody gave; its error carries the bare name, for the message that `render` makes of it."""

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint or self._undefined_name is missing:
            return str(super()._undefined_message)
        return str(self._undefined_name)


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=_Missing, finalize=_finalize, trim_blocks=True, lstrip_blocks=True, cache_size=0
    )


def _finalize(value: Any) -> str:
    return "unknown" if value is None else escape(value if isinstance(value, str) else str(value))


def _scan(folder: Path) -> tuple[dict[str, Path], list[Fault]]:
    paths: dict[str, Path] = {}
    faults: list[Fault] = []
    for path in _seen(folder, faults):
        if path.suffix != ".j2":
            continue
        first = paths.setdefault(path.stem, path)
        if first is not path:
            what = f"a second template named '{path.stem}'"
            faults.append(Fault(_file(folder, path), 1, 1, what, f"one (the first is {_file(folder, first)})"))
    return paths, faults


def _seen(folder: Path, faults: list[Fault]) -> list[Path]:
    """Return what is below `folder`, without the hidden files of editors; record the folders that cannot be read."""

    def refused(error: OSError) -> None:
        where = _file(folder, Path(error.filename))
        faults.append(Fault(where, 1, 1, f"the folder cannot be read ({error.strerror})", "one that the bot may read"))

    found = []
    for here, folders, files in os.walk(folder, onerror=refused):
        found += [Path(here, name) for name in (*files, *(name for name in folders if name.endswith(".j2")))]
        folders[:] = [name for name in folders if not name.startswith(".")]
    return sorted(path for path in found if not path.name.startswith("."))


def _file(folder: Path, path: Path) -> str:
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def _parse(path: Path, file: str, known: Collection[str] = (), linted: bool = False) -> tuple[str, list[Fault]]:
    """Return the body, with the front matter as empty lines so that line numbers hold, and the faults."""
    marked = Marked(file)
    text = yaml_marks.text_of(path, marked)
    parted = None if text is None else _part(text, marked)
    if parted is None:
        return "", marked.faults
    if linted:
        return parted.body, []
    if text_fronts.is_text(parted.front.data):
        meta = text_fronts.read(path.stem, parted.front)
        known = PUBLIC_WORDS if meta and meta.public else WORDS
    else:
        validate(_FrontMatter, parted.front)
    if not parted.body.strip():
        marked.faults.append(Fault(file, parted.below, 1, "no message below the front matter", "the words to send"))
    marked.faults += check(parted.body, file, _environment(), known)
    return parted.body, marked.faults


def _part(text: str, marked: Marked) -> _Parted | None:
    """Return front matter and body; None, with the fault recorded, where they cannot be told apart."""
    lines = text.splitlines(keepends=True)
    fences = [number for number, line in enumerate(lines) if line.rstrip() == "---"][:2]
    if not fences or fences[0] != 0:
        what = "no front matter" if text.strip() else "the file is empty"
        marked.fault((), what, "`---`, `for: AUDIENCE`, `about: ONE LINE`, `---`, then the message")
        return None
    if len(fences) < 2:
        marked.fault((), "the front matter does not end", "a second line `---` before the message")
        return None
    front = yaml_marks.parse("\n" + "".join(lines[1 : fences[1]]), marked)
    return _Parted(front, "\n" * (fences[1] + 1) + "".join(lines[fences[1] + 1 :]), fences[1] + 1)


def _line(traceback: TracebackType | None, file: str) -> int:
    line = 1
    while traceback:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
