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


LIST = 40
"""Words that are listed at most; more would hide the one that is near."""


def check(body: str, file: str, environment: Environment, known: Collection[str]) -> list[Fault]:
    """Return every fault of a body, with line and column; without `known`, those of its variables are left out."""
    source = Source(_BREAK.sub("\n", body))  # as Jinja does, before it counts
    try:
        tree = source.parse(environment)
        found = [*_strange_words(tree, environment), *_refused(tree)]
        given = meta.find_undeclared_variables(tree)  # compiles it, which finds what parsing does not
        found += _unknown(tree, given, known) if known else []
    except TemplateSyntaxError as error:
        found = [problem(source, error)]
    except RecursionError:
        found = [(len(body) - len(body.lstrip()), "expressions nested too deeply to read", "a few levels")]
    return [Fault(file, *source.at(offset), what, expected) for offset, what, expected in found]


def _strange_words(tree: nodes.Template, environment: Environment) -> Iterator[Found]:
    """Filters and tests that there are not; inside of an `if`, Jinja itself finds them when the message is due."""
    for kind, there, those in (
        ("filter", environment.filters, tree.find_all(nodes.Filter)),
        ("test", environment.tests, tree.find_all(nodes.Test)),
    ):
        names = sorted(there)
        for node in those:
            if node.name not in names:
                yield node.lineno, f"unknown {kind} '{node.name}'", f"one of Jinja's{nearest(node.name, names)}"
                there[node.name] = lambda value, *_: value  # so that the search for variables goes on


def _refused(tree: nodes.Template) -> Iterator[Found]:
    for node in tree.find_all((nodes.Macro, nodes.CallBlock, nodes.AssignBlock, nodes.FilterBlock)):
        yield node.lineno, "a macro, call, filter block or block assignment", "plain prose"
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        yield node.lineno, "another template taken in", "one file a message"


def _unknown(tree: nodes.Template, given: Collection[str], known: Collection[str]) -> Iterator[Found]:
    words = sorted(word for word in known if "." not in word)
    listed = f"one of {', '.join(words)}" if len(words) <= LIST else "one that is known"
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name in given and node.name not in words:
            yield node.lineno, f"unknown variable '{node.name}'", listed + nearest(node.name, words)
    for part in tree.find_all(nodes.Getattr):
        if isinstance(part.node, nodes.Name) and part.node.name in given:
            whole = part.node.name
            parts = [word.partition(".")[2] for word in known if word.startswith(f"{whole}.")]
            if parts and part.attr not in parts:
                what = f"unknown part '{part.attr}' of '{whole}'"
                yield part.lineno, what, f"one that is known{nearest(part.attr, parts)}"
