"""The founding company from 2014 to 2024: every fact that was found, in the ledger, and what it comes to.

The figures are those of ``registrar/founding_case/facts.json``: filings, releases and tables of the company. Where
a figure is not stated there but follows, the test says how.
"""

import inspect
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

import projections
from ledger import (
    AgreementId,
    Authorized,
    ConversionRight,
    HolderId,
    HolderKind,
    Ledger,
    Money,
    Price,
    Ratio,
    Shares,
    StockClassId,
)
from ledger.events import (
    CommonIssued,
    ConvertibleConverted,
    InstrumentAdjusted,
    NoteIssued,
    ProceedsRestricted,
    SecuritiesExchanged,
    StockholdersVoted,
    StockSplitEffected,
    WarrantIssued,
)
from ledger.movements import Level
from ledger.testing import ticking
from projections import (
    Bounds,
    OpenKind,
    Severity,
    beneficial_ownership,
    cap_table,
    commitments,
    company_sheet,
    conversion_capacity,
    findings,
    open_points,
)
from projections.debts import InterestChange, PrincipalChange
from projections.notes import NoteLedger, notes
from projections.replay import replay_index
from registrar.founding_case import BOONE, COMMON
from registrar.founding_case.facts import EVENTS, FACTS
from registrar.founding_case.history import STEPS, facts_told, record_history
from registrar.founding_case.history import parties as p


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    made = Ledger.in_memory(clock=ticking())
    record_history(made)
    return made


def held(ledger: Ledger, holder: str, as_of: str, stock_class: str = COMMON) -> Bounds[Shares]:
    return cap_table(ledger, as_of=as_of).shares(holder, stock_class)


def conversion(ledger: Ledger, stock_class: str, as_of: str) -> ConversionRight | None:
    """Return the right of a class to convert on a day, which is certain in this record."""
    index = ledger.index()
    values = replay_index(index, date.fromisoformat(as_of)).values(Level.CONVERSION, StockClassId(stock_class))
    assert len(values) < 2
    right: ConversionRight | None = values[0] if values else None
    return right


def recorded(ledger: Ledger, kind: type[Any]) -> list[Any]:
    return [entry.event for entry in ledger.entries() if isinstance(entry.event, kind)]


# --- all of it ------------------------------------------------------------------------------------------------


def test_every_one_of_the_ninety_facts_is_a_command_of_the_record(ledger: Ledger) -> None:
    told = facts_told(str(entry.command) for entry in ledger.entries())

    assert len(EVENTS) == 90
    assert set(EVENTS) - told == set()


def test_each_fact_rests_on_the_pages_that_show_it(ledger: Ledger) -> None:
    shown: dict[str, set[str]] = {}
    for entry in ledger.entries():
        shown.setdefault(str(entry.command), set()).update(each.document for each in entry.event.evidence)

    for fact, said in EVENTS.items():
        assert {FACTS["sources"][name]["url"] for name in said["sources"]} <= shown[fact], fact


def test_whatever_was_deduced_says_how(ledger: Ledger) -> None:
    assert all(entry.event.note for entry in ledger.entries() if entry.event.certainty.value == "deduced")


def test_nothing_of_it_is_broken_and_what_is_off_the_terms_is_so_in_the_papers(ledger: Ledger) -> None:
    """An article has Series F converted at about $0.05, and the fixed price was $0.25 (statement ``f-price``)."""
    found = findings(ledger)

    assert {finding.severity for finding in found} == {Severity.OPEN, Severity.OFF_TERMS}
    (off_terms,) = [finding for finding in found if finding.severity is Severity.OFF_TERMS]
    assert off_terms.what.startswith("215 series-f became 43,000,000 common")
    assert off_terms.amount == Shares(43_000_000 - 215 * 40_000)


def test_recorded_again_it_is_the_same_record(ledger: Ledger) -> None:
    """But for the salt with which the names of two natural persons are kept apart."""
    again = Ledger.in_memory(clock=ticking())
    record_history(again)

    both = zip(ledger.entries(), again.entries(), strict=True)
    differing = [old.event for old, new in both if old != new]
    assert [(event.KIND, event.holder_kind) for event in differing] == [  # type: ignore[attr-defined]  # holders
        ("holder-registered", HolderKind.NATURAL_PERSON)
    ] * 2


# --- six splits -----------------------------------------------------------------------------------------------


