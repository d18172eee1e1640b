"""Taking over the terms of a later paper: what is stated then, and what the clause does not allow."""

import attrs
import pytest

from ledger.commands import ElectLaterTerms
from ledger.days import EffectiveDay
from ledger.errors import TermsIncomplete, UnknownName
from ledger.events import AmendmentCause, Event, SafeTermsAmended
from ledger.identity import InstrumentId
from ledger.journal import Ledger
from ledger.quantities import Ratio
from ledger.terms.notes import NoteTerms, RoundConversion
from ledger.terms.safes import POST_MONEY_CAPITALIZATION, SafeTerms
from tests import builders

FAVORED = SafeTerms(most_favored_nation=True)


def company(*events: Event) -> Ledger:
    """Return a company with a SAFE that has the clause, and whatever else was issued."""
    ledger = builders.company()
    ledger.record(builders.safe_issued(instrument="first", terms=FAVORED, effective_on="2026-02-02"), *events)
    return ledger


def later(**changes: object) -> Event:
    return builders.safe_issued(**{"instrument": "later", "effective_on": "2026-03-02", **changes})


def elected(ledger: Ledger, following: str = "later", instrument: str = "first", on: str = "2026-04-01") -> Event:
    command = ElectLaterTerms(
        instrument=InstrumentId(instrument), following=InstrumentId(following), on=EffectiveDay.parse(on)
    )
    (event,) = command.events(ledger)
    ledger.record(event)
    return event


def test_an_election_states_the_terms_of_the_later_paper() -> None:
    terms = builders.safe_terms(capitalization=attrs.evolve(POST_MONEY_CAPITALIZATION, pool_increase=True))

    event = elected(company(later(terms=terms)))

    assert isinstance(event, SafeTermsAmended)
    assert event.terms == terms
    assert (event.cause, event.following) == (AmendmentCause.MOST_FAVORED_NATION, "later")


def test_the_terms_are_those_that_the_later_paper_has_on_the_day() -> None:
    amended = builders.safe_terms(cap="1000000 USD")
    ledger = company(
        later(), builders.safe_terms_amended(instrument="later", terms=amended, effective_on="2026-04-02")
    )

    before, after = elected(ledger, on="2026-04-01"), company(later())
    after.record(builders.safe_terms_amended(instrument="later", terms=amended, effective_on="2026-04-01"))

    assert isinstance(before, SafeTermsAmended)
    assert before.terms == builders.safe_terms()
    now = elected(after, on="2026-04-01")
    assert isinstance(now, SafeTermsAmended)
    assert now.terms == amended


def test_what_a_note_promises_in_a_round_may_be_taken_over() -> None:
    promised = RoundConversion(discount=Ratio("0.15"))
    note = builders.note_issued(instrument="note", terms=NoteTerms(in_a_round=promised), effective_on="2026-03-02")

    event = elected(company(note), "note")

    assert isinstance(event, SafeTermsAmended)
    assert event.terms == SafeTerms(discount=promised.discount)


def test_a_safe_that_took_over_terms_without_the_clause_has_it_no_more() -> None:
    ledger = company(later())
    elected(ledger)

    with pytest.raises(TermsIncomplete, match="no most-favored-nation clause"):
        elected(ledger)


def test_a_clause_that_is_taken_over_can_be_used_again() -> None:
    ledger = company(later(terms=FAVORED), later(instrument="last", effective_on="2026-03-09"))
    elected(ledger)

    event = elected(ledger, "last", on="2026-04-02")

    assert isinstance(event, SafeTermsAmended)
    assert event.terms == builders.safe_terms()


@pytest.mark.parametrize(
    ("issued", "refused"), [("2026-02-01", True), ("2026-02-02", False), ("2026-02-03", False)]
)
def test_only_a_later_paper_may_be_followed(issued: str, refused: bool) -> None:
    ledger = company(later(effective_on=issued))

    if refused:
        with pytest.raises(TermsIncomplete, match="was not issued after first"):
            elected(ledger)
    else:
        assert isinstance(elected(ledger), SafeTermsAmended)


def test_a_safe_does_not_follow_itself() -> None:
    with pytest.raises(TermsIncomplete, match="was not issued after"):
        elected(company(), "first")


@pytest.mark.parametrize("on", ["2026-03-01", "2026-03-02"])
def test_a_paper_can_be_followed_once_it_is_issued(on: str) -> None:
    ledger = company(later())

    if on < "2026-03-02":
        with pytest.raises(UnknownName, match="'later' is recorded by 2026-03-01"):
            elected(ledger, on=on)
    else:
        assert isinstance(elected(ledger, on=on), SafeTermsAmended)


@pytest.mark.parametrize("other", [builders.note_issued(instrument="x"), builders.warrant_issued(warrant="x")])
def test_the_terms_of_a_safe_are_those_of_no_other_paper(other: Event) -> None:
    ledger = company(other)

    with pytest.raises(TermsIncomplete, match=r"it was issued as (note|warrant), not as safe"):
        ledger.record(builders.safe_terms_amended(instrument="x"))


def test_a_paper_that_promises_nothing_in_a_round_cannot_be_followed() -> None:
    loan = builders.note_issued(instrument="loan", terms=NoteTerms(), effective_on="2026-03-02")

    for other, paper in ((loan, "loan"), (builders.warrant_issued(effective_on="2026-03-02"), "w-1")):
        with pytest.raises(TermsIncomplete, match="promises nothing in a priced round"):
            elected(company(other), paper)
