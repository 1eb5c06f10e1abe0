"""The pages that users read: what they say of each service, how long what is over stays, and that words stay words."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stanch.core.chain import stamp
from stanch.core.public import Entry, Said
from stanch.pages.drawing import pages

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
SERVICES = {"support-copilot": "Support copilot", "search-answers": "Search answers"}


def said(minutes: float, state: str, text: str) -> Said:
    return Said(stamp(NOW - timedelta(minutes=minutes)), state, text)


def entry(number: int = 9, service: str = "support-copilot", impact: str = "major", *words: Said) -> Entry:
    told = words or (said(39, "investigating", "Some answers may be wrong."),)
    return Entry(number, service, "Support copilot: some answers are wrong", impact, told)


OVER = entry(7, "search-answers", "critical", said(200, "investigating", "Limited."), said(101, "resolved", "Over."))


def test_nothing_ever_happened() -> None:
    """Every service works, and the page says so plainly; there are no other pages."""
    made = pages([], SERVICES, NOW)
    assert set(made) == {"index.html", "incidents.json"}
    assert "Everything works as usual." in made["index.html"]
    assert made["index.html"].count("Works as usual") == 2
    assert "Nothing has happened." in made["index.html"]


@pytest.mark.parametrize(
    ("impact", "state", "words"),
    [
        ("none", "investigating", "Works as usual"), ("minor", "investigating", "Some limitations"),
        ("major", "investigating", "Large limitations"), ("critical", "identified", "Severe limitations"),
        ("critical", "monitoring", "Some limitations"),
    ],
)  # fmt: skip
def test_a_service_stands_as_bad_as_its_worst_incident(impact: str, state: str, words: str) -> None:
    """By impact and state, in words that are true of every kind of trouble; the other service is untouched."""
    going = entry(9, "support-copilot", impact, said(5, state, "Words."))
    mild = entry(8, "support-copilot", "none", said(5, "investigating", "Words."))
    index = pages([going, mild], SERVICES, NOW)["index.html"]
    services = index[index.index('class="services"') : index.index("</ul>")]
    assert words in services.split("<li")[1]
    assert "Works as usual" in services.split("<li")[2]
    assert "2 incidents are under way." in index


def test_what_is_over_stays_for_ninety_days() -> None:
    """Then its page goes too; what goes on stays, however old."""
    old = timedelta(days=91)
    then = Said(stamp(NOW - old), "resolved", "Over.")
    gone = entry(1, "support-copilot", "major", Said(stamp(NOW - old), "investigating", "x"), then)
    lasting = entry(2, "support-copilot", "major", Said(stamp(NOW - old), "investigating", "y"))
    assert set(pages([gone, lasting, OVER], SERVICES, NOW)) == {
        "index.html", "incidents.json", "inc-2.html", "inc-7.html",
    }  # fmt: skip


def test_an_incident_of_a_service_that_has_left_is_not_shown() -> None:
    """Only services whose page this is."""
    assert set(pages([entry(service="another")], SERVICES, NOW)) == {"index.html", "incidents.json"}


def test_words_are_data() -> None:
    """Markup, template syntax and marks of Slack stand there literally, in HTML and in JSON; there is no script."""
    hostile = "<script>alert(1)</script> {{ 7 * 7 }} <!channel> *bold* & \u202eabc"
    made = pages([entry(9, "support-copilot", "major", said(1, "investigating", hostile))], SERVICES, NOW)
    for name in ("index.html", "inc-9.html"):
        assert "<script" not in made[name]
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }} &lt;!channel&gt; *bold* &amp;" in made[name]
    assert json.loads(made["incidents.json"])["incidents"][0]["updates"][0]["body"] == hostile


def test_links_hold_where_the_pages_are_served() -> None:
    """Files link to each other beside each other; over HTTP the index has no slash at its end."""
    files, served = pages([entry()], SERVICES, NOW), pages([entry()], SERVICES, NOW, home="../status", folder="status/")
    assert 'href="inc-9.html"' in files["index.html"]
    assert 'href="index.html"' in files["inc-9.html"]
    assert 'href="status/inc-9.html"' in served["index.html"]
    assert 'href="../status"' in served["inc-9.html"]


def test_the_same_is_told_to_machines() -> None:
    """Newest update first, times in UTC, and when it was over."""
    data = json.loads(pages([OVER], SERVICES, NOW)["incidents.json"])
    assert data["services"][1] == {"id": "search-answers", "name": "Search answers", "status": "operational"}
    assert data["incidents"] == [
        {
            "id": "inc-7", "service": "search-answers", "title": "Support copilot: some answers are wrong",
            "status": "resolved", "impact": "critical", "started_at": "2026-11-22T11:10:00Z",
            "updated_at": "2026-11-22T12:49:00Z", "resolved_at": "2026-11-22T12:49:00Z",
            "updates": [
                {"at": "2026-11-22T12:49:00Z", "status": "resolved", "body": "Over."},
                {"at": "2026-11-22T11:10:00Z", "status": "investigating", "body": "Limited."},
            ],
        }
    ]  # fmt: skip


def test_the_first_line_says_what_is_under_way() -> None:
    """A phone shows no more than that."""
    index = pages([entry()], SERVICES, NOW)["index.html"]
    banner = index[index.index("One incident is under way.") : index.index("</p>")]
    assert "Support copilot: some answers are wrong" in banner


def test_it_lasts_from_when_it_began() -> None:
    """Users were told at 11:10, in words that say since 10:40: the page counts from there, and says so."""
    made = pages([replace(OVER, since=stamp(NOW - timedelta(minutes=230)))], SERVICES, NOW)
    assert "Resolved after 2 h 9 min." in made["index.html"]
    assert 'since <time datetime="2026-11-22T10:40:00Z">22 Nov 2026, 10:40 UTC</time>' in made["inc-7.html"]
    assert json.loads(made["incidents.json"])["incidents"][0]["started_at"] == "2026-11-22T10:40:00Z"


def test_how_long_it_lasted_is_told_in_hours_and_minutes() -> None:
    """As people say it."""
    assert "Resolved after 1 h 39 min." in pages([OVER], SERVICES, NOW)["index.html"]
