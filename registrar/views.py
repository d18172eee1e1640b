"""Answers as text for people: heading, table, and footnotes that say what a figure is of and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from ledger.events import Certainty, EntryRestated, EntryVoided, Event, Fact, IssuerRegistered
from ledger.identity import Count, EntryNumber
from ledger.personal import Personal
from ledger.quantities import Authorized, Money, Price, Shares, shown_percentages
from ledger.terms.commitment import ConditionState
from registrar.tables import NOTHING, RULE, UNKNOWN, Column, amount, bounds, percent, table
from registrar.text import wrapped

if TYPE_CHECKING:
    from ledger.days import EffectiveDay
    from ledger.journal import Ledger
    from projections.audit import AuditLine
    from projections.bounds import Possible
    from projections.cap_table import CapTable, ClassLine, HoldingLine
    from projections.commitments import CommitmentBalance, Commitments, TrancheLine
    from projections.explain import Explanation
    from projections.rollforward import RollForward

_BESIDE = {field.name for field in attrs.fields(Fact)}
"""What a summary of a fact leaves out: day, evidence and the like stand elsewhere."""


@attrs.frozen
class Asked:
    """What an answer is about.

    Attributes:
        issuer: Name and id of the issuer.
        days: The days asked about, in words.
        known: How many entries were taken into account.
        entries: How many there are.
        known_at: When the last one taken into account was recorded.
    """

    issuer: str
    days: str
    known: int
    entries: int
    known_at: datetime

    @classmethod
    def of(cls, ledger: Ledger, days: str, known: int) -> Asked:
        """Return what an answer about some days, as known at a position, is about."""
        name = ""
        for each in reversed(ledger.standing(known)):
            if isinstance(each.fact, IssuerRegistered):
                name = each.fact.legal_name
                break
        entries = ledger.entries()
        return cls(f"{name} ({ledger.issuer})", days, known, len(entries), entries[known - 1].recorded_at)

    def heading(self, title: str, width: int) -> list[str]:
        """Return the lines above an answer."""
        entries = f"all {self.entries:,} entries" if self.known == self.entries else f"entries 1 to {self.known:,}"
        return [
            *wrapped(self.issuer, width),
            *wrapped(f"{title} {self.days}", width),
            *wrapped(f"as known from {entries}, the last recorded {instant(self.known_at)}", width),
            "",
        ]


def instant(at: datetime) -> str:
    """Return an instant in UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def days(effective: EffectiveDay | None) -> str:
    """Return a day, or a range of days, as people write it."""
    if effective is None:
        return ""
    return str(effective.earliest) if effective.is_exact else f"{effective.earliest} to {effective.latest}"


def notes(texts: Iterable[str], width: int) -> list[str]:
    """Return footnotes, each a paragraph."""
    lines = [line for text in texts if text for line in wrapped(f"* {text}", width, "  ")]
    return ["", *lines] if lines else []


# --- cap table ----------------------------------------------------------------------------------------------


def cap_table(ledger: Ledger, answer: CapTable, width: int) -> list[str]:
    """Return the cap table: a row for each holder and class, and the figures of each class."""
    asked = Asked.of(ledger, f"at the close of {answer.as_of}", answer.known)
    lines = asked.heading("Cap table", width)
    if answer.basis != answer.as_of:
        lines.insert(-1, f"in the units of {answer.basis}")
    if not answer.classes:
        return [*lines, *wrapped(_nothing_yet(ledger, answer), width)]
    converts = any(
        line.as_converted is not None and line.as_converted != line.outstanding for line in answer.classes
    )
    votes = any(line.votes is not None for line in answer.classes)
    columns = [Column("Holder"), Column("Class"), Column("Shares", right=True), Column("% of class", right=True)]
    columns += [Column("As converted", right=True, optional=True)] if converts else []
    columns += [Column("Votes", right=True, optional=True)] if votes else []
    rows: list[Sequence[str]] = []
    for line in answer.classes:
        rows += [RULE] if rows else []
        rows += [
            [*row, *([as_converted] if converts else []), *([voting] if votes else [])]
            for *row, as_converted, voting in _holders(
                line, [h for h in answer if h.stock_class == line.stock_class]
            )
        ]
    lines += table(columns, rows, width)
    lines += ["", *_classes(answer.classes, width)]
    return lines + notes(_cap_table_notes(answer), width)


