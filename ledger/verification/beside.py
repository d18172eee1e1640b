"""Compares what is kept beside a record with the record: whoever opens the ledger would believe it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ledger import kept_book, reader
from ledger.errors import LedgerError, LibraryMissing, needed
from ledger.store.port import kept_of
from ledger.verification.findings import Damage, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.identity import IssuerId
    from ledger.store import Store
    from ledger.store.kept import Kept

_SALT_BYTES: Final = 16
_BYTES: Final = "its bytes are not those that were written"
_WHAT_NEXT: Final = "delete its folder"


def damage_beside(store: Store, issuer: IssuerId) -> Iterator[Damage]:
    """Yield what is wrong with what is kept beside a record that is sound.

    What does not fit the record at all is not told: nobody takes it up.

    Args:
        store: Where the record is kept.
        issuer: Whose record.
    """
    for each in (reader, kept_book):
        kept = kept_of(store, issuer, each.PART, each.LAYOUT)
        if kept is not None and not _is_sound(kept):
            yield _damage(_BYTES, each.PART)
    with suppress(LibraryMissing):  # whoever cannot read the columns does not believe them either
        needed("numpy", "columns", "to compare the index")
        from ledger.columns import keeping

        kept = kept_of(store, issuer, keeping.PART, keeping.LAYOUT)
        if kept is None:
            return
        if not _is_sound(kept):
            yield _damage(_BYTES, keeping.PART)
        elif wrong := _differences(store, issuer, kept):
            yield _damage(f"it says otherwise than the entries: {', '.join(wrong)}", keeping.PART)


def _is_sound(kept: Kept) -> bool:
    return all(piece.is_sound() for piece in kept.pieces.values())


def _differences(store: Store, issuer: IssuerId, kept: Kept) -> list[str]:
    from ledger.columns import keeping
    from ledger.columns.comparing import differences
    from ledger.columns.movements import MovementColumns
    from ledger.moving import MovingEntries

    entries = MovingEntries(store, issuer, kept.size)
    columns = keeping.take_up(kept, entries)
    if columns is None:
        return []
    try:
        made = MovementColumns(columns.wide, columns.ahead).following(entries)
        return differences(columns, made, os.urandom(_SALT_BYTES))
    except (LedgerError, LookupError, ArithmeticError, ValueError):  # numbers that mean nothing
        return ["numbers"]


def _damage(what: str, part: str) -> Damage:
    return Damage(Part.INDEX, f"{what}; {_WHAT_NEXT}", name=f"index of {part}")
