"""The votes that preferred shares have as converted: those of whole common shares, rounded down by holder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor

import attrs

from ledger.identity import HolderId, StockClassId
from ledger.movements import Level
from ledger.quantities import Ratio, Shares
from ledger.terms.conversion import ConversionRight
from projections.bounds import Bounds, ratio_of
from projections.cap_table import CapTable, HoldingLine, common_for_each, name_of, votes_of
from projections.holders import votes_together
from projections.replay import Balances
from projections.share_lines import as_common


@attrs.frozen
class VotesAsConverted:
    """The votes of a holder, those of preferred shares as converted.

    Attributes:
        holder: Who.
        name: What they are called on the day.
        votes: Votes of all their shares; those of a class as converted are rounded down.
        percent: Part of all votes, an exact fraction; unknown where all of them are.
    """

    holder: HolderId
    name: str
    votes: Bounds[Fraction]
    percent: Bounds[Fraction]


def votes_as_converted(
    balances: Balances, table: CapTable
) -> tuple[tuple[VotesAsConverted, ...], tuple[StockClassId, ...]]:
    """Return everybody's votes, and the classes that vote as converted: their own votes are not stated."""
    converting = {
        line.stock_class: each
        for line in table.classes
        if line.votes is None and (each := _votes_of_common(balances, line.stock_class)) is not None
    }
    found: defaultdict[HolderId, list[Bounds[Fraction] | None]] = defaultdict(list)
    for held in table.holdings:
        found[held.holder].append(_votes_of(held, converting))
    votes = {holder: votes_together(of_holder) for holder, of_holder in found.items()}
    whole = votes_together([*votes.values(), *_not_recorded(balances, table, converting)])
    order = sorted(votes, key=lambda holder: (-(votes[holder].low or 0), holder))
    lines = (
        VotesAsConverted(holder, name_of(balances, holder), votes[holder], ratio_of(votes[holder], whole))
        for holder in order
        if votes[holder].high != 0
    )
    return tuple(lines), tuple(converting)


def _votes_of_common(balances: Balances, stock_class: StockClassId) -> Ratio | None:
    """Return the votes of a share of the class that a class converts into, step by step; ``None`` for none."""
    reached, passed = stock_class, {stock_class}
    while isinstance(right := balances.only(Level.CONVERSION, reached), ConversionRight):
        if right.into in passed:
            return None
        reached = right.into
        passed.add(reached)
    votes = balances.only(Level.VOTES_PER_SHARE, reached)
    return votes if reached != stock_class and isinstance(votes, Ratio) else None


def _votes_of(held: HoldingLine, converting: Mapping[StockClassId, Ratio]) -> Bounds[Fraction] | None:
    """Return the votes of a holding: as stated, or those of whole common shares that it converts into."""
    ratio = converting.get(held.stock_class)
    return held.votes if ratio is None else _down(held.as_converted, ratio)


def _down(shares: Bounds[Shares] | None, ratio: Ratio) -> Bounds[Fraction] | None:
    if shares is None:
        return None
    ends = (None if end is None else floor(end.as_fraction()) * ratio.value for end in (shares.low, shares.high))
    return Bounds(*ends)


def _not_recorded(
    balances: Balances, table: CapTable, converting: Mapping[StockClassId, Ratio]
) -> Iterator[Bounds[Fraction] | None]:
    """Yield the votes of holders that are not recorded, by class."""
    ratios = {line.stock_class: Fraction(1) for line in table.classes}
    for line in table.classes:
        if line.is_complete:
            continue
        ratio, each = converting.get(line.stock_class), common_for_each(balances, line.stock_class, ratios)
        if ratio is None:
            yield votes_of(line.not_recorded, line.votes_per_share)
        elif each is not None:
            yield _down(as_common(line.not_recorded, each), ratio)
