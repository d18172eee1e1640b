"""The life of debt: lent, converted, repaid, exchanged, assigned, cancelled; defaults and liens."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none, not_below_zero
from ledger.events.shares import Consideration, drawn, named
from ledger.identity import (
    AgreementId,
    HolderId,
    InstrumentId,
    ReserveId,
    RestrictionId,
    SecurityId,
    StockClassId,
)
from ledger.movements import (
    Account,
    InstrumentKind,
    Interest,
    Level,
    Movement,
    Movements,
    Owed,
    Purchasable,
    Setting,
    Source,
    held,
    moved,
    settled,
)
from ledger.quantities import Money, Price, Shares
from ledger.terms.notes import NoteTerms
from ledger.terms.warrants import WarrantTerms
from ledger.text import PROSE_LENGTH, text_field


def _terms_of(note: InstrumentId, terms: NoteTerms) -> Movements:
    """Return terms as levels: what the paper says, and the price and floor in force from now on."""
    prices: Movements = ()
    if terms.conversion is not None:
        buys, rule = (note, terms.conversion.into), terms.conversion.price
        prices = (Setting(buys, Level.PRICE, rule.fixed), Setting(buys, Level.FLOOR, rule.floor))
    return Setting(note, Level.NOTE_TERMS, terms), *prices


def _first_due(terms: NoteTerms) -> Money | None:
    return terms.instalments[0].amount if terms.instalments else None


def _in_one_currency(**amounts: Money | Price | None) -> None:
    """Check that amounts are in the currency of the first."""
    stated = [(name, each.currency) for name, each in amounts.items() if each is not None]
    for name, currency in stated:
        if currency != stated[0][1]:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                f"the {stated[0][0]} is in {stated[0][1]} and the {name.replace('_', ' ')} in {currency}",
                "state both in one currency",
                f"/{name}",
            )


@attrs.frozen(kw_only=True)
class NoteIssued(Fact):
    """The company owes a holder money under a note: it was lent, or a debt became a note.

    Attributes:
        holder: To whom it is owed.
        instrument: Its name in the record.
        principal: What is to be repaid; more than zero.
        terms: What the note promises.
        consideration: What was given for it. Money below the principal is an original issue discount.
        agreement: Agreement under which it was issued.
        authority: Resolution behind it.
    """

    KIND: ClassVar[str] = "note-issued"

    holder: HolderId
    instrument: InstrumentId
    principal: Money = attrs.field(validator=more_than_none)
    terms: NoteTerms = NoteTerms()
    consideration: Consideration | None = None
    agreement: AgreementId | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that what is due and what was given are in the currency of the principal."""
        given = None if self.consideration is None else self.consideration.amount
        _in_one_currency(principal=self.principal, consideration=given, instalments=_first_due(self.terms))

    @property
    def discount(self) -> Money | None:
        """What is owed beyond what was given for it; ``None`` where that is not stated."""
        given = None if self.consideration is None else self.consideration.amount
        return None if given is None else self.principal - given

    def movements(self) -> Movements:
        """Return the principal that is owed from now on, and the terms."""
        return (
            *settled(self.principal, out_of=Source.LENT, into=Owed(self.instrument, self.holder)),
            Setting(self.instrument, Level.INSTRUMENT, InstrumentKind.NOTE),
            *_terms_of(self.instrument, self.terms),
        )


