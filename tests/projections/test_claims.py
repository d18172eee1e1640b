"""Claims held against the record: which reading agrees, what is off by how much, and what follows from the rest."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import ClaimDisclosed, Event
from ledger.identity import ClaimId
from ledger.journal import Ledger
from ledger.movements import Scope
from ledger.terms.disclosed import Disclosed, Qualifier, Rounding, Tolerance
from ledger.terms.interval import Interval, spanning
from ledger.terms.market import Measure
from projections.claims import ClaimsReport, FindingCode, JudgedClaim, Verdict, claims
from projections.findings import Severity
from tests import builders
from tests.builders import (
    claim_disclosed,
    claim_withdrawn,
    claimed,
    common_issued,
    operand,
    price_quoted,
    register_scope_declared,
    shares_converted,
    stock_split_effected,
)

PARTIAL = register_scope_declared(scope=Scope.PARTIAL, effective_on=builders.FOUNDED)


def recorded(*events: Event) -> Ledger:
    ledger = builders.company()
    ledger.record(*events)
    return ledger


def report(*events: Event, **asked: Any) -> ClaimsReport:
    return claims(recorded(*events), **{"as_of": "2026-12-31", **asked})


def judged(*events: Event, **asked: Any) -> JudgedClaim:
    """Return the line of the last claim among events."""
    return report(*events, **asked).claims[-1]


def held(role: str = "plus", holder: str = "ada", **more: Any) -> Any:
    return operand(role, "held", holder=holder, stock_class="common", **more)


def outstanding(role: str = "plus", **more: Any) -> Any:
    return operand(role, "outstanding", stock_class="common", **more)


def percent_of_outstanding(holder: str = "ada") -> Any:
    return claimed("percent", held("part", holder), outstanding("whole"))


def premium(price: str, market: str) -> Any:
    return claimed("increase", operand("price", number=price), operand("market", number=market))


def a_third(**changes: Any) -> list[Event]:
    """Return an issue of 1,000 to ada and of 2,000 to bob."""
    return [common_issued(issued=1_000, **changes), common_issued(holder="bob", issued=2_000, **changes)]


# --- verdicts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        ("33.3%", Verdict.AGREES),
        ("33%", Verdict.AGREES),
        ("33.33%", Verdict.AGREES),
        ("33.4%", Verdict.CONTRADICTED),
        ("33.2%", Verdict.CONTRADICTED),
        ("approximately 34%", Verdict.AGREES),
        ("approximately 35%", Verdict.CONTRADICTED),
        ("50%", Verdict.OTHER_DEFINITION),
        ("more than 30%", Verdict.AGREES),
        ("less than 33%", Verdict.CONTRADICTED),
    ],
)
def test_a_percentage_is_held_against_the_holding_and_the_shares_outstanding(figure: str, verdict: Verdict) -> None:
    line = judged(*a_third(), claim_disclosed(figure, measure=percent_of_outstanding()))

    assert line.verdict is verdict


def test_a_percentage_of_what_was_there_before_says_so() -> None:
    line = judged(*a_third(), claim_disclosed("50%", measure=percent_of_outstanding()))

    assert line.definition == "of the whole before the part was added"
    assert line.arithmetic() == "held common of ada / outstanding common = 33.33%"


def test_digits_that_were_cut_off_are_told_and_remembered_of_the_speaker() -> None:
    found = report(
        claim_disclosed("566%", measure=premium("0.0040", "0.0006")),
        claim_disclosed("12%", claim="claim-2", measure=premium("1.12", "1")),
        claim_disclosed("12%", claim="claim-3", said_by="A newspaper", measure=premium("1.12", "1")),
    )

    assert found.claim("claim-1").verdict is Verdict.AGREES_IF_TRUNCATED
    assert (found.claim("claim-1").habit, found.claim("claim-2").habit) == ((), (ClaimId("claim-1"),))
    assert found.claim("claim-3").habit == (), "another speaker has habits of their own"
    assert [each.code for each in found.findings] == [FindingCode.TRUNCATES]
    assert not found.is_contradicted


def test_a_ratio_that_is_called_a_premium_is_contradicted_and_the_slip_is_named() -> None:
    """0.0040 is 800 % of 0.0005, and 700 % above it."""
    line = judged(claim_disclosed("800%", measure=premium("0.0040", "0.0005")))

    assert line.verdict is Verdict.CONTRADICTED
    assert line.off_by == -1
    assert line.nearest == 7
    assert line.slip == "the ratio, which is one more than the increase: 0.004 / 0.0005"


@pytest.mark.parametrize(
    ("figure", "kind", "operands", "verdict"),
    [
        ("800 million", "product", (("times", "3200000"), ("over", "0.0040")), Verdict.AGREES),
        ("$3,087,844.20", "product", (("times", "22056030"), ("times", "0.14")), Verdict.AGREES),
        ("$3,087,844.19", "product", (("times", "22056030"), ("times", "0.14")), Verdict.CONTRADICTED),
        ("6,500,000", "sum", (("plus", "6000000"), ("plus", "500000")), Verdict.AGREES),
        ("6,499,999", "sum", (("plus", "6000000"), ("plus", "500000")), Verdict.CONTRADICTED),
        ("62,500", "sum", (("plus", "835000"), ("minus", "772500")), Verdict.AGREES),
    ],
)
def test_a_figure_may_fail_on_its_own(
    figure: str, kind: str, operands: tuple[tuple[str, str], ...], verdict: Verdict
) -> None:
    measure = claimed(kind, *(operand(role, number=number) for role, number in operands))

    assert judged(claim_disclosed(figure, measure=measure)).verdict is verdict


def test_what_an_approximate_figure_is_allowed_has_a_name() -> None:
    said = claim_disclosed("about 35%", measure=percent_of_outstanding())
    wide = Tolerance("two units of the last digit", steps=Fraction(2))

    narrow, allowed = judged(*a_third(), said), judged(*a_third(), said, tolerance=wide)

    assert narrow.verdict is Verdict.CONTRADICTED
    assert (allowed.verdict, allowed.reading) == (Verdict.AGREES, "within two units of the last digit")


def test_another_definition_that_was_named_may_explain_a_figure() -> None:
    line = judged(
        claim_disclosed(
            "333,333,333",
            measure=claimed("product", operand("times", number="604340"), operand("over", number="0.0018")),
            other_measures=(
                claimed(
                    "product",
                    operand("times", number="600000"),
                    operand("over", number="0.0018"),
                    name="the principal alone",
                ),
            ),
        )
    )

    assert (line.verdict, line.definition) == (Verdict.OTHER_DEFINITION, "the principal alone")


def test_another_definition_that_needs_something_unknown_explains_nothing_and_says_what_it_would_need() -> None:
    unknown = claimed("sum", operand(number="4748"), operand("plus", "unknown", name="rounded up"), name="rounding")
    line = judged(
        claim_disclosed("4,810", measure=claimed("sum", operand(number="4748")), other_measures=(unknown,))
    )

    assert line.verdict is Verdict.CONTRADICTED
    assert line.slip == "rounding: rounded up would have to be 61.5 to below 62.5"


def test_a_day_is_held_against_the_split_and_against_the_calendar() -> None:
    split = stock_split_effected(effective_on="2026-07-01")
    on_the_day = claimed(
        "sum", operand("plus", "split-day", stock_class="common", since="2026-01-01", on="2026-12-31")
    )

    def line(figure: str) -> JudgedClaim:
        return judged(*a_third(), split, claim_disclosed(figure, effective_on="2026-07-02", measure=on_the_day))

    assert line("July 1, 2026").verdict is Verdict.AGREES
    assert line("Wednesday, July 1, 2026").verdict is Verdict.AGREES
    late = line("July 3, 2026")
    assert late.verdict is Verdict.CONTRADICTED
    assert late.off_by == -2
    assert line("Tuesday, July 1, 2026").arithmetic() == "2026-07-01 was a Wednesday"


# --- what is not known --------------------------------------------------------------------------------------------


def test_a_claim_is_contradicted_only_if_no_reading_of_open_days_agrees() -> None:
    open_days = shares_converted(holder="ada", surrendered=100, received=125, effective_on="2026-05-01/2026-05-20")
    issued = builders.preferred_issued(holder="ada", issued=100, effective_on="2026-02-02")

    def line(figure: str) -> JudgedClaim:
        return judged(*a_third(), issued, open_days, claim_disclosed(figure, measure=claimed("sum", held())))

    assert (line("1,000").verdict, line("1,125").verdict) == (Verdict.AGREES, Verdict.AGREES)
    assert not line("1,125").in_every_reading
    assert line("1,251").verdict is Verdict.CONTRADICTED, "not even with what may still be converted"
    assert line("999").verdict is Verdict.CONTRADICTED


def test_a_percentage_of_a_partial_register_implies_how_many_shares_are_outstanding() -> None:
    line = judged(
        PARTIAL,
        common_issued(issued=800, effective_on="2026-02-02"),
        claim_disclosed("approximately 12.1%", measure=percent_of_outstanding()),
    )

    assert line.verdict is Verdict.NOT_CHECKABLE
    assert line.missing == ("the register of common is partial on 2026-05-06",)
    by_reading = {one.reading: one.interval for one in line.implied if not one.definition}
    assert by_reading["rounded"] == spanning(6_585, 6_639)
    assert by_reading["truncated"] == spanning(6_558, 6_611)


NOTHING = Interval(Fraction(1), Fraction(0))


@given(st.integers(1, 60), st.sampled_from([0, 1]), st.sampled_from(Rounding))
def test_the_implied_counts_are_exactly_those_that_would_be_printed_so(
    percent: int, places: int, rounding: Rounding
) -> None:
    """By brute force: each count that 40 shares may be a part of."""
    figure = f"{percent}%" if not places else f"{percent}.5%"
    line = judged(PARTIAL, common_issued(issued=40), claim_disclosed(figure, measure=percent_of_outstanding()))
    interval = Disclosed.read(figure).interval(rounding)
    found = [one.interval for one in line.implied if one.reading == rounding.value and not one.definition]
    implied = found[0] if found else NOTHING

    for count in range(40, 9_000, 7):
        assert (count in implied) is (Fraction(40, count) in interval)


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [("33.3%", Verdict.NOT_CHECKABLE), ("40%", Verdict.NOT_CHECKABLE), ("51%", Verdict.CONTRADICTED)],
)
def test_a_percentage_that_a_partial_register_allows_in_no_reading_is_contradicted(
    figure: str, verdict: Verdict
) -> None:
    """Bob has twice as many: a third at most, or half of what was there before ada came."""
    line = judged(PARTIAL, *a_third(), claim_disclosed(figure, measure=percent_of_outstanding()))

    assert line.verdict is verdict


def test_shares_that_may_be_acquired_count_where_the_register_is_partial_too() -> None:
    """Ada has 1,000 of 3,000 at least, and may have 2,500 more: 63.6 % at most."""
    preferred = builders.preferred_issued(holder="ada", issued=2_000, effective_on="2026-02-02")
    found = [
        judged(PARTIAL, *a_third(), preferred, claim_disclosed(figure, measure=percent_of_outstanding())).verdict
        for figure in ("64%", "65%")
    ]

    assert found == [Verdict.NOT_CHECKABLE, Verdict.CONTRADICTED]


def test_shares_that_may_be_acquired_count_for_a_beneficial_owner() -> None:
    """Ada converts 100 at 1.25: (1,000 + 125) / (3,000 + 125) is 36 %."""
    preferred = builders.preferred_issued(holder="ada", issued=100, effective_on="2026-02-02")
    line = judged(*a_third(), preferred, claim_disclosed("36%", measure=percent_of_outstanding()))

    assert line.verdict is Verdict.OTHER_DEFINITION
    assert line.definition == "beneficial ownership, with what the holder may acquire within 60 days"


def test_a_claim_that_rests_on_itself_is_not_known() -> None:
    ring = [
        claim_disclosed("5", claim="claim-1", measure=claimed("sum", operand("plus", "implied", claim="claim-1"))),
        claim_disclosed("5", claim="claim-2", measure=claimed("sum", operand("plus", "claim", claim="claim-2"))),
    ]

    assert [line.verdict for line in report(*ring)] == [Verdict.NOT_CHECKABLE, Verdict.NOT_CHECKABLE]


@pytest.mark.parametrize(
    ("source", "more", "figure"),
    [
        ("authorized", {}, "10,000,000"),
        ("reported", {}, "1,250,000"),
        ("quoted", {"quote": Measure.CLOSE, "on": "2026-03-04"}, "2.50"),
        ("split-ratio", {"since": "2026-01-01", "on": "2026-12-31"}, "2"),
    ],
)
def test_operands_are_read_from_the_record(source: str, more: dict[str, Any], figure: str) -> None:
    events = [
        *a_third(),
        builders.outstanding_reported(),
        price_quoted(measure=Measure.CLOSE, price="2.50 USD", effective_on="2026-03-04"),
        stock_split_effected(),
    ]
    measure = claimed("sum", operand("plus", source, stock_class="common", **more))
    line = judged(*events, claim_disclosed(figure, measure=measure))

    assert (line.verdict, len(line.entries) > 1) == (Verdict.AGREES, True)


def test_a_price_that_was_not_quoted_on_the_day_is_missing() -> None:
    measure = claimed("sum", operand("plus", "quoted", stock_class="common", quote=Measure.CLOSE, on="2026-03-05"))
    line = judged(
        price_quoted(measure=Measure.CLOSE, effective_on="2026-03-04"), claim_disclosed("2", measure=measure)
    )

    assert (line.verdict, line.missing) == (Verdict.NOT_CHECKABLE, ("no close of 2026-03-05 is recorded",))


def test_conversions_of_a_period_are_counted_in_the_units_of_its_last_day() -> None:
    preferred = builders.preferred_issued(holder="ada", issued=100, effective_on="2026-02-02")
    converted = shares_converted(holder="ada", surrendered=100, received=125, effective_on="2026-03-02")
    period = {"since": "2026-01-01", "on": "2026-12-31"}
    lines = report(
        *a_third(),
        preferred,
        converted,
        stock_split_effected(ratio="2", effective_on="2026-07-01"),
        claim_disclosed(
            "250",
            effective_on="2026-07-02",
            measure=claimed("sum", operand("plus", "received", stock_class="common", **period)),
        ),
        claim_disclosed(
            "100",
            claim="claim-2",
            effective_on="2026-07-02",
            measure=claimed("sum", operand("plus", "surrendered", stock_class="series-a", holder="ada", **period)),
        ),
    )

    assert [line.verdict for line in lines] == [Verdict.AGREES, Verdict.AGREES]


# --- chains -----------------------------------------------------------------------------------------------------


def two_percentages() -> list[Event]:
    """Return a holding of 200 that is 4 % and, after 100 more, one of 300 that is 5 %: 5,000 and 6,000 or so."""
    return [
        PARTIAL,
        common_issued(issued=200, effective_on="2026-02-02"),
        claim_disclosed("4.0%", claim="one", effective_on="2026-02-03", measure=percent_of_outstanding()),
        common_issued(issued=100, effective_on="2026-03-02"),
        claim_disclosed("5.0%", claim="two", effective_on="2026-03-03", measure=percent_of_outstanding()),
    ]


def test_two_percentages_imply_a_movement_less_what_the_record_knows() -> None:
    """4,939 to 5,063 became 5,941 to 6,060, of which 100 are recorded."""
    (movement,) = report(*two_percentages()).movements

    assert movement.change == spanning(5_941 - 5_063, 6_060 - 4_939)
    assert movement.unexplained == spanning(5_941 - 5_063 - 100, 6_060 - 4_939 - 100)
    assert movement.is_certain
    assert (movement.earlier, movement.later) == ("one", "two")


def test_a_movement_across_a_split_is_in_the_units_of_the_later_day() -> None:
    split = stock_split_effected(ratio="10", effective_on="2026-02-20")
    (movement,) = report(*two_percentages()[:3], split, *two_percentages()[3:]).movements

    assert movement.recorded == spanning(100, 100)
    assert movement.change.high == 2_100 / Fraction("0.0495") // 1 - 4_939 * 10


def test_counts_beside_one_another_narrow_one_another() -> None:
    """Nothing came back, so that 5 % of 100 a day later leaves no room above 2,020 before."""
    found = report(
        PARTIAL,
        common_issued(issued=100, effective_on="2026-02-02"),
        claim_disclosed("5%", claim="coarse", effective_on="2026-02-03", measure=percent_of_outstanding()),
        claim_disclosed("5.00%", claim="fine", effective_on="2026-02-04", measure=percent_of_outstanding()),
    )
    coarse, fine = found.counts

    assert coarse.widest.high == 2_222
    assert coarse.narrowed.high == fine.widest.high == 2_002


def test_counts_that_cannot_both_be_right_are_found() -> None:
    found = report(
        PARTIAL,
        common_issued(issued=100, effective_on="2026-02-02"),
        claim_disclosed("5%", claim="first", effective_on="2026-02-03", measure=percent_of_outstanding()),
        claim_disclosed("10%", claim="second", effective_on="2026-02-04", measure=percent_of_outstanding()),
    )

    assert [each.claims for each in found.findings if each.code is FindingCode.COUNTS] == [("second", "first")]


@pytest.mark.parametrize("figures", [("5%", "10%"), ("10%", "5%")])
def test_two_counts_of_one_day_contradict_each_other_in_either_order(figures: tuple[str, str]) -> None:
    found = report(
        PARTIAL,
        common_issued(issued=100, effective_on="2026-02-02"),
        *(
            claim_disclosed(figure, claim=name, effective_on="2026-02-03", measure=percent_of_outstanding())
            for name, figure in zip(("one", "two"), figures, strict=True)
        ),
    )

    assert [(each.code, each.claims) for each in found.findings if each.severity is Severity.BROKEN] == [
        (FindingCode.CONTRADICTED, ("one", "two"))
    ]
    assert found.is_contradicted
    assert not found.movements


def test_two_counts_of_one_day_narrow_each_other() -> None:
    found = report(
        PARTIAL,
        common_issued(issued=100, effective_on="2026-02-02"),
        claim_disclosed("5%", claim="coarse", effective_on="2026-02-03", measure=percent_of_outstanding()),
        claim_disclosed("5.00%", claim="fine", effective_on="2026-02-03", measure=percent_of_outstanding()),
    )

    assert [each.narrowed for each in found.counts] == [spanning(1_997, 2_002)] * 2


def test_a_count_that_no_rounding_gives_is_told_in_the_reading_that_is_left() -> None:
    """2 of 3 are 66.67 %, cut off 66 %; no count is rounded to 66 %."""
    found = report(PARTIAL, common_issued(issued=2), claim_disclosed("66%", measure=percent_of_outstanding()))

    assert [(each.rounded, each.widest) for each in found.counts] == [(spanning(3, 3), spanning(3, 3))]


def test_more_than_is_said_to_be_authorized_on_the_same_day_is_contradicted() -> None:
    found = report(
        PARTIAL,
        common_issued(issued=100, effective_on="2026-02-02"),
        claim_disclosed(
            "10,000,000",
            claim="authorized",
            effective_on="2026-03-03",
            measure=claimed("sum", operand("plus", "authorized", stock_class="common")),
        ),
        claim_disclosed("0.0005%", claim="above", effective_on="2026-03-03", measure=percent_of_outstanding()),
    )

    assert found.is_contradicted
    assert [each.what for each in found.findings if each.severity is Severity.BROKEN] == [
        "above implies more common than are said to be authorized on that day"
    ]


def test_a_count_above_the_authorized_number_dates_its_increase() -> None:
    """10,000,000 are authorized; 100 as 0.0005 % are some 20 million."""
    events = [
        PARTIAL,
        common_issued(issued=100, effective_on="2026-02-02"),
        claim_disclosed(
            "10,000,000",
            claim="still",
            effective_on="2026-02-10",
            measure=claimed("sum", operand("plus", "authorized", stock_class="common")),
        ),
        claim_disclosed("0.0005%", claim="above", effective_on="2026-03-03", measure=percent_of_outstanding()),
    ]
    (increase,) = report(*events).increases

    assert (increase.earliest, increase.latest) == (date(2026, 2, 11), date(2026, 3, 3))
    assert (increase.claim, increase.recorded, increase.at_least > 10_000_000) == ("above", "", True)

    raised = builders.authorized_shares_changed(authorized=50_000_000, effective_on="2026-02-03/2026-03-20")
    (recorded_one,) = report(*events, raised).increases
    assert recorded_one.recorded == "2026-02-03/2026-03-20"

    exact = builders.authorized_shares_changed(authorized=50_000_000, effective_on="2026-02-20")
    assert report(*events, exact).increases == ()


# --- withdrawn, later, findings -----------------------------------------------------------------------------------


def test_a_claim_that_was_withdrawn_is_contradicted_no_more() -> None:
    wrong = claim_disclosed("800%", measure=premium("0.0040", "0.0005"))
    before, after = report(wrong), report(wrong, claim_withdrawn())

    assert (before.is_contradicted, after.is_contradicted) == (True, False)
    assert after.claim("claim-1").verdict is Verdict.CONTRADICTED
    assert after.claim("claim-1").withdrawn is not None
    assert [each.severity for each in before.findings] == [Severity.BROKEN]
    assert after.findings == ()


def test_only_what_was_disclosed_by_the_day_is_answered_for() -> None:
    said = claim_disclosed("5", effective_on="2026-05-06")

    assert [len(report(said, as_of=day).claims) for day in ("2026-05-05", "2026-05-06")] == [0, 1]


def test_a_finding_names_the_claims_the_entries_and_the_arithmetic() -> None:
    (found,) = report(*a_third(), claim_disclosed("34%", measure=percent_of_outstanding())).findings

    assert (found.code.value, found.severity.value, found.claims) == ("E_CLAIM", "broken", ("claim-1",))
    assert found.what == "Acme says 34%"
    assert found.arithmetic.endswith("= 33.33%; nearest 33.33%, off by 0.67 percentage points")
    assert found.entries == (9, 7, 8)


# --- laws -------------------------------------------------------------------------------------------------------

_PLACES = st.integers(0, 3)


@given(
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    _PLACES,
    st.sampled_from(Rounding),
    st.sampled_from(["", "approximately ", "at least ", "up to "]),
    st.booleans(),
)
def test_a_figure_that_the_ledger_itself_produced_is_never_contradicted(
    ada: int, bob: int, places: int, rounding: Rounding, word: str, is_partial: bool
) -> None:
    """Rounded, cut off, approximate or as a limit; whether or not the register is complete."""
    percentage = Fraction(100 * ada, ada + bob)
    if word == "up to ":
        shown = -(-percentage * 10**places // 1)
    elif rounding is Rounding.TRUNCATED or word == "at least ":
        shown = percentage * 10**places // 1
    else:
        shown = (percentage * 10**places + Fraction(1, 2)) // 1
    printed = f"{word}{shown // 10**places}" + (f".{shown % 10**places:0{places}}" if places else "") + "%"
    events = [common_issued(issued=ada), common_issued(holder="bob", issued=bob)]

    line = judged(
        *([PARTIAL] if is_partial else []), *events, claim_disclosed(printed, measure=percent_of_outstanding())
    )

    assert line.verdict is not Verdict.CONTRADICTED
    assert is_partial or line.verdict in (Verdict.AGREES, Verdict.AGREES_IF_TRUNCATED)


@given(
    st.integers(0, 200),
    st.sampled_from([Qualifier.APPROXIMATELY, Qualifier.NONE]),
    st.tuples(st.fractions(0, 20), st.fractions(0, 20)).map(sorted),
    st.tuples(st.fractions(0, 1), st.fractions(0, 1)).map(sorted),
)
def test_widening_a_tolerance_never_turns_agreement_into_contradiction(
    percent: int, qualifier: Qualifier, steps: list[Fraction], parts: list[Fraction]
) -> None:
    said = claim_disclosed(Disclosed.read(f"{percent}%", qualifier=qualifier), measure=premium("1.5", "1"))
    ledger = recorded(said)
    narrow, wide = (
        claims(ledger, as_of="2026-12-31", tolerance=Tolerance("t", steps[index], parts[index])).claims[0].verdict
        for index in (0, 1)
    )

    assert narrow is Verdict.CONTRADICTED or wide is not Verdict.CONTRADICTED


def test_a_ledger_without_claims_has_nothing_to_say() -> None:
    found = claims(builders.company(), as_of="2026-12-31")

    assert (found.claims, found.findings, found.is_contradicted) == ((), (), False)


def test_a_claim_keeps_what_it_was_read_as() -> None:
    event = claim_disclosed("approximately 12.1%")
    kept = recorded(event).entries()[-1].event

    assert isinstance(kept, ClaimDisclosed)
    assert kept == event


@pytest.mark.parametrize(
    ("figure", "definition"),
    [
        ("32%", "with shares counted as common, and preferred as converted"),
        ("80%", "with the count that the company reported last"),
    ],
)
def test_the_shares_that_a_percentage_is_of_may_be_counted_otherwise(figure: str, definition: str) -> None:
    """1,000 of 3,000 outstanding; of 3,125 with 100 of bob's preferred as converted; of 1,250 as reported."""
    line = judged(
        *a_third(),
        builders.preferred_issued(holder="bob", issued=100, effective_on="2026-02-02"),
        builders.outstanding_reported(outstanding=1_250),
        claim_disclosed(figure, measure=percent_of_outstanding()),
    )

    assert (line.verdict, line.definition) == (Verdict.OTHER_DEFINITION, definition)


