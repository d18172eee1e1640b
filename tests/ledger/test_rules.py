"""What the record and the papers forbid: each rule with its refusal, and each limit one below, at and one above.

The company (see ``tests/builders.py``) has six entries: the issuer (1), common stock (2), Series A (3), and the
holders ada (4), bob (5) and fund (6). What a test records begins with entry 7.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.book import Book
from ledger.days import Phase
from ledger.errors import (
    AuthorizedExceeded,
    BeforeOpening,
    CommitmentExceeded,
    CorrectionMisplaced,
    CurrencyMismatch,
    HeldLater,
    HoldingExceeded,
    IdentifierInvalid,
    IssuerFirst,
    LedgerError,
    NameTaken,
    NotUnderstood,
    OrderUnclear,
    ReserveExceeded,
    RuleBroken,
    SecurityUnnamed,
    SpansSplit,
    TermsIncomplete,
    TooManyDecimals,
    TreasuryExceeded,
    UnknownName,
)
from ledger.events import EVENTS, AdjustmentCause, Event, Fact, IdentifierScheme, ResultingTerms, TrancheRescheduled
from ledger.gate import Gate, sweep
from ledger.identity import CommandId, ConditionId, Count, EntryNumber, Identifier, StockClassId, TrancheId
from ledger.journal import Ledger
from ledger.movements import Scope
from ledger.personal import Personal
from ledger.quantities import Authorized, Money, Price, Ratio, Shares
from ledger.rules import COMMAND_RULES, FACT_RULES, concerns, names_in
from ledger.rules.commands import texts_in
from ledger.terms.commitment import Condition, Remedy
from ledger.terms.conversion import ConversionRight
from ledger.text import clean
from ledger.timeline import Entry, InEffect, standing
from tests.builders import (
    DEALT,
    agreement_amended,
    agreement_signed,
    agreement_terminated,
    authorized_shares_changed,
    class_terms_amended,
    commitment_lapsed,
    commitment_reduced,
    common,
    common_issued,
    company,
    condition_satisfied,
    condition_waived,
    entry_restated,
    entry_voided,
    founding,
    fractions_settled,
    holder_merged,
    holder_registered,
    holder_renamed,
    instrument_adjusted,
    issuer_registered,
    opening_balance_adopted,
    preferred_issued,
    register_scope_declared,
    remedy_exercised,
    reserve_released,
    security_identifier_changed,
    series_a,
    shares_cancelled,
    shares_converted,
    shares_redeemed,
    shares_repurchased,
    shares_reserved,
    shares_retired,
    shares_transferred,
    stock_split_effected,
    ticking,
    tranche,
    tranche_closed,
    treasury_shares_reissued,
    warrant_exercised,
    warrant_issued,
)
from tests.golden.make import in_full

COMMON, SERIES_A = StockClassId("common"), StockClassId("series-a")
DEAL_DAY = date.fromisoformat(DEALT)


def usd(amount: str) -> Money:
    return Money(amount, "USD")


def day(text: str) -> date:
    return date.fromisoformat(text)


def with_record(*commands: Event | Sequence[Event]) -> Ledger:
    """Return the company after some commands; one event is a command of its own."""
    ledger = company()
    for command in commands:
        ledger.record(*([command] if isinstance(command, Event) else command))
    return ledger


def totals(book: Book) -> object:
    """Return everything a book knows, so that two can be compared."""

    def numbers(facts: Sequence[InEffect]) -> list[int]:
        return [each.entry.number for each in facts]

    return (
        book.at,
        book.split_at,
        {total: number for total, number in book.high.items() if number},
        {total: number for total, number in book.low.items() if number},
        {key: [(each.entry.number, value) for each, value in known] for key, known in book.settings.items()},
        {key: numbers(facts) for key, facts in book.splits.items()},
        {key: moved for key, moved in book.movers.items() if moved},
    )


def refused(ledger: Ledger, *events: Event, as_stated: bool = False) -> LedgerError:
    """Return how a command is refused, and see that nothing of it is left."""
    before, head = totals(sweep(standing(ledger.entries())).book), [*ledger.entries()]

    with pytest.raises(LedgerError) as caught:
        ledger.record(*events, as_stated=as_stated)

    assert [*ledger.entries()] == head
    assert totals(sweep(standing(ledger.entries())).book) == before
    if ledger._rules()._size:
        assert totals(ledger._rules()._sweep.book) == before
    return caught.value


def fields(error: LedgerError) -> tuple[object, ...]:
    assert isinstance(error, RuleBroken)
    return error.fields()


def accepted(ledger: Ledger, *events: Event, as_stated: bool = False) -> None:
    before = len(ledger.entries())

    ledger.record(*events, as_stated=as_stated)

    assert len(ledger.entries()) == before + len(events)


SOLD = shares_transferred(transferred=1_000, effective_on="2026-03-01")
"""Ada's 1,000 common shares go to bob."""


# --- a ledger begins with its issuer -----------------------------------------------------------------------------


def test_a_ledger_begins_with_its_issuer() -> None:
    ledger = Ledger.in_memory()

    error = refused(ledger, common(), issuer_registered())

    assert (type(error), error.code, fields(error)) == (IssuerFirst, "E_ISSUER", (None, None))
    assert ledger.issuer is None


def test_a_ledger_holds_one_issuer() -> None:
    error = refused(company(), issuer_registered(issuer="other"))

    assert (type(error), error.code, fields(error)) == (IssuerFirst, "E_ISSUER", ("acme", "other"))


def test_an_issuer_is_not_restated_as_another() -> None:
    error = refused(company(), entry_restated(1, restated_as=issuer_registered(issuer="other")))

    assert (type(error), fields(error)) == (IssuerFirst, ("acme", "other"))


def test_the_first_command_registers_one_issuer_only() -> None:
    error = refused(Ledger.in_memory(), issuer_registered(), issuer_registered(issuer="other"))

    assert error.code in ("E_ISSUER", "E_DUPLICATE")


# --- corrections -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("correction", [entry_voided, entry_restated], ids=["void", "restatement"])
@pytest.mark.parametrize(
    ("number", "why"),
    [(9, "does not exist before this one"), (10, "does not exist before this one"), (10**17, "does not exist")],
)
def test_a_correction_names_a_lower_entry(correction: Callable[[int], Event], number: int, why: str) -> None:
    ledger = with_record(common_issued(), common_issued())
    assert len(ledger.entries()) == 8

    error = refused(ledger, correction(number))

    assert (type(error), error.code) == (CorrectionMisplaced, "E_CORRECTS")
    assert fields(error)[0] == number
    assert why in str(fields(error)[1])


def test_a_correction_may_name_an_entry_of_its_own_command() -> None:
    accepted(company(), common_issued(), entry_voided(7))


@pytest.mark.parametrize("again", [entry_voided(7), entry_restated(7)], ids=["void", "restatement"])
@pytest.mark.parametrize("first", [entry_voided(7), entry_restated(7)], ids=["void", "restatement"])
def test_an_entry_that_fell_is_not_corrected_again(first: Event, again: Event) -> None:
    error = refused(with_record(common_issued(), first), again)

    assert type(error) is CorrectionMisplaced
    assert fields(error) == (7, "was already taken out of history by entry 8")


@pytest.mark.parametrize("again", [entry_voided(7), entry_restated(7)], ids=["voided", "restated"])
def test_a_correction_is_not_revived_once_its_entry_was_corrected_again(again: Event) -> None:
    """7 was restated by 8, which 9 voided; then 10 corrected 7. Voiding 9 would count both 8 and 10."""
    ledger = with_record(common_issued(), entry_restated(7), entry_voided(8), again)

    error = refused(ledger, entry_voided(9))

    assert (type(error), fields(error)[0]) == (CorrectionMisplaced, 7)
    accepted(ledger, entry_voided(10))
    accepted(ledger, entry_voided(9))


def test_a_void_of_two_is_refused_whole_when_one_of_them_fell() -> None:
    error = refused(with_record(common_issued(), common_issued(), entry_voided(8)), entry_voided(7, 8))

    assert fields(error) == (8, "was already taken out of history by entry 9")


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (entry_voided(1), "registers the issuer and can only be restated"),
        (entry_restated(1), "an issuer is restated as an issuer only"),
        (entry_restated(4, restated_as=issuer_registered()), "an issuer is restated as an issuer only"),
    ],
    ids=["void", "restated as an issue", "a holder restated as the issuer"],
)
def test_the_issuer_cannot_be_taken_away(event: Event, why: str) -> None:
    error = refused(company(), event)

    assert (type(error), error.code) == (CorrectionMisplaced, "E_CORRECTS")
    assert why in str(fields(error)[1])


