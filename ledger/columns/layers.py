"""Columns that only grow, in layers that never change: what is there is kept as it is, and what comes lies on top.

A layer may lie in a file that is mapped into memory. When one is laid on top that is not much shorter than the one
below it, the two become one; so there are few of them, and each number is written again only a few times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Arrays = Mapping[str, Any]
    """Anything with a buffer of whole numbers, by name."""

TIMES: Final = 2
"""A layer that is less than so many times as long as those on top of it becomes one with them."""


class Layer:
    """Arrays that never change.

    Args:
        first: Number of the first of what they are about.
        arrays: By name; in memory, or mapped from a file.
    """

    def __init__(self, first: int, arrays: Arrays) -> None:
        self.first: Final = first
        self.arrays = arrays
        self._views: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return an array."""
        if name not in self._views:
            self._views[name] = np.asarray(self.arrays[name])
        return self._views[name]

    def lies_in(self, arrays: Arrays) -> None:
        """Take the same arrays from somewhere else, where they were kept meanwhile."""
        self.arrays = arrays
        self._views = {}

    def places(self, code: int) -> Iterator[int]:
        """Yield the places of what has a hash code, in a layer that is looked through by one."""
        codes = self["codes"]
        at = int(np.searchsorted(codes, code))
        while at < len(codes) and codes[at] == code:
            yield int(self["order"][at])
            at += 1


def in_order(codes: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return the arrays by which a layer is looked through: hash codes that grow, and the place of each."""
    order = np.argsort(codes, kind="stable")
    return {"codes": codes[order], "order": order.astype(np.int32)}


class Growing:
    """Rows of whole numbers that are only ever added.

    Args:
        types: Of what numbers each column is.
        layers: Of rows that were kept.
    """

    def __init__(self, types: Mapping[str, type[np.signedinteger[Any]]], layers: Sequence[Layer] = ()) -> None:
        self.types = types
        self._first = next(iter(types))
        self.layers = [*layers]
        self.settled = sum(map(self._length, self.layers))
        self.new: list[tuple[int, ...]] = []
        self._columns: dict[str, NDArray[Any]] = {}

    def _length(self, layer: Layer) -> int:
        return len(layer[self._first])

    def __len__(self) -> int:
        return self.settled + len(self.new)

    def add(self, row: tuple[int, ...]) -> None:
        """Add a row."""
        self.new.append(row)

    def column(self, name: str) -> NDArray[Any]:
        """Return a column."""
        found = self._columns.get(name)
        if found is None or len(found) < len(self):
            at = [*self.types].index(name)
            new = np.asarray([row[at] for row in self.new], self.types[name])
            parts = [*(layer[name] for layer in self.layers), *([new] if len(new) else [])]
            found = self._columns[name] = parts[0] if len(parts) == 1 else np.concatenate([new[:0], *parts])
        return found

    def row(self, number: int) -> tuple[int, ...]:
        """Return a row."""
        if number >= self.settled:
            return self.new[number - self.settled]
        if number < 0:
            raise IndexError(number)
        layer = next(layer for layer in reversed(self.layers) if layer.first <= number)
        return tuple(int(layer[name][number - layer.first]) for name in self.types)

    def settle(self) -> None:
        """Lay the new rows on top of the layers, together with those that are not much longer."""
        if not self.new:
            return
        columns = zip(*self.new, strict=True)
        top = self.layer(
            self.settled, {name: np.asarray(next(columns), type_) for name, type_ in self.types.items()}
        )
        while self.layers and self._length(self.layers[-1]) < TIMES * self._length(top):
            below = self.layers.pop()
            top = self.layer(below.first, {name: np.concatenate([below[name], top[name]]) for name in self.types})
        self.layers.append(top)
        self.settled, self.new = len(self), []

    def layer(self, first: int, columns: Mapping[str, NDArray[Any]]) -> Layer:
        """Return rows as a layer."""
        return Layer(first, columns)

    def forget(self) -> None:
        """Let go of what can be put together again."""
        self._columns = {}


class Layered(Protocol):
    """What lies in layers."""

    layers: list[Layer]

    def settle(self) -> None:
        """Lay what is new on top of the layers."""

    def forget(self) -> None:
        """Let go of what can be looked for again."""


def pieces_of(name: str, layered: Layered) -> dict[str, Arrays]:
    """Return all that something holds, as pieces that can be kept."""
    layered.settle()
    return {f"{name}-{layer.first}": layer.arrays for layer in layered.layers}


def take_kept(name: str, layered: Layered, pieces: Mapping[str, Arrays]) -> None:
    """Let layers lie where their pieces are kept now."""
    for layer in layered.layers:
        layer.lies_in(pieces[f"{name}-{layer.first}"])
    layered.forget()


def layers_of(name: str, pieces: Mapping[str, Arrays]) -> list[Layer]:
    """Return the layers that were kept under a name."""
    found = [
        Layer(int(first), arrays)
        for (whose, _, first), arrays in ((each.rpartition("-"), arrays) for each, arrays in pieces.items())
        if whose == name
    ]
    return sorted(found, key=lambda layer: layer.first)
