"""Which text fits which moment, what it may name, and who may send it alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from stanch.core import commands as c
from stanch.core.catalogue import CLASS_ORDER
from stanch.core.incident import Incident, Mitigation
from stanch.core.pulls import Pull, Step
from stanch.core.wording import (
    AUDIENCES,
    MOMENTS,
    PUBLIC,
    PUBLIC_WORDS,
    WORDS,
    Meta,
    by_provider,
    choose,
    facts,
    limits,
    may_go_out,
    moment,
)  # fmt: skip
from stanch.store.templates import Templates
from tests.fakes.world import opened, walked

METAS = Templates.read(Path(__file__).parents[2] / "message_templates").meta
CHOSEN = {
    ("status_page", "title"): {
        "": "status_title",
        "security": "status_title_security",
        "safety_violation": "status_title_safety",
        "provider_outage": "status_title_availability",
        "latency_saturation": "status_title_latency",
        "cost_runaway": "status_title_cost",
        "retrieval_failure": "status_title_retrieval",
        "quality_regression": "status_title_quality",
    },
    ("status_page", "holding"): {
        "": "holding_any",
        "security": "holding_security",
        "safety_violation": "holding_safety",
        "provider_outage": "holding_availability",
        "latency_saturation": "holding_latency",
        "cost_runaway": "holding_cost",
        "retrieval_failure": "holding_retrieval",
        "quality_regression": "holding_quality",
    },
    ("status_page", "first_notice"): {
        "": "users_first_notice",
        "security": "users_open_security",
        "safety_violation": "users_open_safety",
        "provider_outage": "users_first_notice_availability",
        "latency_saturation": "users_first_notice_latency",
        "cost_runaway": "users_first_notice_cost",
        "retrieval_failure": "users_first_notice_retrieval",
        "quality_regression": "users_first_notice_quality",
    },
    ("status_page", "update"): {
        "": "users_update",
        "security": "users_open_security",
        "safety_violation": "users_open_safety",
        "provider_outage": "users_update_availability",
        "latency_saturation": "users_update_latency",
        "cost_runaway": "users_update_cost",
        "retrieval_failure": "users_update_retrieval",
        "quality_regression": "users_update_quality",
    },
    ("status_page", "no_news"): {
        "": "users_no_news",
        "security": "users_open_security",
        "safety_violation": "users_open_safety",
    },
    ("status_page", "contained"): {
        "": "users_contained",
        "security": "users_calm_security",
        "safety_violation": "users_calm_safety",
        "provider_outage": "users_contained_availability",
        "latency_saturation": "users_contained_latency",
        "cost_runaway": "users_contained_cost",
        "retrieval_failure": "users_contained_retrieval",
        "quality_regression": "users_contained_quality",
    },
    ("status_page", "watching"): {
        "": "users_watching",
        "security": "users_calm_security",
        "safety_violation": "users_calm_safety",
    },
    ("status_page", "resolved"): {
        "": "users_resolved",
        "security": "users_resolved_security",
        "safety_violation": "users_resolved_safety",
        "provider_outage": "users_resolved_availability",
        "latency_saturation": "users_resolved_latency",
        "cost_runaway": "users_resolved_cost",
        "retrieval_failure": "users_resolved_retrieval",
        "quality_regression": "users_resolved_quality",
    },
    ("status_page", "dismissed"): {
        "": "users_dismissed",
        "security": "users_dismissed_guarded",
        "safety_violation": "users_dismissed_guarded",
    },
    ("stakeholders", "first_notice"): {
        "": "stakeholders_first_notice",
        "security": "stakeholders_open_security",
    },
    ("stakeholders", "update"): {
        "": "stakeholders_update",
        "security": "stakeholders_open_security",
        "safety_violation": "stakeholders_update_safety",
        "provider_outage": "stakeholders_update_availability",
        "latency_saturation": "stakeholders_update_latency",
        "cost_runaway": "stakeholders_update_cost",
        "retrieval_failure": "stakeholders_update_retrieval",
        "quality_regression": "stakeholders_update_quality",
    },
    ("stakeholders", "no_news"): {
        "": "stakeholders_no_news",
        "security": "stakeholders_open_security",
    },
    ("stakeholders", "contained"): {
        "": "stakeholders_contained",
        "security": "stakeholders_open_security",
        "retrieval_failure": "stakeholders_contained_retrieval",
        "quality_regression": "stakeholders_contained_quality",
    },
    ("stakeholders", "watching"): {
        "": "stakeholders_watching",
        "security": "stakeholders_open_security",
    },
    ("stakeholders", "resolved"): {
        "": "stakeholders_resolved",
        "security": "stakeholders_over_security",
        "retrieval_failure": "stakeholders_resolved_retrieval",
        "quality_regression": "stakeholders_resolved_quality",
    },
    ("stakeholders", "dismissed"): {
        "": "stakeholders_dismissed",
        "security": "stakeholders_over_security",
    },
    ("leadership", "first_notice"): {
        "": "leadership_first_notice",
        "security": "leadership_open_security",
    },
    ("leadership", "update"): {
        "": "leadership_update",
        "security": "leadership_open_security",
    },
    ("leadership", "no_news"): {
        "": "leadership_no_news",
        "security": "leadership_open_security",
    },
    ("leadership", "contained"): {
        "": "leadership_contained",
        "security": "leadership_open_security",
    },
    ("leadership", "watching"): {
        "": "leadership_watching",
        "security": "leadership_open_security",
    },
    ("leadership", "resolved"): {
        "": "leadership_resolved",
        "security": "leadership_over_security",
    },
    ("leadership", "dismissed"): {
        "": "leadership_dismissed",
        "security": "leadership_over_security",
    },
    ("team", "first_notice"): {
        "": "team_update",
        "security": "team_update_guarded",
        "safety_violation": "team_update_guarded",
    },
    ("team", "update"): {
        "": "team_update",
        "security": "team_update_guarded",
        "safety_violation": "team_update_guarded",
    },
    ("team", "no_news"): {
        "": "team_no_news",
    },
    ("team", "contained"): {
        "": "team_contained",
    },
    ("team", "watching"): {
        "": "team_watching",
    },
    ("team", "resolved"): {
        "": "team_resolved",
    },
    ("team", "dismissed"): {
        "": "team_dismissed",
    },
}
"""Audience and moment → the text for any class, under "", and for those classes that have one of their own."""


def of(klass: str | None = None, **facts: object) -> Incident:
    return replace(opened().incident, klass=klass, **facts)  # type: ignore[arg-type]


def test_each_class_has_a_text_for_each_moment_and_audience() -> None:
    """The whole table: what is chosen for every class, no class and a class of the team's own."""
    chosen: dict[tuple[str, str], dict[str, str | None]] = {}
    for audience, about in CHOSEN:
        any_class = choose(METAS, of(None), audience, about)
        assert choose(METAS, of("our_own_class"), audience, about) == any_class
        own = {klass: choose(METAS, of(klass), audience, about) for klass in CLASS_ORDER}
        chosen[audience, about] = {"": any_class} | {k: name for k, name in own.items() if name != any_class}
    assert chosen == CHOSEN


