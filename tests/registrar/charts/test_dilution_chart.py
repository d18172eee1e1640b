"""Dilution by round: every bar is the whole company, and the figures are those of the answer."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, NotUnderstood, StockClassId
from ledger.identity import HolderId
from ledger.movements import Scope
from ledger.quantities import Money, Price, Ratio, exact
from ledger.terms.rounds import Investment, Round
from projections import ProForma, closing, pro_forma
from registrar.charts import Chart, dilution_chart
from tests import builders as a
from tests.registrar.charts.test_ownership_chart import rows_of
from tests.strategies import SOME

DAY = "2026-06-30"


def company(*events: Any) -> Ledger:
    ledger = a.company()
    ledger.record(
        a.common_issued(holder="ada", issued=600_000),
        a.common_issued(holder="bob", issued=400_000),
        a.plan_adopted(pooled=100_000),
        *events,
    )
    return ledger


def rounds(ledger: Ledger, *valuations: int, investor: str = "fund", **given: Any) -> list[ProForma]:
    """Return rounds of $2M, each on top of the one before."""
    found = []
    for place, valuation in enumerate(valuations, 1):
        agreed = Round(
            series=StockClassId(f"series-{'xyz'[place - 1]}"),
            investments=(Investment(holder=HolderId(investor), amount=Money(2_000_000, "USD")),),
            pre_money=Money(valuation, "USD"),
            **given,
        )
        found.append(pro_forma(ledger, agreed, as_of=DAY))
        ledger = ledger.supposing(*closing(found[-1], plan="plan-2026"))
    return found


def bars(chart: Chart) -> dict[str, dict[str, Fraction]]:
    """Return the parts of each bar, exactly."""
    found: dict[str, dict[str, Fraction]] = {}
    for row in chart.spec["data"]["values"]:
        found.setdefault(row["stage"], {})[row["holder"]] = exact(row["part"])
    return found


def test_there_is_a_bar_before_and_one_after_each_round() -> None:
    ledger = company()
    answers = rounds(ledger, 8_800_000, 20_000_000, price_places=2)

    chart = dilution_chart(ledger, *answers)

    assert list(bars(chart)) == ["before", "after series-x", "after series-y"]
    assert [(row["title"], row["said"]) for row in rows_of(chart, "titles")] == [
        ("before", "at the close of 2026-06-30"),
        ("after series-x", "at 8 USD a share"),
        ("after series-y", "at 14.81 USD a share"),
    ]
    assert chart.title == "Dilution by series-x and series-y"


def test_the_parts_are_those_of_the_answer() -> None:
    ledger = company()
    (answer,) = rounds(ledger, 8_800_000)

    before, after = bars(dilution_chart(ledger, answer)).values()

    pool = "option pool, not granted"
    assert before == {"Ada Quill": Fraction(6, 11), "Bob Quill": Fraction(4, 11), pool: Fraction(1, 11)}
    assert after == {
        "Ada Quill": answer["ada"].part_after,
        "Bob Quill": answer["bob"].part_after,
        "Fund LP": answer["fund"].part_after,
        pool: answer.pool_after.as_fraction() / answer.after.as_fraction(),
    }


@SOME
@given(st.lists(st.integers(1_000_000, 50_000_000), min_size=1, max_size=3), st.integers(1, 7), st.booleans())
def test_every_bar_is_the_whole_company_from_nothing_to_a_hundred(
    valuations: list[int], largest: int, with_pool: bool
) -> None:
    ledger = company(a.safe_issued(holder="bob", purchase_amount="100000 USD"))
    given: dict[str, Any] = {"pool_target": Ratio("0.1")} if with_pool else {}

    chart = dilution_chart(ledger, *rounds(ledger, *valuations, **given), largest=largest)

    assert all(sum(parts.values()) == 1 for parts in bars(chart).values())
    rows = chart.spec["data"]["values"]
    for stage in bars(chart):
        own = [row for row in rows if row["stage"] == stage]
        assert own[0]["from"] == 0
        assert abs(own[-1]["to"] - 100) < 1e-9
        assert [row["from"] for row in own[1:]] == [row["to"] for row in own[:-1]]
        assert sum(Fraction(row["percent"].removesuffix(" %")) for row in own) == 100


def test_who_has_no_colour_of_their_own_is_one_of_the_others() -> None:
    ledger = company()
    (answer,) = rounds(ledger, 8_800_000)

    _, after = bars(dilution_chart(ledger, answer, largest=1)).values()

    assert set(after) == {"Ada Quill", "2 others", "option pool, not granted"}
    assert after["2 others"] == answer["bob"].part_after + answer["fund"].part_after


def test_holders_that_are_not_recorded_have_a_part() -> None:
    ledger = company(a.register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=1_500_000))
    (answer,) = rounds(ledger, 8_800_000)

    before, _ = bars(dilution_chart(ledger, answer)).values()

    assert before["holders not recorded"] == Fraction(500_000, 1_600_000)


def test_a_price_without_end_is_told_to_the_fourth_decimal() -> None:
    ledger = company()
    (answer,) = rounds(ledger, 1_000_000)

    assert answer.solution.price == Price("10/11", "USD")
    assert rows_of(dilution_chart(ledger, answer), "titles")[1]["said"] == "at about 0.9091 USD a share"


def test_the_picture_says_what_everybody_had_and_has() -> None:
    ledger = company()

    chart = dilution_chart(ledger, *rounds(ledger, 8_800_000))

    assert "Ada Quill: 54.5 % before, 44.5 % in the end" in chart.description
    assert "Fund LP: 0.0 % before, 18.5 % in the end" in chart.description
    assert chart.to_svg().startswith("<svg")


def test_a_picture_needs_a_round_and_colours_that_can_be_told_apart() -> None:
    ledger = company()
    answers = rounds(ledger, 8_800_000)

    with pytest.raises(NotUnderstood, match="no round is to be drawn"):
        dilution_chart(ledger)
    for largest in (0, 8):
        with pytest.raises(NotUnderstood) as caught:
            dilution_chart(ledger, *answers, largest=largest)
        assert caught.value.code == "E_LIMIT"
