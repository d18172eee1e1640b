"""Looks at the source itself: what the core promises never to do, it does not do by accident either.

``ledger/`` and ``projections/`` count with integers and exact fractions, read no clock, print nothing and open no
file. Whoever needs one of these has the wrong room; ``ledger/store/`` opens files, the journal has a default clock.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted(path for name in ("ledger", "projections") for path in (ROOT / name).rglob("*.py"))
SHIPPED = sorted([*CORE, *(ROOT / "registrar").rglob("*.py")])
ALL = sorted([*SHIPPED, *(ROOT / "tests").rglob("*.py"), *(ROOT / "examples").rglob("*.py"), ROOT / "conftest.py"])

EXACT_FROM_MATH = {"ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "prod"}
"""Functions of ``math`` that give an integer for integers and fractions; the others give floats."""
CLOCKS = {"now", "today", "utcnow", "time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"}
OF_A_CLOCK = {"datetime", "date", "time"}
OPENS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "fdopen", "mkstemp"}


@attrs.frozen
class Smell:
    """Something that does not belong into its room."""

    where: str
    line: int
    what: str


def _name(node: ast.AST) -> str:
    """Return a dotted name: ``datetime.now`` for the call of it."""
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "…"


def _unit(annotation: ast.AST | None) -> str:
    return ast.unparse(annotation) if annotation is not None else ""


def floats_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield what makes or may make a binary float.

    The one exception is ``/`` where an operand is a ``Fraction`` for anybody to see: a call of ``Fraction``, or a
    name or attribute that is one by its type. ``/`` of two unknown things is reported unless it is declared in the
    module, or listed below.
    """
    declared = _declared_exact(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex() as value):
                yield node.lineno, f"the float {value}"
            case ast.Name(id="float" | "complex"):
                # A test for the type, so that it can be refused, is no float; making one is.
                yield node.lineno, f"the type {node.id}"
            case ast.ImportFrom(module="math"):
                for alias in node.names:
                    if alias.name not in EXACT_FROM_MATH:
                        yield node.lineno, f"math.{alias.name}"
            case ast.Import(names=names) if any(alias.name in ("math", "cmath", "random") for alias in names):
                yield node.lineno, "import of math as a whole"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                if not _divides_exactly(node, declared):
                    yield node.lineno, f"true division: {ast.unparse(node)}"
            case ast.Call(func=ast.Name(id="round")):
                yield node.lineno, "round(), whose rule is nobody's paper"
            case _:
                pass


EXACT_NAMES = {"amount", "value", "per_share", "units"}
"""Attributes that hold a ``Fraction`` in this project when they are divided; ``Price.amount``, ``Ratio.value`` …"""
EXACT_CALLS = {"Fraction", "as_fraction", "exact"}
EXACT_VARIABLES = {"before", "bought", "factor", "ratio", "ratios"}
"""Variables that hold a ``Fraction`` where they are divided. A new one is added here, or says ``Fraction(…)``."""


def _declared_exact(tree: ast.AST) -> frozenset[str]:
    """Return the names that a module declares as fractions, or collections of them: fields, arguments, results."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=name), annotation=annotation)
                | ast.arg(arg=name, annotation=ast.AST() as annotation)
            ):
                names |= {name} if "Fraction" in _unit(annotation) else set()
            case ast.FunctionDef(name=name, returns=ast.AST() as annotation):
                names |= {name} if "Fraction" in _unit(annotation) else set()
            case _:
                pass
    return frozenset(names)


def _divides_exactly(node: ast.BinOp | ast.AugAssign, declared: frozenset[str]) -> bool:
    """Whether a division has an operand that is a fraction by its name, so that its result is exact."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
    return any(_is_exact(side, declared) for side in sides)


def _is_exact(side: ast.AST, declared: frozenset[str]) -> bool:
    match side:
        case ast.Call(func=ast.Name(id="sum" | "min" | "max"), args=[first, *_]):
            return _is_exact(first, declared)
        case ast.Call(func=function):
            return _name(function).rpartition(".")[2] in EXACT_CALLS | declared
        case ast.Attribute(attr=attribute):
            return attribute in EXACT_NAMES | declared
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            return name in EXACT_VARIABLES | declared
        case ast.BinOp(left=left, right=right):
            return _is_exact(left, declared) or _is_exact(right, declared)
        case _:
            return False


def clocks_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each reading of a clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            owner = _name(node.value).rpartition(".")[2]
            if owner in OF_A_CLOCK:
                yield node.lineno, f"{owner}.{node.attr}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            if "time" in modules:
                yield node.lineno, "import of time"


def output_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each print, and each file opened."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name == "print":
                yield node.lineno, "print"
            elif name == "open" or (
                name.rpartition(".")[2] in OPENS and not name.endswith((".resources.open", "cls.open"))
            ):
                yield node.lineno, f"{name}()"
        elif isinstance(node, ast.Attribute) and _name(node) in ("sys.stdout", "sys.stderr", "os.environ"):
            yield node.lineno, _name(node)


