"""What works and will not help at 03:00, one place each."""

from tests.broken.case import Broken

SECURITY = "runbooks/security.yml"
COST = "runbooks/cost_runaway.yml"
SERVICES = "runbooks/catalogue/services.yml"
SEVERITIES = "runbooks/catalogue/severities.yml"

WARNINGS = [
    Broken(
        "nobody to lead",
        SERVICES,
        "{commander: [dave], technical: [bob], communications: [carol]",
        "{communications: [carol]",
        "warning: runbooks/catalogue/services.yml:17:3: search-answers names no commander, no technical "
        "lead; the seats start empty, and nobody can be woken for SEV1",
    ),
    Broken(
        "nobody at all",
        SERVICES,
        "owners: {commander: [dave]",
        "# owners: {commander: [dave]",
        "warning: runbooks/catalogue/services.yml:17:3: search-answers names no commander, no technical "
        "lead, no communications lead, no scribe; the seats start empty, and nobody can be woken for SEV1",
    ),
    Broken(
        "an audience misspelt",
        SERVICES,
        "stakeholders: incidents}\n    journeys: [find",
        "stakeholder: incidents}\n    journeys: [find",
        "warning: runbooks/catalogue/services.yml:21:16: unknown audience 'stakeholder'; did you mean 'stakeholders'?",
    ),
    Broken(
        "a worse one that is over sooner",
        SEVERITIES,
        "leadership: none\n    quiet: 24h",
        "leadership: none\n    quiet: 48h",
        "warning: runbooks/catalogue/severities.yml:37:12: SEV1 is over after 24h of quiet, SEV2 after "
        "48h; the worse one should be watched at least as long",
    ),
    Broken(
        "a worse one that speaks less often",
        SEVERITIES,
        "room: 15m",
        "room: 45m",
        "warning: runbooks/catalogue/severities.yml:33:13: SEV1 speaks to room every 45m, SEV2 every "
        "30m; the worse one should speak at least as often",
    ),
    Broken(
        "a worse one that is silent",
        SEVERITIES,
        "status_page: 30m",
        "status_page: none",
        "warning: runbooks/catalogue/severities.yml:35:20: SEV1 speaks to status_page at start and end "
        "only, SEV2 every 1h; the worse one should speak at least as often",
    ),
    Broken(
        "a worse one that waits longer",
        SEVERITIES,
        "accept_within: 5m",
        "accept_within: 15m",
        "warning: runbooks/catalogue/severities.yml:29:20: SEV1 leaves 15m to accept a seat, SEV2 10m; "
        "the worse one should ask the next person sooner",
    ),
    Broken(
        "nothing to tell it by",
        COST,
        "looks_like: Spend",
        "# looks_like: Spend",
        "warning: runbooks/cost_runaway.yml:1:1: no looks_like; the form cannot say when to choose it",
    ),
    Broken(
        "a label too long",
        COST,
        "looks_like: Spend far",
        "looks_like: Spend far and away, for no reason that we can see,",
        "warning: runbooks/cost_runaway.yml:3:13: looks_like has 107 characters; forms show the first 75",
    ),
    Broken(
        "security in public",
        SECURITY,
        "restricted: true",
        "restricted: false",
        "warning: runbooks/security.yml:9:13: security is not restricted; a leak is told in a public room",
    ),
    Broken(
        "a first move without a button",
        COST,
        "lever: rate.limit\n",
        "",
        "warning: runbooks/cost_runaway.yml:1:1: no lever; the first move has no button",
    ),
]
