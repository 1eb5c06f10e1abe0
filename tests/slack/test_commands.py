"""The grammar of `/incident`: every verb of the contract, read as people type it, with help made from the table."""

import re
from datetime import date, timedelta

import pytest

from stanch.core import commands as c, draft_commands as d
from stanch.core.seat_commands import HandOver
from stanch.errors import Refusal
from stanch.slack.commands import BY_NAME, VERBS, Look, helped, take_apart
from stanch.slack.words import Words
from tests.fakes.world import ALICE, BOB, called

TODAY = date(2026, 11, 22)
PEOPLE = {"alice": ALICE, "bob": BOB, ALICE: ALICE, BOB: BOB}

# The list of the contract's section "/incident", to the letter.
CONTRACT = """
declare [TITLE]
list
show
severity SEV1..SEV4
class CLASS
scope TEXT
impact TEXT
title TEXT
role commander|technical|communications|scribe @who|me|none
note TEXT
correct ENTRY TEXT
service NAME
oncall [SERVICE]
update [TEXT]
evidence TEXT
hypothesis TEXT
supported K TEXT
refuted K TEXT
mitigate
applied WHAT
effective [K]
removed [K]
kept [K] @who until DATE WHY
judged GOOD BAD [NOTE]
bleeding yes|contained|unknown WHY
contained [--waive "WHY"]
explained confirmed|probable|unknown TEXT
watch [--override "WHY"]
resolved [--fixed WHAT]
restrict [WHY]
action @who by DATE WHAT
close [SUMMARY]
dismiss false-alarm|near-miss|duplicate-of N WHY
reopen WHY
catchup
export [md|json|csv]
runbook [CLASS]
controls
pull CONTROL [VALUE]
undo [K]
check [CHECK…] [--watch MINUTES]
sample [N]
help [VERB]
handover commander|technical|communications|scribe @who
subscribe
unsubscribe
pause [MINUTES] WHY
resume
""".split("\n")[1:-1]  # fmt: skip


def typed(text: str) -> object:
    """What a command means, typed by carol in a room."""
    one = take_apart(text)
    assert one.verb is not None
    find = lambda wanted: PEOPLE.get(wanted.lstrip("@"))  # noqa: E731
    return one.verb.read(Words(one.text, one.verb.usage, called, find, "U0CAROL", TODAY))


def refused(text: str) -> str:
    with pytest.raises(Refusal) as refusal:
        typed(text)
    return str(refusal.value)


def test_every_verb_of_the_contract_is_there() -> None:
    """The table holds the contract's verbs with the contract's usage, and nothing that the contract does not know."""
    ours = {verb.usage for verb in VERBS}
    assert ours == set(CONTRACT)


