"""Parse Jinja so that each node knows where it begins, and say what is wrong with it.

Jinja counts lines only. Here every token carries its offset in the source instead, and so does every node and error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

from stanch.store.validation import nearest

_SPACE = re.compile(r"\s*")


@dataclass(slots=True)
class Source:
    """One template. `opened` holds the blocks that are not closed yet, with their offsets."""

    text: str
    place: int = 0
    opened: list[tuple[str, int]] = field(default_factory=list)

    def at(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def parse(self, environment: Environment) -> nodes.Template:
        """Return the tree, with offsets for line numbers. Raises TemplateSyntaxError, whose `lineno` is one too."""
        parser = Parser(environment, "")
        parser.stream = TokenStream(environment.lexer.wrap(self._tokens(environment)), None, None)
        return parser.parse()

    def _tokens(self, environment: Environment) -> Iterator[tuple[int, str, str]]:
        last = ""
        try:
            for _, kind, value in environment.lexer.tokeniter(self.text, None):
                # what the lexer leaves out between two tokens is white space
                offset = self.text.index(value, self.place)
                if kind == "name" and last == "block_begin":
                    self._block(value, offset)
                elif value == "=" and self.opened and self.opened[-1][0] == "set":
                    self.opened.pop()  # a value, not a block
                last = last if kind == "whitespace" else kind
                self.place = offset + len(value)
                yield offset, kind, value
        except TemplateSyntaxError as error:
            where = _SPACE.match(self.text, self.place)
            raise TemplateSyntaxError(error.message or "", where.end() if where else self.place) from error

    def _block(self, name: str, offset: int) -> None:
        if name in ("if", "for", "set", "with", "autoescape", "block", "filter", "macro", "call"):
            self.opened.append((name, offset))
        elif name.startswith("end") and self.opened:
            self.opened.pop()


_SPOKEN: Final = {
    "end of print statement": "`}}`",
    "end of statement block": "`%}`",
    "end of template": "the end of the file",
    "name": "a name",
    "integer": "a number",
    "float": "a number",
    "string": "a text in quotes",
    "an expression": "an expression",
}
_BEFORE: Final = {"}": "`}}`", ")": "a `(` before it", "]": "a `[` before it"}
_BLOCKS: Final = ("if", "for", "set", "with")


def problem(source: Source, error: TemplateSyntaxError) -> tuple[int, str, str]:
    """Return the offset of what is wrong, what it is, and what was expected."""
    said, place = error.message or "", error.lineno
    if found := re.search(r"end of template.*innermost block that needs to be closed is '(\w+)'", said):
        name = found[1]
        place = next((offset for block, offset in reversed(source.opened) if block == name), place)
        if name == "set":
            return place, "`{% set %}` without a value", "`{% set NAME = VALUE %}`"
        return place, f"`{{% {name} %}}` is not closed", f"`{{% end{name} %}}`"
    if found := re.match(r"Encountered unknown tag '(\w+)'", said):
        tags = re.findall(r"'(\w+)'", said.partition("looking for")[2].partition(".")[0]) or _BLOCKS
        return place, f"tag '{found[1]}' here", f"{' or '.join(sorted(tags))}{nearest(found[1], tags)}"
    if found := re.match(r"Missing end of (\w+)", said):
        start, end = ("{#", "#}") if found[1] == "comment" else ("{%", "{% endraw %}")
        return source.text.rfind(start, 0, place), f"`{start}` is not closed", f"`{end}`"
    if found := re.match(r"expected token '(.+)', got '(.+)'|Expected (an expression), got '(.+)'", said):
        wanted, given = found[1] or found[3], found[2] or found[4]
        compare = ", or `==` to compare" if given == "=" else ""
        return place, f"{_SPOKEN.get(given, f'`{given}`')} here", _SPOKEN.get(wanted, f"`{wanted}`") + compare
    if found := re.match(r"unexpected end of template, expected '(.+)'", said):
        return place, "the end of the file here", _SPOKEN.get(found[1], f"`{found[1]}`")
    if found := re.match(r"unexpected char [\"'](['\"])", said):
        return place, f"a `{found[1]}` without its end", f"`{found[1]}` where the text ends"
    if found := re.match(r"unexpected (?:char )?'(.+?)'(?:, expected '(.+)')?", said):
        expected = f"`{found[2]}`" if found[2] else _BEFORE.get(found[1], "an expression")
        return place, f"{_SPOKEN.get(found[1], f'`{found[1]}`')} here", expected
    return place, f"this is not Jinja ({said.removesuffix('.')})", "a template that compiles"