def test_the_table_is_whole() -> None:
    """Every moment that there is, for everybody to whom it is said: a title and a holding line are for the public."""
    told = {(one, about) for one in AUDIENCES for about in MOMENTS if about not in ("title", "holding")}
    told |= {("status_page", "title"), ("status_page", "holding"), ("users", "holding")}
    assert {*CHOSEN, *(("users", about) for who, about in CHOSEN if who == "status_page" and about != "title")} == told


def test_users_read_what_the_status_page_says() -> None:
    """For each class and moment the two are one text; titles are the page's alone."""
    for klass in (None, *CLASS_ORDER):
        for about in MOMENTS[1:]:
            assert choose(METAS, of(klass), "users", about) == choose(METAS, of(klass), "status_page", about)
    assert choose(METAS, of(), "users", "title") is None


def test_every_text_is_chosen_somewhere() -> None:
    """No file lies there that nobody would ever be shown."""
    assert {name for row in CHOSEN.values() for name in row.values()} == set(METAS)


def meta(name: str, *, classes: str = "", moments: str = "", severities: str = "") -> Meta:
    return Meta(name, name, ("team",), (*classes.split(),), (*moments.split(),), (*severities.split(),))


def test_the_closest_text_is_chosen() -> None:
    """Class goes before moment, moment before severity; of two that are as close the first by name."""
    ladder = [
        meta("any"),
        meta("b_any"),
        meta("grave", severities="SEV1"),
        meta("update", moments="update"),
        meta("grave_update", moments="update", severities="SEV1 SEV2"),
        meta("slow", classes="latency_saturation"),
        meta("slow_update", classes="latency_saturation quality_regression", moments="no_news update"),
    ]
    i = of("latency_saturation", severity="SEV1")
    for length, name in enumerate(["any", "any", "grave", "update", "grave_update", "slow", "slow_update"], 1):
        assert choose({one.name: one for one in ladder[:length]}, i, "team", "update") == name


