"""The fields of many facts of one kind, as far as they make a difference to what the facts move."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_type_hints

import attrs
import msgspec
import numpy as np
from msgspec.structs import astuple

from ledger import codec
from ledger.bulk import Column, slots_of
from ledger.columns.movements import TOLD
from ledger.columns.moves import HUNDREDTH, SHARE, Counted
from ledger.days import EffectiveDay, Phase
from ledger.events import Fact
from ledger.identity import Identifier, StockClassId
from ledger.quantities import Currency, Money, Ratio, Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Places = NDArray[np.intp]

_PHASES: Final = tuple(phase.value for phase in Phase)
_ALWAYS: Final[dict[str, Any]] = {"effective_on": str, "phase": Literal[_PHASES], "place": str | None}
_COUNTING: Final = (Shares, Money, Ratio)
_CENTS: Final = 2
_MOST: Final = 10**18
"""No number of steps reaches this; larger ones have to be taken alone."""
_KEPT: Final = 1 << 18
"""So many different texts are kept with what they stand for."""
_event: Final = attrgetter("event")


class Unread(Exception):
    """A field makes a difference that was not read.

    Attributes:
        reader: Reads facts of its kind.
        name: Of the field.
    """

    def __init__(self, reader: Reader, name: str) -> None:
        super().__init__(reader, name)
        self.reader, self.name = reader, name


class Reader:
    """Reads the fields of a kind of fact that make a difference to what it moves; it learns which these are.

    Args:
        kind: The kind of fact.
        topic: Its kind and version, as a store keeps them.

    Attributes:
        moves: Whether facts of this kind may move anything.
        names: The fields that are read.
        ending: What every payload of this kind ends with.
    """

    def __init__(self, kind: type[Fact], topic: str) -> None:
        self.kind: Final = kind
        self.hints: Final[dict[str, Any]] = get_type_hints(kind)
        self.moves: Final = _counts(kind)
        self.names = [*_ALWAYS]
        self.said: Final = {name: _said(hint) for name, hint in self.hints.items()}
        self.ending: Final = codec.ending_of(topic)
        self._topic: Final = topic
        self._decoders: dict[type, Callable[[bytes], list[Any]]] = {}

    def need(self, name: str) -> None:
        """Read a field, too, from now on."""
        self.names.append(name)
        self._decoders = {}

    def stands(self, made: Fact) -> bool:
        """Whether a fact that holds columns stands for all that these say.

        Raises:
            Unread: It may, if another field is read.
        """
        try:
            made.movements()
        except AttributeError as error:
            if error.obj is made and error.name in self.hints and error.name not in self.names:
                raise Unread(self, error.name) from error
            return False
        except (TypeError, ValueError):  # a column does not do what one value would
            return False
        return True

    def read(self, payloads: Sequence[bytes]) -> dict[str, Sequence[Any]]:
        """Return what payloads say in each of the fields; shares as numbers where all of them are whole.

        Raises:
            MsgspecError: One of them is no payload of this kind, or lacks a field.
        """
        lines = b"\n".join(payloads)
        try:
            made = self._decoder(int)(lines)
        except msgspec.ValidationError:
            made = self._decoder(str)(lines)
        return dict(zip(self.names, zip(*map(astuple, map(_event, made)), strict=True), strict=True))

    def _decoder(self, shares: type) -> Callable[[bytes], list[Any]]:
        if shares not in self._decoders:
            kind, _, version = self._topic.partition(".")
            event = [(name, _ALWAYS.get(name) or self._layout(name, shares)) for name in self.names]
            whole: list[Any] = [
                ("event", msgspec.defstruct("Event", event, gc=False)),
                ("kind", Literal[kind]),
                ("version", Literal[version]),
            ]
            payload = msgspec.defstruct("Payload", whole, gc=False)
            self._decoders[shares] = msgspec.json.Decoder(payload, strict=False).decode_lines
        return self._decoders[shares]

    def _layout(self, name: str, shares: type) -> Any:
        """Return what a field is read as: the bytes that are there, where it cannot become a column."""
        said = self.said[name]
        if said is None:
            return msgspec.Raw
        read = shares if said is Shares else str
        return read | None if get_args(self.hints[name]) else read


class _Readers(dict[str, Reader | None]):
    """The reader of each kind and version; nothing for what is always taken alone."""

    def __missing__(self, topic: str) -> Reader | None:
        kind = codec.kind_of(topic)
        alone = kind is None or not issubclass(kind, Fact) or kind in TOLD
        self[topic] = reader = None if alone else Reader(kind, topic)  # type: ignore[arg-type]  # it is a fact
        return reader


READERS: Final = _Readers()


@cache
def _counts(shape: Any) -> bool:
    """Whether a value holds a quantity, or what quantities are multiplied by; without one nothing is moved."""
    if shape in _COUNTING:
        return True
    return any(map(_counts, get_type_hints(shape).values() if attrs.has(shape) else get_args(shape)))


def _said(hint: Any) -> Any:
    """Return what a field says that can become a column, whether or not it may say nothing."""
    said = [each for each in get_args(hint) or (hint,) if each is not NoneType]
    if len(said) == 1 and isinstance(said[0], type) and issubclass(said[0], (Identifier, Shares, Money)):
        return said[0]
    return None


class _Moments(dict[str, int]):
    """What each day opens, as one number: the moment at its latest, and how much earlier it may have been."""

    def __missing__(self, text: str) -> int:
        if len(self) >= _KEPT:
            self.clear()
        day = EffectiveDay.parse(text)
        self[text] = packed = (day.opens_latest << _SPAN) + day.opens_latest - day.opens
        return packed


_MOMENTS: Final = _Moments()
_SPAN: Final = 32
_MASK: Final = (1 << _SPAN) - 1
_RANK: Final = {phase.value: phase.rank for phase in Phase}


def moment_of(day: str) -> int:
    """Return what a day opens, as one number.

    Raises:
        ValueError: It is none.
    """
    return _MOMENTS[day]


def rank_of(phase: str) -> int:
    """Return the place of a phase among those of a day."""
    return _RANK[phase]


def moments_of(packed: NDArray[np.int64], ranks: Any) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the moments from which facts may have taken effect, and from which they certainly have.

    Args:
        packed: What the day of each opens, as one number.
        ranks: Of their phases.
    """
    settles = (packed >> _SPAN).astype(np.int32) + np.asarray(ranks, np.int32)
    return settles - (packed & _MASK).astype(np.int32), settles


