"""What a ledger knows already of the companies, classes and holders that a register file speaks of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.errors import shown
from ledger.events import HolderRegistered, IssuerRegistered, StockClassDesignated
from ledger.identity import HolderId, IssuerId, StockClassId
from ledger.movements import Level, Setting
from ledger.timeline import place_in_history

if TYPE_CHECKING:
    from ledger.journal import Ledger

_FIRST: Final = {
    IssuerRegistered: Level.ISSUER,
    StockClassDesignated: Level.CLASS_KIND,
    HolderRegistered: Level.HOLDER_KIND,
}


@attrs.frozen
class Known:
    """What was recorded before.

    Attributes:
        issuer: Whose ledger it is; ``None`` where nothing was recorded.
        levels: The last value of each level of each subject.
    """

    issuer: IssuerId | None = None
    levels: Mapping[tuple[Level, Any], Any] = attrs.field(factory=dict, hash=False)

    def names(self) -> dict[str, list[HolderId]]:
        """Return the holders of each name."""
        found: defaultdict[str, list[HolderId]] = defaultdict(list)
        for (level, subject), value in self.levels.items():
            if level is Level.HOLDER_NAME:
                found[str(value)].append(subject)
        return dict(found)

    def holders(self) -> set[HolderId]:
        """Return every holder."""
        return {subject for level, subject in self.levels if level is Level.HOLDER_KIND}

    def classes(self) -> dict[StockClassId, str]:
        """Return the title of every class."""
        return {subject: title for (level, subject), title in self.levels.items() if level is Level.CLASS_TITLE}

    def has(self, level: Level, subject: Any) -> bool:
        """Whether a level of a subject was set."""
        return (level, subject) in self.levels

    def says_otherwise(
        self, event: IssuerRegistered | StockClassDesignated | HolderRegistered
    ) -> tuple[str, str] | None:
        """Return what is recorded otherwise than an event says of something that is recorded already.

        What the event leaves open counts as agreed.
        """
        for movement in event.movements():
            if isinstance(movement, Setting) and movement.value is not None:
                value = self.levels.get((movement.level, movement.subject))
                if value != movement.value and not _is_left_open(event, movement):
                    return movement.level.value, "nothing" if value is None else shown(str(value))
        return None

    def knows(self, event: IssuerRegistered | StockClassDesignated | HolderRegistered) -> bool:
        """Whether what an event brings into being is recorded already."""
        first = event.movements()[0]
        assert isinstance(first, Setting), "what brings something into being begins with its first level"
        return self.has(_FIRST[type(event)], first.subject)


def _is_left_open(event: object, setting: Setting) -> bool:
    """Whether a level is at the value that it has where a row says nothing."""
    return isinstance(event, StockClassDesignated) and (
        (setting.level is Level.DECIMALS and not setting.value)
        or (setting.level is Level.REISSUABLE and not setting.value)
    )


def known(ledger: Ledger, command: str | None = None) -> Known:
    """Return what a ledger knows.

    Args:
        ledger: The record.
        command: A command that may have been recorded already: what it recorded, and what came later, is left out,
            so that the same file is read as it was the first time.
    """
    entries = ledger.entries()
    before = next((entry.number - 1 for entry in entries if entry.command == command), len(entries))
    if not before:
        return Known()
    levels: dict[tuple[Level, Any], Any] = {}
    for each in sorted(ledger.standing(before), key=place_in_history):
        for movement in each.fact.movements():
            if isinstance(movement, Setting):
                levels[movement.level, movement.subject] = movement.value
    return Known(ledger.issuer, levels)
