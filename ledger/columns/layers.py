"""Columns that only grow, in layers that never change: what is there is kept as it is, and what comes lies on top.

A layer may lie in a file that is mapped into memory. When one is laid on top that is not much shorter than the one
below it, the two become one; so there are few of them, and each number is written again only a few times.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


def hashed(text: bytes) -> int:
    """Return a hash code of a text that is the same in every process."""
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little", signed=True)


class Layered(Protocol):
    """What lies in layers."""

    layers: list[Layer]

    def settle(self) -> None:
        """Lay what came since on top of the layers."""


def pieces_of(name: str, layered: Layered) -> dict[str, Arrays]:
    """Return all that something holds, as pieces that can be kept."""
    layered.settle()
    return {f"{name}-{layer.first}": layer.arrays for layer in layered.layers}


def take_kept(name: str, layered: Layered, pieces: Mapping[str, Arrays]) -> None:
    """Let layers lie where their pieces are kept now."""
    for layer in layered.layers:
        layer.lies_in(pieces[f"{name}-{layer.first}"])


def layers_of(name: str, pieces: Mapping[str, Arrays]) -> list[Layer]:
    """Return the layers that were kept under a name."""
    found = [
        Layer(int(first), arrays)
        for whose, _, first in (each.rpartition("-") for each in pieces)
        if whose == name
        for arrays in (pieces[f"{whose}-{first}"],)
    ]
    return sorted(found, key=lambda layer: layer.first)
