"""Answers as JSON for programs: exact numbers as strings, bounds with a low and a high end, keys in a fixed order.

``null`` for an end of a bound says that nothing is known from that side. A level that may be one of several values
is a list of them. The numbers are those of the answer: nothing is rounded, and no JSON number is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import msgspec

from ledger import codec
from ledger.quantities import plain
from ledger.terms.measures import Source
from projections.bounds import Bounds, Possible
from registrar.report import Report, Role, Table

if TYPE_CHECKING:
    from ledger.errors import NothingRecorded
    from ledger.integrity.stamps import Stamp
    from ledger.journal import Ledger, Recorded
    from ledger.terms.interval import Interval
    from ledger.verification import Verification
    from projections.audit import AuditLine
    from projections.cap_table import CapTable, ClassLine, HoldingLine
    from projections.claims import ClaimFinding, ClaimsReport, JudgedClaim
    from projections.commitments import CommitmentBalance, Commitments, TrancheLine
    from projections.explain import ExplainedStep, Explanation
    from projections.findings import Finding
    from projections.record_differences import RecordDifference, RecordDifferences, UnclearName
    from projections.rollforward import RollForward
    from projections.touched import Touched
    from registrar.evidence import Shown

Answer = dict[str, Any]


def text(answer: Answer) -> bytes:
    """Return an answer as indented JSON in UTF-8, with a line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(answer, enc_hook=str), indent=2) + b"\n"


def _head(kind: str, ledger: Ledger, known: int, **days: Any) -> Answer:
    """Return what stands at the top of every answer: whose, for which day, and as known when."""
    recorded_at = ledger.recorded_at(known)
    return {
        "answer": kind,
        "issuer": ledger.issuer,
        **{name: str(day) for name, day in days.items()},
        "known": {"entries": str(known), "recorded_at": codec.instant_text(recorded_at)},
    }


def _basis(answer: RollForward | Explanation) -> dict[str, Any]:
    """Return the day in whose units all is shown, where there is one."""
    return {} if answer.basis is None else {"basis": answer.basis}


