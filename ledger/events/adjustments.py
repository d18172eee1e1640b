"""Prices that change: of notes, warrants and awards, and of the right of a class to convert."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import ClassVar, Final

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none
from ledger.identity import HolderId, InstrumentId, StockClassId
from ledger.movements import (
    Account,
    Awarded,
    InstrumentKind,
    Level,
    Movement,
    Movements,
    Purchasable,
    Setting,
    Source,
    moved,
)
from ledger.quantities import Price, Shares
from ledger.terms.conversion import ConversionRight
from ledger.text import PROSE_LENGTH, text_field


class AdjustmentCause(Enum):
    """Why a price changed."""

    SPLIT = "split"
    """So that it says the same in the units after a split."""
    STOCK_DIVIDEND = "stock-dividend"
    """So that it says the same after a dividend in shares."""
    ANTI_DILUTION = "anti-dilution"
    """Shares were issued for less, and the papers protect the price."""
    RESET = "reset"
    """The papers set it anew, on a day or after an event that they name."""
    REPRICING = "repricing"
    """The company lowered it, for awards or to induce an exercise."""
    AMENDMENT = "amendment"
    """The parties agreed on another."""


@attrs.frozen(kw_only=True)
class SharesAdded:
    """Shares that a holder may buy from now on beside those that it could.

    Attributes:
        holder: Whose.
        added: Shares added; more than zero.
    """

    holder: HolderId
    added: Shares = attrs.field(validator=more_than_none)


_COUNTED: Final[dict[InstrumentKind, tuple[Callable[[InstrumentId, HolderId], Account], Source]]] = {
    InstrumentKind.WARRANT: (Purchasable, Source.WARRANTED),
    InstrumentKind.OPTION: (Awarded, Source.UNRESERVED),
    InstrumentKind.RESTRICTED_UNITS: (Awarded, Source.UNRESERVED),
    InstrumentKind.APPRECIATION_RIGHT: (Awarded, Source.UNRESERVED),
}
"""Where the shares of an instrument are, and where those come from that are added; others have none."""


@attrs.frozen(kw_only=True)
class InstrumentAdjusted(Fact):
    """The price or the floor of a note, a SAFE, a warrant or an award changed, or the number of its shares.

    What is not stated stays as it was. A split multiplies the number of shares itself; what ends of a warrant or an
    award is cancelled, expired or forfeited.

    Attributes:
        instrument: Which.
        instrument_kind: What kind of right it is, as it was issued.
        stock_class: Class that it buys or converts into.
        cause: Why.
        price: Exercise price, or fixed conversion price, from now on.
        floor: Floor from now on.
        added: Shares added for each holder, as where the aggregate price stays; not at a split.
        computation: How the new price follows from the papers, with its inputs.
        authority: Resolution, agreement or section of the instrument.
    """

    KIND: ClassVar[str] = "instrument-adjusted"

    instrument: InstrumentId
    instrument_kind: InstrumentKind
    stock_class: StockClassId
    cause: AdjustmentCause
    price: Price | None = None
    floor: Price | None = None
    added: tuple[SharesAdded, ...] = ()
    computation: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that something changes, and that shares may be added."""
        if self.price is None and self.floor is None and not self.added:
            raise NotUnderstood(
                "E_TERMS", f"nothing of {self.instrument} changes", "state a price, a floor or shares added"
            )
        if self.price is not None and self.floor is not None and self.price.currency != self.floor.currency:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                f"the price is in {self.price.currency} and the floor in {self.floor.currency}",
                "state both in one currency",
            )
        if self.added and self.instrument_kind not in _COUNTED:
            raise NotUnderstood("E_TERMS", f"{self.instrument_kind.value} buys no shares", "add none", "/added")
        if self.added and self.restates:
            raise NotUnderstood(
                "E_TERMS", f"the {self.cause.value} itself multiplies the shares", "add none", "/added"
            )
        holders = [each.holder for each in self.added]
        if len(set(holders)) < len(holders):
            raise NotUnderstood("E_TERMS", "a holder is named twice", "name each once", "/added")

    @property
    def restates(self) -> bool:
        """Whether it says in new units what held in the old ones, after a split or a dividend in shares."""
        return self.cause in (AdjustmentCause.SPLIT, AdjustmentCause.STOCK_DIVIDEND)

    def movements(self) -> Movements:
        """Return the shares added, and the price and the floor as levels."""
        postings: list[Movement] = []
        for each in self.added:
            account, source = _COUNTED[self.instrument_kind]
            into = account(self.instrument, each.holder)
            postings += moved(each.added, of=self.stock_class, out_of=source, into=into)
        buys, levels = (self.instrument, self.stock_class), ((Level.PRICE, self.price), (Level.FLOOR, self.floor))
        return (*postings, *(Setting(buys, level, value) for level, value in levels if value is not None))


@attrs.frozen(kw_only=True)
class ConversionPriceAdjusted(Fact):
    """The price or ratio at which a class converts changed. At a split the split itself states it.

    Attributes:
        stock_class: Whose right to convert.
        conversion: The right from now on.
        cause: Why.
        computation: How the new price follows from the papers, with its inputs.
        authority: Resolution or charter section.
    """

    KIND: ClassVar[str] = "conversion-price-adjusted"

    stock_class: StockClassId
    conversion: ConversionRight
    cause: AdjustmentCause
    computation: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that the class does not convert into itself."""
        if self.conversion.into == self.stock_class:
            raise NotUnderstood("E_SELF", f"{self.stock_class} cannot convert into itself", "name another class")

    def movements(self) -> Movements:
        """Return the right to convert as a level."""
        return (Setting(self.stock_class, Level.CONVERSION, self.conversion),)