def imports_of(library: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each import of a library."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            for name in names:
                if name.split(".")[0] == library:
                    yield node.lineno, f"import of {name}"


def undocumented_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield each public class, function and method without a docstring, and the module if it has none."""
    if ast.get_docstring(tree) is None and tree.body:
        yield 1, "the module has no docstring"

    def within(body: list[ast.stmt], owner: str) -> Iterator[tuple[int, str]]:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                if node.name.startswith("_"):
                    continue
                if ast.get_docstring(node) is None and not _is_overload(node):
                    yield node.lineno, f"{owner}{node.name} has no docstring"
                if isinstance(node, ast.ClassDef):
                    yield from within(node.body, f"{node.name}.")

    yield from within(tree.body, "")


def _is_overload(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(_name(each).endswith("overload") for each in node.decorator_list)


MARKS = ("TO" + "DO", "FIX" + "ME")


def marks_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield each note that something is left to do."""
    for number, line in enumerate(source.splitlines(), 1):
        for mark in MARKS:
            if mark in line:
                yield number, mark


def smells(path: Path, source: str) -> list[Smell]:
    """Return everything that a file of the core must not hold."""
    where = path.relative_to(ROOT).as_posix()
    tree = ast.parse(source)
    in_store = where.startswith("ledger/store/")
    found = [
        *((line, what) for line, what in floats_in(tree) if not _is_a_refusal(where, what, source, line)),
        *((line, what) for line, what in clocks_in(tree) if (where, what) != ("ledger/journal.py", "datetime.now")),
        *(() if in_store else output_in(tree)),
        *(() if in_store else imports_of("eventsourcing", tree)),
        *undocumented_in(tree),
    ]
    return [Smell(where, line, what) for line, what in sorted(found)]


def _is_a_refusal(where: str, what: str, source: str, line: int) -> bool:
    """Whether the type float is named only to be refused: in an ``isinstance``."""
    return what.startswith("the type") and "isinstance(" in source.splitlines()[line - 1]


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_core_counts_exactly_reads_no_clock_prints_nothing_and_opens_no_file(path: Path) -> None:
    assert smells(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_public_name_has_a_docstring_and_eventsourcing_stays_in_the_store(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert list(undocumented_in(tree)) == []
    if "store" not in path.parts:
        assert list(imports_of("eventsourcing", tree)) == []


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_left_to_do(path: Path) -> None:
    assert list(marks_in(path.read_text(encoding="utf-8"))) == []


def test_the_journal_has_one_default_clock() -> None:
    tree = ast.parse((ROOT / "ledger" / "journal.py").read_text(encoding="utf-8"))

    assert [what for _, what in clocks_in(tree)] == ["datetime.now"]


# --- the check itself catches what is planted ---------------------------------------------------------------

HONEST = '''"""A module."""
from fractions import Fraction
from math import floor

from ledger.quantities import Price


def half(units: int) -> Fraction:
    """Return half of it."""
    return Fraction(units) / 2


def shares(paid: Price, price: Price) -> Fraction:
    """Return what it buys."""
    return paid.amount / price.amount
'''


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("RATE = 0.5", "the float 0.5"),
        ("RATE = 1e3", "the float 1000.0"),
        ("RATE = 2j", "the float 2j"),
        ("def f(x: int) -> int:\n    '''F.'''\n    return int(float(x))", "the type float"),
        ("def f(a: int, b: int) -> object:\n    '''F.'''\n    return a / b", "true division: a / b"),
        ("def f(a: int) -> None:\n    '''F.'''\n    a /= 2", "true division: a /= 2"),
        ("HALF = 1 / 2", "true division: 1 / 2"),
        ("ROUND = round(7)", "round(), whose rule is nobody's paper"),
        ("from math import sqrt", "math.sqrt"),
        ("import math", "import of math as a whole"),
        ("import random", "import of math as a whole"),
        ("from datetime import date\nTODAY = date.today()", "date.today"),
        ("import datetime\nNOW = datetime.datetime.now()", "datetime.now"),
        ("import time", "import of time"),
        ("from time import monotonic", "import of time"),
        ("print('hello')", "print"),
        ("TEXT = open('x').read()", "open()"),
        ("from pathlib import Path\nTEXT = Path('x').read_text()", "….read_text()"),
        ("import os\nHOME = os.environ['HOME']", "os.environ"),
        ("import sys\nsys.stdout.write('x')", "sys.stdout"),
        ("from eventsourcing.persistence import StoredEvent", "import of eventsourcing.persistence"),
        ("def bare() -> None:\n    pass", "bare has no docstring"),
        ("class Bare:\n    '''B.'''\n    def f(self) -> None: ...", "Bare.f has no docstring"),
    ],
)
def test_what_is_planted_is_found(planted: str, what: str) -> None:
    path = ROOT / "ledger" / "planted.py"
    assert smells(path, HONEST) == []

    assert what in [smell.what for smell in smells(path, f"{HONEST}\n\n{planted}\n")]


def test_a_store_may_open_files_and_use_its_library() -> None:
    source = f"{HONEST}\nimport eventsourcing\nTEXT = open('x').read()\n"

    assert smells(ROOT / "ledger" / "store" / "planted.py", source) == []
    assert len(smells(ROOT / "ledger" / "planted.py", source)) == 2


def test_a_default_clock_anywhere_else_is_found() -> None:
    source = '"""A module."""\nfrom datetime import datetime\nNOW = datetime.now\n'

    assert smells(ROOT / "ledger" / "journal.py", source) == []
    assert [smell.what for smell in smells(ROOT / "ledger" / "rules.py", source)] == ["datetime.now"]


def test_a_note_of_what_is_left_to_do_is_found() -> None:
    assert [what for _, what in marks_in(f"x = 1  # {MARKS[0]}: later\n")] == [MARKS[0]]


def test_a_module_without_docstring_is_found() -> None:
    assert [what for _, what in undocumented_in(ast.parse("X = 1\n"))] == ["the module has no docstring"]