@attrs.frozen(kw_only=True)
class NoteTermsAmended(Fact):
    """The parties changed what a note promises. What is owed stays.

    Attributes:
        instrument: Which.
        terms: All its terms from now on, its fixed price and its floor included.
        authority: Resolution or agreement.
    """

    KIND: ClassVar[str] = "note-terms-amended"

    instrument: InstrumentId
    terms: NoteTerms
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the terms as levels."""
        return _terms_of(self.instrument, self.terms)


@attrs.frozen(kw_only=True)
class _DebtEnds(Fact):
    """Principal and interest of an instrument that are no longer owed to a holder.

    Attributes:
        holder: To whom they were owed.
        instrument: Which note or SAFE.
        principal: Principal, or the purchase amount of a SAFE.
        interest: Interest.
    """

    holder: HolderId
    instrument: InstrumentId
    principal: Money | None = attrs.field(default=None, validator=not_below_zero)
    interest: Money | None = attrs.field(default=None, validator=not_below_zero)

    def check(self) -> None:
        """Check that something ends, and in one currency."""
        if not self.principal and not self.interest:
            raise NotUnderstood(
                "E_QUANTITY",
                f"neither principal nor interest of {self.instrument} is stated",
                "state what of it is settled",
            )
        _in_one_currency(principal=self.principal, interest=self.interest)

    def _ends(self, into: Source) -> Movements:
        return _ends(self.instrument, self.holder, self.principal, self.interest, into)


def _ends(
    instrument: InstrumentId, holder: HolderId, principal: Money | None, interest: Money | None, into: Source
) -> Movements:
    """Return principal and interest that are no longer owed; what is not stated, or nothing, does not move."""
    both: tuple[tuple[Money | None, Account], ...] = (
        (principal, Owed(instrument, holder)),
        (interest, Interest(instrument, holder)),
    )
    return tuple(
        posting for money, account in both if money for posting in settled(money, out_of=account, into=into)
    )


@attrs.frozen(kw_only=True)
class ConvertibleConverted(_DebtEnds):
    """A note or a SAFE became shares, wholly or in part; an instalment paid in shares is one too.

    All amounts are stated, so the event replays without the market of the day.

    Attributes:
        holder: Whose it was.
        instrument: Which note or SAFE.
        principal: Principal converted, or purchase amount of a SAFE.
        interest: Interest converted.
        stock_class: Class received.
        received: Shares received; none where it is only known how much was converted.
        price: Price of a share that was used.
        cash_in_lieu: Money that the company paid for a fraction.
        reserve: Reserve that the shares draw on.
        security: New certificate or lot.
        authority: Resolution behind the issue.
    """

    KIND: ClassVar[str] = "convertible-converted"

    stock_class: StockClassId
    received: Shares | None = attrs.field(default=None, validator=not_below_zero)
    price: Price | None = None
    cash_in_lieu: Money | None = attrs.field(default=None, validator=not_below_zero)
    reserve: ReserveId | None = None
    security: SecurityId | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that something converts, and in one currency."""
        super().check()
        _in_one_currency(
            principal=self.principal, interest=self.interest, price=self.price, cash_in_lieu=self.cash_in_lieu
        )

    def movements(self) -> Movements:
        """Return the shares reaching the holder, and what is no longer owed."""
        shares: Movements = ()
        if self.received:
            shares = (
                *moved(
                    self.received,
                    of=self.stock_class,
                    out_of=Source.ISSUED_ON_CONVERSION,
                    into=held(self.holder, self.security),
                ),
                *drawn(self.received, self.stock_class, self.reserve),
            )
        return (*shares, *self._ends(Source.DEBT_CONVERTED), *named(self.security))


@attrs.frozen(kw_only=True)
class NoteRepaid(_DebtEnds):
    """The company paid principal of a note, or interest, or both.

    Attributes:
        holder: Who was paid.
        instrument: Which note.
        principal: Principal paid.
        interest: Interest paid.
        premium: What was paid beyond both, as for paying early.
    """

    KIND: ClassVar[str] = "note-repaid"

    premium: Money | None = attrs.field(default=None, validator=not_below_zero)

    def check(self) -> None:
        """Check that something is paid, and in one currency."""
        super().check()
        _in_one_currency(principal=self.principal, interest=self.interest, premium=self.premium)

    def movements(self) -> Movements:
        """Return what is no longer owed."""
        return self._ends(Source.REPAID)


