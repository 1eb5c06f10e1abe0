"""From a marked document to a model: pydantic's errors in the words of `file:line:column: what, expected …`."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stanch.store.yaml_marks import Marked, Place

_QUOTED: Final = re.compile(r"'(.+)'")
_DIGITS: Final = re.compile(r"\d")
Document = TypeVar("Document", bound=BaseModel)


def validate(model: type[Document], marked: Marked) -> Document | None:
    """Return the document as `model`, or None, with every fault recorded in `marked.faults`."""
    if marked.data is None:
        return None
    try:
        document = model.model_validate(marked.data)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        misspelt = {_meant(model, error) for error in errors if error["type"] == "extra_forbidden"}
        for error in errors:
            if error["type"] != "missing" or error["loc"] not in misspelt:  # one mistake, one line
                _record(marked, model, error)
        return None
    return None if marked.faults else document


def nearest(word: str, words: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` when one of `words` is close to `word`, else nothing.

    A word that differs in its digits only is not close: there is no guessing which of SEV1 to SEV4 SEV5 should be.
    """
    known = {known.lower(): known for known in words}
    close = get_close_matches(word.lower(), known, n=1)
    if not close or (close[0] != word.lower() and _DIGITS.sub("", close[0]) == _DIGITS.sub("", word.lower())):
        return ""
    return f"; did you mean '{known[close[0]]}'?"


def _meant(model: type[BaseModel], error: ErrorDetails) -> Place:
    """Return the place of the key that an unknown one probably is."""
    *above, name = error["loc"]
    close = _QUOTED.search(nearest(str(name), _keys(model, tuple(above))))
    return (*above, close[1] if close else name)


def _record(marked: Marked, model: type[BaseModel], error: ErrorDetails) -> None:
    place: Place = tuple(error["loc"])
    at_key = bool(place) and place[-1] == "[key]"  # how pydantic ends the place of a fault in a key itself
    if at_key:
        place = place[:-1]
    if place in marked.unusable:
        return
    kind, wanted, given = error["type"], error.get("ctx", {}), error["input"]
    if kind == "extra_forbidden":
        known = _keys(model, place[:-1])
        name = str(place[-1])
        wanted_keys = f"one of {', '.join(known)}" if len(known) > 1 else f"'{known[0]}'"
        marked.fault(place, f"unknown key '{name}'", wanted_keys + nearest(name, known), at_key=True)
    elif kind == "missing":
        name = str(place[-1])
        marked.fault(place[:-1], f"key '{name}' is missing", f"'{name}:' here")
    elif kind == "literal_error":
        words = str(wanted["expected"]).replace("'", "")
        close = nearest(marked.written.get(place, str(given)), words.replace(" or ", ", ").split(", "))
        marked.fault(place, called(given, marked.written.get(place)), f"{words}{close}")
    else:
        written = None if at_key else marked.written.get(place)
        expected = EXPECTED.get(kind, _by_context)(wanted) + _quoted(kind, given, written)
        marked.fault(place, called(given, written), expected, at_key=at_key)


def _quoted(kind: str, given: Any, written: str | None) -> str:
    """Return what quotes would mend, or those that are too many."""
    if kind == "bool_type" and isinstance(given, str) and given.lower() in ("true", "false", "yes", "no", "on", "off"):
        return " without quotes"
    taken = written if written is not None or given is None else str(given)
    is_single = isinstance(given, bool | int | float) or (taken or "").startswith("#")
    return f" in quotes: '{taken}'" if kind == "string_type" and is_single else ""


def _by_context(context: dict[str, Any]) -> str:
    return str(context.get("wanted", "something else"))


EXPECTED: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "string_type": lambda _: "a text",
    "bool_type": lambda _: "true or false",
    "list_type": lambda _: "a list such as [a, b]",
    "dict_type": lambda _: "keys and values",
    "model_type": lambda _: "keys and values",
    "string_too_short": lambda _: "a text",
    "float_type": lambda _: "a number",
    "int_type": lambda _: "a whole number",
    "int_from_float": lambda _: "a whole number",
    "int_parsing": lambda _: "a whole number",
    "float_parsing": lambda _: "a number",
    "bool_parsing": lambda _: "true or false",
    "greater_than": lambda context: f"more than {context['gt']:g}",
    "greater_than_equal": lambda context: f"at least {context['ge']:g}",
    "less_than_equal": lambda context: f"at most {context['le']:g}",
    "too_short": lambda _: "at least one",
    "string_too_long": lambda context: f"at most {context['max_length']} characters",
}


def called(value: Any, written: str | None = None) -> str:
    """Return how to speak of a value that is not what was wanted; a long text by its length."""
    if value is None and written and written.startswith("#"):
        return f"nothing, as {written} is a comment"
    if value is None or value == "":
        return "nothing"
    if isinstance(value, dict):
        return "keys and values" if value else "no keys"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, bool):
        said = str(value).lower()
        return said if written in (None, said) else f"{written}, which YAML takes for {said}"
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 40 and "\n" not in value else f"a text of {len(value)} characters"
    return f"the number {value}" if written is None else f"{written}, which YAML takes for the number {value}"


def _keys(model: type[BaseModel], place: Place) -> list[str]:
    """Return the keys that a mapping at `place` may have, following the model's annotations down."""
    here: Any = model
    for part in place:
        if _is_model(here):
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            here = _present(fields[str(part)].annotation)
        else:  # dict[Id, X] or list[X]
            here = _present(get_args(here)[-1])
    return [field.alias or name for name, field in here.model_fields.items()] if _is_model(here) else []


def _present(annotation: Any) -> Any:
    """Return the model in `Model | None`, and any other annotation as it is."""
    return (
        next((one for one in get_args(annotation) if _is_model(one)), annotation)
        if _is_optional(annotation)
        else annotation
    )


def _is_optional(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
