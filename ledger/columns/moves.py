"""Facts that move alike, on their way into columns: one stands for all, with columns in which they differ."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ledger.bulk import OneByOne, all_or_none, movements_of
from ledger.quantities import PLACES, Currency

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ledger.bulk import Bulk
    from ledger.columns.words import Words
    from ledger.events import Fact
    from ledger.identity import Identifier
    from ledger.movements import Movements
    from ledger.pages import Page
    from ledger.timeline import Entry

SHARE: Final = 10**PLACES
"""So many units of 10⁻¹⁰ are a whole share …"""
HUNDREDTH: Final = 10 ** (PLACES - 2)
"""… and so many a hundredth of a currency's unit."""
_opens, _opens_latest, _rank = attrgetter("opens"), attrgetter("opens_latest"), attrgetter("rank")


class Counted:
    """Quantities counted in whole steps, standing where one quantity would stand.

    They may be passed on, turned round, reduced by nothing, and asked whether there are any. Whoever does more with
    them has to have the quantities themselves.

    Args:
        steps: How many each is.
        step: Of how many units of 10⁻¹⁰ a step is.
        currency: Of money, what it is in.
    """

    __slots__ = ("currency", "step", "steps")

    def __init__(self, steps: NDArray[np.int64], step: int, currency: Currency | None = None) -> None:
        self.steps, self.step, self.currency = steps, step, currency

    @property
    def units(self) -> Counted:
        """The same: it is known what they are counted in."""
        return self

    def __neg__(self) -> Counted:
        return Counted(-self.steps, self.step, self.currency)

    def __sub__(self, other: int) -> Counted:
        if other:
            raise OneByOne
        return self

    def __eq__(self, other: object) -> bool:
        raise OneByOne

    __hash__ = None  # type: ignore[assignment]  # what is kept by its value keeps no column

    def __bool__(self) -> bool:
        return all_or_none(self.steps != 0)


class Called:
    """Names as numbers, standing where one name would stand.

    They may be passed on, and compared with one another. Whoever does more has to have the names themselves.

    Args:
        words: The texts that are numbered.
        numbers: Which of them each name is.
        said: What kind of name they are.
    """

    __slots__ = ("numbers", "said", "words")

    def __init__(self, words: Words, numbers: NDArray[np.int32], said: type[Identifier]) -> None:
        self.words, self.numbers, self.said = words, numbers, said

    def __getitem__(self, place: int) -> Identifier:
        """Return the name at a place."""
        return self._name(int(self.numbers[place]))

    def each(self, said_of: Callable[[Identifier], Any], places: list[int]) -> list[Any]:
        """Return what is said of the names at some places; it is asked once of each name."""
        numbers = self.numbers[places].tolist()
        told = {number: said_of(self._name(number)) for number in dict.fromkeys(numbers)}
        return [*map(told.__getitem__, numbers)]

    def _name(self, number: int) -> Identifier:
        return str.__new__(self.said, self.words.values[number])  # its form was looked at when it got a number

    def __eq__(self, other: object) -> bool:
        if type(other) is not Called or other.words is not self.words:
            raise OneByOne
        return all_or_none(self.numbers == other.numbers)

    __hash__ = None  # type: ignore[assignment]  # what is kept by its value keeps no column


class Moves(NamedTuple):
    """Facts that move alike.

    Attributes:
        fact: The fact that stands for all of them.
        numbers: Numbers of their entries.
        begins: The moment from which each may have taken effect.
        settles: The moment from which each certainly has.
        of: Returns what stands for some of them, by their places.
        entry: Returns the entry of one of them, by its place.
    """

    fact: Fact
    numbers: NDArray[np.int32]
    begins: NDArray[np.int32]
    settles: NDArray[np.int32]
    of: Callable[[Sequence[int]], Fact]
    entry: Callable[[int], Entry]

    def movements(self) -> Movements | None:
        """Return what all of them move, with columns where they differ; nothing where they do not move alike."""
        return movements_of(self.fact)

    def only(self, places: Sequence[int]) -> Moves:
        """Return some of them."""
        of, entry = self.of, self.entry
        return Moves(
            of(places),
            self.numbers[places],
            self.begins[places],
            self.settles[places],
            lambda some: of([places[place] for place in some]),
            lambda place: entry(places[place]),
        )


def moves_of(page: Page, bulk: Bulk) -> Moves | None:
    """Return facts of one kind of a page; nothing where some of them have a place within their day."""
    if "place" in bulk.columns or bulk.one.place is not None:
        return None
    days = bulk.values("effective_on")
    ranks = np.array([*map(_rank, bulk.values("phase"))], np.int32)
    return Moves(
        bulk.one,
        np.array(bulk.rows, np.int32) + np.int32(page.first),
        np.array([*map(_opens, days)], np.int32) + ranks,
        np.array([*map(_opens_latest, days)], np.int32) + ranks,
        bulk.of_some,
        lambda place: page.single(bulk.rows[place], bulk.event(place)),
    )