def test_the_issuer_can_be_restated_and_restated_again() -> None:
    ledger = with_record(entry_restated(1, restated_as=issuer_registered(legal_name="Acme Solar Corp.")))

    accepted(ledger, entry_restated(7, restated_as=issuer_registered(legal_name="Acme, Inc.")))
    accepted(ledger, entry_voided(8))


def test_a_void_is_not_restated() -> None:
    error = refused(with_record(common_issued(), entry_voided(7)), entry_restated(8))

    assert fields(error) == (8, "is a void; void it to revive what it took out")


def test_a_void_can_be_voided_and_what_it_revives_must_fit() -> None:
    ledger = with_record(common_issued(issued=10_000_000), entry_voided(7), common_issued(issued=1))

    error = refused(ledger, entry_voided(8))

    assert type(error) is AuthorizedExceeded
    assert fields(error) == (COMMON, Authorized(10_000_000), Shares(10_000_001), DEAL_DAY, 9)


# --- identifiers and zones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "identifier"),
    [
        (IdentifierScheme.CUSIP, "037833101"),
        (IdentifierScheme.CUSIP, "03783310"),
        (IdentifierScheme.CUSIP, "037833-100"),
        (IdentifierScheme.CUSIP, "US0378331005"),
        (IdentifierScheme.ISIN, "US0378331006"),
        (IdentifierScheme.ISIN, "us0378331005"),
        (IdentifierScheme.ISIN, "037833100"),
    ],
)
def test_a_security_identifier_has_its_check_digit(scheme: IdentifierScheme, identifier: str) -> None:
    change = security_identifier_changed(scheme=scheme, identifier=identifier)

    for event in (change, entry_restated(7, restated_as=change)):
        error = refused(with_record(security_identifier_changed()), event)
        assert (type(error), error.code) == (IdentifierInvalid, "E_IDENTIFIER")
        assert fields(error) == (scheme.value, identifier)


def test_the_numbers_of_apple_are_valid() -> None:
    """CUSIP 037833100 and ISIN US0378331005 are the published numbers of Apple Inc.'s common stock."""
    accepted(company(), security_identifier_changed(identifier="037833100"))
    accepted(company(), security_identifier_changed(scheme=IdentifierScheme.ISIN, identifier="US0378331005"))


@pytest.mark.parametrize("lei", ["5493001KJTIIGC8Y1R13", "5493001kjtiigc8y1r12", "5493001KJTIIGC8Y1R1"])
def test_a_legal_entity_identifier_has_its_check_digits(lei: str) -> None:
    error = refused(Ledger.in_memory(), issuer_registered(lei=lei))

    assert (type(error), error.code, fields(error)) == (IdentifierInvalid, "E_IDENTIFIER", ("LEI", lei))


def test_a_published_legal_entity_identifier_is_valid() -> None:
    """5493001KJTIIGC8Y1R12 is that of Bloomberg Finance L.P. in the register of the Global LEI Foundation."""
    accepted(Ledger.in_memory(), issuer_registered(lei="5493001KJTIIGC8Y1R12"))


@pytest.mark.parametrize("name", ["America/Nowhere", "Mars", "../etc/passwd", "/etc/localtime", "UTC+1", "a\\b"])
def test_the_days_of_the_record_are_those_of_a_zone_that_exists(name: str) -> None:
    for ledger, event in (
        (Ledger.in_memory(), issuer_registered(time_zone=name)),
        (company(), entry_restated(1, restated_as=issuer_registered(time_zone=name))),
    ):
        error = refused(ledger, event)
        assert (type(error), error.code) == (NotUnderstood, "E_TIMEZONE")


def test_a_character_that_is_not_assigned_yet_is_refused_when_recording_and_read_from_a_later_unicode() -> None:
    """U+0378 is not assigned in Unicode 16; a record made under a later Unicode may hold it."""
    for event in (
        holder_registered(holder="zoe", name=Personal("Zo\u0378e")),
        holder_registered(holder="zoe", holder_kind="organisation", name=None, legal_name="Zo\u0378e Ltd."),
    ):
        error = refused(company(), event)
        assert (type(error), error.code) == (NotUnderstood, "E_TEXT")
        assert "U+0378" in str(error)
    assert clean("Zo\u0378e") == "Zo\u0378e"


# --- one name, one thing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "again", "told"),
    [
        ([], holder_registered(holder="ada", name="Ada Other"), ("holder", "ada", 4)),
        ([], holder_registered(holder="ada", effective_on="2025-12-31"), ("holder", "ada", 4)),
        ([], common(title="Class B"), ("stock class", "common", 2)),
        ([], issuer_registered(legal_name="Acme 2"), ("issuer", "acme", 1)),
        ([common_issued(security="CS-1")], common_issued(security="CS-1"), ("security", "CS-1", 7)),
        ([common_issued(security="CS-1")], preferred_issued(security="CS-1"), ("security", "CS-1", 7)),
        (
            [common_issued(security="CS-1"), common_issued()],
            shares_transferred(received_as="CS-1"),
            ("security", "CS-1", 7),
        ),
        ([agreement_signed()], agreement_signed(title="Another"), ("agreement", "spa", 7)),
        ([opening_balance_adopted()], opening_balance_adopted(), ("opening balance of", "common", 7)),
    ],
    ids=[
        "holder",
        "holder, earlier",
        "class",
        "issuer",
        "lot",
        "lot of a class",
        "new lot",
        "agreement",
        "opening",
    ],
)
def test_a_name_stands_for_one_thing_for_ever(record: list[Event], again: Event, told: tuple[object, ...]) -> None:
    error = refused(with_record(*record), again)

    assert (type(error), error.code, fields(error)) == (NameTaken, "E_DUPLICATE", told)


@pytest.mark.parametrize(
    ("amendment", "what", "name"),
    [
        (agreement_amended(added_tranches=(tranche("t1"),)), "tranche", "t1"),
        (
            agreement_amended(
                added_tranches=(
                    tranche("t3", conditions=(Condition(condition=ConditionId("permit"), text="Again."),)),
                )
            ),
            "condition",
            "permit",
        ),
    ],
    ids=["tranche", "condition"],
)
def test_an_agreement_names_a_tranche_and_a_condition_once(amendment: Event, what: str, name: str) -> None:
    ledger = with_record(agreement_signed(), condition_satisfied())

    error = refused(ledger, amendment)

    assert (type(error), fields(error)) == (NameTaken, (what, name, 7))


def test_two_agreements_may_each_have_a_first_tranche() -> None:
    accepted(with_record(agreement_signed()), agreement_signed(agreement="spb"))


def test_a_tranche_is_put_off_that_there_is() -> None:
    def put_off(name: str) -> Event:
        return agreement_amended(
            rescheduled=(TrancheRescheduled(tranche=TrancheId(name), due_on=day("2026-12-31")),)
        )

    error = refused(with_record(agreement_signed()), put_off("t9"))

    assert fields(error)[:2] == ("tranche", "t9")
    accepted(with_record(agreement_signed()), put_off("t1"))


def test_a_name_is_free_again_once_its_entry_is_voided() -> None:
    accepted(with_record(common_issued(security="CS-1"), entry_voided(7)), common_issued(security="CS-1"))


def test_a_transfer_may_keep_the_certificate_that_it_was_taken_from() -> None:
    ledger = with_record(common_issued(security="CS-1"))

    accepted(ledger, shares_transferred(security="CS-1", received_as="CS-1"))


# --- known by then -----------------------------------------------------------------------------------------------


def test_an_unknown_holder_is_named_with_the_nearest_that_there_is() -> None:
    error = refused(company(), common_issued(holder="funt"))

    assert (type(error), error.code) == (UnknownName, "E_UNKNOWN")
    assert fields(error) == ("holder", "funt", DEAL_DAY, "fund")


