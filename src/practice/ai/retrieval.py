"""Search: which sources come back for a question, from which index, and how deep it looks."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from practice.ai import phrases
from practice.ai.causes import MOVES, RETRIEVAL
from practice.ai.model import Question
from practice.ai.settings import Values

ARCHIVE = "archive"
"""What the bad build brings instead: pages that nobody keeps up."""
ALWAYS = "orders"
BAD_EMPTY, BAD_OLD = 0.32, 0.38
USUAL_EMPTY = 0.015
RANKED, UNRANKED = 0.97, 0.93


@dataclass(frozen=True, slots=True)
class Found:
    """What search brought. ``right``: the source that knows is among them; ``old``: they are out of date."""

    sources: tuple[str, ...]
    right: bool = False
    old: bool = False


def search(asked: Question, served: Values, broken: set[str], draw: Random) -> Found:
    """The sources in the order of their rank, none when nothing was found."""
    depth = served.whole("retrieval_depth")
    bad_build = RETRIEVAL in broken and served["index"] == MOVES[RETRIEVAL][1]
    empty = USUAL_EMPTY + (BAD_EMPTY if bad_build else 0) + (0.06 if depth < 3 else 0)
    luck, age, rank, other = draw.random(), draw.random(), draw.random(), draw.random()
    if luck < empty:
        return Found(())
    if bad_build and age < BAD_OLD:
        return Found((ARCHIVE,), old=True)
    live = [name for name in ("wiki", "manual") if served[f"source.{name}"] == "on"] + [ALWAYS]
    right = phrases.SOURCE_OF[asked.topic]
    wanted = RANKED if served["reranker"] == "on" else UNRANKED
    wanted -= 0.04 if depth < 4 else 0
    first = [right] if right in live and rank < wanted else []
    more = [name for name in live if name != right][: 1 if other < 0.5 else 2] if depth > 1 or not first else []
    return Found((*first, *more), right=bool(first))
