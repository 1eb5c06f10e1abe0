"""The README's generated parts. `python -m tests.readme` writes them anew; a test compares them with the code.

Each stands between `<!-- NAME -->` and `<!-- /NAME -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from stanch.cli import app
from stanch.core.phases import diagram
from stanch.settings import Settings
from stanch.slack.commands import GROUPS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def state_diagram() -> str:
    return f"```mermaid\n{diagram()}\n```"


def verbs() -> str:
    """Every verb of `/incident`, in the groups of its help."""
    lines = ["| `/incident …` | |", "|---|---|"]
    for title, listed in GROUPS:
        lines.append(f"| **{title}** | |")
        lines += [f"| `{_cell(one.usage)}` | {_cell(one.help)} |" for one in listed]
    return "\n".join(lines)


def command_line() -> str:
    """Every command of `stanch`, with its options."""
    rows = [f"| `stanch {_cell(name)}` | {_cell(said)} |" for name, said in commands()]
    return "\n".join(["| on the command line | |", "|---|---|", *rows])


def commands() -> Iterator[tuple[str, str]]:
    """Each command as it is typed, and its help."""
    yield from _below("", typer.main.get_command(app))


def _below(path: str, command: Any) -> Iterator[tuple[str, str]]:
    below = getattr(command, "commands", {})
    if not below or (path and command.invoke_without_command):
        parts = [path]
        for one in command.params:
            if one.param_type_name == "argument":
                name = one.metavar or one.name.upper()
                parts.append(name if one.required else f"[{name.strip('[]')}]")
            else:
                parts.append(f"[{one.opts[0]}]")
        yield " ".join(parts), (command.help or "").split("\n\n")[0].replace("\n", " ")
    for name, one in below.items():
        yield from _below(f"{path} {name}".strip(), one)


def options() -> Iterator[tuple[str, str]]:
    """Each argument and option, after its command, and its help."""
    yield from _of("", typer.main.get_command(app))


def _of(path: str, command: Any) -> Iterator[tuple[str, str]]:
    for name, one in getattr(command, "commands", {}).items():
        yield from _of(f"{path} {name}".strip(), one)
    if not hasattr(command, "commands"):
        yield from ((f"{path} {one.opts[0]}", one.help or "") for one in command.params)


def settings() -> str:
    """Every setting, with what `.env.example` says of it."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    told = dict(re.findall(r"((?:^# .*\n)+)^([A-Z_]+)=", text, re.MULTILINE))
    about = {name: _prose(comment) for comment, name in told.items()}
    rows = [f"| `{name.upper()}` | {_cell(about.get(name.upper(), ''))} |" for name in Settings.model_fields]
    return "\n".join(["| setting | |", "|---|---|", *rows])


def _prose(comment: str) -> str:
    return " ".join(line.removeprefix("# ").strip() for line in comment.splitlines() if "---" not in line)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


PARTS: Mapping[str, Callable[[], str]] = {
    "diagram": state_diagram,
    "verbs": verbs,
    "command line": command_line,
    "settings": settings,
}


def written(text: str) -> str:
    """The README with its generated parts as they should be. Raises `ValueError` for a part that has no place."""
    for name, make in PARTS.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if text.count(start) != 1 or text.count(end) != 1:
            raise ValueError(f"README.md has no place for {name}: {start.strip()} … {end}")
        before, rest = text.split(start)
        text = f"{before}{start}{make()}\n{end}{rest.split(end)[1]}"
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
