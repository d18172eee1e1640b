"""What a verification says: what was found, how far outside evidence reaches, and what is damaged."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.identity import IssuerId


class Level(IntEnum):
    """What exists outside a store, and so what can no longer be done to it unseen."""

    NOTHING = 0
    """Whoever can write to the store can have rewritten all of it; only accidents would show."""
    CHECKPOINT = 1
    """Somebody else keeps size and root: what was recorded by then was not rewritten since."""
    TIME_STAMP = 2
    """A time stamping authority signed them, too: they were not made up after that instant."""
    WITNESS = 3
    """An independent witness cosigned them: no other history was shown to others, as far as it is honest."""


@attrs.frozen
class Anchor:
    """What a record was said to be, kept where the keeper of the store could not change it.

    Attributes:
        size: How many entries it had.
        root: The root of the tree over them.
        level: How it is kept.
        source: Where it was found, in a few words.
    """

    size: int
    root: bytes
    level: Level
    source: str


@attrs.frozen
class Compared:
    """An anchor, and the root over as many entries of the store.

    Attributes:
        anchor: What is kept elsewhere.
        root: The root here; ``None`` where there are not so many entries, or the hash of one of them is not known.
    """

    anchor: Anchor
    root: bytes | None

    @property
    def agrees(self) -> bool:
        """Whether both are the same."""
        return self.root == self.anchor.root


class Part(Enum):
    """A part of what a store holds."""

    ENTRIES = "entries"
    """The record itself."""
    COMMANDS = "commands"
    """The rows that make each command count once."""
    TILES = "tiles"
    """The hashes of the tree."""
    ISSUERS = "issuers"
    """The list of issuers."""
    PARTICULARS = "particulars"
    """What is kept of natural persons beside the record."""
    INDEX = "index"
    """What is worked out from the record and kept beside it."""
    ELSE = "else"
    """What nobody writes."""


@attrs.frozen
class Damage:
    """Something that is not what was written.

    Attributes:
        part: What it belongs to.
        what: What is wrong with it.
        first: Number of the first entry concerned, where it concerns entries.
        last: Number of the last one; ``None`` where nothing says how many there were.
        name: What it concerns where that is no entry.
    """

    part: Part
    what: str
    first: int | None = None
    last: int | None = None
    name: str = ""

    @property
    def place(self) -> str:
        """Where it is: ``entries 5 to 9``."""
        if self.first is None:
            return self.name
        if self.last is None:
            return f"entry {self.first} and those after it"
        return f"entry {self.first}" if self.first == self.last else f"entries {self.first} to {self.last}"

    def with_next(self, other: Damage) -> Damage | None:
        """Return both as one, where the other says the same of the entries that follow."""
        if self.last is None or other.first != self.last + 1 or (self.part, self.what) != (other.part, other.what):
            return None
        return attrs.evolve(self, last=other.last)


@attrs.frozen(kw_only=True)
class Verification:
    """What a store was found to hold of an issuer.

    Attributes:
        issuer: Whose record; ``None`` where there is nothing of anybody.
        legal_name: As its first entry has it.
        entries: Number of the last entry that is there.
        recorded_at: When the last one that could be read was recorded.
        root: Root of the tree over all entries; ``None`` where the hash of one of them is not known.
        digest: The digest of the record, as it stands on pages; ``None`` likewise.
        damage: All that is not what was written, entries first.
        compared: The anchors that were given, the smallest first.
    """

    issuer: IssuerId | None
    legal_name: str = ""
    entries: int = 0
    recorded_at: datetime | None = None
    root: bytes | None = None
    digest: str | None = None
    damage: tuple[Damage, ...] = ()
    compared: tuple[Compared, ...] = ()

    @property
    def is_damaged(self) -> bool:
        """Whether anything is not what was written, or not what is kept elsewhere."""
        return bool(self.damage) or not all(each.agrees for each in self.compared)

    def covered(self, level: Level = Level.CHECKPOINT) -> int:
        """Return how many entries, from the first on, stand behind an anchor of a level or a higher one."""
        agreeing = (each.anchor for each in self.compared if each.agrees)
        return max((anchor.size for anchor in agreeing if anchor.level >= level), default=0)

    def reach(self) -> list[tuple[int, int, Level]]:
        """Return from which entry to which evidence has which level; the first ones have the highest."""
        found = []
        first = 1
        for level in sorted(Level, reverse=True):
            last = self.covered(level) if level else self.entries
            if last >= first:
                found.append((first, last, level))
                first = last + 1
        return found

    @property
    def is_verified(self) -> bool:
        """Whether nothing is damaged, and at least one entry stands behind an anchor."""
        return not self.is_damaged and self.covered() > 0

    @property
    def rewritten(self) -> tuple[int, int] | None:
        """The entries among which something was rewritten, as far as the anchors tell; ``None`` where they agree.

        The roots are the same before the first of these, and another one with the last.
        """
        differing = [each.anchor.size for each in self.compared if each.root is not None and not each.agrees]
        if not differing:
            return None
        last = min(differing)
        return max(
            (each.anchor.size for each in self.compared if each.agrees and each.anchor.size < last), default=0
        ) + 1, last
