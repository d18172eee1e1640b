"""Fully diluted shares, by every definition that has a name.

"Fully diluted" has no one meaning, so each definition here is listed beside the others, by what it counts: shares
outstanding, preferred as converted, warrants, awards that have vested or not, the pool that is not granted, notes
and SAFEs; all of them, those in the money, or what the treasury-stock method leaves of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood, nearest
from ledger.identity import HolderId, InstrumentId, IssuerId, StockClassId
from ledger.quantities import NO_SHARES, Price, Shares
from projections.bounds import Bounds, exactly
from projections.cap_table import name_of, part_of, table_of
from projections.frame import Tabular
from projections.replay import Balances, Units, replay
from projections.share_lines import Method, Part, ShareLine, in_a_round, left_aside, share_lines, shares_together
from projections.votes import VotesAsConverted, votes_as_converted

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


# --- what is counted -----------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Definition:
    """A definition of fully diluted.

    Attributes:
        name: Its name.
        about: What it counts, in a few words.
        parts: What it counts.
        method: How rights for which a price is paid are counted.
    """

    name: str
    about: str
    parts: tuple[Part, ...]
    method: Method = Method.ALL

    @property
    def needs_price(self) -> bool:
        """Whether it counts nothing without the price of a share."""
        return self.method is not Method.ALL


_AS_CONVERTED: Final = (Part.COMMON, Part.PREFERRED)
_VESTED: Final = (*_AS_CONVERTED, Part.WARRANTS, Part.VESTED)
_GRANTED: Final = (*_VESTED, Part.UNVESTED)
DEFINITIONS: Final = (
    Definition(name="outstanding", about="common stock outstanding", parts=(Part.COMMON,)),
    Definition(name="as-converted", about="common, and preferred as converted", parts=_AS_CONVERTED),
    Definition(name="vested", about="as converted, warrants, and awards that have vested", parts=_VESTED),
    Definition(name="granted", about="as converted, warrants, and every award", parts=_GRANTED),
    Definition(
        name="fully-diluted",
        about="as converted, warrants, every award, and the pool that is not granted",
        parts=(*_GRANTED, Part.POOL),
    ),
    Definition(
        name="with-convertibles",
        about="the same, and what notes and SAFEs would become",
        parts=(*_GRANTED, Part.POOL, Part.NOTES, Part.SAFES),
    ),
    Definition(
        name="in-the-money",
        about="as converted, and the warrants and awards that cost less than a share is worth",
        parts=_GRANTED,
        method=Method.IN_THE_MONEY,
    ),
    Definition(
        name="treasury-stock",
        about="the same, less the shares that what is paid for them would buy",
        parts=_GRANTED,
        method=Method.TREASURY_STOCK,
    ),
)
"""Every definition that is counted, from the narrowest to the widest, and those that need the price of a share."""


# --- the answer ----------------------------------------------------------------------------------------------


@attrs.frozen
class DefinitionCount:
    """What a definition counts.

    Attributes:
        definition: Which.
        parts: How many of each part; nothing of a part that it leaves out.
        total: All of them; ``None`` where it needs the price of a share, and none was given.
    """

    definition: Definition
    parts: tuple[tuple[Part, Bounds[Shares]], ...]
    total: Bounds[Shares] | None

    def of(self, part: Part) -> Bounds[Shares]:
        """Return how many of a part it counts."""
        return dict(self.parts).get(part, exactly(NO_SHARES))


@attrs.frozen
class DilutedHolder:
    """What a holder has by the definition that was asked for.

    Attributes:
        holder: Who, as they are shown; ``None`` for pools and for holders that are not recorded.
        name: What they are called on the day.
        shares: Common shares that they have or would have.
        percent: Part of all of them, an exact fraction; unknown where all of them are.
    """

    holder: HolderId | None
    name: str
    shares: Bounds[Shares]
    percent: Bounds[Fraction]


@attrs.frozen(repr=False)
class FullyDiluted(Tabular):
    """Shares at the close of a day, by every definition of fully diluted.

    Attributes:
        issuer: Whose.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        price: What a share is worth, as it was asked.
        definition: The definition by which holders are listed.
        counts: What each definition counts.
        holders: What everybody has by the definition, the largest first, pools and holders not recorded last.
        votes: The votes of everybody, preferred shares as converted, the largest first.
        voting_as_converted: Classes whose votes are not stated, and that vote as converted.
        lines: Everything there is to count.
        left_aside: Classes that neither convert nor are common, and do not count.
        not_converting: SAFEs, and notes that convert in a round only, of which nobody knows what they would become:
            no price was given, or the day leaves open what a round needs.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    price: Price | None
    definition: Definition
    counts: tuple[DefinitionCount, ...]
    holders: tuple[DilutedHolder, ...]
    votes: tuple[VotesAsConverted, ...]
    voting_as_converted: tuple[StockClassId, ...]
    lines: tuple[ShareLine, ...]
    left_aside: tuple[StockClassId, ...]
    not_converting: tuple[InstrumentId, ...]

    def __iter__(self) -> Iterator[DefinitionCount]:
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)

    def __getitem__(self, definition: str) -> DefinitionCount:
        return next(each for each in self.counts if each.definition == definition_named(definition))

    def frames(self) -> tuple[Frame, ...]:
        """Return definitions, holders, votes and everything that counts, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.fully_diluted(self)


def definition_named(name: str) -> Definition:
    """Return a definition by its name.

    Raises:
        NotUnderstood: ``E_DEFINITION`` when there is none of that name.
    """
    for each in DEFINITIONS:
        if each.name == name:
            return each
    names = [each.name for each in DEFINITIONS]
    near = nearest(name, names)
    raise NotUnderstood(
        "E_DEFINITION",
        f"{name!r} is no definition of fully diluted",
        f"did you mean {near}?" if near else f"one of {', '.join(names)}",
    )


def fully_diluted(
    ledger: Ledger,
    *,
    as_of: AsOf,
    known_at: KnownAt = None,
    price: Price | None = None,
    definition: str = "fully-diluted",
) -> FullyDiluted:
    """Return the shares of a day by every definition of fully diluted, and by holder for one of them.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        price: What a common share is worth: for what is in the money, for the treasury-stock method, and as the
            price of the round in which SAFEs and notes that wait for one would convert.
        definition: The definition by which holders are listed.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DEFINITION`` for a definition that there is not, or that needs a price when none is
            given; ``E_CURRENCY_MISMATCH`` for a price in another currency than what is paid for a share.
    """
    chosen = definition_named(definition)
    if chosen.needs_price and price is None:
        raise NotUnderstood("E_DEFINITION", f"{chosen.name} needs the price of a share", "give the price")
    history = ledger.history(day(as_of, what="as_of"), known_at)
    facts = ledger.standing(history.known)
    balances = replay(history, facts)
    table = table_of(ledger, facts, balances, Units(facts, None, history.as_of))
    in_round, unknown = in_a_round(ledger, balances, price)
    lines = tuple(share_lines(ledger, balances, table, in_round, unknown))
    counts = tuple(_count(each, lines, price) for each in DEFINITIONS)
    votes, as_converted = votes_as_converted(balances, table)
    return FullyDiluted(
        table.issuer,
        table.as_of,
        table.known,
        table.known_at,
        price,
        chosen,
        counts,
        tuple(_holders(balances, chosen, lines, price)),
        votes,
        as_converted,
        lines,
        left_aside(balances, table),
        tuple(unknown),
    )


def _count(definition: Definition, lines: Sequence[ShareLine], price: Price | None) -> DefinitionCount:
    if definition.needs_price and price is None:
        return DefinitionCount(definition, (), None)
    parts = tuple(
        (part, shares_together(line.counted(definition.method, price) for line in lines if line.part is part))
        for part in definition.parts
    )
    return DefinitionCount(definition, parts, shares_together(shares for _, shares in parts))


def _holders(
    balances: Balances, definition: Definition, lines: Sequence[ShareLine], price: Price | None
) -> Iterator[DilutedHolder]:
    """Yield what everybody has by a definition: holders by size, then pools, then who is not recorded."""
    found: dict[tuple[HolderId | None, str], list[Bounds[Shares]]] = {}
    for line in lines:
        if line.part in definition.parts:
            name = "" if line.holder is not None else str(line.source) if line.part is Part.POOL else "not recorded"
            found.setdefault((line.holder, name), []).append(line.counted(definition.method, price))
    shares = {key: shares_together(of_key) for key, of_key in found.items()}
    whole = shares_together(shares.values())
    order = sorted(
        shares, key=lambda key: (key[0] is None, -(shares[key].low or NO_SHARES).units, key[0] or key[1])
    )
    for holder, name in order:
        called = name_of(balances, holder) if holder is not None else _called(name)
        if shares[holder, name] != exactly(NO_SHARES):
            yield DilutedHolder(holder, called, shares[holder, name], part_of(shares[holder, name], whole))


def _called(name: str) -> str:
    return "holders not recorded" if name == "not recorded" else f"pool of {name}, not granted"
