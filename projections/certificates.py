"""The register of certificates: each certificate or lot, who has it, what became of it, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

import attrs

from ledger.days import EffectiveDay
from ledger.errors import UnknownName, nearest
from ledger.events import CommonIssued, PreferredIssued
from ledger.identity import AgreementId, EntryNumber, HolderId, IssuerId, SecurityId, StockClassId
from ledger.movements import Account, Held, Level, Unit
from ledger.quantities import Shares
from projections.bounds import Bounds, Possible, exactly
from projections.cap_table import shares_between
from projections.frame import Tabular
from projections.parties import Parties
from projections.replay import Balances, Units, close_place, is_complete, replay
from projections.share_accounts import AccountLine, ShareAccount, share_accounts

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


class CertificateStatus(Enum):
    """What has become of the shares of a certificate."""

    NOT_YET = "not yet issued"
    """The day on which it came is open, and may be still to come."""
    OUTSTANDING = "outstanding"
    """All that came with it is there, but for what a split and the settling of fractions changed."""
    PARTLY_GONE = "partly gone"
    """Some of the shares were transferred, converted or ended otherwise; others are there."""
    GONE = "gone"
    """None of its shares are left."""


_WAYS: Final = {
    "transferred out": "transferred",
    "converted": "converted",
    "cancelled": "cancelled",
    "redeemed": "redeemed",
    "repurchased to treasury": "repurchased",
    "retired": "retired",
    "exchanged": "exchanged",
}
"""The ways in which shares leave a certificate. Rounding at a split, and settling a fraction, is none of them."""


@attrs.frozen
class CertificateLine:
    """A certificate or lot in the name of a holder.

    A certificate that passed to another holder without a new number has a line for each of them.

    Attributes:
        security: Its number.
        stock_class: Of which class.
        holder: In whose name it is, or was, registered.
        name: What they are called on the day.
        issued: Shares that came with it, in the units of their day or of the basis.
        issued_on: The day on which they came, or the days that are left open.
        entry: The entry by which they came.
        came_as: How they came: issued, issued on conversion, transferred in, opening balance …
        came_from: The holder from whom they came by a transfer.
        shares: What there is now.
        status: What has become of it; several where days are open.
        ways: How shares left it, or may have left it: transferred, converted, cancelled, redeemed, repurchased.
        parent: The certificate that it was made from.
        children: The certificates that were made from it.
        agreement: The agreement under which it was issued, or the one that it came from was.
        legends: Restrictions written on it.
        lines: Every movement of its shares, in order of effect.
    """

    security: SecurityId
    stock_class: StockClassId
    holder: HolderId
    name: str
    issued: Shares
    issued_on: EffectiveDay
    entry: EntryNumber
    came_as: str
    came_from: HolderId | None
    shares: Bounds[Shares]
    status: Possible[CertificateStatus]
    ways: tuple[str, ...]
    parent: SecurityId | None
    children: tuple[SecurityId, ...]
    agreement: AgreementId | None
    legends: tuple[str, ...]
    lines: tuple[AccountLine, ...]

    def status_in_words(self) -> str:
        """Return what has become of it: outstanding, partly converted, transferred and redeemed."""
        ways, certain = self.ways, _ways(line for line in self.lines if not line.is_open)
        words = {
            CertificateStatus.PARTLY_GONE: f"partly {' and '.join(certain or ways)}",
            CertificateStatus.GONE: " and ".join(ways) or "rounded away",
        }
        return " or ".join(words.get(status, status.value) for status in self.status.values)


@attrs.frozen
class BookEntryLine:
    """Shares of a holder that are in no certificate or lot.

    Attributes:
        stock_class: Of which class.
        holder: In whose name.
        name: What they are called on the day.
        shares: How many.
    """

    stock_class: StockClassId
    holder: HolderId
    name: str
    shares: Bounds[Shares]


@attrs.frozen
class CertificateClass:
    """How much of a class is in certificates.

    Attributes:
        stock_class: Which class.
        in_certificates: Shares in certificates and lots.
        book_entry: Shares in none.
        outstanding: Both together, as far as they are recorded.
        is_complete: Whether every holder of the class is recorded; if not, there is more than this.
    """

    stock_class: StockClassId
    in_certificates: Bounds[Shares]
    book_entry: Bounds[Shares]
    outstanding: Bounds[Shares]
    is_complete: bool


@attrs.frozen(repr=False)
class CertificateRegister(Tabular):
    """Every certificate and lot that there was by the close of a day, and what is held without one.

    Attributes:
        issuer: Whose.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        basis: The day in whose units quantities are shown; ``None`` where each is in the units of its own day.
        certificates: One line for each holder of each certificate, by class, in the order in which they came.
        book_entry: What is held without a certificate.
        classes: For each class, how much of it is in certificates.
        parents: For each certificate the one that it was made from.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    basis: date | None
    certificates: tuple[CertificateLine, ...]
    book_entry: tuple[BookEntryLine, ...]
    classes: tuple[CertificateClass, ...]
    parents: Mapping[SecurityId, SecurityId | None] = attrs.field(hash=False)

    def __iter__(self) -> Iterator[CertificateLine]:
        return iter(self.certificates)

    def __len__(self) -> int:
        return len(self.certificates)

    def frames(self) -> tuple[Frame, ...]:
        """Return certificates, their movements, book entry and classes, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.certificates(self)

    def __getitem__(self, security: str) -> tuple[CertificateLine, ...]:
        found = tuple(line for line in self.certificates if line.security == security)
        if not found:
            names = [str(line.security) for line in self.certificates]
            raise UnknownName("certificate", security, self.as_of, nearest(security, names))
        return found

    def ancestors(self, security: str) -> tuple[SecurityId, ...]:
        """Return the certificates that one came from: its parent, the parent of that, and so on to the first."""
        _, *found = _back_from(self[security][0].security, self.parents)
        return tuple(found)

    def descendants(self, security: str) -> tuple[SecurityId, ...]:
        """Return the certificates that came from one, and those that came from these, generation by generation."""
        found: list[SecurityId] = []
        generation = [self[security][0].security]
        while generation:
            children = [child for child, parent in self.parents.items() if parent in generation]
            generation = [child for child in children if child not in found]
            found += generation
        return tuple(found)


def certificates(
    ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None, basis: AsOf | None = None
) -> CertificateRegister:
    """Return every certificate and lot: who has it, what became of it, and where it came from; and the book entry.

    Args:
        ledger: The record.
        as_of: The day; its close.
        known_at: What had been recorded; everything when not given.
        basis: A day, ``as_of`` or later, in whose units every quantity is shown; without one each is in the units
            of its own day.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_BASIS`` when ``basis`` is before ``as_of``.
    """
    history = ledger.history(as_of, known_at)
    facts = ledger.standing(history.known)
    units = Units(facts, basis, history.as_of)
    balances = replay(history, facts)
    parties = Parties(facts, balances)
    positions = share_accounts(
        facts, lambda stock_class, held: ((stock_class, held), True), units, after=None, through=history.as_of
    )
    papers = _Papers.of(balances)
    classes = {stock_class: index for index, stock_class in enumerate(balances.subjects(Level.CLASS_KIND))}
    found = sorted(positions.items(), key=lambda item: classes[item[0][0]])
    return CertificateRegister(
        ledger.issuer,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        None if units.are_own else units.on,
        tuple(
            _certificate(held.security, parties.name(held.holder), account, papers)
            for (_, held), account in found
            if held.security is not None
        ),
        tuple(
            BookEntryLine(stock_class, held.holder, parties.name(held.holder), account.closing)
            for (stock_class, held), account in found
            if held.security is None and account.closing != exactly(Shares(0))
        ),
        tuple(_classes(balances, units)),
        papers.parents,
    )


def _classes(balances: Balances, units: Units) -> Iterator[CertificateClass]:
    """Yield how much of each class is in certificates: what moves from one into another is netted."""

    def kept(unit: Unit, account: Account) -> tuple[Unit, bool] | None:
        return (unit, account.security is not None) if type(account) is Held else None

    def whole(unit: Unit, account: Account) -> Unit | None:
        return unit if type(account) is Held else None

    parts, wholes = balances.grouped(kept), balances.grouped(whole)
    for stock_class in balances.subjects(Level.CLASS_KIND):
        factor = units.factor(stock_class, close_place(balances.history.as_of))
        found = [parts.get((stock_class, True)), parts.get((stock_class, False)), wholes.get(stock_class)]
        if any(each not in (None, (0, 0)) for each in found):
            papers, book_entry, both = (shares_between(each or (0, 0), factor) for each in found)
            yield CertificateClass(stock_class, papers, book_entry, both, is_complete(balances, stock_class))


@attrs.frozen
class _Papers:
    """What certificates say, and which was made from which."""

    parents: dict[SecurityId, SecurityId | None]
    agreements: dict[SecurityId, AgreementId]
    legends: dict[SecurityId, tuple[str, ...]]

    @classmethod
    def of(cls, balances: Balances) -> _Papers:
        """Return what is known of certificates on the day."""
        facts = [each.fact for each in (*balances.history.certain, *balances.history.open)]
        return cls(
            {each: balances.values(Level.SECURITY, each)[-1] for each in balances.subjects(Level.SECURITY)},
            {each: balances.values(Level.ISSUED_UNDER, each)[-1] for each in balances.subjects(Level.ISSUED_UNDER)},
            {
                fact.security: fact.legends
                for fact in facts
                if isinstance(fact, CommonIssued | PreferredIssued) and fact.security is not None
            },
        )

    def agreement(self, security: SecurityId) -> AgreementId | None:
        """Return the agreement under which a certificate, or the one that it came from, was issued."""
        line = _back_from(security, self.parents)
        return next((self.agreements[each] for each in line if each in self.agreements), None)


def _back_from(security: SecurityId, parents: Mapping[SecurityId, SecurityId | None]) -> list[SecurityId]:
    """Return a certificate, its parent, the parent of that, and so on to the first."""
    found: list[SecurityId] = []
    step: SecurityId | None = security
    while step is not None and step not in found:  # a register recorded as stated may lead in a circle
        found.append(step)
        step = parents.get(step)
    return found


def _certificate(security: SecurityId, name: str, account: ShareAccount, papers: _Papers) -> CertificateLine:
    lines = account.lines
    came = next((line for line in lines if line.change > Shares(0)), lines[0])
    return CertificateLine(
        security,
        account.stock_class,
        came.holder,
        name,
        came.change,
        came.effective_on,
        came.entry,
        came.what,
        came.counterparty,
        account.closing,
        Possible(tuple(_statuses(account))),
        _ways(lines),
        papers.parents.get(security),
        tuple(child for child, parent in papers.parents.items() if parent == security),
        papers.agreement(security),
        papers.legends.get(security, ()),
        lines,
    )


def _ways(lines: Iterable[AccountLine]) -> tuple[str, ...]:
    """Return how shares left by the lines of a certificate, each way once."""
    return tuple(dict.fromkeys(_WAYS[line.what] for line in lines if line.what in _WAYS))


def _statuses(account: ShareAccount) -> Iterator[CertificateStatus]:
    """Yield what may have become of a certificate, in the order of a life."""
    low, high = account.closing.low, account.closing.high
    assert low is not None, "an account knows what was recorded"
    assert high is not None, "an account knows what was recorded"
    nothing, came = Shares(0), not all(line.is_open for line in account.lines)
    went = [line for line in account.lines if line.what in _WAYS]
    certainly_went = any(not line.is_open for line in went)
    if not came:
        yield CertificateStatus.NOT_YET
    if high > nothing and not certainly_went:
        yield CertificateStatus.OUTSTANDING
    if high > nothing and (certainly_went or any(high + line.change > nothing for line in went)):
        yield CertificateStatus.PARTLY_GONE
    if low <= nothing and (came or went):
        yield CertificateStatus.GONE
