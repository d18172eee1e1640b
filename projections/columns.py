"""Which tables each view has, and what stands in their columns: the tidy form of every answer, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.quantities import Money, Price, Shares
from projections.bounds import Bounds
from projections.frame import Column, Frame, Kind, Within, constant, currency_of, within

if TYPE_CHECKING:
    from projections.adjustments import Adjustments
    from projections.audit import AuditTrail
    from projections.awards import AwardLedger
    from projections.beneficial import BeneficialOwnership
    from projections.cap_table import CapTable
    from projections.capacity import ConversionCapacity
    from projections.certificates import CertificateRegister
    from projections.claims import ClaimsReport
    from projections.commitments import Commitments
    from projections.company import CompanySheet
    from projections.control import ControlBook
    from projections.crossings import Crossings
    from projections.diff import Difference
    from projections.dividends import DividendLedger
    from projections.effects import Given
    from projections.explain import Explanation
    from projections.findings import Findings
    from projections.fully_diluted import FullyDiluted
    from projections.holder_movements import HolderMovements
    from projections.holders import HolderList
    from projections.holdings import Holdings
    from projections.holdings_over_time import HoldingsOverTime
    from projections.notes import NoteLedger
    from projections.open_points import OpenPoints
    from projections.over_time import CommitmentOverTime, OwnershipOverTime
    from projections.pro_forma import ProForma
    from projections.record_differences import RecordDifferences
    from projections.restrictions import Restrictions
    from projections.rollforward import RollForward
    from projections.statement import Statement
    from projections.warrants import Warrants
    from projections.waterfall import ExitWaterfall
    from projections.weighted_average import WeightedAverage


def _quantity(name: str, of: Any = None, *, bounded: bool = True, shown: bool = True) -> Column:
    return Column(name, Kind.QUANTITY, of, bounded, shown)


def _currency(of: str) -> Column:
    get = attrgetter(of)
    return Column("currency", of=lambda line: currency_of(get(line)), shown=False)


# --- cap table ----------------------------------------------------------------------------------------------

_HOLDINGS: Final = (
    Column("holder"),
    Column("name"),
    Column("stock_class"),
    _quantity("shares"),
    Column("part_of_class", Kind.PART, "percent", bounded=True, within="stock_class"),
    _quantity("as_converted"),
    _quantity("votes"),
)
_CLASSES: Final = (
    Column("stock_class"),
    Column("title"),
    Column("class_kind"),
    Column("scope", shown=False),
    Column("is_complete", Kind.FLAG),
    Column("authorized"),
    _quantity("authorized", shown=False),
    _quantity("reserved"),
    _quantity("issued"),
    _quantity("treasury"),
    _quantity("outstanding"),
    _quantity("spent"),
    _quantity("available"),
    _quantity("as_converted"),
    _quantity("votes"),
    _quantity("not_recorded"),
    _quantity("stated", lambda line: line.stated and line.stated.shares, bounded=False),
    Column("stated_on", Kind.DAY, lambda line: line.stated and line.stated.on),
    Column("par_value", shown=False),
    Column("stated_value", shown=False),
    Column("votes_per_share", shown=False),
    Column("seniority", shown=False),
    Column("identifiers", of=lambda line: tuple(map(" ".join, _words(line.identifiers))) or None, shown=False),
)
_RESERVES: Final = (
    Column("stock_class", of="outer.stock_class"),
    Column("reserve", of="line.reserve"),
    Column("purpose", of="line.purpose"),
    _quantity("shares", "line.shares"),
)


def _words(identifiers: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    return ((scheme, str(number)) for scheme, number in identifiers)


def cap_table(view: CapTable) -> tuple[Frame, ...]:
    """Return a line for each holding, for each class, and for each reserve."""
    title = f"Cap table of {view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    reserves = within(view.classes, lambda line: line.reserves)
    return (
        Frame("holdings", title, (*asked, *_HOLDINGS), view.holdings),
        Frame("classes", title, (*asked, *_CLASSES), view.classes),
        Frame("reserves", title, (*asked, *_RESERVES), reserves),
    )


def _asked(view: Any) -> tuple[Column, ...]:
    """Return what was asked, on each line: answers for several days, or issuers, can then stand in one table."""
    return (
        constant("issuer", view.issuer),
        constant("as_of", view.as_of, Kind.DAY),
        constant("known", view.known, Kind.WHOLE),
    )


def holdings(view: Holdings) -> tuple[Frame, ...]:
    """Return a line for each holding."""
    title = f"Holdings in {view.issuer} at the close of {view.as_of}"
    return (Frame("holdings", title, (*_asked(view), *_HELD), [*view]),)


_HELD: Final = (Column("holder"), Column("stock_class"), _quantity("shares"))


def holdings_over_time(view: HoldingsOverTime) -> tuple[Frame, ...]:
    """Return a line for each holding on each day."""
    title = f"Holdings in {view.issuer} at the close of {len(view)} days, {view.days[0]} to {view.days[-1]}"
    asked = (
        constant("issuer", view.issuer),
        Column("as_of", Kind.DAY, "outer.as_of"),
        constant("known", view.known, Kind.WHOLE),
    )
    held = tuple(attrs.evolve(each, of=f"line.{each.name}") for each in _HELD)
    return (Frame("holdings", title, (*asked, *held), within(view, lambda each: each)),)


def holder_movements(view: HolderMovements) -> tuple[Frame, ...]:
    """Return a line for each movement."""
    title = f"Movements of {view.holder} in {view.issuer} until the close of {view.as_of}"
    held = (
        constant("holder", view.holder),
        Column("on", Kind.DAY),
        Column("entry", Kind.WHOLE),
        Column("stock_class"),
        _quantity("change", bounded=False),
        _quantity("balance", bounded=False),
    )
    return (Frame("movements", title, (*_asked(view), *held), [*view]),)


# --- commitments --------------------------------------------------------------------------------------------

_AGREEMENTS: Final = (
    Column("agreement"),
    Column("investor"),
    Column("buys"),
    Column("price"),
    _currency("undertaken"),
    *map(_quantity, ("undertaken", "due", "overdue", "closed", "lapsed", "undrawn", "undrawn_if_on_schedule")),
    _quantity("shares_issued", "shares.issued"),
    _quantity("shares_converted", "shares.converted"),
    _quantity("shares_ended_otherwise", "shares.ended_otherwise"),
    _quantity("shares_rounding", "shares.rounding", shown=False),
    _quantity("shares_outstanding", "shares.outstanding"),
    Column("converts_into", of=lambda line: line.headroom and line.headroom.into),
    _quantity("still_to_convert", lambda line: line.headroom and line.headroom.still_to_convert),
    _quantity("available_to_convert", lambda line: line.headroom and line.headroom.available, shown=False),
    Column("is_enough", Kind.FLAG, lambda line: line.headroom and line.headroom.is_enough),
    _quantity("remedy_yields", shown=False),
    Column("is_terminated", Kind.FLAG),
)
_TRANCHES: Final = (
    Column("agreement", of="outer.agreement"),
    Column("tranche", of="line.tranche"),
    Column("due", Kind.DAY, "line.due_on", bounded=True),
    _currency("line.undertaken"),
    *(_quantity(name, f"line.{name}") for name in ("undertaken", "closed", "lapsed", "undrawn")),
    Column("is_due", Kind.FLAG, "line.is_due"),
    Column("conditions", of=lambda each: tuple(f"{name}: {state}" for name, state in each.line.conditions) or None),
)


def commitments(view: Commitments) -> tuple[Frame, ...]:
    """Return a line for each agreement, and for each tranche."""
    title = f"Commitments to {view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    tranches = within(view.agreements, lambda balance: balance.tranches)
    return (
        Frame("agreements", title, (*asked, *_AGREEMENTS), view.agreements),
        Frame("tranches", title, (*asked, *_TRANCHES), tranches),
    )


# --- awards -------------------------------------------------------------------------------------------------

_AWARDS: Final = (
    Column("award"),
    Column("holder"),
    Column("name"),
    Column("plan"),
    Column("stock_class"),
    Column("award_kind"),
    Column("granted_on", Kind.DAY, bounded=True),
    Column("entry", Kind.WHOLE, shown=False),
    Column("price"),
    Column("expires_on", Kind.DAY),
    *map(_quantity, ("granted", "vested", "exercised", "released", "forfeited", "expired", "outstanding")),
    *map(_quantity, ("unvested", "exercisable", "unvested_shares", "repurchased")),
    _quantity("ahead", shown=False),
)
_INSTALMENTS: Final = (
    Column("award", of="outer.award"),
    Column("vests_on", Kind.DAY, "line.vests_on"),
    _quantity("shares", "line.shares", bounded=False),
)
_POOLS: Final = (
    Column("plan"),
    Column("title"),
    Column("stock_class"),
    *map(_quantity, ("kept_back", "granted", "returned", "ungranted", "awarded")),
)


def awards(view: AwardLedger) -> tuple[Frame, ...]:
    """Return a line for each award, for each instalment that is still to vest, and for each pool."""
    title = f"Awards of {view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    return (
        Frame("awards", title, (*asked, *_AWARDS), view.awards),
        Frame("to_come", title, (*asked, *_INSTALMENTS), within(view.awards, lambda line: line.to_come)),
        Frame("pools", title, (*asked, *_POOLS), view.pools),
    )


# --- roll-forward and explanation ---------------------------------------------------------------------------

_STEPS: Final = (
    Column("step", of="outer"),
    Column("kind", of=lambda each: each.line.kind if each.outer == "movement" else None),
    _quantity("amount", lambda each: each.line.change if each.outer == "movement" else each.line),
    Column("currency", of=lambda each: _currency_of_step(each), shown=False),
    Column("entries", of=lambda each: each.line.entries if each.outer == "movement" else None),
)


def _currency_of_step(each: Within) -> str | None:
    return currency_of(each.line.change if each.outer == "movement" else each.line)


def rollforward(view: RollForward) -> tuple[Frame, ...]:
    """Return the opening, a line for each kind of movement, and the closing: the amounts add up."""
    asked = (
        constant("figure", view.label),
        constant("after", view.after, Kind.DAY),
        constant("through", view.through, Kind.DAY),
        constant("is_complete", view.is_complete, Kind.FLAG),
    )
    steps = [
        Within("opening", view.opening),
        *(Within("movement", line) for line in view.lines),
        Within("closing", view.closing),
    ]
    title = f"{view.label} from the close of {view.after} to the close of {view.through}"
    return (Frame("steps", title, (*asked, *_STEPS), steps),)


_EXPLAINED: Final = (
    Column("entry", Kind.WHOLE, "fact.entry.number"),
    Column("kind", of="fact.fact.KIND"),
    Column("effective", Kind.DAY, "fact.fact.effective_on", bounded=True),
    Column("is_open", Kind.FLAG),
    _quantity("change", lambda step: _amount(step.change), bounded=False),
    Column("sets_to", of=lambda step: None if _amount(step.change) is not None else step.change),
    _quantity("amounts_to"),
    _currency("change"),
)


def _amount(change: Any) -> Any:
    return change if isinstance(change, Shares | Money) else None


def explanation(view: Explanation) -> tuple[Frame, ...]:
    """Return a line for each entry behind a figure."""
    asked = (constant("figure", view.label), constant("as_of", view.as_of, Kind.DAY))
    title = f"{view.label} at the close of {view.as_of} = {view.result}"
    return (Frame("steps", title, (*asked, *_EXPLAINED), view.steps),)


# --- audit trail and findings -------------------------------------------------------------------------------

_AUDIT: Final = (
    Column("entry", Kind.WHOLE, "entry.number"),
    Column("kind", of="entry.event.KIND"),
    Column("recorded_at", Kind.INSTANT, "entry.recorded_at"),
    Column("actor", of="entry.actor"),
    Column("command", of="entry.command", shown=False),
    Column("effective", Kind.DAY, "effective_on", bounded=True),
    Column("certainty", of="entry.event.certainty"),
    Column("disclosed_on", Kind.DAY, "entry.event.disclosed_on"),
    Column("stands", Kind.FLAG),
    Column("taken_out_by", Kind.WHOLE),
    Column("evidence", of=lambda line: _documents(line)),
    Column("note", of="entry.event.note", shown=False),
    Column("payload_digest", of="entry.payload_digest", shown=False),
)


def audit_trail(view: AuditTrail) -> tuple[Frame, ...]:
    """Return a line for each entry."""
    return (Frame("entries", "Audit trail", _AUDIT, view),)


_FINDINGS: Final = (
    Column("severity"),
    Column("code"),
    Column("what"),
    Column("on", Kind.DAY),
    _quantity("amount", bounded=False),
    _currency("amount"),
    Column("entry", Kind.WHOLE),
)


def findings(view: Findings) -> tuple[Frame, ...]:
    """Return a line for each finding."""
    return (Frame("findings", "What does not fit", _FINDINGS, view),)


_OPEN_POINTS: Final = (
    Column("kind"),
    Column("entry", Kind.WHOLE),
    Column("effective", Kind.DAY, "effective_on", bounded=True),
    Column("what"),
    Column("note", shown=False),
)


def open_points(view: OpenPoints) -> tuple[Frame, ...]:
    """Return a line for each point that is open."""
    return (Frame("points", "What stays open", _OPEN_POINTS, view),)


# --- claims --------------------------------------------------------------------------------------------------

_DISCLOSED: Final = (
    Column("claim"),
    Column("said_by"),
    Column("disclosed_on"),
    Column("about", Kind.DAY),
    Column("figure", of=lambda line: line.figure.printed),
    Column("verdict", of=lambda line: line.verdict.value),
    Column("reading"),
    Column("definition"),
    Column("computed", of=lambda line: line.shown(line.computed)),
    Column("slip"),
    Column("missing"),
    Column("arithmetic", of=lambda line: line.arithmetic()),
    Column("is_withdrawn", Kind.FLAG, lambda line: line.withdrawn is not None),
    Column("entry", Kind.WHOLE),
)
_CLAIM_FINDINGS: Final = (
    Column("severity", of=lambda found: found.severity.value),
    Column("code", of=lambda found: found.code.value),
    Column("what"),
    Column("arithmetic"),
    Column("claims"),
    Column("entries", of=lambda found: tuple(str(number) for number in found.entries)),
)
_IMPLIED: Final = (
    Column("claim", of="outer.claim"),
    Column("operand", of=lambda pair: str(pair.line.operand)),
    Column("definition", of="line.definition"),
    Column("reading", of="line.reading"),
    Column("low", Kind.PART, "line.interval.low"),
    Column("high", Kind.PART, "line.interval.high"),
)


def claims(view: ClaimsReport) -> tuple[Frame, ...]:
    """Return a line for each claim, for what it implies, and for each finding."""
    return (
        Frame("claims", "What was disclosed", _DISCLOSED, view.claims),
        Frame("findings", "What a reader should know", _CLAIM_FINDINGS, view.findings),
        Frame("implied", "What claims imply", _IMPLIED, within(view.claims, lambda line: line.implied)),
    )


# --- lists of holders against the register ------------------------------------------------------------------

_DIFFERENCES: Final = (
    Column("kind", of=lambda line: line.kind.value),
    Column("stock_class"),
    Column("source"),
    Column("holder"),
    Column("name"),
    Column("since", Kind.DAY),
    Column("last", Kind.DAY),
    Column("gone", Kind.DAY),
    Column("days", Kind.WHOLE),
    _quantity("listed"),
    _quantity("recorded"),
    _quantity("off_by"),
    Column("code", of="CODE", shown=False),
    Column("severity", of=lambda line: line.severity.value, shown=False),
    Column("lists", of=lambda line: tuple(str(number) for number in line.lists)),
    Column("entries", of=lambda line: tuple(str(number) for number in line.entries)),
)
_LISTS: Final = (
    Column("entry", Kind.WHOLE),
    Column("on", Kind.DAY),
    Column("stock_class"),
    Column("source"),
    Column("scope", of=lambda line: line.scope.value),
    Column("lines", Kind.WHOLE),
    _quantity("added", bounded=False),
    _quantity("stated", bounded=False),
    _quantity("outstanding"),
    Column("matched", Kind.WHOLE),
    Column("unclear", Kind.WHOLE),
    Column("differences", Kind.WHOLE),
)
_UNCLEAR: Final = (
    Column("entry", Kind.WHOLE, "outer.entry"),
    Column("on", Kind.DAY, "outer.on"),
    Column("stock_class", of="outer.stock_class"),
    Column("source", of="outer.source"),
    Column("name", of="outer.name"),
    Column("account", of="outer.account"),
    Column("certificate", of="outer.certificate"),
    _quantity("shares", "outer.shares", bounded=False),
    Column("candidate", of="line.holder"),
    Column("candidate_name", of="line.name"),
    Column("why", of="line.why"),
    _quantity("recorded", "line.recorded"),
)


def record_differences(view: RecordDifferences) -> tuple[Frame, ...]:
    """Return a line for each difference, each list, and each holder whom a name that is not clear may mean."""
    return (
        Frame("differences", "Lists of holders against the register", _DIFFERENCES, view.differences),
        Frame("lists", "Lists that were received", _LISTS, view.lists),
        Frame("unclear", "Names that are not clear", _UNCLEAR, within(view.unclear, lambda line: line.candidates)),
    )


# --- the company itself -------------------------------------------------------------------------------------

_LISTINGS: Final = (
    Column("stock_class"),
    Column("title"),
    Column("market"),
    Column("symbol"),
    Column("identifiers", of=lambda line: tuple(f"{name} {value}" for name, value in _words(line.identifiers))),
    Column("outstanding_reported", of=lambda line: _possible_shares(line.outstanding_reported)),
    Column("reported_on", Kind.DAY, bounded=True),
)
_RESTRICTED: Final = (
    Column("account"),
    _quantity("paid_in"),
    _quantity("released"),
    _quantity("left"),
    _currency("paid_in"),
)
_MEETINGS: Final = (
    Column("entry", Kind.WHOLE),
    Column("effective", Kind.DAY, "effective_on", bounded=True),
    Column("voted", Kind.FLAG),
    Column("what"),
    Column("stock_class"),
    Column("authorized", of=lambda line: None if line.authorized is None else str(line.authorized)),
    *(
        _quantity(name, bounded=False)
        for name in ("votes_for", "votes_against", "withheld", "abstained", "broker_non_votes", "present")
    ),
    Column("carried", Kind.FLAG),
)


def _possible_shares(shares: Any) -> str | None:
    return str(shares) if shares.values else None


def company_sheet(view: CompanySheet) -> tuple[Frame, ...]:
    """Return a line for each class in its market, for each control account, and for each proposal and vote."""
    title = f"{view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    return (
        Frame("listings", title, (*asked, *_LISTINGS), view.listings),
        Frame("restricted", "Control accounts", (*asked, *_RESTRICTED), view.restricted),
        Frame("meetings", "Proposals and votes", (*asked, *_MEETINGS), view.meetings),
    )


# --- statement, list of holders, register of certificates ---------------------------------------------------

_MOVEMENTS: Final = (
    Column("stock_class"),
    Column("entry", Kind.WHOLE),
    Column("effective", Kind.DAY, "effective_on", bounded=True),
    Column("certainty", shown=False),
    Column("is_open", Kind.FLAG),
    Column("what"),
    Column("registered_to", of="holder"),
    Column("security"),
    Column("counterparty"),
    _quantity("change", bounded=False),
    _quantity("balance"),
    Column("given", of=lambda line: given_in_words(line.given)),
)


def statement(view: Statement) -> tuple[Frame, ...]:
    """Return a line for each movement, for each class, and for each certificate or book entry."""
    after = "the beginning" if view.after is None else f"the close of {view.after}"
    title = f"Account of {view.party.holder} with {view.issuer} from {after} to the close of {view.as_of}"
    asked = (*_asked(view), constant("holder", view.party.holder), constant("after", view.after, Kind.DAY))
    accounts = (
        Column("stock_class"),
        Column("title"),
        _quantity("opening", "account.opening"),
        _quantity("closing", "account.closing"),
    )
    positions = (
        Column("stock_class", of="outer.stock_class"),
        Column("registered_to", of="line.holder"),
        Column("security", of="line.security"),
        _quantity("opening", "line.opening"),
        _quantity("closing", "line.closing"),
    )
    return (
        Frame("movements", title, (*asked, *_MOVEMENTS), view.lines),
        Frame("accounts", title, (*asked, *accounts), view.classes),
        Frame("positions", title, (*asked, *positions), within(view.classes, lambda each: each.positions)),
    )


def given_in_words(given: Given | None) -> str | None:
    """Return what was given for shares, in words: ``500 USD in cash``, ``0.01 USD a share``, ``services``."""
    if given is None or isinstance(given, Money):
        return None if given is None else str(given)
    if isinstance(given, Price):
        return f"{given} a share"
    form = given.form.value.replace("-", " ")
    return f"{form}, {given.amount}" if given.amount is not None else form


def holders(view: HolderList) -> tuple[Frame, ...]:
    """Return a line for each holder, for what each holds of each class, and for each class."""
    title = f"Holders of {view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    everybody = (
        Column("holder", of="party.holder"),
        Column("name", of="party.name"),
        Column("holder_kind", of="party.holder_kind", shown=False),
        Column("addresses", of=lambda line: line.party.addresses or None),
        Column("also", of=lambda line: line.party.also or None, shown=False),
        _quantity("votes"),
        Column("part_of_votes", Kind.PART, "percent", bounded=True, within="issuer"),
    )
    shares = (
        Column("holder", of="outer.party.holder"),
        Column("stock_class", of=lambda each: each.line[0]),
        _quantity("shares", lambda each: each.line[1]),
    )
    classes = (
        Column("stock_class", of="line.stock_class"),
        Column("title", of="line.title"),
        Column("is_complete", Kind.FLAG, "line.is_complete"),
        _quantity("outstanding", "line.outstanding"),
        _quantity("not_recorded", "line.not_recorded"),
        Column("votes_per_share", of="line.votes_per_share"),
        _quantity("votes"),
    )
    return (
        Frame("holders", title, (*asked, *everybody), view.holders),
        Frame("shares", title, (*asked, *shares), within(view.holders, lambda line: line.shares)),
        Frame("classes", title, (*asked, *classes), view.classes),
    )


def certificates(view: CertificateRegister) -> tuple[Frame, ...]:
    """Return a line for each holder of each certificate, for each movement, for book entry, and for each class."""
    title = f"Certificates of {view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    papers = (
        Column("security"),
        Column("stock_class"),
        Column("holder"),
        Column("name"),
        _quantity("issued", bounded=False),
        Column("issued_on", Kind.DAY, bounded=True),
        Column("entry", Kind.WHOLE, shown=False),
        Column("came_as"),
        Column("came_from"),
        _quantity("shares"),
        Column("status", of=lambda line: line.status_in_words()),
        Column("parent"),
        Column("children", of=lambda line: line.children or None),
        Column("agreement"),
        Column("legends", of=lambda line: line.legends or None),
    )
    book_entry = (Column("stock_class"), Column("holder"), Column("name"), _quantity("shares"))
    classes = (
        Column("stock_class"),
        *(_quantity(name) for name in ("in_certificates", "book_entry", "outstanding")),
    )
    return (
        Frame("certificates", title, (*asked, *papers), view.certificates),
        Frame("movements", title, (*asked, *_MOVEMENTS), [each for line in view for each in line.lines]),
        Frame("book_entry", title, (*asked, *book_entry), view.book_entry),
        Frame("classes", title, (*asked, *classes), view.classes),
    )


# --- control book -------------------------------------------------------------------------------------------

_CONTROL: Final = (
    Column("stock_class", of="outer.stock_class"),
    Column("entry", Kind.WHOLE, "line.fact.entry.number"),
    Column("effective", Kind.DAY, "line.fact.fact.effective_on", bounded=True),
    Column("is_open", Kind.FLAG, "line.is_open"),
    Column("kind", of="line.kind"),
    Column("sets_authorized", of="line.authorized"),
    _quantity("shares", "line.shares", bounded=False),
    _quantity("issued_change", "line.issued_change", bounded=False, shown=False),
    Column("holder", of="line.holder"),
    Column("reserve", of="line.reserve"),
    Column("authority", of="line.authority"),
    Column("lacks_authority", Kind.FLAG, "line.lacks_authority", shown=False),
    Column("evidence", of=lambda each: _documents(each.line), shown=False),
    Column("authorized", of="line.after.authorized"),
    *(
        _quantity(name, f"line.after.{name}")
        for name in ("reserved", "issued", "treasury", "outstanding", "spent", "available")
    ),
)


def _documents(line: Any) -> tuple[str, ...] | None:
    return tuple(each.document for each in line.evidence) or None


def control_book(view: ControlBook) -> tuple[Frame, ...]:
    """Return a line for each entry of the book, and for each class."""
    title = f"Control book of {view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    return (
        Frame("lines", title, (*asked, *_CONTROL), within(view.accounts, lambda account: account.lines)),
        Frame("classes", title, (*asked, *_CLASSES), [account.line for account in view.accounts]),
    )


# --- differences --------------------------------------------------------------------------------------------

_CHANGES: Final = (
    Column("about", of="outer"),
    Column("name", of=lambda each: each.line.of[0]),
    Column("part", of=lambda each: each.line.of[1] if len(each.line.of) > 1 else None),
    Column("figure", of="line.figure"),
    Column("old", of=lambda each: _value(each.line.old)),
    Column("new", of=lambda each: _value(each.line.new)),
    _currency("line.new"),
    _quantity("old", lambda each: _bounds(each.line.old), shown=False),
    _quantity("new", lambda each: _bounds(each.line.new), shown=False),
    _quantity("by", "line.by", bounded=False),
    Column("entries", of=lambda each: each.line.entries or None),
)
_CHANGED_FACTS: Final = (
    Column("how", of="how.value"),
    Column("kind", of=lambda each: (each.new or each.old).fact.KIND),
    Column("old_entry", Kind.WHOLE, lambda each: each.old and each.old.entry.number),
    Column("old_effective", Kind.DAY, lambda each: each.old and each.old.fact.effective_on, bounded=True),
    Column("old_is_open", Kind.FLAG, shown=False),
    Column("new_entry", Kind.WHOLE, lambda each: each.new and each.new.entry.number),
    Column("new_effective", Kind.DAY, lambda each: each.new and each.new.fact.effective_on, bounded=True),
    Column("new_is_open", Kind.FLAG, shown=False),
    Column("entries", of=lambda each: tuple(entry.number for entry in each.by)),
)


def _bounds(value: Any) -> Any:
    return value if isinstance(value, Bounds) else None


def _value(value: Any) -> Any:
    """Return what people read of a figure or a level."""
    return str(value) if isinstance(value, Bounds | bool) else value


def difference(view: Difference) -> tuple[Frame, ...]:
    """Return a line for each figure that changed, and for each fact that counts otherwise."""
    old, new = view.old, view.new
    asked = (
        constant("issuer", view.issuer),
        constant("old_as_of", old.as_of, Kind.DAY),
        constant("old_known", old.known, Kind.WHOLE),
        constant("new_as_of", new.as_of, Kind.DAY),
        constant("new_known", new.known, Kind.WHOLE),
    )
    changes = [
        Within(about, line)
        for about, lines in (
            ("holding", view.holdings),
            ("stock class", view.classes),
            ("agreement", view.agreements),
            ("instrument", view.instruments),
        )
        for line in lines
    ]
    sides = [f"the close of {side.as_of}, entries 1 to {side.known:,}" for side in (old, new)]
    title = f"Differences of {view.issuer} from {sides[0]} to {sides[1]}"
    return (
        Frame("changes", title, (*asked, *_CHANGES), changes),
        Frame("facts", title, (*asked, *_CHANGED_FACTS), view.facts),
    )


# --- over time ----------------------------------------------------------------------------------------------


def _from_when_on(view: Any) -> tuple[Column, ...]:
    """Return the day from whose close on a step is so, and the day from whose close on it is no more."""
    days = [step.on for step in view.steps]
    ends = dict(pairwise(days))
    return (
        constant("issuer", view.issuer),
        constant("known", view.known, Kind.WHOLE),
        Column("on", Kind.DAY, "outer.on"),
        Column("until", Kind.DAY, lambda each: ends.get(each.outer.on)),
    )


def ownership_over_time(view: OwnershipOverTime) -> tuple[Frame, ...]:
    """Return a line for each holder on each step, and for the class on each step."""
    title = f"{view.stock_class} of {view.issuer} from the close of {view.after} to the close of {view.through}"
    when = (*_from_when_on(view), constant("stock_class", view.stock_class))
    held = (
        Column("holder", of="line"),
        Column("name", of=lambda each: view.names[each.line]),
        _quantity("shares", lambda each: each.outer.shares[each.line]),
        Column("part_of_class", Kind.PART, lambda each: each.outer.percent(each.line), True, within="on"),
    )
    of_class = (
        Column("is_complete", Kind.FLAG, "outer.is_complete"),
        *(_quantity(name, f"outer.{name}") for name in ("recorded", "outstanding", "not_recorded")),
    )
    return (
        Frame("holdings", title, (*when, *held), within(view.steps, lambda step: step.shares)),
        Frame("steps", title, (*when, *of_class), within(view.steps, lambda step: (step,))),
    )


def commitment_over_time(view: CommitmentOverTime) -> tuple[Frame, ...]:
    """Return a line for each step."""
    title = f"{view.agreement} from the close of {view.after} to the close of {view.through}"
    when = (*_from_when_on(view), constant("agreement", view.agreement))
    amounts = ("undertaken", "due", "overdue", "closed", "lapsed", "undrawn", "undrawn_if_on_schedule")
    money = (_currency("outer.undertaken"), *(_quantity(name, f"outer.{name}") for name in amounts))
    return (Frame("steps", title, (*when, *money), within(view.steps, lambda step: (step,))),)


# --- pro forma round ----------------------------------------------------------------------------------------

_IN_ROUND: Final = (
    Column("holder"),
    Column("name"),
    *(_quantity(name, bounded=False) for name in ("held", "options", "before", "received", "bought", "after")),
    Column("part_before", Kind.PART, within="issuer"),
    Column("part_after", Kind.PART, within="issuer"),
    Column("dilution", Kind.PART, shown=False),
)
_CONVERSIONS: Final = (
    Column("instrument", of="name"),
    Column("holder"),
    _quantity("principal", bounded=False),
    _quantity("interest", bounded=False),
    Column("currency", of=lambda line: str(line.principal.currency), shown=False),
    Column("by", of="taken"),
    Column("price"),
    Column("series"),
    _quantity("shares", bounded=False),
    Column("exact_shares", Kind.PART, "exact", shown=False),
)
_PURCHASES: Final = (
    Column("holder"),
    _quantity("paid", bounded=False),
    _currency("paid"),
    _quantity("shares", bounded=False),
    Column("exact_shares", Kind.PART, "exact", shown=False),
)


def pro_forma(view: ProForma) -> tuple[Frame, ...]:
    """Return a line for each holder before and after, for each paper that converts, and for each investor."""
    title = f"{view.agreed.series} of {view.issuer} on top of {view.as_of}"
    asked = _asked(view)
    return (
        Frame("holders", title, (*asked, *_IN_ROUND), view.holders),
        Frame("conversions", title, (*asked, *_CONVERSIONS), view.solution.conversions),
        Frame("purchases", title, (*asked, *_PURCHASES), view.solution.purchases),
    )


# --- dividends ----------------------------------------------------------------------------------------------

_DIVIDENDS: Final = (
    Column("dividend"),
    Column("stock_class"),
    Column("declared", Kind.DAY, "declared_on", bounded=True),
    Column("per_share"),
    Column("record_on", Kind.DAY),
    Column("payment_on", Kind.DAY),
    Column("paid_in"),
    Column("currency", of=lambda line: line.per_share.currency, shown=False),
    *(_quantity(name, of) for name, of in (("amount", "declared"), ("paid", "paid"), ("paid_in_kind", None))),
    _quantity("unpaid"),
    Column("is_overdue", Kind.FLAG),
    Column("is_complete", Kind.FLAG, shown=False),
)
_ENTITLED: Final = (
    Column("dividend", of="outer.dividend"),
    Column("holder", of="line.holder"),
    Column("name", of="line.name"),
    _quantity("shares", "line.shares"),
    Column("currency", of=lambda each: each.outer.per_share.currency, shown=False),
    *(_quantity(name, f"line.{name}") for name in ("due", "paid", "unpaid")),
)
_ACCRUED: Final = (
    Column("stock_class"),
    Column("holder"),
    Column("name"),
    _quantity("shares"),
    _currency("owed"),
    *map(_quantity, ("accrued", "paid", "owed", "given_up")),
)
_PAYMENTS: Final = (
    Column("entry", Kind.WHOLE),
    Column("effective", Kind.DAY, "effective_on", bounded=True),
    Column("certainty", shown=False),
    Column("is_open", Kind.FLAG, shown=False),
    Column("holder"),
    Column("stock_class"),
    Column("dividend"),
    Column("currency", of=lambda line: line.amount and line.amount.currency, shown=False),
    _quantity("amount", bounded=False),
    _quantity("received", bounded=False),
    Column("received_class"),
)


def dividends(view: DividendLedger) -> tuple[Frame, ...]:
    """Return a line for each dividend, each holder who is paid of it, what accrued, and each payment."""
    title = f"Dividends of {view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    return (
        Frame("dividends", title, (*asked, *_DIVIDENDS), view.dividends),
        Frame("entitled", title, (*asked, *_ENTITLED), within(view.dividends, lambda line: line.holders)),
        Frame("accrued", title, (*asked, *_ACCRUED), view.accrued),
        Frame("payments", title, (*asked, *_PAYMENTS), view.payments),
    )


# --- beneficial ownership, crossings, capacity --------------------------------------------------------------

_OWNERS: Final = (
    Column("owner"),
    Column("name"),
    Column("is_group", Kind.FLAG, lambda line: bool(line.members)),
    Column("members", of=lambda line: line.members or None, shown=False),
    *map(_quantity, ("of_record", "by_nominees", "acquirable", "held_back", "owned")),
    Column("part_of_class", Kind.PART, "percent", bounded=True),
    Column("limits", of=lambda line: line.limits or None, shown=False),
)
_ACQUIRABLE: Final = (
    Column("holder", of="line.holder"),
    Column("source", of="line.source"),
    Column("by", of="line.by"),
    _currency("line.held"),
    _quantity("held", "line.held"),
    Column("terms", of="line.terms"),
    _quantity("shares", "line.shares"),
    Column("opens_on", Kind.DAY, "line.opens_on", shown=False),
    Column("closes_on", Kind.DAY, "line.closes_on", shown=False),
)


def beneficial_ownership(view: BeneficialOwnership) -> tuple[Frame, ...]:
    """Return a line for each owner, and for each paper by which shares may be acquired."""
    title = f"Beneficial ownership of {view.stock_class} of {view.issuer} at the close of {view.as_of}"
    asked = (*_asked(view), constant("stock_class", view.stock_class))
    sources = within(view.holders, lambda line: line.sources)
    return (
        Frame("owners", title, (*asked, *_OWNERS), [*view]),
        Frame("acquirable", title, (*asked, *_ACQUIRABLE), sources),
    )


_CROSSINGS: Final = (
    Column("on", Kind.DAY),
    Column("owner"),
    Column("name"),
    Column("is_group", Kind.FLAG),
    Column("threshold", Kind.PART, lambda line: line.threshold.value),
    Column("before"),
    Column("after"),
    Column("part_before", Kind.PART, "percent_before", bounded=True),
    Column("part_after", Kind.PART, "percent_after", bounded=True),
    Column("own_doing", Kind.FLAG),
    Column("entries", of=lambda line: line.entries or None, shown=False),
)


def crossings(view: Crossings) -> tuple[Frame, ...]:
    """Return a line for each crossing, and for each owner on each step."""
    title = f"Thresholds of {view.stock_class} of {view.issuer} passed from {view.after} to {view.through}"
    asked = (
        constant("issuer", view.issuer),
        constant("known", view.known, Kind.WHOLE),
        constant("stock_class", view.stock_class),
    )
    owned = (
        Column("owner", of="line"),
        Column("name", of=lambda each: each.outer.owned[each.line].name),
        Column("is_group", Kind.FLAG, lambda each: each.outer.owned[each.line].is_group),
        _quantity("owned", lambda each: each.outer.owned[each.line].shares),
        Column("part_of_class", Kind.PART, lambda each: each.outer.owned[each.line].percent, bounded=True),
    )
    when = (*_from_when_on(view), constant("stock_class", view.stock_class))
    return (
        Frame("crossings", title, (*asked, *_CROSSINGS), view.crossings),
        Frame("owners", title, (*when, *owned), within(view.steps, lambda step: step.owned)),
    )


_CAPACITY: Final = (
    Column("source", of="right.source"),
    Column("by", of="right.by"),
    Column("into", of="right.into"),
    _currency("right.held"),
    _quantity("held", "right.held"),
    Column("terms", of="right.terms"),
    _quantity("capacity"),
    _quantity("gives_up"),
    Column("stopped_by", of=lambda line: tuple(each.named or each.stop.value for each in line.first)),
)
_CAPACITY_LIMITS: Final = (
    Column("source", of="outer.right.source"),
    Column("limit", of="line.stop"),
    Column("named", of="line.named"),
    _quantity("room", "line.room"),
    Column("because", of="line.because"),
)


def conversion_capacity(view: ConversionCapacity) -> tuple[Frame, ...]:
    """Return a line for each paper, and for each limit of it."""
    title = f"Conversion capacity of {view.holder} at the close of {view.as_of}"
    asked = (*_asked(view), constant("holder", view.holder))
    return (
        Frame("capacity", title, (*asked, *_CAPACITY), view.lines),
        Frame("limits", title, (*asked, *_CAPACITY_LIMITS), within(view.lines, lambda line: line.limits)),
    )


# --- warrants and adjustments -------------------------------------------------------------------------------

_WARRANTS: Final = (
    Column("warrant"),
    Column("holder"),
    Column("name"),
    Column("stock_class"),
    _quantity("purchasable"),
    Column("price"),
    Column("floor", shown=False),
    Column("exercise", shown=False),
    Column("expires_on", of=lambda line: line.expires_on if line.expires_on.values else None),
    Column("protection", of=lambda line: line.protection or None),
    Column("has_expired", Kind.FLAG, shown=False),
    Column("is_open", Kind.FLAG, shown=False),
)
_ADJUSTMENTS: Final = (
    Column("subject", of="outer.subject"),
    Column("protected", of="outer.protected"),
    Column("method", of="outer.protection.method"),
    _quantity("outstanding", "line.outstanding", bounded=False),
    Column("price", of="line.before"),
    Column("floor", of="line.floor", shown=False),
    Column("proposed", of="line.after"),
    Column("outcome", of="line.outcome"),
    _quantity("number", "line.number_before", bounded=False),
    _quantity("number_proposed", "line.number_after", bounded=False),
    Column("computation", of="line.computation", shown=False),
)
_COUNTED: Final = (
    Column("subject", of="outer.subject"),
    Column("counted", of="line.counted"),
    _quantity("shares", "line.shares"),
)
_ADJUSTED_HOLDERS: Final = (
    Column("subject", of="outer.subject"),
    Column("holder", of="line.holder"),
    _quantity("before", "line.before", bounded=False),
    _quantity("after", "line.after", bounded=False),
)


def warrants(view: Warrants) -> tuple[Frame, ...]:
    """Return a line for each holder of each warrant."""
    title = f"Warrants of {view.issuer} at the close of {view.as_of}"
    return (Frame("warrants", title, (*_asked(view), *_WARRANTS), view.lines),)


def adjustments(view: Adjustments) -> tuple[Frame, ...]:
    """Return a line for each proposal, for each part that counts as outstanding, and for each holder adjusted."""
    title = f"Adjustments of {view.issuer} after an issue on {view.as_of}"
    asked = _asked(view)
    proposals = within(view.lines, lambda line: line.proposals)
    return (
        Frame("adjustments", title, (*asked, *_ADJUSTMENTS), proposals),
        Frame("counted", title, (*asked, *_COUNTED), within(view.lines, lambda line: line.counted)),
        Frame("holders", title, (*asked, *_ADJUSTED_HOLDERS), within(view.lines, lambda line: line.holders)),
    )


# --- note ledger --------------------------------------------------------------------------------------------

_NOTES: Final = (
    Column("instrument"),
    Column("instrument_kind"),
    Column("holder"),
    Column("name"),
    _quantity("opening"),
    _quantity("principal"),
    _quantity("interest_opening", lambda line: line.payable(line.interest_opening)),
    _quantity("accrued", lambda line: line.payable(line.accrued)),
    _quantity("interest", lambda line: line.payable(line.interest)),
    _quantity("interest_exactly", "interest", shown=False),
    _quantity("becomes"),
    Column("currency", shown=False),
)
_DEBT_STEPS: Final = (
    Column("instrument", of="outer.instrument"),
    Column("holder", of="outer.holder"),
    Column("kind", of="line.kind"),
    _quantity("change", "line.change"),
    Column("currency", of="outer.currency", shown=False),
    Column("entries", of="line.entries"),
)
_NOTE_TERMS: Final = (
    Column("instrument"),
    Column("instrument_kind"),
    Column("in_default", of=lambda note: _yes_or_no(note.in_default)),
    _quantity("discount", bounded=False),
    Column("secured_by", of=lambda note: note.liens or None),
    _quantity("due"),
    _quantity("overdue"),
    Column("next_due_on", Kind.DAY),
    Column("into"),
    _quantity("price", lambda note: note.price and Bounds(note.price.at_least, note.price.at_most)),
    Column("because", of=lambda note: (note.price and note.price.because) or None, shown=False),
)


def _yes_or_no(level: Any) -> str | None:
    return " or ".join("yes" if each else "no" for each in level.values) or None


def note_ledger(view: NoteLedger) -> tuple[Frame, ...]:
    """Return a line for each holder of each note, for each kind of change, and for each note."""
    title = f"Notes of {view.issuer} at the close of {view.as_of}"
    asked = (*_asked(view), constant("after", view.after, Kind.DAY))
    return (
        Frame("notes", title, (*asked, *_NOTES), view.lines),
        Frame(
            "changes", title, (*asked, *_DEBT_STEPS), within(view.lines, lambda line: line.changes + line.settled)
        ),
        Frame("terms", title, (*asked, *_NOTE_TERMS), view.notes),
    )


# --- waterfall ----------------------------------------------------------------------------------------------

_CLAIMS: Final = (
    Column("paper"),
    Column("paper_kind"),
    Column("holder"),
    Column("rank", Kind.WHOLE, shown=False),
    _quantity("number", bounded=False),
    Column("standing"),
    *(_quantity(name, bounded=False) for name in ("strike", "strike_paid", "preference", "proceeds", "per_share")),
    Column("part_of_exit", Kind.PART, "part"),
)
_PROCEEDS: Final = (
    Column("holder"),
    Column("name"),
    Column("paper"),
    Column("paper_kind"),
    _quantity("number", bounded=False),
    _quantity("proceeds", bounded=False),
    _currency("proceeds"),
    Column("exact", Kind.PART, shown=False),
)
_BREAK_POINTS: Final = (
    _quantity("from_exit_value", "exit_value", bounded=False),
    _quantity("per_common", bounded=False),
    Column("changes", of=lambda line: "; ".join(f"{paper} {now.value}" for paper, now in line.changes)),
)


def waterfall(view: ExitWaterfall) -> tuple[Frame, ...]:
    """Return a line for each claim, for what each holder is paid, and for each break point."""
    title = f"Exit of {view.issuer} at {view.exit_value:,} at the close of {view.as_of}"
    asked = (
        *_asked(view),
        constant("exit_value", view.exit_value, Kind.QUANTITY),
        constant("exit_currency", str(view.exit_value.currency)),
    )
    return (
        Frame("claims", title, (*asked, *_CLAIMS), view.claims),
        Frame("proceeds", title, (*asked, *_PROCEEDS), view.proceeds),
        Frame("break_points", title, (*asked, *_BREAK_POINTS), view.break_points),
    )


# --- fully diluted ------------------------------------------------------------------------------------------

_DEFINITIONS: Final = (
    Column("definition", of="outer.definition.name"),
    Column("part", of=lambda each: each.line[0]),
    _quantity("shares", lambda each: each.line[1]),
)
_DILUTED_HOLDERS: Final = (
    Column("holder"),
    Column("name"),
    _quantity("shares"),
    Column("part_of_all", Kind.PART, "percent", bounded=True),
)
_VOTES: Final = (
    Column("holder"),
    Column("name"),
    _quantity("votes"),
    Column("part_of_votes", Kind.PART, "percent", bounded=True),
)
_SHARE_LINES: Final = (
    Column("part"),
    Column("source"),
    Column("holder"),
    _quantity("shares"),
    Column("price", of=lambda line: " or ".join(map(str, line.prices)) or None),
)


def fully_diluted(view: FullyDiluted) -> tuple[Frame, ...]:
    """Return what each definition counts, holders by one of them, votes as converted, and all there is to count."""
    title = f"Fully diluted shares of {view.issuer} at the close of {view.as_of}"
    asked = _asked(view)
    counted = within([each for each in view.counts if each.total is not None], lambda each: each.parts)
    return (
        Frame("definitions", title, (*asked, *_DEFINITIONS), counted),
        Frame("holders", title, (*asked, *_DILUTED_HOLDERS), view.holders),
        Frame("votes", title, (*asked, *_VOTES), view.votes),
        Frame("lines", title, (*asked, *_SHARE_LINES), view.lines),
    )


_RESTRICTIONS: Final = (
    Column("restriction"),
    Column("what"),
    Column("standing"),
    Column("holder"),
    Column("name"),
    Column("stock_class"),
    Column("security"),
    Column("since", Kind.DAY, bounded=True),
    Column("until", Kind.DAY),
    Column("terms", of=lambda line: line.terms or None),
    Column("entry", Kind.WHOLE),
)


def restrictions(view: Restrictions) -> tuple[Frame, ...]:
    """Return a line for each restriction, ownership limit, cap and lien."""
    title = f"Restrictions of {view.issuer} at the close of {view.as_of}"
    return (Frame("restrictions", title, (*_asked(view), *_RESTRICTIONS), view.lines),)


# --- weighted average ---------------------------------------------------------------------------------------

_STRETCHES: Final = (
    Column("first", Kind.DAY),
    Column("last", Kind.DAY),
    Column("days", Kind.WHOLE),
    *map(_quantity, ("outstanding", "not_vested", "as_issued", "counted")),
)
_POTENTIALS: Final = (
    Column("part", of=lambda line: line.part and line.part.value),
    Column("source"),
    _quantity("outstanding"),
    _quantity("added"),
    _quantity("income"),
)


def weighted_average(view: WeightedAverage) -> tuple[Frame, ...]:
    """Return the stretches of a period, and what may turn into shares, on average."""
    title = f"Weighted average of {view.stock_class} of {view.issuer}, after {view.after} through {view.through}"
    asked = (
        constant("issuer", view.issuer),
        constant("stock_class", view.stock_class),
        constant("after", view.after, Kind.DAY),
        constant("through", view.through, Kind.DAY),
        constant("known", view.known, Kind.WHOLE),
    )
    return (
        Frame("stretches", title, (*asked, *_STRETCHES), view.stretches),
        Frame("potentials", title, (*asked, *_POTENTIALS), view.potentials),
    )
