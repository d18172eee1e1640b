"""Exact numbers with their unit: shares, money, prices, ratios; and every rounding there is, by name.

A quantity is one integer at a fixed scale of 10⁻¹⁰ inside (``units``) and an exact decimal outside. Prices and
ratios are exact fractions. Text is canonical: no exponent, no plus sign, no leading or trailing zeros. None of
the classes is an attrs class, because the codec writes each of them as one string.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import total_ordering
from math import ceil, floor
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Self

from ledger.errors import NotUnderstood, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACES: Final = 10
"""Decimal places that a recorded quantity may have."""
SCALE: Final = 10**PLACES
"""Units in one share, or in one unit of a currency."""
MAX_WHOLE_DIGITS: Final = 30
"""Digits before the decimal point that any number may have."""
_BEYOND: Final = SCALE * 10**MAX_WHOLE_DIGITS

_DECIMAL = re.compile(r"(-?)(\d+)(?:\.(\d+))?", re.ASCII)
_FRACTION = re.compile(r"(-?\d+)/(\d+)", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

type_of_number = int | str | Decimal | Fraction


def _refuse(what: str, hint: str) -> NoReturn:
    raise NotUnderstood("E_NUMBER", what, hint)


def exact(number: type_of_number, *, what: str = "number") -> Fraction:
    """Return ``number`` as an exact fraction.

    Args:
        number: A whole number, a ``Decimal``, a ``Fraction``, or text such as ``"0.0040"`` or ``"1/20"``.
        what: What the number is, for the message.

    Raises:
        NotUnderstood: ``E_TYPE`` for a float or a boolean, ``E_NUMBER`` for text that is not a plain number,
            ``E_LIMIT`` for one with too many digits.
    """
    if isinstance(number, bool) or not isinstance(number, int | str | Decimal | Fraction):
        raise NotUnderstood(
            "E_TYPE",
            f"{what} {shown(number)} is a {type(number).__name__}",
            'write it as a whole number or as text, "0.004"',
        )
    if isinstance(number, Decimal):
        if not number.is_finite():
            _refuse(f"{what} {number} is not a finite number", 'write digits, "1000"')
        if abs(number.adjusted()) > 2 * MAX_WHOLE_DIGITS:
            _too_long(what)
    if isinstance(number, str):
        return _from_text(number, what)
    value = Fraction(number)
    if max(abs(value.numerator), value.denominator) >= 10 ** (4 * MAX_WHOLE_DIGITS):
        _too_long(what)
    return _from_text(plain(value), what)  # what could not be written as text is refused now


def _too_long(what: str) -> NoReturn:
    raise NotUnderstood("E_LIMIT", f"{what} has too many digits", f"at most {MAX_WHOLE_DIGITS} before the point")


def _from_text(text: str, what: str) -> Fraction:
    """Check the shape and length of the text first: ``Fraction("1e9999999")`` would never return."""
    if len(text) > 4 * MAX_WHOLE_DIGITS:
        raise NotUnderstood(
            "E_LIMIT", f"{what} {shown(text)} is too long", f"at most {4 * MAX_WHOLE_DIGITS} characters"
        )
    if match := _DECIMAL.fullmatch(text):
        sign, whole, part = match[1], match[2].lstrip("0") or "0", match[3] or ""
        if len(whole) > MAX_WHOLE_DIGITS:
            _too_long(f"{what} {shown(text)}")
        value = Fraction(int(whole + part), 10 ** len(part))
        if sign and not value:
            _refuse(f"{what} {shown(text)} is a negative zero", 'write "0"')
        return -value if sign else value
    if match := _FRACTION.fullmatch(text):
        if not int(match[2]):
            _refuse(f"{what} {shown(text)} divides by zero", "give a denominator above zero")
        return Fraction(int(match[1]), int(match[2]))
    hint = 'write plain digits, "1000" or "0.004"'
    if not text.isascii():
        _refuse(f"{what} {shown(text)} has characters other than ASCII digits", hint)
    if "," in text or "_" in text or " " in text.strip():
        _refuse(f"{what} {shown(text)} has separators", f"thousands separators are not allowed; {hint}")
    if re.fullmatch(r"[-+]?[\d.]+[eE][-+]?\d+", text):
        _refuse(f"{what} {shown(text)} has an exponent", f"an exponent is not allowed; {hint}")
    if re.fullmatch(r"[-+]?s?(nan|inf(inity)?)", text, re.IGNORECASE):
        _refuse(f"{what} {shown(text)} is not a finite number", hint)
    _refuse(f"{what} {shown(text)} is not a plain number", hint)


def plain(value: Fraction | int) -> str:
    """Return the canonical text: a finite decimal of at most 18 places, otherwise numerator/denominator."""
    if isinstance(value, int):
        return str(value)
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return str(numerator)
    scaled = value * 10**18
    if scaled.denominator != 1:
        return f"{numerator}/{denominator}"
    sign, digits = ("-" if numerator < 0 else ""), str(abs(scaled.numerator)).rjust(19, "0")
    return f"{sign}{digits[:-18]}.{digits[-18:].rstrip('0')}"


def _grouped(text: str) -> str:
    """Put separators into the whole part of a canonical text."""
    if "/" in text:
        return text
    whole, point, part = text.partition(".")
    return f"{int(whole):,}{point}{part}" if whole != "-0" else text


def _units(value: Fraction, what: str) -> int:
    scaled = value * SCALE
    if scaled.denominator != 1:
        _refuse(f"{what} {plain(value)} has more than {PLACES} decimals", f"write at most {PLACES} decimals")
    return scaled.numerator


def recordable(units: int | Fraction) -> bool:
    """Whether a record can state a quantity: no finer than ten decimals, and of at most 30 whole digits."""
    return type(units) is int and -_BEYOND < units < _BEYOND


class _Value:
    """A number that never changes once it is made, and is written as one string."""

    __slots__: ClassVar[tuple[str, ...]] = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} does not change; make a new one")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} does not change")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).parse, (str(self),)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the value that the text stands for."""
        return cls(text)  # type: ignore[call-arg]  # every subclass takes text, or has a parse of its own

    def __format__(self, spec: str) -> str:
        text = str(self)
        if spec != ",":
            return format(text, spec)
        first, space, rest = text.partition(" ")
        return _grouped(first) + space + rest if first[:1] in "-0123456789" else text

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self}')"


