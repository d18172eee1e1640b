"""How the place of a ledger is written: the path of a file, or the URL of a PostgreSQL database."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, TypeGuard

from ledger.errors import needed
from ledger.store.key_file import KeyFile

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.store.port import Inspectable

UNTOLD: Final = "postgresql://…"
"""A URL that is not understood, and may hold a password anywhere."""
_SERVER: Final = ("postgresql://", "postgres://")
_HOST: Final = r"(?:[\w.%-]*|\[[\da-f:.%]+\])(?::\d*)?"
# Narrower than what libpq takes: it would read part of a password as a host, and name that host in its errors.
_URL: Final = re.compile(
    r"(?P<scheme>postgres(?:ql)?://)(?:(?P<user>[\w.~%+-]*)(?::[^@:/?#]*)?@)?"
    rf"(?P<server>{_HOST}(?:,{_HOST})*(?:/[\w.~%+-]*)?)(?:\?[^@]*)?"
)


def on_server(place: str | Path) -> TypeGuard[str]:
    """Whether a ledger is kept in a PostgreSQL database, and not in a file."""
    return isinstance(place, str) and place.startswith(_SERVER)


def told(place: str | Path) -> str:
    """Return a place as it is told to people: of a URL neither the password nor the options."""
    if not on_server(place):
        return str(place)
    found = _URL.fullmatch(place)
    if found is None:
        return UNTOLD
    user = f"{found['user']}@" if found["user"] else ""
    return f"{found['scheme']}{user}{found['server']}"


def is_there(place: str | Path) -> bool:
    """Whether something is at a place already.

    Raises:
        Unavailable: The server does not answer.
    """
    if on_server(place):
        _see_to_the_extra()
        from ledger.store import postgres

        return postgres.is_there(place)
    return os.path.exists(place)


def store_at(
    place: str | Path, *, create: bool = False, readonly: bool = False, keys: str | Path | None = None
) -> Inspectable:
    """Return the store at a place.

    Args:
        place: A file, or the URL of a database.
        create: Whether to make it when there is none.
        readonly: Whether a file and its folder stay as they are, and nothing is recorded.
        keys: The file that keeps the keys of personal values. When not given, it stands beside the ledger and has
            its name with ``.keys`` after it; beside a database there is none.

    Raises:
        Unavailable: There is none, or it is something else.
        LibraryMissing: It is a URL, and the extra ``postgres`` is not installed.
    """
    kept = KeyFile(keys, readonly=readonly) if keys is not None else None
    if on_server(place):
        _see_to_the_extra()
        from ledger.store.postgres import PostgresStore  # and psycopg with it

        return PostgresStore(place, create=create, readonly=readonly, keys=kept)
    from ledger.store.sqlite import SqliteStore  # a ledger in memory does not need SQLite

    return SqliteStore(place, create=create, readonly=readonly, keys=kept)


def _see_to_the_extra() -> None:
    for library in ("psycopg", "psycopg_pool"):
        needed(library, "postgres", "to keep a ledger on a server")
