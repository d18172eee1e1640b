"""The names that other programs import: none goes, each can be had, and the lists that say so agree."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Final

import pytest

import ledger
import ledger.events
import projections
import registrar.views
from ledger import testing

ROOT = Path(__file__).parent.parent

PUBLISHED: Final = (ROOT / "tests" / "golden" / "public-names.txt").read_text(encoding="utf-8").split()
PACKAGES: Final = [ledger, testing, projections]
LAZY: Final = [ledger, projections, ledger.events, registrar.views]


def name_of(package: ModuleType | object) -> str:
    return package.__name__ if isinstance(package, ModuleType) else ""


def names_of(package: ModuleType) -> list[str]:
    return [f"{package.__name__}.{name}" for name in package.__all__]


def test_a_name_that_was_published_stays() -> None:
    assert set(PUBLISHED) - {name for package in PACKAGES for name in names_of(package)} == set()


def test_the_names_of_the_ledger_are_these_and_a_new_one_is_a_decision() -> None:
    assert names_of(ledger) == [name for name in PUBLISHED if name.count(".") == 1 and name.startswith("ledger.")]


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_every_name_can_be_had_and_says_what_it_is(package: ModuleType) -> None:
    assert sorted(package.__all__) == sorted(set(package.__all__))
    for name in package.__all__:
        found = getattr(package, name)
        if isinstance(found, type | FunctionType):
            assert found.__doc__, f"{package.__name__}.{name} has no docstring"
    assert set(package.__all__) <= set(dir(package))


@pytest.mark.parametrize("package", LAZY, ids=name_of)
def test_type_checkers_and_the_running_program_are_told_of_the_same_names(package: ModuleType) -> None:
    assert package.__file__ is not None
    source = Path(package.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source)
    checked = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    own = {name for name in package.__all__ if f"{name}: " in source or f"def {name}(" in source}

    assert set(checked) | own == set(package.__all__)
    assert {name: f"{package.__name__}.{module}" for name, module in package._HOME.items()} == checked
    for name, module in checked.items():
        assert module is not None
        assert getattr(importlib.import_module(module), name) is getattr(package, name)


@pytest.mark.parametrize("package", LAZY, ids=name_of)
def test_a_name_that_there_is_not_is_an_error_like_any_other(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'Nothing'"):
        _ = package.Nothing
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        exec(f"from {package.__name__} import Nothing")


@pytest.mark.parametrize("first", ["projections.explain", "projections"])
def test_a_function_that_bears_the_name_of_its_module_is_the_function_whoever_was_imported_first(
    first: str,
) -> None:
    ask = f"import {first}\nimport projections\nfrom projections import explain\nprint(callable(explain))"
    ask += "\nprint(callable(projections.explain), projections.explain is explain)"

    done = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True)

    assert done.stdout.split() == [b"True", b"True", b"True"]


def test_asking_for_a_name_imports_its_module_and_not_all_of_them() -> None:
    ask = "import sys\nfrom ledger import Shares\nprint(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True)

    assert {name for name in done.stdout.decode().split() if name.startswith("ledger")} == {
        "ledger",
        "ledger.errors",
        "ledger.lazily",
        "ledger.quantities",
    }