_set: Final = object.__setattr__


@total_ordering
class Shares(_Value):
    """A number of shares, exact.

    A recorded number has at most ten decimals. An answer in the units of another day may be any exact
    fraction; it is shown as numerator/denominator where it has no short decimal form.

    Args:
        number: A whole number, a ``Decimal``, a ``Fraction``, or text. Floats are refused.

    Attributes:
        units: The number at the scale of 10⁻¹⁰: an integer, or a ``Fraction`` in an answer.

    Raises:
        NotUnderstood: The number is not exact, not finite, or has too many digits.
    """

    __slots__ = ("units",)
    units: int | Fraction

    def __init__(self, number: type_of_number) -> None:
        if type(number) is int:
            if abs(number) >= 10**MAX_WHOLE_DIGITS:
                raise NotUnderstood(
                    "E_LIMIT", "the number of shares has too many digits", f"at most {MAX_WHOLE_DIGITS}"
                )
            _set(self, "units", number * SCALE)
        else:
            _set(self, "units", _units(exact(number, what="shares"), "shares"))

    @classmethod
    def of_units(cls, units: int | Fraction) -> Self:
        """Return the shares that ``units`` of 10⁻¹⁰ stand for."""
        made = object.__new__(cls)
        _set(
            made,
            "units",
            units.numerator if isinstance(units, Fraction) and units.denominator == 1 else units,
        )
        return made

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the shares that text stands for; those of an answer may be finer than what can be recorded."""
        if text.isascii() and text.isdigit() and len(text) <= MAX_WHOLE_DIGITS:
            return cls.of_units(int(text) * SCALE)  # as nearly every record has it
        return cls.of_units(exact(text, what="shares") * SCALE)

    def as_fraction(self) -> Fraction:
        """Return the number of shares as an exact fraction."""
        return Fraction(self.units, SCALE)

    def __str__(self) -> str:
        units = self.units
        if isinstance(units, int) and not units % SCALE:
            return str(units // SCALE)
        return plain(self.as_fraction())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shares) and self.units == other.units

    def __lt__(self, other: Shares) -> bool:
        return self.units < other.units

    def __hash__(self) -> int:
        return hash(("shares", self.units))

    def __bool__(self) -> bool:
        return bool(self.units)

    def __add__(self, other: Shares) -> Shares:
        return Shares.of_units(self.units + other.units)

    def __sub__(self, other: Shares) -> Shares:
        return Shares.of_units(self.units - other.units)

    def __neg__(self) -> Shares:
        return Shares.of_units(-self.units)

    def __mul__(self, ratio: Ratio) -> Shares:
        """Return the exact product: the same shares in the units after a split of ``ratio``."""
        return Shares.of_units(self.units * ratio.value)


NO_SHARES: Final = Shares(0)


class Currency(str):
    """An ISO 4217 currency code, for example ``USD``.

    Raises:
        NotUnderstood: ``E_CURRENCY`` when it is not three capital letters.
    """

    __slots__ = ()

    def __new__(cls, code: str) -> Self:
        """Check the form; whether ISO lists the code may change with time, so it is not asked here."""
        if not _CURRENCY.fullmatch(code):
            raise NotUnderstood(
                "E_CURRENCY", f"currency {shown(code)} is not a code of three capitals", 'write "USD"'
            )
        return super().__new__(cls, code)

    def __repr__(self) -> str:
        return f"Currency({str(self)!r})"


def _amount_and_currency(text: str, what: str) -> tuple[Fraction, Currency]:
    number, space, code = text.partition(" ")
    if not space:
        raise NotUnderstood("E_CURRENCY", f"{what} {shown(text)} names no currency", 'write "1000 USD"')
    return exact(number, what=what), Currency(code)


@total_ordering
class Money(_Value):
    """An amount in a currency, exact, written ``"1000000 USD"``.

    Args:
        amount: A whole number, a ``Decimal``, a ``Fraction``, or text, with at most ten decimals.
        currency: ISO 4217 code.

    Attributes:
        units: The amount at the scale of 10⁻¹⁰.
        currency: Its currency.
    """

    __slots__ = ("currency", "units")
    units: int
    currency: Currency

    def __init__(self, amount: type_of_number, currency: str) -> None:
        _set(self, "units", _units(exact(amount, what="amount"), "amount"))
        _set(self, "currency", currency if isinstance(currency, Currency) else Currency(currency))

    @classmethod
    def of_units(cls, units: int, currency: Currency) -> Self:
        """Return the money that ``units`` of 10⁻¹⁰ stand for."""
        made = object.__new__(cls)
        _set(made, "units", units)
        _set(made, "currency", currency)
        return made

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the money that text such as ``"1000000 USD"`` stands for."""
        number, _, code = text.partition(" ")
        if number.isascii() and number.isdigit() and len(number) <= MAX_WHOLE_DIGITS:
            return cls.of_units(int(number) * SCALE, Currency(code))  # as nearly every record has it
        amount, currency = _amount_and_currency(text, "amount")
        return cls(amount, currency)

    @property
    def amount(self) -> Fraction:
        """The amount as an exact fraction of the currency's unit."""
        return Fraction(self.units, SCALE)

    def _same(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                f"{self.currency} and {other.currency} do not add",
                "state both in one currency",
            )
        return other

    def __str__(self) -> str:
        whole, part = divmod(self.units, SCALE)
        return f"{plain(self.amount) if part else whole} {self.currency}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and (self.units, self.currency) == (other.units, other.currency)

    def __lt__(self, other: Money) -> bool:
        return self.units < self._same(other).units

    def __hash__(self) -> int:
        return hash((self.units, self.currency))

    def __bool__(self) -> bool:
        return bool(self.units)

    def __add__(self, other: Money) -> Money:
        return Money.of_units(self.units + self._same(other).units, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money.of_units(self.units - self._same(other).units, self.currency)


class Price(_Value):
    """Money for one share, an exact fraction, written ``"0.004 USD"``.

    Args:
        amount: A whole number, a ``Decimal``, a ``Fraction``, or text such as ``"0.0040"`` or ``"1/3"``.
        currency: ISO 4217 code.

    Attributes:
        amount: The exact fraction of the currency's unit.
        currency: Its currency.
    """

    __slots__ = ("amount", "currency")
    amount: Fraction
    currency: Currency

    def __init__(self, amount: type_of_number, currency: str) -> None:
        value = exact(amount, what="price")
        if value < 0:
            _refuse(f"price {plain(value)} is below zero", "a price is zero or more")
        _set(self, "amount", value)
        _set(self, "currency", currency if isinstance(currency, Currency) else Currency(currency))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the price that text such as ``"0.004 USD"`` stands for."""
        return cls(*_amount_and_currency(text, "price"))

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Price) and (self.amount, self.currency) == (other.amount, other.currency)

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))


class Ratio(_Value):
    """An exact ratio above zero: new shares for one old share, or votes for one share.

    Args:
        value: A whole number, a ``Decimal``, a ``Fraction``, or text such as ``"1/20"``.

    Attributes:
        value: The exact fraction.
    """

    __slots__ = ("value",)
    value: Fraction

    def __init__(self, value: type_of_number) -> None:
        fraction = exact(value, what="ratio")
        if fraction < 0:
            _refuse(f"ratio {plain(fraction)} is below zero", "a ratio is zero or more")
        _set(self, "value", fraction)

    def __str__(self) -> str:
        return plain(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ratio) and self.value == other.value

    def __hash__(self) -> int:
        return hash(("ratio", self.value))

    def __bool__(self) -> bool:
        return bool(self.value)


class Authorized(_Value):
    """How many shares of a class the charter authorizes: a number, ``unlimited``, or ``unknown``.

    ``unknown`` is for a record made from public sources that do not say: no limit is checked, and what is
    available is not answered.

    Args:
        number: The number of shares.

    Attributes:
        shares: The number, or ``None`` for the other two.
    """

    __slots__ = ("_word", "shares")
    shares: Shares | None
    _word: str
    UNLIMITED: ClassVar[Authorized]
    UNKNOWN: ClassVar[Authorized]

    def __init__(self, number: type_of_number | Shares) -> None:
        shares = number if isinstance(number, Shares) else Shares(number)
        if shares.units < 0 or not recordable(shares.units):
            _refuse(f"authorized shares {shown(str(shares))} are no number of shares", "zero or more")
        _set(self, "shares", shares)
        _set(self, "_word", "")

    @classmethod
    def _worded(cls, word: str) -> Authorized:
        made = object.__new__(cls)
        _set(made, "shares", None)
        _set(made, "_word", word)
        return made

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what the text stands for: a number, ``unlimited`` or ``unknown``."""
        words: dict[str, Any] = {"unlimited": cls.UNLIMITED, "unknown": cls.UNKNOWN}
        return words[text] if text in words else cls(Shares.parse(text))

    def __mul__(self, ratio: Ratio) -> Authorized:
        """Return the same number in the units after a split of ``ratio``, exactly; a word stays the word."""
        if self.shares is None:
            return self
        made = self._worded("")
        _set(made, "shares", self.shares * ratio)
        return made

    def __str__(self) -> str:
        return self._word or str(self.shares)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Authorized) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