def _nothing_yet(ledger: Ledger, answer: CapTable) -> str:
    first = min((each.fact.effective_on.earliest for each in ledger.standing(answer.known)), default=None)
    before = f" The first fact known takes effect on {first}." if first and first > answer.as_of else ""
    return f"No stock existed at the close of {answer.as_of}: no class had been designated.{before}"


def _holders(line: ClassLine, holdings: Sequence[HoldingLine]) -> list[list[str]]:
    parts = [percent(holding.percent) for holding in holdings]
    rest = _rest(line)
    exact = [holding.percent for holding in holdings] + ([rest] if rest is not None else [])
    if exact and all(part.is_exact for part in exact):
        printed = shown_percentages([part.exact for part in exact])
        parts = printed[: len(holdings)]
        rest_printed, whole = printed[len(holdings) :], _percent_sum([part.exact for part in exact])
    else:
        rest_printed, whole = ([] if rest is None else [percent(rest)]), ""
    rows = [
        [
            f"{holding.name} ({holding.holder})",
            str(line.stock_class),
            bounds(holding.shares),
            part,
            bounds(holding.as_converted),
            bounds(holding.votes),
        ]
        for holding, part in zip(holdings, parts, strict=True)
    ]
    if not line.is_complete:
        unrecorded = rest_printed[0] if rest_printed else UNKNOWN
        rows.append(["holders not recorded", str(line.stock_class), bounds(line.not_recorded), unrecorded, "", ""])
    label = "outstanding" if line.is_complete or line.stated is None else f"outstanding, stated {line.stated.on}"
    total = bounds(line.outstanding) if line.is_complete or line.stated is None else amount(line.stated.shares)
    rows.append([label, str(line.stock_class), total, whole, bounds(line.as_converted), bounds(line.votes)])
    return rows


def _rest(line: ClassLine) -> Any:
    """Return the part that holders who are not recorded have, where a stated count tells it."""
    if line.is_complete or line.stated is None or not line.stated.shares:
        return None
    whole = line.stated.shares.as_fraction()
    return line.not_recorded.map(lambda shares: shares.as_fraction() / whole)


def _percent_sum(parts: Sequence[Fraction]) -> str:
    return shown_percentages([sum(parts, Fraction(0))])[0]


def _classes(classes: Sequence[ClassLine], width: int) -> list[str]:
    """Return the figures of every class, one column for each, and a new table where they do not fit."""
    lines: list[str] = []
    start = 0
    while start < len(classes):
        end = start + 1
        while end < len(classes) and max(map(len, _class_figures(classes[start : end + 1], 10_000))) <= width:
            end += 1
        lines += ([""] if lines else []) + _class_figures(classes[start:end], width)
        start = end
    return lines


def _class_figures(classes: Sequence[ClassLine], width: int) -> list[str]:
    figures = [
        ("authorized", [_worded(line.authorized) for line in classes]),
        ("reserved", [bounds(line.reserved) for line in classes]),
        ("issued", [bounds(line.issued) for line in classes]),
        ("in treasury", [bounds(line.treasury) for line in classes]),
        ("outstanding", [bounds(line.outstanding) for line in classes]),
        ("used up", [bounds(line.spent) for line in classes]),
        ("available", [_available(line) for line in classes]),
        ("as converted", [bounds(line.as_converted) or "does not convert" for line in classes]),
        ("votes", ["not stated" if line.votes is None else bounds(line.votes) for line in classes]),
    ]
    stated = [
        ("par value", [_stated(line.par_value) for line in classes]),
        ("stated value", [_stated(line.stated_value) for line in classes]),
        ("seniority", [_stated(line.seniority) for line in classes]),
    ]
    for scheme in dict.fromkeys(scheme for line in classes for scheme, _ in line.identifiers):
        numbers = [dict(line.identifiers) for line in classes]
        stated.append((scheme, [_worded(found[scheme]) if scheme in found else "" for found in numbers]))
    figures += [(name, cells) for name, cells in stated if any(cells)]
    columns = [Column("Class"), *(Column(str(line.stock_class), right=True) for line in classes)]
    return table(columns, [[name, *cells] for name, cells in figures], width)


def _stated(level: Possible[Any]) -> str:
    """Return a term in words; nothing where it never was stated."""
    return "" if level.values in ((), (None,)) else _worded(level)


