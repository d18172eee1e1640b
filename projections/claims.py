"""What was disclosed, held against the record: what agrees, under which definition, and what follows from the rest.

A claim is contradicted only if no admissible reading agrees: not the figure rounded, cut off, or approximate within
a named tolerance; not any other definition that its words may have; not any reading of the open days of the record.
What is not known is never guessed. The figure and the other operands say between which bounds it lies, and two such
bounds of one count, on two days, say how much moved in between that no entry explains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from functools import reduce
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.days import close_of, day
from ledger.events import CharterAmendmentProposed, ClaimDisclosed, ClaimWithdrawn
from ledger.identity import ClaimId, EntryNumber, IssuerId, StockClassId
from ledger.movements import Level
from ledger.quantities import Authorized, Shares
from ledger.terms.disclosed import HALF_A_DIGIT, Disclosed, Qualifier, Rounding, Tolerance, Unit, in_unit
from ledger.terms.interval import EVERYTHING, NOT_BELOW_ZERO, Interval, point, spanning
from ledger.terms.measures import Definition, Measure, MeasureKind, Operand, Role, Source
from ledger.timeline import place_in_history
from projections.bounds import Bounds
from projections.claim_operands import SHARE_COUNTS, Found, Recorded
from projections.findings import Severity
from projections.frame import Tabular
from projections.fully_diluted import DefinitionCount, FullyDiluted, fully_diluted
from projections.share_lines import shares_together

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from ledger.timeline import InEffect
    from projections.frame import Frame


class Verdict(Enum):
    """What a claim comes to when it is held against the record."""

    AGREES = "agrees"
    """As its words mean it, rounded to the digits shown."""
    AGREES_IF_TRUNCATED = "agrees if truncated"
    """As its words mean it, with the digits that are not shown cut off."""
    OTHER_DEFINITION = "explained by another definition"
    """Not as its words mean it first, but under a definition that they may have."""
    CONTRADICTED = "contradicted"
    """Under no admissible reading."""
    NOT_CHECKABLE = "not checkable"
    """Something is missing."""


@attrs.frozen
class Used:
    """An operand with what was found for it.

    Attributes:
        operand: Which.
        interval: All that it may be, its multiple included.
        missing: Why it is not known from both sides; empty where it is.
        entries: Entries behind it.
    """

    operand: Operand
    interval: Interval
    missing: str
    entries: tuple[EntryNumber, ...]

    @property
    def is_known(self) -> bool:
        """Whether it is known from both sides, so far as anything that is missing could tell."""
        return not self.missing and self.interval.is_bounded


@attrs.frozen
class Implied:
    """What a claim implies for the one operand that is not known.

    Attributes:
        operand: Which.
        definition: Under which definition; empty for what the words of the claim mean.
        reading: How the figure is read.
        interval: Between which bounds it lies.
        is_right: Whether the definition is admissible.
    """

    operand: Operand
    definition: str
    reading: str
    interval: Interval
    is_right: bool = True


@attrs.frozen(kw_only=True)
class JudgedClaim:
    """A claim and what it comes to.

    Attributes:
        entry: The entry that records it.
        claim: Its name.
        said_by: Who said it.
        disclosed_on: When.
        about: The day that it speaks of.
        figure: The figure as printed.
        formula: What it claims to be, in words and signs.
        used: Its operands with what was found for them.
        verdict: What it comes to.
        reading: How the figure is read where it agrees: rounded, truncated, or within a tolerance.
        definition: Under which other definition it agrees; empty otherwise.
        computed: All that it may be, as its words mean it.
        in_every_reading: Whether it agrees in every reading of what is not known exactly.
        off_by: What would have to be added to the figure for it to agree; nothing unless it is contradicted.
        nearest: The nearest value that would agree; nothing unless it is contradicted.
        slip: The mistake that would explain it; empty where none is known.
        missing: What would be needed to check it.
        implied: What it implies for the operand that is not known.
        habit: Earlier claims of the same speaker that agree only if truncated.
        withdrawn: The entry that withdraws it; then it counts no more.
        claims: Other claims that it rests on.
    """

    entry: EntryNumber
    claim: ClaimId
    said_by: str
    disclosed_on: str
    about: date
    figure: Disclosed
    formula: str
    used: tuple[Used, ...]
    verdict: Verdict
    reading: str = ""
    definition: str = ""
    computed: Interval = EVERYTHING
    in_every_reading: bool = True
    off_by: Fraction | None = None
    nearest: Fraction | None = None
    slip: str = ""
    missing: tuple[str, ...] = ()
    implied: tuple[Implied, ...] = ()
    habit: tuple[ClaimId, ...] = ()
    withdrawn: EntryNumber | None = None
    claims: tuple[ClaimId, ...] = ()

    @property
    def is_contradicted(self) -> bool:
        """Whether it is contradicted, and upheld all the same."""
        return self.verdict is Verdict.CONTRADICTED and self.withdrawn is None

    @property
    def entries(self) -> tuple[EntryNumber, ...]:
        """The entry that records it, and those behind its operands."""
        return tuple(dict.fromkeys((self.entry, *(number for each in self.used for number in each.entries))))

    def shown(self, interval: Interval) -> str:
        """Return numbers in the unit of the figure."""
        return worded(interval, self.figure.shown)

    def arithmetic(self) -> str:
        """Return what was computed, in words and signs."""
        if not self.figure.fits_the_calendar:
            assert self.figure.day is not None, "only a day has a day of the week"
            return f"{self.figure.day} was a {self.figure.day:%A}"
        told = [f"{self.formula} = {self.shown(self.computed)}"]
        if self.verdict is Verdict.CONTRADICTED and self.off_by is not None:
            assert self.nearest is not None, "what lies off lies off something"
            off = self.figure.shown_difference(abs(self.off_by))
            told.append(f"nearest {self.figure.shown(self.nearest)}, off by {off}")
        return "; ".join(told)


@attrs.frozen
class ImpliedCount:
    """How many shares of a class were outstanding on a day, as a claim implies.

    Attributes:
        claim: Which.
        stock_class: Of which class.
        about: On which day.
        rounded: If the figure was rounded; in any reading, where no count would be rounded to it.
        widest: In any reading of the figure.
        narrowed: What is left of it when no share came back between this count and its neighbours, and all that the
            record knows to have been issued in between was.
    """

    claim: ClaimId
    stock_class: StockClassId
    about: date
    rounded: Interval
    widest: Interval
    narrowed: Interval


@attrs.frozen
class UnexplainedMovement:
    """What moved between two counts and no entry explains, in the units of the later day.

    Attributes:
        stock_class: Of which class.
        earlier: The claim that implies the earlier count.
        later: The claim that implies the later one.
        after: The day of the earlier count.
        through: The day of the later one.
        change: By how much the count grew, both figures rounded.
        recorded: By how much the recorded holdings grew.
        unexplained: The rest: both figures rounded.
        widest: The same in any reading of both figures.
        entries: Entries behind what is recorded.
    """

    stock_class: StockClassId
    earlier: ClaimId
    later: ClaimId
    after: date
    through: date
    change: Interval
    recorded: Interval
    unexplained: Interval
    widest: Interval
    entries: tuple[EntryNumber, ...]

    @property
    def is_certain(self) -> bool:
        """Whether something moved in every reading."""
        return Fraction(0) not in self.widest


@attrs.frozen
class DeducedIncrease:
    """An increase of the authorized number that a count presupposes.

    Attributes:
        stock_class: Of which class.
        authorized: The number that was in force before.
        in_force: The entry that states it.
        still_on: The last day on which it is known to have been in force, or the increase to be only proposed.
        claim: The first claim that implies more shares than that.
        at_least: How many it implies at least.
        earliest: The first day on which the increase may have taken effect.
        latest: The last one.
        recorded: The days that the record has for it, where it has one.
        increase: The entry that records it.
    """

    stock_class: StockClassId
    authorized: Interval
    in_force: EntryNumber
    still_on: date
    claim: ClaimId
    at_least: Fraction
    earliest: date
    latest: date
    recorded: str = ""
    increase: EntryNumber | None = None


class FindingCode(Enum):
    """What a finding about claims is."""

    CONTRADICTED = "E_CLAIM"
    OTHER_DEFINITION = "E_CLAIM_DEFINITION"
    NOT_CHECKABLE = "E_CLAIM_OPEN"
    UNEXPLAINED = "E_UNEXPLAINED"
    COUNTS = "E_COUNTS"
    INCREASE = "E_INCREASE"
    TRUNCATES = "E_TRUNCATES"


_SEVERITIES: Final = {
    FindingCode.CONTRADICTED: Severity.BROKEN,
    FindingCode.OTHER_DEFINITION: Severity.NOTICE,
    FindingCode.NOT_CHECKABLE: Severity.OPEN,
    FindingCode.UNEXPLAINED: Severity.OPEN,
    FindingCode.COUNTS: Severity.OPEN,
    FindingCode.INCREASE: Severity.NOTICE,
    FindingCode.TRUNCATES: Severity.NOTICE,
}


@attrs.frozen
class ClaimFinding:
    """Something that holding claims against the record brought to light.

    Attributes:
        code: What it is.
        what: The same in a sentence.
        arithmetic: How it follows.
        claims: Claims involved.
        entries: Entries involved.
    """

    code: FindingCode
    what: str
    arithmetic: str
    claims: tuple[ClaimId, ...]
    entries: tuple[EntryNumber, ...]

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return _SEVERITIES[self.code]


@attrs.frozen(repr=False)
class ClaimsReport(Tabular):
    """Everything that was disclosed by a day, held against the record.

    Attributes:
        issuer: Whose record.
        as_of: The day by which it was disclosed.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        tolerance: What an approximate figure was allowed.
        claims: Each claim, in order of disclosure.
        counts: Counts of shares outstanding that claims imply, by class and day.
        movements: What moved between them and is not explained.
        increases: Increases of an authorized number that they presuppose.
        findings: What a reader should know, the gravest first.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    tolerance: Tolerance
    claims: tuple[JudgedClaim, ...]
    counts: tuple[ImpliedCount, ...]
    movements: tuple[UnexplainedMovement, ...]
    increases: tuple[DeducedIncrease, ...]
    findings: tuple[ClaimFinding, ...]

    def __iter__(self) -> Iterator[JudgedClaim]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    def frames(self) -> tuple[Frame, ...]:
        """Return claims, findings, and what claims imply, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.claims(self)

    def claim(self, claim: str) -> JudgedClaim:
        """Return the line of a claim.

        Raises:
            KeyError: There is none of that name.
        """
        return {line.claim: line for line in self.claims}[ClaimId(claim)]

    @property
    def is_contradicted(self) -> bool:
        """Whether any claim that is upheld is contradicted, by the record or by another claim."""
        return any(found.code is FindingCode.CONTRADICTED for found in self.findings)


def claims(
    ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None, tolerance: Tolerance = HALF_A_DIGIT
) -> ClaimsReport:
    """Return what was disclosed by a day, each claim held against the record on the day that it is about.

    Args:
        ledger: The record.
        as_of: The last day of disclosure.
        known_at: What had been recorded; everything when not given.
        tolerance: What an approximate figure is allowed.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
    """
    on, known = day(as_of, what="as_of"), ledger.position(known_at)
    facts = ledger.standing(known)
    return _Judge(ledger, facts, on, known, tolerance).report()


def worded(interval: Interval, shown: Callable[[Fraction], str]) -> str:
    """Return an interval in words, its ends as they are shown.

    An end that is left out is said to be; a reader who checks an edge needs to know.
    """
    if interval.is_empty:
        return "no value"
    if interval.low is None and interval.high is None:
        return "unknown"
    if interval.low is not None and interval.high is not None:
        low, high = shown(interval.low), shown(interval.high)
        if low == high:
            return low
        return (
            f"{'above ' if interval.without_low else ''}{low} to {'below ' if interval.without_high else ''}{high}"
        )
    if interval.low is not None:
        return f"{'more than' if interval.without_low else 'at least'} {shown(interval.low)}"
    assert interval.high is not None
    return f"{'less than' if interval.without_high else 'at most'} {shown(interval.high)}"


# --- judging one claim ----------------------------------------------------------------------------------------


@attrs.frozen
class _Try:
    """A way to read a claim: a definition, and what its figure stands for."""

    measure: Measure
    definition: Definition
    used: Sequence[Used]
    is_first: bool

    @property
    def computed(self) -> Interval:
        return self.definition.value([one.interval for one in self.used])

    @property
    def is_known(self) -> bool:
        return all(one.is_known for one in self.used)


_TRUNCATES: Final = Rounding.TRUNCATED.value
_RESTATED: Final = SHARE_COUNTS - {Source.AUTHORIZED} | {Source.QUOTED}
"""Operands that are counted back when shares are split; what a charter authorizes is not."""


class _Judge:
    """Holds claims against a record."""

    def __init__(
        self, ledger: Ledger, facts: list[InEffect], as_of: date, known: int, tolerance: Tolerance
    ) -> None:
        self._ledger, self._facts, self._as_of, self._known = ledger, facts, as_of, known
        self._tolerance = tolerance
        self._recorded = Recorded(facts, known)
        made = [each for each in facts if isinstance(each.fact, ClaimDisclosed) and each.settles <= close_of(as_of)]
        self._made = sorted(made, key=place_in_history)
        self._by_name = {each.fact.claim: each for each in self._made if isinstance(each.fact, ClaimDisclosed)}
        self._withdrawn = {
            each.fact.claim: each.entry.number
            for each in facts
            if isinstance(each.fact, ClaimWithdrawn) and each.settles <= close_of(as_of)
        }
        self._asked: set[ClaimId] = set()
        self._diluted_on: dict[date, FullyDiluted] = {}

    def report(self) -> ClaimsReport:
        """Return everything that was found."""
        lines = self._with_habits([self._line(each) for each in self._made])
        counts = self._counts(lines)
        movements = tuple(self._movements(counts))
        increases = tuple(self._increases(counts, lines))
        return ClaimsReport(
            self._ledger.issuer,
            self._as_of,
            self._known,
            self._ledger.recorded_at(self._known),
            self._tolerance,
            tuple(lines),
            counts,
            movements,
            increases,
            tuple(sorted(_findings(lines, counts, movements, increases), key=_is_no_mistake)),
        )

    def _line(self, each: InEffect) -> JudgedClaim:
        fact = each.fact
        assert isinstance(fact, ClaimDisclosed)
        used = self._used(fact.measure, fact)
        line = JudgedClaim(
            entry=each.entry.number,
            claim=fact.claim,
            said_by=fact.said_by,
            disclosed_on=str(fact.effective_on),
            about=fact.about_day,
            figure=fact.figure,
            formula=fact.measure.formula,
            used=used,
            verdict=Verdict.NOT_CHECKABLE,
            computed=fact.measure.definitions()[0].value([one.interval for one in used]),
            withdrawn=self._withdrawn.get(fact.claim),
            claims=tuple(one.operand.claim for one in used if one.operand.claim is not None),
        )
        return attrs.evolve(line, **self._judged(fact, line))

    def _used(self, measure: Measure, fact: ClaimDisclosed) -> tuple[Used, ...]:
        return tuple(self._read(operand, fact) for operand in measure.operands)

    def _read(self, operand: Operand, fact: ClaimDisclosed) -> Used:
        match operand.source:
            case Source.NUMBER:
                assert operand.number is not None
                found = Found(point(operand.number.value))
            case Source.PRINTED:
                assert operand.printed is not None
                found = Found(self._as_operand(operand.printed))
            case Source.UNKNOWN:
                found = Found(NOT_BELOW_ZERO, f"{operand.name} is not known")
            case Source.CLAIM | Source.IMPLIED:
                found = self._of_claim(operand, fact)
            case _:
                found = self._recorded.read(operand, fact.about_day)
        if fact.figure.currency is not None and found.currencies - {fact.figure.currency}:
            what = f"{operand} is recorded in {' and '.join(sorted(found.currencies))}"
            found = Found(NOT_BELOW_ZERO, f"{what}, and the figure is in {fact.figure.currency}", found.entries)
        interval = found.interval
        if operand.multiple is not None:
            interval = interval.times(operand.multiple.value)
        return Used(operand, interval, found.missing, found.entries)

    def _of_claim(self, operand: Operand, fact: ClaimDisclosed) -> Found:
        """Return the figure of another claim, or what it implies; a claim that rests on itself is not known."""
        assert operand.claim is not None
        each = self._by_name.get(operand.claim)
        if each is None or operand.claim in (*self._asked, fact.claim):
            return Found(NOT_BELOW_ZERO, f"{operand.claim} was not disclosed by then, or rests on this claim")
        if operand.claim in self._withdrawn:
            entries = each.entry.number, self._withdrawn[operand.claim]
            return Found(NOT_BELOW_ZERO, f"{operand.claim} was withdrawn", entries)
        other = each.fact
        assert isinstance(other, ClaimDisclosed)
        if operand.source is Source.CLAIM:
            return Found(self._as_operand(other.figure), "", (each.entry.number,))
        self._asked.add(fact.claim)
        try:
            implied = [one for one in self._implied(other, self._used(other.measure, other)) if not one.definition]
        finally:
            self._asked.discard(fact.claim)
        if not implied:
            return Found(NOT_BELOW_ZERO, f"{operand.claim} implies nothing")
        return Found(reduce(Interval.or_, (one.interval for one in implied)), "", (each.entry.number,))

    def _readings(self, figure: Disclosed) -> list[tuple[str, Interval]]:
        """Return what a figure may stand for: rounded, then truncated, then within the tolerance."""
        found = [(rounding.value, figure.interval(rounding)) for rounding in Rounding]
        if figure.qualifier is Qualifier.APPROXIMATELY:
            found.append((f"within {self._tolerance.name}", figure.interval(tolerance=self._tolerance)))
        return found

    def _as_operand(self, figure: Disclosed) -> Interval:
        """Return what a figure may stand for, however it was made; a number printed in full is that number."""
        if figure.unit is Unit.NUMBER and figure.step.value == 1 and figure.qualifier is Qualifier.NONE:
            return point(figure.value.value)
        return reduce(Interval.or_, (each for _, each in self._readings(figure))).and_(NOT_BELOW_ZERO)

    def _tries(self, fact: ClaimDisclosed, used: Sequence[Used]) -> Iterator[_Try]:
        """Yield every definition that the words of a claim may have, what they mean first, and then the slips."""
        for number, measure in enumerate((fact.measure, *fact.other_measures)):
            mine = used if number == 0 else self._used(measure, fact)
            for place, definition in enumerate(measure.definitions()):
                yield _Try(measure, definition, mine, is_first=number == 0 and place == 0)
            beneficial = self._beneficially(measure, mine, fact)
            if beneficial is not None:
                yield beneficial
            if (restated := self._restated(measure, mine, fact)) is not None:
                yield restated
            for place, one in enumerate(mine):
                for name, basis in self._other_bases(one, fact):
                    replaced = (*mine[:place], basis, *mine[place + 1 :])
                    definition = measure.definitions()[0]
                    what = Definition(f"with {name}", f"{definition.formula}, {name}", definition.side)
                    yield _Try(measure, what, replaced, is_first=False)
            yield from self._in_diluted_shares(measure, mine, fact)

    def _other_bases(self, one: Used, fact: ClaimDisclosed) -> Iterator[tuple[str, Used]]:
        """Yield what else a count may be of: shares owned beneficially, the reported count, diluted shares.

        A count is not held against a reported count: that would be the same statement twice.
        """
        operand, on = one.operand, one.operand.on or fact.about_day
        if operand.source is Source.HELD and fact.measure.kind is not MeasureKind.PERCENT:
            more = self._recorded.acquirable(operand, on)
            if more is not None and more.is_bounded:
                held = self._recorded.read(operand, fact.about_day).interval + more
                yield "what the holder may acquire within 60 days", self._instead(one, held)
        if operand.source is not Source.OUTSTANDING:
            return
        reported = self._recorded.reported(operand, on)
        if not reported.missing and fact.measure.kind is MeasureKind.PERCENT:
            yield "the count that the company reported last", self._instead(one, reported.interval)
        if one.missing or operand.stock_class not in self._recorded.common(on):
            return
        for count, diluted in self._diluted(on):
            yield f"shares counted as {count.definition.about}", self._instead(one, _of_shares(diluted))

    def _diluted(self, on: date) -> Iterator[tuple[DefinitionCount, Bounds[Shares]]]:
        """Yield each way to count diluted shares that needs no price, with its count where that is known."""
        for count in self._fully_diluted(on):
            if count.total is not None and None not in (count.total.low, count.total.high):
                yield count, count.total

    def _fully_diluted(self, on: date) -> FullyDiluted:
        if on not in self._diluted_on:
            self._diluted_on[on] = fully_diluted(self._ledger, as_of=on, known_at=self._known)
        return self._diluted_on[on]

    def _in_diluted_shares(self, measure: Measure, used: Sequence[Used], fact: ClaimDisclosed) -> Iterator[_Try]:
        """Yield a holding as a part of diluted shares, both counted alike: with what the holder would have."""
        if measure.kind is not MeasureKind.PERCENT:
            return
        part, whole = sorted(used, key=lambda one: one.operand.role is Role.WHOLE)
        on = part.operand.on or fact.about_day
        is_of_one = part.operand.stock_class == whole.operand.stock_class and on == (
            whole.operand.on or fact.about_day
        )
        is_holding = (part.operand.source, whole.operand.source) == (Source.HELD, Source.OUTSTANDING)
        if not is_holding or not is_of_one or part.missing or whole.missing:
            return
        if whole.operand.stock_class not in self._recorded.common(on):
            return
        of_holder = [line for line in self._fully_diluted(on).lines if line.holder == part.operand.holder]
        said = measure.definitions()[0]
        for count, diluted in self._diluted(on):
            theirs = shares_together(line.shares for line in of_holder if line.part in count.definition.parts)
            if theirs.high is not None:
                counted = [self._instead(one, _of_shares(theirs if one is part else diluted)) for one in used]
                name = f"with both counted as {count.definition.about}"
                yield _Try(measure, Definition(name, f"{said.formula}, {name}", said.side), counted, is_first=False)

    def _restated(self, measure: Measure, used: Sequence[Used], fact: ClaimDisclosed) -> _Try | None:
        """Return a claim in the shares of the day on which it was made: a later split is often counted back."""
        ratios = [self._split_since(one.operand, fact) for one in used]
        if all(ratio == 1 for ratio in ratios):
            return None
        now = [
            attrs.evolve(one, interval=one.interval.times(ratio)) for one, ratio in zip(used, ratios, strict=True)
        ]
        said = measure.definitions()[0]
        name = f"in the shares of {fact.effective_on}, after the split in between"
        return _Try(measure, Definition(name, f"{said.formula}, {name}", said.side), now, is_first=False)

    def _split_since(self, operand: Operand, fact: ClaimDisclosed) -> Fraction:
        """Return what an operand is multiplied by to be in the shares of the day of disclosure."""
        if operand.stock_class is None or operand.source not in _RESTATED:
            return Fraction(1)
        on = operand.on or fact.about_day
        ratio = self._recorded.ratio_between(operand.stock_class, on, fact.effective_on.latest)
        return 1 / ratio if operand.source is Source.QUOTED else ratio

    def _instead(self, one: Used, interval: Interval) -> Used:
        """Return an operand with another figure in its place."""
        multiple = one.operand.multiple
        taken = interval if multiple is None else interval.times(multiple.value)
        return attrs.evolve(one, interval=taken, missing="")

    def _beneficially(self, measure: Measure, used: Sequence[Used], fact: ClaimDisclosed) -> _Try | None:
        """Return a percentage with the shares that the holder may acquire within 60 days added, above and below.

        They count for that holder only. As (part + more) / (whole + more) names them twice, it is carried out at
        the ends: it grows with the part and with what is added, and falls with the whole.
        """
        if measure.kind is not MeasureKind.PERCENT:
            return None
        part, whole = sorted(used, key=lambda one: one.operand.role is Role.WHOLE)
        more = self._recorded.acquirable(part.operand, part.operand.on or fact.about_day)
        if more is None or more.high == 0:
            return None
        if not (part.is_known and more.is_bounded and whole.interval.low):
            return None
        (least, most), at_most = (_ends(part.interval), _ends(more)), whole.interval.high
        part_low, part_high, more_low, more_high, whole_low = *least, *most, whole.interval.low
        low = Fraction(0) if at_most is None else Fraction(part_low + more_low, at_most + more_low)
        high = min(Fraction(part_high + more_high, whole_low + more_high), Fraction(1))
        computed = Interval(low, high, without_low=at_most is None)
        name = "beneficial ownership, with what the holder may acquire within 60 days"
        formula = f"({part.operand} + acquirable) / ({whole.operand} + acquirable)"
        definition = Definition(name, formula, measure.definitions()[0].side)
        return _Carried(measure, definition, used, False, computed)

    def _judged(self, fact: ClaimDisclosed, line: JudgedClaim) -> dict[str, Any]:
        """Return the verdict on a claim with what goes with it."""
        figure, tries = fact.figure, [*self._tries(fact, line.used)]
        if not figure.fits_the_calendar:
            return {"verdict": Verdict.CONTRADICTED, "slip": "the day of the week is not that of the day"}
        right = [each for each in tries if each.definition.is_right]
        for attempt in right:
            for name, stands_for in self._readings(figure):
                if attempt.is_known and attempt.computed.meets(stands_for):
                    return {
                        "verdict": _verdict(attempt, name),
                        "reading": name,
                        "definition": "" if attempt.is_first else _name(attempt),
                        "in_every_reading": attempt.computed.within(stands_for),
                    }
        implied = tuple(self._implied(fact, line.used))
        missing = tuple(one.missing or f"{one.operand} is not known" for one in line.used if not one.is_known)
        may_be = (each.computed for each in right if each.measure is fact.measure)  # no further unknown comes in
        if missing and any(computed.meets(one) for computed in may_be for _, one in self._readings(figure)):
            return {"verdict": Verdict.NOT_CHECKABLE, "missing": missing, "implied": implied}
        if line.computed.is_empty:
            return {"verdict": Verdict.NOT_CHECKABLE, "missing": (f"{line.formula} divides by zero",)}
        nearest = _nearest([each.computed for each in right if each.is_first or each.is_known], figure)
        return {
            "verdict": Verdict.CONTRADICTED,
            "off_by": nearest[0],
            "nearest": nearest[1],
            "slip": self._slip(tries, fact),
        }

    def _slip(self, tries: Iterable[_Try], fact: ClaimDisclosed) -> str:
        """Return the mistake, or what would have to be so, that would explain a figure."""
        told = []
        for attempt in tries:
            if attempt.definition.is_right and attempt.is_known:
                continue
            meets = any(attempt.computed.meets(stands_for) for _, stands_for in self._readings(fact.figure))
            if not meets or attempt.is_first:
                continue
            if attempt.is_known:
                told.append(f"{attempt.definition.name}: {attempt.definition.formula}")
                continue
            if isinstance(attempt, _Carried):  # what it would need does not follow from its formula
                continue
            for one in self._implied(fact, self._used(attempt.measure, fact), attempt.measure)[:1]:
                shown = worded(one.interval, lambda number: in_unit(number, Unit.NUMBER, None, Fraction(1, 100)))
                told.append(f"{_name(attempt)}: {one.operand} would have to be {shown}")
        return "; ".join(told)

    def _implied(self, fact: ClaimDisclosed, used: Sequence[Used], measure: Measure | None = None) -> list[Implied]:
        """Return what the figure implies for the one operand that is not known from both sides."""
        open_ones = [place for place, one in enumerate(used) if not one.is_known]
        if len(open_ones) != 1:
            return []
        place, operands = open_ones[0], [one.interval for one in used]
        one = used[place]
        found = []
        definitions = (measure or fact.measure).definitions()
        names = {definitions[0]: ""} if measure is None else {}  # a claim's own measure may have a name
        slips = [each for each in definitions if not each.is_right]
        for definition in (*(each for each in definitions if each.is_right), *slips[:1]):
            for name, stands_for in self._readings(fact.figure)[: None if definition.is_right else 1]:
                figure = stands_for.and_(definition.value(operands))  # of a zero, nothing below that cannot be
                solved = definition.solved(figure, place, operands).and_(one.interval)
                if one.operand.multiple is not None:
                    solved = solved.times(1 / one.operand.multiple.value)
                if one.operand.source in SHARE_COUNTS and one.operand.stock_class is not None:
                    solved = self._recorded.in_shares(solved, one.operand.stock_class)
                if not solved.is_empty:
                    called = names.get(definition, definition.name)
                    found.append(Implied(one.operand, called, name, solved, definition.is_right))
        return found

    # --- chains -----------------------------------------------------------------------------------------------

    def _with_habits(self, lines: list[JudgedClaim]) -> list[JudgedClaim]:
        """Return claims that tell which earlier ones of the same speaker show that their figures are cut off."""
        shown: defaultdict[str, list[ClaimId]] = defaultdict(list)
        found = []
        for line in lines:
            found.append(attrs.evolve(line, habit=tuple(shown[line.said_by])))
            if line.verdict is Verdict.AGREES_IF_TRUNCATED:
                shown[line.said_by].append(line.claim)
        return found

    def _counts(self, lines: Iterable[JudgedClaim]) -> tuple[ImpliedCount, ...]:
        """Return the counts of shares outstanding that claims imply, by class and day."""
        found = []
        for line in lines:
            implied = [
                one for one in line.implied if one.operand.source is Source.OUTSTANDING and not one.definition
            ]
            if not implied or line.withdrawn is not None:
                continue
            operand = implied[0].operand
            widest = reduce(Interval.or_, (one.interval for one in implied))
            assert operand.stock_class is not None
            on = operand.on or line.about
            of_rounded = (one.interval for one in implied if one.reading == Rounding.NEAREST.value)
            rounded = next(of_rounded, widest)
            disclosed = self._by_name[line.claim].fact
            assert isinstance(disclosed, ClaimDisclosed)
            if (ratio := self._split_since(operand, disclosed)) != 1:  # in old shares or in new ones
                rounded, widest = (each.or_(each.times(1 / ratio)) for each in (rounded, widest))
            found.append(ImpliedCount(line.claim, operand.stock_class, on, rounded, widest, widest))
        found.sort(key=lambda count: (count.stock_class, count.about))
        return self._narrowed(found)

    def _narrowed(self, counts: list[ImpliedCount]) -> tuple[ImpliedCount, ...]:
        """Return counts narrowed by their neighbours: up the days from below, and down the days from above."""
        for order in (range(1, len(counts)), range(len(counts) - 2, -1, -1)):
            for index in order:
                step = 1 if order.step > 0 else -1
                other, this = counts[index - step], counts[index]
                if other.stock_class != this.stock_class or other.narrowed.is_empty:
                    continue
                if other.about == this.about:  # two counts of one day; if they share no number, that is found
                    both = this.narrowed.and_(other.narrowed)
                    counts[index] = this if both.is_empty else attrs.evolve(this, narrowed=both)
                    continue
                first, last = (other, this) if step > 0 else (this, other)
                ratio = self._recorded.ratio_between(first.stock_class, first.about, last.about)
                grew = self._recorded.issued_between(first.stock_class, first.about, last.about).interval
                if grew.low is None or grew.low < 0:
                    continue
                if step > 0:
                    floor = None if first.narrowed.low is None else first.narrowed.low * ratio + grew.low
                    limit = Interval(floor, None)
                else:
                    ceiling = None if last.narrowed.high is None else (last.narrowed.high - grew.low) / ratio
                    limit = Interval(None, ceiling)
                left = self._recorded.in_shares(this.narrowed.and_(limit), this.stock_class)
                counts[index] = attrs.evolve(this, narrowed=left)
        return tuple(counts)

    def _movements(self, counts: Sequence[ImpliedCount]) -> Iterator[UnexplainedMovement]:
        for first, last in pairwise(counts):
            if first.stock_class != last.stock_class or first.about == last.about:
                continue
            ratio = point(self._recorded.ratio_between(first.stock_class, first.about, last.about))
            recorded = self._recorded.issued_between(first.stock_class, first.about, last.about)
            change = last.rounded - first.rounded * ratio
            yield UnexplainedMovement(
                first.stock_class,
                first.claim,
                last.claim,
                first.about,
                last.about,
                change,
                recorded.interval,
                change - recorded.interval,
                last.widest - first.widest * ratio - recorded.interval,
                recorded.entries,
            )

    def _increases(self, counts: Sequence[ImpliedCount], lines: Sequence[JudgedClaim]) -> Iterator[DeducedIncrease]:
        """Yield each increase of an authorized number that the first count above it presupposes."""
        by_class: defaultdict[StockClassId, list[ImpliedCount]] = defaultdict(list)
        for count in counts:
            by_class[count.stock_class].append(count)
        for stock_class, of_class in by_class.items():
            settings = sorted(
                (
                    (each, value)
                    for each, value in self._recorded.balances(self._as_of).settings.get(
                        (Level.AUTHORIZED, stock_class), ()
                    )
                    if isinstance(value, Authorized)
                ),
                key=lambda pair: place_in_history(pair[0]),
            )
            for index, (each, value) in enumerate(settings):
                following = settings[index + 1] if index + 1 < len(settings) else None
                found = self._increase(stock_class, (each, value), following, of_class, lines)
                if found is not None:
                    yield found

    def _increase(
        self,
        stock_class: StockClassId,
        before: tuple[InEffect, Authorized],
        after: tuple[InEffect, Authorized] | None,
        counts: Sequence[ImpliedCount],
        lines: Sequence[JudgedClaim],
    ) -> DeducedIncrease | None:
        each, value = before
        if value.shares is None or not each.is_exact or (after is not None and after[0].is_exact):
            return None
        number, since = value.shares.as_fraction(), each.fact.effective_on.latest
        until = self._as_of if after is None else after[0].fact.effective_on.latest
        above = [
            count
            for count in counts
            if since <= count.about <= until and count.widest.low is not None and count.widest.low > number
        ]
        if not above:
            return None
        first = min(above, key=lambda count: count.about)
        still_on = max((since, *self._still_in_force(stock_class, number, lines, first.about)))
        assert first.widest.low is not None
        return DeducedIncrease(
            stock_class,
            point(number),
            each.entry.number,
            still_on,
            first.claim,
            first.widest.low,
            still_on + timedelta(days=1),
            first.about,
            "" if after is None else str(after[0].fact.effective_on),
            None if after is None else after[0].entry.number,
        )

    def _still_in_force(
        self, stock_class: StockClassId, number: Fraction, lines: Sequence[JudgedClaim], by: date
    ) -> Iterator[date]:
        """Yield days on which a number is still said to be in force, or an increase of it to be proposed."""
        for line in lines:
            only = line.used[0].operand if len(line.used) == 1 else None
            if only is not None and (only.source, only.stock_class) == (Source.AUTHORIZED, stock_class):
                on = only.on or line.about
                if line.withdrawn is None and on <= by and number in line.figure.interval():
                    yield on
        for each in self._facts:
            fact = each.fact
            if not isinstance(fact, CharterAmendmentProposed) or fact.stock_class != stock_class:
                continue
            if fact.effective_on.is_exact and fact.effective_on.latest <= by:
                yield fact.effective_on.latest


@attrs.frozen
class _Carried(_Try):
    """A definition that was carried out already."""

    carried_out: Interval

    @property
    def computed(self) -> Interval:
        return self.carried_out


def _of_shares(shares: Bounds[Shares]) -> Interval:
    assert shares.low is not None, "it is known from both sides"
    assert shares.high is not None, "so it is"
    return spanning(shares.low.as_fraction(), shares.high.as_fraction())


def _ends(interval: Interval) -> tuple[Fraction, Fraction]:
    assert interval.low is not None, "it is known from both sides"
    assert interval.high is not None, "so it is"
    return interval.low, interval.high


def _verdict(attempt: _Try, reading: str) -> Verdict:
    if not attempt.is_first:
        return Verdict.OTHER_DEFINITION
    return Verdict.AGREES_IF_TRUNCATED if reading == _TRUNCATES else Verdict.AGREES


def _name(attempt: _Try) -> str:
    return attempt.definition.name or attempt.measure.name or attempt.definition.formula


def _nearest(computed: Iterable[Interval], figure: Disclosed) -> tuple[Fraction, Fraction]:
    """Return how far a figure is off the nearest value that would agree, and that value."""
    printed = point(figure.day.toordinal() if figure.day is not None else figure.value.value)
    gaps = [printed.gap_to(interval) for interval in computed if not interval.is_empty]
    gap = min(gaps, key=abs)
    assert printed.low is not None
    return gap, printed.low + gap


# --- findings -------------------------------------------------------------------------------------------------


def _count(number: Fraction) -> str:
    return in_unit(number, Unit.NUMBER, None, Fraction(1))


def _findings(
    lines: Sequence[JudgedClaim],
    counts: Sequence[ImpliedCount],
    movements: Sequence[UnexplainedMovement],
    increases: Sequence[DeducedIncrease],
) -> Iterator[ClaimFinding]:
    """Yield what a reader should know."""
    upheld = [line for line in lines if line.withdrawn is None]
    for line in upheld:
        if line.verdict is Verdict.CONTRADICTED:
            what = f"{line.said_by} says {line.figure}"
            if line.slip:
                what += f"; {line.slip}"
            yield ClaimFinding(FindingCode.CONTRADICTED, what, line.arithmetic(), _of(line), line.entries)
    for line in upheld:
        if line.verdict is Verdict.OTHER_DEFINITION:
            what = f"{line.said_by} says {line.figure}, which agrees under another definition: {line.definition}"
            yield ClaimFinding(FindingCode.OTHER_DEFINITION, what, line.arithmetic(), _of(line), line.entries)
    for line in upheld:
        if line.verdict is Verdict.AGREES_IF_TRUNCATED:
            what = f"{line.said_by} cuts digits off: {line.figure}"
            yield ClaimFinding(FindingCode.TRUNCATES, what, line.arithmetic(), _of(line), line.entries)
    for increase in increases:
        yield _increase_found(increase)
    yield from _counts_found(counts, {line.claim: line.entry for line in lines})
    for movement in movements:
        if movement.is_certain:
            yield _movement_found(movement)
    for line in upheld:
        if line.verdict is Verdict.NOT_CHECKABLE:
            what = f"{line.said_by} says {line.figure}; {' and '.join(line.missing)}"
            yield ClaimFinding(FindingCode.NOT_CHECKABLE, what, _implied_words(line), _of(line), line.entries)


def _is_no_mistake(found: ClaimFinding) -> bool:
    return found.severity is not Severity.BROKEN


def _of(line: JudgedClaim) -> tuple[ClaimId, ...]:
    return line.claim, *line.claims


def _implied_words(line: JudgedClaim) -> str:
    """Return what a claim implies, reading by reading."""
    told = []
    for one in line.implied:
        if one.definition and one.is_right:
            continue
        step = Fraction(1) if one.operand.source in SHARE_COUNTS else Fraction(1, 10**6)
        shown = worded(one.interval, lambda number, step=step: in_unit(number, Unit.NUMBER, None, step))  # type: ignore[misc]
        by = f" and meant as {one.definition}" if one.definition else ""
        habit = f", as in {' and '.join(line.habit)}" if line.habit and one.reading == _TRUNCATES else ""
        told.append(f"{one.operand} {shown} if {one.reading}{habit}{by}")
    return "; ".join(told)


def _counts_found(counts: Sequence[ImpliedCount], entries: Mapping[ClaimId, EntryNumber]) -> Iterator[ClaimFinding]:
    """Yield counts that do not fit one another: those of one day in no reading, others only if shares came back."""
    for first, last in combinations(counts, 2):
        is_of_one = (first.stock_class, first.about) == (last.stock_class, last.about)
        if is_of_one and not first.widest.meets(last.widest):
            yield ClaimFinding(
                FindingCode.CONTRADICTED,
                f"{first.claim} and {last.claim} imply two counts of {first.stock_class} on one day",
                f"{worded(first.widest, _count)}, and {worded(last.widest, _count)}, on {first.about}",
                (first.claim, last.claim),
                (entries[first.claim], entries[last.claim]),
            )
    for place, count in enumerate(counts):
        if count.narrowed.is_empty:
            beside = [
                each for each in counts[max(place - 1, 0) : place + 2] if each.stock_class == count.stock_class
            ]
            yield ClaimFinding(
                FindingCode.COUNTS,
                f"{count.claim} does not fit the counts beside it, unless shares of {count.stock_class} came back",
                ", ".join(f"{worded(each.widest, _count)} on {each.about}" for each in beside),
                (count.claim, *(each.claim for each in beside if each is not count)),
                tuple(entries[each.claim] for each in beside),
            )


def _increase_found(increase: DeducedIncrease) -> ClaimFinding:
    authorized = worded(increase.authorized, _count)
    what = (
        f"the authorized number of {increase.stock_class} was raised above {authorized} between {increase.earliest}"
        f" and {increase.latest}"
    )
    arithmetic = (
        f"{authorized} were in force on {increase.still_on}, and {increase.claim} implies at least"
        f" {_count(increase.at_least)} on {increase.latest}"
    )
    if increase.recorded:
        arithmetic += f"; the record has {increase.recorded}"
    entries = (increase.in_force, *(() if increase.increase is None else (increase.increase,)))
    if increase.earliest > increase.latest:
        what = f"{increase.claim} implies more {increase.stock_class} than are said to be authorized on that day"
        return ClaimFinding(FindingCode.CONTRADICTED, what, arithmetic, (increase.claim,), entries)
    return ClaimFinding(FindingCode.INCREASE, what, arithmetic, (increase.claim,), entries)


def _movement_found(movement: UnexplainedMovement) -> ClaimFinding:
    return ClaimFinding(
        FindingCode.UNEXPLAINED,
        f"{worded(movement.unexplained, _count)} {movement.stock_class} moved between {movement.after} and"
        f" {movement.through} that no entry explains",
        f"{worded(movement.change, _count)} between the counts, less {worded(movement.recorded, _count)} recorded;"
        f" in any reading {worded(movement.widest, _count)}",
        (movement.earlier, movement.later),
        movement.entries,
    )
