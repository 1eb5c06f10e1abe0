"""Refusals: in Slack's own words towards the app, in plain words towards whoever drives the practice workspace."""

from __future__ import annotations

from typing import Any


class SlackError(Exception):
    """A refusal as the Web API words it: ``{"ok": false, "error": word, ...}``.

    ``messages`` become ``response_metadata.messages`` (Slack's ``[ERROR] ... [json-pointer:/blocks/0]`` lines),
    ``extra`` are further top-level fields such as ``needed`` and ``provided``.
    """

    def __init__(self, word: str, messages: list[str] | None = None, **extra: Any) -> None:
        super().__init__(word)
        self.word = word
        self.messages = messages or []
        self.extra = extra

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error": self.word, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body

    def __str__(self) -> str:
        return f"{self.word}: {'; '.join(self.messages)}" if self.messages else self.word


class ActingError(Exception):
    """What was asked of ``/practice/...`` cannot be done by a person here; the message says why. Answered with 400."""