@pytest.mark.parametrize(
    ("record", "event", "what", "name"),
    [
        ([], common_issued(stock_class="class-b"), "stock class", "class-b"),
        ([], shares_transferred(to_holder="zed"), "holder", "zed"),
        ([], holder_merged(holder="zed"), "holder", "zed"),
        ([], holder_merged(into="zed"), "holder", "zed"),
        ([], agreement_signed(investor="zed"), "holder", "zed"),
        ([], agreement_signed(buys="class-b"), "stock class", "class-b"),
        ([], tranche_closed(tranche=None), "agreement", "spa"),
        ([agreement_signed()], tranche_closed(tranche=TrancheId("t9")), "tranche", "t9"),
        ([agreement_signed()], condition_waived(condition="c9"), "condition", "c9"),
        ([agreement_signed()], preferred_issued(security="K", agreement="spb"), "agreement", "spb"),
        (
            [agreement_signed()],
            preferred_issued(security="K", agreement="spa", tranche=TrancheId("t9")),
            "tranche",
            "t9",
        ),
        (
            [],
            class_terms_amended(
                stock_class="series-a", conversion=ConversionRight(into=StockClassId("class-b"), ratio=Ratio(1))
            ),
            "stock class",
            "class-b",
        ),
        (
            [],
            stock_split_effected(
                resulting=(
                    ResultingTerms(stock_class=COMMON, authorized=Authorized(1)),
                    ResultingTerms(stock_class=StockClassId("class-b"), authorized=Authorized(1)),
                )
            ),
            "stock class",
            "class-b",
        ),
        ([], opening_balance_adopted(stock_class="class-b"), "stock class", "class-b"),
        ([], register_scope_declared(stock_class="class-b"), "stock class", "class-b"),
    ],
    ids=range(15),
)
def test_everything_that_a_fact_names_is_known(record: list[Event], event: Event, what: str, name: str) -> None:
    error = refused(with_record(*record), event)

    assert (type(error), error.code) == (UnknownName, "E_UNKNOWN")
    assert fields(error)[:2] == (what, name)


@pytest.mark.parametrize(
    ("on", "fits"), [("2026-01-14", False), ("2026-01-15", True), ("2026-01-16", True), ("2026-01-01", False)]
)
def test_a_holder_is_known_from_the_day_of_the_registration_on(on: str, fits: bool) -> None:
    ledger = with_record(holder_registered(holder="zed", effective_on="2026-01-15"))
    event = common_issued(holder="zed", effective_on=on)

    if fits:
        accepted(ledger, event)
    else:
        assert fields(refused(ledger, event)) == ("holder", "zed", day(on), None)


def test_a_command_may_name_what_it_brings_itself_in_any_order() -> None:
    accepted(company(), common_issued(holder="zed", effective_on="2026-01-01"), holder_registered(holder="zed"))


def test_a_holder_registered_on_an_open_day_is_known_as_soon_as_it_may_be() -> None:
    ledger = with_record(holder_registered(holder="zed", effective_on="2026-01-10/2026-01-20"))

    assert type(refused(ledger, common_issued(holder="zed", effective_on="2026-01-09"))) is UnknownName
    accepted(ledger, common_issued(holder="zed", effective_on="2026-01-10"))


def test_a_void_may_not_take_away_what_a_later_entry_names() -> None:
    error = refused(with_record(common_issued()), entry_voided(4))

    assert (type(error), fields(error)[:3]) == (UnknownName, ("holder", "ada", DEAL_DAY))


def test_names_are_found_at_any_depth() -> None:
    found = {name for _, _, name in names_in(agreement_signed())}

    assert found == {"spa", "fund", "series-a", "t1", "t2", "permit"}


def test_a_name_given_as_plain_text_does_not_slip_past_the_rule() -> None:
    wrong: Any = "zed"
    import attrs

    error = refused(company(), attrs.evolve(common_issued(), holder=wrong))

    assert type(error) is UnknownName


# --- classes, agreements, currencies, decimals -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "subject", "right"),
    [
        (preferred_issued(stock_class="common"), "common", "common-issued"),
        (common_issued(stock_class="series-a"), "series-a", "preferred-issued"),
    ],
    ids=["preferred of common", "common of preferred"],
)
def test_shares_are_issued_as_their_class_is_designated(event: Event, subject: str, right: str) -> None:
    error = refused(company(), event)

    assert (type(error), error.code) == (TermsIncomplete, "E_TERMS")
    assert fields(error)[0] == subject
    assert right in str(error)


def test_a_natural_persons_new_name_is_kept_apart_too() -> None:
    ledger = company()
    error = refused(ledger, holder_renamed(holder="ada", legal_name="Ada Lovelace", name=None))
    assert (type(error), error.code, fields(error)[0]) == (TermsIncomplete, "E_TERMS", "ada")
    error = refused(ledger, holder_renamed(holder="fund", legal_name=None, name=Personal("Fund")))
    assert (type(error), error.code, fields(error)[0]) == (TermsIncomplete, "E_TERMS", "fund")
    accepted(ledger, holder_renamed(holder="ada", legal_name=None, name=Personal("Ada Byron")))


def test_prices_under_an_agreement_are_in_its_currency() -> None:
    for event in (
        agreement_signed(price="1000 JPY"),
        agreement_signed(remedy=Remedy(redeemable=Ratio("1/2"), price=Price("1", "EUR"))),
    ):
        error = refused(company(), event)
        assert (type(error), error.code) == (CurrencyMismatch, "E_CURRENCY_MISMATCH")
    signed = with_record(agreement_signed())
    error = refused(signed, agreement_amended(price="9 EUR"))
    assert (type(error), fields(error)) == (CurrencyMismatch, ("spa", "USD", "EUR"))


def test_a_split_leaves_no_finer_shares_than_the_class_has() -> None:
    error = refused(company(), stock_split_effected(decimals=4))

    assert (type(error), error.code) == (TooManyDecimals, "E_FRACTIONAL")
    assert fields(error)[1:] == (Shares("0.0001"), 0)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (authorized_shares_changed(effective_on="2026-07-01", phase="close"), OrderUnclear),
        (authorized_shares_changed(effective_on="2026-06-01/2026-08-01"), SpansSplit),
        (register_scope_declared(effective_on="2026-06-01/2026-08-01", stated_outstanding=1_000), SpansSplit),
    ],
)
def test_a_number_in_units_of_its_day_lies_on_one_side_of_a_split(event: Event, kind: type[RuleBroken]) -> None:
    split = stock_split_effected(effective_on="2026-07-01", phase="close")

    assert type(refused(with_record(split), event)) is kind


def test_a_scope_without_a_number_may_span_a_split() -> None:
    accepted(with_record(stock_split_effected()), register_scope_declared(effective_on="2026-06-01/2026-08-01"))


@pytest.mark.parametrize(("policy", "left"), [("up", 34), ("down", 33), ("nearest", 33), ("cash-in-lieu", 33)])
def test_a_split_rounds_a_reserve_so_that_all_of_it_can_be_released(policy: str, left: int) -> None:
    """100 ÷ 3 = 33 and a third."""
    ledger = with_record(
        shares_reserved(reserve="plan", reserved=100),
        stock_split_effected(ratio="1/3", fractions=policy, effective_on="2026-07-01"),
    )
    refused(ledger, reserve_released(reserve="plan", released=left + 1, effective_on="2026-07-02"))
    accepted(ledger, reserve_released(reserve="plan", released=left, effective_on="2026-07-02"))


def test_voiding_what_mended_an_old_breach_is_refused() -> None:
    ledger = company()
    ledger.record(shares_transferred(transferred=100, effective_on="2026-03-01"), as_stated=True)
    ledger.record(common_issued(holder="ada", issued=100, effective_on="2026-04-01"))
    mended = int(ledger.entries()[-1].number)

    assert type(refused(ledger, entry_voided(mended))) is HoldingExceeded


def test_the_newer_of_two_facts_is_told_of_a_name_used_twice() -> None:
    ledger = with_record(holder_registered(holder="zed", effective_on="2026-03-01"))
    newer = len(ledger.entries()) + 1

    for day in ("2026-02-01", "2026-03-01", "2026-04-01"):
        error = refused(ledger, holder_registered(holder="zed", effective_on=day))
        assert (error.code, error.where, fields(error)[2]) == ("E_DUPLICATE", f"entry {newer}", newer - 1)


def test_a_remedy_that_was_not_agreed_is_not_exercised() -> None:
    issued = preferred_issued(issued=1_000)
    without = with_record(agreement_signed(remedy=None), issued)
    error = refused(without, remedy_exercised())
    assert (type(error), error.code, fields(error)[0]) == (TermsIncomplete, "E_TERMS", "spa")
    assert "names no remedy" in str(error)

    agreed = with_record(agreement_signed(), issued, common_issued(holder="fund", issued=1_000))
    error = refused(agreed, remedy_exercised(stock_class="common"))
    assert (type(error), error.code, fields(error)[0]) == (TermsIncomplete, "E_TERMS", "spa")
    assert "does not buy common" in str(error)
    accepted(agreed, remedy_exercised())


