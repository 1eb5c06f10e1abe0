"""What an adapter's model says about a part of a document, in our words: the models come from above.

Pydantic names the branch of a union in an error's place; that word does not stand in the file, so it is stepped over.
"""

from collections.abc import Iterator
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, RootModel, Tag, ValidationError
from pydantic_core import ErrorDetails

from stanch.store.validation import EXPECTED, called, nearest
from stanch.store.yaml_marks import Marked, Place

_SAID: Final = " is expected"
_NOT_TOGETHER: Final = "keys that fit together"


def fits(marked: Marked, place: Place, data: Any, model: type[BaseModel]) -> None:
    """Record in `marked` where `data`, which stands at `place`, is not what `model` wants."""
    try:
        model.model_validate(data)
    except ValidationError as invalid:
        told: set[Place] = set()
        for error in invalid.errors(include_url=False):
            at = (*place, *_inside(data, error["loc"], model))
            if error["type"] in ("missing", "extra_forbidden") or at not in told:  # one line, however many branches
                told.add(at)
                _record(marked, at, model, error)


def _record(marked: Marked, at: Place, model: type[BaseModel], error: ErrorDetails) -> None:
    kind, loc = error["type"], error["loc"]
    if kind == "missing":
        marked.fault(at, f"key '{loc[-1]}' is missing", f"'{loc[-1]}:' here")
        return
    if kind == "extra_forbidden":
        known = list(_names(model, loc[:-1]))
        expected = (f"one of {', '.join(known)}" if known else "no such key") + nearest(str(loc[-1]), known)
        marked.fault(at, f"unknown key '{loc[-1]}'", expected, at_key=True)
        return
    context = error.get("ctx", {})
    if kind in ("value_error", "kind"):
        said = str(context.get("error", error["msg"]))
        if _SAID in said:
            marked.fault(at, called(error["input"]), said.replace(_SAID, "", 1).strip(" ,"))
        else:
            marked.fault(at, said, _NOT_TOGETHER)
    elif kind == "literal_error":
        words = str(context["expected"]).replace("'", "").replace("True", "true").replace("False", "false")
        marked.fault(at, called(error["input"], marked.written.get(at)), words)
    else:
        expected = EXPECTED[kind](context) if kind in EXPECTED else "a value of another shape"
        marked.fault(at, called(error["input"], marked.written.get(at)), expected)


def _inside(data: Any, loc: Place, model: Any) -> Place:
    """Return the place of an error as it stands in the file: without the names of branches."""
    place: list[str | int] = []
    for part in loc:
        branch = next((get_args(one)[0] for one in _options(model) if _tag(one) == part), None)
        if branch is not None:
            model = branch
            continue
        model = _next(model, part)
        is_there = part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data))
        if is_there:
            data = data[part]
            place.append(part)
    return tuple(place)


def _names(model: Any, loc: Place) -> Iterator[str]:
    """Yield the keys that may stand at `loc`, following the model's annotations down."""
    for part in loc:
        model = _next(model, part)
    for one in _options(model):
        if _is_model(one):
            yield from (field.alias or name for name, field in one.model_fields.items())


def _next(model: Any, part: str | int) -> Any:
    return next((found for found in (_step(one, part) for one in _options(model)) if found is not None), None)


def _step(option: Any, part: str | int) -> Any:
    if _tag(option) == part:
        return get_args(option)[0]
    if _is_model(option):
        return next((f.annotation for name, f in option.model_fields.items() if (f.alias or name) == part), None)
    return get_args(option)[-1] if get_origin(option) in (dict, list) else None


def _options(annotation: Any) -> Iterator[Any]:
    """Yield what an annotation may be: the members of its unions, and what a root model holds."""
    if _is_model(annotation) and issubclass(annotation, RootModel):
        yield from _options(annotation.model_fields["root"].annotation)
    elif get_args(annotation) and get_origin(annotation) not in (dict, list) and _tag(annotation) is None:
        for one in get_args(annotation):
            yield from _options(one)
    else:
        yield annotation


def _tag(annotation: Any) -> str | None:
    return next((note.tag for note in getattr(annotation, "__metadata__", ()) if isinstance(note, Tag)), None)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
