"""Values put into what is sent: a JSON value where its name stands alone, percent-encoded in a path, never pasted."""

from collections.abc import Mapping
from typing import Any

from stanch.controls.shapes import HOLES
from stanch.controls.wire import in_path

_WORDS = ("request_id", "by", "since", "of")
"""These may stand inside other text."""


def filled(found: Any, known: Mapping[str, Any]) -> Any:
    """A copy of a body in which `"{value}"` is the value itself, with its type."""
    if isinstance(found, Mapping):
        return {name: filled(part, known) for name, part in found.items()}
    if isinstance(found, list):
        return [filled(part, known) for part in found]
    if not isinstance(found, str):
        return found
    for name in HOLES:
        if found == "{" + name + "}" and name in known:
            return known[name]
    return _words(found, known)


def filled_path(path: str, known: Mapping[str, Any]) -> str:
    for name in HOLES:
        if name in known:
            path = path.replace("{" + name + "}", in_path(known[name]))
    return path


def filled_headers(headers: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, str]:
    """What no header can carry is left out of it."""
    return {
        name: "".join(c for c in _words(value, known) if " " <= c <= "~").strip() for name, value in headers.items()
    }


def _words(text: str, known: Mapping[str, Any]) -> str:
    for name in _WORDS:
        if name in known:
            text = text.replace("{" + name + "}", str(known[name]))
    return text
