"""A figure as somebody printed it, and the numbers that it may stand for.

"approximately 12.1%" says a number, how finely it was counted, and how sure its author was. Rounded to the nearest
tenth it stands for 12.05 % up to, but not including, 12.15 %; cut off, for 12.1 % up to 12.2 %. The text is kept as
printed; what it was read as stands beside it, so that later readers need not read the text again.
"""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from fractions import Fraction
from math import floor
from typing import Final, Self

import attrs

from ledger.errors import NotUnderstood, shown
from ledger.quantities import Currency, Ratio, exact, plain
from ledger.terms.base import Terms
from ledger.terms.interval import Interval, point
from ledger.text import text_field


class Unit(Enum):
    """What a figure counts."""

    NUMBER = "number"
    """Shares, or a bare number."""
    PERCENT = "percent"
    MONEY = "money"
    """An amount, or a price."""
    DAY = "day"


class Qualifier(Enum):
    """What a figure says of itself."""

    NONE = "as printed"
    EXACTLY = "exactly"
    APPROXIMATELY = "approximately"
    MORE_THAN = "more than"
    AT_LEAST = "at least"
    LESS_THAN = "less than"
    UP_TO = "up to"


class Rounding(Enum):
    """How the digits that are not shown were dropped."""

    NEAREST = "rounded"
    """To the nearest, halves up."""
    TRUNCATED = "truncated"
    """Cut off."""


@attrs.frozen
class Tolerance:
    """How far a figure that is called approximate may lie from what it is a figure of.

    Attributes:
        name: What the policy is called.
        steps: Further on both sides, in units of the last digit shown.
        part: Further on both sides, as a part of the figure itself.
    """

    name: str
    steps: Fraction = Fraction(0)
    part: Fraction = Fraction(0)

    def __attrs_post_init__(self) -> None:
        if self.steps < 0 or self.part < 0:
            raise NotUnderstood("E_TERMS", f"tolerance {self.name} is below zero", "state zero or more")

    def around(self, value: Fraction, step: Fraction) -> Fraction:
        """Return how far it reaches on either side."""
        return self.steps * step + self.part * value


HALF_A_DIGIT: Final = Tolerance("half a unit of the last digit more on both sides", steps=Fraction(1, 2))
"""What ``approximately`` allows where nobody says otherwise."""

