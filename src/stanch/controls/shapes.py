"""What the shapes in controls.yml and checks.yml share."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field

from stanch.controls.pointer import parts
from stanch.core.redact import redact

HIDDEN = frozenset(("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"))
"""Headers that carry secrets: those are named by the plane, and come from the environment."""


class Shape(BaseModel):
    """Nothing but what is named may stand there."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Scalar = Annotated[str | int | float | bool, Field(union_mode="smart")]


def by_key(*keys: str) -> Discriminator:
    """Which of several shapes is meant: the one whose first key, also its tag, is there."""

    def which(found: Any) -> str | None:
        names = found if isinstance(found, Mapping) else getattr(type(found), "model_fields", ())
        return next((key for key in keys if key in names), None)

    return Discriminator(
        which, custom_error_type="kind", custom_error_message=f"one of {', '.join(keys)} is expected here"
    )


def _path(text: str) -> str:
    if not text.startswith("/") or text.startswith("//") or any(c.isspace() or c in "\\#" for c in text):
        raise ValueError("a path on the plane, beginning with one /, is expected")
    return text


def _pointer(text: str) -> str:
    parts(text)
    return text


def _headers(found: dict[str, str]) -> dict[str, str]:
    for name, value in found.items():
        if name.lower() in HIDDEN or redact(f"{name}: {value}") != f"{name}: {value}":
            raise ValueError(f"the header {name} carries a secret: name it in the plane's `secret` and `header`")
        if not value.isascii() or not value.isprintable() or not name.isascii() or not name.isprintable():
            raise ValueError(f"the header {name} holds a character that no header can carry")
    return found


def _body(found: Any) -> Any:
    if isinstance(found, str) and redact(found) != found:
        raise ValueError("the body holds a secret")
    for part in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        _body(part)
    return found


Path = Annotated[str, Field(max_length=500), AfterValidator(_path)]
Pointer = Annotated[str, Field(max_length=500), AfterValidator(_pointer)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]
Body = Annotated[Any, AfterValidator(_body)]


def holes(found: Any) -> set[str]:
    """The `{names}` that stand anywhere in a path, a body or headers."""
    if isinstance(found, str):
        return {name for name in HOLES if "{" + name + "}" in found}
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return set().union(*(holes(part) for part in inner))


HOLES = ("value", "map", "kept", "request_id", "by", "since", "of")
