"""Decision trees whose nodes are right, each with one way in which a tired person gets lost, or a name of nothing."""

from tests.broken.case import Broken

COST = "runbooks/cost_runaway.yml"
QUALITY = "runbooks/quality_regression.yml"
RETRIEVAL = "runbooks/retrieval_failure.yml"
SECURITY = "runbooks/security.yml"

WAYS = [
    Broken(
        "a node that cannot be reached",
        RETRIEVAL,
        "      Store slow or down: c3",
        "      Store slow or down: c2",
        "runbooks/retrieval_failure.yml:61:3: node 'c3' cannot be reached, expected a way to it, or no such node",
    ),
    Broken(
        "no way out",
        QUALITY,
        "    end: Fix it, pass the evaluation, then 5, 25, 100 %, each for 30 min and 200 answers. Closure checks.\n"
        "    look: the failing requests are saved as test cases",
        "    do: Fix it.\n    done: k1\n    cannot: e1",
        "runbooks/quality_regression.yml:41:3: no way out of q2, c1, d1, k1, c2, q3, e1, x1, "
        "expected a way to an `end`",
    ),
    Broken(
        "nobody to call",
        RETRIEVAL,
        "    call: Data platform on call and the store's vendor. Send index id, time of the change, "
        "stage that loses results.\n"
        "    roles: [technical]\n"
        "    then: [k1, x1]",
        "    do: Ask around.\n    done: [k1, x1]\n    cannot: x1",
        "runbooks/retrieval_failure.yml:27:1: a tree without a `call`, expected a node that says whom to call",
    ),
    Broken(
        "a question without Not sure",
        COST,
        '      "No": k1\n      Not sure: e1\n',
        '      "No": k1\n',
        "runbooks/cost_runaway.yml:65:5: question 'q2' without 'Not sure', expected that choice, "
        "with a control behind it",
    ),
    Broken(
        "a question with Not Sure",
        COST,
        '      "No": k1\n      Not sure: e1\n',
        '      "No": k1\n      Not Sure: e1\n',
        "runbooks/cost_runaway.yml:68:7: the choice 'Not Sure', expected 'Not sure', written so",
    ),
    Broken(
        "Not sure that leads to a person before any control",
        COST,
        "      Everybody, or growth: c4\n      Not sure: c4",
        "      Everybody, or growth: c4\n      Not sure: e1",
        "runbooks/cost_runaway.yml:39:17: 'Not sure' leads to 'e1', expected a `pull`: what is safe "
        "without knowing the cause",
    ),
    Broken(
        "Not sure that leads to a check",
        COST,
        '      "No": k1\n      Not sure: e1',
        '      "No": k1\n      Not sure: k1',
        "runbooks/cost_runaway.yml:68:17: 'Not sure' leads to 'k1', expected a `pull`, or a `call`: "
        "what is safe without knowing the cause",
    ),
    Broken(
        "Not sure that leads to another tree",
        COST,
        "      Everybody, or growth: c4\n      Not sure: c4",
        "      Everybody, or growth: c4\n      Not sure: tree:security",
        "runbooks/cost_runaway.yml:39:17: 'Not sure' leads to 'tree:security', expected a `pull`: "
        "what is safe without knowing the cause",
    ),
    Broken(
        "Not sure that leads in a ring",
        COST,
        "      Everybody, or growth: c4\n      Not sure: c4",
        "      Everybody, or growth: c4\n      Not sure: q1",
        "runbooks/cost_runaway.yml:39:17: 'Not sure' leads round in a ring, expected a `pull`: what "
        "is safe without knowing the cause",
    ),
    Broken(
        "a third question before the first control",
        RETRIEVAL,
        "      New documents do not arrive: d1\n      Not sure: c2\n",
        "      New documents do not arrive: q3\n"
        "      Not sure: c2\n"
        "  q3:\n"
        "    ask: Which source is late?\n"
        "    choices:\n"
        "      One of them: d1\n"
        "      Not sure: c2\n",
        "runbooks/retrieval_failure.yml:56:3: question 'q3' is the third before the first control, "
        "expected at most 2 before it",
    ),
    Broken(
        "seven choices",
        SECURITY,
        "      Poisoned source or memory: c2",
        "      Poisoned source or memory: c2\n      A stolen key: c1",
        "runbooks/security.yml:53:7: question 'q1' has 7 choices, expected at most 6",
    ),
    Broken(
        "a label that is too long",
        COST,
        "      One key, tenant or user: c1",
        "      One key, one tenant or one user: c1",
        "runbooks/cost_runaway.yml:35:7: a label of 31 characters, expected at most 30",
    ),
    Broken(
        "a node longer than a phone",
        QUALITY,
        "      - what changed in the 24 h before it began, newest first",
        "      - what changed in the 24 h before it began, newest first\n"
        "      - what support hears\n"
        "      - what sales hears\n"
        "      - what the press writes\n"
        "      - what the provider says about it today",
        "runbooks/quality_regression.yml:28:3: node 'q1' takes 19 lines on a phone, expected at most 18",
    ),
    Broken(
        "a control misspelt",
        COST,
        "pull: [agent.stop, agent.step_cap",
        "pull: [agent.stopp, agent.step_cap",
        "runbooks/cost_runaway.yml:46:12: unknown control 'agent.stopp', expected one from "
        "controls.yml; did you mean 'agent.stop'?",
    ),
    Broken(
        "a first control that there is not",
        COST,
        "lever: rate.limit",
        "lever: rates",
        "runbooks/cost_runaway.yml:9:8: unknown control 'rates', expected one from controls.yml",
    ),
    Broken(
        "a check misspelt",
        COST,
        "by: [spend, refusals, sample]",
        "by: [spend, refusal, sample]",
        "runbooks/cost_runaway.yml:73:17: unknown check 'refusal', expected one from checks.yml; did "
        "you mean 'refusals'?",
    ),
    Broken(
        "a closing check that there is not",
        COST,
        "closure: [spend, ",
        "closure: [thrift, ",
        "runbooks/cost_runaway.yml:25:11: unknown check 'thrift', expected one from checks.yml",
    ),
    Broken(
        "a closing check alone",
        COST,
        "closure: [spend, refusals, sample, quiet]",
        "closure: spend",
        "runbooks/cost_runaway.yml:25:10: 'spend', expected a list such as [a, b]",
    ),
    Broken(
        "a role misspelt",
        COST,
        "roles: [commander]",
        "roles: [comander]",
        "runbooks/cost_runaway.yml:79:13: 'comander', expected commander, technical, communications "
        "or scribe; did you mean 'commander'?",
    ),
    Broken(
        "a message misspelt",
        COST,
        "lever: rate.limit",
        "lever: rate.limit\nmessages: {room: contaned}",
        "runbooks/cost_runaway.yml:10:18: unknown template 'contaned', expected the name of a file "
        "in message_templates; did you mean 'contained'?",
    ),
    Broken(
        "a message to nobody that we know",
        COST,
        "lever: rate.limit",
        "lever: rate.limit\nmessages: {stakeholder: contained}",
        "runbooks/cost_runaway.yml:10:12: unknown audience 'stakeholder', expected one of room, "
        "stakeholders, status_page, first_notice, first_public, leadership; did you mean 'stakeholders'?",
    ),
]
