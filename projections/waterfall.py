"""Who would be paid what if the company were sold on a day: notes, SAFEs, stock, warrants and awards together.

``projections.exit_claims`` makes claims of the record of a day, ``ledger.terms.waterfall`` solves them, and here
what each claim is paid is parted among its holders, to the cent. Nothing of this is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.identity import HolderId, IssuerId
from ledger.quantities import SCALE, Currency, Money, Shares, paid_out, plain, smallest_unit
from ledger.terms.waterfall import BreakPoint, Distribution, Standing, Waterfall
from projections.cap_table import name_of
from projections.exit_claims import HeldClaim, Paper, exit_day, other_currency
from projections.frame import Tabular

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class ClaimLine:
    """What one kind of paper is paid at an exit value.

    Attributes:
        paper: The class, or the instrument.
        paper_kind: What it is.
        holder: Whose claim, where each holder has one of their own: of a note, or of stock whose dividends accrued.
        rank: Rank of its preference; a higher one is paid first.
        number: Shares; of a note or a SAFE the common shares that it counts for, if it may convert.
        standing: Where it stands, and what its holders do.
        strike: What has to be paid for a share first, exactly.
        strike_paid: What they pay in to have their shares.
        preference: What it is paid as a preference, exactly.
        proceeds: What it brings its holders, the strike paid, exactly.
        per_share: The same for a share; ``None`` for a note or a SAFE.
        part: Part of the exit value.
    """

    paper: str
    paper_kind: Paper
    holder: HolderId | None
    rank: int
    number: Shares | None
    standing: Standing
    strike: Fraction
    strike_paid: Fraction
    preference: Fraction
    proceeds: Fraction
    per_share: Fraction | None
    part: Fraction

    @property
    def name(self) -> str:
        """What the claim is called among others: the paper, with its holder where each has one of their own."""
        return self.paper if self.holder is None else f"{self.paper} of {self.holder}"


@attrs.frozen
class ProceedsLine:
    """What a holder is paid for what they have of one paper.

    Attributes:
        holder: Who; ``None`` for holders that are not recorded.
        name: What they are called on the day.
        paper: The class, or the instrument.
        paper_kind: What it is.
        number: Shares, or shares under a warrant or an award; ``None`` for a note or a SAFE.
        exact: What they are paid, exactly.
        proceeds: The same to the smallest unit of the currency; all lines add up to the exit value.
    """

    holder: HolderId | None
    name: str
    paper: str
    paper_kind: Paper
    number: Shares | None
    exact: Fraction
    proceeds: Money


@attrs.frozen
class BreakLine:
    """An exit value from which the next dollar is shared in another way.

    Attributes:
        exit_value: The exit value, exactly.
        per_common: What a common share is paid there.
        changes: What changes: a paper, with its holder where it has a claim of their own, and what it does now.
        parts: The part of the next dollar that goes to each claim, in the order of the claims.
    """

    exit_value: Fraction
    per_common: Fraction
    changes: tuple[tuple[str, Standing], ...]
    parts: tuple[Fraction, ...]


@attrs.frozen(repr=False)
class ExitWaterfall(Tabular):
    """Who would be paid what if the company were sold at the close of a day, as known at some point.

    Attributes:
        issuer: Which company.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        exit_value: What there is to be paid out.
        per_common: What a common share is paid, exactly.
        claims: What each kind of paper is paid, those paid first before the others.
        proceeds: What each holder is paid for each paper, in the same order.
        left_over: What nobody has a claim to.
        break_points: Where the next dollar is shared in another way.
        assumed: What the record leaves open, and how it was taken.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    exit_value: Money
    per_common: Fraction
    claims: tuple[ClaimLine, ...]
    proceeds: tuple[ProceedsLine, ...]
    left_over: Money
    break_points: tuple[BreakLine, ...]
    assumed: tuple[str, ...]

    def __iter__(self) -> Iterator[ClaimLine]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    def __getitem__(self, paper: str) -> ClaimLine:
        for line in self.claims:
            if line.paper == paper:
                return line
        raise UnknownName("claim", paper, self.as_of, nearest(paper, [line.paper for line in self.claims]))

    def of_holder(self, holder: str) -> Money:
        """Return what a holder is paid for everything they have."""
        found = [line.proceeds for line in self.proceeds if line.holder == holder]
        if not found:
            names = [str(line.holder) for line in self.proceeds if line.holder is not None]
            raise UnknownName("holder with a claim", holder, self.as_of, nearest(holder, names))
        return sum(found, Money(0, self.exit_value.currency))

    def frames(self) -> tuple[Frame, ...]:
        """Return claims, what each holder is paid, and break points, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.waterfall(self)


def waterfall(
    ledger: Ledger, exit_value: Money, *, as_of: AsOf, known_at: KnownAt = None, vested_only: bool = False
) -> ExitWaterfall:
    """Return who would be paid what if the company were sold for an amount at the close of a day.

    Args:
        ledger: The record.
        exit_value: What there is to be paid out, costs and other debts taken off.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        vested_only: Whether awards count only as far as they have vested; otherwise all of them do.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_OPEN`` where a figure is not known exactly, ``E_TERMS`` where a term is missing,
            ``E_CURRENCY_MISMATCH`` for a term in another currency, ``E_QUANTITY`` for an exit value that is below
            zero or finer than can be paid.
    """
    return ExitClaims(ledger, exit_value.currency, as_of=as_of, known_at=known_at, vested_only=vested_only).at(
        exit_value
    )


class ExitClaims:
    """The claims of a day, ready for any exit value.

    Args:
        ledger: The record.
        currency: The currency that is paid out.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        vested_only: Whether awards count only as far as they have vested.

    Raises:
        NotUnderstood: As ``waterfall`` says.
    """

    def __init__(
        self,
        ledger: Ledger,
        currency: Currency,
        *,
        as_of: AsOf,
        known_at: KnownAt = None,
        vested_only: bool = False,
    ) -> None:
        found = exit_day(ledger, currency, as_of=as_of, known_at=known_at, vested_only=vested_only)
        self._balances, self._table, self._claims = found.balances, found.table, found.claims
        self.currency, self.assumed = currency, found.assumed
        self.as_of, self.known = found.table.as_of, found.table.known
        self._waterfall = Waterfall(each.claim for each in found.claims)

    @cached_property
    def break_points(self) -> tuple[BreakLine, ...]:
        """Where the next dollar is shared in another way."""
        return tuple(_break_line(point) for point in self._waterfall.break_points())

    def at(self, exit_value: Money) -> ExitWaterfall:
        """Return who is paid what at an exit value."""
        if exit_value.currency != self.currency:
            raise other_currency("an exit value", exit_value.currency, self.currency)
        if exit_value.units < 0 or (exit_value.amount / smallest_unit(self.currency)).denominator != 1:
            raise NotUnderstood(
                "E_QUANTITY",
                f"an exit value of {exit_value}",
                f"zero or more, in steps of {plain(smallest_unit(self.currency))} {self.currency}",
            )
        found = self._waterfall.at(exit_value.amount)
        lines = tuple(_claim_line(each, found, place, exit_value.amount) for place, each in enumerate(self._claims))
        proceeds, left_over = self._parted(found)
        return ExitWaterfall(
            self._table.issuer,
            self._table.as_of,
            self._table.known,
            self._table.known_at,
            exit_value,
            found.per_common,
            lines,
            proceeds,
            left_over,
            self.break_points,
            self.assumed,
        )

    def _parted(self, found: Distribution) -> tuple[tuple[ProceedsLine, ...], Money]:
        """Part what each claim is paid among its holders, to the cent, and return what nobody claims last."""
        parts = [
            (paper, holder, number, portion.proceeds * number / portion.claim.number)
            for paper, portion in zip(self._claims, found.portions, strict=True)
            for holder, number in paper.of
        ]
        *paid, left_over = paid_out([*(exact for *_, exact in parts), found.left_over], self.currency)
        lines = tuple(
            ProceedsLine(
                holder,
                "holders not recorded" if holder is None else name_of(self._balances, holder),
                paper.paper,
                paper.kind,
                None if paper.is_debt else Shares.of_units(number * SCALE),
                exact,
                money,
            )
            for (paper, holder, number, exact), money in zip(parts, paid, strict=True)
        )
        return lines, left_over


def _claim_line(held: HeldClaim, found: Distribution, place: int, whole: Fraction) -> ClaimLine:
    portion = found.portions[place]
    claim = portion.claim
    counts_for = claim.counts_for if claim.converts else None
    number = counts_for if held.is_debt else claim.number
    return ClaimLine(
        held.paper,
        held.kind,
        held.holder,
        claim.rank,
        None if number is None else Shares.of_units(number * SCALE),
        portion.standing,
        claim.strike,
        portion.strike_paid,
        portion.preference,
        portion.proceeds,
        None if held.is_debt else portion.per_share,
        portion.proceeds / whole if whole else Fraction(0),
    )


def _break_line(point: BreakPoint) -> BreakLine:
    changes = tuple((change.claim.name, change.after) for change in point.changes)
    return BreakLine(point.exit_value, point.per_common, changes, point.parts)
