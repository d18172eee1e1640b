"""Where entries are kept: in memory, in an SQLite file or on a PostgreSQL server.

The only room that knows the eventsourcing library.
"""

from __future__ import annotations

from ledger.store.addresses import store_at
from ledger.store.keys import Keys, MemoryKeys
from ledger.store.memory import MemoryStore
from ledger.store.port import Conflict, Row, Store

__all__ = ["Conflict", "Keys", "MemoryKeys", "MemoryStore", "Row", "Store", "store_at"]