READ = {
    "declare": Look("declare_form"),
    "declare answers cite <@U0BOB|bob>": c.Declare(0, "answers cite @bob"),
    "DECLARE  two  words": c.Declare(0, "two  words"),
    "handover tech <@U0BOB|bob>": HandOver("technical", "U0BOB"),
    "handover ic me": HandOver("commander", "U0CAROL"),
    "runbook": c.OpenRunbook(),
    "runbook cost runaway": c.OpenRunbook("cost_runaway"),
    "runbook COST-Runaway": c.OpenRunbook("cost_runaway"),
    "controls": Look("controls"),
    "oncall": Look("oncall"),
    "oncall Search Answers": Look("oncall", "search answers"),
    "pull prompt.back": c.Pull("prompt.back"),
    "pull `Prompt.back` v16": c.Pull("prompt.back", "v16"),
    "pull variant.share 25 %": c.Pull("variant.share", "25 %"),
    "undo": c.Undo(),
    "undo 2": c.Undo(2),
    "check": c.RunChecks(),
    "check errors, Latency errors": c.RunChecks(("errors", "latency")),
    "check --watch 30": c.RunChecks((), 30),
    "check errors —watch 5": c.RunChecks(("errors",), 5),
    "sample": c.DrawSample(20),
    "sample 60": c.DrawSample(60),
    "list": Look("list"),
    "show": Look("show"),
    "catchup": Look("catchup"),
    "restrict": c.Restrict(""),
    "restrict customer data is in it": c.Restrict("customer data is in it"),
    "severity sev2": c.Change("severity", "sev2"),
    "class quality regression": c.Change("klass", "quality regression"),
    "scope EU &amp; &lt;US&gt;": c.Change("scope", "EU & <US>"),
    "impact wrong answers": c.Change("impact", "wrong answers"),
    "title a better one": c.Change("title", "a better one"),
    "service search-answers": c.Change("service", "search-answers"),
    "role commander <@U0BOB|bob>": c.GiveRole("commander", BOB),
    "role IC @bob": c.GiveRole("commander", BOB),
    "role tech bob": c.GiveRole("technical", BOB),
    "role scribe me": c.GiveRole("scribe", "U0CAROL"),
    "role comms none": c.GiveRole("communications", None),
    "note look at <https://x.example/a|x> in <#C1|general>": c.Note("look at https://x.example/a in #general"),
    "note": Look("note_form"),
    "correct 3 the EU only": c.Correct(3, "the EU only"),
    "evidence trace 7": c.AddEvidence("trace 7"),
    "subscribe": d.Subscribe(),
    "unsubscribe": d.Subscribe(on=False),
    "pause 90 we wait for the provider": d.PauseUpdates(timedelta(minutes=90), "we wait for the provider"),
    "pause 90 min we wait": d.PauseUpdates(timedelta(minutes=90), "we wait"),
    "pause 2h we wait": d.PauseUpdates(timedelta(hours=2), "we wait"),
    "pause 2 hours we wait": d.PauseUpdates(timedelta(hours=2), "we wait"),
    "pause 5 models are down": d.PauseUpdates(timedelta(minutes=5), "models are down"),
    "pause 3rd party is down": d.PauseUpdates(timedelta(hours=1), "3rd party is down"),
    "pause we wait": d.PauseUpdates(timedelta(hours=1), "we wait"),
    "resume": d.ResumeUpdates(),
    "update": Look("update_form"),
    "update we put it back": c.SayUpdate("we put it back"),
    "hypothesis the prompt": c.Suppose("the prompt"),
    "supported 1 trace 7": c.JudgeIdea(1, "supported", "trace 7"),
    "refuted 2 no": c.JudgeIdea(2, "refuted", "no"),
    "mitigate": c.Mitigate(),
    "applied prompt back": c.Applied("prompt back"),
    "effective": c.MoveMitigation("effective", None),
    "effective 2": c.MoveMitigation("effective", 2),
    "removed 1": c.MoveMitigation("removed", 1),
    "kept 1 <@U0BOB> until 2026-12-01 the fix ships then": c.MoveMitigation(
        "kept", 1, BOB, date(2026, 12, 1), "the fix ships then"
    ),
    "kept @bob until tomorrow why not": c.MoveMitigation("kept", None, BOB, date(2026, 11, 23), "why not"),
    "kept @bob until friday why not": c.MoveMitigation("kept", None, BOB, date(2026, 11, 27), "why not"),
    "action @bob by Sunday write a test": c.AddAction(BOB, date(2026, 11, 29), "write a test"),
    "judged 19 1 in German": c.Judge(19, 1, "in German"),
    "judged 20 0": c.Judge(20, 0, ""),
    "bleeding Contained it stopped": c.Bleeding("contained", "it stopped"),
    "contained": c.Contain(""),
    'contained --waive "we are sure"': c.Contain("we are sure"),
    "contained —waive “we are sure”": c.Contain("we are sure"),
    "contained –waive ‘we are sure’": c.Contain("we are sure"),
    "contained --waive we are sure": c.Contain("we are sure"),
    "explained Probable the prompt": c.Explain("probable", "the prompt"),
    "watch": c.Watch(""),
    'watch --override "no traffic at night"': c.Watch("no traffic at night"),
    "watch —override «no traffic»": c.Watch("no traffic"),
    "resolved --fixed prompt v18": c.Resolve("prompt v18"),
    "resolved": c.Resolve(""),
    "action @bob by today write a test": c.AddAction(BOB, TODAY, "write a test"),
    "close we learned": c.Close("we learned"),
    "close": c.Close(""),
    "dismiss near-miss nobody saw it": c.Dismiss("near-miss", "nobody saw it", None),
    "dismiss duplicate-of 3 same prompt": c.Dismiss("duplicate-of", "same prompt", 3),
    "reopen it is back": c.Reopen("it is back"),
    "export": c.Export(("md", "json")),
    "export CSV": c.Export(("csv",)),
    "help": Look("help"),
    "help role": Look("help", "role"),
}


@pytest.mark.parametrize("text", READ)
def test_read_as_people_type_it(text: str) -> None:
    """Each verb gives its command, with Slack's mentions, links and entities, and a phone's quotes and dashes."""
    assert typed(text) == READ[text]


def test_every_verb_is_read() -> None:
    """The table above leaves no verb out."""
    assert {text.split()[0].lower() for text in READ} == set(BY_NAME)


@pytest.mark.parametrize(
    ("text", "number", "verb", "rest"),
    [
        ("12 note x y", 12, "note", "x y"), ("INC-12 note x", 12, "note", "x"), ("inc-12  note  x", 12, "note", "x"),
        ("#12 show", 12, "show", ""), ("12", 12, "show", ""), ("  note x ", None, "note", "x"),
        ("note 12", None, "note", "12"), ("note line one\nline two", None, "note", "line one\nline two"),
        ("note\nline one", None, "note", "line one"), ("12\tnote\tx", 12, "note", "x"),
    ],
)  # fmt: skip
def test_the_number_may_stand_in_front(text: str, number: int | None, verb: str, rest: str) -> None:
    """`N`, `INC-N` and `#N` before the verb; only a number shows it; any white space parts the words."""
    one = take_apart(text)
    assert one.verb is not None
    assert (one.number, one.verb.name, one.text) == (number, verb, rest)