def test_shares_issued_under_an_agreement_name_their_security() -> None:
    ledger = with_record(agreement_signed())

    error = refused(ledger, preferred_issued(agreement="spa"))

    assert (type(error), error.code, fields(error)) == (SecurityUnnamed, "E_SECURITY", ("spa",))
    accepted(ledger, preferred_issued(agreement="spa", security="K-1"))


@pytest.mark.parametrize(
    "event",
    [
        tranche_closed(closed="1 EUR"),
        tranche_closed(tranche=None, closed="1 EUR"),
        commitment_lapsed(lapsed="1 EUR"),
        commitment_reduced(reduced_by="1 EUR"),
    ],
    ids=["closed", "closed without tranche", "lapsed", "reduced"],
)
def test_money_under_an_agreement_is_in_the_currency_that_was_promised(event: Event) -> None:
    error = refused(with_record(agreement_signed()), event)

    assert (type(error), error.code) == (CurrencyMismatch, "E_CURRENCY_MISMATCH")
    assert fields(error) == ("spa", "USD", "EUR")


@pytest.mark.parametrize(
    ("decimals", "fine", "too_fine"),
    [(0, "1", "1.1"), (0, "1000", "0.5"), (2, "0.01", "0.001"), (2, "0.10", "0.015"), (10, "0.0000000001", None)],
)
def test_a_class_divides_its_shares_no_finer_than_designated(
    decimals: int, fine: str, too_fine: str | None
) -> None:
    def ledger() -> Ledger:
        return with_record(common(stock_class="class-b", decimals=Count(decimals)))

    accepted(ledger(), common_issued(stock_class="class-b", issued=fine))
    if too_fine is not None:
        error = refused(ledger(), common_issued(stock_class="class-b", issued=too_fine))
        assert (type(error), error.code) == (TooManyDecimals, "E_FRACTIONAL")
        assert fields(error) == ("class-b", Shares(too_fine), decimals)


def test_a_conversion_yields_no_finer_than_the_class_received_allows() -> None:
    error = refused(with_record(preferred_issued()), shares_converted(surrendered=1, received="1.25"))

    assert fields(error) == (COMMON, Shares("1.25"), 0)


def test_mergers_do_not_lead_in_a_circle() -> None:
    ledger = with_record(
        holder_merged(holder="bob", into="ada"), holder_merged(holder="ada", into="fund", effective_on="2026-02-03")
    )

    error = refused(ledger, holder_merged(holder="fund", into="bob", effective_on="2026-02-04"))

    assert (type(error), error.code) == (TermsIncomplete, "E_TERMS")
    assert fields(error)[0] == "fund"


def test_a_merger_back_dated_before_another_may_not_close_a_circle() -> None:
    ledger = with_record(holder_merged(holder="bob", into="ada", effective_on="2026-02-10"))

    error = refused(ledger, holder_merged(holder="ada", into="bob", effective_on="2026-02-01"))

    assert type(error) is TermsIncomplete


# --- holdings ----------------------------------------------------------------------------------------------------

TAKING: list[tuple[str, Callable[[int], Event]]] = [
    ("transferred", lambda n: shares_transferred(transferred=n)),
    ("cancelled", lambda n: shares_cancelled(cancelled=n)),
    ("repurchased", lambda n: shares_repurchased(repurchased=n)),
    ("taken", lambda n: fractions_settled(taken=n, effective_on=DEALT)),
]


@pytest.mark.parametrize("taking", [pytest.param(taking, id=name) for name, taking in TAKING])
def test_no_more_leaves_a_holding_than_it_holds(taking: Callable[[int], Event]) -> None:
    for few in (999, 1_000):
        accepted(with_record(common_issued(issued=1_000)), taking(few))

    error = refused(with_record(common_issued(issued=1_000)), taking(1_001))

    assert (type(error), error.code) == (HoldingExceeded, "E_BALANCE")
    assert fields(error) == ("ada", COMMON, None, Shares(1_000), Shares(1_001), DEAL_DAY, 8)


@pytest.mark.parametrize(
    "taking",
    [
        lambda n: shares_converted(surrendered=n, received=1),
        lambda n: shares_redeemed(redeemed=n),
        lambda n: remedy_exercised(redeemed=n),
    ],
    ids=["converted", "redeemed", "remedy"],
)
def test_no_more_preferred_leaves_a_holding_than_it_holds(taking: Callable[[int], Event]) -> None:
    def ledger() -> Ledger:
        return with_record(agreement_signed(), preferred_issued(issued=1_000))

    for few in (999, 1_000):
        accepted(ledger(), taking(few))

    assert fields(refused(ledger(), taking(1_001))) == (
        "fund",
        SERIES_A,
        None,
        Shares(1_000),
        Shares(1_001),
        DEAL_DAY,
        9,
    )


def test_converted_shares_do_not_convert_again() -> None:
    ledger = with_record(preferred_issued(issued=400), shares_converted(surrendered=400))

    error = refused(ledger, shares_converted(surrendered=1, received=1))

    assert (error.code, fields(error)[3:5]) == ("E_BALANCE", (Shares(0), Shares(1)))


def test_shares_in_one_certificate_do_not_cover_another() -> None:
    ledger = with_record(common_issued(issued=500, security="CS-1"), common_issued(issued=500))

    unnamed = refused(ledger, shares_transferred(transferred=501))
    named = refused(ledger, shares_transferred(transferred=501, security="CS-1"))

    assert fields(unnamed)[2:5] == (None, Shares(500), Shares(501))
    assert fields(named)[2:5] == ("CS-1", Shares(500), Shares(501))
    accepted(ledger, shares_transferred(transferred=500, security="CS-1"), shares_transferred(transferred=500))


def test_shares_come_and_go_within_a_moment_and_only_its_end_counts() -> None:
    accepted(company(), shares_transferred(transferred=1_000), common_issued(issued=1_000))


def test_two_takings_of_one_command_are_counted_together() -> None:
    ledger = with_record(common_issued(issued=1_000))

    error = refused(ledger, shares_transferred(transferred=600), shares_transferred(transferred=401))

    assert type(error) is HoldingExceeded


# --- every later day ---------------------------------------------------------------------------------------------


def test_shares_that_come_later_are_held_later() -> None:
    ledger = with_record(common_issued(issued=1_000, effective_on="2026-02-10"))

    error = refused(ledger, shares_transferred(transferred=1_000, effective_on="2026-02-09"))

    assert (type(error), error.code) == (HeldLater, "E_BALANCE_AT_DATE")
    assert fields(error) == ("ada", COMMON, None, Shares(0), Shares(1_000), day("2026-02-09"), 8)
    accepted(ledger, shares_transferred(transferred=1_000, effective_on="2026-02-10"))


def test_a_back_dated_sale_names_the_later_entry_that_it_would_break() -> None:
    ledger = with_record(common_issued(issued=1_000), SOLD)

    error = refused(ledger, shares_cancelled(cancelled=1, effective_on="2026-02-15"))

    assert type(error) is HoldingExceeded
    assert fields(error) == ("ada", COMMON, None, Shares(999), Shares(1_000), day("2026-03-01"), 8)


def test_a_back_dated_sale_that_leaves_enough_ever_after_is_recorded() -> None:
    ledger = with_record(common_issued(issued=1_001), SOLD)

    accepted(ledger, shares_cancelled(cancelled=1, effective_on="2026-02-15"))


def test_a_hole_that_is_filled_later_is_still_a_hole() -> None:
    ledger = with_record(common_issued(issued=1_000), SOLD, common_issued(issued=500, effective_on="2026-04-01"))

    error = refused(ledger, shares_cancelled(cancelled=1, effective_on="2026-02-15"))

    assert (type(error), fields(error)[-1]) == (HeldLater, 8)


def test_a_void_names_the_first_later_entry_that_it_would_break() -> None:
    ledger = with_record(
        common_issued(issued=1_000),
        SOLD,
        shares_transferred(from_holder="bob", to_holder="fund", transferred=400, effective_on="2026-03-02"),
    )

    assert fields(refused(ledger, entry_voided(7)))[-1] == 8
    assert fields(refused(ledger, entry_voided(8)))[-1] == 9
    accepted(ledger, entry_voided(7, 8, 9))