@attrs.frozen(kw_only=True)
class InterestAddedToPrincipal(Fact):
    """Interest of a note became principal: it was paid in kind.

    Attributes:
        holder: To whom it is owed.
        instrument: Which.
        added: Interest that is principal from now on; more than zero.
    """

    KIND: ClassVar[str] = "interest-added-to-principal"

    holder: HolderId
    instrument: InstrumentId
    added: Money = attrs.field(validator=more_than_none)

    def movements(self) -> Movements:
        """Return the interest settled, and owed as principal."""
        return settled(
            self.added, out_of=Interest(self.instrument, self.holder), into=Owed(self.instrument, self.holder)
        )


@attrs.frozen(kw_only=True)
class ConvertibleAssigned(Fact):
    """A note or a SAFE passed to another holder, wholly or in part. Its terms stay.

    Attributes:
        from_holder: Who gave it up.
        to_holder: Who received it.
        instrument: Which note or SAFE.
        principal: Principal, or purchase amount, that passed; more than zero.
        interest: Interest owed that passed with it.
        consideration: What was given for it.
    """

    KIND: ClassVar[str] = "convertible-assigned"

    from_holder: HolderId
    to_holder: HolderId
    instrument: InstrumentId
    principal: Money = attrs.field(validator=more_than_none)
    interest: Money | None = attrs.field(default=None, validator=not_below_zero)
    consideration: Consideration | None = None

    def check(self) -> None:
        """Check that it goes to somebody else, and is stated in one currency."""
        if self.from_holder == self.to_holder:
            raise NotUnderstood("E_SELF", f"{self.from_holder} assigns to itself", "name the other holder")
        _in_one_currency(principal=self.principal, interest=self.interest)

    def movements(self) -> Movements:
        """Return what is owed leaving one holder and reaching the other."""
        instrument, gives, gets = self.instrument, self.from_holder, self.to_holder
        interest: Movements = ()
        if self.interest:
            out_of, into = Interest(instrument, gives), Interest(instrument, gets)
            interest = settled(self.interest, out_of=out_of, into=into)
        return (
            *settled(self.principal, out_of=Owed(instrument, gives), into=Owed(instrument, gets)),
            *interest,
        )


@attrs.frozen(kw_only=True)
class ConvertibleCancelled(_DebtEnds):
    """A note or a SAFE ended for nothing, wholly or in part: forgiven, void, or replaced.

    Attributes:
        holder: Whose it was.
        instrument: Which note or SAFE.
        principal: Principal, or purchase amount, that is no longer owed.
        interest: Interest that is no longer owed.
        reason: Why.
    """

    KIND: ClassVar[str] = "convertible-cancelled"

    reason: str = attrs.field(validator=text_field(PROSE_LENGTH))

    def movements(self) -> Movements:
        """Return what is no longer owed."""
        return self._ends(Source.CANCELLED)


# --- exchanges ---------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class NoteGivenUp:
    """Principal and interest of a note that were given up in an exchange.

    Attributes:
        holder: To whom they were owed.
        instrument: Which.
        principal: Principal given up; more than zero.
        interest: Interest given up.
    """

    holder: HolderId
    instrument: InstrumentId
    principal: Money = attrs.field(validator=more_than_none)
    interest: Money | None = attrs.field(default=None, validator=not_below_zero)


@attrs.frozen(kw_only=True)
class SharesGivenUp:
    """Shares that were given up in an exchange.

    Attributes:
        holder: Whose.
        stock_class: Which class.
        shares: Shares given up; more than zero.
        security: Certificate or lot they were taken from.
        dividends: Accrued dividends given up with them.
    """

    holder: HolderId
    stock_class: StockClassId
    shares: Shares = attrs.field(validator=more_than_none)
    security: SecurityId | None = None
    dividends: Money | None = attrs.field(default=None, validator=not_below_zero)


@attrs.frozen(kw_only=True)
class NoteReceived:
    """A new note that was received in an exchange.

    Attributes:
        holder: To whom it is owed.
        instrument: Its name in the record.
        principal: What is to be repaid; more than zero.
        terms: What it promises.
    """

    holder: HolderId
    instrument: InstrumentId
    principal: Money = attrs.field(validator=more_than_none)
    terms: NoteTerms = NoteTerms()


