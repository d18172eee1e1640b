"""Renew what the pages repeat: the names of the library, and what a console prints.

    python -m tests.golden.make_pages

Look at what changed before you commit it: this is what people read.
"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Final

from tests.console import is_followed
from tests.pages import renewed

ROOT: Final = Path(__file__).parent.parent.parent
DOCS: Final = ROOT / "docs"

_HEAD: Final = "| name | what it is |\n|---|---|\n"
_ROW: Final = re.compile(r"^\| `(\w+)` \| (.+) \|\n", re.MULTILINE)


def pages_of_names() -> list[Path]:
    """Return the pages that list the public names of a module."""
    return sorted(page for page in (DOCS / "reference" / "api").glob("*.md") if page.name != "README.md")


def parts_of(text: str) -> list[tuple[str, ModuleType | None]]:
    """Return a page in parts, each with the module whose names it lists: the heading above its table."""
    parts = re.split(r"^(?=#+ )", text, flags=re.MULTILINE)
    return [(part, module_of(part) if _HEAD in part else None) for part in parts if part]


def module_of(part: str) -> ModuleType:
    """Return the module that a part of a page is about, which is its heading."""
    return importlib.import_module(part.partition("\n")[0].lstrip("# "))


def names_of(module: ModuleType) -> list[str]:
    """Return the public names of a module: those that it lists, or those that begin there without an underscore."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]


def with_names(text: str) -> str:
    """Return a page of names with the row of each name as the code has it.

    What stands beside a class or a function is the first line of its docstring; beside another value, what a writer
    has put there.
    """
    return "".join(part if module is None else _with_names(part, module) for part, module in parts_of(text))


def _with_names(part: str, module: ModuleType) -> str:
    told = dict(_ROW.findall(part))
    rows = "".join(f"| `{name}` | {_said(module, name, told)} |\n" for name in names_of(module))
    head, table, rest = part.partition(_HEAD)
    return head + table + rows + _ROW.sub("", rest)


def _said(module: ModuleType, name: str, told: dict[str, str]) -> str:
    value = getattr(module, name)
    if not isinstance(value, type | FunctionType):
        return told.get(name, "?")
    return (inspect.getdoc(value) or "?").partition("\n")[0].replace("``", "`").replace("|", "\\|")


def keep() -> None:
    """Write every page whose text is no longer what it repeats."""
    for page in pages_of_names():
        _write(page, with_names(page.read_text(encoding="utf-8")))
    for page in sorted(DOCS.rglob("*.md")):
        if is_followed(page.read_text(encoding="utf-8")):
            _write(page, renewed(page))


def _write(page: Path, text: str) -> None:
    if page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8")
        print(page.relative_to(ROOT))


if __name__ == "__main__":
    keep()