def _one(value: Any) -> Any:
    """Return a single value: text as it is recorded, a fraction exactly."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Fraction):
        return plain(value)
    if isinstance(value, datetime):
        return codec.instant_text(value)
    if hasattr(value, "value") and isinstance(value.value, str):  # one of the words of the record
        return value.value
    return str(value)


def _bounds(figure: Bounds[Any] | None) -> Any:
    return None if figure is None else {"low": _one(figure.low), "high": _one(figure.high)}


def _possible(level: Possible[Any]) -> list[Any]:
    return [_one(value) for value in level.values]


def nothing_recorded(answer: NothingRecorded) -> Answer:
    """Return the answer for a time at which nothing had been recorded."""
    return {
        "answer": "nothing-recorded",
        "message": str(answer),
        "known_at": None if answer.known_at is None else codec.instant_text(answer.known_at),
        "first_recorded_at": None if answer.first is None else codec.instant_text(answer.first),
    }


def recorded(
    ledger: Ledger, outcome: Recorded, *, dry_run: bool, changed: Sequence[Touched] | None = None
) -> Answer:
    """Return the outcome of a command, with the figures that it changed where they were looked at."""
    numbers = [str(entry.number) for entry in outcome.entries]
    word = "already-recorded" if outcome.repeated else "would-be-recorded" if dry_run else "recorded"
    changes = [
        {"of": [*each.of], "figure": each.figure, "before": _value(each.before), "after": _value(each.after)}
        for each in changed or ()
    ]
    return {
        "answer": word,
        "issuer": ledger.issuer,
        "command": outcome.command,
        "entries": numbers,
        **({} if changed is None else {"changes": changes}),
    }


def shown(evidence: Shown) -> Answer:
    """Return what a proof or a checkpoint shows."""
    envelope, event = evidence.envelope, evidence.event
    kind = "entry-proved" if envelope is not None else "growth-proved" if evidence.older is not None else "signed"
    answer: Answer = {
        "answer": kind,
        "origin": evidence.checkpoint.origin,
        "size": str(evidence.checkpoint.size),
        "root": evidence.checkpoint.root.hex(),
        "witnesses": [{"name": name, "seen_at": codec.instant_text(at)} for name, at in evidence.seen],
    }
    if evidence.older is not None:
        answer["older"] = {"size": str(evidence.older.size), "root": evidence.older.root.hex()}
    if envelope is not None:
        answer["entry"] = {
            "issuer": envelope.issuer,
            "number": str(envelope.number),
            "recorded_at": codec.instant_text(envelope.said.recorded_at),
            "actor": envelope.said.actor,
            "command": envelope.said.command,
            "payload_sha256": envelope.payload_digest,
            "fact": None if event is None else msgspec.json.decode(codec.encode(event)),
        }
    return answer


def stamped(stamp: Stamp) -> Answer:
    """Return what a time stamp says."""
    return {"answer": "stamped", "at": codec.instant_text(stamp.at), "by": stamp.by}


def verification(found: Verification) -> Answer:
    """Return what verifying a store found."""
    word = "damaged" if found.is_damaged else "verified" if found.is_verified else "consistent-in-itself"
    return {
        "answer": "verification",
        "issuer": found.issuer,
        "outcome": word,
        "entries": str(found.entries),
        "verified_entries": str(found.covered()),
        "root": None if found.root is None else found.root.hex(),
        "record_digest": found.digest,
        "reach": [
            {"first": str(first), "last": str(last), "level": str(int(level))}
            for first, last, level in found.reach()
        ],
        "compared": [
            {
                "size": str(each.anchor.size),
                "root": each.anchor.root.hex(),
                "level": str(int(each.anchor.level)),
                "source": each.anchor.source,
                "agrees": each.agrees,
                "root_here": None if each.root is None else each.root.hex(),
            }
            for each in found.compared
        ],
        "damage": [
            {
                "part": each.part.value,
                "place": each.place,
                "first": _one(each.first),
                "last": _one(each.last),
                "what": each.what,
            }
            for each in found.damage
        ],
    }


def report(answer: Report) -> Answer:
    """Return an answer that has no shape of its own here: its tables, a row as an object of its columns."""
    asked = answer.asked
    if asked is None:
        return {"answer": answer.name, "message": answer.says}
    return {
        "answer": answer.name,
        "issuer": asked.issuer,
        **{head.name: _one(head.value) for head in asked.heads},
        "known": {"entries": str(asked.known), "recorded_at": codec.instant_text(asked.known_at)},
        **({"message": answer.says} if answer.says else {}),
        **{table.name.replace(" ", "_").replace("-", "_"): _rows(table) for table in answer.tables},
    }


def _rows(table: Table) -> list[Answer]:
    """Return the rows of a table; what is no line like the others says in ``row`` what it is."""
    return [
        {
            **({} if row.role is Role.ITEM else {"row": row.role.value}),
            **{column.name: _value(value) for column, value in zip(table.columns, row.values, strict=True)},
        }
        for row in table.rows
    ]


def _value(value: Any) -> Any:
    if isinstance(value, Bounds):
        return _bounds(value)
    if isinstance(value, Possible):
        return _possible(value)
    return [_one(each) for each in value] if isinstance(value, tuple) else _one(value)


# --- cap table ----------------------------------------------------------------------------------------------


def cap_table(ledger: Ledger, answer: CapTable) -> Answer:
    """Return the cap table."""
    return {
        **_head("cap-table", ledger, answer.known, as_of=answer.as_of, basis=answer.basis),
        "classes": [_class(line) for line in answer.classes],
        "holdings": [_holding(line, answer.stock_class(line.stock_class).denominator) for line in answer],
    }


def _class(line: ClassLine) -> Answer:
    stated = line.stated
    return {
        "stock_class": line.stock_class,
        "title": line.title,
        "kind": line.class_kind.value,
        "scope": _possible(line.scope),
        "is_complete": line.is_complete,
        "authorized": _possible(line.authorized),
        "reserved": _bounds(line.reserved),
        "reserves": [
            {"reserve": each.reserve, "purpose": each.purpose, "shares": _bounds(each.shares)}
            for each in line.reserves
        ],
        "issued": _bounds(line.issued),
        "treasury": _bounds(line.treasury),
        "outstanding": _bounds(line.outstanding),
        "used_up": _bounds(line.spent),
        "available": _bounds(line.available),
        "as_converted": _bounds(line.as_converted),
        "votes": _bounds(line.votes),
        "holders_not_recorded": _bounds(line.not_recorded),
        "stated_outstanding": None if stated is None else {"shares": str(stated.shares), "on": str(stated.on)},
        "par_value": _possible(line.par_value),
        "stated_value": _possible(line.stated_value),
        "seniority": _possible(line.seniority),
        "identifiers": [{"scheme": scheme, "number": _possible(number)} for scheme, number in line.identifiers],
    }


def _holding(line: HoldingLine, denominator: str) -> Answer:
    return {
        "holder": line.holder,
        "name": line.name,
        "stock_class": line.stock_class,
        "shares": _bounds(line.shares),
        "part": {**_bounds(line.percent), "of": denominator},
        "as_converted": _bounds(line.as_converted),
        "votes": _bounds(line.votes),
    }


# --- commitments --------------------------------------------------------------------------------------------


def commitments(ledger: Ledger, answer: Commitments) -> Answer:
    """Return the funding commitments."""
    return {
        **_head("commitments", ledger, answer.known, as_of=answer.as_of),
        "agreements": [_agreement(balance) for balance in answer.agreements],
    }


def _agreement(balance: CommitmentBalance) -> Answer:
    shares, room, remedy = balance.shares, balance.headroom, balance.remedy
    return {
        "agreement": balance.agreement,
        "investor": balance.investor,
        "buys": balance.buys,
        "price": _possible(balance.price),
        "terminated": balance.is_terminated,
        "undertaken": _bounds(balance.undertaken),
        "due": _bounds(balance.due),
        "overdue": _bounds(balance.overdue),
        "closed": _bounds(balance.closed),
        "lapsed": _bounds(balance.lapsed),
        "undrawn": _bounds(balance.undrawn),
        "assumptions": {"undrawn_if_every_tranche_closed_on_its_day": _bounds(balance.undrawn_if_on_schedule)},
        "tranches": [_tranche(line) for line in balance.tranches],
        "shares": {
            "stock_class": shares.stock_class,
            "issued": _bounds(shares.issued),
            "converted": _bounds(shares.converted),
            "ended_otherwise": _bounds(shares.ended_otherwise),
            "rounding": _bounds(shares.rounding),
            "outstanding": _bounds(shares.outstanding),
        },
        "headroom": None
        if room is None
        else {
            "into": room.into,
            "if_all_converted": str(room.if_all_converted),
            "still_to_convert": _bounds(room.still_to_convert),
            "authorized": _possible(room.authorized),
            "available": _bounds(room.available),
            "is_enough": room.is_enough,
        },
        "remedy": None
        if remedy is None
        else {
            "redeemable": str(remedy.redeemable),
            "price": str(remedy.price),
            "shares_now": _bounds(balance.remedy_yields),
        },
    }


def _tranche(line: TrancheLine) -> Answer:
    return {
        "tranche": line.tranche,
        "due_on": _possible(line.due_on),
        "is_due": line.is_due,
        "undertaken": _bounds(line.undertaken),
        "closed": _bounds(line.closed),
        "lapsed": _bounds(line.lapsed),
        "undrawn": _bounds(line.undrawn),
        "conditions": [{"condition": name, "state": _possible(state)} for name, state in line.conditions],
    }


# --- roll-forward, explanations, audit trail ----------------------------------------------------------------


def rollforward(ledger: Ledger, answer: RollForward, known: int) -> Answer:
    """Return how a figure came from one day to another."""
    return {
        **_head("roll-forward", ledger, known, after=answer.after, through=answer.through, **_basis(answer)),
        "figure": answer.label,
        "is_complete": answer.is_complete,
        "opening": _bounds(answer.opening),
        "movements": [
            {"kind": line.kind, "change": _bounds(line.change), "entries": [str(each) for each in line.entries]}
            for line in answer.lines
        ],
        "closing": _bounds(answer.closing),
    }


def explanation(ledger: Ledger, answer: Explanation, known: int) -> Answer:
    """Return the entries behind a figure."""
    from projections.bounds import Possible

    result = answer.result
    return {
        **_head("explanation", ledger, known, as_of=answer.as_of, **_basis(answer)),
        "figure": answer.label,
        "is_complete": answer.is_complete,
        "steps": [_step(step) for step in answer.steps],
        "result": _possible(result) if isinstance(result, Possible) else _bounds(result),
        "arithmetic": answer.arithmetic(),
    }


def _step(step: ExplainedStep) -> Answer:
    fact = step.fact.fact
    return {
        "entry": str(step.fact.entry.number),
        "kind": fact.KIND,
        "effective_on": str(fact.effective_on),
        "certainty": fact.certainty.value,
        "is_open": step.is_open,
        "change": _one(step.change),
        "amounts_to": _bounds(step.amounts_to),
    }


def audit(ledger: Ledger, answer: Sequence[AuditLine], known: int) -> Answer:
    """Return entries with their facts as recorded: personal particulars as commitments only."""
    return {**_head("audit-trail", ledger, known), "entries": [_audit_line(line) for line in answer]}


def _audit_line(line: AuditLine) -> Answer:
    entry = line.entry
    payload = msgspec.json.decode(codec.encode(entry.event))
    return {
        "number": str(entry.number),
        "kind": entry.event.KIND,
        "effective_on": None if line.effective_on is None else str(line.effective_on),
        "recorded_at": codec.instant_text(entry.recorded_at),
        "actor": entry.actor,
        "command": entry.command,
        "payload_sha256": entry.payload_digest,
        "taken_out_by": None if line.taken_out_by is None else str(line.taken_out_by),
        "fact": payload["event"],
    }


def findings(ledger: Ledger, answer: Sequence[Finding], known: int) -> Answer:
    """Return what does not fit in the record."""
    return {
        **_head("findings", ledger, known),
        "findings": [
            {
                "severity": finding.severity.value,
                "on": str(finding.on),
                "entry": str(finding.entry),
                "code": finding.code,
                "what": finding.what,
                "amount": None if finding.amount is None else str(finding.amount),
            }
            for finding in answer
        ],
    }


# --- what others say ----------------------------------------------------------------------------------------


def claims(ledger: Ledger, answer: ClaimsReport) -> Answer:
    """Return what was disclosed, each claim with its verdict, its operands and what it implies."""
    return {
        **_head("claims", ledger, answer.known, as_of=answer.as_of),
        "is_contradicted": answer.is_contradicted,
        "tolerance": {
            "name": answer.tolerance.name,
            "steps": _one(answer.tolerance.steps),
            "part": _one(answer.tolerance.part),
        },
        "claims": [_claim(line) for line in answer],
        "findings": [_claim_finding(found) for found in answer.findings],
        "counts": [
            {
                "claim": count.claim,
                "stock_class": count.stock_class,
                "about": str(count.about),
                **{name: _interval(getattr(count, name)) for name in ("rounded", "widest", "narrowed")},
            }
            for count in answer.counts
        ],
        "movements": [
            {
                "stock_class": each.stock_class,
                "earlier": each.earlier,
                "later": each.later,
                "after": str(each.after),
                "through": str(each.through),
                **{
                    name: _interval(getattr(each, name)) for name in ("change", "recorded", "unexplained", "widest")
                },
                "is_certain": each.is_certain,
                "entries": [str(number) for number in each.entries],
            }
            for each in answer.movements
        ],
        "increases": [
            {
                "stock_class": each.stock_class,
                "authorized": _interval(each.authorized),
                "in_force": str(each.in_force),
                "still_on": str(each.still_on),
                "claim": each.claim,
                "at_least": _one(each.at_least),
                "earliest": str(each.earliest),
                "latest": str(each.latest),
                "recorded": each.recorded or None,
                "increase": None if each.increase is None else str(each.increase),
            }
            for each in answer.increases
        ],
    }


def _claim(line: JudgedClaim) -> Answer:
    as_day = line.figure.day is not None
    return {
        "claim": line.claim,
        "entry": str(line.entry),
        "said_by": line.said_by,
        "disclosed_on": line.disclosed_on,
        "about": str(line.about),
        "figure": {name: _one(value) for name, value in attrs.asdict(line.figure, recurse=False).items()},
        "verdict": line.verdict.value,
        "reading": line.reading or None,
        "definition": line.definition or None,
        "in_every_reading": line.in_every_reading,
        "formula": line.formula,
        "arithmetic": line.arithmetic(),
        "computed": _interval(line.computed, as_day=as_day),
        "nearest": None if line.nearest is None else _number(line.nearest, as_day=as_day),
        "off_by": _one(line.off_by),
        "slip": line.slip or None,
        "missing": [*line.missing],
        "operands": [
            {
                "role": each.operand.role.value,
                "source": each.operand.source.value,
                "what": str(each.operand),
                "value": _interval(each.interval, as_day=each.operand.source is Source.SPLIT_DAY),
                "missing": each.missing or None,
                "entries": [str(number) for number in each.entries],
            }
            for each in line.used
        ],
        "implied": [
            {
                "what": str(each.operand),
                "definition": each.definition or None,
                "is_admissible": each.is_right,
                "reading": each.reading,
                "value": _interval(each.interval),
            }
            for each in line.implied
        ],
        "habit": [*line.habit],
        "rests_on": [*line.claims],
        "withdrawn_by": None if line.withdrawn is None else str(line.withdrawn),
        "entries": [str(number) for number in line.entries],
    }


def _claim_finding(found: ClaimFinding) -> Answer:
    return {
        "severity": found.severity.value,
        "code": found.code.value,
        "what": found.what,
        "arithmetic": found.arithmetic,
        "claims": [*dict.fromkeys(found.claims)],
        "entries": [str(number) for number in found.entries],
    }


def _interval(interval: Interval, *, as_day: bool = False) -> Any:
    """Return the ends of an interval, and which of them are left out; nothing where no number is in it."""
    if interval.is_empty:
        return None
    return {
        "low": None if interval.low is None else _number(interval.low, as_day=as_day),
        "high": None if interval.high is None else _number(interval.high, as_day=as_day),
        "without": [end for end in ("low", "high") if getattr(interval, f"without_{end}")],
    }


def _number(number: Fraction, *, as_day: bool) -> str:
    """Return a number exactly; where it counts days, the day."""
    return date.fromordinal(int(number)).isoformat() if as_day else plain(number)


def record_differences(ledger: Ledger, answer: RecordDifferences) -> Answer:
    """Return in what lists of holders differ from the register, and the names that somebody has to decide on."""
    return {
        **_head("record-differences", ledger, answer.known, as_of=answer.as_of),
        "differs": answer.differs,
        "differences": [_difference(each) for each in answer],
        "unclear": [_unclear(each) for each in answer.unclear],
        "lists": [
            {
                "entry": str(each.entry),
                "on": str(each.on),
                "stock_class": each.stock_class,
                "source": each.source,
                "scope": each.scope.value,
                "lines": str(each.lines),
                "added": str(each.added),
                "stated": _one(each.stated),
                "outstanding": _bounds(each.outstanding),
                "matched": str(each.matched),
                "unclear": str(each.unclear),
                "differences": str(each.differences),
            }
            for each in answer.lists
        ],
    }


def _difference(each: RecordDifference) -> Answer:
    return {
        "severity": each.severity.value,
        "code": each.CODE,
        "kind": each.kind.value,
        "stock_class": each.stock_class,
        "source": each.source,
        "holder": each.holder,
        "name": each.name or None,
        "since": str(each.since),
        "last": str(each.last),
        "gone": _one(each.gone),
        "days": str(each.days),
        "listed": _bounds(each.listed),
        "recorded": _bounds(each.recorded),
        "off_by": _bounds(each.off_by),
        "arithmetic": each.arithmetic(),
        "lists": [str(number) for number in each.lists],
        "entries": [str(number) for number in each.entries],
    }


def _unclear(line: UnclearName) -> Answer:
    return {
        "severity": line.severity.value,
        "code": line.CODE,
        "entry": str(line.entry),
        "on": str(line.on),
        "stock_class": line.stock_class,
        "source": line.source,
        "name": line.name,
        "account": line.account,
        "certificate": line.certificate,
        "shares": str(line.shares),
        "candidates": [
            {"holder": each.holder, "name": each.name, "why": each.why, "recorded": _bounds(each.recorded)}
            for each in line.candidates
        ],
    }
