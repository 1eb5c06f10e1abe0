"""Messages as files: `message_templates/**/NAME.j2`, front matter and a Jinja2 body that makes prose only.

    ---
    for: stakeholders
    about: the first notice
    ---
    {{ title }} …

Every value is escaped for Slack unless it is `Mrkdwn`; None reads *unknown*; a variable that nobody gave is an error.
Macros and block assignments would be escaped twice, so they are refused.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from pydantic import Field

from stanch.core.words import escape
from stanch.errors import CatalogueError, Fault, StanchError
from stanch.store import yaml_marks
from stanch.store.sheets import Label, Model, Text
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of one folder, by name; each is compiled when it is first rendered, and kept."""

    paths: dict[str, Path]
    folder: Path
    compiled: dict[str, Template] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Templates":
        """Return the templates below `folder` (named after their file), without reading them yet.

        Raises CatalogueError when two files have the same name.
        """
        paths, faults = _scan(folder)
        if faults:
            raise CatalogueError(tuple(faults))
        return cls(paths, folder)

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
            raise StanchError(f"{self._at(template, error)}: unknown variable '{word}', expected {wanted}") from error
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise StanchError(f"{self._at(template, error)}: this cannot be rendered ({error})") from error

    def _compile(self, name: str) -> Template:
        path = self.paths.get(name)
        if path is None:
            raise StanchError(f"There is no {self.folder.name}/{name}.j2{nearest(name, self.paths)}")
        file = _file(self.folder, path)
        body, faults = _parse(path, file)
        if faults:
            raise CatalogueError(tuple(faults))
        environment = _environment()
        code = environment.compile(body, name, file)
        return self.compiled.setdefault(name, Template.from_code(environment, code, environment.make_globals(None)))

    def _at(self, template: Template, error: BaseException) -> str:
        file = template.filename or str(template.name)
        return f"{file}:{_line(error.__traceback__, file)}"


def lint(folder: Path, known: Collection[str] = (), needed: Collection[str] = ()) -> list[Fault]:
    """Return every fault of every template below `folder`: front matter, Jinja, doubled names.

    With `known`, also each variable that is not one of them, and with `needed` each message that has no template: both
    would fail only when the message is due.
    """
    paths, faults = _scan(folder)
    faults += [
        Fault(folder.name, 1, 1, f"there is no template for '{name}'", f"a file {name}.j2")
        for name in sorted(set(needed) - set(paths))
    ]
    for path in paths.values():
        body, found = _parse(path, _file(folder, path))
        faults += found or (_unknown(body, _file(folder, path), known) if known else [])
    return sorted(faults)


def _unknown(body: str, file: str, known: Collection[str]) -> list[Fault]:
    tree = _environment().parse(body)
    strange = meta.find_undeclared_variables(tree) - set(known)
    return [
        Fault(file, node.lineno, 1, f"unknown variable '{node.name}'", f"one that is known{nearest(node.name, known)}")
        for node in tree.find_all(nodes.Name)
        if node.ctx == "load" and node.name in strange
    ]


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
    faults = []
    for path in sorted(folder.rglob("*.j2")):
        first = paths.setdefault(path.stem, path)
        if first is not path:
            what = f"a second template named '{path.stem}'"
            faults.append(Fault(_file(folder, path), 1, 1, what, f"one (the first is {_file(folder, first)})"))
    return paths, faults


def _file(folder: Path, path: Path) -> str:
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def _parse(path: Path, file: str) -> tuple[str, list[Fault]]:
    """Return the body, with the front matter as empty lines so that line numbers hold, and the faults."""
    marked = Marked(file)
    text = yaml_marks.text_of(path, marked)
    if text is None:
        return "", marked.faults
    lines = text.splitlines(keepends=True)
    fences = [number for number, line in enumerate(lines) if line.rstrip() == "---"][:2]
    if len(fences) < 2 or fences[0] != 0:
        marked.fault((), "no front matter", "`---`, `for: AUDIENCE`, `about: ONE LINE`, `---`, then the message")
        return "", marked.faults
    validate(_FrontMatter, yaml_marks.parse("\n" + "".join(lines[1 : fences[1]]), marked))
    body = "\n" * (fences[1] + 1) + "".join(lines[fences[1] + 1 :])
    marked.faults += _check(body, file)
    return body, marked.faults


def _check(body: str, file: str) -> list[Fault]:
    environment = _environment()
    try:
        tree = environment.parse(body)
        environment.compile(body, raw=True)  # finds unknown filters and tests, which parsing does not
    except TemplateSyntaxError as error:
        return [Fault(file, error.lineno, 1, f"this is not Jinja ({error.message})", "a template that compiles")]
    refused = (nodes.Macro, nodes.CallBlock, nodes.AssignBlock, nodes.FilterBlock, nodes.Import, nodes.FromImport)
    return [
        Fault(file, node.lineno, 1, "a macro, import, filter block or block assignment", "plain prose")
        for node in tree.find_all(refused)
    ] + [
        Fault(file, node.lineno, 1, "another template taken in", "one file a message")
        for node in tree.find_all((nodes.Extends, nodes.Include))
    ]


def _line(traceback: TracebackType | None, file: str) -> int:
    line = 1
    while traceback:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
