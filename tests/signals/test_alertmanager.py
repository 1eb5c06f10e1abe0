"""Alertmanager's webhook as it was recorded, and what a broken sender is told."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stanch.core.signal import Signal, Unreadable
from stanch.signals.alertmanager import parse

RECORDED = Path(__file__).parents[1] / "fixtures/payloads/alertmanager-0.25-webhook.jsonl"
Json = dict[str, Any]


def recorded() -> list[tuple[Json, bytes]]:
    """Each delivery as Alertmanager 0.25 made it: headers and body."""
    lines = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    return [(line["headers"], line["body"].encode()) for line in lines]


def body(**changed: Any) -> bytes:
    """A firing body of one alert, with fields changed; None takes a field away."""
    whole = json.loads(recorded()[0][1]) | changed
    return json.dumps({k: v for k, v in whole.items() if v is not None}).encode()


def alert(number: int, **more: Any) -> Json:
    labels = {"alertname": "LLMErrorRateHigh", "model": f"model-{number}"}
    summary = {"summary": f"model {number} fails"}
    return {"status": "firing", "labels": labels, "annotations": summary, "fingerprint": f"f{number}", **more}


FIRING = Signal(
    source="alertmanager",
    key="alertmanager-a7f4fe500fdf12cf",
    title="Error ratio 37% for gpt-4o",
    status="firing",
    since=datetime(2026, 11, 22, 2, 48, 13, 553000, UTC),
    count=1,
    name="LLMErrorRateHigh",
    labels=(
        ("severity", "critical"),
        ("service", "chat"),
        ("job", "llm"),
        ("cluster", "prod-us"),
        ("instance", "127.0.0.1:19105"),
        ("model", "gpt-4o"),
        ("team", "ai-platform"),
    ),
    text="Model gpt-4o on chat failing",
    link="http://vm:19090/graph?g0.expr=llm_error_ratio+%3E+0.05&g0.tab=1",
    runbook="https://runbooks.example/llm-errors",
)


def test_what_fires_is_read_whole() -> None:
    """The recorded firing body is one signal with all that people and the incident need."""
    assert parse(*recorded()[0]) == [FIRING]


def test_what_is_resolved_is_the_same_signal_with_an_end() -> None:
    """The recorded resolved body has the key of the firing one, and the moment at which it ended."""
    (signal,) = parse(*recorded()[1])
    until = datetime(2026, 11, 22, 2, 48, 15, 553000, UTC)
    assert (signal.key, signal.status, signal.until) == (FIRING.key, "resolved", until)


def test_a_group_is_described_by_what_its_alerts_share() -> None:
    """Of alerts that say different things the rule and the labels of the group are told, with the count."""
    (signal,) = parse(
        {},
        body(
            alerts=[alert(1), alert(2), alert(3, status="resolved")],
            commonLabels={"alertname": "LLMErrorRateHigh", "service": "chat"},
            commonAnnotations={},
            groupLabels={"alertname": "LLMErrorRateHigh", "region": "eu"},
            truncatedAlerts=40,
        ),
    )
    told = (signal.title, signal.count, signal.labels, signal.link)
    assert told == ("LLMErrorRateHigh (region=eu)", 42, (("service", "chat"),), "http://vm:19093")


def test_a_group_began_with_its_first_alert() -> None:
    """The beginning is the earliest of the alerts that fire, whatever the zone in which it is written."""
    early, late = "2026-11-22T01:30:00+00:00", "2026-11-22T03:15:00.123456789+01:00"
    (signal,) = parse({}, body(alerts=[alert(1, startsAt=late), alert(2, startsAt=early)]))
    assert signal.since == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", None]
)
def test_a_moment_that_says_nothing_is_none(moment: str | None) -> None:
    """Go's zero time and times that cannot be are not taken for the beginning."""
    (signal,) = parse({}, body(alerts=[alert(1, startsAt=moment)]))
    assert signal.since is None


def test_fields_that_we_do_not_know_are_let_be() -> None:
    """A later Alertmanager may say more; what we know is read all the same."""
    (signal,) = parse({}, body(notificationReason="first", alerts=[alert(1, silencedBy=["x"], extra={"deep": [1]})]))
    assert signal.title == "Error ratio 37% for gpt-4o"


EXPECTED = "expected an Alertmanager webhook of version 4; "


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", "Invalid JSON: EOF while parsing a value at line 1 column 0"),
        (b"\xff\xfe", "Invalid JSON: expected value at line 1 column 1"),
        (b"[" * 900_000, "Invalid JSON: recursion limit exceeded at line 1 column 202"),
        (b"[]", "Input should be an object"),
        (b'{"text": "hello"}', "version: Field required"),
        (body(version="5"), "version: Input should be '4'"),
        (body(groupKey=""), "groupKey: String should have at least 1 character"),
        (body(groupKey=None), "groupKey: Field required"),
        (body(status="odd"), "status: Input should be 'firing' or 'resolved'"),
        (body(alerts=[]), "alerts: List should have at least 1 item after validation, not 0"),
        (body(alerts=[alert(1, labels={"a": 1})]), "alerts.0.labels.a: Input should be a valid string"),
        (body(alerts=[alert(1, startsAt="yesterday")]), "alerts.0.startsAt: Input should be a valid datetime"),
        (body(truncatedAlerts=-1), "truncatedAlerts: Input should be greater than or equal to 0"),
    ],
)
def test_a_broken_body_is_told_what_was_expected(sent: bytes, answer: str) -> None:
    """Each fault is one line that names the place and never quotes what was sent."""
    with pytest.raises(Unreadable) as refused:
        parse({}, sent)
    assert str(refused.value).startswith(EXPECTED + answer)
    assert "\n" not in str(refused.value)
    assert "yesterday" not in str(refused.value)
