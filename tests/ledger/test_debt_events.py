"""What the facts of debt and of the market move, and which of them contradict themselves."""

from datetime import date
from typing import Any

import pytest

from ledger.errors import NotUnderstood
from ledger.events import (
    Consideration,
    ConsiderationForm,
    Fact,
    NoteGivenUp,
    NoteIssued,
    NoteReceived,
    RightReceived,
    SharesReceived,
)
from ledger.identity import HolderId, InstrumentId, SecurityId, StockClassId
from ledger.movements import Account, Interest, Level, Owed, Posting, Purchasable, Setting, Source, held
from ledger.quantities import Money, Price, Shares
from ledger.terms.notes import NoteTerms, equal_instalments
from tests import builders as a

FUND, NOTE, COMMON = HolderId("fund"), InstrumentId("n-1"), StockClassId("common")


def moves(fact: Fact) -> list[tuple[Account, str]]:
    """Return what each account gains or loses, in order."""
    postings = [each for each in fact.movements() if isinstance(each, Posting)]
    return [(each.account, f"{each.quantity // 10**10:+,}") for each in postings]


def levels(fact: Fact) -> dict[Any, Any]:
    return {(each.level, each.subject): each.value for each in fact.movements() if isinstance(each, Setting)}


# --- movements ---------------------------------------------------------------------------------------------------


def test_a_note_is_lent_and_states_its_terms_its_price_and_its_floor() -> None:
    fact = a.note_issued()
    assert moves(fact) == [(Source.LENT, "-100,000"), (Owed(NOTE, FUND), "+100,000")]
    assert levels(fact)[Level.PRICE, (NOTE, COMMON)] == Price(2, "USD")
    assert levels(fact)[Level.FLOOR, (NOTE, COMMON)] is None
    assert levels(a.note_issued(terms=NoteTerms())).keys() == {(Level.INSTRUMENT, NOTE), (Level.NOTE_TERMS, NOTE)}


def test_a_conversion_issues_shares_first_and_ends_principal_and_interest() -> None:
    assert moves(a.convertible_converted(reserve="notes"))[:2] == [
        (Source.ISSUED_ON_CONVERSION, "-20,250"),
        (held(FUND), "+20,250"),
    ]
    assert moves(a.convertible_converted())[2:] == [
        (Owed(NOTE, FUND), "-40,000"),
        (Source.DEBT_CONVERTED, "+40,000"),
        (Interest(NOTE, FUND), "-500"),
        (Source.DEBT_CONVERTED, "+500"),
    ]


@pytest.mark.parametrize(
    ("fact", "into"),
    [
        (a.note_repaid(principal="5 USD", interest="7 USD"), Source.REPAID),
        (a.convertible_cancelled(principal="5 USD", interest="7 USD"), Source.CANCELLED),
    ],
)
def test_what_ends_goes_where_it_ended(fact: Fact, into: Source) -> None:
    assert moves(fact) == [(Owed(NOTE, FUND), "-5"), (into, "+5"), (Interest(NOTE, FUND), "-7"), (into, "+7")]


@pytest.mark.parametrize(("principal", "interest"), [("5 USD", None), (None, "5 USD"), ("0 USD", "5 USD")])
def test_what_is_not_stated_or_nothing_does_not_move(principal: str | None, interest: str | None) -> None:
    assert len(moves(a.note_repaid(principal=principal, interest=interest))) == 2


def test_interest_becomes_principal_and_passes_with_an_assignment() -> None:
    assert moves(a.interest_added_to_principal()) == [
        (Interest(NOTE, FUND), "-1,000"),
        (Owed(NOTE, FUND), "+1,000"),
    ]
    assert moves(a.convertible_assigned())[2:] == [
        (Interest(NOTE, FUND), "-100"),
        (Interest(NOTE, HolderId("ada")), "+100"),
    ]
    assert len(moves(a.convertible_assigned(interest=None))) == 2


def test_an_exchange_moves_shares_first_then_rights_then_debt() -> None:
    right = RightReceived(
        holder=FUND, warrant=InstrumentId("r-1"), stock_class=COMMON, purchasable=Shares(9), price=Price(0, "USD")
    )
    accounts = [account for account, _ in moves(a.securities_exchanged(rights_received=(right,)))]
    assert accounts == [
        *(Source.ISSUED_IN_EXCHANGE, held(FUND)),
        *(Source.WARRANTED, Purchasable(InstrumentId("r-1"), FUND)),
        *(Owed(NOTE, FUND), Source.EXCHANGED, Interest(NOTE, FUND), Source.EXCHANGED),
        *(Source.EXCHANGED, Owed(InstrumentId("n-2"), FUND)),
    ]


def test_defaults_liens_and_quotes_move_nothing() -> None:
    facts = (a.default_declared(), a.default_cured(), a.lien_granted(), a.lien_released(), a.price_quoted())
    assert [moves(fact) for fact in (*facts, a.outstanding_reported())] == [[]] * 6
    assert levels(a.default_declared(stock_classes=(COMMON,))) == {
        (Level.IN_DEFAULT, NOTE): True,
        (Level.IN_DEFAULT, COMMON): True,
    }
    assert levels(a.price_quoted()) == {(Level.QUOTE, ("close", COMMON)): Price("2.5", "USD")}