def test_six_reverse_splits_are_in_the_record_with_the_number_authorized_after_each(ledger: Ledger) -> None:
    """Section 3 of the case; the number after the first was not found."""
    assert [
        (
            str(split.effective_on),
            split.phase.value,
            str(split.ratio),
            str(next(terms.authorized for terms in split.resulting if terms.stock_class == COMMON)),
        )
        for split in recorded(ledger, StockSplitEffected)
    ] == [
        ("2014-08-26", "close", "0.1", "unknown"),
        ("2016-06-02", "opening", "0.05", "450000000"),
        ("2018-07-20", "close", "0.001", "20000000000"),
        ("2022-01-28", "close", "0.0002", "500000000"),
        ("2023-09-11", "close", "0.005", "500000000"),
        ("2024-08-14", "close", "0.01", "500000000"),
    ]


def test_twelve_million_shares_of_2014_are_one_after_six_splits(ledger: Ledger) -> None:
    """12,000,000 ÷ 10 ÷ 20 ÷ 1,000 is 60; ÷ 5,000 rounds up to 1, and 1 stays 1."""
    days = ("2014-08-25", "2014-08-26", "2016-06-02", "2018-07-20", "2022-01-28", "2023-09-11", "2024-08-14")

    assert [held(ledger, p.SHTARD, day).exact for day in days] == [
        *map(Shares, (12_000_000, 1_200_000, 60_000, 60, 1, 1, 1))
    ]


def test_a_holding_of_2018_is_read_in_the_units_after_every_later_split(ledger: Ledger) -> None:
    """1,550,000,000 of Boone are 1,550,000 after July 2018, and exactly 0.0155 in the units of 2024."""
    table = cap_table(ledger, as_of="2018-07-19", basis="2024-08-14")

    assert held(ledger, BOONE, "2018-07-19").exact == Shares(1_550_000_000)
    assert held(ledger, BOONE, "2018-07-20").exact == Shares(1_550_000)
    assert table.shares(BOONE, COMMON).exact == Shares("0.0155")


@pytest.mark.parametrize(
    ("stock_class", "prices"),
    [
        ("series-k", ["0.004", "4", "20000", "4000000", "400000000"]),
        ("series-j", ["0.015", "15", "75000", "15000000", "1500000000"]),
    ],
)
def test_a_fixed_conversion_price_says_the_same_after_each_split(
    ledger: Ledger, stock_class: str, prices: list[str]
) -> None:
    days = ("2018-07-19", "2018-07-20", "2022-01-28", "2023-09-11", "2024-08-14")

    found = [conversion(ledger, stock_class, day) for day in days]

    assert [right.price for right in found if right is not None] == [Price(price, "USD") for price in prices]


def test_the_notes_of_bd1_convert_at_fifty_cents_after_the_split_and_give_the_shares_of_the_form_4(
    ledger: Ledger,
) -> None:
    """$0.0001 × 5,000 = $0.50; 7,900,000 ÷ 0.50 = 15,800,000; with 666,666,672 ÷ 5,000, rounded up: 15,933,334."""
    restated = [
        each for each in recorded(ledger, InstrumentAdjusted) if each.instrument in (p.BD1_NOTE_A, p.BD1_NOTE_B)
    ]

    assert [each.price for each in restated] == [Price("0.50", "USD")] * 2
    assert held(ledger, p.BD1, "2022-01-28").exact == Shares(133_334)
    assert held(ledger, p.BD1, "2022-02-01").exact == Shares(EVENTS["bd1-conv-2022"]["facts"]["held_after"])


def test_the_full_ratchet_raises_the_number_of_warrants_and_the_last_split_restates_both(ledger: Ledger) -> None:
    """5,596,232 at $1.76 become 70,554,495 at $0.14; a hundredth, rounded up, at $14 after August 2024.

    The disclosed price is rounded: $1.76 gives 70,352,631 (statement ``ratchet``).
    """
    from projections import warrants

    def line(as_of: str) -> Any:
        return next(each for each in warrants(ledger, as_of=as_of) if each.warrant == p.RATCHET)

    assert line("2024-04-17").purchasable.exact == Shares(70_554_495)
    assert line("2024-04-17").price.only == Price("0.14", "USD")
    assert line("2024-08-14").purchasable.exact == Shares(705_545)
    assert line("2024-08-14").price.only == Price(14, "USD")
    assert 5_596_232 * Fraction("1.76") / Fraction("0.14") < 70_554_495


