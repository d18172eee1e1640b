"""What the registers say alike: what was asked, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from registrar.report import Head
from registrar.text import OPEN_DAYS as OPEN_DAYS

if TYPE_CHECKING:
    from datetime import date

    from ledger.identity import HolderId


def heads(*asked: Head, basis: date | None) -> tuple[Head, ...]:
    """Return what was asked, with the day in whose units all is shown, where there is one."""
    return asked if basis is None else (*asked, Head("basis", "In the units of", basis))


def in_units(basis: date | None) -> str:
    """Return the day in whose units all is shown, in words, where there is one."""
    return "" if basis is None else f", in the units of {basis}"


def may_be_merged(holder: HolderId, into: HolderId) -> str:
    """Return what the open day of a merger means."""
    return (
        f"The day on which {holder} was merged into {into} is not known exactly: it may not have come yet. Shares"
        " of the one may count as the other's."
    )


def listed(names: Sequence[object]) -> str:
    """Return names in a sentence: ``h-1, h-2 and h-3``."""
    *first, last = map(str, names)
    return f"{', '.join(first)} and {last}" if first else last
