"""The services, broken in one place each."""

from tests.broken.case import Broken

FILE = "runbooks/catalogue/services.yml"

SERVICES = [
    Broken(
        "the top key misspelt",
        FILE,
        "services:\n",
        "service:\n",
        "runbooks/catalogue/services.yml:7:1: unknown key 'service', expected 'services'; did you mean 'services'?",
    ),
    Broken(
        "an id with a space",
        FILE,
        "  search-answers:",
        "  Search answers:",
        "runbooks/catalogue/services.yml:17:3: 'Search answers', expected an id: small letters, digits, "
        "- and _, at most 63 characters",
    ),
    Broken(
        "the name left out",
        FILE,
        "    name: Search answers\n",
        "",
        "runbooks/catalogue/services.yml:18:5: key 'name' is missing, expected 'name:' here",
    ),
    Broken(
        "a name that is a number",
        FILE,
        "name: Search answers",
        "name: 42",
        "runbooks/catalogue/services.yml:18:11: the number 42, expected a text in quotes: '42'",
    ),
    Broken(
        "a name that is a truth",
        FILE,
        "name: Search answers",
        "name: on",
        "runbooks/catalogue/services.yml:18:11: on, which YAML takes for true, expected a text in quotes: 'on'",
    ),
    Broken(
        "a role misspelt",
        FILE,
        "{commander: [dave], technical",
        "{comander: [dave], technical",
        "runbooks/catalogue/services.yml:19:14: unknown key 'comander', expected one of commander, "
        "technical, communications, scribe; did you mean 'commander'?",
    ),
    Broken(
        "an owner without brackets",
        FILE,
        "commander: [dave]",
        "commander: dave",
        "runbooks/catalogue/services.yml:19:25: 'dave', expected a list such as [a, b]",
    ),
    Broken(
        "two owners in one entry",
        FILE,
        "technical: [bob, dave]",
        'technical: ["bob, dave"]',
        "runbooks/catalogue/services.yml:10:46: 'bob, dave', expected one person in each entry, such as [bob, dave]",
    ),
    Broken(
        "an owner with a bare @",
        FILE,
        "commander: [dave]",
        "commander: [@dave]",
        "runbooks/catalogue/services.yml:19:26: a value that begins with @, expected quotes around it: '@dave'",
    ),
    Broken(
        "a bare @ for an owner",
        FILE,
        "commander: [dave]",
        'commander: ["@"]',
        "runbooks/catalogue/services.yml:19:26: '@', expected one person in each entry, such as [bob, dave]",
    ),
    Broken(
        "a channel with a bare #",
        FILE,
        "stakeholders: incidents}\n    journeys: [find-a-document",
        "stakeholders: #incidents}\n    journeys: [find-a-document",
        "runbooks/catalogue/services.yml:22:13: neither `,` nor `}`, expected one of them: `{` is open "
        "since line 21, column 15; all behind ` #` is a comment",
    ),
    Broken(
        "a channel with a bare # in a block",
        FILE,
        "{stakeholders: incidents}\n    journeys: [find",
        "\n      stakeholders: #incidents\n    journeys: [find",
        "runbooks/catalogue/services.yml:22:20: nothing, as #incidents is a comment, expected a text in "
        "quotes: '#incidents'",
    ),
    Broken(
        "a channel's title",
        FILE,
        "stakeholders: incidents}\n    journeys: [find",
        'stakeholders: "#Incidents and news"}\n    journeys: [find',
        "runbooks/catalogue/services.yml:21:30: '#Incidents and news', expected a channel's id, or its "
        "name: small letters, digits, - and _, at most 80 characters",
    ),
    Broken(
        "a service with nothing in it",
        FILE,
        "  search-answers:\n",
        "  empty:\n  search-answers:\n",
        "runbooks/catalogue/services.yml:17:9: nothing, expected keys and values",
    ),
    Broken(
        "a service twice",
        FILE,
        "  search-answers:\n",
        "  support-copilot:\n",
        "runbooks/catalogue/services.yml:17:3: key 'support-copilot' a second time, expected it once (first on line 8)",
    ),
    Broken(
        "a list of services",
        FILE,
        "  search-answers:\n",
        "  - search-answers:\n",
        "runbooks/catalogue/services.yml:17:3: this does not continue the keys that begin on line 8, "
        "column 3, expected a key in column 3, or quotes around all of a text",
    ),
    Broken(
        "a journey that is a map",
        FILE,
        "[find-a-document,",
        "[find: a-document,",
        "runbooks/catalogue/services.yml:22:16: keys and values, expected a text",
    ),
    Broken(
        "an alias",
        FILE,
        "owners: {commander: [dave],",
        "owners: *pair #",
        "runbooks/catalogue/services.yml:19:13: an alias (`*`), expected the value written out",
    ),
    Broken(
        "a channel that is a number",
        FILE,
        "channels: {stakeholders: incidents}\n    journeys: [find",
        "channels: {stakeholders: 2024}\n    journeys: [find",
        "runbooks/catalogue/services.yml:21:30: the number 2024, expected a text in quotes: '2024'",
    ),
    Broken(
        "a status page of no kind",
        FILE,
        "journeys: [find-a-document, summarise-a-page]\n    status_page: {kind: static}",
        "status_page: {kind: statuspages}",
        "runbooks/catalogue/services.yml:22:25: 'statuspages', expected statuspage, webhook or static; did you mean "
        "'statuspage'?",
    ),
    Broken(
        "a Statuspage without its id",
        FILE,
        "journeys: [find-a-document, summarise-a-page]\n    status_page: {kind: static}",
        "status_page: {kind: statuspage}",
        "runbooks/catalogue/services.yml:22:18: key 'page' is missing, expected 'page:' here: the page's id at "
        "Statuspage",
    ),
    Broken(
        "a static page with components",
        FILE,
        "journeys: [find-a-document, summarise-a-page]\n    status_page: {kind: static}",
        "status_page: {kind: static, components: {Chat: abc}}",
        "runbooks/catalogue/services.yml:22:33: the static page shows services, and no components, expected no "
        "'components:'",
    ),
    Broken(
        "a link that is none",
        FILE,
        "journeys: [find-a-document, summarise-a-page]\n    status_page: {kind: static}",
        "links: {logs: grafana}",
        "runbooks/catalogue/services.yml:22:19: 'grafana', expected an http or https address, without a password",
    ),
]
