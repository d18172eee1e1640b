"""What somebody types on a terminal: numbers in the forms that can be read in one way only, and text.

A table of ours groups thousands by commas, so a number may be copied from there. Whoever groups by points, or
writes a comma before decimals, is asked and not guessed at: a thousand shares taken for one are found years later.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ledger.errors import NotUnderstood, shown
from ledger.quantities import Authorized, Currency, Money, Price, Ratio, Shares, exact
from ledger.text import PROSE_LENGTH

_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_CLEARLY_GROUPED: Final = re.compile(r"[1-9]\d{0,2}((,\d{3}){2,}(\.\d+)?|,\d{3}\.\d+)", re.ASCII)
_OTHERWISE_GROUPED: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
_AMOUNT: Final = re.compile(r"(\S+) (\S+)")
_LONGEST: Final = 4 * PROSE_LENGTH
"""No text that is recorded has more than a quarter of it; normal form may need up to four characters for one."""


def text(typed: str) -> str:
    """Return text in normal form C; what is too long for any field is left to the field to refuse."""
    return typed if typed.isascii() or len(typed) > _LONGEST else unicodedata.normalize("NFC", typed)


def shares(typed: str) -> Shares:
    """Return the shares that somebody counts."""
    return Shares(_counted(typed, "shares"))


def authorized(typed: str) -> Authorized:
    """Return how many shares are authorized: a number, ``unlimited`` or ``unknown``."""
    return Authorized.parse(typed) if typed in ("unlimited", "unknown") else Authorized(shares(typed))


def money(typed: str) -> Money:
    """Return an amount of money, ``1400000 USD``."""
    amount, currency = _amount_and_currency(typed, "amount")
    return Money(_counted(amount, "amount"), currency)


def price(typed: str) -> Price:
    """Return a price, ``0.004 USD``. A comma may stand in it only where it cannot be meant before decimals."""
    amount, currency = _amount_and_currency(typed, "price")
    if _GROUPED.fullmatch(amount) and not _CLEARLY_GROUPED.fullmatch(amount):
        plain = amount.replace(",", "")
        hint = f"write {plain}, or {amount.replace(',', '.')} with a point"
        raise NotUnderstood("E_NUMBER", f"price {shown(amount)} may be read in two ways", hint)
    return Price(amount.replace(",", "") if _CLEARLY_GROUPED.fullmatch(amount) else amount, currency)


def ratio(typed: str) -> Ratio:
    """Return a ratio, ``2`` or ``1/20``."""
    return Ratio(typed)


def part(typed: str) -> Ratio:
    """Return a part of a whole, ``20%`` or ``0.2``."""
    number = typed.removesuffix("%").rstrip()
    return Ratio(number) if number == typed else Ratio(exact(number, what="part") / 100)


def _counted(typed: str, what: str) -> str:
    """Return plain digits, of a count or an amount in which thousands may be grouped by commas."""
    if _GROUPED.fullmatch(typed):
        return typed.replace(",", "")
    if _OTHERWISE_GROUPED.fullmatch(typed):
        decimal = typed.rstrip("0")
        decimal = f"{typed}0" if decimal == typed else decimal.rstrip(".")
        hint = f"write {typed.replace('.', '')}, or {decimal}"
        raise NotUnderstood("E_NUMBER", f"{what} {shown(typed)} may be read in two ways", hint)
    if "/" in typed:
        hint = 'write plain digits, "1000" or "0.004"'
        raise NotUnderstood("E_NUMBER", f"{what} {shown(typed)} is a fraction", hint)
    if "," in typed and typed.isascii():
        hint = "write 1000000 or 1,000,000, and a point before decimals"
        raise NotUnderstood("E_NUMBER", f"{what} {shown(typed)} is not grouped in thousands", hint)
    return typed


def _amount_and_currency(typed: str, what: str) -> tuple[str, Currency]:
    found = _AMOUNT.fullmatch(typed)
    if found is None:
        hint = 'write "1000 USD", in quotes'
        raise NotUnderstood("E_CURRENCY", f"{what} {shown(typed)} is not an amount and a currency", hint)
    return found[1], Currency(found[2])
