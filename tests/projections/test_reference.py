"""The page of answers is complete: a heading for each function, and each figure of what it returns explained."""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import attrs
import pytest

import projections
from projections import Bounds, Figure, Possible

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "reference" / "answers.md"
NAMED_ONCE: Final = {"issuer", "as_of", "known", "known_at", "basis"}
"""What every answer says of itself."""


def sections() -> dict[str, str]:
    """Return what stands below each heading of the page."""
    parts = re.split(r"^#+ +(.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def explained(section: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def answers() -> list[Callable[..., Any]]:
    """Return the functions that answer a question about a ledger."""
    functions = [getattr(projections, name) for name in projections.__all__]
    found = [each for each in functions if inspect.isfunction(each)]
    return [each for each in found if next(iter(inspect.signature(each).parameters)) == "ledger"]


def hints(of: Any) -> dict[str, Any]:
    """Return the types that are named in a function or class, those for the type checker only included."""
    module = sys.modules[of.__module__]
    names: dict[str, Any] = {}
    for block in ast.parse(inspect.getsource(module)).body:
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            exec(compile(ast.Module(block.body, []), module.__name__, "exec"), names)
    return get_type_hints(of, globalns={**names, **vars(module)})


def views(of: Any, seen: set[type]) -> Iterator[type]:
    """Yield every class of this package that a type is made of, and the lines of those that are tuples."""
    for part in (*get_args(of), *getattr(of, "__orig_bases__", ())):
        yield from views(part, seen)
    if isinstance(of, type) and attrs.has(of) and of.__module__.startswith("projections.") and of not in seen:
        seen.add(of)
        if of not in (Bounds, Possible, Figure):
            yield of
            for hint in hints(of).values():
                yield from views(hint, seen)


VIEWS: Final = sorted(
    {view for function in answers() for view in views(hints(function)["return"], set())},
    key=lambda view: view.__name__,
)


@pytest.mark.parametrize("function", answers(), ids=lambda function: function.__name__)
def test_every_answer_has_its_heading(function: Callable[..., Any]) -> None:
    assert f"`{function.__name__}(ledger" in sections()[function.__name__]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_every_figure_of_an_answer_is_explained_in_the_order_in_which_it_stands(view: type) -> None:
    named = (field.name for field in attrs.fields(view) if not field.name.startswith("_"))
    fields = [name for name in named if name not in NAMED_ONCE]

    assert explained(sections()[view.__name__]) == fields


def test_what_every_answer_says_of_itself_is_explained_once() -> None:
    assert set(explained(sections()["What every answer says of itself"])) == NAMED_ONCE


def test_the_answers_and_their_lines_were_found() -> None:
    assert {"cap_table", "statement", "holders", "certificates"} <= {each.__name__ for each in answers()}
    assert {"ClassLine", "AccountLine", "Party", "CertificateLine", "Finding"} <= {view.__name__ for view in VIEWS}
