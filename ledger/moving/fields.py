"""The fields of many facts of one kind, as far as they make a difference to what the facts move."""

from __future__ import annotations

from collections import defaultdict
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
from ledger.identity import Identifier
from ledger.quantities import Currency, Money, Ratio, Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Places = NDArray[np.intp]

_ALWAYS: Final[dict[str, Any]] = {"effective_on": str, "phase": str, "place": str | None}
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
        name: Of the field.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Reader:
    """Reads the fields of a kind of fact that make a difference to what it moves; it learns which these are.

    Args:
        kind: The kind of fact.
        topic: Its kind and version, as a store keeps them.

    Attributes:
        moves: Whether facts of this kind may move anything.
        names: The fields that are read.
    """

    def __init__(self, kind: type[Fact], topic: str) -> None:
        self.kind: Final = kind
        self.hints: Final[dict[str, Any]] = get_type_hints(kind)
        self.moves: Final = _counts(kind)
        self.names = [*_ALWAYS]
        self._topic: Final = topic
        self._decode: Callable[[bytes], list[Any]] | None = None

    def need(self, name: str) -> None:
        """Read a field, too, from now on."""
        self.names.append(name)
        self._decode = None

    def read(self, payloads: Sequence[bytes]) -> dict[str, Sequence[Any]]:
        """Return what payloads say in each of the fields.

        Raises:
            MsgspecError: One of them is no payload of this kind, or lacks a field.
        """
        if self._decode is None:
            kind, _, version = self._topic.partition(".")
            event = [(name, _ALWAYS.get(name) or _layout(self.hints[name])) for name in self.names]
            whole: list[Any] = [
                ("event", msgspec.defstruct("Event", event, gc=False)),
                ("kind", Literal[kind]),
                ("version", Literal[version]),
            ]
            self._decode = msgspec.json.Decoder(msgspec.defstruct("Payload", whole, gc=False)).decode_lines
        events = map(_event, self._decode(b"\n".join(payloads)))
        return dict(zip(self.names, zip(*map(astuple, events), strict=True), strict=True))


class _Readers(dict[str, Reader | None]):
    """The reader of each kind and version; nothing for what is always taken alone."""

    def __missing__(self, topic: str) -> Reader | None:
        kind = codec.kind_of(topic)
        alone = kind is None or not issubclass(kind, Fact) or kind in TOLD
        self[topic] = reader = None if alone else Reader(kind, topic)  # type: ignore[arg-type]  # it is a fact
        return reader


READERS: Final = _Readers()


def _counts(shape: Any) -> bool:
    """Whether a value holds a quantity, or what quantities are multiplied by; without one nothing is moved."""
    if shape in _COUNTING:
        return True
    return any(map(_counts, get_type_hints(shape).values() if attrs.has(shape) else get_args(shape)))


def _layout(hint: Any) -> Any:
    """Return what a field is read as: text where that can become a column, and else the bytes that are there."""
    if _said(hint) is None:
        return msgspec.Raw
    return str | None if get_args(hint) else str


def _said(hint: Any) -> Any:
    """Return what a field says that can become a column, whether or not it may say nothing."""
    said = [each for each in get_args(hint) or (hint,) if each is not NoneType]
    if len(said) == 1 and isinstance(said[0], type) and issubclass(said[0], (Identifier, Shares, Money)):
        return said[0]
    return None


class Meanings(dict[Any, Any]):
    """What texts stand for, kept as a history repeats them.

    Args:
        read: Reads one of them.
    """

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read

    def __missing__(self, text: Any) -> Any:
        if len(self) >= _KEPT:
            self.clear()
        self[text] = value = self._read(text)
        return value


class Known(dict[type, Meanings]):
    """What the names of each sort are, as they are shared by all that mention them."""

    def __missing__(self, kind: type) -> Meanings:
        self[kind] = made = Meanings(kind)
        return made


_OPENS: Final = Meanings(lambda text: EffectiveDay.parse(text).opens)
_OPENS_LATEST: Final = Meanings(lambda text: EffectiveDay.parse(text).opens_latest)
_RANK: Final = Meanings(lambda text: Phase(text).rank)