# --- the notes close to the dollar ----------------------------------------------------------------------------

HOLDERS = {
    "October 2016 notes": p.OCTOBER_2016_HOLDERS,
    "St. George": p.ST_GEORGE,
    "BayBridge": p.BAYBRIDGE,
    "Bellridge": p.BELLRIDGE,
    "Power Up": p.POWER_UP,
    "EMA": p.EMA,
    "Widjaja": p.HOLDER_2019,
    "GS Capital": p.GS_CAPITAL,
}
OUTSIDE = {p.BAYBRIDGE_2018}
"""A note of June 2018 that the tables of convertible notes do not have: it does not convert."""


def rows(table: str) -> Iterator[tuple[str, dict[str, str]]]:
    for row in FACTS[table]["rows"]:
        if row["holder"] != "Total":
            yield row["holder"], row


def of_the_table(ledger: NoteLedger, holder: str) -> list[Any]:
    return [line for line in ledger if line.holder == HOLDERS[holder] and line.instrument not in OUTSIDE]


def total(figures: Iterator[Bounds[Money]]) -> Money:
    return sum((each.exact for each in figures), Money(0, "USD"))


@pytest.mark.parametrize(
    ("table", "after", "through", "assigned"),
    [
        ("note_rollforward_2018", "2017-12-31", "2018-12-31", "redocumented_or_assigned"),
        ("note_rollforward_2019Q1", "2018-12-31", "2019-03-31", "assigned"),
    ],
)
def test_the_roll_forward_of_convertible_notes_closes_to_the_dollar_holder_by_holder(
    ledger: Ledger, table: str, after: str, through: str, assigned: str
) -> None:
    """Note pages of the 10-K of 2018 and the 10-Q of March 2019: opening + new + assigned − converted = closing."""
    answer = notes(ledger, after=after, as_of=through)
    sums: dict[str, Money] = {}

    for holder, row in rows(table):
        lines = of_the_table(answer, holder)
        found = {
            after: total(line.opening for line in lines),
            "new": total(line.change(PrincipalChange.LENT) for line in lines),
            assigned: total(line.change(PrincipalChange.ASSIGNED_IN) for line in lines)
            + total(line.change(PrincipalChange.ASSIGNED_OUT) for line in lines),
            "converted": Money(0, "USD") - total(line.change(PrincipalChange.CONVERTED) for line in lines),
            through: total(line.principal for line in lines),
        }
        assert found == {name: Money(row[name], "USD") for name in found}, holder
        sums = {name: sums.get(name, Money(0, "USD")) + amount for name, amount in found.items()}

    (totals,) = [row for row in FACTS[table]["rows"] if row["holder"] == "Total"]
    assert sums == {name: Money(totals[name], "USD") for name in sums}


# --- the quarterly conversions close to the share -------------------------------------------------------------

CONVERSIONS = [fact for fact in EVENTS if fact.startswith("conv-")]


def test_there_are_23_rows_of_quarterly_conversions() -> None:
    assert len(CONVERSIONS) == 23


@pytest.mark.parametrize("fact", CONVERSIONS)
def test_a_quarterly_conversion_is_what_the_table_states_in_the_units_after_the_split_of_2018(
    ledger: Ledger, fact: str
) -> None:
    """The table of the 10-K of 2019 counts in shares after 1:1000; before it they were a thousand times as many."""
    (event,) = [
        entry.event
        for entry in ledger.entries()
        if entry.command == fact and isinstance(entry.event, ConvertibleConverted)
    ]
    said = EVENTS[fact]["facts"]
    factor = 1_000 if event.effective_on.latest < date(2018, 7, 20) else 1

    assert event.principal == Money(said["principal"], "USD")
    assert (event.interest or Money(0, "USD")) == Money(said["interest"], "USD")
    assert event.received == Shares(int(said["common_shares"]) * factor)
    assert event.effective_on.latest == date.fromisoformat(EVENTS[fact]["date"])