def test_a_holding_may_be_meant_beneficially() -> None:
    """Ada has 1,000, and may convert 100 at 1.25."""
    preferred = builders.preferred_issued(holder="ada", issued=100, effective_on="2026-02-02")
    line = judged(*a_third(), preferred, claim_disclosed("1,125", measure=claimed("sum", held())))

    assert line.verdict is Verdict.OTHER_DEFINITION
    assert line.definition == "with what the holder may acquire within 60 days"


# --- edges that no reading may cross ----------------------------------------------------------------------------


@pytest.mark.parametrize("holder", ["ada", "bob"])
def test_a_false_percentage_of_all_or_of_nothing_is_contradicted(holder: str) -> None:
    """Of the whole before the part was added, there was nothing: no percentage is a part of it."""
    line = judged(common_issued(issued=1_000), claim_disclosed("50%", measure=percent_of_outstanding(holder)))

    assert line.verdict is Verdict.CONTRADICTED


def test_what_divides_by_zero_is_not_checkable() -> None:
    over_nothing = judged(claim_disclosed("50%", measure=premium("1", "0")))
    of_nothing = judged(claim_disclosed("50%", measure=percent_of_outstanding()))

    assert over_nothing.missing == ("1 / 0 − 1 divides by zero",)
    assert [over_nothing.verdict, of_nothing.verdict] == [Verdict.NOT_CHECKABLE] * 2


