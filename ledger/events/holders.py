"""Holders of record: who they are, what they are called, and which two are one."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact
from ledger.identity import HolderId
from ledger.movements import HolderKind, Level, Movements, Setting
from ledger.personal import Personal
from ledger.text import text_field


def _one_name(legal_name: str | None, name: Personal | None) -> str | Personal:
    if (legal_name is None) == (name is None):
        raise NotUnderstood(
            "E_TERMS",
            "a holder has one name",
            "legal_name for an organisation, name (kept apart, erasable) for a natural person",
        )
    return legal_name if legal_name is not None else name  # type: ignore[return-value]  # one of them is stated


@attrs.frozen(kw_only=True)
class HolderRegistered(Fact):
    """A party became known to the register. Particulars of natural persons are kept beside the record.

    Attributes:
        holder: Its opaque name in the record.
        holder_kind: Natural person or organisation.
        legal_name: Name of an organisation.
        name: Name of a natural person.
        address: Address of a natural person.
        tax_id: Tax number of a natural person.
    """

    KIND: ClassVar[str] = "holder-registered"

    holder: HolderId
    holder_kind: HolderKind
    legal_name: str | None = attrs.field(default=None, validator=text_field())
    name: Personal | None = None
    address: Personal | None = None
    tax_id: Personal | None = None

    def check(self) -> None:
        """Check that a person's name is kept apart, and an organisation's is not."""
        _one_name(self.legal_name, self.name)
        if (self.holder_kind is HolderKind.NATURAL_PERSON) != (self.name is not None):
            raise NotUnderstood(
                "E_TERMS",
                f"{self.holder} is registered as {self.holder_kind.value} with the other kind of name",
                "legal_name for an organisation, name for a natural person",
            )

    def movements(self) -> Movements:
        """Return the holder's kind and name as levels."""
        return (
            Setting(self.holder, Level.HOLDER_KIND, self.holder_kind),
            Setting(self.holder, Level.HOLDER_NAME, _one_name(self.legal_name, self.name)),
        )


@attrs.frozen(kw_only=True)
class HolderRenamed(Fact):
    """A holder changed its name. It is the same holder.

    Attributes:
        holder: Which holder.
        legal_name: New name of an organisation.
        name: New name of a natural person.
    """

    KIND: ClassVar[str] = "holder-renamed"

    holder: HolderId
    legal_name: str | None = attrs.field(default=None, validator=text_field())
    name: Personal | None = None

    def check(self) -> None:
        """Check that there is one name."""
        _one_name(self.legal_name, self.name)

    def movements(self) -> Movements:
        """Return the name as a level."""
        return (Setting(self.holder, Level.HOLDER_NAME, _one_name(self.legal_name, self.name)),)


@attrs.frozen(kw_only=True)
class HolderMerged(Fact):
    """Two names in the register were found to be one party. Nothing moves; views show them together.

    An heir or a successor company is another party: shares reach it by a transfer.

    Attributes:
        holder: The name that is given up.
        into: The name under which both are shown.
    """

    KIND: ClassVar[str] = "holder-merged"

    holder: HolderId
    into: HolderId

    def check(self) -> None:
        """Check that there are two."""
        if self.holder == self.into:
            raise NotUnderstood("E_SELF", f"{self.holder} cannot be merged into itself", "name two holders")

    def movements(self) -> Movements:
        """Return under which name the holder is shown."""
        return (Setting(self.holder, Level.MERGED_INTO, self.into),)