@pytest.mark.parametrize(
    ("holder", "principal", "interest", "shares"),
    [
        (p.ST_GEORGE, 915_670, 0, 1_158_211_487),
        (p.BAYBRIDGE, 1_329_400, 43_945, 1_003_245_967),
        (p.BELLRIDGE, 488_000, 29_668, 1_111_208_092),
    ],
)
def test_the_conversions_of_a_holder_come_to_what_the_table_adds_up_to(
    ledger: Ledger, holder: HolderId, principal: int, interest: int, shares: int
) -> None:
    """Statements ``stg-sum``, ``bb-sum`` and ``be-sum``, to the dollar and to the share."""
    lines = [line for line in notes(ledger, as_of="2019-12-31") if line.holder == holder]

    assert total(line.change(PrincipalChange.CONVERTED) for line in lines) == Money(-principal, "USD")
    assert total(line.change(InterestChange.CONVERTED) for line in lines) == Money(-interest, "USD")
    assert held(ledger, holder, "2019-12-31").exact == Shares(shares)


@pytest.mark.parametrize("holder", ["stgeorge", "baybridge", "bellridge"])
def test_in_the_last_quarter_of_2019_every_holder_converts_at_par(holder: str) -> None:
    """Par is a floor: the implied price falls from $0.40 to exactly $0.0001."""
    said = EVENTS[f"conv-{holder}-2019Q4"]["facts"]
    converted = Fraction(said["principal"]) + Fraction(said["interest"])

    # BayBridge and Bellridge: 17,688.67 and 46,403.73 for the whole dollars of the table
    assert abs(converted - Fraction(said["common_shares"]) * Fraction("0.0001")) < 1


# --- single papers --------------------------------------------------------------------------------------------


def test_the_interest_that_a_vendor_was_paid_in_shares_is_that_of_its_note(ledger: Ledger) -> None:
    """5 % of 356,742 for the 489 days to 25 July 2018, actual/365: 23,896.83; 23,897 was paid."""
    (line,) = [
        each
        for each in notes(ledger, after="2018-07-24", as_of="2018-07-25")
        if each.instrument == p.VENDOR_NOTE_2017_03
    ]

    owed = Fraction(356_742) * Fraction("0.05") * 489 / 365
    assert line.interest_opening.exact + line.accrued.exact == owed
    assert line.change(InterestChange.CONVERTED).exact == Money(-23_897, "USD")
    assert round(owed) == 23_897
    assert Fraction(356_742 + 23_897, 2_138_421).limit_denominator(10_000) == Fraction("0.178")


def test_eleven_notes_became_one_and_its_36_instalments_come_to_its_principal(ledger: Ledger) -> None:
    (merged,) = [
        each for each in recorded(ledger, SecuritiesExchanged) if each.notes_given_up and each.notes_received
    ]
    instalments = merged.notes_received[0].terms.instalments

    assert len(instalments) == 36
    assert sum((each.amount for each in instalments), Money(0, "USD")) == Money("3504197.45", "USD")
    assert (instalments[0].due_on, instalments[-1].due_on) == (date(2017, 10, 13), date(2020, 9, 13))
    assert instalments[-1].due_on.isoformat() == EVENTS["exch-2017-09"]["facts"]["maturity"]


def test_the_proceeds_of_november_2014_are_those_of_the_notes_and_series_d(ledger: Ledger) -> None:
    """32,000,000 + 3,000,000 = 30,500,000 in a control account + 4,500,000 to use."""
    said = EVENTS["fin-2014-11"]["facts"]
    (restricted,) = recorded(ledger, ProceedsRestricted)

    assert restricted.restricted + Money(said["unrestricted_at_closing"], "USD") == Money(
        32_000_000, "USD"
    ) + Money(said["series_D"], "USD")
    (line,) = company_sheet(ledger, as_of="2024-12-31").restricted
    assert line.left.exact == Money(30_500_000, "USD")  # no release of it was found


def test_333_333_333_shares_are_the_principal_of_a_note_at_18_hundredths_of_a_cent(ledger: Ledger) -> None:
    """600,000 ÷ 0.0018; the interest of about 4,340 bought nothing (statement ``tertius-price``)."""
    assert held(ledger, p.TERTIUS, "2017-01-19").exact == Shares(333_333_333)
    assert 600_000 // Fraction("0.0018") == 333_333_333
    (line,) = [each for each in notes(ledger, as_of="2017-01-19") if each.instrument == p.TERTIUS_DECEMBER]
    assert line.principal.exact == Money(0, "USD")


def test_series_e_was_converted_in_fractions_of_a_share(ledger: Ledger) -> None:
    """A value of 1,220,193 is 1,220.193 shares of 1,000; of 2,800 are left 1,579.807 (statement ``e-value``)."""
    assert held(ledger, "series-e-investor", "2016-03-31", "series-e").exact == Shares("1579.807")
    assert held(ledger, "series-e-investor", "2016-03-31").exact == Shares(360_000 + 22_286_909 + 353_091)


