"""What every event has: evidence, whether it is stated or deduced, and when a fact takes effect."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from ledger.days import EffectiveDay, Phase, a_day
from ledger.errors import NotUnderstood, shown
from ledger.identity import Count
from ledger.quantities import Money, Shares, recordable
from ledger.text import PROSE_LENGTH, text_field

if TYPE_CHECKING:
    from ledger.movements import Movements

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
REFERENCE_LENGTH = 500


class Certainty(Enum):
    """How a fact is known."""

    STATED = "stated"
    """A document says so."""
    DEDUCED = "deduced"
    """It follows from what documents say; the note tells how."""


def more_than_none(instance: object, attribute: attrs.Attribute[Any], value: Shares | Money) -> None:
    """Check that a quantity is above zero, and one that can be recorded."""
    if value.units <= 0 or not recordable(value.units):
        raise NotUnderstood(
            "E_QUANTITY",
            f"{attribute.name} is {shown(str(value))}",
            "state a quantity above zero; what goes the other way has an event of its own",
            f"/{attribute.name}",
        )


def not_below_zero(instance: object, attribute: attrs.Attribute[Any], value: Shares | Money | None) -> None:
    """Check that a quantity, if stated, is zero or more, and one that can be recorded."""
    if value is not None and (not recordable(value.units) or value.units < 0):
        raise NotUnderstood(
            "E_QUANTITY",
            f"{attribute.name} is {shown(str(value))}",
            "state zero or more",
            f"/{attribute.name}",
        )


@attrs.frozen(kw_only=True)
class Evidence:
    """A document that shows the fact.

    Attributes:
        document: Its title, file name or address.
        sha256: Digest of the document's bytes, 64 lower-case hexadecimal digits.
        page: Page, section or exhibit.
        printed: The figure or sentence as printed, digits included ("approximately 12.1%").
    """

    document: str = attrs.field(validator=text_field(REFERENCE_LENGTH))
    sha256: str | None = None
    page: str | None = attrs.field(default=None, validator=text_field())
    printed: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def __attrs_post_init__(self) -> None:
        if self.sha256 is not None and not _SHA256.fullmatch(self.sha256):
            raise NotUnderstood("E_DIGEST", f"{shown(self.sha256)} is not a SHA-256", "64 lower-case hex digits")


@attrs.frozen(kw_only=True)
class Event(ABC):
    """Something that happened, to the company or to the record of it.

    Attributes:
        evidence: Documents that show it.
        certainty: Stated by a document, or deduced.
        disclosed_on: The day on which it was made public, if it was.
        note: What a reader should know, for example how it was deduced.
    """

    KIND: ClassVar[str]
    VERSION: ClassVar[str] = "1"

    evidence: tuple[Evidence, ...] = ()
    certainty: Certainty = Certainty.STATED
    disclosed_on: date | None = attrs.field(default=None, validator=a_day)
    note: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def __attrs_post_init__(self) -> None:
        self.check()

    def check(self) -> None:  # noqa: B027  # most events have nothing to add
        """Check what concerns more than one field. What concerns one alone is a validator of that field.

        Raises:
            NotUnderstood: The event contradicts itself.
        """


@attrs.frozen(kw_only=True)
class Fact(Event):
    """Something that happened to the company, and takes effect on a day.

    Attributes:
        effective_on: The day, or the earliest and the latest day that the evidence leaves open.
        phase: Part of the day.
        place: Order among facts of the same phase; without one a fact comes after those that have one, in the
            order of recording.
    """

    effective_on: EffectiveDay
    phase: Phase = Phase.ORDINARY
    place: Count | None = None

    @abstractmethod
    def movements(self) -> Movements:
        """Return what the fact moves: postings that sum to zero for each unit, settings and rescalings."""
