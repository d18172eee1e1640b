"""Holders of record: who they are, what they are called, which two are one, and who acts with or for whom."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact
from ledger.identity import GroupId, HolderId, StockClassId
from ledger.movements import HolderKind, Level, Movements, Setting
from ledger.personal import Personal
from ledger.text import PROSE_LENGTH, text_field


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


@attrs.frozen(kw_only=True)
class GroupFormed(Fact):
    """Holders agreed to act together in acquiring, holding, voting or disposing of shares. Nothing moves.

    Attributes:
        group: Its name in the record.
        members: Who belongs to it; two or more.
        purpose: What they agreed.
    """

    KIND: ClassVar[str] = "group-formed"

    group: GroupId
    members: tuple[HolderId, ...]
    purpose: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def check(self) -> None:
        """Check that there are two members at least, each named once."""
        if len(self.members) < 2 or len({*self.members}) < len(self.members):
            raise NotUnderstood("E_TERMS", f"group {self.group} has no two members", "name each member once")

    def movements(self) -> Movements:
        """Return that the group exists."""
        return (Setting(self.group, Level.GROUP, self.purpose),)


@attrs.frozen(kw_only=True)
class GroupDissolved(Fact):
    """Holders no longer act together.

    Attributes:
        group: Which group.
        reason: Why.
    """

    KIND: ClassVar[str] = "group-dissolved"

    group: GroupId
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def movements(self) -> Movements:
        """Return that the group has ended."""
        return (Setting(self.group, Level.DISSOLVED, True),)


@attrs.frozen(kw_only=True)
class NomineeDeclared(Fact):
    """Shares in the name of one holder belong to another: a nominee, a trustee or a broker. Nothing moves.

    Attributes:
        holder: In whose name the shares are registered.
        holds_for: Whose they are; none when the holder holds for itself from now on.
        stock_class: Of which class; none for every class that has no declaration of its own.
    """

    KIND: ClassVar[str] = "nominee-declared"

    holder: HolderId
    holds_for: HolderId | None = None
    stock_class: StockClassId | None = None

    def check(self) -> None:
        """Check that there are two."""
        if self.holder == self.holds_for:
            raise NotUnderstood(
                "E_SELF", f"{self.holder} is no nominee of itself", "name two holders, or leave holds_for out"
            )

    def movements(self) -> Movements:
        """Return whose the shares are."""
        return (Setting((self.holder, self.stock_class or ""), Level.HOLDS_FOR, self.holds_for),)
