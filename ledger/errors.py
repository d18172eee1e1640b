"""Everything the ledger raises on purpose: what was asked, where, what the limit is, what to do next.

Three branches say whose turn it is. ``RuleBroken``: your request goes against the record or the papers.
``LedgerDamaged``: this file is not what was written. ``NotUnderstood``: that input cannot be read as a fact.
``Unavailable`` stands beside them for a store that is busy, read-only or not there.

Callers read the fields and the code; the text is for people. Errors take positional fields, so that they
survive pickling between processes.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, ClassVar, Final, Self

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from fractions import Fraction
    from types import ModuleType

    from ledger.identity import (
        AgreementId,
        CommandId,
        ControlAccountId,
        DividendId,
        EntryNumber,
        HolderId,
        InstrumentId,
        IssuerId,
        PlanId,
        ReserveId,
        RestrictionId,
        SecurityId,
        StockClassId,
        TrancheId,
    )
    from ledger.quantities import Authorized, Currency, Money, Ratio, Shares


def shown(value: object, limit: int = 60) -> str:
    """Return ``value`` as text that is safe on a terminal: escaped, quoted when text, cut to ``limit``.

    Raw input may hold escape sequences or characters that reverse the line; a message never repeats them.
    """
    text = ascii(str(value)) if isinstance(value, str) else ascii(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that is most like the one that was written, if any is."""
    from difflib import get_close_matches  # only a mistake needs it, and it is slow to import

    found = get_close_matches(name, list(names), n=1)
    return found[0] if found else None


class LedgerError(Exception):
    """Base of everything raised on purpose.

    Attributes:
        CODE: Stable name of the refusal; programs compare this.
        EXIT: The exit status that the command line answers with.
        where: Place in the input (a line, a JSON pointer, a file), empty when there is none.
    """

    CODE: ClassVar[str] = "E_LEDGER"
    EXIT: ClassVar[int] = 2
    where: str = ""

    @property
    def code(self) -> str:
        """The stable code of this error."""
        return self.CODE

    def at(self, where: str) -> Self:
        """Tell the error of its place in the input, and return it."""
        object.__setattr__(self, "where", where)  # errors are frozen; where they arose is not what they say
        return self

    def line(self) -> str:
        """Return the error as one line: code, place, cause and next step."""
        place = f"{self.where}: " if self.where else ""
        return f"error: {self.code}: {place}{self}".replace("\n", " ")


class NotUnderstood(LedgerError, ValueError):
    """The input cannot be read as what it should be.

    Args:
        code: Stable code, for example ``E_NUMBER``.
        what: What is wrong, in one clause.
        hint: What to write instead.
        where: Place in the input.
    """

    CODE: ClassVar[str] = "E_INPUT"

    def __init__(self, code: str, what: str, hint: str, where: str = "") -> None:
        super().__init__(code, what, hint, where)
        self._code, self.what, self.hint, self.where = code, what, hint, where

    @property
    def code(self) -> str:
        """The stable code of this error."""
        return self._code

    def __str__(self) -> str:
        return f"{self.what} ({self.hint})"


@attrs.frozen(eq=False)
class LedgerDamaged(LedgerError):
    """What the store holds is not what the ledger writes. Nothing of it was used.

    Attributes:
        cause: Stable code, for example ``E_TAMPERED``.
        place: The issuer and entry, or the file.
        what: What was found.
    """

    CODE: ClassVar[str] = "E_DAMAGED"
    EXIT: ClassVar[int] = 5

    cause: str
    place: str
    what: str

    @property
    def code(self) -> str:
        """The stable code of this error."""
        return self.cause

    def __str__(self) -> str:
        return f"{self.place}: {self.what} (restore the file from a backup; nothing was changed)"


