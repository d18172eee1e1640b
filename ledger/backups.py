"""Whole copies of a ledger, checked before they are called so, and ledgers made of them again.

What could go wrong here, and why it does not:

- *Half a ledger is copied.* Entries that SQLite has not folded into the file yet stand in the log beside it. A copy
  is made by SQLite itself, of one moment, while others go on writing. A file that was copied by hand without its
  log is a whole but shorter ledger, and only something kept elsewhere, a checkpoint, can tell.
- *A copy that is not whole takes the place of one.* It is made beside its place, read from its bytes to the root of
  the tree, and gets its name when it is found sound. Nothing that is there already is ever written over.
- *A log of another ledger is left where one is restored.* SQLite would take it for the log of the new file: it is
  refused.
"""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import LedgerDamaged, NotUnderstood, Unavailable, UnknownName, nearest
from ledger.store.addresses import on_server, told
from ledger.store.sqlite import SqliteStore, sync_folder
from ledger.verification import Anchor, Verification, verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def back_up(file: str | Path, into: str | Path) -> tuple[Verification, ...]:
    """Copy a ledger, as it is at one moment, and return what the copy holds of each issuer.

    Args:
        file: The ledger; others may write to it meanwhile.
        into: The file to make, which may not be there yet.

    Raises:
        LedgerDamaged: The ledger is not what was recorded. No copy is left.
        Unavailable: It cannot be read, or the copy cannot be made.
    """
    _is_a_file(file)
    with closing(SqliteStore(file)) as source:
        return _copied(source, Path(into), {})


def restore(
    backup: str | Path, into: str | Path, anchors: Iterable[Anchor] = (), issuer: str | None = None
) -> tuple[Verification, ...]:
    """Make a ledger of a backup, and return what it holds of each issuer.

    Args:
        backup: A ledger's file, which is left as it is.
        into: The file to make, which may not be there yet.
        anchors: What is kept elsewhere of a record; the backup has to hold that.
        issuer: Whose record the anchors are of, where the backup holds several.

    Raises:
        LedgerDamaged: The backup is not what was recorded, or not what an anchor says; ``E_STORE_SHORT`` where it
            holds less. Nothing is made.
        Unavailable: It cannot be read, or the ledger cannot be made.
        NotUnderstood: ``E_ISSUER``: there are anchors, and nothing says whose.
        UnknownName: The backup does not hold the issuer.
    """
    _is_a_file(into)
    with closing(SqliteStore(backup, readonly=True)) as source:
        kept, issuers = tuple(anchors), source.issuers()
        if kept and not issuers:
            what = f"it holds nothing, and {kept[0].source} says {kept[0].size:,} entries"
            raise LedgerDamaged("E_STORE_SHORT", str(backup), what)
        if kept and issuer is None and len(issuers) > 1:
            what = f"there are {len(issuers)} issuers in {backup}"
            raise NotUnderstood("E_ISSUER", what, "say whose checkpoint it is: --in ISSUER")
        if issuer is not None and issuer not in issuers:
            raise UnknownName("issuer", issuer, None, nearest(issuer, issuers))
        return _copied(source, Path(into), {issuer or next(iter(issuers), None): kept})


def _is_a_file(place: str | Path) -> None:
    if on_server(place):
        what = "a ledger on a server is backed up by the server: pg_dump, then pg_restore"
        raise Unavailable("E_FILE", told(place), what)


def _copied(
    source: SqliteStore, into: Path, anchors: Mapping[str | None, Iterable[Anchor]]
) -> tuple[Verification, ...]:
    """Copy a store beside a place, read the copy, and give it its name if it is sound."""
    _is_free(into)
    draft = into.with_name(f".{into.name}.{os.getpid()}.new")
    try:
        source.copy(draft)
        with closing(SqliteStore(draft, readonly=True)) as copy:
            found = tuple(verify(copy, issuer, anchors.get(issuer, ())) for issuer in copy.issuers())
        for each in found:
            _is_sound(each, source.path)
        _named(draft, into)
    except OSError as error:
        raise Unavailable("E_FILE", str(into), f"it cannot be made: {error.strerror}") from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return found


def _is_free(place: Path) -> None:
    """Refuse a place where something is already, or where SQLite would find what belongs to another file."""
    if not place.absolute().parent.is_dir():
        raise Unavailable("E_FILE", str(place), "its folder does not exist; make it first")
    for suffix in ("", "-wal", "-shm", "-journal"):
        if os.path.lexists(f"{place}{suffix}"):
            raise _taken(place, suffix)


def _taken(place: Path, suffix: str = "") -> Unavailable:
    what = "it is there already, and is not written over; move it away, or name another"
    return Unavailable("E_FILE", f"{place}{suffix}", what)


def _is_sound(found: Verification, path: Path) -> None:
    """Refuse a ledger that is not what was recorded, or less than somebody keeps elsewhere."""
    for each in found.compared:
        size, source = each.anchor.size, each.anchor.source
        if found.entries < size:
            what = f"it holds {found.entries:,} entries, and {source} says {size:,}: the rest is missing"
            raise LedgerDamaged("E_STORE_SHORT", f"{path} {found.issuer}", what)
        if not each.agrees and not found.damage:
            what = f"its first {size:,} entries are not those of {source}"
            raise LedgerDamaged("E_TAMPERED", f"{path} {found.issuer}", what)
    for damage in found.damage:
        more = f", and {len(found.damage) - 1:,} more; captable verify tells all" if len(found.damage) > 1 else ""
        raise LedgerDamaged("E_TAMPERED", f"{path} {found.issuer} {damage.place}", f"{damage.what}{more}")


def _named(draft: Path, place: Path) -> None:
    """Give a file its name, and nothing else's."""
    try:
        os.link(draft, place)
    except FileExistsError as error:
        raise _taken(place) from error
    except OSError:  # a file system without links, as on a memory stick
        _is_free(place)
        os.rename(draft, place)
    sync_folder(place.parent)
