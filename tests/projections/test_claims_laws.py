"""What holds of every claim: what the ledger itself says is never contradicted, and leniency never contradicts."""

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.events import Event
from ledger.journal import Ledger
from ledger.quantities import plain
from ledger.terms.disclosed import Disclosed, Tolerance
from ledger.terms.measures import Measure
from projections import Bounds, CapTable, cap_table
from projections.claims import Verdict, claims
from tests.builders import claim_disclosed, claimed, operand
from tests.projections.histories import SOME, as_of_days, histories, recorded

DISCLOSED = "2026-03-01"


# --- what the ledger itself says ------------------------------------------------------------------------------

WAYS = ("in full", "rounded", "truncated", "at least", "up to")


def printed(value: Fraction, digits: int, how: str) -> str:
    """Return a count as somebody may print it: to so many digits before the point, rounded in one of the ways."""
    step = 10**digits
    match how:
        case "rounded":
            return f"about {floor(value / step + Fraction(1, 2)) * step:,}"
        case "truncated":
            return f"about {floor(value / step) * step:,}"
        case "at least":
            return f"at least {floor(value / step) * step:,}"
        case "up to":
            return f"up to {ceil(value / step) * step:,}"
        case _:
            return plain(value)


def counts(table: CapTable) -> Iterator[tuple[Bounds[Any], Measure]]:
    """Yield each count of a cap table, and the measure that means it."""
    for line in table.classes:
        for source in ("outstanding", "issued"):
            meant = operand("plus", source, stock_class=line.stock_class)
            yield getattr(line, source), claimed("sum", meant)
    for held in table:
        meant = operand("plus", "held", stock_class=held.stock_class, holder=held.holder)
        yield held.shares, claimed("sum", meant)


def contradicted(ledger: Ledger, said: Iterable[tuple[str, Measure]], about: date) -> list[str]:
    """Return which of some figures are contradicted, all of them disclosed after all that happened."""
    named = [
        claim_disclosed(figure, claim=f"c-{place}", measure=meant, about=str(about), effective_on=DISCLOSED)
        for place, (figure, meant) in enumerate(said)
    ]
    ledger.record(*named)
    return [line.arithmetic() for line in claims(ledger, as_of=DISCLOSED) if line.verdict is Verdict.CONTRADICTED]


@SOME
@given(histories(longest=5, most=14), as_of_days, st.integers(0, 3))
def test_a_count_of_the_ledger_is_never_contradicted_in_any_reading_of_open_days_and_any_rounding(
    events: list[Event], as_of: date, digits: int
) -> None:
    ledger = recorded(events)
    said = [
        (printed(end.as_fraction(), digits, how), meant)
        for bounds, meant in counts(cap_table(ledger, as_of=as_of))
        for end in (bounds.low, bounds.high)
        if end is not None
        for how in WAYS
    ]

    none_at_all = "about 0"  # of a few, that is no way of rounding
    assert contradicted(ledger, (each for each in said if each[0] != none_at_all), as_of) == []


@SOME
@given(histories(longest=5, most=14), as_of_days, st.integers(0, 2))
def test_a_percentage_of_the_ledger_is_never_contradicted_however_it_is_rounded(
    events: list[Event], as_of: date, places: int
) -> None:
    ledger = recorded(events)
    said = []
    for line in cap_table(ledger, as_of=as_of):
        for end, up_from in product((line.percent.low, line.percent.high), (Fraction(0), Fraction(1, 2))):
            if end is None:
                continue
            units = floor(end * 100 * 10**places + up_from)
            figure = f"{units // 10**places}" + (f".{units % 10**places:0{places}}" if places else "") + "%"
            part = operand("part", "held", stock_class=line.stock_class, holder=line.holder)
            whole = operand("whole", "outstanding", stock_class=line.stock_class)
            said.append((figure, claimed("percent", part, whole)))

    assert contradicted(ledger, said, as_of) == []


# --- leniency -------------------------------------------------------------------------------------------------

NUMBERS = st.integers(0, 400)
WIDTHS = st.tuples(st.fractions(0, 30), st.fractions(0, 30)).map(sorted)
PARTS = st.tuples(st.fractions(0, 2), st.fractions(0, 2)).map(sorted)


def two(kind: str, first: int, second: int) -> Measure:
    """Return a measure of two figures that are called approximate."""
    roles = {"sum": ("plus", "minus"), "product": ("times", "over")}.get(kind) or {
        "percent": ("part", "whole"),
        "increase": ("price", "market"),
    }[kind]
    numbers = zip(roles, (first, second), strict=True)
    return claimed(
        kind, *(operand(role, "printed", printed=Disclosed.read(f"about {number}")) for role, number in numbers)
    )


@given(
    st.sampled_from(("sum", "product", "percent", "increase")),
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.sampled_from(("", "about ", "more than ", "up to ")),
    WIDTHS,
    PARTS,
)
def test_a_wider_tolerance_of_the_figure_and_of_its_operands_never_contradicts_what_agreed(
    kind: str, first: int, second: int, figure: int, word: str, steps: list[Fraction], parts: list[Fraction]
) -> None:
    unit = "%" if kind in ("percent", "increase") else ""
    ledger = recorded([])
    verdicts = []
    ledger.record(
        claim_disclosed(f"{word}{figure}{unit}", measure=two(kind, first, second), effective_on=DISCLOSED)
    )
    for index in (0, 1):
        tolerance = Tolerance("t", steps[index], parts[index])
        verdicts.append(claims(ledger, as_of="2026-12-31", tolerance=tolerance).claims[0].verdict)

    assert verdicts[0] is Verdict.CONTRADICTED or verdicts[1] is not Verdict.CONTRADICTED
