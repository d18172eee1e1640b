"""Packages whose names are imported when they are first asked for, so that one answer waits for no other."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Package(ModuleType):
    """A package that knows in which of its modules each name is. ``_HOME`` is the table."""

    _HOME: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        if name not in self._HOME:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{self._HOME[name]}"), name)
        super().__setattr__(name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        # Python sets each module on its package once it is imported; a function of the same name goes first.
        names_a_function = isinstance(value, ModuleType) and self._HOME.get(name) == name
        super().__setattr__(name, getattr(value, name) if names_a_function else value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__all__})


def lazily(package: str, modules: Mapping[str, tuple[str, ...]]) -> None:
    """Let a package import its names when they are asked for.

    Args:
        package: Its ``__name__``.
        modules: For each of its modules, the names that the package has from it.
    """
    found = sys.modules[package]
    vars(found)["_HOME"] = {name: module for module, names in modules.items() for name in names}
    found.__class__ = _Package
