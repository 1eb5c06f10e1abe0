"""What a template may be: prose with variables that are given, nothing that would be escaped twice."""

import re
from collections.abc import Collection, Iterator

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from stanch.errors import Fault
from stanch.store.jinja_marks import Source, problem
from stanch.store.validation import nearest

_BREAK = re.compile(r"\r\n|\r")
Found = tuple[int, str, str]
"""The offset of a fault in the body, what it is, and what was expected."""


_PROSE = (nodes.Output, nodes.If, nodes.Expr, nodes.Helper)
LIST = 40
"""Words that are listed at most; more would hide the one that is near."""


def check(body: str, file: str, environment: Environment, known: Collection[str]) -> list[Fault]:
    """Return every fault of a body, with line and column; without `known`, those of its variables are left out."""
    source = Source(_BREAK.sub("\n", body))  # as Jinja does, before it counts
    try:
        tree = source.parse(environment)
        parts = list(tree.find_all(nodes.Node))
        found = [*_strange_words(parts, environment), *_refused(parts)]
        given = _given(tree, parts)
        found += _unknown(parts, given, known) if known else []
    except TemplateSyntaxError as error:
        found = [problem(source, error)]
    except RecursionError:
        found = [(len(body) - len(body.lstrip()), "expressions nested too deeply to read", "a few levels")]
    return [Fault(file, *source.at(offset), what, expected) for offset, what, expected in found]


def _given(tree: nodes.Template, parts: list[nodes.Node]) -> Collection[str]:
    """Variables that are not set in the text itself. Jinja compiles it to know, which finds what parsing does not;
    where there is prose with conditions and nothing else, neither is needed."""
    names = {part.name for part in parts if isinstance(part, nodes.Name)}
    if all(isinstance(part, _PROSE) for part in parts) and names.isdisjoint(("self", "super", "caller")):
        return names
    return meta.find_undeclared_variables(tree)


def _strange_words(parts: list[nodes.Node], environment: Environment) -> Iterator[Found]:
    """Filters and tests that there are not; inside of an `if`, Jinja itself finds them when the message is due."""
    for part in parts:
        if isinstance(part, nodes.Filter | nodes.Test):
            kind = "filter" if isinstance(part, nodes.Filter) else "test"
            there = environment.filters if kind == "filter" else environment.tests
            if part.name not in there:
                yield part.lineno, f"unknown {kind} '{part.name}'", f"one of Jinja's{nearest(part.name, there)}"
                there[part.name] = lambda value, *_: value  # so that the search for variables goes on


def _refused(parts: list[nodes.Node]) -> Iterator[Found]:
    for part in parts:
        if isinstance(part, nodes.Macro | nodes.CallBlock | nodes.AssignBlock | nodes.FilterBlock):
            yield part.lineno, "a macro, call, filter block or block assignment", "plain prose"
        elif isinstance(part, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
            yield part.lineno, "another template taken in", "one file a message"


def _unknown(parts: list[nodes.Node], given: Collection[str], known: Collection[str]) -> Iterator[Found]:
    words = sorted(word for word in known if "." not in word)
    for part in parts:
        if isinstance(part, nodes.Name) and part.ctx == "load" and part.name in given and part.name not in words:
            listed = f"one of {', '.join(words)}" if len(words) <= LIST else "one that is known"
            yield part.lineno, f"unknown variable '{part.name}'", listed + nearest(part.name, words)
        elif isinstance(part, nodes.Getattr) and isinstance(part.node, nodes.Name) and part.node.name in given:
            whole = part.node.name
            has = [word.partition(".")[2] for word in known if word.startswith(f"{whole}.")]
            if has and part.attr not in has:
                what = f"unknown part '{part.attr}' of '{whole}'"
                yield part.lineno + 1, what, f"one that is known{nearest(part.attr, has)}"  # behind the dot