def test_what_was_owed_beyond_what_was_given_is_the_discount() -> None:
    """Ascent Solar: 1,725,000 for 1,500,000, and 315,000 for 260,000."""
    for principal, given, discount in ((1_725_000, 1_500_000, 225_000), (315_000, 260_000, 55_000)):
        paid = Consideration(form=ConsiderationForm.CASH, amount=Money(given, "USD"))
        fact = a.note_issued(principal=f"{principal} USD", consideration=paid)
        assert isinstance(fact, NoteIssued)
        assert fact.discount == Money(discount, "USD")
    assert a.note_issued(consideration=None).discount is None


# --- what contradicts itself -------------------------------------------------------------------------------------

EUROS = Consideration(form=ConsiderationForm.CASH, amount=Money(5, "EUR"))
IN_EUROS = NoteTerms(instalments=equal_instalments(Money(5, "EUR"), 1, first_on=date(2026, 3, 31)))


def given_up(**money: Money) -> NoteGivenUp:
    return NoteGivenUp(holder=FUND, instrument=NOTE, **{"principal": Money(5, "USD"), **money})


def received(name: str = "n-2", **fields: Any) -> NoteReceived:
    return NoteReceived(holder=FUND, instrument=InstrumentId(name), **{"principal": Money(5, "USD"), **fields})


def right(name: str) -> RightReceived:
    return RightReceived(
        holder=FUND,
        warrant=InstrumentId(name),
        stock_class=COMMON,
        purchasable=Shares(5),
        price=Price(0, "USD"),
    )


LOT = SharesReceived(holder=FUND, stock_class=COMMON, shares=Shares(5), security=SecurityId("CS-1"))


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        (lambda: a.note_issued(consideration=EUROS), "E_CURRENCY_MISMATCH", "the consideration in EUR"),
        (lambda: a.note_issued(terms=IN_EUROS), "E_CURRENCY_MISMATCH", "the instalments in EUR"),
        (lambda: a.convertible_converted(principal=None, interest=None), "E_QUANTITY", "neither principal nor"),
        (lambda: a.convertible_converted(principal="0 USD", interest="0 USD"), "E_QUANTITY", "neither principal"),
        (lambda: a.convertible_converted(interest="5 EUR"), "E_CURRENCY_MISMATCH", "the interest in EUR"),
        (lambda: a.convertible_converted(price="2 EUR"), "E_CURRENCY_MISMATCH", "the price in EUR"),
        (lambda: a.convertible_converted(cash_in_lieu="1 EUR"), "E_CURRENCY_MISMATCH", "the cash in lieu in EUR"),
        (lambda: a.note_repaid(premium="1 EUR"), "E_CURRENCY_MISMATCH", "the premium in EUR"),
        (lambda: a.note_repaid(principal=None, interest=None), "E_QUANTITY", "neither principal nor interest"),
        (lambda: a.convertible_assigned(to_holder="fund"), "E_SELF", "fund assigns to itself"),
        (lambda: a.convertible_assigned(interest="5 EUR"), "E_CURRENCY_MISMATCH", "the interest in EUR"),
        (lambda: a.securities_exchanged(notes_given_up=()), "E_TERMS", "nothing is given up"),
        (lambda: a.securities_exchanged(notes_received=(), shares_received=()), "E_TERMS", "nothing is received"),
        (lambda: a.securities_exchanged(notes_received=(received(), received())), "E_TERMS", "two things received"),
        (
            lambda: a.securities_exchanged(notes_received=(received("x"),), rights_received=(right("x"),)),
            *("E_TERMS", "two things received"),
        ),
        (lambda: a.securities_exchanged(shares_received=(LOT, LOT)), "E_TERMS", "two things received"),
        (
            lambda: a.securities_exchanged(notes_given_up=(given_up(interest=Money(5, "EUR")),)),
            *("E_CURRENCY_MISMATCH", "the interest in EUR"),
        ),
        (
            lambda: a.securities_exchanged(notes_received=(received(terms=IN_EUROS),)),
            *("E_CURRENCY_MISMATCH", "the instalments in EUR"),
        ),
        (lambda: a.default_declared(instruments=()), "E_TERMS", "a default of nothing"),
        (lambda: a.default_cured(instruments=()), "E_TERMS", "a default of nothing"),
        (lambda: a.price_quoted(effective_on="2026-03-01/2026-03-02"), "E_DATE", "has no day"),
        (lambda: a.outstanding_reported(outstanding=0), "E_QUANTITY", "outstanding is '0'"),
    ],
)
def test_a_fact_of_debt_that_contradicts_itself_is_refused(make: Any, code: str, says: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        make()
    assert caught.value.code == code
    assert says in str(caught.value)
