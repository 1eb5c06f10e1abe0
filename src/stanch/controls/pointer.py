"""JSON pointers (RFC 6901)."""

from typing import Any


def parts(pointer: str) -> list[str]:
    """Raises ValueError for what is no pointer."""
    if pointer and not pointer.startswith("/"):
        raise ValueError(f"{pointer} does not begin with /")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def get(document: Any, pointer: str) -> Any:
    """Raises LookupError when there is nothing."""
    for part in parts(pointer):
        if isinstance(document, dict):
            document = document[part]
        elif isinstance(document, list) and part.isascii() and part.isdigit() and str(int(part)) == part:
            document = document[int(part)]
        else:
            raise LookupError(part)
    return document


def put(document: Any, path: list[str], value: Any) -> Any:
    """A copy of objects within objects with `value` at `path`; None takes the key out.

    Raises LookupError where the way leads through something else than an object.
    """
    if not isinstance(document, dict):
        raise LookupError(path[0])
    name, *rest = path
    if rest:
        return {**document, name: put(document.get(name, {}), rest, value)}
    return {**{k: v for k, v in document.items() if k != name or value is not None}, **_one(name, value)}


def _one(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value}
