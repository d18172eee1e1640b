"""What is said of the market: prices that were quoted, and how many shares the company reported."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none
from ledger.identity import StockClassId
from ledger.movements import Level, Movements, Setting
from ledger.quantities import Price, Shares
from ledger.terms.market import Measure
from ledger.text import text_field


@attrs.frozen(kw_only=True)
class PriceQuoted(Fact):
    """A share had a price on a trading day, as a market or somebody who watches it says.

    Attributes:
        stock_class: Which class.
        measure: What of the day the price is: the close, the closing bid, the VWAP …
        price: The price of one share, in the units of that day.
        source: Who says so: the market, the newspaper, the service.
    """

    KIND: ClassVar[str] = "price-quoted"

    stock_class: StockClassId
    measure: Measure
    price: Price
    source: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that the trading day is known: a look-back counts days."""
        if not self.effective_on.is_exact:
            raise NotUnderstood("E_DATE", f"a quote of {self.effective_on} has no day", "state the trading day")

    def movements(self) -> Movements:
        """Return the price as a level: the last quote of its measure."""
        return (Setting((self.measure.value, self.stock_class), Level.QUOTE, self.price),)


@attrs.frozen(kw_only=True)
class OutstandingReported(Fact):
    """The company reported how many shares of a class were outstanding on a day, as on the cover of a report.

    A holder whose ownership is limited may rely on it. The register itself does not change.

    Attributes:
        stock_class: Which class.
        outstanding: Shares as reported; more than zero.
        report: In which report.
    """

    KIND: ClassVar[str] = "outstanding-reported"

    stock_class: StockClassId
    outstanding: Shares = attrs.field(validator=more_than_none)
    report: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the number as a level."""
        return (Setting(self.stock_class, Level.REPORTED_OUTSTANDING, self.outstanding),)
