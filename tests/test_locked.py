"""What CI installs is locked, complete, and says nothing of where it came from."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKED = (ROOT / ".ci" / "requirements.txt").read_text(encoding="utf-8")
NAME = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_line_names_a_package_index_or_a_host() -> None:
    """The file holds comments, pinned names and hashes, nothing else: no URL, no option."""
    pin = r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[^\s/]+( ; [^/]+)? \\"
    shape = re.compile(rf"#[^:]*|{pin}|    --hash=sha256:[0-9a-f]{{64}}( \\)?")
    assert [line for line in LOCKED.splitlines() if not shape.fullmatch(line)] == []


def test_every_dependency_is_locked() -> None:
    """Whatever pyproject.toml asks for, to run or to develop, has its pinned version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    wanted = {normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]) for requirement in asked}
    assert wanted - {normal(name) for name in NAME.findall(LOCKED)} == set()
