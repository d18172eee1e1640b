"""Every disclosed statement of the founding case, judged by the general mechanism, against what is known of it."""

from fractions import Fraction

import pytest

from ledger.journal import Ledger
from ledger.terms.interval import Interval, spanning
from projections.claims import ClaimsReport, FindingCode, Verdict, claims
from registrar.founding_case import record_founding_case
from registrar.founding_case.claims import STATEMENTS, every_claim, record_claims, series_k
from registrar.founding_case.history import record_history

AGREES, TRUNCATED, OTHER = Verdict.AGREES, Verdict.AGREES_IF_TRUNCATED, Verdict.OTHER_DEFINITION
WRONG, OPEN = Verdict.CONTRADICTED, Verdict.NOT_CHECKABLE

VERDICTS = {
    "prem-jun": WRONG,
    "prem-may": TRUNCATED,
    "prem-feb": OPEN,
    "prem-sep-note": OPEN,
    "prem-sep-exchange": OPEN,
    "pct-may": OPEN,
    "pct-jun": OPEN,
    "cum-jun": AGREES,
    "third-jun": AGREES,
    "first-may": AGREES,
    "form4-price": WRONG,
    "form4-owner": OTHER,
    "sched-aug": OPEN,
    "tertius-24": OPEN,
    "tertius-1927": OPEN,
    "tertius-price": OTHER,
    "split22": WRONG,
    "split24": AGREES,
    "split24-date": WRONG,
    "f-instal": AGREES,
    "f-price": OPEN,
    "e-value": AGREES,
    "e-9m": AGREES,
    "j-sched": AGREES,
    "j-exch": AGREES,
    "nov2017-count": OPEN,
    "q0-2016": AGREES,
    "q1-2016-count": OPEN,
    "aug16-count": AGREES,
    "bb-open-1": AGREES,
    "bb-open-2": WRONG,
    "deriv-2018": WRONG,
    "stg-sum": AGREES,
    "bb-sum": AGREES,
    "be-sum": AGREES,
    "stg-2018": AGREES,
    "ratchet": OTHER,
    "apr24-gross": AGREES,
    "bd1-2021": AGREES,
    "bd1-2022": AGREES,
    "424-2022": OTHER,
    "offer-oct16-1": OTHER,
}
"""What each statement comes to here."""
WORDS = {
    AGREES: (
        "agrees",
        "dividends of 1.19 years at 10%: plausible",
        "888 shares in Q2 and Q3, whole",
        "preferred shares were converted in fractions",
    ),
    TRUNCATED: ("agrees (truncated, not rounded)",),
    WRONG: ("disagrees", "third-party article wrong", "also reaches 62,500, but contradicts"),
    OPEN: (
        "implie",
        "cannot be decided without the bid",
        "either part of the 15,000 tranche had closed",
        "not a contradiction if about 0.31 to 0.37 billion were issued",
        "the default price must have been in use",
        "different dates or a disagreement of secondary sources",
        "8.062 million is the weighted average",
    ),
    OTHER: (
        "disagrees on common actually held; may rest on shares still convertible",
        "share count equals principal alone",
        "disagrees by about 0.3%: the displayed exercise price is rounded",
        "first agrees only if the price is read as pre-split",
        "the article reported the later tranches as money received",
    ),
}
"""How the file of the facts words what comes to each verdict."""
PARTS = {
    "cum-jun.held": AGREES,
    "cum-jun.capital": AGREES,
    "sched-aug.converted": AGREES,
    "e-9m.since-march": AGREES,
    "nov2017-count.loss": AGREES,
    "bb-open-1.converted": AGREES,
    "bb-open-1.closing": AGREES,
    "bb-open-2.converted": WRONG,
    "bb-open-2.closing": AGREES,
    "deriv-2018.first": OPEN,
    "stg-sum.shares": AGREES,
    "bb-sum.interest": AGREES,
    "bb-sum.shares": AGREES,
    "be-sum.interest": AGREES,
    "be-sum.shares": AGREES,
    "bd1-2022.price": AGREES,
    "424-2022.note": WRONG,
    "split24-date.company": AGREES,
    "authorized-at-signing": AGREES,
}
"""What the other figures of a statement come to, and the one that no statement is about."""


@pytest.fixture(scope="module")
def report() -> ClaimsReport:
    ledger = Ledger.in_memory()
    record_history(ledger)
    record_claims(ledger, every_claim())
    return claims(ledger, as_of="2024-12-31")


