"""The kinds of planes and checks, with the shape of what each says in controls.yml and checks.yml."""

from typing import Annotated, Final

from pydantic import BaseModel, RootModel, Tag

from stanch.controls.adapters import ADAPTERS
from stanch.controls.hows import HttpSampleHow, QueryHow, SampleHow, SmokeHow, StatHow, TryHow
from stanch.controls.shapes import by_key
from stanch.controls.shown_by import PROOFS
from stanch.controls.targets import NoTarget
from stanch.store.switches import Shapes


class HttpHow(
    RootModel[
        Annotated[
            Annotated[HttpSampleHow, Tag("sample")]
            | Annotated[SmokeHow, Tag("get")]
            | Annotated[SmokeHow, Tag("post")],
            by_key("sample", "get", "post"),
        ]
    ]
):
    """A smoke test, or where answers are read for people to judge."""


class ServiceHow(
    RootModel[
        Annotated[
            Annotated[StatHow, Tag("stat")] | Annotated[TryHow, Tag("probe")] | Annotated[SampleHow, Tag("sample")],
            by_key("stat", "probe", "sample"),
        ]
    ]
):
    """A figure, a probe, or where answers are read."""


TARGETS: Final[dict[str, type[BaseModel]]] = {
    **{kind: adapter.shape for kind, adapter in ADAPTERS.items()},
    **{kind: NoTarget for kind in PROOFS if kind not in ADAPTERS},
}
HOWS: Final[dict[str, type[BaseModel]]] = {"http": HttpHow, "prometheus": QueryHow, "practice_ai": ServiceHow}
SHAPES: Final = Shapes(TARGETS, HOWS, PROOFS)