_SCALES: Final = {
    "thousand": 10**3,
    "k": 10**3,
    "million": 10**6,
    "m": 10**6,
    "mm": 10**6,
    "billion": 10**9,
    "b": 10**9,
    "bn": 10**9,
}
_QUALIFIERS: Final = {
    "approximately": Qualifier.APPROXIMATELY,
    "approx": Qualifier.APPROXIMATELY,
    "about": Qualifier.APPROXIMATELY,
    "around": Qualifier.APPROXIMATELY,
    "roughly": Qualifier.APPROXIMATELY,
    "some": Qualifier.APPROXIMATELY,
    "circa": Qualifier.APPROXIMATELY,
    "~": Qualifier.APPROXIMATELY,
    "exactly": Qualifier.EXACTLY,
    "more than": Qualifier.MORE_THAN,
    "over": Qualifier.MORE_THAN,
    "in excess of": Qualifier.MORE_THAN,
    "beyond": Qualifier.MORE_THAN,
    "above": Qualifier.MORE_THAN,
    "at least": Qualifier.AT_LEAST,
    "no less than": Qualifier.AT_LEAST,
    "not less than": Qualifier.AT_LEAST,
    "less than": Qualifier.LESS_THAN,
    "under": Qualifier.LESS_THAN,
    "below": Qualifier.LESS_THAN,
    "up to": Qualifier.UP_TO,
    "at most": Qualifier.UP_TO,
    "no more than": Qualifier.UP_TO,
    "not more than": Qualifier.UP_TO,
}
_SYMBOLS: Final = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_WORDS: Final = "|".join(sorted(map(re.escape, _QUALIFIERS), key=len, reverse=True))
_FIGURE: Final = re.compile(
    rf"""
    (?:(?P<before>{_WORDS})\.?\s*)?
    (?P<symbol>US\$|\$|€|£|¥)?\s*
    (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d*\.\d+|\d+|nil|none)
    (?:\s*(?P<scale>thousand|million|billion|mm|bn|k|m|b)\b)?
    \s*(?P<percent>%|per\ ?cent\b|percent\b)?
    (?:\s+(?P<currency>[A-Z]{{3}})\b)?
    (?:\s*\(?(?P<after>approx|approximately|about)\.?\)?)?
    (?:\s+(?:shares?|common|preferred|dollars?))*\.?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_DAY: Final = re.compile(
    rf"(?:(?P<weekday>{'|'.join(_DAYS)}),?\s+)?"
    rf"(?:(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<month>{'|'.join(_MONTHS)})\s+(?P<day>\d\d?),?\s+(?P<year>\d{{4}})"
    rf"|(?P<first>\d\d?)\s+(?P<of>{'|'.join(_MONTHS)})\s+(?P<in>\d{{4}}))",
    re.IGNORECASE,
)


class Weekday(Enum):
    """A day of the week."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


@attrs.frozen(kw_only=True)
class Disclosed(Terms):
    """A figure as printed, and what it was read as.

    Attributes:
        printed: The text, digits and qualifier included.
        unit: What it counts.
        value: The number; of a percentage, as a part of one. Of a day, zero.
        step: One unit of the last digit shown; more than zero, but for a day.
        currency: Of an amount or a price.
        qualifier: What the figure says of itself.
        day: The day, of a figure that is one.
        weekday: The day of the week that is printed beside the day.
    """

    printed: str = attrs.field(validator=text_field())
    unit: Unit = Unit.NUMBER
    value: Ratio = Ratio(0)
    step: Ratio = Ratio(1)
    currency: Currency | None = None
    qualifier: Qualifier = Qualifier.NONE
    day: date | None = None
    weekday: Weekday | None = None

    def __attrs_post_init__(self) -> None:
        if (self.unit is Unit.DAY) != (self.day is not None) or (self.weekday is not None and self.day is None):
            raise NotUnderstood("E_TERMS", f"{shown(self.printed)} is no day", "state a day, or another unit")
        if (self.unit is Unit.MONEY) != (self.currency is not None):
            raise NotUnderstood("E_CURRENCY", f"{shown(self.printed)} has no currency", 'write "$" or "USD"')
        if not self.step:
            raise NotUnderstood("E_TERMS", f"{shown(self.printed)} shows no digit", "state its last digit")

    @classmethod
    def read(
        cls,
        printed: str,
        *,
        qualifier: Qualifier | None = None,
        step: Ratio | None = None,
        currency: str | None = None,
    ) -> Self:
        """Return what a printed figure says.

        The last digit shown is the last one printed; of a round number that is called approximate, the last one
        that is not a zero: "about 4,340" is counted in tens. A scale word counts: the last digit of "$3.2 million"
        is 100,000 dollars.

        Args:
            printed: The figure as printed, and nothing else.
            qualifier: What it says of itself, where its words are not among those that are known.
            step: One unit of its last digit, where more or less was meant.
            currency: Its currency, where the text names none and it is an amount.

        Raises:
            NotUnderstood: ``E_PRINTED`` when the text is no figure, ``E_DATE`` when there is no such day.
        """
        if found := _DAY.fullmatch(printed.strip()):
            return cls(printed=printed, unit=Unit.DAY, day=_day(found), weekday=_weekday(found["weekday"]))
        match = _FIGURE.fullmatch(printed.strip())
        if match is None:
            raise NotUnderstood(
                "E_PRINTED",
                f"{shown(printed)} is not read as a figure",
                'write it as printed, "approximately 12.1%", "$3.2 million", "350,000,000"',
            )
        word = (match["before"] or match["after"] or "").lower()
        said = qualifier or (_QUALIFIERS[word] if word else Qualifier.NONE)
        digits = "0" if match["digits"].lower() in ("nil", "none") else match["digits"].replace(",", "")
        scale = Fraction(_SCALES[match["scale"].lower()] if match["scale"] else 1)
        named = match["currency"].upper() if match["currency"] else _SYMBOLS.get((match["symbol"] or "").upper())
        money = named or currency
        if match["percent"]:
            unit, scale = Unit.PERCENT, Fraction(scale, 100)
        else:
            unit = Unit.MONEY if money else Unit.NUMBER
        return cls(
            printed=printed,
            unit=unit,
            value=Ratio(exact(digits) * scale),
            step=step
            or Ratio(_last_digit(digits, is_round=said is Qualifier.APPROXIMATELY and scale == 1) * scale),
            currency=Currency(money) if money and unit is Unit.MONEY else None,
            qualifier=said,
        )

    def interval(self, rounding: Rounding = Rounding.NEAREST, tolerance: Tolerance | None = None) -> Interval:
        """Return the numbers that the figure may stand for; a zero, also those little below it.

        Args:
            rounding: How the digits that are not shown were dropped.
            tolerance: How much further an approximate figure reaches; no further when not given.
        """
        if self.day is not None:
            return point(self.day.toordinal())
        value, step = self.value.value, self.step.value
        match self.qualifier:
            case Qualifier.EXACTLY:
                return point(value)
            case Qualifier.MORE_THAN | Qualifier.AT_LEAST:
                return Interval(value, None, self.qualifier is Qualifier.MORE_THAN)
            case Qualifier.LESS_THAN | Qualifier.UP_TO:
                return Interval(None, value, without_high=self.qualifier is Qualifier.LESS_THAN)
            case Qualifier.NONE | Qualifier.APPROXIMATELY:
                pass
        below = above = Fraction(step, 2)
        if rounding is Rounding.TRUNCATED:
            below, above = Fraction(0) if value else step, step
        more = Fraction(0)
        if tolerance is not None and self.qualifier is Qualifier.APPROXIMATELY:
            more = tolerance.around(value, step)
        return Interval(value - below - more, value + above + more, without_low=not value, without_high=True)

    @property
    def fits_the_calendar(self) -> bool:
        """Whether the day of the week that is printed is that of the day."""
        return self.day is None or self.weekday is None or self.weekday is _WEEKDAYS[self.day.weekday()]

    def shown(self, number: Fraction) -> str:
        """Return a number as this figure would show it: in its unit, with two digits more than it shows."""
        if self.unit is Unit.DAY:
            return date.fromordinal(int(number)).isoformat()
        return in_unit(number, self.unit, self.currency, Fraction(self.step.value, 100))

    def shown_difference(self, number: Fraction) -> str:
        """Return a difference between two such figures: of days, how many; of percentages, their points."""
        if self.unit is Unit.DAY:
            return f"{int(number)} days"
        text = self.shown(number)
        return f"{text.removesuffix('%')} percentage points" if self.unit is Unit.PERCENT else text

    def __str__(self) -> str:
        return self.printed


def in_unit(number: Fraction, unit: Unit, currency: Currency | None, step: Fraction) -> str:
    """Return a number for people, with separators and its unit: in full if short, rounded to a step if not."""
    scaled, fine = (number * 100, step * 100) if unit is Unit.PERCENT else (number, step)
    places = 0
    while places < _MOST_PLACES and fine < Fraction(1, 10**places):
        places += 1
    exact_ = (scaled * 10**_MOST_PLACES).denominator == 1
    rounded = Fraction(floor(scaled * 10**places + Fraction(1, 2)), 10**places)  # halves up, as a figure is read
    whole, dot, part = plain(scaled if exact_ else rounded).partition(".")
    text = f"{'-' if whole.startswith('-') else ''}{abs(int(whole)):,}{dot}{part}"
    return f"{text}%" if unit is Unit.PERCENT else f"{text} {currency}" if currency else text


_MOST_PLACES: Final = 8
"""Decimals that are shown at most; a number that has no more is shown in full."""

_WEEKDAYS: Final = tuple(Weekday)


def _last_digit(digits: str, *, is_round: bool) -> Fraction:
    """Return one unit of the last digit that counts."""
    _, point_, decimals = digits.partition(".")
    if point_:
        return Fraction(1, 10 ** len(decimals))
    if not is_round or not digits.strip("0"):
        return Fraction(1)
    return Fraction(10 ** (len(digits) - len(digits.rstrip("0"))))


def _day(found: re.Match[str]) -> date:
    if found["iso"]:
        return _existing(found["iso"])
    month = (found["month"] or found["of"]).capitalize()
    year, number = found["year"] or found["in"], int(found["day"] or found["first"])
    return _existing(f"{year}-{_MONTHS.index(month) + 1:02}-{number:02}")


def _existing(iso: str) -> date:
    from ledger.days import day

    return day(iso)


def _weekday(name: str | None) -> Weekday | None:
    return None if name is None else Weekday(name.capitalize())
