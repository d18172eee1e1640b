"""Whose shares are: merged holders count as one, and a nominee's shares as the owner's; and who acts together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from ledger.days import close_of
from ledger.events import GroupFormed
from ledger.identity import GroupId, HolderId, StockClassId
from ledger.movements import Level
from ledger.timeline import may_be_last
from projections.cap_table import Names, by_holder, merged_names, possible_names
from projections.replay import Balances, Quantity


def owners(balances: Balances, stock_class: StockClassId) -> dict[HolderId, Names]:
    """Return as whose the shares in a name count, where it is not simply that holder: merged, or a nominee.

    More than one name stands where the day of a merger or a declaration is open; the first is the one to show.
    """
    merged = merged_names(balances)

    def follow(holder: HolderId, seen: frozenset[HolderId]) -> Names:
        found: dict[HolderId, None] = {}
        for name in merged.get(holder, (holder,)):
            for owner in _holds_for(balances, name, stock_class):
                if owner is None or owner in seen:
                    found[name] = None
                else:
                    found |= dict.fromkeys(follow(owner, seen | {name, owner}))
        return tuple(found)

    nominees = {holder for holder, of_class in balances.subjects(Level.HOLDS_FOR) if of_class in ("", stock_class)}
    return {holder: follow(holder, frozenset((holder,))) for holder in map(HolderId, sorted({*merged, *nominees}))}


def _holds_for(balances: Balances, holder: HolderId, stock_class: StockClassId) -> list[HolderId | None]:
    """Return for whom a holder may hold, ``None`` for itself; what is said of the class goes before the general."""
    found: list[HolderId | None] = []
    for of_class in (str(stock_class), ""):
        settings = balances.settings.get((Level.HOLDS_FOR, (holder, of_class)), ())
        values, is_certain = may_be_last(settings, close_of(balances.history.as_of))
        found += [value for _, value in values]  # type: ignore[misc]  # a holder or none, by its level
        if is_certain:
            return found
    return [*found, None]


def owned_shares(
    balances: Balances, stock_class: StockClassId, names: Mapping[HolderId, Names]
) -> dict[HolderId, tuple[Quantity, Quantity]]:
    """Return the lowest and the highest quantity of a class that each owner has, in whosever name.

    Args:
        balances: The accounts.
        stock_class: Of which class.
        names: As whose shares count, as ``owners`` says.
    """
    of_class = attrs.evolve(balances, accounts={stock_class: balances.accounts.get(stock_class, {})})
    return {
        owner: bounds
        for (unit, owner), bounds in by_holder(of_class, names).items()
        if unit == stock_class and bounds != (0, 0)
    }


def groups(balances: Balances) -> dict[GroupId, tuple[HolderId, ...]]:
    """Return the groups in force, with their members as these are shown; those that may be in force count."""
    found = {}
    close = close_of(balances.history.as_of)
    for group in balances.subjects(Level.GROUP):
        ended = balances.settings.get((Level.DISSOLVED, group), ())
        formed = balances.settings[Level.GROUP, group][-1][0].fact
        if any(each.settles <= close for each, _ in ended) or not isinstance(formed, GroupFormed):
            continue
        found[formed.group] = tuple(dict.fromkeys(possible_names(balances, each)[0] for each in formed.members))
    return found


def acting_with(holder: HolderId, in_groups: Iterable[Iterable[HolderId]]) -> frozenset[HolderId]:
    """Return a holder and everybody who is in a group with them.

    Args:
        holder: Who, as they are shown.
        in_groups: The members of each group.
    """
    return frozenset((holder,)).union(*(members for members in in_groups if holder in members))
