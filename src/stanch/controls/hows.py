"""What a check's `how` says, by its kind."""

from typing import Literal, Self

from pydantic import Field, model_validator

from stanch.controls.shapes import Body, Headers, Path, Pointer, Scalar, Shape


class Bounds(Shape):
    """Of several bounds to one side the wider one counts: "at most 1 %, or half a point above usual"."""

    at_most: float | None = None
    at_least: float | None = None
    times_usual: float | None = None
    """At most so many times the usual."""
    over_usual: float | None = None
    """At most so much above the usual, in the figure's own unit: 0.005 is half a point of a share."""
    under_usual: float | None = None
    """At most so much below the usual."""
    within_usual: float | None = None
    """At most this part of the usual away from it, to either side: 0.2 is 20 %."""

    @model_validator(mode="after")
    def _some_bound(self) -> Self:
        if all(getattr(self, name) is None for name in Bounds.model_fields):
            raise ValueError(f"a bound is expected: one of {', '.join(Bounds.model_fields)}")
        return self


class StatBound(Bounds):
    stat: str


class StatHow(StatBound):
    """Figures of the last `window` seconds; those of `also` must hold too.

    `floor`: fewer requests in the window tell nothing; `floor_usual`: nor does less than this part of the usual ones.
    """

    window: int = Field(default=60, ge=1, le=86_400)
    floor: int = Field(default=1, ge=1)
    floor_usual: float = Field(default=0.0, ge=0, le=1)
    also: list[StatBound] = Field(default_factory=list)


class TryHow(Bounds):
    """A probe of the service: `count` of its answer; with `share`, as a part of what was tried."""

    probe: Literal["attack", "harmless", "golden", "canary"]
    count: str
    share: bool = False


class SampleHow(Shape):
    """A person judges; this says where the answers are read."""

    sample: Literal[True]
    segment: str = ""


class HttpSampleHow(Shape):
    """`get` may hold {since} (epoch seconds) and {of}; the pointers `id`, `question`, `answer` lead into each entry."""

    sample: Literal[True]
    get: Path
    each: Pointer
    id: Pointer
    question: Pointer
    answer: Pointer
    meta: list[Pointer] = Field(default_factory=list)


class SmokeHow(Shape):
    """One request, and everything that is expected of its answer."""

    get: Path | None = None
    post: Path | None = None
    body: Body = None
    headers: Headers = Field(default_factory=dict)
    status: int | list[int] = 200
    header: dict[str, str] = Field(default_factory=dict)
    pointer: dict[Pointer, Scalar] = Field(default_factory=dict)
    has: list[Pointer] = Field(default_factory=list)
    """Pointers at which something that is not empty must stand."""
    text: str = ""
    within_ms: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.get is None) == (self.post is None):
            raise ValueError("either get or post is expected")
        return self


class Floor(Shape):
    """The traffic below which the check tells nothing."""

    query: str
    at_least: float


class QueryHow(Shape):
    """A PromQL expression; with several series the worst decides. `held` in seconds overrules the check's own."""

    query: str
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""
    """`%` shows a share (0 to 1) in points; anything else stands behind the figure."""
    held: float | None = Field(default=None, ge=0, le=604_800)
    step: float = Field(default=15.0, ge=1, le=3600)
    floor: Floor | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("either at_most or at_least is expected")
        return self