@pytest.mark.parametrize(
    ("figure", "of", "verdict"),
    [
        ("0%", "999", Verdict.AGREES),
        ("0%", "995", Verdict.AGREES_IF_TRUNCATED),
        ("0%", "990", Verdict.CONTRADICTED),
        ("20%", "800", Verdict.CONTRADICTED),
    ],
)
def test_a_growth_of_nothing_may_be_a_small_decrease(figure: str, of: str, verdict: Verdict) -> None:
    assert judged(claim_disclosed(figure, measure=premium(of, "1000"))).verdict is verdict


def test_a_percentage_of_nothing_leaves_no_count_below_zero() -> None:
    line = judged(PARTIAL, common_issued(issued=1_000), claim_disclosed("0%", measure=percent_of_outstanding()))

    rounded, truncated, *_ = (one.interval for one in line.implied)
    assert rounded == Interval(Fraction(200_001), None)
    assert truncated == Interval(Fraction(100_001), None)


def test_what_a_claim_implies_counts_under_a_name_of_its_own_too() -> None:
    measure = claimed("percent", held("part"), outstanding("whole"), name="shares of record")
    found = report(PARTIAL, common_issued(issued=1_000), claim_disclosed("12.1%", measure=measure))

    assert [count.rounded for count in found.counts] == [spanning(8_231, 8_298)]
    assert "8,231 to 8,298 if rounded" in found.findings[0].arithmetic


