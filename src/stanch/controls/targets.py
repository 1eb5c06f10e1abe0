"""What a control's `target` says, by kind of plane."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, Tag, model_validator

from stanch.controls.shapes import Body, Headers, Path, Pointer, Scalar, Shape, by_key, holes


class Absent(Shape):
    """An answer that means "nothing is there": some APIs say 404, some 400 with words."""

    status: int = Field(ge=400, le=499)
    text: str = ""


class HttpRead(Shape):
    """`keep`: what an undo needs beside the value, stored with the reading and given to `undo` as {kept}."""

    get: Path
    pointer: Pointer
    headers: Headers = Field(default_factory=dict)
    absent: list[Absent] = Field(default_factory=list)
    keep: Pointer | None = None


class HttpWrite(Shape):
    """{value} is the plane's value: as JSON where it stands alone in the body, percent-encoded in the path."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: Path
    body: Body = None
    headers: Headers = Field(default_factory=dict)
    map: dict[Scalar, Any] = Field(default_factory=dict)
    """Our value to what is sent here, where that differs from what is read."""
    answer: Literal["json", "any"] = "json"
    """`any`: this API says yes with nothing. A web page is never a yes."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not holes([self.path, self.body]) & {"value", "map", "kept"}:
            raise ValueError(
                "neither its path nor its body holds {value}, {map} or {kept}: it would always do the same"
            )
        if holes(self.path) - {"value"} or holes(self.headers) - {"request_id", "by"}:
            raise ValueError("a path may hold {value}, a header {request_id} and {by}; the rest belongs into the body")
        return self


class HttpProbe(Shape):
    """What shows that users get it: a pointer, a header or words of the answer to `get` or `post`.

    Asked `of` times; or once, when `each` points to a list, whose newest `of` entries are looked at.
    """

    get: Path | None = None
    post: Path | None = None
    body: Body = None
    headers: Headers = Field(default_factory=dict)
    each: Pointer | None = None
    pointer: Pointer | None = None
    header: str | None = None
    text: str | None = None
    equals: Scalar | None = None
    """What is seen when the control stands at its aim's `to`; for other values use `map`."""
    map: dict[Scalar, Scalar] = Field(default_factory=dict)
    of: int = Field(default=1, ge=1, le=100)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.get is None) == (self.post is None):
            raise ValueError("either get or post is expected")
        if [self.pointer, self.header, self.text].count(None) != 2:
            raise ValueError("one of pointer, header and text is expected")
        if self.each is not None and self.pointer is None:
            raise ValueError("each goes with a pointer into each entry")
        if self.text is not None and (self.equals is not None or self.map) and holes(self.text):
            raise ValueError("text with {value} needs neither equals nor map")
        return self


class HttpTarget(Shape):
    """A setting of any HTTP API. `map`: our value to theirs; null stands for "nothing is there"."""

    read: HttpRead
    apply: HttpWrite
    undo: HttpWrite | None = None
    merge: Pointer | None = None
    """Where the whole map lies in what is read, for APIs that replace it: `apply` then sends all of it as {map}."""
    probe: HttpProbe
    map: dict[Scalar, Any] = Field(default_factory=dict)
    text: bool = False
    """The plane writes numbers as text."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.merge is not None) != ("map" in holes(self.apply.body)):
            raise ValueError("merge and {map} in apply's body go together")
        if self.merge is not None and not self.read.pointer.startswith(self.merge + "/"):
            raise ValueError("read's pointer must lie within merge")
        if self.merge is not None and self.undo is not None:
            raise ValueError("what is merged is undone by merging: it needs no undo")
        if "kept" in holes([self.apply.path, self.apply.body]):
            raise ValueError("{kept} belongs to undo")
        if (self.read.keep is not None) != (self.undo is not None and "kept" in holes(self.undo.body)):
            raise ValueError("read's keep and {kept} in undo's body go together")
        return self


class AnswersProof(Shape):
    """The newest `of` answers that began after it was accepted carry it in `field`.

    What they must carry: the value itself; `map`, by value; `equals`, when it stands at `to`; `at_most` the value;
    not `lacks`; at least one `some`; or `share` of them in as many percent as the value says.
    """

    field: str
    of: int = Field(default=20, ge=1, le=200)
    segment: str = ""
    equals: Scalar | None = None
    map: dict[Scalar, Scalar] = Field(default_factory=dict)
    at_most: bool = False
    lacks: Scalar | None = None
    some: Scalar | None = None
    share: Scalar | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = (self.equals is not None, bool(self.map), self.at_most, self.lacks is not None,
                 self.some is not None, self.share is not None)  # fmt: skip
        if sum(rules) > 1:
            raise ValueError("one of equals, map, at_most, lacks, some and share is expected")
        return self


class StatProof(Shape):
    """A figure of the last `window` seconds, all of them after it was accepted."""

    stat: str
    below: float | None = None
    above: float | None = None
    at: float | None = None
    window: int = Field(default=10, ge=1, le=3600)

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if [self.below, self.above, self.at].count(None) != 2:
            raise ValueError("one of below, above and at is expected")
        return self


class CallsProof(Shape):
    """The tool was not called in the last `none_for` seconds, all of them after it was accepted."""

    calls: str
    none_for: int = Field(ge=1, le=3600)


class JobsProof(Shape):
    """The running agent jobs: how many, or the steps of the longest. `value`: at most what the control stands at."""

    jobs: Literal["running", "longest_steps"]
    at_most: float | Literal["value"] = 0


class TriedProof(Shape):
    """A probe of the service itself is run, and `count` of its answer is at most that, or is exactly that."""

    probe: Literal["attack", "harmless", "golden", "canary", "egress"]
    count: str
    at_most: float | None = None
    equals: Scalar | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_most is None) == (self.equals is None):
            raise ValueError("either at_most or equals is expected")
        return self


class SettingProof(Shape):
    """Nothing but the setting shows it."""

    setting_only: Literal[True]


ServiceProof = Annotated[
    Annotated[AnswersProof, Tag("field")]
    | Annotated[StatProof, Tag("stat")]
    | Annotated[CallsProof, Tag("calls")]
    | Annotated[JobsProof, Tag("jobs")]
    | Annotated[TriedProof, Tag("probe")]
    | Annotated[SettingProof, Tag("setting_only")],
    by_key("field", "stat", "calls", "jobs", "probe", "setting_only"),
]


class PracticeTarget(Shape):
    """A setting of the practice AI service. `hold`: `held` also copies and hashes the evidence."""

    setting: str = Field(pattern=r"[a-z][a-z0-9_.]*")
    proof: ServiceProof
    hold: bool = False


class NoTarget(Shape):
    """For planes that are only read."""

    @model_validator(mode="before")
    @classmethod
    def _none(cls, _: Any) -> Any:
        raise ValueError("this plane answers checks only; it pulls nothing")
