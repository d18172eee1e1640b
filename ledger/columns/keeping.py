"""How the columns of movements are kept beside a record, and taken up again when it is opened.

They are kept as they lie in memory: arrays that are mapped from their files, so that opening reads none of them.
The few facts that they hold whole are kept by the number of their entry, and read from the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger.columns.accounts import KINDS, Accounts, Names
from ledger.columns.layers import layers_of, pieces_of, take_kept
from ledger.columns.lines import HolderLines, brought_up
from ledger.columns.movements import STAGES, Corrections, MovementColumns, Split, Told
from ledger.columns.open_days import OpenDays
from ledger.columns.positions import Positions
from ledger.columns.sums import DatedSums
from ledger.columns.texts import Texts
from ledger.errors import LedgerError
from ledger.events import EntryRestated, Fact
from ledger.identity import StockClassId
from ledger.movements import Rescaling
from ledger.quantities import Currency
from ledger.timeline import in_effect, place_in_history

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.columns.layers import Arrays, Layered
    from ledger.columns.movements import Followed
    from ledger.movements import Unit
    from ledger.store.kept import Kept, Shelf
    from ledger.timeline import InEffect, Place

PART: Final = "movements"
LAYOUT: Final = 2
_TEXTS: Final = ("classes", "currencies", "holders", "others")
_TABLES: Final = ("narrow", "wide")
_LINES: Final = "lines"
_UNITS: Final[dict[str, type[Unit]]] = {"class": StockClassId, "currency": Currency}
_WRONG: Final = (LedgerError, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What reading something else than what was kept may end with."""


def keep(columns: MovementColumns, shelf: Shelf) -> bool:
    """Keep columns, and let them lie in the files from then on; return whether that could be done."""
    kept = shelf.keep(columns.known, _told(columns), _pieces(columns))
    if kept is not None:
        _lie_in(columns, kept.pieces)
    return kept is not None


def take_up(kept: Kept, entries: Followed) -> MovementColumns | None:
    """Return the columns that are kept; nothing where it is something else.

    Args:
        kept: What is kept.
        entries: The entries of the record.
    """
    try:
        return _opened(kept, entries)
    except _WRONG:
        return None


def _told(columns: MovementColumns) -> dict[str, Any]:
    return {
        "kinds": KINDS,
        "stages": STAGES,
        "wide": sorted([_unit(each), each] for each in columns.wide),
        "ahead": sorted([stock_class, _flat(place)] for stock_class, place in columns.ahead),
        "splits": [
            [unit, int(each.each.entry.number), each.each.first, each.when, each.known, each.gone]
            for unit, splits in columns.splits.items()
            for each in splits
        ],
        "facts": [[int(each.each.entry.number), each.each.first, each.known, each.gone] for each in columns.facts],
    }


def _unit(unit: Unit) -> str:
    return "class" if isinstance(unit, StockClassId) else "currency"


def _flat(place: Place) -> list[int]:
    return [place[0], *place[1]]


def _layered(columns: MovementColumns) -> Iterator[tuple[str, Layered]]:
    """Yield what lies in layers, with its name."""
    yield from zip(_TEXTS, columns.ids.texts.tables, strict=True)
    yield "corrections", columns.corrections
    for name, table in zip(_TABLES, columns.tables, strict=True):
        yield f"{name}-accounts", table.accounts
        yield f"{name}-open", table.open


def _pieces(columns: MovementColumns) -> dict[str, Arrays]:
    pieces: dict[str, Arrays] = {}
    for name, table in zip(_TABLES, columns.tables, strict=True):
        pieces |= table.sums.pieces(f"{name}-sums")
        pieces[f"{name}-positions"] = table.positions.kept()
    for name, layered in _layered(columns):
        pieces |= pieces_of(name, layered)
    return {**pieces, _LINES: brought_up(columns).arrays}


def _lie_in(columns: MovementColumns, pieces: Mapping[str, Arrays]) -> None:
    for name, layered in _layered(columns):
        take_kept(name, layered, pieces)
    for name, table in zip(_TABLES, columns.tables, strict=True):
        table.sums.take_kept(f"{name}-sums", pieces)
        table.positions.lies_in(pieces[f"{name}-positions"])
    brought_up(columns).lies_in(pieces[_LINES])


def _opened(kept: Kept, entries: Followed) -> MovementColumns:
    """Return what is kept as columns.

    Raises:
        LookupError: It is not what ``keep`` kept, or another program did.
    """
    told, pieces = kept.told, kept.pieces
    if (tuple(told["kinds"]), told["stages"]) != (KINDS, STAGES):
        raise LookupError("it was kept by another program")
    ahead = frozenset(
        (StockClassId(name), (moment, (place, first))) for name, (moment, place, first) in told["ahead"]
    )
    wide = frozenset(_UNITS[kind](text) for kind, text in told["wide"])
    made = MovementColumns(wide, ahead, Names(*(Texts(layers_of(name, pieces)) for name in _TEXTS)))
    made.known = kept.size
    made.corrections = Corrections(layers_of("corrections", pieces))
    for name, table in zip(_TABLES, made.tables, strict=True):
        accounts = Accounts(made.ids.texts, layers_of(f"{name}-accounts", pieces))
        sums = DatedSums.of_kept(f"{name}-sums", pieces)
        found = Positions(made.ids, pieces[f"{name}-positions"])
        if sums.limbs != table.sums.limbs or max(sums.size, found.covered) > len(accounts):
            raise LookupError(f"the {name} sums are not those of the accounts")
        table.take_up(accounts, sums, OpenDays(sums.limbs, layers_of(f"{name}-open", pieces)), found)
    made.lines = HolderLines(pieces[_LINES])
    if made.lines.known > made.known:
        raise LookupError("the lines are of more entries")
    made.facts = [
        Told(_in_effect(entries, entry, first), known, gone) for entry, first, known, gone in told["facts"]
    ]
    for unit, entry, first, when, known, gone in told["splits"]:
        each = _in_effect(entries, entry, first)
        (movement,) = (
            movement
            for movement in each.fact.movements()
            if isinstance(movement, Rescaling) and movement.stock_class == unit
        )
        made.put_in_split(Split(place_in_history(each), when, movement, each, known, gone))
    return made


def _in_effect(entries: Followed, number: int, first: int) -> InEffect:
    entry = entries[number - 1]
    fact = entry.event.restated_as if isinstance(entry.event, EntryRestated) else entry.event
    if not isinstance(fact, Fact):
        raise LookupError(f"entry {number} states no fact")
    return in_effect(entry, fact, first)