def test_a_restatement_must_fit_every_later_day() -> None:
    ledger = with_record(common_issued(issued=1_000), SOLD)

    error = refused(ledger, entry_restated(7, restated_as=common_issued(issued=999)))

    assert (type(error), fields(error)[-1]) == (HoldingExceeded, 8)
    later = common_issued(issued=1_000, effective_on="2026-03-02")
    assert type(refused(ledger, entry_restated(7, restated_as=later))) is HeldLater
    accepted(ledger, entry_restated(7, restated_as=common_issued(issued=1_000, effective_on="2026-03-01")))


# --- treasury, reserves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "using",
    [lambda n: treasury_shares_reissued(reissued=n), lambda n: shares_retired(retired=n)],
    ids=["reissued", "retired"],
)
def test_no_more_leaves_the_treasury_than_it_holds(using: Callable[[int], Event]) -> None:
    def ledger() -> Ledger:
        return with_record(common_issued(issued=1_000), shares_repurchased(repurchased=100))

    for few in (99, 100):
        accepted(ledger(), using(few))

    error = refused(ledger(), using(101))
    assert (type(error), error.code) == (TreasuryExceeded, "E_TREASURY")
    assert fields(error) == (COMMON, Shares(100), Shares(101), DEAL_DAY, 9)


@pytest.mark.parametrize(
    "drawing",
    [
        lambda n: reserve_released(released=n),
        lambda n: common_issued(issued=n, reserve="plan"),
        lambda n: shares_converted(surrendered=1, received=n, reserve="plan"),
    ],
    ids=["released", "issued", "converted"],
)
def test_no_more_leaves_a_reserve_than_it_keeps(drawing: Callable[[int], Event]) -> None:
    def ledger() -> Ledger:
        return with_record(preferred_issued(), shares_reserved(reserved=500))

    for few in (499, 500):
        accepted(ledger(), drawing(few))

    error = refused(ledger(), drawing(501))
    assert (type(error), error.code) == (ReserveExceeded, "E_RESERVE")
    assert fields(error) == (COMMON, "plan", Shares(500), Shares(501), DEAL_DAY, 9)


def test_a_reserve_that_was_never_made_keeps_nothing() -> None:
    error = refused(company(), reserve_released(reserve="plan", released=1))

    assert fields(error) == (COMMON, "plan", Shares(0), Shares(1), DEAL_DAY, 7)


def test_reserves_of_the_same_name_in_two_classes_are_two() -> None:
    ledger = with_record(shares_reserved(stock_class="series-a", reserved=500))

    assert type(refused(ledger, reserve_released(stock_class="common", released=1))) is ReserveExceeded


# --- the authorized number ---------------------------------------------------------------------------------------

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("record", "room"),
    [
        ([], 10 * MILLION),
        ([common_issued(issued=4 * MILLION)], 6 * MILLION),
        ([shares_reserved(reserved=500_000)], 9_500_000),
        ([shares_reserved(reserved=500_000), reserve_released(released=100_000)], 9_600_000),
        ([common_issued(issued=MILLION), shares_repurchased(repurchased=MILLION)], 9 * MILLION),
        (
            [
                common_issued(issued=MILLION),
                shares_repurchased(repurchased=MILLION),
                shares_retired(retired=300_000),
            ],
            9_300_000,
        ),
        ([common_issued(issued=MILLION), shares_cancelled(cancelled=300_000)], 9_300_000),
        ([common_issued(issued=MILLION), shares_transferred(transferred=300_000)], 9 * MILLION),
        (
            [shares_reserved(reserved=500_000), common_issued(issued=200_000, reserve="plan")],
            9_500_000,
        ),
        ([authorized_shares_changed(authorized=12 * MILLION)], 12 * MILLION),
        ([preferred_issued(issued=400), shares_converted(surrendered=400, received=500)], 9_999_500),
        ([opening_balance_adopted(treasury=MILLION)], 8_999_000),
    ],
    ids=[
        "nothing",
        "issued",
        "reserved",
        "released",
        "treasury",
        "retired",
        "cancelled",
        "transferred",
        "drawn",
        "amended",
        "converted",
        "opened",
    ],
)
def test_issued_treasury_and_reserved_stay_within_the_authorized_number(record: list[Event], room: int) -> None:
    for few in (room - 1, room):
        accepted(with_record(*record), common_issued(holder="bob", issued=few))

    ledger = with_record(*record)
    authorized = 12 * MILLION if room == 12 * MILLION else 10 * MILLION
    error = refused(ledger, common_issued(holder="bob", issued=room + 1))
    assert (type(error), error.code) == (AuthorizedExceeded, "E_AUTHORISED")
    assert fields(error) == (
        COMMON,
        Authorized(authorized),
        Shares(authorized + 1),
        DEAL_DAY,
        len(ledger.entries()) + 1,
    )


@pytest.mark.parametrize(
    "adding",
    [
        lambda n: shares_reserved(reserved=n),
        lambda n: shares_converted(surrendered=1, received=n),
        lambda n: opening_balance_adopted(positions=(), treasury=n, effective_on=DEALT),
        lambda n: fractions_settled(given=n, effective_on=DEALT),
    ],
    ids=["reserve", "conversion", "opening balance", "fractions"],
)
def test_whatever_adds_shares_stays_within_the_authorized_number(adding: Callable[[int], Event]) -> None:
    for few in (10 * MILLION - 1, 10 * MILLION):
        accepted(with_record(preferred_issued()), adding(few))

    error = refused(with_record(preferred_issued()), adding(10 * MILLION + 1))
    assert fields(error) == (COMMON, Authorized(10 * MILLION), Shares(10 * MILLION + 1), DEAL_DAY, 8)


def test_the_authorized_number_is_not_lowered_below_what_is_issued_and_reserved() -> None:
    ledger = with_record(common_issued(issued=1_000), shares_reserved(reserved=500))

    error = refused(ledger, authorized_shares_changed(authorized=1_499))

    assert fields(error) == (COMMON, Authorized(1_499), Shares(1_500), DEAL_DAY, 9)
    accepted(ledger, authorized_shares_changed(authorized=1_500))


@pytest.mark.parametrize("word", [Authorized.UNLIMITED, Authorized.UNKNOWN], ids=str)
def test_an_unlimited_or_unknown_number_limits_nothing(word: Authorized) -> None:
    ledger = with_record(authorized_shares_changed(authorized=word))

    accepted(ledger, common_issued(issued="999999999999999999999999999999"))


def test_an_amendment_counts_from_its_own_day() -> None:
    ledger = with_record(authorized_shares_changed(authorized=11 * MILLION, effective_on="2026-03-01"))

    error = refused(ledger, common_issued(issued=10 * MILLION + 1, effective_on="2026-02-28"))

    assert fields(error)[1:] == (Authorized(10 * MILLION), Shares(10 * MILLION + 1), day("2026-02-28"), 8)
    accepted(ledger, common_issued(issued=10 * MILLION + 1, effective_on="2026-03-01"))


@pytest.mark.parametrize(
    ("reissuable", "room"), [(False, 999_000), (True, 999_400)], ids=["not again", "may be issued again"]
)
def test_converted_shares_count_unless_they_may_be_issued_again(reissuable: bool, room: int) -> None:
    """1,000,000 authorized − 1,000 issued, of which 400 were converted; 600 are left."""

    def ledger() -> Ledger:
        ledger = Ledger.in_memory(clock=ticking())
        issuer, stock, series, *holders = founding()
        series = series_a(converted_shares_reissuable=reissuable)
        ledger.record(issuer, stock, series, *holders)
        ledger.record(preferred_issued(issued=1_000), shares_converted(surrendered=400))
        return ledger

    for few in (room - 1, room):
        accepted(ledger(), preferred_issued(issued=few))

    error = refused(ledger(), preferred_issued(issued=room + 1))
    assert fields(error)[:3] == (SERIES_A, Authorized(MILLION), Shares(MILLION + 1))


@pytest.mark.parametrize("reissuable", [False, True])
def test_redeemed_shares_count_as_converted_ones_do(reissuable: bool) -> None:
    ledger = Ledger.in_memory(clock=ticking())
    issuer, stock, _, *holders = founding()
    ledger.record(issuer, stock, series_a(converted_shares_reissuable=reissuable), *holders)
    ledger.record(preferred_issued(issued=MILLION), shares_redeemed(redeemed=1))

    if reissuable:
        accepted(ledger, preferred_issued(issued=1))
    else:
        assert type(refused(ledger, preferred_issued(issued=1))) is AuthorizedExceeded


