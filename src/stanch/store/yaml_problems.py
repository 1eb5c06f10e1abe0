"""The problems that a YAML parser finds, in the words of `file:line:column: what, expected …`."""

import re

import yaml

from stanch.errors import Fault


def unparsable(file: str, text: str, error: yaml.MarkedYAMLError) -> Fault:
    """Return what the parser complains of as a fault of `file`: where it stuck, or where that began."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if here[: len(here) - len(here.lstrip())].count("\t"):
        return Fault(file, line, here.index("\t") + 1, "a tab in the indentation", "spaces")
    opened = error.context_mark
    begun = (opened.line + 1, opened.column + 1) if opened else (line, column)
    problem, context = error.problem or "it does not parse", error.context or ""
    since = f"line {begun[0]}, column {begun[1]}"
    if "found another document" in problem:
        return Fault(file, line, column, "a second document (`---`)", "one document a file")
    if "undefined alias" in problem:
        return Fault(file, line, column, "an alias (`*`)", "the value written out")
    if found := re.search(r"',' or '([]}])'", problem):
        end = found[1]
        start = "[" if end == "]" else "{"
        cut = "; all behind ` #` is a comment" if " #" in lines[begun[0] - 1][begun[1] :] else ""
        wanted = f"one of them: `{start}` is open since {since}{cut}"
        return Fault(file, line, column, f"neither `,` nor `{end}`", wanted)
    if "quoted scalar" in context and "unknown escape" in problem:
        return Fault(
            file, line, column, f"`{here[column - 1 : column + 1]}` in double quotes", "`\\\\`, or single quotes"
        )
    if "quoted scalar" in context:
        quote = lines[begun[0] - 1][begun[1] - 1]
        return Fault(file, *begun, f"a `{quote}` without its end", f"`{quote}` where the text ends")
    if "cannot start any token" in problem or context.endswith(("alias", "anchor", "tag")) or "tag handle" in problem:
        place = begun if context.endswith(("alias", "anchor", "tag")) else (line, column)
        word, more = re.split(r"(?=[\s,\]}]|$)", lines[place[0] - 1][place[1] - 1 :], maxsplit=1)
        rest = " …" if re.match(r"\s+[^\s#]", more) else ""
        return Fault(file, *place, f"a value that begins with {word[:1]}", f"quotes around it: '{word}{rest}'")
    if "mapping values are not allowed" in problem:
        wanted = "quotes around a text with `: ` in it, or the key in the column of its neighbours"
        return Fault(file, line, column, "a `:` where no key can be", wanted)
    if "could not find expected ':'" in problem:
        return Fault(file, *begun, "a line without `:`", "`key: value`")
    if "block sequence entries are not allowed" in problem:
        return Fault(
            file, line, column, "a `-` behind its key", "each `-` on a line of its own, or a list such as [a, b]"
        )
    if context == "while parsing a block mapping":
        wanted = f"a key in column {begun[1]}, or quotes around all of a text"
        return Fault(file, line, column, f"this does not continue the keys that begin on {since}", wanted)
    if context == "while parsing a block collection":
        wanted = f"`- ` in column {begun[1]}, or quotes around all of a text"
        return Fault(file, line, column, f"this does not continue the list that begins on {since}", wanted)
    if "expected node content" in problem:
        return Fault(file, line, column, "no value where there must be one", "a value, or quotes around all of a text")
    return Fault(file, line, column, f"this is not YAML ({problem})", "YAML such as `key: value`")
