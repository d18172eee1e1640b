"""Holders of record as people: what they are called, where they live, and which of them count as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from ledger.errors import UnknownName, nearest
from ledger.events import HolderRegistered
from ledger.identity import HolderId
from ledger.movements import HolderKind, Level
from ledger.personal import Personal
from ledger.timeline import InEffect
from projections.cap_table import Names, merged_names, name_of
from projections.replay import Balances


@attrs.frozen
class Party:
    """A holder of record, with those that were merged into it.

    Attributes:
        holder: Its name in the record; of holders that were merged, the one that they are shown under.
        name: Its name on the day, as far as it is at hand; every possible one where the day of a change is open.
        is_named: Whether its name is at hand, and was not erased.
        holder_kind: Natural person or organisation.
        also: Holders that were certainly merged into it.
        perhaps: Others whose shares may count as its own, as the day of a merger is open.
        perhaps_as: Others as whose shares its own may count, for the same reason.
        addresses: Addresses as registered, its own first; what was erased says so.
        tax_ids: Tax numbers as registered, its own first.
    """

    holder: HolderId
    name: str
    is_named: bool
    holder_kind: HolderKind
    also: tuple[HolderId, ...]
    perhaps: tuple[HolderId, ...]
    perhaps_as: tuple[HolderId, ...]
    addresses: tuple[Personal, ...]
    tax_ids: tuple[Personal, ...]


class Parties:
    """Who the holders of a record are on a day.

    Args:
        facts: All that stand as known, those of later days included: a holder of a later day is known too.
        balances: The levels at the close of the day.
    """

    def __init__(self, facts: Iterable[InEffect], balances: Balances) -> None:
        self._balances = balances
        self._names: Mapping[HolderId, Names] = merged_names(balances)
        self._registered = {each.fact.holder: each.fact for each in facts if type(each.fact) is HolderRegistered}

    def counts_as(self, holder: HolderId) -> Names:
        """Return as which holders one may count, first the one that it is shown under."""
        return self._names.get(holder, (holder,))

    def shown(self, holder: str) -> HolderId:
        """Return the holder that one is shown under: itself, unless it was merged.

        Raises:
            UnknownName: The record knows no such holder; the nearest one is told, by id or by name.
        """
        if holder not in self._registered:
            called = {self.name(each): str(each) for each in self._registered}
            near = nearest(holder, [*map(str, self._registered), *called])
            raise UnknownName("holder", holder, None, called.get(near, near) if near else None)
        return self.counts_as(HolderId(holder))[0]

    def name(self, holder: HolderId) -> str:
        """Return what a holder is called on the day."""
        return name_of(self._balances, holder)

    def party(self, holder: HolderId) -> Party:
        """Return what is at hand about a holder and those that were merged into it."""
        counted = [each for each in self._names if each != holder and holder in self.counts_as(each)]
        also = tuple(each for each in counted if self.counts_as(each) == (holder,))
        names = self._balances.values(Level.HOLDER_NAME, holder)
        registrations = [self._registered[each] for each in (holder, *also)]
        return Party(
            holder,
            self.name(holder),
            all(not isinstance(name, Personal) or name.value is not None for name in names),
            registrations[0].holder_kind,
            also,
            tuple(each for each in counted if each not in also),
            tuple(each for each in self.counts_as(holder) if each != holder),
            tuple(each.address for each in registrations if each.address is not None),
            tuple(each.tax_id for each in registrations if each.tax_id is not None),
        )
