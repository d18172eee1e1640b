"""Compares what a store keeps beside the entries with what these give: commands, tiles, personal values, pages.

Somebody may record meanwhile. Rows beside the entries are read after them, and then the entries that came since; a
command or a tile whose row has not been met is asked for by its name.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ledger import sealing
from ledger.errors import LedgerDamaged, LedgerError, shown
from ledger.identity import CommandId
from ledger.integrity.tiles import WIDTH
from ledger.store.port import COMMANDS, SEALED, SEALED_TOPIC, TILES, command_row, read_span, tile_row
from ledger.verification.findings import Damage, Part
from ledger.verification.reading import MISSING, Reading, entry_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.store.port import Beside

_TILE: Final = re.compile(rf"{TILES}([0-7])", re.ASCII)


class Comparison:
    """Reads all that a store holds of an issuer, and compares it.

    Args:
        reading: Of the entries, which has not begun.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def run(self) -> None:
        """Read everything, and compare it."""
        self._reading.look_before()
        self._reading.follow()
        later = [row for row in self._rows_beside() if not self._compared(row)]
        claimed = max([*map(_claim, later), *self._reading.sizes], default=0)
        why = self._reading.follow()
        while (why or self._reading.size < claimed) and self._reading.get_past(why, claimed):
            why = self._reading.follow()
        for row in later:
            self._compared(row, at_last=True)
        for first, last in self._reading.commands.not_found():
            self._ask_for_command(first, last)
        for level, index in self._reading.tiles.not_found():
            self._ask_for_tile(level, index)
        self._look_below()

    def _rows_beside(self) -> Iterator[Beside]:
        stream = ""
        try:
            for row in self._reading.store.beside(self._reading.issuer):
                stream = row.stream
                yield row
        except LedgerDamaged as error:
            after = f" after {shown(stream)}" if stream else ""
            self._reading.tell(Damage(Part.ELSE, error.what, name=f"rows beside the entries{after}"))

    def _compared(self, row: Beside, *, at_last: bool = False) -> bool:
        """Compare a row with the entries; return whether that could be done, as all that it is about was read.

        Args:
            row: What stands beside the entries.
            at_last: Whether no more entries will be read.
        """
        if row.stream.startswith(COMMANDS):
            return self._compared_command(row, at_last)
        if (tile := _TILE.fullmatch(row.stream)) and type(row.number) is int and row.number > 0:
            return self._compared_tile(row, int(tile[1]), at_last)
        if row.stream == SEALED:
            return self._compared_values(row, at_last)
        self._reading.tell(Damage(Part.ELSE, "nobody writes such a row", name=shown(f"{row.stream}, {row.number}")))
        return True

    def _compared_command(self, row: Beside, at_last: bool) -> bool:
        command = row.stream.removeprefix(COMMANDS)
        span = read_span(row.state)
        if span is None or row != command_row(command, *span):
            what = "its row is not what was written"
        elif span[1] > self._reading.size and not at_last:
            return False
        elif self._reading.commands.found(command, *span):
            return True
        else:
            what = f"its row names entries {span[0]} to {span[1]}, which are not all of it, or not its own"
        self._reading.tell(Damage(Part.COMMANDS, what, name=f"command {shown(command)}"))
        return True

    def _compared_tile(self, row: Beside, level: int, at_last: bool) -> bool:
        same = self._reading.tiles.found(level, row)
        if same is None and not at_last:
            return False
        index = row.number - 1
        what = "" if same else "it is not what the entries give"
        if same is None:  # or there are so many, and the hash of one of them is not known
            what = (
                "there are not so many entries" if (index + 1) * WIDTH ** (level + 1) > self._reading.size else ""
            )
        if what:
            self._reading.tell(Damage(Part.TILES, what, name=f"tile {level}/{index}"))
        return True

    def _ask_for_command(self, first: int, last: int) -> None:
        """Ask for the row of a command that has not been met: it came meanwhile, or something is wrong."""
        try:
            row = self._reading.store.peek(self._reading.issuer, first - 1)
            command = entry_of(row, self._reading.issuer).command if row is not None else CommandId("unknown")
            span = self._reading.store.command(self._reading.issuer, command)
        except LedgerDamaged as error:
            what = error.what
        else:
            if span is None:
                what = "the row that lets its command count once is missing"
            elif self._reading.commands.found(command, *span):
                return
            else:
                what = f"its command is that of entries {span[0]} to {span[1]} too"
        self._reading.tell(Damage(Part.COMMANDS, what, first, last))

    def _ask_for_tile(self, level: int, index: int) -> None:
        """Ask for a tile that has not been met: it came meanwhile, or is missing."""
        what = MISSING
        try:
            kept = self._reading.store.tiles(self._reading.issuer, level, index, index + 1)
        except LedgerDamaged as error:
            what = error.what
        else:
            if kept and self._reading.tiles.found(level, tile_row(level, index, kept[0])):
                return
        self._reading.tell(Damage(Part.TILES, what, name=f"tile {level}/{index}"))

    def _look_below(self) -> None:
        """Ask the store about the structures that its rows stand in."""
        try:
            flaws = self._reading.store.flaws()
        except LedgerDamaged as error:
            flaws = [error.what]
        for what in flaws:
            self._reading.tell(Damage(Part.ELSE, what, name="the store below its rows"))

    def _compared_values(self, row: Beside, at_last: bool) -> bool:
        """Compare the sealed values of an entry with what it mentions, and open those whose keys are here."""
        if type(row.number) is not int or row.number < 1:
            self._reading.tell(
                Damage(Part.PARTICULARS, "its row has no number of an entry", name="personal values")
            )
        elif row.number > self._reading.size and not at_last:
            return False
        elif what := self._wrong_with_values(row):
            self._reading.tell(Damage(Part.PARTICULARS, what, row.number, row.number))
        return True

    def _wrong_with_values(self, row: Beside) -> str:
        if row.topic != SEALED_TOPIC:
            return "the row of its personal values is not what was written"
        try:
            boxes = sealing.decode(row.state, "")
        except LedgerDamaged as error:
            return error.what
        if not boxes:
            return "a row of personal values lies beside it, with none in it"
        mentioned = self._reading.mentioned.get(row.number, set())
        if self._reading.every_entry_read and not {box.commitment for box in boxes} <= mentioned:
            return "a personal value lies beside it that it does not mention"
        secrets: Mapping[str, bytes] = {}
        with suppress(LedgerError):  # the keys are no part of the record
            secrets = self._reading.store.keys.get({box.key for box in boxes})
        try:
            for box in boxes:
                if box.key in secrets:
                    sealing.opened(box, self._reading.issuer, secrets[box.key])
        except ValueError as error:
            return f"a personal value beside it: {getattr(error, 'what', error)}"
        return ""


def _claim(row: Beside) -> int:
    """Return the number of the last entry that a row beside the entries is about."""
    span = read_span(row.state)
    return span[1] if span is not None else 0