def _available(line: ClassLine) -> str:
    """Return what may still be issued; of an unlimited class that is not unknown, it is unlimited."""
    unlimited = line.authorized.values == (Authorized.UNLIMITED,)
    return str(Authorized.UNLIMITED) if unlimited else bounds(line.available)


def _worded(level: Possible[Any]) -> str:
    """Return a level in words: its value, or every value that it may have."""
    texts = []
    for value in level.values:
        if value is None:
            texts.append("not stated")
        elif isinstance(value, Shares | Money | Price):
            texts.append(f"{value:,}")
        elif hasattr(value, "value") and isinstance(value.value, str):
            texts.append(value.value)
        else:
            texts.append(f"{value:,}" if hasattr(value, "parse") else str(value))
    return " or ".join(texts) or "not stated"


def _cap_table_notes(answer: CapTable) -> list[str]:
    found = [f"{line.stock_class}: {line.title}. Percentages are of {line.denominator}." for line in answer.classes]
    found += [
        f"{line.stock_class}: of what is reserved, {bounds(each.shares)} in reserve {each.reserve}"
        + (f" ({each.purpose})." if each.purpose else ".")
        for line in answer.classes
        for each in line.reserves
    ]
    if any(bounds(line.spent) != NOTHING for line in answer.classes):
        found.append("Used up: converted or redeemed, and by the charter not to be issued again.")
    if any(not line.is_complete and line.scope.values for line in answer.classes):
        found.append(
            "Holders not recorded: the register of the class is partial. Others hold shares that are not in it, so"
            " what is issued and outstanding is at least what is shown."
        )
    found += [
        f"{line.stock_class}: what the register of the class holds is stated for a later day only. Who held shares"
        " before it, and how many, is not known."
        for line in answer.classes
        if not line.is_complete and not line.scope.values
    ]
    if any(not holding.shares.is_exact for holding in answer):
        found.append(_OPEN_DAYS)
    found += [
        f"The day on which {holder} was merged into {into} is not known exactly: it may not have come yet. Shares"
        " of the one may count as the other's."
        for holder, into in answer.may_be_merged
    ]
    if any(line.available.high is not None and line.available.high < Shares(0) for line in answer.classes):
        found.append("In parentheses: below zero. More is issued or reserved than the charter authorizes.")
    return found


# --- commitments --------------------------------------------------------------------------------------------


def commitments(ledger: Ledger, answer: Commitments, width: int) -> list[str]:
    """Return what investors promised, agreement by agreement."""
    asked = Asked.of(ledger, f"at the close of {answer.as_of}", answer.known)
    lines = asked.heading("Funding commitments", width)
    if not answer.agreements:
        return [*lines, f"No agreement had been signed by the close of {answer.as_of}."]
    for index, balance in enumerate(answer.agreements):
        lines += [""] if index else []
        lines += _agreement(balance, answer.as_of, width)
    return lines


def _agreement(balance: CommitmentBalance, as_of: date, width: int) -> list[str]:
    over = " It has ended." if balance.is_terminated else ""
    lines = wrapped(
        f"{balance.agreement}: {balance.investor} promised to buy {balance.buys} at"
        f" {_worded(balance.price)} a share.{over}",
        width,
    )
    figures = [
        ["undertaken", bounds(balance.undertaken), "promised, added and not given up"],
        ["due by schedule", bounds(balance.due), f"in tranches whose day has come by {as_of}"],
        ["overdue", bounds(balance.overdue), "due, and neither closed nor lapsed"],
        ["closed", bounds(balance.closed), "paid in at closings"],
        ["lapsed", bounds(balance.lapsed), "no longer due"],
        ["undrawn", bounds(balance.undrawn), "undertaken, less closed, less lapsed"],
        RULE,
        [f"{balance.shares.stock_class} issued", bounds(balance.shares.issued), "under this agreement"],
        ["converted", bounds(balance.shares.converted), "of these"],
        ["ended otherwise", bounds(balance.shares.ended_otherwise), "redeemed, cancelled or repurchased"],
        ["outstanding", bounds(balance.shares.outstanding), "of these, whoever holds them"],
    ]
    if bounds(balance.shares.rounding) != NOTHING:
        figures[-1:-1] = [["rounding", bounds(balance.shares.rounding), "at splits, and fractions settled"]]
    lines += ["", *table([Column("Figure"), Column("Amount", right=True), Column("What it is")], figures, width)]
    if balance.tranches:
        lines += ["", *_tranches(balance.tranches, width)]
    return lines + notes(_agreement_notes(balance), width)


