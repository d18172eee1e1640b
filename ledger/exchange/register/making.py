"""Makes values and events of rows, and notes at its cell what cannot be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final, TypeVar

from ledger.days import EffectiveDay
from ledger.errors import NotUnderstood
from ledger.events import Consideration, Event, Evidence
from ledger.exchange.register.known import Known
from ledger.exchange.register.lines import Line
from ledger.exchange.register.proposal import Instructions, Proposed
from ledger.exchange.register.troubles import Troubles
from ledger.exchange.register.values import Amount
from ledger.identity import SecurityId
from ledger.movements import Level
from ledger.quantities import Currency, Money, Price

_Made = TypeVar("_Made")
_ANY_DAY: Final = date(2000, 1, 1)


class Maker:
    """Makes values and events of rows.

    Args:
        known: What the ledger knows.
        said: What is said beside the files.
        troubles: Takes what is wrong.
        notes: Takes what somebody should look at.
    """

    def __init__(self, known: Known, said: Instructions, troubles: Troubles, notes: list[str]) -> None:
        self.known, self.said, self.troubles, self.notes = known, said, troubles, notes
        self._securities: dict[SecurityId, str] = {}

    def wrong(self, line: Line, field: str, code: str, what: str, hint: str) -> None:
        """Note what is wrong with a field of a row."""
        self.troubles.add(*line.problem(field, code, what, hint))

    def made(self, line: Line, field: str, make: Callable[[], _Made]) -> _Made | None:
        """Return what is made of a field, or note why nothing is."""
        try:
            return make()
        except NotUnderstood as error:
            self.wrong(line, field, error.code, error.what, error.hint)
            return None

    # --- events -------------------------------------------------------------------------------------------

    def event(self, line: Line, kind: type[Event], **fields: Any) -> Any:
        """Return an event of the fields that have a value, or note why the row makes none."""
        try:
            return kind(**{name: value for name, value in fields.items() if value is not None})
        except NotUnderstood as error:  # it says which field of the event; the columns bear the same names
            self.wrong(line, error.where.rpartition("/")[2], error.code, error.what, error.hint)
            return None

    def new(self, line: Line, event: Any) -> Iterable[Proposed]:
        """Yield what brings something into being, unless it is recorded already in the same words."""
        if event is None:
            return
        if not self.known.knows(event):
            yield Proposed(event, line.place)
        elif otherwise := self.known.says_otherwise(event):
            what = f"it is recorded already, and its {otherwise[0]} is {otherwise[1]}"
            self.wrong(line, "", "E_DUPLICATE", what, "leave the row out, or record what changed")

    def day(self, line: Line, otherwise: date | None, *, is_recorded: bool) -> EffectiveDay | None:
        """Return the day of a row, or note that it has none; one that repeats what is recorded needs none."""
        found: EffectiveDay | None = line["effective_on"]
        if found is not None:
            return found
        if otherwise is None and is_recorded:
            return EffectiveDay(_ANY_DAY)
        if otherwise is None:
            if not len(self.troubles):  # else a day may be among what could not be read
                what, hint = "no row of the files has a day", "say on which day the register is taken over"
                self.wrong(line, "effective_on", "E_FIELD", what, hint)
            return None
        return EffectiveDay(otherwise)

    # --- values of more than one cell -----------------------------------------------------------------------

    def price(self, line: Line, field: str) -> Price | None:
        """Return a price with its currency."""
        currency = self._currency(line, field)
        return None if currency is None else self.made(line, field, lambda: Price(line[field].number, currency))

    def money(self, line: Line, field: str) -> Money | None:
        """Return an amount with its currency."""
        currency = self._currency(line, field)
        return None if currency is None else self.made(line, field, lambda: Money(line[field].number, currency))

    def _currency(self, line: Line, field: str) -> Currency | None:
        amount: Amount | None = line[field]
        if amount is None:
            return None
        if amount.currency is not None or line["currency"] is not None:
            return amount.currency or line["currency"]
        if not line.is_bad("currency"):
            what = f"{line.table.thing.column(field).heading} names no currency"
            self.wrong(line, field, "E_CURRENCY", what, 'write "0.01 USD", or fill a column Currency')
        return None

    def consideration(self, line: Line) -> Consideration | None:
        """Return what was given for shares."""
        money = self.money(line, "amount")
        if line["form"] is not None:
            return self.made(line, "amount", lambda: Consideration(form=line["form"], amount=money))
        if line["amount"] is not None and not line.is_bad("form"):
            hint = f"one of {', '.join(line.table.thing.column('form').kind.choices)}"
            self.wrong(line, "form", "E_FIELD", "in which form the consideration was given is not said", hint)
        return None

    def evidence(self, line: Line) -> tuple[Evidence, ...] | None:
        """Return the document that shows the row."""
        if line["document"] is None:
            return None
        return self.made(line, "document", lambda: (Evidence(document=line["document"]),))

    def is_new_security(self, line: Line, field: str) -> bool:
        """Check that a certificate is brought into being once."""
        security = line[field]
        if security is None:
            return True
        if security in self._securities:
            what = f"certificate {security} stands already in {self._securities[security]}"
        elif self.known.has(Level.SECURITY, security):
            what = f"certificate {security} is recorded already"
        else:
            self._securities[security] = line.place
            return True
        self.wrong(line, field, "E_DUPLICATE", what, "a certificate has a number of its own")
        return False
