"""An answer read as what it must be."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from stanch.controls.answer import Answer

Read = TypeVar("Read", bound=BaseModel)


def shaped(answer: Answer, shape: type[Read]) -> Read:
    """Raises `PlaneFault` for what is no JSON, or JSON of another API; what `shape` does not name is left out."""
    try:
        return shape.model_validate(answer.json())
    except ValidationError:
        raise answer.fault(f"{answer.plane} answered in another shape than expected.", permanent=True) from None
