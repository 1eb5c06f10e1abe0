"""What a plane answered, and what each status means to the person who pulls."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from stanch.controls.fault import PlaneFault
from stanch.core.text import one_line

MASK: Final = "••••"
_READ_BACK: Final = "It may have happened: read it back."


@dataclass(frozen=True, slots=True)
class Answer:
    """`plane` and `secrets` serve the faults that come of it; a write that was answered was sent."""

    plane: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    write: bool
    request_id: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Every form of the plane's secret that it might echo."""

    @property
    def empty(self) -> bool:
        return not self.body.strip()

    @property
    def html(self) -> bool:
        kind = self.headers.get("content-type", "").lower()
        return "html" in kind or self.body.lstrip()[:14].lower().startswith((b"<!doctype", b"<html"))

    def json(self) -> Any:
        """Raises `PlaneFault` for a page, for nothing, and for what is no JSON."""
        if self.html:
            raise self.fault(f"{self.plane} answered with a web page, not with data: is there a login before it?")
        if self.empty:
            raise self.fault(f"{self.plane} answered with nothing.")
        try:
            return json.loads(self.body, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise self.fault(f"{self.plane} answered with something that is no JSON.") from None

    def object(self) -> dict[str, Any]:
        """As `json`, and it must be an object."""
        found = self.json()
        if not isinstance(found, dict):
            raise self.fault(f"{self.plane} answered in another shape than expected.")
        return found

    def fault(self, message: str, **more: Any) -> PlaneFault:
        """With what is true of every fault after an answer; `more` overrules it."""
        said = f"{message} {_READ_BACK}" if self.write and more.get("sent", True) else message
        return PlaneFault(said, **{"sent": self.write, "request_id": self.request_id, "status": self.status, **more})

    def refused(self, key: str) -> PlaneFault:
        """The fault that a status of 300 or more means. `key` names the environment variable with the secret."""
        status, named, why = self.status, f"{self.status} {_phrase(self.status)}".strip(), self._why()
        because = f", it says: {why}" if why else ""
        if status < 400:
            where = "to another address"
            return self.fault(f"{self.plane} sends us {where} ({named}); it was not followed.", permanent=True)
        if status == 401:
            check = f"check {key}" if key else "it wants a secret, and the catalogue names none"
            return self._no(f"{self.plane} does not accept us ({named}): {check}.")
        if status == 403:
            return self._no(f"{self.plane} does not let us do this ({named}): ask its owner, or do it by hand.")
        if status == 404:
            return self._no(f"{self.plane} has no such thing ({named}): look at the catalogue, or do it by hand.")
        if status == 409:
            return self._no(f"Somebody else changed it meanwhile ({named}): look at it before you pull.")
        if status == 429:
            wait = self.retry_after()
            again = f"again in {wait:g} s" if wait is not None else "again later"
            return self.fault(f"{self.plane} gets too many requests ({named}): {again}.", sent=False, retry_after=wait)
        if status < 500:
            return self._no(f"{self.plane} refused it ({named}){because}.", permanent=status not in (408, 423, 425))
        return self.fault(f"{self.plane} is in trouble itself ({named}).", retry_after=self.retry_after())

    def retry_after(self) -> float | None:
        """Seconds of Retry-After; a date counts from the plane's own."""
        told = self.headers.get("retry-after", "").strip()
        if told.isascii() and told.isdigit() and len(told) < 8:
            return float(told)
        try:
            until, now = _date(told), _date(self.headers.get("date", ""))
        except (ValueError, TypeError):
            return None
        return max(0.0, (until - now).total_seconds())

    def _no(self, message: str, *, permanent: bool = True) -> PlaneFault:
        return self.fault(message, sent=False, permanent=permanent)

    def _why(self) -> str:
        """A few words out of the body, if it holds them where everybody puts them."""
        try:
            found = json.loads(self.body) if self.body[:1] == b"{" else {}
        except (ValueError, RecursionError):
            return ""
        for name in ("error", "message", "detail"):
            word = found.get(name)
            word = word.get("message") if isinstance(word, dict) else word
            if isinstance(word, str) and word.strip():
                return masked(one_line(masked(word, self.secrets), 80), self.secrets).rstrip(". ")
        return ""


def masked(text: str, secrets: Iterable[str]) -> str:
    """`text` without the secrets, should a plane have echoed one."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _date(text: str) -> datetime:
    return parsedate_to_datetime(text)


def _no_number(text: str) -> Any:
    raise ValueError(text)
