"""What several answers say alike: the days asked about, an open day, what an unlimited class has left."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ledger.quantities import Authorized, Shares
from projections.bounds import Bounds, Possible
from registrar.registers.said import heads, in_units
from registrar.report import Asked, Head
from registrar.tables import NOTHING, bounds

if TYPE_CHECKING:
    from ledger.journal import Ledger

PARTIAL: Final = "The register is partial, or its scope was not stated yet: this counts only what is recorded."
UNKNOWN: Final[Bounds[Any]] = Bounds(None, None)


def at_the_close(ledger: Ledger, known: int, as_of: date, basis: date | None = None) -> Asked:
    """Return what an answer about the close of a day is about."""
    asked_for = heads(Head("as_of", "At the close of", as_of), basis=basis)
    return Asked.of(ledger, f"at the close of {as_of}{in_units(basis)}", known, *asked_for)


def is_zero(figure: Bounds[Any] | None) -> bool:
    """Whether a figure is shown as nothing, or there is none."""
    return figure is None or bounds(figure) == NOTHING


def left_to_issue(authorized: Possible[Authorized], available: Bounds[Shares]) -> Bounds[Shares] | Authorized:
    """Return what may still be issued; of an unlimited class that is not unknown, it is unlimited."""
    return Authorized.UNLIMITED if authorized.values == (Authorized.UNLIMITED,) else available
