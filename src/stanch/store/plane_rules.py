"""How a control plane may be written down. A value that may be a secret is never repeated."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from stanch.core.control import Plane
from stanch.core.redact import redact
from stanch.store.switch_sheets import PlaneSheet
from stanch.store.validation import nearest
from stanch.store.yaml_marks import Marked, Place

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
_OURS: Final = ("STANCH_", "SLACK_", "DATABASE_URL")
_CARRIES: Final = re.compile(r"(?i)(?:^|[_-])(?:authorization|password|passwd|secret|token|api[_-]?key|cookie)$")
_SHAPES: Final[dict[str, tuple[re.Pattern[str], str]]] = {
    "header": (re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}"), "a header's name such as Authorization"),
    "scheme": (re.compile(r"[A-Za-z][A-Za-z-]{0,19}|"), "a word such as Bearer, or an empty text in quotes"),
    "url_env": (_NAME, "the name of an environment variable, in capitals"),
    "secret": (_NAME, "the name of an environment variable, in capitals"),
}
HIDDEN: Final = "a value that is not shown here"
LOOKS_SECRET: Final = "what looks like a secret"
NO_SECRET: Final = "no secret: a plane's `secret` names the environment variable that holds it"


def plane(marked: Marked, id: str, sheet: PlaneSheet, kinds: frozenset[str]) -> Plane:
    """Return the plane, with its faults recorded in `marked`. Without `kinds`, any kind is taken."""
    place: Place = ("planes", id)
    if kinds and sheet.kind not in kinds:
        known = f"one of {', '.join(sorted(kinds))}{nearest(sheet.kind, kinds)}"
        marked.fault((*place, "kind"), f"unknown kind '{sheet.kind}'", known)
    texts = {key: _shaped(marked, place, sheet, key) for key in _SHAPES}
    scheme = None if sheet.scheme is None else texts.pop("scheme")
    texts.pop("scheme", None)
    for key in ("url_env", "secret"):
        if texts[key].startswith(_OURS):
            what = f"'{texts[key]}', which is a setting of Stanch itself"
            marked.fault((*place, key), what, "a variable of the plane's own")
    if (sheet.url is None) == (sheet.url_env is None):
        what = "neither url nor url_env" if sheet.url is None else "url and url_env"
        marked.fault(place, what, "one of them", at_key=True)
    url = _url(marked, (*place, "url"), sheet.url) if sheet.url is not None else ""
    if not sheet.timeout or sheet.timeout.total_seconds() > 60:
        marked.fault((*place, "timeout"), "a timeout that is no help", "from 0.1s to 60s")
    return Plane(id, sheet.kind, url=url, scheme=scheme, timeout=sheet.timeout, **texts)


def _shaped(marked: Marked, place: Place, sheet: PlaneSheet, key: str) -> str:
    value, (shape, expected) = getattr(sheet, key), _SHAPES[key]
    if value is None and key in ("url_env", "secret", "scheme") and key not in marked.data["planes"][place[-1]]:
        return ""
    if not isinstance(value, str) or not shape.fullmatch(value) or redact(value) != value:
        marked.fault((*place, key), HIDDEN if value is not None else "nothing", expected)
        return ""
    return value


def _url(marked: Marked, place: Place, value: Any) -> str:
    expected = "an address such as https://gateway.example/api"
    try:
        parts = urlsplit(value) if isinstance(value, str) and not re.search(r"\s", value) else None
        host = parts.hostname if parts and parts.port != 0 else None
    except ValueError:
        parts, host = None, None
    if parts is None or parts.scheme not in ("http", "https") or not host:
        marked.fault(place, HIDDEN, f"{expected}, with http or https")
        return ""
    if "@" in parts.netloc:
        marked.fault(place, "an address with a user or a password in it", NO_SECRET)
    elif "?" in value or "#" in value:
        marked.fault(place, "an address with a query or a fragment", expected)
    elif redact(value) != value:
        marked.fault(place, f"an address with {LOOKS_SECRET}", NO_SECRET)
    return str(value).rstrip("/")


def secrets(marked: Marked, place: Place) -> bool:
    """Record each text below `place` that looks like a secret; return whether there was one."""
    found = [at for at, value in _texts(_at(marked.data, place), place) if _is_secret(at, value)]
    for at in found:
        marked.fault(at, LOOKS_SECRET, NO_SECRET)
    return bool(found)


def _is_secret(place: Place, value: str) -> bool:
    named = isinstance(place[-1], str) and _CARRIES.search(place[-1]) and not value.startswith("/")
    return bool(named) or redact(value) != value


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*place, index))


def _at(data: Any, place: Place) -> Any:
    for part in place:
        data = data.get(part) if isinstance(data, dict) else data[part]
    return data
