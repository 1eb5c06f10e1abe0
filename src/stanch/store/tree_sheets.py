"""The shape of a decision tree's nodes in a class's file, for pydantic; the values are `stanch.core.runbook`."""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator

from stanch.core.roles import Role
from stanch.core.runbook import NodeKind
from stanch.store.sheets import Model, Text, wanted

TARGET = "a node's id, `tree:CLASS`, or `{to: ID, leads: CONTROL}`"


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Targets = Annotated[list[Text], Field(min_length=1), BeforeValidator(_one_or_many)]
Looks = Annotated[list[Text], BeforeValidator(_one_or_many)]


class ChoiceSheet(Model):
    to: Text
    leads: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _written_short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"to": value}
        if not isinstance(value, dict):
            raise wanted(TARGET)
        return value


class AskSheet(Model):
    ask: Text
    look: Looks = Field(default_factory=list)
    choices: Annotated[dict[Text, ChoiceSheet], Field(min_length=1)]


class PullSheet(Model):
    pull: Annotated[list[Text], Field(min_length=1)]
    says: Text
    then: Targets
    cannot: Targets


class CheckSheet(Model):
    check: Text
    by: list[Text] = Field(default_factory=list)
    better: Targets
    same: Targets
    worse: Targets


class DoSheet(Model):
    do: Text
    look: Looks = Field(default_factory=list)
    done: Targets
    cannot: Targets


class CallSheet(Model):
    call: Text
    roles: list[Role] = Field(default_factory=list)
    then: Targets


class EndSheet(Model):
    end: Text
    look: Looks = Field(default_factory=list)


NodeSheet = AskSheet | PullSheet | CheckSheet | DoSheet | CallSheet | EndSheet

KINDS: Final[dict[NodeKind, type[NodeSheet]]] = {
    "ask": AskSheet,
    "pull": PullSheet,
    "check": CheckSheet,
    "do": DoSheet,
    "call": CallSheet,
    "end": EndSheet,
}
"""A node's kind is the key that only its kind has."""
