"""A waterfall: each bar begins where the one before ended, and the last is the closing."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, Money, NotUnderstood, Shares
from ledger.events import Event
from projections import Bounds, Figure, of_agreement, of_class, of_holder, rollforward
from registrar.charts import Chart, rollforward_chart
from tests.builders import (
    common_issued,
    company,
    shares_cancelled,
    shares_repurchased,
    shares_transferred,
    stock_split_effected,
)
from tests.golden import make_pictures
from tests.projections.histories import SOME, as_of_days, every_figure, histories, recorded
from tests.registrar.charts.test_ownership_chart import rows_of, subtitle


def bars(chart: Chart) -> list[tuple[str, bool, Any, Any]]:
    return [(row["what"], row["is_open"], row["from"], row["to"]) for row in chart.spec["data"]["values"]]


def figures(chart: Chart) -> list[tuple[str, str]]:
    return [(row["what"], row["figure"]) for row in rows_of(chart, "words")]


def joints(chart: Chart) -> list[Any]:
    """Return where each bar hands over to the next."""
    return [row["from"] for row in rows_of(chart, "joints")]


def test_a_bar_begins_where_the_one_before_ended() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=1_000),
        shares_repurchased(repurchased=100, effective_on="2026-03-01"),
        common_issued(holder="bob", issued=50, effective_on="2026-03-02"),
    )
    chart = rollforward_chart(ledger, of_class("common", "outstanding"), after="2026-01-31", through="2026-12-31")

    assert bars(chart) == [
        ("opening, 2026-01-31", False, 0, 0),
        ("issued", False, 0, 1_050),
        ("repurchased to treasury", False, 1_050, 950),
        ("closing, 2026-12-31", False, 0, 950),
    ]
    assert figures(chart) == [
        ("opening, 2026-01-31", "none"),
        ("issued", "1,050"),
        ("repurchased to treasury", "(100)"),
        ("closing, 2026-12-31", "950"),
    ]
    assert joints(chart) == [0, 1_050, 950]


def test_what_may_be_so_or_not_is_lighter_on_its_side() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=1_000),
        common_issued(holder="bob", issued=50, effective_on="2026-03-01/2026-04-01"),
        shares_cancelled(cancelled=30, effective_on="2026-03-02/2026-04-02"),
    )
    chart = rollforward_chart(ledger, of_class("common", "outstanding"), after="2026-02-28", through="2026-03-10")

    assert bars(chart) == [
        ("opening, 2026-02-28", False, 0, 1_000),
        ("issued", False, 1_000, 1_000),
        ("issued", True, 1_000, 1_050),
        ("cancelled", False, 1_000, 1_000),
        ("cancelled", True, 1_000, 970),
        ("closing, 2026-03-10", False, 0, 970),
        ("closing, 2026-03-10", True, 970, 1_050),
    ]
    assert subtitle(chart) == "Lighter, dashed: the day of a fact is open, and it may be so or not."


def test_in_the_units_of_a_later_day_a_split_is_no_bar() -> None:
    ledger = company()
    ledger.record(common_issued(issued=600), stock_split_effected())
    asked: dict[str, Any] = {"after": "2026-03-01", "through": "2026-12-31"}
    own = rollforward_chart(ledger, of_holder("ada", "common"), **asked)
    later = rollforward_chart(ledger, of_holder("ada", "common"), basis="2026-12-31", **asked)

    assert [what for what, _ in figures(own)] == ["opening, 2026-03-01", "split", "closing, 2026-12-31"]
    assert figures(later) == [("opening, 2026-03-01", "1,200"), ("closing, 2026-12-31", "1,200")]
    assert "in the units of 2026-12-31" in later.description


@given(histories(longest=4), as_of_days, as_of_days, st.data())
@SOME
def test_the_bars_are_those_of_the_roll_forward_and_each_begins_where_the_last_ended(
    events: list[Event], one: Any, other: Any, data: st.DataObject
) -> None:
    ledger = recorded(events)
    figure: Figure = data.draw(st.sampled_from(every_figure()), label="figure")
    after, through = min(one, other), max(one, other)
    answer = rollforward(ledger, figure, after=after, through=through)
    rows = rollforward_chart(ledger, figure, after=after, through=through).spec["data"]["values"]

    solid = [row for row in rows if not row["is_open"]]
    told = [(row["exact_low"], row["exact_high"]) for row in solid]
    assert told == [
        ends(each) for each in (answer.opening, *(line.change for line in answer.lines), answer.closing)
    ]
    at = number(answer.opening.low)
    for row, line in zip(solid[1:-1], answer.lines, strict=True):
        assert row["from"] == float(at)
        at += number(line.change.low)
    assert solid[-1]["to"] == float(number(answer.closing.low))
    for row in rows:
        if row["is_open"]:
            assert row["from"] != row["to"]


def ends(figure: Bounds[Any]) -> tuple[str, str]:
    return str(figure.low), str(figure.high)


def number(figure: Shares | Money | None) -> Fraction:
    assert figure is not None
    return figure.amount if isinstance(figure, Money) else figure.as_fraction()


def test_bars_stand_below_one_another() -> None:
    chart = dict(make_pictures.charts())["rollforward"]
    places = sorted({(row["top"], row["bottom"]) for row in chart.spec["data"]["values"]})

    assert all(above[1] < below[0] for above, below in pairwise(places))
    assert places[-1][1] <= chart.spec["height"]


def test_money_is_drawn_in_its_currency() -> None:
    chart = dict(make_pictures.charts())["rollforward-money"]

    assert figures(chart)[1:3] == [("undertaken", "6,000,000 USD"), ("closed", "(4,400,000) – (3,500,000) USD")]
    assert "A waterfall in USD" in chart.description


def founding() -> Ledger:
    return make_pictures.founding_case()


def test_a_figure_of_a_partial_register_says_that_it_is_what_is_recorded() -> None:
    figure = of_class("common", "outstanding")
    chart = rollforward_chart(founding(), figure, after="2017-05-04", through="2017-06-20")

    assert subtitle(chart).endswith("The register is partial: this is what is recorded of it.")


def test_the_entries_behind_a_bar_are_told() -> None:
    ledger = company()
    ledger.record(common_issued(issued=600), shares_transferred(transferred=100, effective_on="2026-03-05"))
    chart = rollforward_chart(ledger, of_holder("ada", "common"), after="2026-01-31", through="2026-12-31")

    assert [row["entries"] for row in chart.spec["data"]["values"]] == ["", "7", "8", ""]


def test_a_level_is_no_waterfall() -> None:
    with pytest.raises(NotUnderstood) as refused:
        rollforward_chart(company(), of_class("common", "authorized"), after="2026-01-01", through="2026-12-31")
    assert refused.value.code == "E_FIGURE"


def test_the_days_are_asked_in_order() -> None:
    with pytest.raises(NotUnderstood) as refused:
        rollforward_chart(
            founding(), of_agreement("series-k-purchase", "undrawn"), after="2017-06-20", through="2017-06-19"
        )
    assert refused.value.code == "E_DATE"
