"""Which tables each view has, and what stands in their columns: the tidy form of every answer, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ledger.quantities import Money, Shares
from projections.frame import Column, Frame, Kind, Within, constant, currency_of, within

if TYPE_CHECKING:
    from projections.audit import AuditTrail
    from projections.cap_table import CapTable
    from projections.commitments import Commitments
    from projections.explain import Explanation
    from projections.findings import Findings
    from projections.rollforward import RollForward


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
    Column("evidence", of=lambda line: tuple(each.document for each in line.evidence) or None),
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
