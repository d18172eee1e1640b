"""Where entries are kept: in memory or in an SQLite file. The only room that knows the eventsourcing library."""

from __future__ import annotations

from ledger.store.keys import Keys, MemoryKeys
from ledger.store.memory import MemoryStore
from ledger.store.port import Conflict, Row, Store

__all__ = ["Conflict", "Keys", "MemoryKeys", "MemoryStore", "Row", "Store"]
