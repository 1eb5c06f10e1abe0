"""The built-in judge: what is wrong with a model's words, by comparing them with what the shop would say."""

from __future__ import annotations

from practice.ai import phrases
from practice.ai.copilot import Begun, shortened
from practice.ai.model import Question
from practice.ai.settings import Values


def judged(asked: Question, work: Begun, served: Values, text: str) -> dict[str, bool]:
    """The marks of ``Content`` that are set. Words that the shop does not know are bad, and rest on nothing."""

    def says(usual: str) -> bool:
        whole = usual.format(order=asked.order)
        return text in (whole, shortened(whole, served))

    language = asked.language
    if says(phrases.HARMFUL[language]):
        return {"flagged": True, "bad": True}
    if says(phrases.REFUSAL[language]):
        return {"refused": True}
    if says(phrases.UNKNOWN[language]):
        return {"dont_know": True}
    good = says(phrases.GOOD[language][asked.topic])
    return {"bad": not good, "grounded": good and bool(work.found.sources)}
