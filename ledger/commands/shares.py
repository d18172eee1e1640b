"""Issue, take, reserve and convert shares."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.book import Book
from ledger.commands.reading import ISSUED, book_at, level_of, only_security, stated
from ledger.days import EffectiveDay, Phase
from ledger.errors import ConversionNotWhole, NotConvertible, TermsIncomplete, UnknownName, nearest
from ledger.events import (
    Consideration,
    Event,
    FractionsSettled,
    SharesCancelled,
    SharesConverted,
    SharesRedeemed,
    SharesRepurchased,
    SharesReserved,
    SharesTransferred,
    StockClassDesignated,
)
from ledger.identity import AgreementId, HolderId, ReserveId, SecurityId, StockClassId, TrancheId
from ledger.movements import Level
from ledger.quantities import SCALE, FractionPolicy, Shares, fits, round_position
from ledger.terms.conversion import ConversionRight

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class IssueShares:
    """Issue shares, as common or preferred stock by what their class is.

    Attributes:
        holder: Who receives them.
        stock_class: Class issued.
        issued: Shares issued.
        on: The day.
        consideration: What is given for them.
        authority: Resolution or charter section behind the issue.
        reserve: Reserve that they draw on.
        security: Certificate or lot.
        legends: Restrictions written on the certificate.
        agreement: Agreement under which they are bought.
        tranche: Tranche of it that they belong to.
        phase: Part of the day.
    """

    holder: HolderId
    stock_class: StockClassId
    issued: Shares
    on: EffectiveDay
    consideration: Consideration | None = None
    authority: str | None = None
    reserve: ReserveId | None = None
    security: SecurityId | None = None
    legends: tuple[str, ...] = ()
    agreement: AgreementId | None = None
    tranche: TrancheId | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the issue.

        Raises:
            UnknownName: No class of that name was designated.
        """
        kinds = {fact.stock_class: fact.class_kind for fact in stated(ledger, StockClassDesignated)}
        if self.stock_class not in kinds:
            raise UnknownName("stock class", self.stock_class, None, nearest(self.stock_class, kinds))
        return (
            ISSUED[kinds[self.stock_class]](
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                stock_class=self.stock_class,
                issued=self.issued,
                consideration=self.consideration,
                authority=self.authority,
                reserve=self.reserve,
                security=self.security,
                legends=self.legends,
                agreement=self.agreement,
                tranche=self.tranche,
            ),
        )


@attrs.frozen(kw_only=True)
class TakeShares:
    """Take shares out of a position. Its certificate or lot need not be named where the holder has only one.

    Attributes:
        fact: What takes them.
    """

    fact: SharesTransferred | SharesCancelled | SharesRepurchased | SharesRedeemed | FractionsSettled

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the fact, with the position that it takes shares from.

        Raises:
            TermsIncomplete: The holder has several positions, and none was named.
        """
        fact = self.fact
        if fact.security is not None:
            return (fact,)
        book = book_at(ledger, fact.effective_on.latest, fact.phase)
        holder = fact.from_holder if isinstance(fact, SharesTransferred) else fact.holder
        return (attrs.evolve(fact, security=only_security(book, holder, fact.stock_class, None)),)


@attrs.frozen(kw_only=True)
class ReserveShares:
    """Keep authorized shares back; a reserve that is there already keeps its purpose.

    Attributes:
        stock_class: Which class.
        reserve: The reserve that they are added to.
        reserved: Shares added.
        on: The day.
        purpose: What they are kept for; needed for a new reserve.
        authority: Resolution.
        phase: Part of the day.
    """

    stock_class: StockClassId
    reserve: ReserveId
    reserved: Shares
    on: EffectiveDay
    purpose: str | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the shares reserved.

        Raises:
            UnknownName: No purpose was given, and the class has a reserve of nearly the same name.
            TermsIncomplete: No purpose was given for a new reserve.
        """
        purposes = {
            fact.reserve: fact.purpose
            for fact in stated(ledger, SharesReserved)
            if fact.stock_class == self.stock_class
        }
        purpose = self.purpose or purposes.get(self.reserve)
        if purpose is None:
            near = nearest(self.reserve, purposes)
            if near is not None:
                raise UnknownName("reserve", self.reserve, None, near)
            raise TermsIncomplete(self.reserve, f"it is a new reserve of {self.stock_class}. State its purpose.")
        return (
            SharesReserved(
                effective_on=self.on,
                phase=self.phase,
                stock_class=self.stock_class,
                reserve=self.reserve,
                reserved=self.reserved,
                purpose=purpose,
                authority=self.authority,
            ),
        )


@attrs.frozen(kw_only=True)
class ConvertShares:
    """Convert shares on the terms of the class on that day, or as the papers of the conversion state it.

    Attributes:
        holder: Whose shares.
        from_class: Class given up.
        surrendered: Shares given up.
        on: The day.
        to_class: Class received; the one that the terms name when not given.
        received: Shares received; worked out by the terms when not given.
        security: Certificate or lot given up; needed when the holder has several.
        received_as: Certificate or lot received.
        rounding: What the papers do with a fraction; without one the result must be whole.
        reserve: Reserve that the shares draw on.
        authority: Resolution or charter section behind the issue.
        phase: Part of the day.
    """

    holder: HolderId
    from_class: StockClassId
    surrendered: Shares
    on: EffectiveDay
    to_class: StockClassId | None = None
    received: Shares | None = None
    security: SecurityId | None = None
    received_as: SecurityId | None = None
    rounding: FractionPolicy | None = None
    reserve: ReserveId | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the conversion with both counts.

        Raises:
            NotConvertible: The class carries no certain right to convert on that day, or one into another class.
            ConversionNotWhole: The exact result cannot be issued, and no rounding was named.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        to_class, received = self.to_class, self.received
        if to_class is None or received is None:
            right = level_of(book, Level.CONVERSION, self.from_class)
            if not isinstance(right, ConversionRight) or to_class not in (None, right.into):
                raise NotConvertible(self.from_class, self.on.latest)
            to_class = right.into
            if received is None:
                received = by_terms(book, right, self.from_class, self.surrendered, self.rounding)
        return (
            SharesConverted(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                from_class=self.from_class,
                surrendered=self.surrendered,
                to_class=to_class,
                received=received,
                security=only_security(book, self.holder, self.from_class, self.security),
                received_as=self.received_as,
                reserve=self.reserve,
                authority=self.authority,
            ),
        )


def by_terms(
    book: Book,
    right: ConversionRight,
    from_class: StockClassId,
    surrendered: Shares,
    rounding: FractionPolicy | None,
) -> Shares:
    """Return what shares convert into by the terms, rounded as the papers say.

    Args:
        book: Levels of the moment.
        right: The right to convert.
        from_class: Class given up.
        surrendered: Shares given up.
        rounding: What the papers do with a fraction; without one the result must be whole.

    Raises:
        ConversionNotWhole: The exact result cannot be issued, and no rounding was named.
    """
    exact = right.yields(surrendered, level_of(book, Level.STATED_VALUE, from_class))
    decimals = level_of(book, Level.DECIMALS, right.into) or 0
    units: int | Fraction = exact * SCALE
    if rounding is not None:
        units = round_position(units, rounding, decimals)
    elif not fits(units, decimals):
        raise ConversionNotWhole(from_class, right.into, surrendered, exact)
    return Shares.of_units(units)