def test_every_statement_is_a_claim_and_every_claim_is_of_a_statement() -> None:
    names = {str(claim.claim) for claim in every_claim()}

    assert set(STATEMENTS) == set(VERDICTS), "all 42"
    assert names == {*VERDICTS, *PARTS}


@pytest.mark.parametrize("claim", [*VERDICTS, *PARTS])
def test_each_claim_comes_to_its_verdict(report: ClaimsReport, claim: str) -> None:
    assert report.claim(claim).verdict is {**VERDICTS, **PARTS}[claim]


@pytest.mark.parametrize("statement", VERDICTS)
def test_the_verdict_is_the_one_that_the_facts_word(statement: str) -> None:
    worded = STATEMENTS[statement]["verdict"]

    assert any(worded.startswith(words) for words in WORDS[VERDICTS[statement]]), worded


@pytest.mark.parametrize(
    ("statement", "low", "high"),
    [
        ("pct-may", 4_301_075_269, 4_395_604_395),
        ("pct-jun", 6_584_362_140, 6_639_004_149),
        ("tertius-24", 1_360_544_217, 1_418_439_714),
        ("tertius-1927", 1_729_355_814, 1_730_253_480),
    ],
)
def test_a_percentage_implies_the_count_that_the_facts_state(
    report: ClaimsReport, statement: str, low: int, high: int
) -> None:
    """The facts round both ends to the nearest share; here they are the first and the last count that fits."""
    (count,) = [each for each in report.counts if each.claim == statement]
    stated = [int(end) for end in STATEMENTS[statement]["computed"].split(" to ")]

    assert count.rounded == spanning(low, high)
    assert [abs(low - stated[0]) <= 1, abs(high - stated[1]) <= 1] == [True, True]


def test_both_intervals_of_the_percentage_of_june(report: ClaimsReport) -> None:
    """12.1 %: rounded it implies one interval, cut off another, as this company had cut off 566 %."""
    line = report.claim("pct-jun")
    implied = {one.reading: one.interval for one in line.implied if not one.definition}

    assert implied["rounded"] == spanning(6_584_362_140, 6_639_004_149)
    assert implied["truncated"] == spanning(6_557_377_050, 6_611_570_247)
    assert line.habit == ("prem-may",)


def test_a_premium_of_800_per_cent_is_700_and_its_own_formula_was_right_in_may(report: ClaimsReport) -> None:
    june, may = report.claim("prem-jun"), report.claim("prem-may")

    assert june.computed == Interval(Fraction(7), Fraction(7))
    assert june.nearest == 7
    assert june.slip.startswith("the ratio")
    assert may.computed == Interval(Fraction(17, 3), Fraction(17, 3))


def test_what_moved_between_the_two_releases_and_no_entry_explains(report: ClaimsReport) -> None:
    """600,000,000 went to Boone; 1.58 to 1.74 billion went to others."""
    (movement,) = [each for each in report.movements if each.later == "pct-jun"]

    assert (movement.earlier, movement.recorded) == ("pct-may", spanning(600_000_000, 600_000_000))
    assert movement.unexplained == spanning(1_588_757_745, 1_737_928_880)
    assert movement.is_certain


def test_the_increase_to_20_billion_took_effect_between_signing_and_the_release_of_may(
    report: ClaimsReport,
) -> None:
    (increase,) = report.increases

    assert (str(increase.earliest), str(increase.latest)) == ("2017-02-09", "2017-05-09")
    assert (increase.claim, increase.recorded) == ("pct-may", "2017-02-09/2017-05-09")


def test_a_shorter_record_judges_what_it_has_alike(report: ClaimsReport) -> None:
    ledger = Ledger.in_memory()
    record_founding_case(ledger)
    record_claims(ledger, series_k())
    short = claims(ledger, as_of="2017-06-20")

    assert short.is_contradicted
    assert [(line.claim, line.verdict) for line in short] == [
        (line.claim, line.verdict) for line in report if line.claim in {each.claim for each in series_k()}
    ]


def test_everything_contradicted_is_found_and_tells_its_arithmetic(report: ClaimsReport) -> None:
    wrong = [each for each in report.findings if each.code is FindingCode.CONTRADICTED]

    assert {each.claims[0] for each in wrong} == {line.claim for line in report if line.is_contradicted}
    assert all(each.arithmetic and each.entries for each in wrong)
