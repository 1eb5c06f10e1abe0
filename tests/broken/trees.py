"""A class's decision tree, broken in one place each: its nodes, what they hold, where they lead."""

from tests.broken.case import Broken

COST = "runbooks/cost_runaway.yml"
LATENCY = "runbooks/latency_saturation.yml"
OUTAGE = "runbooks/provider_outage.yml"

TREES = [
    Broken(
        "no start",
        COST,
        "start: q1\n",
        "",
        "runbooks/cost_runaway.yml:26:1: key 'start' is missing, expected `start:` with the id of the first node",
    ),
    Broken(
        "a start that is no node",
        COST,
        "start: q1",
        "start: q9",
        "runbooks/cost_runaway.yml:26:8: no node 'q9', expected one of q1, c1, c2, c3, c4, q2, k1, e1, x1",
    ),
    Broken(
        "a node of no kind",
        COST,
        "    ask: Does it look",
        "    akk: Does it look",
        "runbooks/cost_runaway.yml:60:3: node 'q2' is of no kind, expected one of ask, pull, check, "
        "do, call, end in it; did you mean 'ask'?",
    ),
    Broken(
        "a node of two kinds",
        LATENCY,
        "    says: Only this caller.",
        "    do: Limit it.\n    says: Only this caller.",
        "runbooks/latency_saturation.yml:77:5: node 'c4' is both `pull` and `do`, expected one of "
        "them, and the other as a node of its own",
    ),
    Broken(
        "a node that is a text",
        COST,
        "  c2:\n"
        "    pull: [agent.stop, agent.step_cap, tool.off]\n"
        "    says: Lists half-done jobs.\n"
        "    then: q2\n"
        "    cannot: c1\n",
        "  c2: stop the agents\n",
        "runbooks/cost_runaway.yml:45:3: node 'c2' without keys, expected one of ask, pull, check, do, call, end in it",
    ),
    Broken(
        "an id of a node in capitals",
        COST,
        "  q2:\n",
        "  Q2:\n",
        "runbooks/cost_runaway.yml:60:3: 'Q2', expected an id: small letters, digits, - and _, at most 63 characters",
    ),
    Broken(
        "a node twice",
        COST,
        "  q2:\n",
        "  c1:\n",
        "runbooks/cost_runaway.yml:60:3: key 'c1' a second time, expected it once (first on line 40)",
    ),
    Broken(
        "an unknown key in a node",
        COST,
        "    says: Lists half-done jobs.\n    then: q2",
        "    says: Lists half-done jobs.\n    than: q2",
        "runbooks/cost_runaway.yml:48:5: unknown key 'than', expected one of pull, says, then, "
        "cannot; did you mean 'then'?",
    ),
    Broken(
        "an end with a way on",
        LATENCY,
        "    look: latency holds",
        "    then: q1\n    look: latency holds",
        "runbooks/latency_saturation.yml:86:5: unknown key 'then', expected one of end, look",
    ),
    Broken(
        "a text that is a number",
        COST,
        "    says: Lists half-done jobs.",
        "    says: 7",
        "runbooks/cost_runaway.yml:47:11: the number 7, expected a text in quotes: '7'",
    ),
    Broken(
        "a text of nothing",
        COST,
        "    ask: Who is spending?",
        "    ask:",
        "runbooks/cost_runaway.yml:29:9: nothing, expected a text",
    ),
    Broken(
        "a target that is no node",
        COST,
        "    says: Lists half-done jobs.\n    then: q2",
        "    says: Lists half-done jobs.\n    then: q3",
        "runbooks/cost_runaway.yml:48:11: no node 'q3', expected one of q1, c1, c2, c3, c4, q2, k1, "
        "e1, x1, or tree:CLASS",
    ),
    Broken(
        "a target in a list that is no node",
        COST,
        "    same: [c4, c1, e1]",
        "    same: [c4, c11, e1]",
        "runbooks/cost_runaway.yml:75:16: no node 'c11', expected one of q1, c1, c2, c3, c4, q2, k1, "
        "e1, x1, or tree:CLASS",
    ),
    Broken(
        "a class without its tree:",
        COST,
        '"Yes": tree:security',
        '"Yes": security',
        "runbooks/cost_runaway.yml:66:14: no node 'security', expected one of q1, c1, c2, c3, c4, "
        "q2, k1, e1, x1, or tree:CLASS; did you mean 'tree:security'?",
    ),
    Broken(
        "a class that there is not",
        COST,
        '"Yes": tree:security',
        '"Yes": tree:securty',
        "runbooks/cost_runaway.yml:66:14: no class 'securty', expected one of latency_saturation, "
        "provider_outage, quality_regression, retrieval_failure, safety_violation, security; did you mean 'security'?",
    ),
    Broken(
        "a way into the same tree",
        COST,
        '"Yes": tree:security',
        '"Yes": tree:cost_runaway',
        "runbooks/cost_runaway.yml:66:14: 'tree:cost_runaway' leads into this same tree, expected a "
        "node of it, or another class",
    ),
    Broken(
        "no target at all",
        COST,
        "    same: [c4, c1, e1]",
        "    same: []",
        "runbooks/cost_runaway.yml:75:11: an empty list, expected at least one",
    ),
    Broken(
        "a choice with several targets",
        COST,
        "One agent or job: c2",
        "One agent or job: [c2, c1]",
        "runbooks/cost_runaway.yml:36:25: a list, expected a node's id, `tree:CLASS`, or `{to: ID, leads: CONTROL}`",
    ),
    Broken(
        "a choice that leads with what is not pulled there",
        LATENCY,
        "leads: retry.budget",
        "leads: rate.limit",
        "runbooks/latency_saturation.yml:37:40: node 'c1' does not pull 'rate.limit', expected one "
        "of load.shed, retry.budget, queue.cap",
    ),
    Broken(
        "a choice that leads in another tree",
        OUTAGE,
        "Looks like an attack: tree:security",
        "Looks like an attack: {to: tree:security, leads: tool.off}",
        "runbooks/provider_outage.yml:43:56: `leads` into another tree (tree:security), expected it "
        "at a node of this tree only",
    ),
    Broken(
        "a choice that leads where nothing is pulled",
        COST,
        "      One key, tenant or user: c1",
        "      One key, tenant or user: {to: e1, leads: rate.limit}",
        "runbooks/cost_runaway.yml:35:48: node 'e1' does not pull 'rate.limit', expected no `leads`, "
        "or a node that pulls controls",
    ),
    Broken(
        "a choice with an unknown key",
        LATENCY,
        "leads: retry.budget",
        "lead: retry.budget",
        "runbooks/latency_saturation.yml:37:33: unknown key 'lead', expected one of to, leads; did you mean 'leads'?",
    ),
    Broken(
        "a pull without cannot",
        COST,
        "    says: Lists half-done jobs.\n    then: q2\n    cannot: c1\n",
        "    says: Lists half-done jobs.\n    then: q2\n",
        "runbooks/cost_runaway.yml:46:5: key 'cannot' is missing, expected 'cannot:' here",
    ),
    Broken(
        "a pull that leads nowhere",
        COST,
        "    says: Lists half-done jobs.\n    then: q2\n",
        "    says: Lists half-done jobs.\n",
        "runbooks/cost_runaway.yml:46:5: key 'then' is missing, expected 'then:' here",
    ),
    Broken(
        "a check without better",
        COST,
        "    better: x1\n",
        "",
        "runbooks/cost_runaway.yml:70:5: key 'better' is missing, expected 'better:' here",
    ),
    Broken(
        "a check without same",
        COST,
        "    same: [c4, c1, e1]\n",
        "",
        "runbooks/cost_runaway.yml:70:5: key 'same' is missing, expected 'same:' here",
    ),
    Broken(
        "a check without worse",
        COST,
        "    worse: [c1, e1]\n",
        "",
        "runbooks/cost_runaway.yml:70:5: key 'worse' is missing, expected 'worse:' here",
    ),
    Broken(
        "a thing to do without done",
        OUTAGE,
        "    done: k1\n",
        "",
        "runbooks/provider_outage.yml:56:5: key 'done' is missing, expected 'done:' here",
    ),
    Broken(
        "a call that leads nowhere",
        COST,
        "    then: [k1, x1]\n",
        "",
        "runbooks/cost_runaway.yml:78:5: key 'then' is missing, expected 'then:' here",
    ),
    Broken(
        "a pull of nothing",
        COST,
        "    pull: [agent.stop, agent.step_cap, tool.off]",
        "    pull: []",
        "runbooks/cost_runaway.yml:46:11: an empty list, expected at least one",
    ),
    Broken(
        "something put back by a control that there is not",
        COST,
        "rollback: [known_good.set,",
        "rollback: [known_good.sets,",
        "runbooks/cost_runaway.yml:87:12: unknown control 'known_good.sets', expected one from controls.yml; "
        "did you mean 'known_good.set'?",
    ),
]
