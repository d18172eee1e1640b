"""What stands in the options of an exchange: each a holder, and what they gave up or received."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.terms.notes import NoteTerms
    from registrar.desk import Desk

_FORMS = {
    "notes_given_up": "baybridge N-1 100000 USD 2500 USD",
    "shares_given_up": "baybridge series-j 675 J-1",
    "notes_received": "baybridge N-2 102500 USD",
    "shares_received": "baybridge common 168,000,000 CS-12",
    "rights_received": "baybridge R-1 common 168,000,000 0 USD",
}


def parts(desk: Desk, terms: NoteTerms) -> dict[str, tuple[Any, ...]]:
    """Return what was given up and received, field by field; new notes have the terms that the options state."""
    from ledger.events import NoteGivenUp, NoteReceived, RightReceived, SharesGivenUp, SharesReceived
    from ledger.identity import InstrumentId, SecurityId
    from registrar import typed

    names = desk.names

    def note_given_up(holder: str, note: str, *money: str) -> Any:
        return NoteGivenUp(
            holder=names.holder(holder),
            instrument=names.instrument(note),
            principal=typed.money(" ".join(money[:2])),
            interest=typed.money(" ".join(money[2:])) if money[2:] else None,
        )

    def shares_given_up(holder: str, stock_class: str, shares: str, *security: str) -> Any:
        return SharesGivenUp(
            holder=names.holder(holder),
            stock_class=names.stock_class(stock_class),
            shares=typed.shares(shares),
            security=names.security(security[0]) if security else None,
        )

    def note_received(holder: str, note: str, *principal: str) -> Any:
        return NoteReceived(
            holder=names.holder(holder),
            instrument=InstrumentId(note),
            principal=typed.money(" ".join(principal)),
            terms=terms,
        )

    def shares_received(holder: str, stock_class: str, shares: str, *security: str) -> Any:
        return SharesReceived(
            holder=names.holder(holder),
            stock_class=names.stock_class(stock_class),
            shares=typed.shares(shares),
            security=SecurityId(security[0]) if security else None,
        )

    def right_received(holder: str, name: str, stock_class: str, shares: str, *price: str) -> Any:
        return RightReceived(
            holder=names.holder(holder),
            warrant=InstrumentId(name),
            stock_class=names.stock_class(stock_class),
            purchasable=typed.shares(shares),
            price=typed.price(" ".join(price)),
        )

    return {
        "notes_given_up": tuple(_read(desk, "notes_given_up", note_given_up, (4, 6))),
        "shares_given_up": tuple(_read(desk, "shares_given_up", shares_given_up, (3, 4))),
        "notes_received": tuple(_read(desk, "notes_received", note_received, (4,))),
        "shares_received": tuple(_read(desk, "shares_received", shares_received, (3, 4))),
        "rights_received": tuple(_read(desk, "rights_received", right_received, (6,))),
    }


def _read(desk: Desk, name: str, make: Callable[..., Any], lengths: tuple[int, ...]) -> Iterator[Any]:
    from ledger.errors import NotUnderstood, shown

    for given in desk.several(name):
        with desk.at(name):
            words = given.split(" ")
            if len(words) not in lengths or not all(words):
                form = f'write "{_FORMS[name]}"'
                raise NotUnderstood("E_TERMS", f"{shown(given)} says too little or too much", form)
            yield make(*words)
