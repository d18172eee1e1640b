"""What lies beside the entries of an issuer: personal values, sealed on recording and opened on reading.

Each value is sealed with the key of the person whom it is about: of a holder; or of somebody who is only named, as
in a list of holders, and then of this one value. What could go wrong here, and why it does not:

- *A value whose key is lost.* A key is safe before the entry is appended. A crash in between leaves a key that
  opens nothing.
- *An erasure that stops half-way.* It is recorded first, and the keys are deleted next. Whoever reads the record
  finds out which values it speaks of, shows none of them, and deletes what is left of their keys: after a crash,
  and after an old copy of the keys was put back.
- *A value recorded meanwhile.* An erasure speaks of lower entries alone. A later value gets another key, as whoever
  appends it has read the erasure: otherwise its place would have been taken.
"""

from __future__ import annotations

import os
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from ledger import sealing
from ledger.errors import LedgerDamaged, Unavailable
from ledger.events import EntryRestated, Event, PersonalDataErased
from ledger.identity import EntryNumber
from ledger.personal import Personal, has_particulars, particulars, whose, with_each
from ledger.store.keys import KEY_BYTES, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ledger.identity import HolderId, IssuerId
    from ledger.sealing import Sealed
    from ledger.store import Store
    from ledger.timeline import Entry


_SOME: Final = 64
"""So many keys tell whether a place is this record's."""


class _Value(NamedTuple):
    """A personal value in an entry."""

    entry: int
    line: int
    holder: HolderId | None
    personal: Personal


