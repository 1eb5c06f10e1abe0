"""A signal: one group of alerts in our own words, and what it looks like.

Everything in it came from outside and is data: cleaned, redacted (secrets and personal data) and cut by `heard`, the
only way in. Moments are aware and in UTC.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.redact import redact
from stanch.core.text import TITLE, clean, one_line
from stanch.errors import StanchError

Status = Literal["firing", "resolved"]
LABELS: Final = 12
"""Labels that are kept of a signal; those that say what it is come first."""
LABEL: Final = 120
TEXT: Final = 1_500
LINK: Final = 1_000
MOST: Final = 1_000_000


class Unreadable(StanchError):
    """What a source sent is not what it should have sent. The message is one line: what was expected, and where."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One group of alerts as its source told it last."""

    source: str
    key: str
    """Stable for the group, whatever its alerts do."""
    title: str
    status: Status
    since: datetime | None
    """When it began; None when the source did not say."""
    until: datetime | None = None
    """When it ended, of one that is resolved."""
    count: int = 1
    """Alerts in the group, those that the source left out included."""
    name: str = ""
    """What the source calls the rule that fired."""
    labels: tuple[tuple[str, str], ...] = ()
    text: str = ""
    link: str = ""
    runbook: str = ""

    def as_json(self) -> dict[str, Any]:
        return {k: stamp(v) if isinstance(v, datetime) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> "Signal":
        moments = {k: unstamp(facts[k]) for k in ("since", "until") if facts.get(k)}
        return cls(**{**facts, **moments, "labels": tuple((k, v) for k, v in facts["labels"])})


def heard(
    source: str,
    group: str,
    *,
    title: str,
    status: Status,
    since: datetime | None = None,
    until: datetime | None = None,
    count: int = 1,
    name: str = "",
    labels: Mapping[str, str] | None = None,
    text: str = "",
    link: str = "",
    runbook: str = "",
) -> Signal:
    """A signal of raw words. `group` is what the source calls the group; of links only http and https are kept."""
    name = _line(name, LABEL)
    return Signal(
        source=source,
        key=key_of(source, group),
        title=_line(title, TITLE) or name or "An alert without a name",
        status=status,
        since=since,
        until=until,
        count=min(max(count, 1), MOST),
        name=name,
        labels=tuple(_labels(labels or {})),
        text=clean(redact(text, personal=True), TEXT),
        link=_link(link),
        runbook=_link(runbook),
    )


def key_of(source: str, group: str) -> str:
    """`alertmanager-4f1c…`: 16 hexadecimal digits of the group's name, so that it fits a key and tells nothing."""
    return f"{source}-{hashlib.sha256(group.encode(errors='replace')).hexdigest()[:16]}"


def follow(before: Signal | None, now_heard: Signal, now: datetime) -> Signal:
    """What is known after one more word of the source; equal to `before` when it brought no news.

    A resolved signal stays described as it was while it fired. The links of two sources that tell the same (a pair of
    Alertmanagers, each with its own address) are no news.
    """
    since = min(now_heard.since or now, now)
    if now_heard.status == "resolved":
        if before is not None and before.status == "resolved":
            return before
        known = before or now_heard
        since = min(known.since or since, since)
        return replace(known, status="resolved", since=since, until=max(since, min(now_heard.until or now, now)))
    if before is None or before.status == "resolved":
        return replace(now_heard, since=since, until=None)
    return replace(
        now_heard,
        since=min(before.since or since, since),
        until=None,
        link=before.link or now_heard.link,
        runbook=before.runbook or now_heard.runbook,
    )


@dataclass(frozen=True, slots=True)
class Guess:
    """What a signal looks like, as ids of the catalogue, None where nothing says it; why this class and severity."""

    service: str | None = None
    klass: str | None = None
    severity: str | None = None
    because: tuple[str, ...] = ()


def classify(signal: Signal, catalogue: Catalogue) -> Guess:
    """What the labels say outright wins; then words, those of the rule's name first, the more dangerous class first."""
    labels = dict(signal.labels)
    service, _ = _named(labels, SERVICE_LABELS, {k: v.name for k, v in catalogue.services.items()})
    klass, why_class = _named(labels, CLASS_LABELS, {k: v.name for k, v in catalogue.classes.items()})
    if klass is None:
        klass, why_class = _by_words(signal, catalogue)
    severity, why_severity = _severity(labels, klass, catalogue)
    because = tuple(one for one in (why_class, why_severity) if one)
    return Guess(service, klass, severity, because)


SERVICE_LABELS: Final = ("stanch_service", "service", "service_name", "app", "application", "component", "job")
CLASS_LABELS: Final = ("stanch_class", "class", "incident_class")
SEVERITY_LABELS: Final = ("stanch_severity", "severity", "priority", "level")
SEVERITIES: Final[Mapping[str, str]] = {
    word: severity
    for severity, words in {
        "SEV1": "emergency disaster fatal p0 p1",
        "SEV2": "critical crit page high major p2",
        "SEV3": "error warning warn medium minor p3",
        "SEV4": "info information notice low none p4 p5",
    }.items()
    for word in words.split()
}
"""How monitoring spells severities. SEV1 and SEV2 both page (catalogue, section 3): *critical* and *page* alone do not
say that everybody needed must wake, so they start at SEV2, and a person raises it."""

SIGNS: Final[tuple[tuple[str, str], ...]] = (
    ("security", r"(?:prompt )?inject\w*|jailbreak\w*|exfiltrat\w*|pii|data breach"
                 r"|(?<!memory )(?<!goroutine )(?<!thread )(?<!connection )leak(?:s|ed|age|ing)?"),
    ("safety_violation", r"unsafe|harm(?:ful)?|toxic\w*|self harm|moderation|safety|policy violations?"),
    ("provider_outage", r"errors?|(?:http)?(?:[45]xx|5\d\d|429)|outages?|unavailab\w*|down|rate limit\w*|quota"
                        r"|fail\w*|unreachable"),
    ("latency_saturation", r"latenc\w*|slow\w*|p9[059]|ttft|time ?outs?|timed out|queu\w*|saturat\w*|first token"),
    ("cost_runaway", r"costs?|spend\w*|budgets?|billing|usd|dollars?|token (?:usage|burn)"),
    ("retrieval_failure", r"retriev\w*|grounded(?:ness)?|grounding|index\w*|embeddings?|citations?|stale\w*|rag"),
    ("quality_regression", r"refus\w*|quality|accura\w*|hallucinat\w*|drift\w*|wrong|faithful\w*|evals?|correctness"),
)  # fmt: skip
"""Words that show a class, the more dangerous class first (catalogue, section 7)."""
_SIGNS: Final = tuple((klass, re.compile(rf"\b(?:{words})\b")) for klass, words in SIGNS)
_SEAMS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")


def _by_words(signal: Signal, catalogue: Catalogue) -> tuple[str | None, str]:
    for where, text in (("name", signal.name), ("title", signal.title), ("description", signal.text)):
        words = _SEAMS.sub(" ", text).lower()
        for klass, sign in _SIGNS:
            if klass in catalogue.classes and (found := sign.search(words)):
                return klass, f"“{found.group()}” in its {where}"
    return None, ""


def _severity(labels: Mapping[str, str], klass: str | None, catalogue: Catalogue) -> tuple[str | None, str]:
    for label in SEVERITY_LABELS:
        said = labels.get(label, "").strip()
        exact = re.fullmatch(r"(?i)sev[ -]?([1-4])", said)
        severity = f"SEV{exact[1]}" if exact else SEVERITIES.get(said.lower(), "")
        if severity in catalogue.severities:
            return severity, f"{label}={said}"
    sheet = catalogue.klass(klass) if klass else None
    if sheet and sheet.starts_at in catalogue.severities:
        return sheet.starts_at, f"{sheet.name} starts at {sheet.starts_at}"
    return None, ""


def _named(labels: Mapping[str, str], where: Iterable[str], names: Mapping[str, str]) -> tuple[str | None, str]:
    """The id that a label names, by the id itself or by the name that people see, in any case and spelling."""
    for label in where:
        wanted = _plain(labels.get(label, ""))
        for id, name in names.items():
            if wanted and wanted in (_plain(id), _plain(name)):
                return id, f"{label}={labels[label]}"
    return None, ""


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.strip().casefold())


def _line(text: str, limit: int) -> str:
    return one_line(redact(text, personal=True), limit)


def _labels(labels: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    telling = (*CLASS_LABELS, *SEVERITY_LABELS, *SERVICE_LABELS)
    ranked = sorted(labels, key=lambda name: (telling.index(name) if name in telling else len(telling), name))
    for name in ranked[:LABELS]:
        # Together, so that a label whose name says that it holds a secret loses its value.
        line = _line(f"{name}={labels[name]}", LABEL)
        shown, mark, value = line.partition("=")
        if mark and value:
            yield shown, value


_HTTP: Final = re.compile(r"https?://[^\s<>|\"`\\]+", re.IGNORECASE)


def _link(url: str) -> str:
    """The address if people can follow it: http or https, not too long, and nothing in it that must not be stored."""
    url = url.strip()
    fits = len(url) <= LINK and _HTTP.fullmatch(url) is not None
    return url if fits and redact(clean(url, LINK), personal=True) == url else ""
