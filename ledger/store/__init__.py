"""Where entries are kept: in memory, in an SQLite file or on a PostgreSQL server.

The only room that knows the eventsourcing library. A name is imported when it is first asked for: what lies beside
a ledger is read without that library.
"""

from typing import TYPE_CHECKING

from ledger.lazily import lazily

if TYPE_CHECKING:
    from ledger.store.addresses import store_at
    from ledger.store.keys import Keys, MemoryKeys
    from ledger.store.memory import MemoryStore
    from ledger.store.port import Conflict, Row, Store

__all__ = ["Conflict", "Keys", "MemoryKeys", "MemoryStore", "Row", "Store", "store_at"]

_MODULES = {
    "addresses": ("store_at",),
    "keys": ("Keys", "MemoryKeys"),
    "memory": ("MemoryStore",),
    "port": ("Conflict", "Row", "Store"),
}

lazily(__name__, _MODULES)
