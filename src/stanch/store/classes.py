"""Read and lint the classes of a home folder, `runbooks/CLASS.yml`: a sheet each, and the decision tree beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stanch.core.catalogue import CLASS_ORDER, Klass
from stanch.core.runbook import Tree
from stanch.errors import Fault
from stanch.store import tree_rules, trees, yaml_marks
from stanch.store.sheets import LABEL, ClassFile
from stanch.store.tree_rules import Known
from stanch.store.validation import validate
from stanch.store.yaml_marks import Marked, Warned

_SUFFIXES: Final = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A class with its document: what it names is looked at once all files have been read."""

    klass: Klass
    marked: Marked


def ids(home: Path) -> list[str]:
    """Return the ids of the classes, those whose file has a fault of its own too, by name."""
    return sorted(path.stem for path in (home / "runbooks").glob("[!.]*.yml"))


def read(home: Path, faults: list[Fault], warnings: list[Warned]) -> list[Sheet]:
    """Return the sheets that can be read, without a tree that has a fault, in `CLASS_ORDER`, then by name."""
    sheets: dict[str, Sheet] = {}
    # a file that only has the wrong suffix is told as such, not at each way into its tree
    known = Known({path.stem for path in (home / "runbooks").glob("[!.]*.[yY]*") if path.suffix.lower() in _SUFFIXES})
    for path in _files(home, faults, warnings):
        marked = yaml_marks.read(path, f"runbooks/{path.name}")
        slips = bool(marked.faults)  # of YAML: a node twice would be missed where the first of them leads
        document = validate(ClassFile, marked)
        if document and document.id != path.stem:
            marked.fault(("class",), f"class '{document.id}' in {path.name}", f"'{path.stem}', the name of the file")
        tree = trees.read(marked, path.stem)
        if tree and not slips:
            tree_rules.shape(marked, tree, known)
        if document:
            _thin(marked, document)
        if document:
            sheets[document.id] = Sheet(_klass(document, tree), marked)
        faults += marked.faults
        warnings += marked.warnings
    order = {id: place for place, id in enumerate(CLASS_ORDER)}
    return [sheets[id] for id in sorted(sheets, key=lambda id: (order.get(id, len(order)), id))]


def named(home: Path, sheets: list[Sheet], known: Known) -> list[Fault]:
    """Return the faults that only the other files show: names of what there is not, and screens too long with them."""
    faults: list[Fault] = []
    for sheet in sheets:
        marked = Marked(sheet.marked.file, keys=sheet.marked.keys, values=sheet.marked.values)
        tree_rules.names(marked, sheet.klass, known)
        tree_rules.one_screen(marked, sheet.klass, known)
        faults += marked.faults
    return faults


def templates(home: Path) -> frozenset[str] | None:
    """Return the names of the message templates, or None where there is no folder of them."""
    folder = home / "message_templates"
    return frozenset(path.stem for path in folder.rglob("[!.]*.j2")) if folder.is_dir() else None


def _files(home: Path, faults: list[Fault], warnings: list[Warned]) -> list[Path]:
    """Return the classes' files, without the hidden files of editors; warn of those that only look like one."""
    try:
        there = sorted(path for path in (home / "runbooks").iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        there = []
    except OSError as error:
        what = f"the folder cannot be read ({error.strerror})"
        faults.append(Fault("runbooks", 1, 1, what, "one that the bot may read"))
        return []
    paths = [path for path in there if path.suffix == ".yml"]
    if not paths:
        faults.append(Fault("runbooks", 1, 1, "there is no class", "at least one file runbooks/CLASS.yml"))
    for path in there:
        if path.suffix != ".yml" and path.suffix.lower() in _SUFFIXES:
            warnings.append(Warned(f"runbooks/{path.name}", 1, 1, "is not read; rename it to end in .yml"))
    return paths


def _klass(sheet: ClassFile, tree: Tree | None) -> Klass:
    return Klass(
        id=sheet.id,
        name=sheet.name or sheet.id.replace("_", " ").replace("-", " ").capitalize(),
        looks_like=sheet.looks_like or "",
        not_this_if=sheet.not_this_if or "",
        urgency=sheet.urgency,
        starts_at=sheet.starts_at,
        first_move=sheet.first_move or "",
        # whoever forgets the word must not open a public room for a leak (catalogue, section 6)
        restricted=sheet.id == "security" if sheet.restricted is None else sheet.restricted,
        subkinds=tuple(sheet.subkinds),
        quiet=sheet.quiet,
        tree=tree,
        closure=tuple(sheet.closure),
        lever=sheet.lever or "",
        rollback=tuple(sheet.rollback),
        containment=tuple(sheet.containment),
        owners=sheet.owners or "",
        tell=sheet.tell or "",
        traps=tuple(sheet.traps),
    )


def _thin(marked: Marked, sheet: ClassFile) -> None:
    if not sheet.first_move:
        expected = "`first_move:` with the one action that people start with"
        marked.fault(("first_move",), "a class without a first move", expected, at_key=True)
    if not sheet.looks_like:
        marked.warn(("looks_like",), "no looks_like; the form cannot say when to choose it", at_key=True)
    elif (size := len(sheet.looks_like)) > LABEL:
        marked.warn(("looks_like",), f"looks_like has {size} characters; forms show the first {LABEL}")
    if sheet.nodes is None and sheet.start is None:
        marked.warn(("nodes",), "no tree; the room shows the first move and nothing after it", at_key=True)
    elif not sheet.lever:
        marked.warn(("lever",), "no lever; the first move has no button", at_key=True)
    if sheet.id == "security" and sheet.restricted is False:
        marked.warn(("restricted",), "security is not restricted; a leak is told in a public room")