def _tranches(tranches: Sequence[TrancheLine], width: int) -> list[str]:
    lapsed = any(bounds(line.lapsed) != NOTHING for line in tranches)
    columns = [Column("Tranche"), Column("Due"), Column("Undertaken", right=True), Column("Closed", right=True)]
    columns += [Column("Lapsed", right=True)] if lapsed else []
    columns += [Column("Undrawn", right=True), Column("Day", optional=True)]
    rows = []
    for line in tranches:
        name = "(no tranche)" if line.tranche is None else str(line.tranche)
        due = "" if line.tranche is None else _worded(line.due_on)
        came = "has come" if line.is_due else "" if line.tranche is None else "to come"
        rows.append(
            [
                name,
                due,
                bounds(line.undertaken),
                bounds(line.closed),
                *([bounds(line.lapsed)] if lapsed else []),
                bounds(line.undrawn),
                came,
            ]
        )
    return table(columns, rows, width)


def _agreement_notes(balance: CommitmentBalance) -> list[str]:
    found = [
        f"Assumption: if every tranche had closed on its day, undrawn would be"
        f" {bounds(balance.undrawn_if_on_schedule)}. The record does not say so."
    ]
    if balance.closed.high is None:
        found.append(
            f"The register of {balance.buys} is not stated to be complete: closings may be missing from it, so what"
            " is closed is at least, and what is undrawn at most, what is shown."
        )
    for line in balance.tranches:
        if line.tranche is None and line.undrawn.low is not None and line.undrawn.low.units < 0:
            found.append("(no tranche): money that was paid in and not allocated to a tranche stands below zero.")
        for name, state in line.conditions:
            if state.values != (ConditionState.SATISFIED,):
                found.append(f"Tranche {line.tranche}: condition {name} is {_worded(state)}.")
    room = balance.headroom
    if room is not None:
        enough = {
            True: "enough",
            False: f"{amount(room.too_few)} too few",
            None: "it is not known whether that is enough",
        }
        unlimited = room.authorized.values == (Authorized.UNLIMITED,)
        found.append(
            f"All shares that the commitment buys would convert into {amount(room.if_all_converted)} {room.into},"
            f" {bounds(room.still_to_convert)} of them still to be converted; authorized:"
            f" {_worded(room.authorized)}; available beyond what is issued and reserved:"
            f" {Authorized.UNLIMITED if unlimited else bounds(room.available)} ({enough[room.is_enough]})."
        )
    if balance.remedy is not None and balance.remedy_yields is not None:
        found.append(
            f"When a tranche is missed the company may redeem {balance.remedy.redeemable.value} of the shares then"
            f" outstanding at {balance.remedy.price} a share; shares now: {bounds(balance.remedy_yields)}."
            " It is a right, and moves nothing until it is exercised."
        )
    return found


# --- roll-forward and explanations --------------------------------------------------------------------------


def rollforward(ledger: Ledger, answer: RollForward, known: int, width: int) -> list[str]:
    """Return how a figure came from one day to another."""
    asked = Asked.of(ledger, f"from the close of {answer.after} to the close of {answer.through}", known)
    rows: list[Sequence[str]] = [[f"at the close of {answer.after}", bounds(answer.opening), ""]]
    rows += [[line.kind, bounds(line.change), ", ".join(map(str, line.entries))] for line in answer.lines]
    rows += [RULE, [f"at the close of {answer.through}", bounds(answer.closing), ""]]
    columns = [Column(answer.label), Column("Figure", right=True), Column("Entries")]
    lines = asked.heading(f"Roll-forward of {answer.label}", width) + table(columns, rows, width)
    is_open = not all(line.change.is_exact for line in answer.lines)
    said = [_OPEN_DAYS] if is_open else []
    return lines + notes(said if answer.is_complete else [*said, _PARTIAL], width)


_OPEN_DAYS = "A figure between two values: the day of an entry behind it is not known exactly."
_DAY_OPEN = "Day open: the entry may not have taken effect yet."
_PARTIAL = "The register is partial, or its scope was not stated yet: this counts only what is recorded."