class Fields:
    """Facts of one kind, field by field.

    Args:
        reader: Read them.
        texts: What it read.

    Attributes:
        begins: The moment from which each may have taken effect.
        settles: The moment from which each certainly has.

    Raises:
        ValueError: A day is none.
    """

    def __init__(self, reader: Reader, texts: dict[str, Sequence[Any]]) -> None:
        self._reader, self._texts = reader, texts
        self._steps: dict[str, NDArray[np.int64]] = {}
        self._odd: set[int] = set()
        packed = np.array([*map(_MOMENTS.__getitem__, texts["effective_on"])], np.int64)
        ranks = np.array([*map(_RANK.__getitem__, texts["phase"])], np.int32)
        self.begins, self.settles = moments_of(packed, ranks)

    def alike(self) -> Iterable[Places]:
        """Return the places of facts that differ in nothing but what can stand in columns."""
        keys = [key for name in self._texts if name not in _ALWAYS and (key := self._key(name)) is not None]
        places = self._texts["place"]
        if places.count(None) < len(places):
            keys.append(places)
        if not keys:
            return [np.arange(len(places))]
        apart: defaultdict[Any, list[int]] = defaultdict(list)
        for place, key in enumerate(zip(*keys, strict=True)):
            apart[key].append(place)
        return map(np.array, apart.values())

    def _key(self, name: str) -> Sequence[Any] | None:
        """Return what tells facts apart in a field; nothing where one column may hold what all say."""
        texts, said = self._texts[name], self._reader.said[name]
        same = _all_same(texts)
        if said in (Shares, Money) and not (same and texts[0] is None):
            self._steps[name], key = _shares(texts) if said is Shares else _few_steps(texts, _money)
            self._odd.update(place for place, each in enumerate(key or ()) if each is _ODD)
            return key
        if same:
            return None
        if said is None:
            return [*map(bytes, texts)]
        is_optional = bool(get_args(self._reader.hints[name]))
        return [text is None for text in texts] if is_optional and None in texts else None

    def fact(self, places: Places) -> Fact | None:
        """Return the fact that stands for those at some places; nothing where they have to be taken alone.

        Raises:
            Unread: They may not have to be, if another field is read.
        """
        first = int(places[0])
        if self._texts["place"][first] is not None or first in self._odd:
            return None
        made = self.stands_for(places)
        return made if self._reader.stands(made) else None

    def stands_for(self, places: Places) -> Fact:
        """Return the fact that stands for those at some places, which differ in nothing but columns."""
        made: Fact = object.__new__(self._reader.kind)
        slots = slots_of(self._reader.kind)
        for name in self._texts:
            if name not in _ALWAYS:
                slots[name](made, self._value(name, places))
        return made

    def _value(self, name: str, places: Places) -> Any:
        texts, said = self._texts[name], self._reader.said[name]
        first = texts[places[0]]
        if said is None:
            return codec.value_of(self._reader.hints[name], bytes(first))
        if first is None:
            return None
        if name in self._steps:
            steps = self._steps[name][places] if len(places) < len(texts) else self._steps[name]
            if said is Shares:
                return Counted(steps, SHARE)
            return Counted(steps, HUNDREDTH, Currency(first.rpartition(" ")[2]))
        if _all_same(texts):
            return said(first)
        some = texts if len(places) == len(texts) else [texts[place] for place in places.tolist()]
        # What is counted is looked at; any other name is only passed on, and its text is enough for that.
        return Column([*map(_CLASSES.__getitem__, some)] if said is StockClassId else [*some])


