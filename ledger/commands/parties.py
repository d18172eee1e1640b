"""Give a holder another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ledger.commands.reading import stated
from ledger.days import EffectiveDay, Phase
from ledger.errors import UnknownName, nearest
from ledger.events import Event, HolderRegistered, HolderRenamed
from ledger.identity import HolderId
from ledger.movements import HolderKind
from ledger.personal import Personal

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class RenameHolder:
    """Give a holder another name, kept as the kind of party that it is needs: apart and erasable for a person.

    Attributes:
        holder: Which holder.
        name: The new name.
        on: The day.
        phase: Part of the day.
    """

    holder: HolderId
    name: str
    on: EffectiveDay
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the new name.

        Raises:
            UnknownName: No such holder was registered.
        """
        kinds = {fact.holder: fact.holder_kind for fact in stated(ledger, HolderRegistered)}
        if self.holder not in kinds:
            raise UnknownName("holder", self.holder, None, nearest(self.holder, kinds))
        is_person = kinds[self.holder] is HolderKind.NATURAL_PERSON
        return (
            HolderRenamed(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                name=Personal(self.name) if is_person else None,
                legal_name=None if is_person else self.name,
            ),
        )