def test_series_f_was_issued_and_a_fourteenth_of_it_paid(ledger: Ledger) -> None:
    """700 shares for 7,000,000: 500,000 at issue; 6,500,000 by the week until 25 April 2016."""
    balance = commitments(ledger, as_of="2016-01-20")[AgreementId("series-f-purchase")]

    assert balance.shares.issued.low == Shares(700)
    assert (balance.closed.low, balance.undrawn.high) == (Money(500_000, "USD"), Money(6_500_000, "USD"))
    assert balance.tranches[1].due_on.only == date(2016, 4, 25)


def test_the_equity_line_has_no_price_and_ends_after_36_months(ledger: Ledger) -> None:
    before, after = (commitments(ledger, as_of=day)[p.EQUITY_LINE] for day in ("2018-11-09", "2018-11-10"))

    assert before.undertaken.exact == Money(32_200_000, "USD")
    assert before.price.values == ()
    assert (before.is_terminated, after.is_terminated) == (False, True)


def test_the_offering_of_april_2024_brought_what_was_disclosed(ledger: Ledger) -> None:
    """12,629,460 shares and 9,426,570 prefunded warrants at $0.14: 3,087,844.20."""
    shares = next(each for each in recorded(ledger, CommonIssued) if each.holder == p.BUYERS_2024)
    prefunded = next(each for each in recorded(ledger, WarrantIssued) if each.warrant == p.PREFUNDED)

    assert shares.consideration.amount + prefunded.consideration.amount == Money("3087844.20", "USD")
    assert prefunded.price == Price(0, "USD")


def test_at_the_meeting_of_2017_more_than_four_billion_shares_were_present(ledger: Ledger) -> None:
    """1,478,934,728 + 176,208,395 + at least 2,682,238,670 (share count of 2017-08-03)."""
    voted = recorded(ledger, StockholdersVoted)[-1]

    assert voted.present == Shares(4_337_381_793)


def test_a_note_of_baybridge_is_deduced_from_its_balance_and_what_was_converted(ledger: Ledger) -> None:
    """565,000 at the end of 2017 and 275,000 converted in the quarter: 840,000, for 675 Series J."""
    (exchange,) = [
        each for each in recorded(ledger, SecuritiesExchanged) if each.notes_received and each.shares_given_up
    ]

    assert exchange.notes_received[0].principal == Money(840_000, "USD")
    assert sum((each.shares for each in exchange.shares_given_up), Shares(0)) == Shares(675)
    assert exchange.shares_given_up[0].dividends == Money("80416.67", "USD")
    assert held(ledger, p.BAYBRIDGE, "2017-12-06", "series-j").exact == Shares(0)


def test_series_1c_converts_later_and_pays_more_later(ledger: Ledger) -> None:
    assert conversion(ledger, "series-1c", "2025-04-17") is None
    later = conversion(ledger, "series-1c", "2025-04-18")
    assert later is not None
    assert later.price == Price("2.50", "USD")
    rates = [
        movement.value.rate
        for entry in ledger.entries()
        if entry.command == "1c-2024" and entry.event.KIND == "class-rights-stated"
        for movement in entry.event.movements()  # type: ignore[attr-defined]  # a fact
        if movement.level is Level.DIVIDEND_TERMS
    ]
    assert rates == [Ratio("0.10"), Ratio("0.15")]


def test_the_blocker_of_penumbra_counts_on_the_last_reported_count(ledger: Ledger) -> None:
    """4.99 % with the new shares counted: 0.0499 ÷ 0.9501 of 4,187,000,000 is 219,904,536, rounded down."""
    (line,) = conversion_capacity(ledger, p.PENUMBRA, as_of="2020-12-31")
    limits = {limit.stop.value: limit for limit in line.limits}

    assert int(Fraction("0.0499") / Fraction("0.9501") * 4_187_000_000) == 219_904_536
    assert limits["ownership limit"].room.exact == Shares(219_904_536)
    assert line.capacity.high == Shares(219_904_536)