def test_a_text_for_others_is_not_chosen() -> None:
    """Another audience, class, moment or severity; and what says no moment is neither title nor holding line."""
    i = of("latency_saturation", severity="SEV1")
    for other in (
        replace(meta("x"), audiences=("leadership",)),
        meta("x", classes="security"),
        meta("x", moments="resolved"),
        meta("x", severities="SEV2"),
    ):
        assert choose({"x": other}, i, "team", "update") is None
    assert choose({"x": meta("x", severities="SEV1")}, replace(i, severity=None), "team", "update") is None
    assert choose({"x": meta("x")}, i, "team", "holding") is None
    assert choose({"x": meta("x")}, i, "team", "title") is None


@pytest.mark.parametrize(
    ("phase", "about"),
    [
        ("assess", "update"), ("mitigate", "update"), ("diagnose", "contained"), ("resolve", "contained"),
        ("watching", "watching"), ("learn", "resolved"), ("closed", "resolved"), ("dismissed", "dismissed"),
    ],
)  # fmt: skip
def test_the_moment_follows_from_the_phase(phase: str, about: str) -> None:
    """For those who have heard before; to others the first word says that somebody has begun, while that is so."""
    i = walked(phase).incident
    assert moment(i, first=False) == about
    assert moment(i, first=True) == ("first_notice" if about == "update" else about)


def test_what_comes_back_is_an_update_again() -> None:
    """Once it is not contained any more, nobody is told that it is."""
    tale = walked("diagnose")
    tale.do(c.Bleeding("yes", "the refunds are wrong again"))
    assert moment(tale.incident, first=False) == "update"
    tale = walked("learn")
    tale.do(c.Reopen("it came back"))
    assert moment(tale.incident, first=False) == "update"


@pytest.mark.parametrize(
    ("by", "on", "ordinary", "delicate"),
    [
        ("", "", False, False),
        ("nobody yet", "", False, False),
        ("nobody yet", "2026-11-22", False, False),
        ("carol", "", False, False),
        ("carol", "2026-11-22", True, False),
        ("illegally obtained", "2026-11-22", True, False),
        ("legal", "2026-11-22", True, True),
        ("Erin (Legal)", "2026-11-22", True, True),
        ("legal", "", False, False),
        ("carol, legal (erin)", "2026-11-22", True, True),
        ("Legal team: Erin Moss", "2026-11-22", True, True),
        ("carol, after a look at the legal pages", "2026-11-22", True, False),
        ("not legal", "2026-11-22", False, False),
        ("waiting for legal", "2026-11-22", False, False),
        ("legal (not yet)", "2026-11-22", False, False),
        ("legal has not seen it", "2026-11-22", False, False),
        ("legal hasn't seen it", "2026-11-22", False, False),
        ("nobody (legal asked)", "2026-11-22", False, False),
        ("legal?", "2026-11-22", False, False),
    ],
)
def test_who_approved_a_line_decides_whether_it_goes_out(by: str, on: str, ordinary: bool, delicate: bool) -> None:
    """Somebody, on a day; in safety and security, in what was one of them, and where it is restricted: legal."""
    line = Meta("x", "x", PUBLIC, approved_by=by, approved_on=on)
    assert may_go_out(line, of("latency_saturation")) == ordinary
    for i in (of("safety_violation"), of("security"), of("cost_runaway", dangerous=True), of(restricted=True)):
        assert may_go_out(line, i) == delicate