# --- the commitment ----------------------------------------------------------------------------------------------

DRAWING: list[tuple[str, Callable[[str, TrancheId | None], Event]]] = [
    ("closed", lambda amount, tranche: tranche_closed(tranche=tranche, closed=amount)),
    ("lapsed", lambda amount, tranche: commitment_lapsed(tranche=tranche, lapsed=amount)),
    ("reduced", lambda amount, tranche: commitment_reduced(tranche=tranche, reduced_by=amount)),
]
DRAWN = pytest.mark.parametrize("drawing", [pytest.param(drawing, id=name) for name, drawing in DRAWING])


@DRAWN
def test_no_more_is_drawn_than_is_left_of_a_tranche(drawing: Callable[[str, TrancheId | None], Event]) -> None:
    for few in ("399999.99 USD", "400000 USD"):
        accepted(with_record(agreement_signed()), drawing(few, TrancheId("t1")))

    error = refused(with_record(agreement_signed()), drawing("400000.01 USD", TrancheId("t1")))
    assert (type(error), error.code) == (CommitmentExceeded, "E_COMMITMENT")
    assert fields(error) == ("spa", "t1", usd("400000"), usd("400000.01"), DEAL_DAY, 8)


@DRAWN
def test_no_more_is_drawn_than_is_left_of_the_commitment(drawing: Callable[[str, TrancheId | None], Event]) -> None:
    for few in ("999999.99 USD", "1000000 USD"):
        accepted(with_record(agreement_signed()), drawing(few, None))

    error = refused(with_record(agreement_signed()), drawing("1000000.01 USD", None))
    assert fields(error) == ("spa", None, usd("1000000"), usd("1000000.01"), DEAL_DAY, 8)


def test_what_was_paid_without_a_tranche_is_not_left_for_one() -> None:
    """1,000,000 − 700,000 = 300,000, and the tranche would take 400,000."""
    ledger = with_record(agreement_signed(), tranche_closed(tranche=None, closed="700000 USD"))

    error = refused(ledger, tranche_closed(closed="400000 USD"))

    assert fields(error) == ("spa", None, usd("300000"), usd("400000"), DEAL_DAY, 9)
    accepted(ledger, tranche_closed(closed="300000 USD"))


def test_a_termination_lets_lapse_no_more_than_is_undrawn() -> None:
    ledger = with_record(agreement_signed(), tranche_closed(tranche=None, closed="900000 USD"))

    assert type(refused(ledger, agreement_terminated())) is CommitmentExceeded


def test_nothing_is_closed_before_it_was_promised() -> None:
    ledger = with_record(agreement_signed(effective_on="2026-03-01"))

    error = refused(ledger, tranche_closed(effective_on="2026-02-28"))

    assert error.code in ("E_UNKNOWN", "E_COMMITMENT")


def test_the_commitment_of_one_agreement_does_not_cover_another() -> None:
    ledger = with_record(agreement_signed(), agreement_signed(agreement="spb", commitment="800000 USD"))

    error = refused(ledger, tranche_closed(agreement="spb", tranche=None, closed="800001 USD"))

    assert fields(error)[:3] == ("spb", None, usd("800000"))


def test_a_void_of_an_agreement_names_what_was_closed_under_it() -> None:
    ledger = with_record(agreement_signed(), condition_satisfied(), tranche_closed())

    assert refused(ledger, entry_voided(7)).code == "E_UNKNOWN"
    accepted(ledger, entry_voided(7, 8, 9))


# --- days that are not known -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "fits"),
    [
        ("2026-02-09", False),
        ("2026-02-10", True),
        ("2026-02-15", True),
        ("2026-02-20", True),
        ("2026-02-21", True),
        ("2026-02-05/2026-02-09", False),
        ("2026-02-05/2026-02-10", True),
        ("2026-02-05/2026-03-30", True),
    ],
)
def test_a_sale_is_refused_only_when_no_reading_of_the_issue_allows_it(on: str, fits: bool) -> None:
    ledger = with_record(common_issued(issued=1_000, effective_on="2026-02-10/2026-02-20"))
    sale = shares_transferred(transferred=1_000, effective_on=on)

    if fits:
        accepted(ledger, sale)
    else:
        error = refused(ledger, sale)
        assert (type(error), fields(error)[3:5]) == (HeldLater, (Shares(0), Shares(1_000)))


def test_two_sales_on_open_days_are_refused_together_once_both_are_certain() -> None:
    ledger = with_record(
        common_issued(issued=1_000), shares_transferred(transferred=600, effective_on="2026-02-10/2026-02-20")
    )

    error = refused(ledger, shares_transferred(transferred=401, effective_on="2026-02-15/2026-02-25"))

    assert fields(error) == ("ada", COMMON, None, Shares(400), Shares(401), day("2026-02-25"), 9)
    accepted(ledger, shares_transferred(transferred=400, effective_on="2026-02-15/2026-02-25"))


def test_an_open_sale_blocks_an_exact_one_that_leaves_too_little_for_it() -> None:
    ledger = with_record(
        common_issued(issued=1_000), shares_transferred(transferred=600, effective_on="2026-02-10/2026-02-20")
    )

    error = refused(ledger, shares_cancelled(cancelled=401, effective_on="2026-02-15"))

    assert fields(error)[-2:] == (day("2026-02-20"), 8)


def test_the_authorized_number_is_held_against_the_reading_with_the_fewest_shares() -> None:
    """10,000,000 on an open day; until the 20th they may not be issued yet, and from then on they are."""
    ledger = with_record(common_issued(issued=10 * MILLION, effective_on="2026-02-10/2026-02-20"))
    passing = [
        common_issued(holder="bob", issued=1, effective_on="2026-02-15"),
        shares_cancelled(holder="bob", cancelled=1, effective_on="2026-02-19"),
    ]

    assert type(refused(ledger, passing[0])) is AuthorizedExceeded
    accepted(ledger, *passing)


def test_an_amendment_on_an_open_day_counts_as_soon_as_it_may_have_been() -> None:
    ledger = with_record(authorized_shares_changed(authorized=11 * MILLION, effective_on="2026-02-10/2026-02-20"))
    asked = 10 * MILLION + 1

    assert type(refused(ledger, common_issued(issued=asked, effective_on="2026-02-09"))) is AuthorizedExceeded
    accepted(ledger, common_issued(issued=asked, effective_on="2026-02-10"))


# --- splits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "phase", "fits"),
    [
        ("2026-06-20/2026-06-30", Phase.CLOSE, True),
        ("2026-06-20/2026-07-01", Phase.OPENING, False),
        ("2026-06-20/2026-07-01", Phase.ORDINARY, False),
        ("2026-07-01/2026-07-10", Phase.OPENING, False),
        ("2026-07-01/2026-07-10", Phase.ORDINARY, True),
        ("2026-06-30/2026-07-02", Phase.ORDINARY, False),
    ],
)
@pytest.mark.parametrize("order", ["split first", "range first"])
def test_a_range_of_days_lies_on_one_side_of_a_split(on: str, phase: Phase, fits: bool, order: str) -> None:
    issue, split = common_issued(effective_on=on, phase=phase), stock_split_effected()
    first, second = (split, issue) if order == "split first" else (issue, split)
    ledger = with_record(first)

    if fits:
        accepted(ledger, second)
        return
    error = refused(ledger, second)
    assert (type(error), error.code) == (SpansSplit, "E_SPANS_SPLIT")
    numbers = (8, 7) if order == "split first" else (7, 8)
    assert fields(error) == (COMMON, *numbers, day("2026-07-01"))


def test_a_range_of_a_class_that_is_not_split_may_span_the_split() -> None:
    accepted(with_record(stock_split_effected()), preferred_issued(effective_on="2026-06-30/2026-07-02"))


@pytest.mark.parametrize("order", ["split first", "issue first"])
def test_what_shares_a_moment_with_a_split_says_which_is_first(order: str) -> None:
    issue, split = common_issued(effective_on="2026-07-01", phase=Phase.OPENING), stock_split_effected()
    first, second = (split, issue) if order == "split first" else (issue, split)

    error = refused(with_record(first), second)

    assert (type(error), error.code) == (OrderUnclear, "E_ORDER")
    numbers = (7, 8) if order == "split first" else (8, 7)
    assert fields(error) == (COMMON, day("2026-07-01"), *numbers)