@attrs.frozen(eq=False)
class Unavailable(LedgerError):
    """The store cannot do this now: busy, read-only, missing, or of another kind.

    Attributes:
        cause: Stable code: ``E_BUSY``, ``E_READONLY``, ``E_FILE``, ``E_KEYS``, ``E_STORE_FORMAT``,
            ``E_STORE_FULL`` or ``E_STORE``.
        place: The file, or the database without its password.
        what: What happened, and what to do.
    """

    CODE: ClassVar[str] = "E_STORE"

    cause: str
    place: str
    what: str

    @property
    def code(self) -> str:
        """The stable code of this error."""
        return self.cause

    @property
    def EXIT(self) -> int:  # type: ignore[override]  # noqa: N802 - a busy store is a conflict (4), others 5
        """The exit status: 4 when trying again helps, 5 otherwise."""
        return 4 if self.cause == "E_BUSY" else 5

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@attrs.frozen(eq=False)
class NotProved(LedgerError):
    """What was given as evidence can be read, and does not show what it is to show.

    Attributes:
        cause: Stable code: ``E_CHECKPOINT``, ``E_PROOF``, ``E_STAMP`` or ``E_WITNESS``.
        what: What does not fit, in one clause.
        hint: What that means, or what to do.
    """

    CODE: ClassVar[str] = "E_PROOF"
    EXIT: ClassVar[int] = 3

    cause: str
    what: str
    hint: str

    @property
    def code(self) -> str:
        """The stable code of this error."""
        return self.cause

    def __str__(self) -> str:
        return f"{self.what} ({self.hint})"


@attrs.frozen(eq=False)
class LibraryMissing(LedgerError):
    """A library that only some answers need is not installed.

    Attributes:
        library: Its name.
        extra: The extra of this project that brings it.
        purpose: What it is needed for.
    """

    CODE: ClassVar[str] = "E_EXTRA"

    library: str
    extra: str
    purpose: str

    def __str__(self) -> str:
        return (
            f"{self.library} is needed {self.purpose}, and is not installed"
            f" (pip install 'captable-ledger[{self.extra}]')"
        )


def needed(library: str, extra: str, purpose: str) -> ModuleType:
    """Return a library that only some answers need; it is imported here, and at no other time.

    Raises:
        LibraryMissing: It is not installed.
    """
    from importlib import import_module

    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != library.split(".")[0]:
            raise
        raise LibraryMissing(library.split(".")[0], extra, purpose) from None


@attrs.frozen(eq=False)
class OutcomeUnknown(LedgerError):
    """The store failed while it was committing: the entries may be there or not.

    Attributes:
        command: The command; giving it again settles the question.
    """

    CODE: ClassVar[str] = "E_OUTCOME_UNKNOWN"
    EXIT: ClassVar[int] = 4

    command: CommandId

    def __str__(self) -> str:
        return f"the outcome of command {self.command} is not known: give the same command again, it counts once"


_TO_THE_SECOND: Final = len("2024-01-02 03:04:05")