class Fields:
    """Facts of one kind, field by field.

    Args:
        reader: Read them.
        texts: What it read.
        known: What names are.

    Raises:
        ValueError: A day or phase is none.
    """

    def __init__(self, reader: Reader, texts: dict[str, Sequence[Any]], known: Known) -> None:
        self._reader, self._texts, self._known = reader, texts, known
        self._steps: dict[str, NDArray[np.int64]] = {}
        self._odd: set[int] = set()
        days, phases = texts["effective_on"], texts["phase"]
        ranks = np.array([*map(_RANK.__getitem__, phases)], np.int32)
        self.begins = np.array([*map(_OPENS.__getitem__, days)], np.int32) + ranks
        self.settles = np.array([*map(_OPENS_LATEST.__getitem__, days)], np.int32) + ranks

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
        texts, said = self._texts[name], _said(self._reader.hints[name])
        if said in (Shares, Money) and texts.count(None) < len(texts):
            self._steps[name], key = _shares(texts) if said is Shares else _few_steps(texts, _money)
            self._odd.update(place for place, each in enumerate(key or ()) if each is _ODD)
            return key
        if texts.count(texts[0]) == len(texts):
            return None
        if said is None:
            return [*map(bytes, texts)]
        return [text is None for text in texts] if None in texts else None

    def fact(self, places: Places) -> Fact | None:
        """Return the fact that stands for those at some places; nothing where they have to be taken alone.

        Raises:
            Unread: They may not have to be, if another field is read.
        """
        first = int(places[0])
        if self._texts["place"][first] is not None or first in self._odd:
            return None
        made = self.stands_for(places)
        try:
            made.movements()
        except AttributeError as error:
            if error.obj is made and error.name in self._reader.hints and error.name not in self._reader.names:
                raise Unread(error.name) from error
            return None
        except (TypeError, ValueError):  # a column does not do what one value would
            return None
        return made

    def stands_for(self, places: Places) -> Fact:
        """Return the fact that stands for those at some places, which differ in nothing but columns."""
        made: Fact = object.__new__(self._reader.kind)
        slots = slots_of(self._reader.kind)
        for name in self._texts:
            if name not in _ALWAYS:
                slots[name](made, self._value(name, places))
        return made

    def _value(self, name: str, places: Places) -> Any:
        texts, hint = self._texts[name], self._reader.hints[name]
        said, first = _said(hint), texts[places[0]]
        if said is None:
            return codec.value_of(hint, bytes(first))
        if first is None:
            return None
        if name in self._steps:
            steps = self._steps[name][places] if len(places) < len(texts) else self._steps[name]
            if said is Shares:
                return Counted(steps, SHARE)
            return Counted(steps, HUNDREDTH, Currency(first.rpartition(" ")[2]))
        known = self._known[said]
        if texts.count(first) == len(texts):
            return known[first]
        return Column(
            [*map(known.__getitem__, texts if len(places) == len(texts) else map(texts.__getitem__, places))]
        )


_ODD: Final = object()
"""Tells apart what has to be taken alone."""


def _shares(texts: Sequence[str | None]) -> tuple[NDArray[np.int64], Sequence[Any] | None]:
    """Return texts as whole shares, with what tells them apart: nothing where all are whole and above zero."""
    try:
        steps = np.array([*map(int, texts)], np.int64)  # type: ignore[arg-type]  # an absent one raises
    except (TypeError, ValueError, OverflowError):
        return _few_steps(texts, _share)
    if np.count_nonzero(steps) not in (0, len(steps)) or np.abs(steps).max() >= _MOST:
        return _few_steps(texts, _share)
    return steps, None


def _few_steps(
    texts: Sequence[str | None], read: Callable[[str], tuple[int, Any]]
) -> tuple[NDArray[np.int64], Sequence[Any] | None]:
    """Return texts as steps, one by one, with what tells them apart."""
    steps, keys = [], list[Any]()
    for text in texts:
        number, key = (0, None) if text is None else read(text)
        fits = abs(number) < _MOST
        steps.append(number if fits else 0)
        keys.append((key, bool(number)) if fits and key is not _ODD else _ODD)
    return np.array(steps, np.int64), None if keys.count(keys[0]) == len(keys) and keys[0] is not _ODD else keys


def _share(text: str) -> tuple[int, Any]:
    """Return a number of shares, and whether it is whole."""
    return (int(text), True) if text.lstrip("-").isdigit() else (0, _ODD)


def _money(text: str) -> tuple[int, Any]:
    """Return an amount in hundredths, and its currency."""
    amount, _, currency = text.partition(" ")
    whole, _, part = amount.partition(".")
    if len(part) > _CENTS:
        return 0, _ODD
    return int(whole + part.ljust(_CENTS, "0")), currency
