"""What a figure claims to be: its formula, its other definitions, and the operand that follows from the others."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.quantities import Ratio
from ledger.terms.interval import EVERYTHING, Interval, point, spanning
from ledger.terms.measures import Measure, MeasureKind, Operand, Role, Source
from tests.builders import claimed, operand


def of(kind: str, *roles: str) -> Measure:
    return claimed(kind, *(operand(role, number=str(10 + place)) for place, role in enumerate(roles)))


@pytest.mark.parametrize(
    ("measure", "formula"),
    [
        (of("sum", "plus", "minus", "plus"), "10 + 12 − 11"),
        (of("product", "times", "over", "times"), "10 × 12 / 11"),
        (of("percent", "whole", "part"), "11 / 10"),
        (of("increase", "price", "market"), "10 / 11 − 1"),
    ],
)
def test_a_measure_says_its_formula(measure: Measure, formula: str) -> None:
    assert measure.formula == formula


@pytest.mark.parametrize(
    ("kind", "values", "figures"),
    [
        ("sum", (5, 3, 4), {"": 6}),
        ("product", (5, 4, 6), {"": Fraction(15, 2)}),
        ("percent", (200, 1_000), {"": Fraction(1, 5), "of the whole before the part was added": Fraction(1, 4)}),
        (
            "increase",
            (Fraction("0.004"), Fraction("0.0005")),
            {
                "": 7,
                "the ratio, which is one more than the increase": 8,
                "the difference as a part of the larger figure": Fraction(7, 8),
            },
        ),
    ],
)
def test_each_definition_has_its_figure(
    kind: str, values: tuple[Fraction | int, ...], figures: dict[str, Fraction | int]
) -> None:
    roles = {"sum": ("plus", "minus", "plus"), "product": ("times", "over", "times")}
    measure = of(kind, *roles.get(kind, ("part", "whole") if kind == "percent" else ("price", "market")))
    operands = [point(value) for value in values]

    assert {each.name: each.value(operands).low for each in measure.definitions()} == figures
    assert all(each.value(operands).is_point for each in measure.definitions())


_MEASURES = st.sampled_from(
    [
        of("sum", "plus"),
        of("sum", "plus", "minus"),
        of("product", "times", "over"),
        of("product", "times", "times"),
        of("percent", "part", "whole"),
        of("percent", "whole", "part"),
        of("increase", "price", "market"),
    ]
)
_ABOVE_ZERO = st.integers(1, 8)


@given(_MEASURES, st.data())
def test_an_operand_follows_from_the_figure_and_the_others(measure: Measure, data: st.DataObject) -> None:
    """Exactly: for each definition, whatever the operands are, what they make leads back to each of them."""
    numbers = [Fraction(data.draw(_ABOVE_ZERO)) for _ in measure.operands]
    operands = [spanning(number, number + data.draw(st.integers(0, 2))) for number in numbers]
    for definition in measure.definitions():
        figure = definition.value([point(number) for number in numbers])
        for place in range(len(numbers)):
            missing = [EVERYTHING if other == place else each for other, each in enumerate(operands)]
            known = [point(number) for number in numbers]
            if figure.is_empty:  # nothing is divided by zero
                continue
            assert numbers[place] in definition.solved(figure, place, missing)
            if not (figure.low == 0 and measure.kind is MeasureKind.INCREASE) and figure.is_point:
                back = definition.solved(figure, place, known)
                assert numbers[place] in back


@given(st.integers(1, 20), st.integers(20, 40), st.integers(0, 3), st.integers(0, 3))
def test_what_a_formula_may_come_to_is_exactly_what_its_operands_make(
    part: int, whole: int, more: int, most: int
) -> None:
    """By brute force over every half of a share."""
    operands = [spanning(part, part + more), spanning(whole, whole + most)]
    grid = [[first + Fraction(step, 2) for step in range(2 * 3 + 1)] for first in (part, whole)]
    for definition in of("percent", "part", "whole").definitions():
        result = definition.value(operands)
        if result == EVERYTHING or not result.is_bounded:
            continue
        for one, other in product(*grid):
            if one in operands[0] and other in operands[1] and other > one:
                made = definition.value([point(one), point(other)]).low
                assert made is not None
                assert made in result


def test_half_open_figures_lead_to_half_open_operands() -> None:
    """12.05 % up to, but not including, 12.15 % of something are 800."""
    (definition, _) = of("percent", "part", "whole").definitions()
    figure = Interval(Fraction("0.1205"), Fraction("0.1215"), without_high=True)

    solved = definition.solved(figure, 1, [point(800), EVERYTHING])

    assert solved == Interval(800 / Fraction("0.1215"), 800 / Fraction("0.1205"), without_low=True)


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("sum", ("minus",)),
        ("sum", ("plus", "over")),
        ("product", ("over",)),
        ("percent", ("part",)),
        ("percent", ("part", "part")),
        ("percent", ("part", "whole", "whole")),
        ("increase", ("price", "whole")),
    ],
)
def test_a_measure_whose_operands_do_not_make_it_is_refused(kind: str, roles: tuple[str, ...]) -> None:
    with pytest.raises(NotUnderstood) as refused:
        of(kind, *roles)

    assert (refused.value.code, refused.value.where) == ("E_MEASURE", "/operands")


def test_a_measure_of_nothing_is_refused() -> None:
    with pytest.raises(NotUnderstood):
        Measure(kind=MeasureKind.SUM, operands=())


@pytest.mark.parametrize("source", [source for source in Source if source is not Source.NUMBER])
def test_an_operand_without_what_its_source_needs_is_refused(source: Source) -> None:
    needs_nothing = (Source.PRINCIPAL_CONVERTED, Source.INTEREST_CONVERTED, Source.OWED)
    if source in needs_nothing:
        assert Operand(role=Role.ADDED, source=source).source is source
        return
    with pytest.raises(NotUnderstood) as refused:
        Operand(role=Role.ADDED, source=source)

    assert refused.value.code == "E_MEASURE"


def test_an_operand_has_a_period_only_where_something_happens_in_it() -> None:
    with pytest.raises(NotUnderstood, match="no such period"):
        operand("plus", "held", holder="ada", stock_class="common", since="2026-01-01", on="2026-02-01")
    with pytest.raises(NotUnderstood, match="no such period"):
        operand("plus", "surrendered", stock_class="common", since="2026-02-02", on="2026-02-01")
    with pytest.raises(NotUnderstood, match="no times"):
        operand(multiple=Ratio(0))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (operand(number="500000", multiple="12"), "500000 × 12"),
        (operand("plus", "held", holder="ada", stock_class="common"), "held common of ada"),
        (
            operand("plus", "owed", holder="ada", instruments=("n-1",), on="2026-01-31"),
            "owed of ada n-1 on 2026-01-31",
        ),
        (
            operand("plus", "received", stock_class="common", since="2026-01-01", on="2026-01-31"),
            "received common from 2026-01-01 to 2026-01-31",
        ),
        (operand("plus", "unknown", name="closing bid"), "closing bid"),
    ],
)
def test_an_operand_is_told_in_words(made: Operand, words: str) -> None:
    assert str(made) == words


def test_nothing_is_divided_by_zero() -> None:
    ratio, before = of("percent", "part", "whole").definitions()

    assert ratio.value([point(1), point(0)]).is_empty
    assert before.value([point(1_000), point(1_000)]).is_empty, "nothing was there before it"
    assert ratio.value([point(1), spanning(0, 4)]) == Interval(Fraction(1, 4), None)


def test_a_factor_may_be_anything_where_the_other_and_the_product_are_zero() -> None:
    times = of("product", "times", "times").definitions()[0]
    ratio = of("percent", "part", "whole").definitions()[0]

    assert times.solved(point(0), 0, [EVERYTHING, point(0)]) == EVERYTHING
    assert times.solved(point(1), 0, [EVERYTHING, point(0)]).is_empty
    assert ratio.solved(point(0), 1, [point(0), EVERYTHING]) == EVERYTHING
    assert ratio.solved(point(0), 1, [point(1), EVERYTHING]).is_empty
