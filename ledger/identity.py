"""What things are called in the record: opaque names that never change and never say anything personal."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Self

from ledger.errors import NotUnderstood, shown

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)


_IN_BYTES: Final = re.compile(_NAME.pattern.encode())


def is_name(text: bytes) -> bool:
    """Whether a text has the form of a name."""
    return _IN_BYTES.fullmatch(text) is not None


class Identifier(str):
    """A name: 1 to 64 ASCII letters, digits, dots, dashes, colons or underscores.

    Raises:
        NotUnderstood: ``E_ID`` when the text has another form.
    """

    __slots__ = ()
    WHAT: ClassVar[str] = "id"

    def __new__(cls, text: str) -> Self:
        """Check the form."""
        if not isinstance(text, str) or not _NAME.fullmatch(text):
            raise NotUnderstood(
                "E_ID",
                f"{cls.WHAT} {shown(text)} is not a valid name",
                "use 1 to 64 letters, digits, dots, dashes, colons or underscores; a letter or digit first",
            )
        return str.__new__(cls, text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class IssuerId(Identifier):
    """The company whose shares these are; it names the company's ledger in a store."""

    __slots__ = ()
    WHAT = "issuer"


class HolderId(Identifier):
    """A holder of record. Opaque: it must not contain anything personal."""

    __slots__ = ()
    WHAT = "holder"


class StockClassId(Identifier):
    """A class or series of stock, for example ``common`` or ``series-k``."""

    __slots__ = ()
    WHAT = "stock class"


class SecurityId(Identifier):
    """A certificate or lot of shares, for example ``CS-12``."""

    __slots__ = ()
    WHAT = "security"


class AgreementId(Identifier):
    """An agreement in which an investor promises money."""

    __slots__ = ()
    WHAT = "agreement"


class TrancheId(Identifier):
    """A dated part of a commitment, named within its agreement."""

    __slots__ = ()
    WHAT = "tranche"


class ConditionId(Identifier):
    """A condition of a tranche, named within its agreement."""

    __slots__ = ()
    WHAT = "condition"


class VestingConditionId(Identifier):
    """What an award waits for: a listing, a sale of the company, a dismissal. Awards may share it."""

    __slots__ = ()
    WHAT = "vesting condition"


class ReserveId(Identifier):
    """Shares kept back for a purpose, named within their class."""

    __slots__ = ()
    WHAT = "reserve"


class InstrumentId(Identifier):
    """A note, a SAFE, a warrant or an award: a right against the company that is not a share."""

    __slots__ = ()
    WHAT = "instrument"


class PlanId(Identifier):
    """A plan under which awards are granted."""

    __slots__ = ()
    WHAT = "plan"


class DividendId(Identifier):
    """A dividend that was declared."""

    __slots__ = ()
    WHAT = "dividend"


class RestrictionId(Identifier):
    """A restriction on shares, or a lien."""

    __slots__ = ()
    WHAT = "restriction"


class ControlAccountId(Identifier):
    """A bank account whose money the company may use only as an agreement provides."""

    __slots__ = ()
    WHAT = "control account"


class GroupId(Identifier):
    """Holders that act together."""

    __slots__ = ()
    WHAT = "group"


class ClaimId(Identifier):
    """A figure that somebody disclosed."""

    __slots__ = ()
    WHAT = "claim"


class CommandId(Identifier):
    """The identity of one request; the same id counts once."""

    __slots__ = ()
    WHAT = "command id"


class EntryNumber(int):
    """The number of an entry: 1 for the first of an issuer, without gaps.

    Raises:
        NotUnderstood: ``E_ENTRY`` when it is not a whole number from 1 on.
    """

    __slots__ = ()

    def __new__(cls, number: int | str) -> Self:
        """Check the range; text must be plain digits."""
        if type(number) is int and 0 < number < 10**18:
            return int.__new__(cls, number)  # replay makes one for each entry
        if (
            isinstance(number, bool)
            or not isinstance(number, int | str)
            or not re.fullmatch(r"[1-9][0-9]{0,17}", str(number), re.ASCII)
        ):
            raise NotUnderstood(
                "E_ENTRY", f"entry {shown(number)} is not an entry number", 'write a number from "1" on'
            )
        return super().__new__(cls, number)

    def __str__(self) -> str:
        return str(int(self))

    def __repr__(self) -> str:
        return f"EntryNumber({int(self)})"


class Count(int):
    """A small whole number from 0 to 1,000,000: decimals, seniority, place within a phase."""

    __slots__ = ()
    LARGEST: Final = 1_000_000

    def __new__(cls, number: int | str) -> Self:
        """Check the range; text must be plain digits."""
        if (
            isinstance(number, bool)
            or not isinstance(number, int | str)
            or not re.fullmatch(r"0|[1-9][0-9]{0,6}", str(number), re.ASCII)
            or int(number) > cls.LARGEST
        ):
            raise NotUnderstood("E_NUMBER", f"{shown(number)} is not a whole number", "write 0 to 1000000")
        return super().__new__(cls, number)

    def __str__(self) -> str:
        return str(int(self))

    def __repr__(self) -> str:
        return f"Count({int(self)})"