@pytest.mark.parametrize(("place", "split_place"), [(1, 2), (2, 1), (1, None), (None, 1)])
def test_places_say_what_comes_before_a_split(place: int | None, split_place: int | None) -> None:
    """100 shares before a two-for-one split are 200 after it; 100 issued after it stay 100."""
    ledger = with_record(
        common_issued(issued=100, effective_on="2026-07-01", phase=Phase.OPENING, place=place),
        stock_split_effected(place=split_place),
    )
    issued_first = (place or 10**7) < (split_place or 10**7)
    held = 200 if issued_first else 100

    accepted(ledger, shares_transferred(transferred=held, effective_on="2026-07-01"))
    assert type(refused(ledger, shares_cancelled(cancelled=1, effective_on="2026-07-02"))) is HoldingExceeded


@pytest.mark.parametrize(("phase", "held"), [(Phase.OPENING, 200), (Phase.CLOSE, 100)])
def test_quantities_are_in_the_units_of_their_own_phase(phase: Phase, held: int) -> None:
    ledger = with_record(common_issued(issued=100), stock_split_effected(phase=phase))

    error = refused(ledger, shares_transferred(transferred=201, effective_on="2026-07-01"))

    assert fields(error)[3:5] == (Shares(held), Shares(201))


def test_a_split_states_the_conversion_rights_that_it_affects() -> None:
    resulting = (ResultingTerms(stock_class=COMMON, authorized=Authorized(20 * MILLION)),)

    error = refused(company(), stock_split_effected(resulting=resulting))

    assert (type(error), error.code, fields(error)[0]) == (TermsIncomplete, "E_TERMS", "series-a")


def test_a_split_of_the_class_that_converts_states_its_right_too() -> None:
    resulting = (ResultingTerms(stock_class=SERIES_A, authorized=Authorized(2 * MILLION)),)

    error = refused(company(), stock_split_effected(stock_classes=(SERIES_A,), resulting=resulting))

    assert (type(error), fields(error)[0]) == (TermsIncomplete, "series-a")


def test_a_right_that_has_ended_need_not_be_stated_at_a_split() -> None:
    ledger = with_record(class_terms_amended(stock_class="series-a", conversion_ended=True))

    accepted(
        ledger,
        stock_split_effected(resulting=(ResultingTerms(stock_class=COMMON, authorized=Authorized(20 * MILLION)),)),
    )


def test_a_split_must_leave_what_is_issued_within_the_authorized_number() -> None:
    resulting = stock_split_effected().resulting[1:]
    ledger = with_record(common_issued(issued=6 * MILLION))

    def split(authorized: int) -> Event:
        terms = ResultingTerms(stock_class=COMMON, authorized=Authorized(authorized))
        return stock_split_effected(resulting=(terms, *resulting))

    error = refused(ledger, split(12 * MILLION - 1))

    assert fields(error)[1:3] == (Authorized(12 * MILLION - 1), Shares(12 * MILLION))
    accepted(ledger, split(12 * MILLION))


# --- opening balances --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "fits"), [("2026-02-01", False), ("2026-02-02", True), ("2026-02-03", True)])
@pytest.mark.parametrize("order", ["opening first", "issue first"])
def test_nothing_moves_a_class_before_its_opening_balance(on: str, fits: bool, order: str) -> None:
    issue, opening = common_issued(effective_on=on), opening_balance_adopted(effective_on=DEALT)
    first, second = (opening, issue) if order == "opening first" else (issue, opening)
    ledger = with_record(first)

    if fits:
        accepted(ledger, second)
        return
    error = refused(ledger, second)
    assert (type(error), error.code) == (BeforeOpening, "E_BEFORE_OPENING")
    assert fields(error) == (COMMON, *((7, 8) if order == "opening first" else (8, 7)))


def test_another_class_may_move_before_the_opening_balance() -> None:
    accepted(with_record(opening_balance_adopted(effective_on=DEALT)), preferred_issued(effective_on="2026-01-15"))


# --- registers taken over as stated ------------------------------------------------------------------------------


def overissued() -> Ledger:
    """Return a company that took over a register with one share more than was authorized."""
    ledger = company()
    accepted(ledger, common_issued(issued=10 * MILLION + 1), as_stated=True)
    return ledger


def test_a_register_is_taken_over_as_stated_though_its_limits_do_not_hold() -> None:
    accepted(company(), shares_transferred(transferred=5), as_stated=True)
    accepted(overissued(), common_issued(issued=1), as_stated=True)


def test_what_a_register_names_must_be_known_even_as_stated() -> None:
    assert type(refused(company(), common_issued(holder="zed"), as_stated=True)) is UnknownName
    assert type(refused(company(), preferred_issued(stock_class="common"), as_stated=True)) is TermsIncomplete


def test_a_breach_that_was_there_does_not_block_what_leaves_it_as_it_is() -> None:
    ledger = overissued()

    accepted(ledger, shares_transferred(transferred=1))
    accepted(ledger, preferred_issued())
    accepted(ledger, common_issued(holder="bob", issued=1), shares_cancelled(holder="bob", cancelled=1))


def test_a_breach_that_was_there_is_not_deepened() -> None:
    error = refused(overissued(), common_issued(issued=1))

    assert fields(error)[1:3] == (Authorized(10 * MILLION), Shares(10 * MILLION + 2))


def test_a_breach_that_was_there_may_be_mended_and_is_then_a_limit_again() -> None:
    ledger = overissued()

    accepted(ledger, shares_cancelled(cancelled=1))

    assert type(refused(ledger, common_issued(issued=1))) is AuthorizedExceeded


def test_a_holding_below_zero_is_not_deepened_on_any_later_day() -> None:
    ledger = company()
    accepted(ledger, shares_transferred(transferred=5), as_stated=True)

    error = refused(ledger, shares_transferred(transferred=1, effective_on="2026-03-01"))

    assert (type(error), fields(error)[3:5]) == (HoldingExceeded, (Shares.of_units(-5 * 10**10), Shares(1)))
    accepted(ledger, common_issued(issued=5, effective_on="2026-03-01"))
    accepted(ledger, common_issued(issued=5, effective_on="2026-01-15"))


# --- precedence and coverage -------------------------------------------------------------------------------------


def test_rules_stand_in_the_order_in_which_they_are_told() -> None:
    """Unknown before too fine, a broken rule before a broken limit, the earlier day before the later."""
    both = common_issued(holder="zed", issued="10000000.5")
    limit = common_issued(issued=10 * MILLION + 1, effective_on="2026-02-03")

    assert type(refused(company(), both)) is UnknownName
    assert type(refused(company(), limit, common_issued(holder="zed", effective_on="2026-02-04"))) is (
        AuthorizedExceeded
    )
    assert type(refused(company(), common_issued(issued="10000000.5"))) is TooManyDecimals


IN_ROOMS_OF_THEIR_OWN = {
    "instrument_prices_are_restated": "test_warrants.py",
    "instruments_are_of_their_kind": "test_warrants.py",
    "class_rights_are_restated": "test_class_rights.py",
    "vesting_conditions_are_named": "test_awards.py",
    "dividends_are_paid_as_declared": "test_dividends.py",
    "restrictions_end_as_they_began": "test_restrictions.py",
    "transfers_are_unrestricted": "test_restrictions.py",
    "limits_are_raised_after_notice": "test_restrictions.py",
    "erases_what_is_there": "test_erasures.py",
}
"""Rules of one family of events, and the file that tests them."""


def test_every_rule_is_tested_here_or_with_its_family() -> None:
    names = {rule.__name__ for rule in (*FACT_RULES, *COMMAND_RULES)} - IN_ROOMS_OF_THEIR_OWN.keys()

    assert all((Path(__file__).parent / file).exists() for file in IN_ROOMS_OF_THEIR_OWN.values())
    assert names == {
        "one_name_one_thing",
        "known_by_then",
        "issued_as_designated",
        "named_as_its_kind",
        "shares_under_an_agreement_are_named",
        "currency_of_the_commitment",
        "remedy_was_agreed",
        "decimals_of_the_class",
        "merges_end_somewhere",
        "conversion_terms_are_complete",
        "order_around_a_split",
        "nothing_before_the_opening_balance",
        "issuer_first",
        "corrects_a_standing_entry",
        "check_digits",
        "time_zone_exists",
        "characters_are_assigned",
    }


