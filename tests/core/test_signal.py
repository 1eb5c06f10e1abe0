"""A signal: what it looks like and why, what one more word of its source changes, and that its words are only data."""

from dataclasses import replace
from datetime import timedelta

import pytest

from stanch.core.catalogue import Klass
from stanch.core.signal import Guess, Signal, classify, follow, heard
from tests.fakes.world import NOW, catalogue, minutes

CLASSES = (
    Klass("security", "Security", restricted=True, starts_at="SEV2"),
    Klass("safety_violation", "Safety violation", starts_at="SEV2"),
    Klass("provider_outage", "Availability", starts_at="SEV2"),
    Klass("latency_saturation", "Latency and saturation"),
    Klass("cost_runaway", "Cost runaway", starts_at="SEV2"),
    Klass("retrieval_failure", "Retrieval failure"),
    Klass("quality_regression", "Quality regression"),
)
KNOWN = catalogue(*CLASSES)


def signal(title: str = "look at this", **facts: object) -> Signal:
    given: dict[str, object] = {"status": "firing", "since": NOW, **facts}
    return heard("alertmanager", "{}:{}", title=title, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "klass"),
    [
        ("LLMRefusalRateHigh", "quality_regression"),
        ("HallucinationRate", "quality_regression"),
        ("LLMErrorRateHigh", "provider_outage"),
        ("GatewayHTTP5xx", "provider_outage"),
        ("Provider429s_429", "provider_outage"),
        ("ErrorBudgetBurn", "provider_outage"),
        ("TTFTHigh", "latency_saturation"),
        ("chat_latency_p95", "latency_saturation"),
        ("SpendPerHour", "cost_runaway"),
        ("TokenBudgetExceeded", "cost_runaway"),
        ("GroundednessLow", "retrieval_failure"),
        ("VectorIndexStale", "retrieval_failure"),
        ("PromptInjectionDetected", "security"),
        ("DataLeak", "security"),
        ("JailbreakWave", "security"),
        ("ToxicAnswers", "safety_violation"),
        ("MemoryLeak", None),
        ("DiskFull", None),
    ],
)
def test_the_name_of_a_rule_shows_its_class(name: str, klass: str | None) -> None:
    """Names as people write rules show the class that an expert would start from, or none."""
    assert classify(signal(name=name), KNOWN).klass == klass


def test_labels_win_over_words() -> None:
    """What a label says outright is believed, in any spelling, and each part is said with its reason."""
    labels = {"service": "Support Copilot", "class": "Cost runaway", "severity": "SEV-1"}
    found = classify(signal("errors everywhere", name="LLMErrorRateHigh", labels=labels), KNOWN)
    because = ("class=Cost runaway", "severity=SEV-1")
    assert found == Guess("support-copilot", "cost_runaway", "SEV1", because)


def test_the_name_comes_before_the_description() -> None:
    """A dangerous word in passing does not outweigh what the rule is named after."""
    found = classify(signal("slow answers", name="LatencyHigh", text="users see errors and may leak out"), KNOWN)
    assert (found.klass, found.because[0]) == ("latency_saturation", "“latency” in its name")


def test_of_two_classes_in_one_text_the_more_dangerous_leads() -> None:
    """The order is the catalogue's: security before availability before cost."""
    assert classify(signal("spend and errors after a jailbreak"), KNOWN).klass == "security"
    assert classify(signal("spend and errors"), KNOWN).klass == "provider_outage"


@pytest.mark.parametrize(
    ("label", "severity"),
    [("critical", "SEV2"), ("page", "SEV2"), ("WARNING", "SEV3"), ("info", "SEV4"), ("sev1", "SEV1"), ("P1", "SEV1")],
)
def test_severities_as_monitoring_spells_them(label: str, severity: str) -> None:
    """Common spellings become ours; what pages starts at SEV2, as only SEV1 needs everybody."""
    found = classify(signal(labels={"severity": label}), KNOWN)
    assert (found.severity, found.because) == (severity, (f"severity={label}",))


def test_without_a_severity_the_class_says_where_it_starts() -> None:
    """A label that is no severity is no guess; the class's own start is, with its reason."""
    found = classify(signal(name="SpendPerHour", labels={"severity": "purple"}), KNOWN)
    assert (found.severity, found.because) == ("SEV2", ("“spend” in its name", "Cost runaway starts at SEV2"))


