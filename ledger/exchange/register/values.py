"""From a cell to a value, and back: what may stand in a column, and how it is written.

Nothing is guessed. ``1,234`` is a thousand and more to some and little more than one to others, so text is read as
plain digits unless it is said how numbers are written; ``03/04/2026`` has two readings and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final, NoReturn

import attrs

from ledger.days import EffectiveDay, day
from ledger.errors import NotUnderstood, nearest, shown
from ledger.events import ConsiderationForm, TransferCause
from ledger.exchange.register.cells import Cell, Unreadable, shown_cell
from ledger.identity import Count, HolderId, Identifier, IssuerId, ReserveId, SecurityId, StockClassId
from ledger.movements import HolderKind, Scope, StockClassKind
from ledger.quantities import Authorized, Currency, Ratio, Shares, exact, plain
from ledger.text import NAME_LENGTH, PROSE_LENGTH, clean

_LARGEST_NUMBER: Final = 10**15
"""Excel keeps 15 digits of a number; a longer one is written as text."""


class Numbers(Enum):
    """How numbers are written where a cell holds text. The value shows it."""

    PLAIN = "1234.56"
    COMMAS = "1,234.56"
    POINTS = "1.234,56"
    BLANKS = "1 234,56"
    APOSTROPHES = "1'234.56"

    def plain(self, text: str, what: str) -> str:
        """Return text as plain digits with a decimal point; other text is returned as it is.

        Raises:
            NotUnderstood: ``E_NUMBER`` when the text has separators, and not in this form.
        """
        if self is Numbers.PLAIN:
            if re.search(r"\d[,'\u2019 \u00a0\u202f]\d", text):
                forms = " or ".join(form.value for form in Numbers if form is not Numbers.PLAIN)
                hint = f"write plain digits, or say in which form numbers are written: {forms}"
                raise NotUnderstood("E_NUMBER", f"{what} {shown(text)} has separators", hint)
            return text
        group, point = self.value[1], self.value[-3]
        text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
        whole = rf"\d+|\d{{1,3}}(?:{re.escape(group)}\d{{3}})+"
        parts = re.fullmatch(rf"(-?)({whole})(?:{re.escape(point)}(\d+))?", text, re.ASCII)
        if parts is None:
            if re.search(r"\d[,.' ]", text):
                hint = f"numbers are said to be written like {self.value}"
                raise NotUnderstood("E_NUMBER", f"{what} {shown(text)} is written otherwise", hint)
            return text
        return parts[1] + parts[2].replace(group, "") + (f".{parts[3]}" if parts[3] else "")


@attrs.frozen
class Amount:
    """A number of money whose currency may stand in another column.

    Attributes:
        number: Exactly.
        currency: Its currency, where the cell names it.
    """

    number: Fraction
    currency: Currency | None = None


@attrs.frozen
class Kind:
    """What stands in a column.

    Attributes:
        about: How it is written, for people.
        read: Takes a cell that is not empty, how numbers are written, and the heading for messages.
        write: Gives the cell of a value.
        choices: The words that may stand there, if only these may.
        is_text: Whether a spreadsheet program should leave it alone: it would make a day of a certificate MAR-1.
        is_day: Whether a spreadsheet program should show it as a day.
        is_number: Whether it is a number, which may be written in several ways.
    """

    about: str
    read: Callable[[Cell, Numbers, str], Any]
    write: Callable[[Any], Cell]
    choices: tuple[str, ...] = ()
    is_text: bool = False
    is_day: bool = False
    is_number: bool = False


def _refuse(code: str, what: str, hint: str) -> NoReturn:
    raise NotUnderstood(code, what, hint)


def _text_of(cell: Cell, what: str) -> str:
    """Return the text of a cell; a number is its digits."""
    if isinstance(cell, Unreadable):
        _refuse(cell.code, cell.what, cell.hint)
    if isinstance(cell, bool):
        _refuse("E_TYPE", f"{what} is TRUE or FALSE", "write text")
    if isinstance(cell, date):
        hint = "a spreadsheet program may have made a day of it: format the cell as text, and write it again"
        _refuse("E_TYPE", f"{what} is the day {cell}", hint)
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _digits_of(cell: Cell, numbers: Numbers, what: str) -> str:
    """Return a number as plain text, which the value itself then checks."""
    if isinstance(cell, bool):
        _refuse("E_TYPE", f"{what} is TRUE or FALSE", "write a number")
    if isinstance(cell, date):
        _refuse("E_NUMBER", f"{what} is the day {cell}", "write a number, and format the cell as one")
    text = _text_of(cell, what)
    return numbers.plain(text, what) if isinstance(cell, str) else text


def _number_cell(text: str) -> Cell:
    """Return canonical text as a number where a spreadsheet keeps it exactly, and as text otherwise."""
    if "/" in text:
        return text
    number = Decimal(text)
    if len(number.as_tuple().digits) > 15 or abs(number) >= _LARGEST_NUMBER:
        return text
    return int(text) if number == number.to_integral_value() else number


# --- text and names ---------------------------------------------------------------------------------------


def _text_kind(longest: int, about: str) -> Kind:
    def read(cell: Cell, numbers: Numbers, what: str) -> str:
        return clean(_text_of(cell, what), longest, what=what)

    return Kind(about, read, str)


def _lines_joined(cell: Cell, numbers: Numbers, what: str) -> str:
    lines = [line.strip() for line in _text_of(cell, what).splitlines()]
    return clean(", ".join(line.rstrip(",") for line in lines if line), what=what)


def _lines(cell: Cell, numbers: Numbers, what: str) -> tuple[str, ...]:
    lines = [line.strip() for line in _text_of(cell, what).split("\n")]
    return tuple(clean(line, PROSE_LENGTH, what=what) for line in lines if line)


def _name_kind(of: type[Identifier]) -> Kind:
    def read(cell: Cell, numbers: Numbers, what: str) -> Identifier:
        text = _text_of(cell, what)
        try:
            return of(text)
        except NotUnderstood as error:
            fitting = re.sub(r"[^A-Za-z0-9._:-]+", "-", text).strip("-._:")[:64]
            if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:-]*", fitting):
                _refuse("E_ID", error.what, f"{error.hint}: {fitting}, for example")
            raise

    return Kind("letters, digits, dots, dashes", read, str, is_text=True)


TEXT: Final = _text_kind(NAME_LENGTH, "text")
PROSE: Final = _text_kind(PROSE_LENGTH, "text")
ADDRESS: Final = Kind("text, its lines joined by commas", _lines_joined, str)
LINES: Final = Kind("text; several on a line each", _lines, "\n".join)
NUMBER_OR_TEXT: Final = attrs.evolve(TEXT, is_text=True)
ISSUER: Final = _name_kind(IssuerId)
HOLDER: Final = _name_kind(HolderId)
STOCK_CLASS: Final = _name_kind(StockClassId)
SECURITY: Final = _name_kind(SecurityId)
RESERVE: Final = _name_kind(ReserveId)


# --- numbers ----------------------------------------------------------------------------------------------


def _shares(cell: Cell, numbers: Numbers, what: str) -> Shares:
    text = _digits_of(cell, numbers, what)
    try:
        return Shares(text)
    except NotUnderstood as error:
        _refuse(error.code, error.what.replace("shares", what, 1), error.hint)


def _authorized(cell: Cell, numbers: Numbers, what: str) -> Authorized:
    words = {"unlimited": Authorized.UNLIMITED, "unknown": Authorized.UNKNOWN}
    if isinstance(cell, str) and cell.casefold() in words:
        return words[cell.casefold()]
    return Authorized(_shares(cell, numbers, what))


def _ratio(cell: Cell, numbers: Numbers, what: str) -> Ratio:
    return Ratio(exact(_digits_of(cell, numbers, what), what=what))


def _count(cell: Cell, numbers: Numbers, what: str) -> Count:
    return Count(_digits_of(cell, numbers, what))


def _amount(cell: Cell, numbers: Numbers, what: str) -> Amount:
    currency = None
    if isinstance(cell, str):
        number, _, code = cell.rpartition(" ")
        if number and re.fullmatch(r"[A-Za-z]+", code):
            cell, currency = number.rstrip(), Currency(code)
    return Amount(exact(_digits_of(cell, numbers, what), what=what), currency)


def _currency(cell: Cell, numbers: Numbers, what: str) -> Currency:
    return Currency(_text_of(cell, what))


def _amount_cell(value: Any) -> Cell:
    number = plain(value.number)
    return _number_cell(number) if value.currency is None else f"{number} {value.currency}"


def _authorized_cell(value: Any) -> Cell:
    return str(value) if value.shares is None else _number_cell(str(value))


SHARES: Final = Kind("a number of shares", _shares, lambda value: _number_cell(str(value)), is_number=True)
AUTHORIZED: Final = Kind("a number of shares, unlimited, or unknown", _authorized, _authorized_cell, is_number=True)
RATIO: Final = Kind(
    "a number, or a fraction such as 1/20", _ratio, lambda value: _number_cell(str(value)), is_number=True
)
COUNT: Final = Kind("a whole number", _count, int)
AMOUNT: Final = Kind("a number, or with its currency: 0.004 USD", _amount, _amount_cell, is_number=True)
CURRENCY: Final = Kind("three capitals, such as USD", _currency, str)


# --- days -------------------------------------------------------------------------------------------------


def _date(cell: Cell, numbers: Numbers, what: str) -> date:
    if type(cell) is date:
        return day(cell, what=what)
    if isinstance(cell, bool):
        _refuse("E_DATE", f"{what} is TRUE or FALSE", "write YYYY-MM-DD")
    return day(_text_of(cell, what), what=what)


def _days(cell: Cell, numbers: Numbers, what: str) -> EffectiveDay:
    if isinstance(cell, str) and re.fullmatch(r"\d{4}-\d\d-\d\d */ *\d{4}-\d\d-\d\d", cell):
        return EffectiveDay.parse(cell.replace(" ", ""))
    return EffectiveDay(_date(cell, numbers, what))


def _days_cell(value: Any) -> Cell:
    found: Cell = value.earliest if value.is_exact else str(value)
    return found


DAY: Final = Kind("a day, YYYY-MM-DD", _date, lambda value: value, is_day=True)
DAYS: Final = Kind("a day, YYYY-MM-DD, or two with a slash for a range", _days, _days_cell, is_day=True)


# --- words ------------------------------------------------------------------------------------------------


def _word_kind(words: Mapping[str, Any], also: Mapping[str, Any]) -> Kind:
    """Return a kind whose cells hold one of a few words, or another word for one of them."""
    known = {**words, **also}

    def read(cell: Cell, numbers: Numbers, what: str) -> Any:
        if isinstance(cell, Unreadable):
            _refuse(cell.code, cell.what, cell.hint)
        word = ("yes" if cell else "no") if isinstance(cell, bool) else str(cell).casefold().strip()
        if word in known:
            return known[word]
        near = nearest(word, known)
        hint = f"did you mean {near}?" if near else f"one of {', '.join(words)}"
        _refuse("E_TYPE", f"{what} {shown_cell(cell)} is not known", hint)

    def write(value: Any) -> Cell:
        return next(word for word, meant in words.items() if meant is value)

    return Kind(f"one of {', '.join(words)}", read, write, choices=tuple(words))


def _enum_kind(of: type[Enum], **also: Any) -> Kind:
    return _word_kind(
        {each.value: each for each in of}, {word.replace("_", " "): value for word, value in also.items()}
    )


_PERSON, _ORGANISATION = HolderKind.NATURAL_PERSON, HolderKind.ORGANISATION
_ORGANISATIONS: Final = (
    "organization", "company", "corporation", "entity", "legal entity", "legal person", "institution",
    "partnership", "trust", "fund",
)  # fmt: skip
HOLDER_KIND: Final = _word_kind(
    {"person": _PERSON, "organisation": _ORGANISATION},
    {
        **dict.fromkeys(("natural-person", "natural person", "individual", "human"), _PERSON),
        **dict.fromkeys(_ORGANISATIONS, _ORGANISATION),
    },
)
_COMMON, _PREFERRED = StockClassKind.COMMON, StockClassKind.PREFERRED
CLASS_KIND: Final = _enum_kind(
    StockClassKind,
    common_stock=_COMMON,
    common_shares=_COMMON,
    ordinary=_COMMON,
    ordinary_shares=_COMMON,
    preferred_stock=_PREFERRED,
    preferred_shares=_PREFERRED,
    preference=_PREFERRED,
    preference_shares=_PREFERRED,
)
SCOPE: Final = _enum_kind(Scope)
FORM: Final = _enum_kind(ConsiderationForm)
CAUSE: Final = _enum_kind(TransferCause)
YES_NO: Final = _word_kind({"yes": True, "no": False}, {"y": True, "n": False, "true": True, "false": False})
STANDING: Final = _word_kind({"outstanding": True, "cancelled": False}, {"issued": True, "canceled": False})
