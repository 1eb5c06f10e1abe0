"""The severities, broken in one place each."""

from tests.broken.case import Broken

FILE = "runbooks/catalogue/severities.yml"

SEVERITIES = [
    Broken(
        "a severity misspelt",
        FILE,
        "  SEV3:\n",
        "  SVE3:\n",
        "runbooks/catalogue/severities.yml:67:3: unknown key 'SVE3', expected one of SEV1, SEV2, SEV3, "
        "SEV4; did you mean 'SEV3'?",
    ),
    Broken(
        "a fifth severity",
        FILE,
        "  SEV4:\n",
        "  SEV5: {name: None, short: nothing, quiet: 0s}\n  SEV4:\n",
        "runbooks/catalogue/severities.yml:92:3: unknown key 'SEV5', expected one of SEV1, SEV2, SEV3, SEV4",
    ),
    Broken(
        "a quiet time left out",
        FILE,
        "    quiet: 4h\n",
        "",
        "runbooks/catalogue/severities.yml:68:5: key 'quiet' is missing, expected 'quiet:' here",
    ),
    Broken(
        "a quiet time without a unit",
        FILE,
        "quiet: 4h",
        "quiet: 4",
        "runbooks/catalogue/severities.yml:90:12: the number 4, expected a duration such as 24h, 30m, 45s or 0s",
    ),
    Broken(
        "a span in words",
        FILE,
        "accept_within: 30m",
        "accept_within: 30 minutes",
        "runbooks/catalogue/severities.yml:82:20: '30 minutes', expected a duration such as 24h, 30m, 45s or 0s",
    ),
    Broken(
        "a span below zero",
        FILE,
        "quiet: 4h",
        "quiet: -4h",
        "runbooks/catalogue/severities.yml:90:12: '-4h', expected a duration such as 24h, 30m, 45s or 0s",
    ),
    Broken(
        "a span of eleven years",
        FILE,
        "quiet: 4h",
        "quiet: 4015d",
        "runbooks/catalogue/severities.yml:90:12: '4015d', expected a duration of at most ten years",
    ),
    Broken(
        "a cadence of zero",
        FILE,
        "room: 2h",
        "room: 0m",
        "runbooks/catalogue/severities.yml:86:13: '0m', expected a duration above zero such as 15m, or none",
    ),
    Broken(
        "no, for none",
        FILE,
        "leadership: none\n    quiet: 4h",
        "leadership: no\n    quiet: 4h",
        "runbooks/catalogue/severities.yml:89:19: no, which YAML takes for false, expected a duration "
        "above zero such as 15m, or none",
    ),
    Broken(
        "an audience misspelt",
        FILE,
        "status_page: 60m",
        "statuspage: 60m",
        "runbooks/catalogue/severities.yml:63:7: unknown key 'statuspage', expected one of room, "
        "stakeholders, status_page, first_notice, first_public, leadership; did you mean 'status_page'?",
    ),
    Broken(
        "a seat misspelt",
        FILE,
        "communications: if_users_see_it",
        "communications: if_user_sees_it",
        "runbooks/catalogue/severities.yml:56:71: 'if_user_sees_it', expected alone, required, "
        "if_users_see_it, if_free, shared, stanch or none; did you mean 'if_users_see_it'?",
    ),
    Broken(
        "no, for a seat of none",
        FILE,
        "technical: none",
        "technical: no",
        "runbooks/catalogue/severities.yml:104:43: no, which YAML takes for false, expected alone, "
        "required, if_users_see_it, if_free, shared, stanch or none; did you mean 'none'?",
    ),
    Broken(
        "a role misspelt",
        FILE,
        "{commander: alone,",
        "{comander: alone,",
        "runbooks/catalogue/severities.yml:28:13: unknown key 'comander', expected one of commander, "
        "technical, communications, scribe; did you mean 'commander'?",
    ),
    Broken(
        "a class misspelt",
        FILE,
        "provider_outage: 1 to 5 %",
        "provider_outtage: 1 to 5 %",
        "runbooks/catalogue/severities.yml:72:7: unknown class 'provider_outtage', expected one of "
        "anything, security, safety_violation, provider_outage, latency_saturation, cost_runaway, "
        "retrieval_failure, quality_regression; did you mean 'provider_outage'?",
    ),
    Broken(
        "a short text that is not",
        FILE,
        "and there is a way around it",
        "and there is a way around it that somebody has found and told us",
        "runbooks/catalogue/severities.yml:69:12: a text of 85 characters, expected at most 75 characters",
    ),
    Broken(
        "a criterion that is a list",
        FILE,
        "anything: Nobody is hurt yet.",
        "anything: [Nobody is hurt yet.]",
        "runbooks/catalogue/severities.yml:96:17: a list, expected a text",
    ),
    Broken(
        "the name left out",
        FILE,
        "    name: Planned\n",
        "",
        "runbooks/catalogue/severities.yml:93:5: key 'name' is missing, expected 'name:' here",
    ),
    Broken(
        "a key out of line",
        FILE,
        "    accept_within: 8h",
        "   accept_within: 8h",
        "runbooks/catalogue/severities.yml:105:4: this does not continue the keys that begin on line 11, "
        "column 3, expected a key in column 3, or quotes around all of a text",
    ),
    Broken(
        "a percent sign first",
        FILE,
        "retrieval_failure: One source is late.",
        "retrieval_failure: %5 of the sources are late.",
        "runbooks/catalogue/severities.yml:100:26: a value that begins with %, expected quotes around it: '%5 …'",
    ),
]