Authorized.UNLIMITED = Authorized._worded("unlimited")
Authorized.UNKNOWN = Authorized._worded("unknown")


class FractionPolicy(Enum):
    """What a split does with the fraction of a share that a position would be left with."""

    UP = "up"
    """Every fraction becomes a whole share."""
    DOWN = "down"
    """Fractions are dropped."""
    NEAREST = "nearest"
    """Half a share and more becomes a whole one, less is dropped."""
    CASH_IN_LIEU = "cash-in-lieu"
    """Fractions are dropped, and paid for in cash: what was paid is recorded when it is settled."""


def round_position(units: int | Fraction, policy: FractionPolicy, decimals: int) -> int:
    """Return a position after a split, rounded as the policy says to the decimals that the split keeps.

    Args:
        units: The exact position at the scale of 10⁻¹⁰.
        policy: What happens to the fraction.
        decimals: Decimals that are kept; 0 is whole shares.
    """
    step = int(10 ** (PLACES - decimals))
    if type(units) is int and not units % step:
        return units
    steps = Fraction(units) / step
    match policy:
        case FractionPolicy.UP:
            return ceil(steps) * step
        case FractionPolicy.DOWN | FractionPolicy.CASH_IN_LIEU:
            return floor(steps) * step
        case FractionPolicy.NEAREST:
            return floor(steps + Fraction(1, 2)) * step