# --- readings that are admissible too ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "definition"),
    [
        ("98.04%", "with both counted as as converted, warrants, and every award"),
        (
            "4.99%",
            "with both counted as as converted, warrants, every award, and the pool that is not granted",
        ),
    ],
)
def test_a_holding_of_diluted_shares_counts_what_its_holder_would_have(figure: str, definition: str) -> None:
    """Bob has 2,000 of 3,000 and an option on 48,000: 50,000 of 51,000, and of 1,003,000 with the pool."""
    line = judged(
        *a_third(),
        builders.plan_adopted(),
        builders.award_granted(),
        claim_disclosed(figure, measure=percent_of_outstanding("bob")),
    )

    assert (line.verdict, line.definition) == (Verdict.OTHER_DEFINITION, definition)


@pytest.mark.parametrize(
    ("figure", "disclosed", "verdict"),
    [
        ("3,000", "2026-12-01", Verdict.AGREES),
        ("6,000", "2026-12-01", Verdict.OTHER_DEFINITION),
        ("6,000", "2026-06-30", Verdict.CONTRADICTED),
        ("12,000", "2026-12-01", Verdict.CONTRADICTED),
    ],
)
def test_a_count_may_be_in_the_shares_of_the_day_on_which_it_is_disclosed(
    figure: str, disclosed: str, verdict: Verdict
) -> None:
    """The shares were split two for one on 1 July."""
    count = claimed("sum", outstanding())
    said = claim_disclosed(figure, measure=count, about="2026-05-06", effective_on=disclosed)

    assert judged(*a_third(), stock_split_effected(), said).verdict is verdict


