"""Erase what is recorded about somebody: a holder, or a person who stands in lists of holders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ledger.commands.reading import stated
from ledger.errors import NothingToErase, NotUnderstood
from ledger.events import ErasedLine, HolderMerged, PersonalDataErased
from ledger.identity import Count, HolderId
from ledger.personal import whose

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class ErasePersonalData:
    """Erase what is recorded about somebody, under every name in the register that was found to be the same party.

    Attributes:
        reason: Why, for example whose request it was and of which day.
        holder: Which holder, if it is one.
        named: A name as lists of holders have it: their lines that read so and are about no holder.
    """

    reason: str
    holder: HolderId | None = None
    named: str | None = None

    def events(self, ledger: Ledger) -> tuple[PersonalDataErased]:
        """Return the erasure. Another person may bear the same name: look at its lines before recording it.

        Raises:
            NotUnderstood: ``E_ERASURE``: neither a holder nor a name is given.
            NothingToErase: No line about nobody bears the name.
        """
        if self.holder is None and self.named is None:
            raise NotUnderstood("E_ERASURE", "an erasure is about nobody", "name a holder, or a name in lists")
        holders, lines = set[HolderId](), list[ErasedLine]()
        party = self._party(ledger) if self.holder is not None else set()
        erased: dict[HolderId, int] = {}  # by erasures that are known here: given again, a command sees what it saw
        for entry in ledger.entries():
            if isinstance(entry.event, PersonalDataErased):
                erased |= dict.fromkeys(entry.event.holders, entry.number)
        for entry in ledger.entries():
            for line, (value, holder) in enumerate(whose(entry.event), 1):
                if holder in party and entry.number > erased.get(holder, 0):
                    holders.add(holder)
                elif holder is None and self.named is not None and value.value == self.named:
                    lines.append(ErasedLine(entry=entry.number, line=Count(line)))
        if self.named is not None and not lines:
            raise NothingToErase("the name", "stands in no line about nobody")  # which it is, nobody needs to read
        if self.holder is not None:
            holders.add(self.holder)
        return (PersonalDataErased(holders=tuple(sorted(holders)), lines=tuple(lines), reason=self.reason),)

    def _party(self, ledger: Ledger) -> set[HolderId]:
        """Return the holder with all that were merged with it, one into the other, on whatever day."""
        assert self.holder is not None
        mergers = [{fact.holder, fact.into} for fact in stated(ledger, HolderMerged)]
        party = {self.holder}
        while more := {name for merger in mergers if merger & party for name in merger} - party:
            party |= more
        return party