def test_a_report_that_the_recorded_holders_exceed_makes_no_percentages(ledger: Ledger) -> None:
    """70.8 million were reported in August 2016, and Tertius alone holds 333,333,333 in May 2017."""
    answer = beneficial_ownership(ledger, COMMON, as_of="2017-05-09")
    parts = {line.owner: line.percent for line in answer}

    recorded = Shares(333_333_333 + 200_000_000 + 60_000 + 1_150_000 + 2_150_000)
    assert answer.outstanding.shares == Bounds(recorded, None)
    assert all((parts[holder].low, parts[holder].high) == (None, None) for holder in (p.TERTIUS, BOONE))


# --- every answer, on every kind of day -------------------------------------------------------------------------

DAYS = [
    "2014-04-01",
    "2014-08-26",
    "2015-06-30",
    "2016-03-31",
    "2016-06-02",
    "2016-10-05",
    "2017-06-01",
    "2017-12-31",
    "2018-07-20",
    "2019-12-31",
    "2021-08-02",
    "2022-01-28",
    "2023-09-11",
    "2024-04-17",
    "2024-08-14",
    "2027-12-31",
]


def asked_of_a_day() -> list[Any]:
    """Return every answer that needs a ledger and a day and nothing else."""
    found = []
    for name in projections.__all__:
        function = getattr(projections, name)
        if inspect.isfunction(function):
            needed = [
                parameter.name
                for parameter in inspect.signature(function).parameters.values()
                if parameter.default is inspect.Parameter.empty
            ]
            if needed == ["ledger", "as_of"]:
                found.append(function)
    return found


@pytest.mark.parametrize("function", asked_of_a_day(), ids=lambda function: function.__name__)
def test_every_answer_can_be_had_of_every_day_and_handed_on_as_tables(ledger: Ledger, function: Any) -> None:
    for day in DAYS:
        for frame in function(ledger, as_of=day).frames():
            assert len(frame.to_dicts()) == len(frame)


# --- what stays open ------------------------------------------------------------------------------------------


def test_a_fact_without_an_exact_day_stays_open_and_is_told(ledger: Ledger) -> None:
    open_days = {
        str(ledger.entries()[point.entry - 1].command)
        for point in open_points(ledger, as_of="2024-12-31")
        if point.kind is OpenKind.DAY
    }
    stated = {fact for fact, said in EVENTS.items() if said["date_precision"] not in ("day", "announcement")}

    assert stated - open_days == {"auth-2017"}  # the day of the proposal is known; that of the increase is not


def test_holdings_that_were_reported_agree_with_the_record_but_for_two(ledger: Ledger) -> None:
    """Boone, Tertius and BD1 agree to the share; of TFG and Crowdex nothing tells how their shares came."""
    disagreeing = [point for point in open_points(ledger, as_of="2024-12-31") if point.kind is OpenKind.HOLDING]

    assert [point.what for point in disagreeing] == [
        "tfg-radiant reported 5,873,594 common; the record has 0",
        "crowdex reported 5,550,000 common; the record has 2,600,000",
    ]


def test_every_register_is_partial_and_no_part_of_the_whole_is_claimed(ledger: Ledger) -> None:
    table = cap_table(ledger, as_of="2019-12-31")

    assert all(not line.is_complete for line in table.classes)
    assert all(line.percent.high is None for line in table if line.stock_class == COMMON)


def test_the_numbers_of_the_certificates_were_not_found(ledger: Ledger) -> None:
    unknown = [point for point in open_points(ledger, as_of="2024-12-31") if point.kind is OpenKind.NUMBER]

    assert len(unknown) == 12
    assert cap_table(ledger, as_of="2024-12-31").stock_class(COMMON).authorized.only == Authorized(500_000_000)


def test_the_increase_to_thirty_billion_came_between_two_splits(ledger: Ledger) -> None:
    def authorized(as_of: str) -> tuple[Authorized, ...]:
        return cap_table(ledger, as_of=as_of).stock_class(StockClassId("common")).authorized.values

    old, new = Authorized(20_000_000_000), Authorized(30_000_000_000)
    assert [authorized(day) for day in ("2018-07-20", "2018-07-21", "2022-01-27", "2022-01-28")] == [
        (old,),
        (old, new),
        (old, new),
        (Authorized(500_000_000),),
    ]


def test_the_steps_of_the_record_are_named_once_and_come_in_their_order(ledger: Ledger) -> None:
    names = [command for command, _ in STEPS]

    assert len(set(names)) == len(names)
    assert list(dict.fromkeys(str(entry.command) for entry in ledger.entries())) == names
    assert len(recorded(ledger, NoteIssued)) == 25