def test_a_count_that_is_disclosed_again_after_a_split_does_not_contradict_the_first() -> None:
    count = claimed("sum", outstanding())
    found = report(
        PARTIAL,
        *a_third(),
        stock_split_effected(),
        claim_disclosed("5,000", measure=count),
        claim_disclosed("10,000", claim="again", measure=count, about="2026-05-06", effective_on="2026-12-01"),
    )

    assert not found.is_contradicted
    assert {each.widest for each in found.counts} == {spanning(5_000, 5_000), spanning(5_000, 10_000)}


def test_a_figure_that_was_withdrawn_contradicts_no_other() -> None:
    found = report(
        claim_disclosed("100", measure=claimed("sum", operand("plus", number="100"))),
        claim_withdrawn(),
        claim_disclosed(
            "240",
            claim="twice",
            measure=claimed("product", operand("times", "claim", claim="claim-1"), operand("times", number="2")),
        ),
    )

    assert found.claim("twice").missing == ("claim-1 was withdrawn",)
    assert not found.is_contradicted


@pytest.mark.parametrize(("figure", "verdict"), [("$8.00", Verdict.AGREES), ("€8.00", Verdict.NOT_CHECKABLE)])
def test_an_amount_does_not_agree_with_one_of_another_currency(figure: str, verdict: Verdict) -> None:
    price = operand("plus", "conversion-price", stock_class="series-a")

    assert judged(claim_disclosed(figure, measure=claimed("sum", price))).verdict is verdict