def _in_utc(at: datetime | None) -> str:
    """Return an instant in UTC as people write it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if at else ""


@attrs.frozen(eq=False)
class NothingRecorded(LedgerError):
    """Nothing had been recorded by the instant asked about: an answer, not an empty table.

    Attributes:
        known_at: The instant asked about.
        first: When the first entry was recorded; ``None`` in an empty ledger.
    """

    CODE: ClassVar[str] = "E_NOTHING_RECORDED"
    EXIT: ClassVar[int] = 0

    known_at: datetime | None
    first: datetime | None

    def __str__(self) -> str:
        if self.first is None:
            return "nothing has been recorded in this ledger yet"
        asked, first = _in_utc(self.known_at), _in_utc(self.first)
        if asked[:_TO_THE_SECOND] != first[:_TO_THE_SECOND]:
            asked, first = asked[:_TO_THE_SECOND], first[:_TO_THE_SECOND]
        by = f"{asked} UTC" if asked else "then"
        return (
            f"nothing had been recorded by {by}; the first entry was recorded at {first} UTC."
            " known-at counts from the time of recording; as-of is the day of the fact."
        )


# --- a request that the record or the papers forbid ------------------------------------------------


class RuleBroken(LedgerError):
    """A request goes against the record or the papers. Nothing of it was recorded."""

    EXIT: ClassVar[int] = 3
    RULE: ClassVar[str] = ""

    def fields(self) -> tuple[object, ...]:
        """Return what the refusal says, field by field."""
        return attrs.astuple(self, recurse=False)  # type: ignore[arg-type]  # every subclass is an attrs class


@attrs.frozen(eq=False)
class UnknownName(RuleBroken):
    """The name stands for nothing that had been registered, designated or signed by that day."""

    CODE: ClassVar[str] = "E_UNKNOWN"
    RULE: ClassVar[str] = "known-by-then"

    what: str
    name: str
    on: date | None
    nearest: str | None = None

    def __str__(self) -> str:
        near = f" Did you mean {self.nearest}?" if self.nearest else ""
        if self.on is None:
            step = near or " Correct the name, or record it first."
            return f"no {self.what} {shown(self.name)} is recorded.{step}"
        return (
            f"no {self.what} {shown(self.name)} is recorded by {self.on}.{near} Record it first, effective no"
            " later, or keep the entry that records it."
        )


@attrs.frozen(eq=False)
class NameTaken(RuleBroken):
    """The name is in use: an id, a certificate number or a reserve stands for one thing for ever."""

    CODE: ClassVar[str] = "E_DUPLICATE"
    RULE: ClassVar[str] = "one-name-one-thing"

    what: str
    name: str
    first: EntryNumber

    def __str__(self) -> str:
        return (
            f"{self.what} {shown(self.name)} was already recorded, by entry {self.first}."
            " Choose another name, or restate that entry."
        )


@attrs.frozen(eq=False)
class IssuerFirst(RuleBroken):
    """A ledger begins with its issuer."""

    CODE: ClassVar[str] = "E_ISSUER"
    RULE: ClassVar[str] = "issuer-first"

    issuer: IssuerId | None
    named: IssuerId | None

    def __str__(self) -> str:
        if self.named is not None and self.issuer is not None:
            return f"this is the ledger of {self.issuer}, not of {self.named}. Open the other ledger."
        return "a ledger begins with its issuer. Record issuer-registered first."


@attrs.frozen(eq=False)
class HoldingExceeded(RuleBroken):
    """More shares would leave a position than it holds, then and for good."""

    CODE: ClassVar[str] = "E_BALANCE"
    RULE: ClassVar[str] = "holding-not-below-zero"

    holder: HolderId
    stock_class: StockClassId
    security: SecurityId | None
    held: Shares
    asked: Shares
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        position = f" in {self.security}" if self.security else " without a certificate"
        return (
            f"{self.holder} holds {self.held:,} {self.stock_class}{position} on {self.on} and entry"
            f" {self.entry} takes {self.asked:,}. Take fewer, name the security that holds them, or record"
            " what is missing."
        )


@attrs.frozen(eq=False)
class HeldLater(HoldingExceeded):
    """The position is large enough later, and was not yet on that day."""

    CODE: ClassVar[str] = "E_BALANCE_AT_DATE"


@attrs.frozen(eq=False)
class TreasuryExceeded(RuleBroken):
    """More treasury shares would be used than the company holds."""

    CODE: ClassVar[str] = "E_TREASURY"
    RULE: ClassVar[str] = "treasury-not-below-zero"

    stock_class: StockClassId
    held: Shares
    asked: Shares
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        return (
            f"the company holds {self.held:,} {self.stock_class} in treasury on {self.on} and entry {self.entry}"
            f" uses {self.asked:,}. Repurchase first, or use fewer."
        )


@attrs.frozen(eq=False)
class ReserveExceeded(RuleBroken):
    """More shares would be drawn or released from a reserve than it holds."""

    CODE: ClassVar[str] = "E_RESERVE"
    RULE: ClassVar[str] = "reserve-not-below-zero"

    stock_class: StockClassId
    reserve: ReserveId
    reserved: Shares
    asked: Shares
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        return (
            f"reserve {self.reserve} keeps {self.reserved:,} {self.stock_class} on {self.on} and entry"
            f" {self.entry} takes {self.asked:,}. Reserve more, or draw fewer."
        )


@attrs.frozen(eq=False)
class AuthorizedExceeded(RuleBroken):
    """The charter authorizes fewer shares of the class than this would issue or reserve."""

    CODE: ClassVar[str] = "E_AUTHORISED"
    RULE: ClassVar[str] = "within-authorized"

    stock_class: StockClassId
    authorized: Authorized
    committed: Shares
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        limit = self.authorized.shares
        too_many = f": {self.committed - limit:,} too many" if limit is not None else ""
        return (
            f"{self.stock_class}: {self.committed:,} shares would be issued or reserved on {self.on} (entry"
            f" {self.entry}), and {self.authorized:,} are authorized{too_many}. Amend the charter, release a"
            " reserve, or issue fewer."
        )


@attrs.frozen(eq=False)
class CommitmentExceeded(RuleBroken):
    """More would be closed, lapsed or given up than is left of the commitment."""

    CODE: ClassVar[str] = "E_COMMITMENT"
    RULE: ClassVar[str] = "within-commitment"

    agreement: AgreementId
    tranche: TrancheId | None
    undrawn: Money
    asked: Money
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        part = f" tranche {self.tranche}" if self.tranche else ""
        return (
            f"{self.agreement}{part}: {self.undrawn:,} is undrawn on {self.on} and entry {self.entry} takes"
            f" {self.asked:,}. Take less, or amend the agreement first."
        )


@attrs.frozen(eq=False)
class InstrumentExceeded(RuleBroken):
    """More would be converted, repaid, exercised or given up than is left of a note, a warrant or an award."""

    CODE: ClassVar[str] = "E_INSTRUMENT"
    RULE: ClassVar[str] = "instrument-not-below-zero"

    instrument: InstrumentId
    holder: HolderId
    left: Shares | Money
    asked: Shares | Money
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        return (
            f"{self.holder} has {self.left:,} left of {self.instrument} on {self.on} and entry {self.entry} takes"
            f" {self.asked:,}. Take less, or record what is missing."
        )


@attrs.frozen(eq=False)
class PoolExceeded(RuleBroken):
    """More would be granted than a plan has left."""

    CODE: ClassVar[str] = "E_POOL"
    RULE: ClassVar[str] = "pool-not-below-zero"

    plan: PlanId
    stock_class: StockClassId
    pooled: Shares
    asked: Shares
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        return (
            f"plan {self.plan} has {self.pooled:,} {self.stock_class} to grant on {self.on} and entry {self.entry}"
            f" takes {self.asked:,}. Add to the pool, or grant fewer."
        )


@attrs.frozen(eq=False)
class DividendExceeded(RuleBroken):
    """More would be paid of a dividend than was declared."""

    CODE: ClassVar[str] = "E_DIVIDEND"
    RULE: ClassVar[str] = "dividend-not-below-zero"

    dividend: DividendId
    unpaid: Money
    asked: Money
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        return (
            f"{self.unpaid:,} of dividend {self.dividend} is unpaid on {self.on} and entry {self.entry} pays"
            f" {self.asked:,}. Pay less, or record what was declared."
        )


@attrs.frozen(eq=False)
class ProceedsExceeded(RuleBroken):
    """More would be released from a control account than lies in it."""

    CODE: ClassVar[str] = "E_PROCEEDS"
    RULE: ClassVar[str] = "restricted-proceeds-not-below-zero"

    account: ControlAccountId
    restricted: Money
    asked: Money
    on: date
    entry: EntryNumber

    def __str__(self) -> str:
        return (
            f"control account {self.account} holds {self.restricted:,} on {self.on} and entry {self.entry} releases"
            f" {self.asked:,}. Release less, or record what was paid into it."
        )


@attrs.frozen(eq=False)
class TransferRestricted(RuleBroken):
    """Shares under a stop, a lock-up or a pledge would be transferred."""

    CODE: ClassVar[str] = "E_RESTRICTED"
    RULE: ClassVar[str] = "transfers-are-unrestricted"

    holder: HolderId
    stock_class: StockClassId
    restriction: RestrictionId
    kind: str
    on: date
    placed: EntryNumber

    def __str__(self) -> str:
        return (
            f"{self.stock_class} of {self.holder} are under {self.kind} {self.restriction} on {self.on} (entry"
            f" {self.placed}). Record restriction-lifted first, or keep the shares where they are."
        )


@attrs.frozen(eq=False)
class NoticeTooShort(RuleBroken):
    """An ownership limit would be raised or waived before its notice has run."""

    CODE: ClassVar[str] = "E_NOTICE"
    RULE: ClassVar[str] = "limits-are-raised-after-notice"

    restriction: RestrictionId
    notice_days: int
    earliest: date | None
    on: date

    def __str__(self) -> str:
        given = f"from {self.earliest} on" if self.earliest is not None else "and no day of a notice is stated"
        return (
            f"ownership limit {self.restriction} is raised {self.notice_days} days after notice, {given}, and not"
            f" on {self.on}. State notified_on, and take effect no earlier."
        )


@attrs.frozen(eq=False)
class CeilingExceeded(RuleBroken):
    """An ownership limit would be raised above the ceiling that was agreed for it."""

    CODE: ClassVar[str] = "E_CEILING"
    RULE: ClassVar[str] = "limits-keep-to-their-ceiling"

    restriction: RestrictionId
    at_most: Ratio
    ceiling: Ratio
    on: date

    def __str__(self) -> str:
        return (
            f"ownership limit {self.restriction} would be {self.at_most} from {self.on} on, and its ceiling is"
            f" {self.ceiling}. Raise it to that at most, or agree on another limit."
        )


@attrs.frozen(eq=False)
class CurrencyMismatch(RuleBroken):
    """The money is in another currency than the commitment."""

    CODE: ClassVar[str] = "E_CURRENCY_MISMATCH"
    RULE: ClassVar[str] = "currency-of-the-commitment"

    agreement: AgreementId
    promised: Currency
    given: Currency

    def __str__(self) -> str:
        return (
            f"{self.agreement} is promised in {self.promised}, not in {self.given}."
            f" State the amount in {self.promised}."
        )


@attrs.frozen(eq=False)
class CorrectionMisplaced(RuleBroken):
    """A correction must name a lower entry that stands, and that can be corrected this way."""

    CODE: ClassVar[str] = "E_CORRECTS"
    RULE: ClassVar[str] = "corrects-a-standing-entry"

    entry: EntryNumber
    why: str

    def __str__(self) -> str:
        return f"entry {self.entry} {self.why}. Name a standing entry; the log shows which stand."


@attrs.frozen(eq=False)
class NothingToErase(RuleBroken):
    """An erasure must name what the record holds about somebody, and what was not erased yet."""

    CODE: ClassVar[str] = "E_ERASURE"
    RULE: ClassVar[str] = "erases-what-is-there"

    whose: str
    why: str

    def __str__(self) -> str:
        return f"{self.whose} {self.why}. Name a holder who is a natural person, or a line of a list of holders."


@attrs.frozen(eq=False)
class TooManyDecimals(RuleBroken):
    """The class does not divide its shares that finely."""

    CODE: ClassVar[str] = "E_FRACTIONAL"
    RULE: ClassVar[str] = "decimals-of-the-class"

    stock_class: StockClassId
    shares: Shares
    decimals: int

    def __str__(self) -> str:
        allowed = f"{self.decimals} decimals" if self.decimals else "whole shares only"
        return (
            f"{self.stock_class} has {allowed}, and {self.shares} was given. Round as the papers say, and say how."
        )


@attrs.frozen(eq=False)
class ConversionNotWhole(RuleBroken):
    """The exact result of a conversion cannot be issued, and no rounding was named."""

    CODE: ClassVar[str] = "E_FRACTIONAL"
    RULE: ClassVar[str] = "conversion-is-whole"

    from_class: StockClassId
    to_class: StockClassId
    surrendered: Shares
    exact: Fraction

    def __str__(self) -> str:
        return (
            f"{self.surrendered:,} {self.from_class} convert into exactly {self.exact} {self.to_class}."
            " Surrender another number, or name the rounding that the papers give."
        )


@attrs.frozen(eq=False)
class NotConvertible(RuleBroken):
    """The class carries no right to convert on that day."""

    CODE: ClassVar[str] = "E_NOT_CONVERTIBLE"
    RULE: ClassVar[str] = "carries-a-conversion-right"

    stock_class: StockClassId
    on: date

    def __str__(self) -> str:
        return (
            f"{self.stock_class} carries no certain conversion right on {self.on}. Record the terms, or state the"
            " outcome with shares-converted."
        )


@attrs.frozen(eq=False)
class NoteNotConvertible(RuleBroken):
    """The terms of a note do not let it become shares on that day, or nobody knows at which price."""

    CODE: ClassVar[str] = "E_NOT_CONVERTIBLE"
    RULE: ClassVar[str] = "converted-by-its-terms"

    instrument: InstrumentId
    on: date
    why: str

    def __str__(self) -> str:
        return (
            f"{self.instrument} {self.why} (asked for {self.on}). Record what is missing, or state the outcome with"
            " convertible-converted."
        )


@attrs.frozen(eq=False)
class NotExercisable(RuleBroken):
    """The terms of a warrant or an award do not allow it on that day, or in this form."""

    CODE: ClassVar[str] = "E_NOT_EXERCISABLE"
    RULE: ClassVar[str] = "exercised-by-its-terms"

    instrument: InstrumentId
    on: date
    why: str

    def __str__(self) -> str:
        return (
            f"{self.instrument} {self.why} (asked for {self.on}). Amend the terms first, or state the outcome as"
            " the papers have it."
        )


@attrs.frozen(eq=False)
class OrderUnclear(RuleBroken):
    """A split and another act on the same class share a phase of the day, and nothing says which is first."""

    CODE: ClassVar[str] = "E_ORDER"
    RULE: ClassVar[str] = "order-around-a-split"

    stock_class: StockClassId
    on: date
    split: EntryNumber
    other: EntryNumber

    def __str__(self) -> str:
        return (
            f"entries {self.split} and {self.other} both move {self.stock_class} in the same phase of {self.on},"
            " and one is a split. Give them different phases or places."
        )


@attrs.frozen(eq=False)
class SpansSplit(RuleBroken):
    """A range of days may not span a split of a class that it moves: its quantities would have two units."""

    CODE: ClassVar[str] = "E_SPANS_SPLIT"
    RULE: ClassVar[str] = "range-beside-a-split"

    stock_class: StockClassId
    entry: EntryNumber
    split: EntryNumber
    on: date

    def __str__(self) -> str:
        return (
            f"the days of entry {self.entry} lie on both sides of the split of {self.stock_class} on {self.on}"
            f" (entry {self.split}). Narrow the range to one side."
        )


@attrs.frozen(eq=False)
class BeforeOpening(RuleBroken):
    """An adopted opening balance stands for everything before it."""

    CODE: ClassVar[str] = "E_BEFORE_OPENING"
    RULE: ClassVar[str] = "nothing-before-the-opening-balance"

    stock_class: StockClassId
    opening: EntryNumber
    entry: EntryNumber

    def __str__(self) -> str:
        return (
            f"entry {self.entry} moves {self.stock_class} before the opening balance that entry {self.opening}"
            " adopted. Restate the opening balance instead."
        )


@attrs.frozen(eq=False)
class TermsIncomplete(RuleBroken):
    """The terms do not fit together, or a split leaves out a term that it changes."""

    CODE: ClassVar[str] = "E_TERMS"
    RULE: ClassVar[str] = "terms-are-stated"

    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"


@attrs.frozen(eq=False)
class SecurityUnnamed(RuleBroken):
    """Shares issued under an agreement name their security, so that they can be followed."""

    CODE: ClassVar[str] = "E_SECURITY"
    RULE: ClassVar[str] = "shares-under-an-agreement-are-named"

    agreement: AgreementId

    def __str__(self) -> str:
        return f"shares issued under {self.agreement} need a security (a certificate or lot). Name one."


@attrs.frozen(eq=False)
class IdentifierInvalid(RuleBroken):
    """The check digit of a security identifier does not fit."""

    CODE: ClassVar[str] = "E_IDENTIFIER"
    RULE: ClassVar[str] = "check-digit"

    scheme: str
    value: str

    def __str__(self) -> str:
        return (
            f"{shown(self.value)} is not a valid {self.scheme}: its check digit or form is wrong."
            " Compare it with the document."
        )


@attrs.frozen(eq=False)
class CommandReused(RuleBroken):
    """The command id was used before, with other content."""

    CODE: ClassVar[str] = "E_COMMAND_ID"
    EXIT: ClassVar[int] = 4
    RULE: ClassVar[str] = "one-id-one-command"

    command: CommandId
    first: EntryNumber

    def __str__(self) -> str:
        return (
            f"command id {self.command} already recorded something else, from entry {self.first} on."
            " Use a new id for new content."
        )


@attrs.frozen(eq=False)
class VersionConflict(RuleBroken):
    """Somebody recorded in between, and the caller asked to be told."""

    CODE: ClassVar[str] = "E_VERSION"
    EXIT: ClassVar[int] = 4
    RULE: ClassVar[str] = "expected-position"

    expected: int
    actual: int

    def __str__(self) -> str:
        return (
            f"the ledger has {self.actual} entries, and {self.expected} were expected."
            " Look at what is new, then ask again."
        )