def test_the_lines_that_ship_need_legal_where_they_must() -> None:
    """Nobody has approved those of safety and security before a team's own legal has; the others are the sample's."""
    held = {name: meta.approved for name, meta in METAS.items() if "holding" in meta.moments}
    assert held == {
        "holding_any": True, "holding_availability": True, "holding_cost": True, "holding_latency": True,
        "holding_quality": True, "holding_retrieval": True, "holding_safety": False, "holding_security": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "certainty", "klass", "named"),
    [
        ("The provider had an outage in eu-west", "confirmed", "provider_outage", True),
        ("Provider: 5xx on all models", "confirmed", "provider_outage", True),
        ("The provider had an outage", "probable", "provider_outage", False),
        ("The provider had an outage", "confirmed", "latency_saturation", False),
        ("It was not the provider but a route", "confirmed", "provider_outage", False),
        ("It wasn't the provider", "confirmed", "provider_outage", False),
        ("Our key at the provider had expired", "confirmed", "provider_outage", False),
        ("The gateway's release of 13:51", "confirmed", "provider_outage", False),
    ],
)
def test_users_hear_of_a_provider_once_it_is_confirmed(cause: str, certainty: str, klass: str, named: bool) -> None:
    """A confirmed cause that names the provider, and neither us nor a doubt; everything else is left unsaid."""
    assert by_provider(of(klass, cause=cause, explained=certainty)) is named


@pytest.mark.parametrize(
    ("direction", "state", "limited"),
    [
        ("less", "effective", True), ("less", "kept", True), ("less", "removed", False), ("less", "failed", False),
        ("back", "effective", False), ("back", "kept", False), ("more", "effective", False),
    ],
)  # fmt: skip
def test_users_are_limited_by_what_does_less(direction: str, state: str, limited: bool) -> None:
    """A prompt that was put back limits nobody; a feature that stays off does, also where that is on purpose."""
    step = Step(1, "feature.off", "Feature off", "on", "off", direction, k=1)
    pull = Pull(1, "feature.off", "Feature off", "U1", "2026-11-22T13:51:00Z", "support-copilot", steps=(step,))
    assert limits(of(mitigations=(Mitigation(1, "off", state),), pulls=(pull,))) is limited
    assert limits(of(mitigations=(Mitigation(2, "by hand", state),), pulls=(pull,))) is False


def test_facts_are_all_there_and_plain() -> None:
    """Unknown is empty; a text is one line, cut, without its full stop; what works instead stays a sentence."""
    given = facts(
        users_see="refunds  are\nwrong. ", title="x" * 400, done=["a.", "", " b\tc "], acted=1, alternative="Call us",
        severity=None,
    )  # fmt: skip
    assert set(given) == set(WORDS)
    assert set(PUBLIC_WORDS) < set(WORDS)
    assert {word: value for word, value in given.items() if value} == {
        "users_see": "refunds are wrong", "title": "x" * 299 + "…", "done": ("a", "b c"), "acted": True,
        "alternative": "Call us.",
    }  # fmt: skip
    assert given["limited"] is False
    assert given["since"] == ""
    assert given["severity"] == ""


def test_a_long_list_says_how_many_more() -> None:
    """A form holds 3,000 characters: six mitigations are listed, or five and the number of the others."""
    assert facts(done=list("abcdef"))["done"] == tuple("abcdef")
    assert facts(done=list("abcdefgh"))["done"] == (*"abcde", "3 more")


def test_marks_that_turn_text_around_are_left_out() -> None:
    """Right-to-left marks, zero-width letters and line separators cannot change how the rest is read."""
    assert facts(title="a\u202eb\u200bc\u2028d\u2066e\x00f")["title"] == "abcdef"


def test_a_word_that_there_is_not_is_an_error() -> None:
    """Who fills in a text cannot hand it what no text may name."""
    with pytest.raises(TypeError, match="no text may name customer, titel"):
        facts(titel="x", customer="y")
