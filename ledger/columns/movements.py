"""What entries move, as rows that can be added up at any moment and knowledge.

Every posting of a fact that stands is a row of its account, from the moment at which the fact has certainly taken
effect, known from the entry that states it. What could go wrong, and why it does not:

- *A correction.* It adds rows: what falls is taken back, and what stands again is added again, known from the
  correction on. Which facts these are, the corrections that hang together with it tell, and no others.
- *A split.* For a position it is a row like any other: what ratio and rounding add or take, from the split on. A
  row that comes in later and lies before it changes that, and so adds a row of its own, at the split. Sources are
  multiplied without rounding: their sums between two splits are multiplied when somebody asks.
- *Two facts of one moment, one of them a split.* A row says how many splits of its class it comes after within its
  moment. Where a split comes in later and belongs before rows that are there, all is made again.
- *A day that is open.* The fact counts from its latest day. From its earliest day until then it stands in a list of
  its own, as what may be.
- *A quantity that does not fit.* Shares are counted whole and money in hundredths, in 64 bits. A unit of which this
  does not hold is counted at 10⁻¹⁰ in as many bits as it takes, and all is made again.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import partial
from itertools import chain, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import numpy as np

from ledger.bulk import Column, spread
from ledger.columns.accounts import ROUNDED, Accounts, Names
from ledger.columns.layers import Growing
from ledger.columns.memory import Memory
from ledger.columns.moves import HUNDREDTH, SHARE, Called, Counted, Moves, moves_of
from ledger.columns.open_days import OpenDays
from ledger.columns.positions import Ids, Positions
from ledger.columns.register import Registers
from ledger.columns.sums import DatedSums, Rows, joined, put_together, rows, split_into_limbs
from ledger.days import Phase, close_of
from ledger.events import EntryRestated, EntryVoided, HolderMerged, StockClassDesignated
from ledger.identity import StockClassId
from ledger.movements import Posting, Rescaling, Source, is_rounded
from ledger.pages import Page
from ledger.quantities import PLACES, FractionPolicy
from ledger.timeline import named_by, place_in_history, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from typing import Protocol

    from numpy.typing import NDArray

    from ledger.columns.layers import Layer
    from ledger.columns.lines import HolderLines, Lines
    from ledger.columns.register import PutRight, Register
    from ledger.columns.sums import Small, Whole
    from ledger.identity import HolderId
    from ledger.movements import Account, Movements, Unit
    from ledger.timeline import Entry, InEffect, Place

    class Moving(Protocol):
        """Entries that were read together for what they move; they are taken together, too."""

        def moves(self) -> tuple[list[Moves], list[Entry]]:
            """Return what many facts move at once, and the entries of all others in order."""

    class Followed(Protocol):
        """Entries to follow, whoever reads them."""

        def __len__(self) -> int: ...
        def __getitem__(self, index: int) -> Entry: ...
        def parts(self, start: int, stop: int) -> Iterator[tuple[Page | Moving | list[Entry], int, int]]:
            """Yield pages and lists that hold the entries from one index to another, and from where to where."""


STAGES: Final = 64
"""A moment has so many stages: facts before the first split of a class in it, the split, facts after it …"""
STAGES_OF_A_DAY: Final = len(Phase) * STAGES
_A_FEW: Final = 10
"""So many rows are added sooner one by one than as columns."""
_ONE_BY_ONE: Final = 200
"""So many accounts are looked up one by one before the sums of all are added up."""
_BITS: Final = 62
"""A change has so many bits, besides its sign, or fits into none."""
_LIMBS: Final = 6
"""Enough for any quantity that can be recorded, and for the sum of as many as there may be."""

When = int
"""A stage of a moment."""


class Row(NamedTuple):
    """A change of one account.

    Attributes:
        when: From which stage of which moment on.
        known: From which entry on.
        account: Number of the account in its table.
        change: By how many steps of its unit.
    """

    when: When
    known: int
    account: int
    change: int


@attrs.define(eq=False)
class Told:
    """A fact that stands from an entry on, until a correction takes it out.

    Attributes:
        each: The fact.
        known: From which entry on it stands.
        gone: From which entry on it stands no more; none while it does.
    """

    each: InEffect
    known: int
    gone: int | None = None

    def was_known(self, known: int | None) -> bool:
        """Whether it stood, as far as so many entries tell; all of them for none."""
        if known is None:
            return self.gone is None
        return self.known <= known and (self.gone is None or known < self.gone)


@attrs.define(eq=False)
class Split:
    """A split of a class.

    Attributes:
        place: When it takes effect, in the order of all facts.
        when: The stage of its rows.
        movement: What it does.
        each: The fact that states it.
        known: From which entry on it stands.
        gone: From which entry on it stands no more; none while it does.
    """

    place: Place
    when: When
    movement: Rescaling
    each: InEffect
    known: int
    gone: int | None = None

    @property
    def stands(self) -> bool:
        """Whether no correction took it out."""
        return self.gone is None

    def was_known(self, known: int | None) -> bool:
        """Whether it stood, as far as so many entries tell; all of them for none."""
        if known is None:
            return self.stands
        return self.known <= known and (self.gone is None or known < self.gone)

    def adds(self, steps: int, step: int) -> int:
        """Return what a position of so many steps has more after it, in steps.

        Raises:
            MakeAgain: It is no whole number of steps.
        """
        found, rest = divmod(rescaled(steps * step, self.movement), step)
        if rest:
            raise MakeAgain(wide=self.movement.stock_class)
        return found - steps

    def adds_to_all(self, sums: Whole, step: int) -> list[int]:
        """Return what each of some positions has more after it, in steps.

        Raises:
            MakeAgain: One of them is no whole number of steps.
        """
        split, ratio = self.movement, self.movement.ratio.value
        largest = int(np.abs(sums).max(initial=1)) * max(ratio.numerator, ratio.denominator)
        if len(sums) > 1 or split.decimals or step != SHARE or largest.bit_length() >= _BITS - 1:
            return [self.adds(steps, step) for steps in put_together(sums)]
        after = _rounded(sums[0] * ratio.numerator, ratio.denominator, split.fractions)
        added: list[int] = (after - sums[0]).tolist()
        return added


def rescaled(units: int, split: Rescaling) -> int:
    """Return a position after a split, rounded as ``round_position`` does, by whole numbers alone."""
    step = int(10 ** (PLACES - split.decimals))
    above, below = units * split.ratio.value.numerator, split.ratio.value.denominator * step
    found: int = _rounded(above, below, split.fractions) * step
    return found


def _rounded(above: Any, below: int, how: FractionPolicy) -> Any:
    """Return the whole part of a fraction, or of a column of them, and what a policy makes of the rest."""
    match how:
        case FractionPolicy.UP:
            return -(-above // below)
        case FractionPolicy.DOWN | FractionPolicy.CASH_IN_LIEU:
            return above // below
        case FractionPolicy.NEAREST:
            return (2 * above + below) // (2 * below)


class MakeAgain(Exception):
    """What is there was made without knowing something that it depends on.

    Attributes:
        wide: Units that do not fit.
        ahead: Places of splits that rows have to come after, by class.
    """

    def __init__(self, *, wide: Unit | None = None, ahead: tuple[StockClassId, Place] | None = None) -> None:
        super().__init__(wide, ahead)
        self.wide: frozenset[Unit] = frozenset() if wide is None else frozenset((wide,))
        self.ahead: frozenset[tuple[StockClassId, Place]] = frozenset() if ahead is None else frozenset((ahead,))


class Table:
    """Rows of units that are counted alike.

    Args:
        limbs: Of how many limbs each change is.
        ids: What classes and holders are called.

    Attributes:
        matrices: Where an answer of many days lies.
    """

    def __init__(self, limbs: int, ids: Ids) -> None:
        self.accounts = Accounts(ids.texts)
        self.sums = DatedSums(limbs)
        self.open = OpenDays(limbs)
        self.registers = Registers(self)
        self.matrices = Memory(1)
        self._positions = Positions(ids)

    def take_up(self, accounts: Accounts, sums: DatedSums, still_open: OpenDays, positions: Positions) -> None:
        """Begin with what was kept."""
        self.accounts, self.sums, self.open, self._positions = accounts, sums, still_open, positions

    @property
    def positions(self) -> Positions:
        """Which of the accounts are shares of whom."""
        self._positions.follow(self.accounts)
        return self._positions

    def rows(self, given: Sequence[Row]) -> Rows:
        """Return rows column by column.

        Raises:
            MakeAgain: A change does not fit.
        """
        if not given:
            return joined((), self.sums.limbs)
        whens, known, accounts, changes = zip(*given, strict=True)
        try:
            return rows(whens, known, accounts, split_into_limbs(changes, self.sums.limbs))
        except OverflowError as error:
            largest = max(zip(map(abs, changes), accounts, strict=True))[1]
            raise MakeAgain(wide=self.accounts[int(largest)][0]) from error

    def add(self, more: Rows) -> None:
        """Add rows.

        Raises:
            MakeAgain: The sums might not fit.
        """
        try:
            self.sums.add(more)
        except OverflowError as error:
            largest = more.keys[np.abs(more.changes[-1]).argmax()]
            raise MakeAgain(wide=self.accounts[int(largest)][0]) from error

    def add_one(self, row: Row) -> None:
        """Add a row.

        Raises:
            MakeAgain: The sums might not fit.
        """
        try:
            self.sums.add_one(*row)
        except OverflowError as error:
            raise MakeAgain(wide=self.accounts[row.account][0]) from error

    def at(self, when: When, known: int | None = None) -> list[int]:
        """Return the sum of each account, in steps, at a stage."""
        found = put_together(self.sums.at(when, known))
        return found + [0] * (len(self.accounts) - len(found))


class _Batch:
    """What entries move, on its way into the tables."""

    def __init__(self) -> None:
        self._many: defaultdict[Table, list[Rows]] = defaultdict(list)
        self._few: defaultdict[Table, list[Row]] = defaultdict(list)

    def add(self, table: Table, row: Row) -> None:
        """Add a row."""
        self._few[table].append(row)

    def add_many(self, table: Table, more: Rows) -> None:
        """Add rows."""
        self._many[table].append(more)

    def a_few(self, since: When) -> list[tuple[Table, Row]]:
        """Return all rows, in the order of entries, if they are few and none of them is from before a stage."""
        rows = [(table, row) for table, few in self._few.items() for row in few] if not self._many else []
        return rows if len(rows) <= _A_FEW and all(row.when >= since for _, row in rows) else []

    def taken(self, before: int | None = None) -> Iterator[tuple[Table, Rows]]:
        """Take out the rows of each table that are known from before an entry on, in the order of entries."""
        for table in {**self._many, **self._few}:
            few = table.rows(self._few.pop(table, ()))
            waiting = joined((*self._many.pop(table, ()), few), table.sums.limbs)
            waiting = waiting.taken(_in_turn(waiting.known))
            count = len(waiting) if before is None else int(np.searchsorted(waiting.known, before))
            if count < len(waiting):
                self._many[table].append(waiting.taken(slice(count, None)))
            yield table, waiting.taken(slice(count))


class _Before(dict[int, int]):
    """What each account came to before a split, in steps; who adds rows before it follows that up here."""

    def __init__(self, table: Table, when: When) -> None:
        self._table, self._when = table, when
        self._all: list[int] | None = None

    def __missing__(self, account: int) -> int:
        if self._all is None and (len(self) >= _ONE_BY_ONE or self._table.sums.many_wait):
            self._all = self._table.at(self._when)
        if self._all is None:
            self[account] = found = self._table.sums.sum_of_key(account, self._when)
        else:
            self[account] = found = self._all[account] if account < len(self._all) else 0
        return found


class Corrections(Growing):
    """Which correction names which entry.

    Args:
        layers: Of what was kept.
    """

    def __init__(self, layers: Sequence[Layer] = ()) -> None:
        super().__init__({"named": np.int32, "corrections": np.int32}, layers)
        self._of: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, row: tuple[int, ...]) -> None:
        """Add an entry that is named, and its correction."""
        super().add(row)
        self._of[row[0]].append(row[1])

    def of(self, named: int) -> list[int]:
        """Return the corrections that name an entry."""
        kept = (layer["corrections"][layer["named"] == named].tolist() for layer in self.layers)
        return sorted({*chain.from_iterable(kept), *self._of.get(named, ())})

    def by(self, correction: int) -> NDArray[np.int32]:
        """Return the entries that a correction names."""
        corrections, asked = self.column("corrections"), np.int32(correction)
        first, last = (int(np.searchsorted(corrections, asked, side)) for side in ("left", "right"))
        named: NDArray[np.int32] = self.column("named")[first:last]
        return named

    def are(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Return which of some entries are corrections; those are numbered as they came, and so in order."""
        corrections = self.column("corrections")
        if not len(corrections):
            return np.zeros(len(numbers), np.bool_)
        asked = numbers.astype(np.int32)
        found: NDArray[np.bool_] = corrections.take(np.searchsorted(corrections, asked), mode="clip") == asked
        return found

    def forget(self) -> None:
        """Let go of what the layers hold."""
        super().forget()
        self._of.clear()