@pytest.mark.parametrize("text", ["", "   "])
def test_bare(text: str) -> None:
    """Nothing typed is the bare command."""
    assert take_apart(text).verb is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("notte x", "There is no `notte`. Did you mean `/incident note TEXT`?"),
        ("sevrity 2", "There is no `sevrity`. Did you mean `/incident severity SEV1..SEV4`?"),
        ("delcare x", "There is no `delcare`. Did you mean `/incident declare [TITLE]`?"),
        ("answers are wrong", "There is no `answers`. To open an incident: `/incident declare TITLE`."
         " All verbs: `/incident help`."),
        ("xyzzy", "There is no `xyzzy`. All verbs: `/incident help`."),
        ("`<!channel>`", "There is no `!channel`. All verbs: `/incident help`."),
        ("&lt;&gt;", "There is no `lt;gt;`. All verbs: `/incident help`."),
        ("q" * 300, f"There is no `{'q' * 40}`. All verbs: `/incident help`."),
    ],
)  # fmt: skip
def test_typing_errors_get_the_nearest_verb(text: str, said: str) -> None:
    """A word that is no verb is named, harmlessly, with the nearest one or the way to help."""
    assert refused(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("severity", "To what? `/incident severity SEV1..SEV4`"),
        ("role", "Which role? `/incident role commander|technical|communications|scribe @who|me|none`"),
        ("role janitor @bob", "Which role? `/incident role commander|technical|communications|scribe @who|me|none`"),
        ("role scribe", "Who? `/incident role commander|technical|communications|scribe @who|me|none`"),
        ("role scribe @mallory", "I know nobody here called `@mallory` who can take part: no such person, a bot,"
         " or deactivated. Type @ and choose from Slack's list."),
        ("role scribe `<!channel>`", "I know nobody here called `@'@channel'` who can take part: no such person, a bot,"
         " or deactivated. Type @ and choose from Slack's list."),
        ("correct the EU", "Which entry? Its number comes first: `/incident correct ENTRY TEXT`"),
        ("correct ٣ x", "Which entry? Its number comes first: `/incident correct ENTRY TEXT`"),
        ("judged many", "Which good ones? Its number comes first: `/incident judged GOOD BAD [NOTE]`"),
        ("kept 1 @bob until soon x", "Until when? I know dates like 2026-11-29, `today`, `tomorrow`, `friday`:"
         " `/incident kept [K] @who until DATE WHY`"),
        ("action me by 2026-13-01 x", "By when? I know dates like 2026-11-29, `today`, `tomorrow`, `friday`:"
         " `/incident action @who by DATE WHAT`"),
        ("action me by 2020-01-01 x", "2020-01-01 is over. By when? `/incident action @who by DATE WHAT`"),
        ("action none by today x", "An action needs an owner: `/incident action @who by DATE WHAT`"),
        ("contained --waive", 'A reason is needed: `/incident contained [--waive "WHY"]`'),
        ('watch --override ""', 'A reason is needed: `/incident watch [--override "WHY"]`'),
        ("pause 30x we wait", "`30x` is no number of minutes; `90`, `45m` and `2h` are:"
         " `/incident pause [MINUTES] WHY`"),
        ("pause 3o we wait", "`3o` is no number of minutes; `90`, `45m` and `2h` are: `/incident pause [MINUTES] WHY`"),
        ("pause 1.5h we wait", "`1.5h` is no number of minutes; `90`, `45m` and `2h` are:"
         " `/incident pause [MINUTES] WHY`"),
        ("pull", "Which control? `/incident controls` lists them: `/incident pull CONTROL [VALUE]`"),
        ("check --watch soon", "Watch for how many minutes? `/incident check [CHECK…] [--watch MINUTES]`"),
        ("undo 1 please", "`please` has no place here, and nothing was recorded: `/incident undo [K]`"),
        ("sample some", "`some` has no place here, and nothing was recorded: `/incident sample [N]`"),
        ("export pdf", "As what? `/incident export [md|json|csv]`"),
        ("dismiss duplicate-of x", "Which incident? Its number comes first:"
         " `/incident dismiss false-alarm|near-miss|duplicate-of N WHY`"),
    ],
)  # fmt: skip
def test_half_a_command_says_its_form(text: str, said: str) -> None:
    """What is missing is asked for, with the usage of the table."""
    assert refused(text) == said


def test_help_is_made_from_the_table() -> None:
    """Every verb with its usage and its words, in the order of the table, short enough for one message."""
    text = helped()
    assert re.findall(r"^`([a-z]+)", text, re.MULTILINE) == [verb.name for verb in VERBS]
    for verb in VERBS:
        assert f"`{verb.usage}`  {verb.help}" in text
    assert len(text) <= 4_000


@pytest.mark.parametrize("verb", BY_NAME)
def test_help_of_one_verb(verb: str) -> None:
    """One line with its usage; a verb that is none gets the nearest."""
    assert helped(verb) == f"`/incident {BY_NAME[verb].usage}`: {BY_NAME[verb].help}"


def test_help_of_no_verb() -> None:
    """Help for a typing error is the nearest verb's name."""
    assert helped("roel") == f"There is no `roel`. Did you mean `/incident {BY_NAME['role'].usage}`?"