@attrs.define
class _Gone:
    """What was erased.

    Attributes:
        of: The last erasure of each holder's values; it speaks of lower entries.
        lines: Values of entries, each with its erasure.
        commitments: Those of all values that were met and erased, each with its erasure.
    """

    of: dict[str, int] = attrs.Factory(dict)
    lines: dict[tuple[int, int], int] = attrs.Factory(dict)
    commitments: dict[str, int] = attrs.Factory(dict)

    @classmethod
    def read(cls, told: Any) -> _Gone:
        """Return what ``told`` returned.

        Raises:
            ValueError: It is something else.
        """
        lines = {(int(entry), int(line)): int(erasure) for entry, line, erasure in told["lines"]}
        of, commitments = dict(told["of"]), dict(told["commitments"])
        if not all(type(erasure) is int for erasure in (*of.values(), *commitments.values())):
            raise ValueError("an erasure has no number")
        return cls(of, lines, commitments)

    def told(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        lines = [[*place, erasure] for place, erasure in self.lines.items()]
        return {"of": self.of, "lines": lines, "commitments": self.commitments}

    def add(self, number: int, event: PersonalDataErased) -> None:
        """Take an erasure into account."""
        self.of |= dict.fromkeys(event.holders, number)
        self.lines |= {(each.entry, each.line): number for each in event.lines}

    def by(self, value: _Value) -> int | None:
        """Return the erasure that a value fell under.

        A value of nobody in the record is also erased where the same one, by its commitment, was that of a holder.
        """
        if value.holder is not None:
            erasure = self.of.get(value.holder, 0)
            return erasure if value.entry < erasure else None
        return self.lines.get((value.entry, value.line)) or self.commitments.get(value.personal.commitment)


class Vault:
    """Seals and opens the personal values of an issuer's entries.

    Args:
        store: Where entries are kept, what lies beside them, and the way to the keys.
        draw: Makes so many random bytes, for keys and nonces.

    Attributes:
        resumed: Erasures whose keys were still there when they were read, and were deleted then.
        pending: Erasures whose keys are there and could not be deleted.
    """

    def __init__(self, store: Store, draw: Callable[[int], bytes] = os.urandom) -> None:
        self._store, self._draw = store, draw
        self._current: dict[str, str] = {}  # the key of each subject, by name
        self._boxes: dict[str, Sealed] = {}  # by commitment
        self._gone = _Gone()
        self._unmet = 0  # values of entries up to here may not have been met
        self._some_keys: list[str] = []  # of such values
        self._spent: set[str] = set()  # keys of erased values
        self.resumed: set[EntryNumber] = set()
        self.pending: set[EntryNumber] = set()

    def told(self) -> dict[str, Any]:
        """Return, as JSON knows it, what is to be known of these entries by who reads them later in any order."""
        some = sorted({box.key for box in self._boxes.values()})[:_SOME]
        return {"gone": self._gone.told(), "keys": some, "spent": sorted(self._spent)}

    def take_up(self, told: Any, size: int) -> bool:
        """Begin with what is to be known of so many entries, any of which may be read next, or never.

        Returns:
            Whether that can be. Keys of erased values that are there again are deleted by who reads all.

        Raises:
            ValueError: It is not what ``told`` returns.
        """
        gone, some, spent = _Gone.read(told["gone"]), [*map(str, told["keys"])], {*map(str, told["spent"])}
        if self._store.keys.get(spent):
            return False
        self._gone, self._some_keys, self._spent, self._unmet = gone, some, spent, size
        return True

    def _meet_all(self, issuer: IssuerId) -> None:
        """Meet the values of entries that were not read."""
        if self._unmet:
            upto, self._unmet = self._unmet, 0
            for boxes in self._boxes_after(issuer, 0, upto).values():
                met = {name: box for name, box in boxes.items() if name not in self._gone.commitments}
                self._boxes = met | self._boxes

    def sealed(self, issuer: IssuerId, new: Iterable[Entry]) -> dict[int, bytes]:
        """Return what is to lie beside new entries, by number; the keys for it are safe when it is returned.

        Raises:
            Unavailable: ``E_KEYS``: the keys cannot be kept, or those of earlier values are not here.
        """
        values = [
            value
            for entry in new
            if may_mention_persons(type(entry.event))
            for value in _values(entry.number, entry.event)
            if value.personal.value is not None
        ]
        if not values:
            return {}
        keys = self._keys_for(issuer, {_subject(value) for value in values})
        beside: dict[int, dict[str, Sealed]] = {}
        for value in values:
            key = keys[_subject(value)]
            nonce = self._draw(sealing.NONCE_BYTES)
            box = sealing.seal(value.personal, issuer, key.name, key.secret, nonce)
            beside.setdefault(int(value.entry), {})[box.commitment] = box
            self._boxes[box.commitment] = box
        return {number: sealing.encode([*boxes.values()]) for number, boxes in beside.items()}

    def check_keys(self, issuer: IssuerId) -> None:
        """Refuse a place for keys that is not there, or that holds keys and none of this record's: it is another's.

        An empty place is the one meant: the keys of earlier values are lost.

        Raises:
            Unavailable: ``E_KEYS``.
        """
        place = self._store.keys
        if self._unmet and self._some_keys and place.exists() and place.get(self._some_keys):
            return
        self._meet_all(issuer)
        names = {box.key for box in self._boxes.values()}
        if not names or (place.exists() and (place.is_empty() or place.get(names))):
            return
        what = "the keys of the personal values recorded so far are not here; name their file with CAPTABLE_KEYS"
        raise Unavailable("E_KEYS", place.place, what)

    def _keys_for(self, issuer: IssuerId, subjects: set[str]) -> dict[str, Key]:
        """Return a key for each subject: the one that it has, or a new one."""
        self.check_keys(issuer)
        place = self._store.keys
        names = {subject: self._current[subject] for subject in subjects if subject in self._current}
        secrets = place.get(names.values())
        keys = {
            subject: Key(name, issuer, subject, secrets[name]) for subject, name in names.items() if name in secrets
        }
        new = {subject: Key.of(issuer, subject, self._draw(KEY_BYTES)) for subject in sorted(subjects - {*keys})}
        if new:
            place.add([*new.values()])
            self._current |= {subject: key.name for subject, key in new.items()}
        return keys | new

    def opened(
        self, issuer: IssuerId, after: int, events: Mapping[int, Event], upto: int | None = None
    ) -> dict[int, Event]:
        """Return events with those of their personal values that are there and were not erased.

        Keys of erased values that are still there are deleted; ``resumed`` and ``pending`` tell.

        Args:
            issuer: Whose entries.
            after: The last entry that was read before.
            events: Those after it that mention persons, and every erasure, by number.
            upto: The last entry that is read; the last one there is, when not given.

        Raises:
            LedgerDamaged: ``E_TAMPERED``: a value is not the one that was recorded.
        """
        for number, event in events.items():
            if isinstance(event, PersonalDataErased):
                self._gone.add(number, event)
        boxes = self._boxes_after(issuer, after, upto)
        values = [value for number, event in events.items() for value in _values(number, event)]
        values.sort(key=lambda value: value.holder is None)  # what is erased of a holder may be nobody's elsewhere
        told: dict[tuple[int, int], Personal] = {}
        shut: dict[tuple[int, int], Sealed] = {}
        spent: dict[str, int] = {}
        for value in values:
            place, commitment = value[:2], value.personal.commitment
            if commitment not in boxes.get(value.entry, ()) and commitment not in self._gone.commitments:
                self._meet_all(issuer)  # restated by somebody who did not have it
            box = boxes.get(value.entry, {}).get(commitment)
            if erasure := self._gone.by(value):
                self._gone.commitments.setdefault(commitment, erasure)
                told[place] = value.personal.erased()
                if box is not None:
                    spent[box.key] = erasure
            elif box is not None:
                self._boxes[commitment] = shut[place] = box
                self._current[_subject(value)] = box.key
            elif commitment in self._boxes:  # restated by somebody who did not have the value
                shut[place] = self._boxes[commitment]
            elif commitment in self._gone.commitments:
                told[place] = value.personal.erased()
        secrets = self._store.keys.get({box.key for box in shut.values()} - {*spent})
        for place, box in shut.items():
            if box.key in secrets:
                told[place] = _opened(box, issuer, secrets[box.key], place[0])
        self._spent |= {*spent}
        self._delete(spent)
        return {number: _told(number, event, told) for number, event in events.items()}

    def _boxes_after(self, issuer: IssuerId, after: int, upto: int | None) -> dict[int, dict[str, Sealed]]:
        found: dict[int, dict[str, Sealed]] = {}
        while rows := self._store.sealed(issuer, after):
            for row in rows:
                if upto is not None and row.number > upto:
                    return found
                boxes = sealing.decode(row.state, f"{issuer} entry {row.number}")
                found[row.number] = {box.commitment: box for box in boxes}
            after = rows[-1].number
        return found

    def _delete(self, spent: Mapping[str, int]) -> None:
        """Delete the keys of erased values, where they are still there."""
        left = self._store.keys.get(spent)
        if not left:
            return
        erasures = {EntryNumber(spent[name]) for name in left}
        try:
            self._store.keys.delete(left)
            self.resumed |= erasures
        except Unavailable:  # whoever only reads is shown nothing of them all the same
            self.pending |= erasures


def _opened(box: Sealed, issuer: IssuerId, secret: bytes, number: int) -> Personal:
    try:
        return sealing.opened(box, issuer, secret)
    except ValueError as error:
        wrong = f"a personal value beside it: {getattr(error, 'what', error)}"
        raise LedgerDamaged("E_TAMPERED", f"{issuer} entry {number}", wrong) from error


def _told(number: int, event: Event, told: Mapping[tuple[int, int], Personal]) -> Event:
    """Return an event with its personal values as far as they are told."""
    lines = count(1)
    changed: Event = with_each(event, lambda each: told.get((number, next(lines)), each))
    return changed


def _values(number: int, event: Event) -> Iterator[_Value]:
    for line, (personal, holder) in enumerate(whose(event), 1):
        yield _Value(number, line, holder, personal)


def _subject(value: _Value) -> str:
    return value.personal.commitment if value.holder is None else str(value.holder)


def mentions_persons(event: Event) -> bool:
    """Whether an event holds personal values."""
    return any(True for _ in particulars(event)) if may_mention_persons(type(event)) else False


@cache
def may_mention_persons(kind: type[Event]) -> bool:
    """Whether a kind of event has room for personal values; most have not, and replay asks for each."""
    return kind is EntryRestated or has_particulars(kind)
