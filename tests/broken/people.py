"""Who there is and who is on call, broken in one place each; and what is written down and reaches nobody."""

from tests.broken.case import Broken

FILE = "runbooks/catalogue/people.yml"
NAMES = "alice, bob, carol, dave, erin"

PEOPLE = [
    Broken(
        "a key misspelt", FILE, "\nrotas:\n", "\nrota:\n",
        f"{FILE}:19:1: unknown key 'rota', expected one of people, rotas, escalation; did you mean 'rotas'?",
    ),
    Broken(
        "a person's key misspelt", FILE, "bob: {zone: Europe/Berlin, skills:", "bob: {zone: Europe/Berlin, skill:",
        f"{FILE}:14:30: unknown key 'skill', expected one of skills, zone, hours, days; did you mean 'skills'?",
    ),
    Broken(
        "a person twice", FILE, "  alice: {zone: Europe/Berlin}", "  alice: {zone: Europe/Berlin}\n  '@Alice': {}",
        f"{FILE}:14:3: '@Alice' is 'alice' again, expected each person once (first on line 13)",
    ),
    Broken(
        "two people in one", FILE, "  alice: {zone: Europe/Berlin}",
        "  alice: {zone: Europe/Berlin}\n  frank, grace: {}",
        f"{FILE}:14:3: 'frank, grace', expected one person: a Slack name, id or e-mail address",
    ),
    Broken(
        "a person with a word that steps use", FILE, "  alice: {zone: Europe/Berlin}",
        "  alice: {zone: Europe/Berlin}\n  owners: {}",
        f"{FILE}:14:3: a person called 'owners', expected another name: a step uses this word",
    ),
    Broken(
        "a zone misspelt", FILE, "alice: {zone: Europe/Berlin}", "alice: {zone: Europe/Berln}",
        f"{FILE}:13:17: 'Europe/Berln', expected a time zone such as Europe/Berlin; did you mean 'Europe/Berlin'?",
    ),
    Broken(
        "a zone that is a folder of them", FILE, "alice: {zone: Europe/Berlin}", "alice: {zone: Europe}",
        f"{FILE}:13:17: 'Europe', expected a time zone such as Europe/Berlin; did you mean 'Europe/Rome'?",
    ),
    Broken(
        "a zone that leads elsewhere", FILE, "alice: {zone: Europe/Berlin}", "alice: {zone: ../../etc/passwd}",
        f"{FILE}:13:17: '../../etc/passwd', expected a time zone such as Europe/Berlin",
    ),
    Broken(
        "hours without an end", FILE, "hours: 08:00-17:00", "hours: 08:00",
        f"{FILE}:15:42: '08:00', expected a start and an end such as 09:00-18:00",
    ),
    Broken(
        "hours that no clock shows", FILE, "hours: 08:00-17:00", "hours: 08:00-25:00",
        f"{FILE}:15:42: '08:00-25:00', expected a start and an end such as 09:00-18:00",
    ),
    Broken(
        "hours without a zone", FILE, "carol: {zone: America/New_York, hours", "carol: {hours",
        f"{FILE}:15:18: hours without a zone, expected 'zone:' beside them, such as Europe/Berlin",
    ),
    Broken(
        "days without hours", FILE, "hours: 10:00-19:00, days", "days",
        f"{FILE}:17:30: days without hours, expected 'hours:' beside them, such as 09:00-18:00",
    ),
    Broken(
        "a day that there is not", FILE, "[Mon, Tue,", "[Mon, Thy,",
        f"{FILE}:17:62: 'Thy', expected one of Mon, Tue, Wed, Thu, Fri, Sat, Sun",
    ),
    Broken(
        "a skill twice", FILE, "skills: [ai, search]", "skills: [ai, ai]",
        f"{FILE}:14:43: 'ai' a second time, expected it once",
    ),
    Broken(
        "a rota of people that are not there", FILE, "people: [bob, dave, alice]", "people: [bob, dvae, alice]",
        f"{FILE}:25:19: unknown person 'dvae', expected one of {NAMES}; did you mean 'dave'?",
    ),
    Broken(
        "a rota of nobody", FILE, "people: [bob, dave, alice]", "people: []",
        f"{FILE}:25:13: an empty list, expected at least one",
    ),
    Broken(
        "a rota without its people", FILE, "    people: [bob, dave, alice]\n", "",
        f"{FILE}:21:5: key 'people' is missing, expected 'people:' here",
    ),
    Broken(
        "a weekly rota without its day", FILE, "at: Mon 09:00\n    zone", "at: 10:00\n    zone",
        f"{FILE}:22:9: '10:00', expected a weekday and a time such as Mon 09:00",
    ),
    Broken(
        "a daily rota with a day", FILE, "every: week\n", "every: day\n",
        f"{FILE}:22:9: 'Mon 09:00', expected only a time, as it is every day",
    ),
    Broken(
        "a hand-over that is a number", FILE, "at: Mon 09:00\n    zone", "at: 900\n    zone",
        f"{FILE}:22:9: the number 900, expected a time such as 09:00, or with a weekday, such as Mon 09:00",
    ),
    Broken(
        "a rhythm that there is not", FILE, "every: week\n", "every: month\n",
        f"{FILE}:21:12: 'month', expected week or day",
    ),
    Broken(
        "a day that the calendar has not", FILE, "since: 2026-01-05", "since: 2026-02-30",
        f"{FILE}:24:12: '2026-02-30', expected a date such as 2026-11-22",
    ),
    Broken(
        "an override that ends before it begins", FILE, "until: 2026-12-28 09:00", "until: 2026-12-23",
        f"{FILE}:27:41: 2026-12-23 00:00, expected a moment after 2026-12-24 09:00",
    ),
    Broken(
        "overrides that overlap", FILE, "who: carol}",
        "who: carol}\n      - {from: 2026-12-27, until: 2026-12-30, who: alice}",
        f"{FILE}:28:16: 2026-12-27 00:00 is before the override of line 27 ends, expected 2026-12-28 09:00 or later: "
        "one person stands in at a time",
    ),
    Broken(
        "somebody unknown stands in", FILE, "who: carol}", "who: carl}",
        f"{FILE}:27:64: unknown person 'carl', expected one of {NAMES}; did you mean 'carol'?",
    ),
    Broken(
        "a moment without a day", FILE, "from: 2026-12-24 09:00", "from: Thursday 09:00",
        f"{FILE}:27:16: 'Thursday 09:00', expected a day and a time such as 2026-12-24 09:00",
    ),
    Broken(
        "a rota that is two things", FILE, "    every: week\n", "    every: week\n    user_group: assistants\n",
        f"{FILE}:20:3: a rota with every and user_group, expected either turns (every, at, zone, since, people), or "
        "user_group, or pagerduty",
    ),
    Broken(
        "a rota that is nothing", FILE, "\nescalation:\n", "  other: {}\n\nescalation:\n",
        f"{FILE}:28:3: a rota that says nothing of who is on call, expected either turns (every, at, zone, since, "
        "people), or user_group, or pagerduty",
    ),
    Broken(
        "a rota called as a person", FILE, "\nescalation:\n", "  erin: {pagerduty: PABC123}\n\nescalation:\n",
        f"{FILE}:28:3: the rota 'erin' is a person too, expected a name of its own",
    ),
    Broken(
        "a path of a service that is not there", FILE, "  support-copilot:\n", "  support-copilots:\n",
        f"{FILE}:30:3: unknown service 'support-copilots', expected one of support-copilot, search-answers; did you "
        "mean 'support-copilot'?",
    ),
    Broken(
        "a path without a step",
        FILE,
        "  support-copilot:\n    - ask: [owners]\n    - ask: [assistants, bob, dave]\n      skill: ai\n"
        "    - ask: [assistants, alice, erin]\n\n",
        "  support-copilot: []\n\n",
        f"{FILE}:30:20: an empty list, expected at least one",
    ),
    Broken(
        "a step's key misspelt", FILE, "alice, erin]\n\n", "alice, erin]\n      pages: true\n\n",
        f"{FILE}:35:7: unknown key 'pages', expected one of ask, skill, page; did you mean 'page'?",
    ),
    Broken(
        "a step that asks a rota that is not there", FILE, "alice, erin]\n\n", "alice, assistant]\n\n",
        f"{FILE}:34:32: unknown rota or person 'assistant', expected one of owners, assistants, {NAMES}; did you mean "
        "'assistants'?",
    ),
    Broken(
        "a step that asks somebody twice", FILE, "alice, erin]\n\n", "alice, alice]\n\n",
        f"{FILE}:34:32: 'alice' a second time, expected it once",
    ),
    Broken(
        "a step that asks for a skill that nobody has", FILE, "skill: ai\n    - ask: [assistants, alice, erin]\n\n",
        "skill: aii\n    - ask: [assistants, alice, erin]\n\n",
        f"{FILE}:33:14: unknown skill 'aii', expected one of ai, search, security; did you mean 'ai'?",
    ),
    Broken(
        "a step that asks two in one entry", FILE, "alice, erin]\n\n", "'alice, erin']\n\n",
        f"{FILE}:34:25: 'alice, erin', expected one name in each entry, such as [owners, bob]",
    ),
    Broken(
        "a page that is a word", FILE, "alice, erin]\n\n", "alice, erin]\n      page: never\n\n",
        f"{FILE}:35:13: 'never', expected true or false",
    ),
]  # fmt: skip

PEOPLE_WARNINGS = [
    Broken(
        "a path that leads to nobody",
        FILE,
        "    - ask: [owners]\n    - ask: [assistants, bob, dave]\n      skill: ai\n"
        "    - ask: [assistants, alice, erin]\n\n",
        "    - ask: [alice]\n      skill: security\n\n",
        f"warning: {FILE}:30:3: the path of support-copilot names nobody; the seats stay empty",
    ),
    Broken(
        "a step that leads to nobody", FILE,
        "[assistants, bob, dave]\n      skill: ai\n    - ask: [assistants, alice, erin]\n\n",
        "[alice, erin]\n      skill: ai\n    - ask: [assistants, alice, erin]\n\n",
        f"warning: {FILE}:32:7: nobody whom it asks has the skill 'ai'",
    ),
    Broken(
        "a rota that has not begun", FILE, "since: 2026-01-05", "since: 2126-01-05",
        f"warning: {FILE}:24:12: assistants begins on 2126-01-07; until then nobody is on call by it",
    ),
]  # fmt: skip