# --- running totals against the whole record ---------------------------------------------------------------------


class SweepingGate(Gate):
    """Checks every command by walking through the whole record."""

    def _at_the_end(self, *unused: object, **also_unused: object) -> bool:
        return False


_DAYS = st.integers(1, 6).map(lambda n: f"2026-02-{n:02}") | st.tuples(st.integers(1, 6), st.integers(0, 3)).map(
    lambda pair: f"2026-02-{pair[0]:02}" + (f"/2026-02-{pair[0] + pair[1]:02}" if pair[1] else "")
)
_HOLDERS = st.sampled_from(["ada", "bob", "fund"])
_FEW = st.integers(1, 6)
_WARRANTS = st.sampled_from(["w-1", "w-2"])


def _dated(make: Callable[..., Event], *, exact: bool = False, **fields: Any) -> st.SearchStrategy[Event]:
    on = st.integers(1, 6).map(lambda n: f"2026-02-{n:02}") if exact else _DAYS
    phases = st.sampled_from([Phase.ORDINARY, Phase.ORDINARY, Phase.OPENING, Phase.CLOSE])
    places = st.none() | st.integers(1, 2).map(Count)
    return st.fixed_dictionaries({"effective_on": on, "phase": phases, "place": places, **fields}).map(
        lambda drawn: make(**drawn)
    )


def _transferred(**drawn: Any) -> Event:
    if drawn["from_holder"] == drawn["to_holder"]:
        drawn["to_holder"] = {"ada": "bob", "bob": "fund", "fund": "ada"}[drawn["from_holder"]]
    return shares_transferred(**drawn)


def _split(ratio: str, **drawn: Any) -> Event:
    return stock_split_effected(ratio=ratio, **drawn)


_TRANCHES = st.sampled_from([None, TrancheId("t1"), TrancheId("t2")])
_MONEY = st.sampled_from(["100000 USD", "300000 USD", "500000 USD", "1 EUR"])
_EVENTS = st.one_of(
    _dated(common_issued, holder=_HOLDERS, issued=_FEW),
    _dated(common_issued, holder=_HOLDERS, issued=_FEW),
    _dated(_transferred, from_holder=_HOLDERS, to_holder=_HOLDERS, transferred=_FEW),
    _dated(_transferred, from_holder=_HOLDERS, to_holder=_HOLDERS, transferred=_FEW),
    _dated(shares_repurchased, holder=_HOLDERS, repurchased=_FEW),
    _dated(treasury_shares_reissued, holder=_HOLDERS, reissued=_FEW),
    _dated(shares_reserved, reserved=_FEW),
    _dated(reserve_released, released=_FEW),
    _dated(common_issued, holder=_HOLDERS, issued=_FEW, reserve=st.just("plan")),
    _dated(authorized_shares_changed, authorized=st.integers(3, 12)),
    _dated(preferred_issued, issued=_FEW),
    _dated(shares_converted, surrendered=_FEW, received=_FEW),
    _dated(holder_registered, holder=st.sampled_from(["zed", "yan"])),
    _dated(common_issued, holder=st.sampled_from(["zed", "yan"]), issued=_FEW),
    _dated(common_issued, holder=_HOLDERS, issued=_FEW, security=st.sampled_from(["CS-1", "CS-2"])),
    _dated(_split, exact=True, ratio=st.sampled_from(["2", "1/2"])),
    _dated(warrant_issued, warrant=_WARRANTS, holder=_HOLDERS, purchasable=_FEW),
    _dated(warrant_exercised, warrant=_WARRANTS, holder=_HOLDERS, received=_FEW),
    _dated(
        instrument_adjusted,
        instrument=_WARRANTS,
        cause=st.sampled_from([AdjustmentCause.SPLIT, AdjustmentCause.ANTI_DILUTION]),
        price=st.sampled_from(["1 USD", "4 USD"]),
    ),
    _dated(tranche_closed, tranche=_TRANCHES, closed=_MONEY),
    _dated(commitment_lapsed, tranche=_TRANCHES, lapsed=_MONEY),
    _dated(holder_merged, holder=_HOLDERS.filter(lambda name: name != "ada"), into=st.just("ada")),
    _dated(opening_balance_adopted, exact=True, treasury=_FEW, scope=st.just(Scope.COMPLETE)),
    st.integers(7, 14).map(entry_voided),
    st.tuples(st.integers(7, 14), _FEW).map(
        lambda pair: entry_restated(pair[0], restated_as=common_issued(issued=pair[1]))
    ),
)
_COMMANDS = st.lists(
    st.tuples(st.lists(_EVENTS, min_size=1, max_size=3), st.sampled_from([False, False, False, True])),
    min_size=1,
    max_size=8,
)


def outcome(ledger: Ledger, events: Sequence[Event], as_stated: bool) -> object:
    try:
        ledger.record(*events, as_stated=as_stated)
    except RuleBroken as error:
        return type(error), error.fields()
    return len(ledger.entries())


@given(_COMMANDS)
@example([([shares_transferred(effective_on="2026-02-02"), common_issued(effective_on="2026-02-03")], False)])
@example(
    [
        ([common_issued(issued=5), shares_transferred(transferred=5)], False),
        ([shares_transferred(transferred=1, effective_on="2026-02-03"), common_issued(issued=1)], False),
    ]
)
@example(
    [
        ([shares_reserved(reserved=1, effective_on="2026-02-01")], False),
        ([authorized_shares_changed(authorized=3, place=Count(1))], False),
        ([common_issued(issued=4)], False),
    ]
)
def test_running_totals_and_the_whole_record_let_the_same_commands_through(
    commands: list[tuple[list[Event], bool]],
) -> None:
    quick, thorough = (with_record([authorized_shares_changed(authorized=8), agreement_signed()]) for _ in "12")
    thorough._gate = SweepingGate()

    for events, as_stated in commands:
        assert outcome(quick, events, as_stated) == outcome(thorough, events, as_stated)
        fresh = totals(sweep(standing(quick.entries())).book)
        if quick._rules()._size == len(quick.entries()):
            assert totals(quick._rules()._sweep.book) == fresh


@given(_COMMANDS)
def test_a_refused_command_leaves_entries_and_book_equal(commands: list[tuple[list[Event], bool]]) -> None:
    ledger = with_record([authorized_shares_changed(authorized=8), agreement_signed()])

    for events, as_stated in commands:
        entries, book = [*ledger.entries()], totals(ledger._rules()._sweep.book)
        if isinstance(outcome(ledger, events, as_stated), tuple):
            assert [*ledger.entries()] == entries
            assert totals(ledger._rules()._sweep.book) == book


@given(_COMMANDS)
def test_what_was_let_through_breaks_no_rule(commands: list[tuple[list[Event], bool]]) -> None:
    ledger = with_record([authorized_shares_changed(authorized=8), agreement_signed()])

    for events, _ in commands:
        outcome(ledger, events, as_stated=False)

    assert sweep(standing(ledger.entries())).breaches == []


def test_an_entry_number_is_one_of_the_fields_of_a_refusal() -> None:
    error = refused(company(), shares_transferred(transferred=1))

    assert isinstance(error, HoldingExceeded)
    assert type(error.entry) is EntryNumber
    assert os.linesep not in error.line()


def _texts(value: Any) -> list[str]:
    """Return every text within an event but identifiers, which are plain letters."""
    if isinstance(value, Personal):
        return [value.value or ""]
    if isinstance(value, str):
        return [] if isinstance(value, Identifier) else [value]
    if isinstance(value, tuple):
        return [text for each in value for text in _texts(each)]
    fields = attrs.fields(type(value)) if attrs.has(type(value)) else ()
    return [text for field in fields for text in _texts(getattr(value, field.name))]


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.KIND)
def test_the_characters_of_every_text_of_an_event_are_looked_at(kind: type[Event]) -> None:
    event = in_full(kind)

    assert set(_texts(event)) <= set(texts_in(event))


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if issubclass(kind, Fact)], ids=lambda kind: kind.KIND)
def test_a_rule_that_says_that_a_kind_does_not_concern_it_has_nothing_to_say_of_it(kind: type[Event]) -> None:
    book = sweep(standing(company().entries())).book
    asked = Entry(EntryNumber(7), datetime(2026, 3, 1, tzinfo=UTC), "counsel", CommandId("c"), in_full(kind), "")
    (each,) = standing([asked])

    for rule in FACT_RULES:
        assert concerns(rule, kind) or not list(rule(book, each))