@pytest.mark.parametrize(
    ("holder", "scope", "verdict"),
    [
        ("ada", Scope.PARTIAL, Verdict.CONTRADICTED),
        ("bob", Scope.PARTIAL, Verdict.NOT_CHECKABLE),
        ("bob", Scope.COMPLETE, Verdict.CONTRADICTED),
    ],
)
def test_whom_a_partial_register_does_not_list_may_hold_anything(
    holder: str, scope: Scope, verdict: Verdict
) -> None:
    """Ada is recorded with 1,000."""
    line = judged(
        register_scope_declared(scope=scope, effective_on=builders.FOUNDED),
        common_issued(issued=1_000),
        claim_disclosed("500", measure=claimed("sum", held(holder=holder))),
    )

    assert line.verdict is verdict


def test_counts_of_a_class_whose_shares_have_decimals_are_not_narrowed_to_whole_ones() -> None:
    """1,000.25 said of 5 May, and no fewer on 6 May: nothing came back."""
    units = builders.stock_class_designated(stock_class="units", decimals=2)
    partial = register_scope_declared(stock_class="units", scope=Scope.PARTIAL, effective_on=builders.FOUNDED)
    count = claimed("sum", operand("plus", "outstanding", stock_class="units"))
    said = [
        claim_disclosed("1,000.25", claim=f"of-{day}-may", measure=count, effective_on=f"2026-05-0{day}")
        for day in (5, 6)
    ]
    found = report(units, partial, *said)

    assert FindingCode.COUNTS not in {each.code for each in found.findings}
    assert all(Fraction("1000.25") in each.narrowed for each in found.counts)