class _Classes(dict[str, StockClassId]):
    """The names of classes."""

    def __missing__(self, text: str) -> StockClassId:
        self[text] = made = StockClassId(text)
        return made


_CLASSES: Final = _Classes()
_ODD: Final = object()
"""Tells apart what has to be taken alone."""


def _all_same(values: Sequence[Any]) -> bool:
    return bool(values[0] == values[-1]) and values.count(values[0]) == len(values)


def _shares(numbers: Sequence[Any]) -> tuple[NDArray[np.int64], Sequence[Any] | None]:
    """Return whole shares, with what tells them apart: nothing where all are above zero."""
    if not any(isinstance(each, str) for each in (numbers[0], numbers[-1])):
        with suppress(TypeError, OverflowError):
            steps = np.array(numbers, np.int64)
            if np.count_nonzero(steps) in (0, len(steps)) and np.abs(steps).max() < _MOST:
                return steps, None
    return _few_steps(numbers, _share)


def _few_steps(
    said: Sequence[Any], read: Callable[[Any], tuple[int, Any]]
) -> tuple[NDArray[np.int64], Sequence[Any] | None]:
    """Return quantities as steps, one by one, with what tells them apart."""
    steps, keys = [], list[Any]()
    for each in said:
        number, key = (0, None) if each is None else read(each)
        fits = abs(number) < _MOST
        steps.append(number if fits else 0)
        keys.append((key, bool(number)) if fits and key is not _ODD else _ODD)
    return np.array(steps, np.int64), None if keys.count(keys[0]) == len(keys) and keys[0] is not _ODD else keys


def _share(said: int | str) -> tuple[int, Any]:
    """Return a number of shares, and whether it is whole."""
    return (int(said), True) if isinstance(said, int) or said.lstrip("-").isdigit() else (0, _ODD)


def _money(text: str) -> tuple[int, Any]:
    """Return an amount in hundredths, and its currency."""
    amount, _, currency = text.partition(" ")
    whole, _, part = amount.partition(".")
    if len(part) > _CENTS:
        return 0, _ODD
    return int(whole + part.ljust(_CENTS, "0")), currency