class MovementColumns:
    """What the entries of a ledger move, up to date as far as it was followed.

    Args:
        wide: Units that do not fit into 64 bits, or have more decimals than most.
        ahead: Places of splits that are known beforehand, by class.
        texts: What accounts are made of, where some are known already.

    Attributes:
        known: How many entries it covers.
        ids: What classes and holders are called.
        facts: Those of ``TOLD`` that there ever were.
        splits: All that there ever were, in order of effect, by class.
        corrections: Which correction names which entry.
        lines: What moved the shares of each holder, if it was laid out.
    """

    def __init__(
        self,
        wide: frozenset[Unit] = frozenset(),
        ahead: frozenset[tuple[StockClassId, Place]] = frozenset(),
        texts: Names | None = None,
    ) -> None:
        self.known = 0
        self.wide, self.ahead = wide, ahead
        self.ids = Ids(Names() if texts is None else texts)
        self.narrow_table, self.wide_table = Table(1, self.ids), Table(_LIMBS, self.ids)
        self.facts: list[Told] = []
        self.splits: defaultdict[Unit, list[Split]] = defaultdict(list)
        self._before: dict[Split, _Before] = {}
        self._places: defaultdict[Unit, list[Place]] = defaultdict(list)  # of splits, those ahead included
        self._last_split: When = -1
        self.corrections = Corrections()
        self.lines: HolderLines | None = None
        for stock_class, place in sorted(ahead):
            self._places[stock_class].append(place)
        self._split_moments = {place[0] for _, place in ahead}

    @property
    def tables(self) -> tuple[Table, Table]:
        """Units that fit into 64 bits, and those that do not."""
        return self.narrow_table, self.wide_table

    @classmethod
    def of(cls, entries: Followed) -> MovementColumns:
        """Return the columns of all entries there are."""
        return cls().following(entries)

    def following(self, entries: Followed) -> MovementColumns:
        """Return these columns, up to date; other ones where they had to be made again."""
        made = self
        while True:
            try:
                made._follow(entries)
            except MakeAgain as again:
                made = MovementColumns(made.wide | again.wide, made.ahead | again.ahead)
            else:
                return made

    # --- following the entries -------------------------------------------------------------------------

    def _follow(self, entries: Followed) -> None:
        for part, first, last in entries.parts(self.known, len(entries)):
            moves: list[Moves] = []
            if isinstance(part, list):
                others = part[first:last]
            elif not isinstance(part, Page):
                moves, others = part.moves()
            elif (first, last) == (0, len(part)):
                moves, others = _told_apart(part)
            else:
                others = part.entries()[first:last]
            self._take(moves, others, entries)
            self.known += last - first
        for table in self.tables:
            table.sums.tidy()

    def _take(self, moves: Iterable[Moves], others: Iterable[Entry], entries: Followed) -> None:
        """Take entries that follow one another: what moves alike at once, all others in order."""
        batch = _Batch()
        alone = [*others]
        for many in moves:
            alone += map(many.entry, self._put_in_at_once(batch, many))
        # What has to be read is read first; after that nothing fails but what is made again.
        changes = [self._changed(entry, entries) for entry in sorted(alone, key=_number)]
        for known, both in changes:
            moving = [(each, sign, each.fact.movements()) for each, sign in both]
            if any(type(movement) is Rescaling for *_, movements in moving for movement in movements):
                self._add(batch, known)  # a split counts on what was recorded before
            for each, sign, movements in moving:
                self._put_in(batch, each, movements, known, sign)
        if few := batch.a_few(self._last_split):
            for table, row in few:
                table.add_one(row)
        else:
            self._add(batch)

    def _put_in_at_once(self, batch: _Batch, moves: Moves) -> Sequence[int]:
        """Put in the postings of facts that move alike; return the places of those that have to be taken alone."""
        everyone = range(len(moves.numbers))
        movements = moves.movements()
        if movements is None or type(moves.fact) in TOLD:
            return everyone
        if any(type(movement) is Rescaling for movement in movements):
            return everyone
        postings = [movement for movement in movements if type(movement) is Posting]
        alone = {*np.flatnonzero(np.isin(moves.settles, [*self._split_moments])).tolist()}
        if self.wide:
            for posting in postings:
                units = map(partial(_at, posting.unit), everyone)
                alone.update(place for place, unit in enumerate(units) if unit in self.wide)
        if alone:
            rest = [place for place in everyone if place not in alone]
            if rest:
                alone.update(rest[place] for place in self._put_in_at_once(batch, moves.only(rest)))
            return sorted(alone)
        whens, table = moves.settles * np.int32(STAGES), self.narrow_table
        for posting in postings:
            accounts = table.accounts.numbers(posting, len(everyone))
            changes = self._changes(posting, len(everyone))
            batch.add_many(table, Rows(whens, moves.numbers, accounts, changes.reshape(1, -1)))
            for place in np.flatnonzero(moves.begins != moves.settles).tolist():
                begins, number = int(moves.begins[place]) * STAGES, int(moves.numbers[place])
                table.open.may(begins, int(whens[place]), number, number, int(accounts[place]), int(changes[place]))
        return ()

    def _changes(self, posting: Posting, count: int) -> NDArray[np.int64]:
        """Return the quantities of a posting that stands for so many, in steps of its unit.

        Raises:
            MakeAgain: One of them does not fit.
        """
        quantity, step = posting.quantity, self._step(_at(posting.unit, 0))
        if isinstance(quantity, Counted):
            assert quantity.step == step, "shares and money are counted apart"
            return quantity.steps
        units = spread(quantity, count)
        changes = [each // step for each in units]
        for each, steps, unit in zip(units, changes, spread(posting.unit, count), strict=True):
            if each != steps * step or steps.bit_length() > 63:
                raise MakeAgain(wide=unit)
        return np.array(changes, np.int64)

    def _changed(self, entry: Entry, entries: Followed) -> tuple[int, list[tuple[InEffect, int]]]:
        """Return the number of an entry, the facts that fall by it and those that stand by it, with their signs."""
        number = int(entry.number)
        if type(entry.event) not in _CORRECTIONS:
            return number, [(each, 1) for each in standing([entry])]
        family = self._family(entry, entries)
        before, after = standing([each for each in family if each is not entry]), standing(family)
        fallen = [(each, -1) for each in before if each not in after]
        return number, fallen + [(each, 1) for each in after if each not in before]

    def _family(self, correction: Entry, entries: Followed) -> list[Entry]:
        """Return a correction with all that hangs together with it: what it names, and whatever names that."""
        number = int(correction.number)
        for named in named_by(correction.event):
            self.corrections.add((named, number))
        return self.family({number: correction}, number, entries)

    def family(self, family: dict[int, Entry], known: int, entries: Followed) -> list[Entry]:
        """Return entries with all that hangs together with them, by corrections, as far as so many entries tell."""
        waiting = [*family]
        while waiting:
            at = waiting.pop()
            linked = [*self.corrections.of(at), *named_by(family[at].event)]
            for other in linked:
                if other not in family and other <= known:
                    family[other] = entries[other - 1]
                    waiting.append(other)
        return [family[at] for at in sorted(family)]

    def _put_in(self, batch: _Batch, each: InEffect, movements: Movements, known: int, sign: int) -> None:
        """Put in what a fact moves, or what takes it back."""
        for movement in movements:
            if type(movement) is Posting:
                self._put_in_posting(batch, each, movement, known, sign)
            elif type(movement) is Rescaling and sign > 0:
                self._split(each, movement, known)
            elif type(movement) is Rescaling:
                self._unsplit(each, movement, known)
        if type(each.fact) in TOLD and sign > 0:
            self.facts.append(Told(each, known))
        elif type(each.fact) in TOLD:
            told = next(told for told in self.facts if told.each == each and told.was_known(None))
            told.gone = known

    def _put_in_posting(self, batch: _Batch, each: InEffect, posting: Posting, known: int, sign: int) -> None:
        unit, account = posting.unit, posting.account
        table = self._table(unit)
        steps, rest = divmod(sign * posting.quantity, self._step(unit))
        if rest or (table is self.narrow_table and steps.bit_length() > _BITS):
            raise MakeAgain(wide=unit)
        number = table.accounts.number(unit, account)
        when = self.stage_of(each, unit)
        batch.add(table, Row(when, known, number, steps))
        if not each.is_exact:
            table.open.may(each.begins * STAGES, when, known, int(each.entry.number), number, steps)

    def _add(self, batch: _Batch, before: int | None = None) -> None:
        """Add the rows that are known from before an entry on, with those that follow from them at later splits."""
        for table, ready in batch.taken(before):
            self._add_rows(table, ready)

    def _add_rows(self, table: Table, ready: Rows) -> None:
        """Add rows, in the order in which they were known, with those that follow from them at later splits."""
        before = ready.whens < self._last_split
        if before.any():
            late = ready.taken(before)
            columns = late.whens.tolist(), late.known.tolist(), late.keys.tolist(), put_together(late.changes)
            more = self._through_splits(table, map(Row, *columns))
            ready = joined((ready, table.rows(more)), table.sums.limbs)
        table.add(ready)

    def stage_of(self, each: InEffect, unit: Unit) -> When:
        """Return the stage from which what a fact moves of a unit counts."""
        return each.settles * STAGES + 2 * self._splits_before(unit, place_in_history(each))

    # --- splits ----------------------------------------------------------------------------------------

    def _splits_before(self, unit: Unit, place: Place) -> int:
        """Return how many splits of a class come before a place within its moment."""
        return sum(each[0] == place[0] and each < place for each in self._places.get(unit, ()))

    def _split(self, each: InEffect, movement: Rescaling, known: int) -> None:
        """Take in a split: what it adds to every position, and what that changes at later ones."""
        unit, place = movement.stock_class, place_in_history(each)
        comes_last = each.fact.place is None and each.first == known and not self._may_stand_before(unit, place)
        if place not in self._places[unit] and not comes_last:
            raise MakeAgain(ahead=(unit, place))
        when = place[0] * STAGES + 2 * self._splits_before(unit, place) + 1
        split = Split(place, when, movement, each, known)
        self.put_in_split(split)
        self._add_split(split, known, 1)

    def put_in_split(self, split: Split) -> None:
        """Have a split among those there are; no row is added for it."""
        unit, place = split.movement.stock_class, split.place
        if place not in self._places[unit]:
            self._places[unit].append(place)
        self._split_moments.add(place[0])
        self.splits[unit] = sorted([*self.splits[unit], split], key=attrgetter("place"))
        self._last_split = max(self._last_split, split.when)

    def _may_stand_before(self, unit: Unit, place: Place) -> bool:
        return any(each[0] == place[0] and each > place for each in self._places[unit])

    def _unsplit(self, each: InEffect, movement: Rescaling, known: int) -> None:
        """Take out a split."""
        for split in self.splits[movement.stock_class]:
            if split.each == each and split.stands:
                self._add_split(split, known, -1)
                split.gone = known
                self._before.pop(split, None)

    def _add_split(self, split: Split, known: int, sign: int) -> None:
        """Add what a split adds to every position, or take it back, with what follows at later splits."""
        unit = split.movement.stock_class
        table, step = self._table(unit), self._step(unit)
        accounts, sums = table.accounts, table.sums.at(split.when - 1)
        size = sums.shape[1]
        some = (accounts.column("units")[:size] == accounts.texts.unit_number(unit)) & sums.any(axis=0)
        places = np.flatnonzero(some & ROUNDED[accounts.column("kinds")[:size]])
        added = split.adds_to_all(sums[:, places], step)
        more = [
            Row(split.when, known, account, sign * change)
            for account, change in zip(places.tolist(), added, strict=True)
            if change
        ]
        self._add_rows(table, table.rows(more))

    def _through_splits(self, table: Table, late: Iterable[Row]) -> list[Row]:
        """Return what rows that are about to be added change at later splits, in order of what was known."""
        more = []
        for when, known, account, change in late:
            kind, unit_number, *_ = table.accounts.row(account)
            unit = table.accounts.texts.unit(unit_number)
            total, rounded, step = change, bool(ROUNDED[kind]), self._step(unit)
            for split in self.splits.get(unit, ()):
                if when < split.when and split.stands:
                    sums = self._before.setdefault(split, _Before(table, split.when - 1))
                    before, after = sums[account], sums[account] + total
                    sums[account] = after
                    if rounded and (added := split.adds(after, step) - split.adds(before, step)):
                        more.append(Row(split.when, known, account, added))
                        total += added
        return more

    # --- how units are counted -------------------------------------------------------------------------

    def table_of(self, unit: Unit) -> tuple[Table, int]:
        """Return where a unit is counted, and of how many units of 10⁻¹⁰ a step of it is."""
        return self._table(unit), self._step(unit)

    def _table(self, unit: Unit) -> Table:
        return self.wide_table if unit in self.wide else self.narrow_table

    def _step(self, unit: Unit) -> int:
        """Return of how many units of 10⁻¹⁰ a step is."""
        if unit in self.wide:
            return 1
        return SHARE if isinstance(unit, StockClassId) else HUNDREDTH

    # --- answers ---------------------------------------------------------------------------------------

    def moved(self) -> Iterator[tuple[list[tuple[Unit, Account]], list[int], list[Rows]]]:
        """Yield accounts with what a step of each is, in units of 10⁻¹⁰, and the rows that move them, in parts."""
        for table in self.tables:
            names = table.accounts.names()
            parts = [*(segment.given() for segment in table.sums.segments), table.sums.loose()]
            yield names, [self._step(unit) for unit, _ in names], parts

    def quantities(self, as_of: date, known: int | None = None) -> dict[tuple[Unit, Account], int | Fraction]:
        """Return what each account certainly holds at the close of a day, in units of 10⁻¹⁰.

        Those that hold nothing are left out.

        Args:
            as_of: The day.
            known: How many entries were known; all of them where not given.
        """
        when = _close(as_of)
        found: dict[tuple[Unit, Account], int | Fraction] = {}
        for table in self.tables:
            for name, steps in zip(table.accounts.names(), table.at(when, known), strict=True):
                found[name] = steps * self._step(name[0])
        for unit, splits in self.splits.items():
            in_force = [each for each in splits if each.when <= when and each.was_known(known)]
            if in_force:
                found |= self._sources(unit, in_force, found, known)
        return {name: units for name, units in found.items() if units}

    def _sources(
        self,
        unit: Unit,
        splits: Sequence[Split],
        found: dict[tuple[Unit, Account], int | Fraction],
        known: int | None,
    ) -> dict[tuple[Unit, Account], int | Fraction]:
        """Return what the accounts hold that splits multiply without rounding; rounding itself is one of them."""
        table, step = self._table(unit), self._step(unit)
        accounts = [(at, name) for at, name in enumerate(table.accounts.names()) if name[0] == unit]
        sources: dict[tuple[Unit, Account], Fraction] = defaultdict(Fraction)
        come: dict[int, int] = {}
        for split in splits:
            before, after = table.at(split.when - 1, known), table.at(split.when, known)
            ratio = split.movement.ratio.value
            rounding = Fraction(0)
            for at, name in accounts:
                if is_rounded(name[1]):
                    rounding += after[at] - before[at] * ratio
                else:
                    sources[name] = (sources[name] + before[at] - come.get(at, 0)) * ratio
                    come[at] = before[at]
            if (unit, Source.ROUNDING) not in dict(accounts).values():
                sources[unit, Source.ROUNDING] *= ratio
            sources[unit, Source.ROUNDING] -= rounding
        made: dict[tuple[Unit, Account], int | Fraction] = {}
        for at, name in accounts:
            if not is_rounded(name[1]):
                sources[name] += Fraction(found[name], step) - come.get(at, 0)
        for name, steps in sources.items():
            units = steps * step
            made[name] = units.numerator if units.denominator == 1 else units
        return made

    def still_open(self, as_of: date, known: int | None = None) -> dict[int, dict[tuple[Unit, Account], int]]:
        """Return what facts whose day is open may change at the close of a day, by fact, in units of 10⁻¹⁰."""
        found: defaultdict[int, defaultdict[tuple[Unit, Account], int]] = defaultdict(lambda: defaultdict(int))
        for table in self.tables:
            for fact, account, change in table.open.at(_close(as_of), known):
                unit, name = table.accounts[account]
                found[fact][unit, name] += change * self._step(unit)
        changes = {
            fact: {name: units for name, units in of_fact.items() if units} for fact, of_fact in found.items()
        }
        return {fact: of_fact for fact, of_fact in changes.items() if of_fact}

    def open_positions(
        self, positions: Positions, days: Sequence[date], known: int | None = None
    ) -> tuple[NDArray[np.intp], Small, Small, NDArray[np.int64]]:
        """Return what may be otherwise at the close of each day, column by column.

        The columns are the place of the day among them, fact, position and change, in steps.

        Args:
            positions: Some of units that are counted alike, and whose changes fit into 64 bits.
            days: The days, which grow.
            known: How many entries were known; all of them where not given.
        """
        at, facts, accounts, (changes,) = self.narrow_table.open.over([*map(_close, days)], known)
        places = positions.places_of(accounts)
        there = places >= 0
        return at[there], facts[there], places[there], changes[there]

    def register(
        self, as_of: date, known: int | None, designated: Sequence[StockClassId], put_right: PutRight
    ) -> Register:
        """Return the positions that are not certainly nothing at the close of a day, of units counted in 64 bits.

        Args:
            as_of: The day.
            known: How many entries were known; all of them where none are given.
            designated: The classes that there are.
            put_right: Puts right what may have come or not.
        """
        return self.narrow_table.registers.at(_close(as_of), known, designated, put_right)

    def holdings(
        self,
        days: Sequence[date],
        known: int | None = None,
        merged: Iterable[HolderId] = (),
        of: Iterable[HolderId] | None = None,
    ) -> Iterator[tuple[Positions, int, Iterator[Whole]]]:
        """Yield positions of units that are counted alike, and of how many units of 10⁻¹⁰ each step is.

        With them goes what their accounts certainly come to at the close of each day, good until the next.

        Args:
            days: The days, which grow.
            known: How many entries were known; all of them where not given.
            merged: Holders who have a position of every class, as others may count as them.
            of: Only the positions of these holders; of everybody where not given.
        """
        whens = [*map(_close, days)]
        for table, step in ((self.narrow_table, SHARE), (self.wide_table, 1)):
            positions = table.positions
            if len(positions):
                for holder in merged:
                    positions.ensure(holder)
            if len(positions) and of is not None:
                some, accounts = positions.of(of)
                yield some, step, iter(table.sums.of_keys(accounts, whens, known))
            elif len(positions):
                sums = table.sums.over(whens) if known is None else map(table.sums.at, whens, repeat(known))
                yield positions, step, sums

    def rows_of(self, holders: Iterable[HolderId], as_of: date, known: int) -> Iterator[tuple[int, Whole, Rows]]:
        """Yield what moves the shares of some holders until the close of a day, for units that are counted alike.

        With it goes how many units of 10⁻¹⁰ each step is, and the number of the class of each row.

        Args:
            holders: Whose shares.
            as_of: The day.
            known: How many entries were known.
        """
        for table, step in ((self.narrow_table, SHARE), (self.wide_table, 1)):
            found = table.sums.rows_of(table.positions.accounts_of(holders))
            counted = found.whens <= _close(as_of)
            if known < self.known:
                counted &= found.known <= known
            if not counted.all():
                found = found.taken(np.flatnonzero(counted))
            if len(found):
                yield step, table.accounts.column("units").take(found.keys), found

    def lines_of(self, holder: HolderId, as_of: date) -> Lines | None:
        """Return what moved the shares of a holder until the close of a day, as known now, if it is laid out."""
        number = self.ids.texts.holders.find(holder) if self.lines is not None and not self.wide else None
        if self.lines is None or number is None:
            return None
        self.lines.follow(self)
        return self.lines.of(number, as_of)

    def told(self, known: int | None = None) -> list[InEffect]:
        """Return the facts that say which classes there are and which holders were merged, as far as they stand.

        Args:
            known: How many entries were known; all of them where not given.
        """
        return [told.each for told in self.facts if told.was_known(known)]


TOLD: Final = (StockClassDesignated, HolderMerged)
"""Facts that move nothing, and without which nobody can say who holds what."""
_CORRECTIONS: Final = (EntryVoided, EntryRestated)
_number = attrgetter("number")


def _told_apart(page: Page) -> tuple[list[Moves], list[Entry]]:
    """Return what many facts of a page move at once, and the entries of all others."""
    moves = []
    others = [*page.singles.items()]
    for bulk in page.bulks:
        made = moves_of(page, bulk)
        if made is None:
            others += zip(bulk.rows, bulk.events(), strict=True)
        else:
            moves.append(made)
    return moves, [page.single(place, event) for place, event in others]


def _in_turn(known: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return the places of rows, those that were known first before others; numbers of 16 bits are counted."""
    least = known.min(initial=np.iinfo(np.int32).max)
    few = known.max(initial=0) - least <= np.iinfo(np.uint16).max
    return np.argsort((known - least).astype(np.uint16) if few else known, kind="stable")


def _at(said: Any, place: int) -> Any:
    """Return what one of many facts says, of a column or of what all say alike."""
    if type(said) is Column:
        return said.values[place]
    return said[place] if type(said) is Called else said


def _close(as_of: date) -> When:
    """Return the last stage of a day."""
    return close_of(as_of) * STAGES + STAGES - 1