def explanation(ledger: Ledger, answer: Explanation, known: int, width: int) -> list[str]:
    """Return the entries behind a figure, with the arithmetic."""
    asked = Asked.of(ledger, f"at the close of {answer.as_of}", known)
    lines = asked.heading(f"How {answer.label} comes about", width)
    rows = []
    for step in answer.steps:
        fact = step.fact.fact
        flags = [" (deduced)"] if fact.certainty is Certainty.DEDUCED else []
        flags += [" (day open)"] if step.is_open else []
        change = amount(step.change) if isinstance(step.change, Shares | Money) else f"{step.change:,}"
        so_far = bounds(step.amounts_to) if step.amounts_to is not None else ""
        rows.append(
            [str(step.fact.entry.number), days(fact.effective_on), fact.KIND + "".join(flags), change, so_far]
        )
    columns = [Column("Entry", right=True), Column("Effective"), Column("What happened")]
    is_level = all(step.amounts_to is None for step in answer.steps)
    columns += [Column("Set to" if is_level else "Change", right=True)]
    if is_level:
        rows = [row[:-1] for row in rows]
    else:
        columns += [Column("Amounts to", right=True)]
    if rows:
        lines += [*table(columns, rows, width), ""]
    else:
        lines += [f"No entry had changed it by the close of {answer.as_of}.", ""]
    lines += wrapped(f"{answer.label}: {answer.arithmetic()}", width, "  ")
    said = [
        f"Entry {step.fact.entry.number}: {step.fact.fact.note}" for step in answer.steps if step.fact.fact.note
    ]
    return lines + notes(said, width)


# --- audit trail --------------------------------------------------------------------------------------------


def audit(ledger: Ledger, answer: Sequence[AuditLine], known: int, filters: str, width: int) -> list[str]:
    """Return entries one after the other, with who recorded them and what shows them."""
    asked = Asked.of(ledger, filters, known)
    lines = asked.heading("Audit trail", width)
    digits = len(str(known))
    for line in answer:
        lines += _audit_entry(line, digits, width)
    return lines if answer else [*lines, "No entry passes these filters."]


def _audit_entry(line: AuditLine, digits: int, width: int) -> list[str]:
    entry, indent = line.entry, " " * (digits + 2)
    flags = [] if line.stands else [f"taken out by entry {line.taken_out_by}"]
    flags += ["deduced"] if entry.event.certainty is Certainty.DEDUCED else []
    effective = f"  {days(line.effective_on)}" if line.effective_on is not None else ""
    flagged = f"  ({', '.join(flags)})" if flags else ""
    lines = [f"{entry.number:>{digits}}  {entry.event.KIND}{effective}{flagged}"]
    about = [
        summary(entry.event),
        f"recorded {instant(entry.recorded_at)} by {entry.actor}, command {entry.command}",
    ]
    documents = "; ".join(each.document + (f", {each.page}" if each.page else "") for each in line.evidence)
    about.append(f"evidence: {documents}" if documents else "evidence: none")
    if entry.event.note:
        about.append(f"note: {entry.event.note}")
    for text in about:
        lines += [indent + part for part in wrapped(text, width - len(indent), "  ")]
    return lines


def summary(event: Event) -> str:
    """Return what an event says, field by field, in one line."""
    if isinstance(event, EntryVoided):
        word = "entry" if len(event.entries) == 1 else "entries"
        return f"voids {word} {', '.join(map(str, event.entries))}: {event.reason}"
    if isinstance(event, EntryRestated):
        fact = event.restated_as
        told = f"{fact.KIND} {days(fact.effective_on)}: {summary(fact)}"
        return f"restates entry {event.entry} as {told}; reason: {event.reason}"
    return ", ".join(_fields(event, _BESIDE))


def _fields(value: Any, beside: set[str] = frozenset()) -> Iterable[str]:  # type: ignore[assignment]  # never changed
    for field in attrs.fields(type(value)):
        given = getattr(value, field.name)
        if field.name in beside or given is None or given == () or (given == field.default and given is not True):
            continue
        yield f"{field.name.replace('_', ' ')} {_told(given)}"


def _told(value: Any) -> str:
    if isinstance(value, tuple):
        return " + ".join(_told(each) for each in value)
    if attrs.has(type(value)):
        return f"[{', '.join(_fields(value))}]"
    if isinstance(value, Count | EntryNumber | Personal):
        return str(value)
    if hasattr(value, "value") and isinstance(value.value, str):
        return value.value
    return f"{value:,}" if hasattr(value, "parse") and not isinstance(value, Personal) else str(value)
