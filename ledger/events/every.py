"""Every event there is, family by family. Importing this imports all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.events import KINDS, event_named

if TYPE_CHECKING:
    from ledger.events.base import Event

EVENTS: Final[tuple[type[Event], ...]] = tuple(map(event_named, KINDS))
