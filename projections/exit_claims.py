"""What a record becomes at an exit: claims of notes, SAFEs, stock, warrants and awards, and whose they are.

Notes come first, those that are secured before the others; SAFEs are paid back with the preferred stock that is
paid last; then preferred stock by the seniority of its class, and what is left goes to common stock and to whatever
shares with it. Each figure has to be one number: where open days or a partial register leave one open, it is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.identity import HolderId, StockClassId
from ledger.movements import Declared, InstrumentKind, Level, StockClassKind
from ledger.quantities import Currency, Money, Price, Shares
from ledger.terms.awards import AwardKind
from ledger.terms.conversion import ConversionRight
from ledger.terms.liquidation import LiquidationPreference, Participation
from ledger.terms.liquidity import at_liquidity
from ledger.terms.safes import SafeTerms
from ledger.terms.waterfall import Claim
from projections.accruals import accrued_dividends
from projections.awards import awards, by_holder
from projections.bounds import Bounds, Possible, exactly
from projections.cap_table import CapTable, ClassLine, common_for_each, shown_under, table_of
from projections.notes import notes
from projections.replay import Balances, Units, replay_index
from projections.warrants import warrants

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from ledger.timeline import History
    from projections.awards import AwardLine
    from projections.notes import NoteLedger, NoteLine, NoteOnDay
    from projections.warrants import WarrantLine

NONE: Final = Fraction(0)
_Value = TypeVar("_Value")


class Paper(Enum):
    """What a claim rests on."""

    NOTE = "note"
    SAFE = "SAFE"
    PREFERRED = "preferred"
    COMMON = "common"
    WARRANT = "warrant"
    AWARD = "award"


@attrs.frozen
class HeldClaim:
    """A claim, with whose it is.

    Attributes:
        claim: What it may claim.
        paper: The class, or the instrument.
        kind: What it is.
        holder: Whose, where it is one holder's.
        of: Who has which part of it; ``None`` stands for holders that are not recorded.
    """

    claim: Claim
    paper: str
    kind: Paper
    holder: HolderId | None
    of: tuple[tuple[HolderId | None, Fraction], ...]

    @property
    def is_debt(self) -> bool:
        """Whether it is money that the company owes, which may become shares."""
        return self.kind in (Paper.NOTE, Paper.SAFE)


@attrs.frozen
class ExitDay:
    """Everything that has a claim at the close of a day.

    Attributes:
        balances: The levels of the day.
        table: The cap table of the day.
        claims: Every claim, those paid first before the others.
        assumed: What the record leaves open, and how it was taken.
    """

    balances: Balances
    table: CapTable
    claims: tuple[HeldClaim, ...]
    assumed: tuple[str, ...]


def exit_day(
    ledger: Ledger, currency: Currency, *, as_of: AsOf, known_at: KnownAt = None, vested_only: bool = False
) -> ExitDay:
    """Return everything that has a claim at the close of a day.

    Args:
        ledger: The record.
        currency: The currency that is paid out.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        vested_only: Whether awards count only as far as they have vested.
    """
    index = ledger.index(known_at)
    balances = replay_index(index, day(as_of, what="as_of"))
    on = balances.history.as_of
    table = table_of(ledger, index.told, balances, Units(index.told, None, on))
    made = _Making(balances, table.classes, currency, vested_only=vested_only)
    if made.has_instruments:
        made.add_notes(notes(ledger, as_of=on, known_at=known_at))
        made.add_warrants(warrants(ledger, as_of=on, known_at=known_at))
        made.add_awards(awards(ledger, as_of=on, known_at=known_at))
    made.add_classes(table, ledger.history(on, known_at))
    made.add_safes()
    return ExitDay(balances, table, tuple(sorted(made.claims, key=_order)), tuple(made.assumed))


_KINDS: Final = tuple(Paper)


def _order(held: HeldClaim) -> tuple[int, int]:
    """Return the place of a claim: by the paper, then by rank."""
    return _KINDS.index(held.kind), -held.claim.rank


def other_currency(what: str, its: str, currency: Currency) -> NotUnderstood:
    """Return the refusal of something in another currency than is paid out."""
    return NotUnderstood(
        "E_CURRENCY_MISMATCH",
        f"{what} is in {its}, and {currency} are paid out",
        "ask in the currency of the papers",
    )


class _Making:
    """Makes claims of classes and instruments."""

    def __init__(
        self, balances: Balances, classes: Iterable[ClassLine], currency: Currency, *, vested_only: bool
    ) -> None:
        self._balances, self._currency, self._vested_only = balances, currency, vested_only
        self._lines = {line.stock_class: line for line in classes}
        self._ones = dict.fromkeys(self._lines, Fraction(1))
        self._safes: list[tuple[NoteLine, Fraction, SafeTerms]] = []
        self._as_converted = self._options = NONE
        self.claims: list[HeldClaim] = []
        self.assumed: list[str] = []
        self.has_instruments = bool(balances.subjects(Level.INSTRUMENT))
        preferred = [self._rank(line) for name, line in self._lines.items() if self._preference(name) is not None]
        self._first, self._last = max(preferred, default=0), min(preferred, default=0)
        self._debts()

    # --- figures that have to be known ---------------------------------------------------------------------

    def _open(self, what: str) -> NotUnderstood:
        return NotUnderstood(
            "E_OPEN",
            f"{what} on {self._balances.history.as_of} is not known exactly",
            "ask for a day on which it is, or suppose the facts that are missing",
        )

    def _exact(self, figure: Bounds[Shares] | Bounds[Money], what: str) -> Fraction:
        low = figure.low
        if low is None or not figure.is_exact:
            raise self._open(what)
        return low.as_fraction() if isinstance(low, Shares) else low.amount

    def _only(self, level: Possible[_Value], what: str) -> _Value | None:
        if len(level.values) > 1:
            raise self._open(what)
        return level.only

    def _amount(self, price: Price, what: str) -> Fraction:
        if price.currency != self._currency:
            raise other_currency(what, price.currency, self._currency)
        return price.amount

    def _debts(self) -> None:
        """Say that dividends which were declared are still to be taken off."""
        unpaid = self._balances.grouped(
            lambda unit, account: account.dividend if isinstance(account, Declared) else None
        )
        names = sorted(str(dividend) for dividend, (_, high) in unpaid.items() if high)
        if names:
            self.assumed.append(
                f"Dividends declared and not paid ({', '.join(names)}) are debts: the exit value is taken to be"
                " what is left after them."
            )

    # --- stock ---------------------------------------------------------------------------------------------

    def _preference(self, stock_class: StockClassId) -> LiquidationPreference | None:
        found = Possible(self._balances.values(Level.LIQUIDATION, stock_class))
        return self._only(found, f"the liquidation preference of {stock_class}")

    def _rank(self, line: ClassLine) -> int:
        return int(self._only(line.seniority, f"the seniority of {line.stock_class}") or 0)

    def _counts_for(self, stock_class: StockClassId) -> Fraction | None:
        """Return the common shares that a share counts for; ``None`` where it does not convert."""
        each = common_for_each(self._balances, stock_class, self._ones)
        if each is not None and each.low is None:
            raise self._open(f"what {stock_class} converts into")
        return None if each is None else each.low

    def _stock(self, stock_class: StockClassId, accrued: Fraction = NONE) -> Claim:
        """Return what one share of a class may claim, with what accrued on it."""
        line = self._lines[stock_class]
        preference, counts_for = self._preference(stock_class), self._counts_for(stock_class)
        if preference is None:
            return Claim(name=str(stock_class), number=Fraction(1), counts_for=counts_for or Fraction(1))
        stated = self._only(line.stated_value, f"the stated value of {stock_class}")
        currency = preference.currency_of(stated)
        if currency != self._currency:
            raise other_currency(f"the preference of {stock_class}", currency, self._currency)
        return Claim(
            name=str(stock_class),
            number=Fraction(1),
            rank=self._rank(line),
            preference=preference.per_share(stated, accrued),
            participation=preference.participation,
            cap=preference.most_per_share(stated, accrued),
            counts_for=counts_for if counts_for is not None else Fraction(1),
            converts=counts_for is not None,
        )

    def add_classes(self, table: CapTable, history: History) -> None:
        """Add the shares outstanding of each class."""
        held: dict[StockClassId, dict[HolderId | None, Fraction]] = {name: {} for name in self._lines}
        for holding in table:
            what = f"{holding.stock_class} of {holding.holder}"
            held[holding.stock_class][holding.holder] = self._exact(holding.shares, what)
        accrued = self._accrued(history)
        for stock_class, line in self._lines.items():
            if not line.is_complete:
                what = f"{stock_class} of holders that are not recorded"
                held[stock_class][None] = self._exact(line.not_recorded, what)
            of = {holder: number for holder, number in held[stock_class].items() if number}
            self._as_converted += sum(of.values(), NONE) * (self._counts_for(stock_class) or 0)
            if not of:
                continue
            is_common = line.class_kind is StockClassKind.COMMON
            kind = Paper.COMMON if is_common else Paper.PREFERRED
            preference = self._preference(stock_class)
            self._assume(line, preference)
            if preference is None or not preference.with_accrued_dividends or stock_class not in accrued:
                self._add(self._stock(stock_class), stock_class, kind, of)
                continue
            if None in of:
                raise self._open(f"what accrued on {stock_class} of holders that are not recorded")
            for holder, number in of.items():
                assert holder is not None
                owed = accrued[stock_class].get(holder, exactly(NONE))
                if not owed.is_exact:
                    raise self._open(f"what accrued on {stock_class} of {holder}")
                self._add(
                    self._stock(stock_class, Fraction(owed.exact) / number),
                    stock_class,
                    kind,
                    {holder: number},
                    holder,
                )

    def _assume(self, line: ClassLine, preference: LiquidationPreference | None) -> None:
        """Say how a right was taken that the record does not state."""
        name = line.stock_class
        if preference is None:
            if line.class_kind is StockClassKind.PREFERRED:
                self.assumed.append(
                    f"{name}: no liquidation preference is recorded; it shares as common stock does."
                )
            return
        if line.seniority.only is None:
            self.assumed.append(f"{name}: no seniority is recorded; it ranks as 0, after all that have one.")
        if self._counts_for(name) is None and preference.participation is not Participation.NONE:
            self.assumed.append(f"{name} does not convert; it shares in the rest share for share.")
        market = self._balances.values(Level.MARKET_CONVERSION, name)
        if any(market) and not any(
            isinstance(right, ConversionRight) for right in self._balances.values(Level.CONVERSION, name)
        ):
            self.assumed.append(
                f"{name} converts at a market price alone, which no exit value tells: it keeps its preference."
            )

    def _accrued(self, history: History) -> dict[StockClassId, dict[HolderId, Bounds[Fraction]]]:
        """Return what accrued on the shares that each holder has, in the currency that is paid out."""
        found: dict[StockClassId, dict[HolderId, Bounds[Fraction]]] = {}
        for (holder, stock_class), each in accrued_dividends(history, history.as_of).items():
            if each.currency != self._currency:
                raise other_currency(f"the dividend of {stock_class}", each.currency, self._currency)
            of_class, shown = found.setdefault(stock_class, {}), shown_under(self._balances, holder)
            before, held = of_class.get(shown, exactly(NONE)), each.held
            of_class[shown] = Bounds(
                (before.low or NONE) + max(NONE, held.low or NONE),
                (before.high or NONE) + max(NONE, held.high or NONE),
            )
        return found

    # --- instruments ---------------------------------------------------------------------------------------

    def add_notes(self, owed: NoteLedger) -> None:
        """Add what is owed under notes; SAFEs wait until all shares are counted."""
        for line in owed:
            instrument, holder = line.instrument, line.holder
            principal = self._exact(line.principal, f"what is owed under {instrument}")
            if not principal:
                continue
            if line.currency != self._currency:
                raise other_currency(str(instrument), line.currency, self._currency)
            if line.instrument_kind is InstrumentKind.SAFE:
                terms = self._only(Possible(self._balances.values(Level.SAFE_TERMS, instrument)), f"{instrument}")
                assert isinstance(terms, SafeTerms)
                self._safes.append((line, principal, terms))
                continue
            if not line.interest.is_exact:
                raise self._open(f"the interest on {instrument}")
            note = owed[instrument]
            terms_in_force = self._only(note.terms, f"the terms of {instrument}")
            secured = bool(note.liens) or (terms_in_force is not None and terms_in_force.secured_by is not None)
            counts_for = self._becomes(line, note)
            claim = Claim(
                name=instrument,
                number=Fraction(1),
                rank=self._first + (2 if secured else 1),
                preference=principal + line.interest.exact,
                participation=Participation.NONE,
                counts_for=counts_for or Fraction(1),
                converts=bool(counts_for),
            )
            self._add(claim, instrument, Paper.NOTE, {holder: Fraction(1)}, holder)

    def _becomes(self, line: NoteLine, note: NoteOnDay) -> Fraction | None:
        """Return the common shares that all of a note would become on the day, if it may be converted then."""
        if line.becomes is None or note.into is None:
            return None
        shares = self._exact(line.becomes, f"what {line.instrument} converts into")
        if any(self._balances.values(Level.LIQUIDATION, note.into)):
            self.assumed.append(f"{line.instrument} converts into {note.into}: it counts without its preference.")
        return shares * (self._counts_for(note.into) or 1)

    def add_safes(self) -> None:
        """Add what SAFEs may claim, all of them counted as converted where a cap divides by what converts."""
        claims = at_liquidity(
            [(amount, terms) for _, amount, terms in self._safes], shares=self._as_converted, options=self._options
        )
        for (line, _, terms), found in zip(self._safes, claims, strict=True):
            claim = Claim(
                name=line.instrument,
                number=Fraction(1),
                rank=self._last,
                preference=found.money,
                participation=Participation.NONE,
                counts_for=found.shares or Fraction(1),
                converts=bool(found.shares),
            )
            self._add(claim, line.instrument, Paper.SAFE, {line.holder: Fraction(1)}, line.holder)
            if terms.discount is not None:
                self.assumed.append(
                    f"{line.instrument} is paid at least its amount divided by 1 less its discount."
                )
        if self._safes and self._first != self._last:
            self.assumed.append("SAFEs are paid back with the preferred stock that is paid last.")

    def add_warrants(self, lines: Iterable[WarrantLine]) -> None:
        """Add the shares that warrants may still buy."""
        for line in lines:
            if line.has_expired:
                continue
            number = self._exact(line.purchasable, f"the shares under {line.warrant}")
            price = self._only(line.price, f"the price of {line.warrant}")
            self._add_right(line.warrant, Paper.WARRANT, line.stock_class, {line.holder: number}, price)

    def add_awards(self, lines: Iterable[AwardLine]) -> None:
        """Add the shares under awards, all of them or those that have vested."""
        on = self._balances.history.as_of
        unvested = restricted = False
        for line in lines:
            terms = self._only(line.terms, f"the terms of {line.award}")
            restricted |= terms is not None and terms.award_kind is AwardKind.RESTRICTED_STOCK
            if terms is not None and terms.has_expired(on):
                continue
            outstanding = self._exact(line.outstanding, f"the shares under {line.award}")
            vested = self._exact(line.acquired_by(on), f"what has vested of {line.award}")
            unvested = unvested or vested < outstanding
            number = vested if self._vested_only else outstanding
            if not number:
                continue
            of = {}
            for holder, readings in by_holder(self._balances, line).items():
                if len({each.part for each in readings}) > 1:
                    raise self._open(f"what {holder} has of {line.award}")
                of[holder] = number * readings[0].part
            price = self._only(line.price, f"the price of {line.award}")
            self._add_right(line.award, Paper.AWARD, line.stock_class, of, price)
        if unvested:
            how = "as far as they have vested" if self._vested_only else "in full, as if all of them had vested"
            self.assumed.append(f"Awards count {how}.")
        if restricted and self._vested_only:
            self.assumed.append("Restricted stock is issued, and counts in full.")

    def _add_right(
        self,
        instrument: str,
        kind: Paper,
        stock_class: StockClassId,
        of: dict[HolderId, Fraction],
        price: Price | None,
    ) -> None:
        strike = NONE if price is None else self._amount(price, f"the price of {instrument}")
        shown: dict[HolderId | None, Fraction] = {}
        for holder, number in of.items():
            name = shown_under(self._balances, holder)
            shown[name] = shown.get(name, NONE) + number
        claim = attrs.evolve(self._stock(stock_class), name=instrument, strike=strike)
        self._options += sum(of.values(), NONE) * claim.counts_for
        self._add(claim, instrument, kind, shown)

    def _add(
        self,
        claim: Claim,
        paper: str,
        kind: Paper,
        of: dict[HolderId | None, Fraction],
        holder: HolderId | None = None,
    ) -> None:
        """Add what one share may claim as the claim of all of them."""
        number = sum(of.values(), NONE)
        if number:
            name = claim.name if holder is None else f"{claim.name} of {holder}"
            whole = attrs.evolve(claim, name=name, number=number)
            self.claims.append(HeldClaim(whole, str(paper), kind, holder, tuple(of.items())))
