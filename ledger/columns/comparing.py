"""Whether two columns of movements say the same, however each was made.

Columns that followed a record entry by entry have other segments and other numbers of accounts than those that are
made at once, and they may have several rows where the others have one. So rows are not compared but summed up: each
change is multiplied with a mark of its account, its moment and its entry. The marks are drawn by lot, with a salt
that nobody knows beforehand; equal sums of them come of equal rows, but for one chance in millions of millions.

What follows from the rows, and is kept beside them only to be quick, is worked out again and compared.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.columns.accounts import Accounts
from ledger.columns.layers import in_order
from ledger.columns.lines import laid_out
from ledger.columns.positions import Positions
from ledger.columns.sums import Segment, put_together
from ledger.keyed import hashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ledger.columns.layers import Layer
    from ledger.columns.movements import MovementColumns, Table

    Marks = NDArray[np.uint64]

_AT_ONCE: Final = 1 << 18
"""So many rows are marked at once."""
_ODD: Final = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def differences(one: MovementColumns, other: MovementColumns, salt: bytes) -> list[str]:
    """Return what columns say differently; nothing where they agree.

    Args:
        one: Columns that were kept.
        other: Columns of as many entries.
        salt: What makes the marks of this comparison, at random.
    """
    found = []
    if (one.known, one.wide, one.ahead) != (other.known, other.wide, other.ahead):
        found.append("how units are counted")
    if _facts(one) != _facts(other):
        found.append("classes, mergers, splits and corrections")
    for mine, theirs in zip(one.tables, other.tables, strict=True):
        if _moved(mine, salt) != _moved(theirs, salt):
            found.append("what was moved")
        if not all(map(_adds_up, mine.sums.segments)):
            found.append("sums")
        if not _is_in_order(mine.accounts) or not _are_positions(mine, one):
            found.append("accounts")
    if not _are_lines(one):
        found.append("the lines of holders")
    if not all(_finds_texts(layer) for texts in one.ids.texts.tables for layer in texts.layers):
        found.append("names")
    return [*dict.fromkeys(found)]


def _facts(columns: MovementColumns) -> tuple[Any, ...]:
    corrections = columns.corrections
    named, of = corrections.column("named").tolist(), corrections.column("corrections").tolist()
    return (
        sorted(
            (int(each.each.entry.number), each.each.first, each.known, each.gone or 0) for each in columns.facts
        ),
        sorted(
            (int(each.each.entry.number), each.place, each.when, each.known, each.gone or 0)
            for splits in columns.splits.values()
            for each in splits
        ),
        {*zip(named, of, strict=True)},
    )


def _moved(table: Table, salt: bytes) -> tuple[int, int]:
    """Return the sum of the marks of all rows, and of all that is open."""
    names = (f"{type(unit).__name__} {unit} {account!r}" for unit, account in table.accounts.names())
    digests = (blake2b(name.encode(), key=salt, digest_size=8).digest() for name in names)
    marks = np.frombuffer(b"".join(digests), np.uint64)
    rows = [*(segment.given() for segment in table.sums.segments), table.sums.loose()]
    still_open = table.open
    changes = np.asarray([still_open.column(f"limb-{limb}") for limb in range(still_open.limbs)])
    settings = [still_open.column(name) for name in ("begins", "settles", "known", "facts")]
    return (
        sum(_marked(marks, each.keys, [each.whens, each.known], each.changes) for each in rows),
        _marked(marks, still_open.column("accounts"), settings, changes),
    )


def _marked(
    accounts: Marks, keys: NDArray[Any], columns: Sequence[NDArray[Any]], changes: NDArray[np.int64]
) -> int:
    """Return the sum of changes, each multiplied with its mark."""
    total = 0
    for start in range(0, len(keys), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        marks = accounts[keys[some]]
        for column in columns:
            marks = _mixed(marks ^ _mixed(column[some].astype(np.uint64)))
        total += sum(map(mul, put_together(changes[:, some]), marks.tolist()))
    return total


def _mixed(numbers: Marks) -> Marks:
    """Return numbers that tell nothing of those that they were made of."""
    for shift, odd in zip((30, 27, 31), _ODD, strict=True):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(odd)
    return numbers ^ (numbers >> np.uint64(32))


def _adds_up(segment: Segment) -> bool:
    """Whether the sums of a segment are those of its rows."""
    again = Segment.made(segment.given(), segment.spacing)
    kept, made = segment.arrays, again.arrays
    return {*kept} == {*made} and all(
        np.array_equal(np.asarray(kept[name]).ravel(), np.asarray(made[name]).ravel()) for name in made
    )


def _is_in_order(accounts: Accounts) -> bool:
    """Whether accounts are found where they are looked for."""
    again = [
        accounts.layer(layer.first, {name: layer[name] for name in accounts.types}) for layer in accounts.layers
    ]
    return all(_same_order(one, other["codes"]) for one, other in zip(accounts.layers, again, strict=True))


def _finds_texts(layer: Layer) -> bool:
    """Whether texts are found where they are looked for."""
    blob, ends = layer["text"].tobytes(), layer["ends"].tolist()
    codes = np.asarray([hashed(blob[start:end]) for start, end in pairwise((0, *ends))], np.int64)
    in_place = _same_order(layer, in_order(codes)["codes"]) and (codes[layer["order"]] == layer["codes"]).all()
    return bool(in_place) and ends[-1] == len(blob)


def _same_order(layer: Layer, codes: NDArray[np.int64]) -> bool:
    whole = np.array_equal(np.sort(layer["order"]), np.arange(len(codes)))
    return whole and np.array_equal(layer["codes"], codes)


def _are_positions(table: Table, columns: MovementColumns) -> bool:
    """Whether positions have the accounts that are theirs."""
    again = Positions(columns.ids)
    again.follow(table.accounts)
    return dict(_accounts_of(table.positions)) == dict(_accounts_of(again))


def _accounts_of(positions: Positions) -> Iterator[tuple[Any, list[int]]]:
    for place, key in enumerate(positions.keys):
        if accounts := sorted(positions.accounts(place)):
            yield key, accounts


def _are_lines(columns: MovementColumns) -> bool:
    """Whether lines are what the rows come to; there may be more holders by now."""
    if columns.lines is None:
        return True
    kept = {name: np.asarray(array) for name, array in columns.lines.arrays.items()}
    made = laid_out(columns, columns.lines.known)
    return {*kept} == {*made} and all(
        np.array_equal(kept[name], made[name][: len(kept[name])] if name == "runs" else made[name]) for name in made
    )