def test_nothing_is_guessed_that_the_catalogue_does_not_know() -> None:
    """Classes, services and severities that the team does not have are never proposed."""
    few = catalogue(Klass("quality_regression", "Quality regression"))
    few = replace(few, services={}, severities={})
    labels = {"service": "support-copilot", "severity": "critical", "class": "security"}
    assert classify(signal(name="LLMErrorRateHigh", labels=labels), few) == Guess()


def test_words_from_outside_are_data() -> None:
    """Secrets, personal data and control characters are gone before anything is stored; long text is cut."""
    found = heard(
        "alertmanager",
        "{}",
        title="  key sk-abcdefghij0123456789abcdef leaked\x00\n at mail@example.com ",
        status="firing",
        labels={"api_key": "hunter22x", "zone": "eu", "empty": ""},
        text="x" * 9_000,
        count=-3,
    )
    assert found.title == "key [redacted: API key] leaked at [redacted: e-mail]"
    assert found.labels == (("api_key", "[redacted: secret]"), ("zone", "eu"))
    assert (len(found.text), found.count) == (1_500, 1)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://vm:19090/graph?g0.expr=a+%3E+0.05&g0.tab=1", True),
        ("https://alerts.example/#/alerts?filter=%7Ba%7D", True),
        ("javascript:alert(1)", False),
        ("https://a.example/x|y", False),
        ("https://a.example/><!channel>", False),
        ("https://user:passw0rd@a.example/", False),
        ("https://a.example/?token=abcdef0123456789", False),
        ("https://a.example/" + "x" * 1_000, False),
    ],
)
def test_only_harmless_links_are_kept(url: str, kept: bool) -> None:
    """A link is http or https, cannot break out of Slack's markup, and holds no secret; else there is none."""
    assert signal(link=url).link == (url if kept else "")


def test_the_key_is_the_groups_and_tells_nothing() -> None:
    """The same group has the same key whatever else is told; another group, and another source, has another."""
    one = signal("first", count=3)
    assert one.key == signal("second").key == "alertmanager-" + one.key.rpartition("-")[2]
    keys = {one.key, heard("alertmanager", "{}:{x}", title="", status="firing").key}
    keys.add(heard("grafana", "{}:{}", title="", status="firing").key)
    assert len(keys) == 3


def test_a_signal_survives_being_stored() -> None:
    """What is written as JSON is read back equal."""
    one = signal(labels={"a": "b"}, until=NOW + minutes(3), status="resolved")
    assert Signal.from_json(one.as_json()) == one


# what one more word changes


def test_what_began_later_does_not_move_the_beginning() -> None:
    """While it fires, the beginning is the earliest that was told, and never lies in the future."""
    first = follow(None, signal(since=NOW - minutes(9)), NOW)
    later = follow(first, signal("worse", since=NOW - minutes(2), count=4), NOW)
    assert (later.title, later.count, later.since) == ("worse", 4, NOW - minutes(9))
    assert follow(None, signal(since=NOW + minutes(5)), NOW).since == NOW
    assert follow(None, signal(since=None), NOW).since == NOW


def test_a_resolved_signal_stays_described_as_it_fired() -> None:
    """Only its end is news: the words and the count are those of the trouble."""
    fired = follow(None, signal("37 % fail", since=NOW, count=5), NOW)
    ended = follow(fired, signal("0 % fail", status="resolved", since=NOW, until=NOW + minutes(2)), NOW + minutes(3))
    assert ended == replace(fired, status="resolved", until=NOW + minutes(2))


def test_a_repetition_is_no_news() -> None:
    """The same word again changes nothing, nor does the link of a twin, nor a second end."""
    fired = follow(None, signal(link="http://am-1/"), NOW)
    assert follow(fired, signal(link="http://am-2/"), NOW + minutes(5)) == fired
    ended = follow(fired, signal(status="resolved"), NOW + minutes(6))
    assert follow(ended, signal(status="resolved", until=NOW + minutes(8)), NOW + minutes(9)) == ended


def test_firing_again_is_a_new_beginning() -> None:
    """After its end the same group begins anew."""
    fired = follow(None, signal(), NOW)
    ended = follow(fired, signal(status="resolved"), NOW + minutes(6))
    again = follow(ended, signal(since=NOW + minutes(7)), NOW + timedelta(minutes=8))
    assert (again.status, again.since, again.until) == ("firing", NOW + minutes(7), None)
