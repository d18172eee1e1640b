"""Texts by number, in the order in which they came: a name that stands on a million rows is kept once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ledger.columns.layers import TIMES, Layer, in_order
from ledger.keyed import hashed

if TYPE_CHECKING:
    from collections.abc import Sequence


class Texts:
    """Texts, each with a number from 0 on.

    A text that was kept is looked for in its layer, and remembered; so opening costs nothing for each of them.

    Args:
        layers: Of texts that were kept.
    """

    def __init__(self, layers: Sequence[Layer] = ()) -> None:
        self.layers = [*layers]
        self._kept = self._size_of(self.layers[-1]) if self.layers else 0
        self._new: list[str] = []
        self._numbers: dict[str, int] = {}
        self._all: list[str] = []

    @staticmethod
    def _size_of(layer: Layer) -> int:
        return layer.first + len(layer["ends"])

    def __len__(self) -> int:
        return self._kept + len(self._new)

    def __getitem__(self, number: int) -> str:
        """Return the text of a number."""
        if number >= self._kept:
            return self._new[number - self._kept]
        if number < 0:
            raise IndexError(number)
        layer = next(layer for layer in reversed(self.layers) if layer.first <= number)
        return _text(layer, number - layer.first).decode("ascii")

    def number(self, text: str) -> int:
        """Return the number of a text; a new one for one that has none."""
        found = self.find(text)
        if found is None:
            self._numbers[text] = found = len(self)
            self._new.append(str(text))
        return found

    def find(self, text: str) -> int | None:
        """Return the number of a text, if it has one."""
        found = self._numbers.get(text)
        if found is None and self._kept:
            asked = text.encode("ascii")
            code = hashed(asked)
            for layer in self.layers:
                for place in layer.places(code):
                    if _text(layer, place) == asked:
                        self._numbers[text] = found = layer.first + place
        return found

    def all(self) -> list[str]:
        """Return all texts, in order; the list is kept, and is not to be changed."""
        if len(self._all) < self._kept:
            self._all = [
                blob[start:end]
                for layer in self.layers
                for blob in (layer["text"].tobytes().decode("ascii"),)
                for start, end in pairwise([0, *layer["ends"].tolist()])
            ]
        self._all += self._new[len(self._all) - self._kept :]
        return self._all

    def settle(self) -> None:
        """Lay what came since on top of the layers, together with those that are not much longer."""
        if not self._new:
            return
        texts = [text.encode("ascii") for text in self._new]
        top = Layer(
            self._kept,
            {
                "text": np.frombuffer(b"".join(texts), np.uint8),
                "ends": np.cumsum([*map(len, texts)], dtype=np.int64),
                **in_order(np.asarray([*map(hashed, texts)], np.int64)),
            },
        )
        while self.layers and len(self.layers[-1]["ends"]) < TIMES * len(top["ends"]):
            top = _joined(self.layers.pop(), top)
        self.layers.append(top)
        self._kept, self._new = self._kept + len(self._new), []

    def forget(self) -> None:
        """Let go of what can be looked for again."""
        self._numbers, self._all = {text: self._kept + at for at, text in enumerate(self._new)}, []


def _text(layer: Layer, place: int) -> bytes:
    ends = layer["ends"]
    return layer["text"][ends[place - 1] if place else 0 : ends[place]].tobytes()


def _joined(below: Layer, top: Layer) -> Layer:
    """Return two layers as one."""
    codes = np.concatenate([below["codes"], top["codes"]])
    order = np.concatenate([below["order"], top["order"] + np.int32(top.first - below.first)])
    sorted_ = np.argsort(codes, kind="stable")
    return Layer(
        below.first,
        {
            "text": np.concatenate([below["text"], top["text"]]),
            "ends": np.concatenate([below["ends"], top["ends"] + len(below["text"])]),
            "codes": codes[sorted_],
            "order": order[sorted_],
        },
    )