@attrs.frozen(kw_only=True)
class SharesReceived:
    """New shares that were received in an exchange.

    Attributes:
        holder: Who received them.
        stock_class: Which class.
        shares: Shares received; more than zero.
        security: New certificate or lot.
        reserve: Reserve that they draw on.
    """

    holder: HolderId
    stock_class: StockClassId
    shares: Shares = attrs.field(validator=more_than_none)
    security: SecurityId | None = None
    reserve: ReserveId | None = None


@attrs.frozen(kw_only=True)
class RightReceived:
    """A right to shares that was received in an exchange: a warrant, or one to be given shares for nothing.

    Attributes:
        holder: Who received it.
        warrant: Its name in the record.
        stock_class: Class that it buys.
        purchasable: Shares that it may buy; more than zero.
        price: What each costs; zero where they are given.
        terms: How and when it may be exercised.
    """

    holder: HolderId
    warrant: InstrumentId
    stock_class: StockClassId
    purchasable: Shares = attrs.field(validator=more_than_none)
    price: Price
    terms: WarrantTerms = WarrantTerms()


@attrs.frozen(kw_only=True)
class SecuritiesExchanged(Fact):
    """Notes and shares were given up for notes, shares or rights to shares: merged, redocumented, settled.

    Attributes:
        notes_given_up: Notes that ended, wholly or in part.
        shares_given_up: Shares that went back to the company and ended.
        notes_received: New notes.
        shares_received: New shares.
        rights_received: New rights to shares.
        agreement: Agreement under which it was done.
        authority: Resolution behind it.
    """

    KIND: ClassVar[str] = "securities-exchanged"

    notes_given_up: tuple[NoteGivenUp, ...] = ()
    shares_given_up: tuple[SharesGivenUp, ...] = ()
    notes_received: tuple[NoteReceived, ...] = ()
    shares_received: tuple[SharesReceived, ...] = ()
    rights_received: tuple[RightReceived, ...] = ()
    agreement: AgreementId | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that something is given up and something received, and that each new name stands once."""
        if not (self.notes_given_up or self.shares_given_up):
            raise NotUnderstood("E_TERMS", "an exchange in which nothing is given up", "name what is given up")
        if not (self.notes_received or self.shares_received or self.rights_received):
            raise NotUnderstood(
                "E_TERMS",
                "an exchange in which nothing is received",
                "name what is received, or record convertible-cancelled",
            )
        made = [each.instrument for each in self.notes_received] + [each.warrant for each in self.rights_received]
        lots = [each.security for each in self.shares_received if each.security is not None]
        for names in (made, lots):
            if len(set(names)) < len(names):
                raise NotUnderstood("E_TERMS", "a name stands for two things received", "name each of its own")
        for old in self.notes_given_up:
            _in_one_currency(principal=old.principal, interest=old.interest)
        for new in self.notes_received:
            _in_one_currency(principal=new.principal, instalments=_first_due(new.terms))

    def movements(self) -> Movements:
        """Return what is received, and what is given up for it."""
        found: list[Movement] = []
        for shares in self.shares_received:
            into = held(shares.holder, shares.security)
            found += moved(shares.shares, of=shares.stock_class, out_of=Source.ISSUED_IN_EXCHANGE, into=into)
            found += drawn(shares.shares, shares.stock_class, shares.reserve)
        for given in self.shares_given_up:
            out_of = held(given.holder, given.security)
            found += moved(given.shares, of=given.stock_class, out_of=out_of, into=Source.EXCHANGED)
        for right in self.rights_received:
            buys = (right.warrant, right.stock_class)
            may_buy = Purchasable(right.warrant, right.holder)
            found += moved(right.purchasable, of=right.stock_class, out_of=Source.WARRANTED, into=may_buy)
            found += (
                Setting(right.warrant, Level.INSTRUMENT, InstrumentKind.WARRANT),
                Setting(right.warrant, Level.WARRANT_TERMS, right.terms),
                Setting(buys, Level.PRICE, right.price),
                Setting(buys, Level.FLOOR, None),
            )
        for old in self.notes_given_up:
            found += _ends(old.instrument, old.holder, old.principal, old.interest, Source.EXCHANGED)
        for new in self.notes_received:
            found += settled(new.principal, out_of=Source.EXCHANGED, into=Owed(new.instrument, new.holder))
            found += (
                Setting(new.instrument, Level.INSTRUMENT, InstrumentKind.NOTE),
                *_terms_of(new.instrument, new.terms),
            )
        found += [name for shares in self.shares_received for name in named(shares.security)]
        return tuple(found)


# --- defaults and liens --------------------------------------------------------------------------------


def _default_of(
    instruments: tuple[InstrumentId, ...], stock_classes: tuple[StockClassId, ...], *, is_in_default: bool
) -> Movements:
    return tuple(Setting(subject, Level.IN_DEFAULT, is_in_default) for subject in (*instruments, *stock_classes))


@attrs.frozen(kw_only=True)
class _Default(Fact):
    """What instruments and classes a default concerns.

    Attributes:
        instruments: Notes concerned.
        stock_classes: Classes concerned, where the terms of preferred stock know a default or a trigger.
    """

    instruments: tuple[InstrumentId, ...] = ()
    stock_classes: tuple[StockClassId, ...] = ()

    def check(self) -> None:
        """Check that it concerns something."""
        if not self.instruments and not self.stock_classes:
            raise NotUnderstood("E_TERMS", "a default of nothing", "name the notes or the classes concerned")


@attrs.frozen(kw_only=True)
class DefaultDeclared(_Default):
    """A holder declared a default, or the paper has one occur by itself: default rates and prices apply.

    Attributes:
        instruments: Notes in default.
        stock_classes: Classes whose default or trigger it is.
        what: What happened, in the words of the paper.
    """

    KIND: ClassVar[str] = "default-declared"

    what: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def movements(self) -> Movements:
        """Return the default as a level."""
        return _default_of(self.instruments, self.stock_classes, is_in_default=True)


@attrs.frozen(kw_only=True)
class DefaultCured(_Default):
    """A default was cured or waived: the rates and prices of every day apply again.

    Attributes:
        instruments: Notes no longer in default.
        stock_classes: Classes no longer in default.
        reason: How.
    """

    KIND: ClassVar[str] = "default-cured"

    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def movements(self) -> Movements:
        """Return the end of the default as a level."""
        return _default_of(self.instruments, self.stock_classes, is_in_default=False)


@attrs.frozen(kw_only=True)
class LienGranted(Fact):
    """The company gave a creditor a security interest in what it owns.

    Attributes:
        lien: Its name in the record.
        holder: To whom it was granted.
        collateral: What it is on, in the words of the paper.
        secures: Notes that it secures; none where it secures everything owed to the holder.
        authority: Agreement or resolution.
    """

    KIND: ClassVar[str] = "lien-granted"

    lien: RestrictionId
    holder: HolderId
    collateral: str = attrs.field(validator=text_field(PROSE_LENGTH))
    secures: tuple[InstrumentId, ...] = ()
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the lien, its creditor and what it secures as levels."""
        return (
            Setting(self.lien, Level.RESTRICTION, "lien"),
            Setting(self.lien, Level.LIEN, self.holder),
            *(Setting((self.lien, each), Level.SECURES, True) for each in self.secures),
        )


@attrs.frozen(kw_only=True)
class LienReleased(Fact):
    """A creditor released a lien.

    Attributes:
        lien: Which.
        reason: Why.
        authority: Release or agreement.
    """

    KIND: ClassVar[str] = "lien-released"

    lien: RestrictionId
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return that the lien has ended."""
        return (Setting(self.lien, Level.LIFTED, True),)