def fits(units: int | Fraction, decimals: int) -> bool:
    """Whether a quantity has no more than ``decimals`` decimals."""
    return not units % int(10 ** (PLACES - decimals))


def shown_percentages(fractions: Sequence[Fraction], places: int = 2) -> list[str]:
    """Return fractions of one whole as percentages that add up as shown.

    The largest remainders are rounded up (Hamilton's method; ties go to the earlier line), so that the shown
    figures add to the shown total. They are for reading: the ledger never reads a percentage back.

    Args:
        fractions: Exact shares of the whole; they may add to less than one.
        places: Decimals to show.
    """
    step = 100 * 10**places
    rounded = _by_largest_remainder([fraction * step for fraction in fractions])
    return [f"{value // 10**places}.{value % 10**places:0{places}d}" if places else str(value) for value in rounded]


def _by_largest_remainder(exact_parts: Sequence[Fraction]) -> list[int]:
    """Return whole numbers that add to the sum of the parts, itself rounded; the largest remainders go up."""
    floors = [floor(part) for part in exact_parts]
    missing = floor(sum(exact_parts) + Fraction(1, 2)) - sum(floors)
    by_remainder = sorted(range(len(floors)), key=lambda i: (floors[i] - exact_parts[i], i))
    for index in by_remainder[:missing]:
        floors[index] += 1
    return floors


_WITHOUT_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE_DECIMALS: Final = "BHD IQD JOD KWD LYD OMR TND"


def smallest_unit(currency: Currency) -> Fraction:
    """Return the smallest amount that is paid in a currency, as ISO 4217 lists its minor unit: a cent, a yen."""
    if currency in _WITHOUT_DECIMALS:
        return Fraction(1)
    return Fraction(1, 1_000 if currency in _WITH_THREE_DECIMALS else 100)


def paid_out(amounts: Sequence[Fraction], currency: Currency) -> list[Money]:
    """Return exact amounts as money that can be paid, adding up to what they add up to.

    The largest remainders are rounded up (Hamilton's method; ties go to the earlier amount). The sum is rounded
    to the smallest unit of the currency if it is finer than that.
    """
    unit = smallest_unit(currency)
    return [Money(count * unit, currency) for count in _by_largest_remainder([amount / unit for amount in amounts])]
