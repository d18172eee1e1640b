from datetime import date
from typing import Any

import pytest

from ledger import (
    AgreementId,
    Authorized,
    CommandId,
    ConversionRight,
    FractionPolicy,
    HolderId,
    HolderKind,
    IssuerId,
    Ledger,
    Money,
    Phase,
    Price,
    Ratio,
    Remedy,
    SecurityId,
    Shares,
    StockClassId,
    StockClassKind,
    Tranche,
    TrancheId,
    between,
    on,
)
from ledger.commands import (
    CloseTranche,
    ConvertShares,
    ExerciseRemedy,
    IssueShares,
    RenameHolder,
    ReserveShares,
    RestateEntry,
    SplitStock,
    TakeShares,
    VoidCommand,
    as_first_seen,
)
from ledger.errors import (
    CommandReused,
    ConversionNotWhole,
    CorrectionMisplaced,
    CurrencyMismatch,
    HoldingExceeded,
    NotConvertible,
    NotUnderstood,
    TermsIncomplete,
    UnknownName,
)
from ledger.events import (
    AgreementAmended,
    AgreementSigned,
    ClassTermsAmended,
    CommonIssued,
    EntryRestated,
    EntryVoided,
    HolderRegistered,
    IssuerRegistered,
    PreferredIssued,
    RegisterScopeDeclared,
    RemedyExercised,
    SharesConverted,
    SharesRedeemed,
    StockClassDesignated,
    StockSplitEffected,
    TrancheClosed,
)
from ledger.identity import Count, EntryNumber, ReserveId
from ledger.movements import Scope
from projections import cap_table, commitments
from tests import builders as a

COMMON, SERIES_K = StockClassId("common"), StockClassId("series-k")
FUND, AGREEMENT = HolderId("fund"), AgreementId("purchase")
FIRST, SECOND = TrancheId("first"), TrancheId("second")
START = on("2017-02-08")


def signed(price: str = "0.004", right: ConversionRight | None = None) -> Ledger:
    """Return a ledger with an agreement over 2,000 Series K of $1,000 in two tranches."""
    ledger = Ledger.in_memory()
    ledger.record(
        IssuerRegistered(
            effective_on=START,
            issuer=IssuerId("acme"),
            legal_name="Acme Inc.",
            jurisdiction="US-DE",
            time_zone="America/Denver",
        ),
        StockClassDesignated(
            effective_on=START,
            stock_class=COMMON,
            class_kind=StockClassKind.COMMON,
            title="Common",
            authorized=Authorized.UNLIMITED,
        ),
        StockClassDesignated(
            effective_on=START,
            stock_class=SERIES_K,
            class_kind=StockClassKind.PREFERRED,
            title="Series K",
            authorized=Authorized(2_000),
            stated_value=Price(1_000, "USD"),
            conversion=right or ConversionRight(into=COMMON, price=Price(price, "USD")),
        ),
        HolderRegistered(
            effective_on=START, holder=FUND, holder_kind=HolderKind.ORGANISATION, legal_name="Fund Ltd."
        ),
        AgreementSigned(
            effective_on=START,
            agreement=AGREEMENT,
            investor=FUND,
            title="Purchase Agreement",
            commitment=Money(2_000_000, "USD"),
            buys=SERIES_K,
            price=Price(1_000, "USD"),
            tranches=tuple(
                Tranche(tranche=name, due_on=date(2017, month, 1), amount=Money(1_000_000, "USD"))
                for name, month in ((FIRST, 3), (SECOND, 4))
            ),
            remedy=Remedy(redeemable=Ratio("1/2"), price=Price("0.01", "USD")),
        ),
    )
    return ledger


def closed(ledger: Ledger, paid: Money | None = None) -> Ledger:
    command = CloseTranche(
        agreement=AGREEMENT, tranche=FIRST, on=on("2017-03-01"), security=SecurityId("K-1"), paid=paid
    )
    ledger.record(*command.events(ledger), command="closing-1")
    return ledger


def convert(shares: int, **more: object) -> ConvertShares:
    return ConvertShares(
        holder=FUND,
        from_class=SERIES_K,
        surrendered=Shares(shares),
        on=on("2017-05-05"),
        **more,  # type: ignore[arg-type]
    )


def test_closing_a_tranche_pays_what_is_undrawn_of_it_and_issues_what_it_buys() -> None:
    ledger = closed(signed())

    balance = commitments(ledger, as_of="2017-03-01")["purchase"]

    assert balance.closed.exact == Money(1_000_000, "USD")
    assert balance.undrawn.exact == Money(1_000_000, "USD")
    assert balance.shares.issued.exact == Shares(1_000)


def test_a_closing_in_part_leaves_the_rest_of_the_tranche_undrawn() -> None:
    ledger = closed(signed(), Money(400_000, "USD"))

    first = commitments(ledger, as_of="2017-03-01")["purchase"].tranches[0]

    assert (first.closed.exact, first.undrawn.exact) == (Money(400_000, "USD"), Money(600_000, "USD"))


def test_a_closing_that_does_not_buy_whole_shares_is_refused() -> None:
    with pytest.raises(TermsIncomplete, match="whole shares"):
        closed(signed(), Money(400_500, "USD"))


def test_a_closing_under_an_agreement_that_nobody_signed_is_refused() -> None:
    command = CloseTranche(
        agreement=AgreementId("other"), tranche=FIRST, on=on("2017-03-01"), security=SecurityId("K-1")
    )
    with pytest.raises(UnknownName):
        command.events(signed())


def test_a_closing_of_a_tranche_that_the_agreement_has_not_is_refused() -> None:
    command = CloseTranche(
        agreement=AGREEMENT, tranche=TrancheId("third"), on=on("2017-03-01"), security=SecurityId("K-1")
    )
    with pytest.raises(UnknownName) as refused:
        command.events(signed())

    assert refused.value.fields()[:3] == ("tranche", "third", date(2017, 3, 1))


def test_a_closing_issues_common_where_common_is_bought() -> None:
    ledger, agreement = signed(), AgreementId("common-purchase")
    ledger.record(
        AgreementSigned(
            effective_on=START,
            agreement=agreement,
            investor=FUND,
            title="Common Stock Purchase Agreement",
            commitment=Money(1_000, "USD"),
            buys=COMMON,
            price=Price("0.5", "USD"),
            tranches=(Tranche(tranche=FIRST, due_on=date(2017, 3, 1), amount=Money(1_000, "USD")),),
        )
    )
    command = CloseTranche(agreement=agreement, tranche=FIRST, on=on("2017-03-01"), security=SecurityId("C-1"))

    recorded = ledger.record(*command.events(ledger))

    issue = recorded.entries[1].event
    assert isinstance(issue, CommonIssued)
    assert (issue.stock_class, issue.issued) == (COMMON, Shares(2_000))


def test_what_is_paid_is_stated_where_what_is_undrawn_is_open() -> None:
    ledger = signed()
    ledger.record(
        TrancheClosed(
            effective_on=between("2017-02-20", "2017-03-20"),
            agreement=AGREEMENT,
            tranche=FIRST,
            closed=Money(300_000, "USD"),
        )
    )

    with pytest.raises(TermsIncomplete, match="State what was paid"):
        closed(ledger)
    closed(ledger, Money(700_000, "USD"))


def test_1400_series_k_convert_into_exactly_350_million_common() -> None:
    """Press release of 20 June 2017: $1,400,000 at $0.0040."""
    ledger = closed(signed())
    (event,) = convert(1_400).events(ledger)

    assert isinstance(event, SharesConverted)
    assert event.received == Shares(350_000_000)


def test_the_only_lot_of_a_holder_is_taken_without_being_named() -> None:
    ledger = closed(signed())

    ledger.record(*convert(800).events(ledger))

    assert cap_table(ledger, as_of="2017-05-05").shares("fund", "common").exact == Shares(200_000_000)


def test_a_holder_of_several_lots_must_name_one() -> None:
    ledger = closed(signed())
    second = CloseTranche(agreement=AGREEMENT, tranche=SECOND, on=on("2017-04-01"), security=SecurityId("K-2"))
    ledger.record(*second.events(ledger))

    with pytest.raises(TermsIncomplete, match="K-1, K-2"):
        convert(1).events(ledger)
    (event,) = convert(1, security=SecurityId("K-2")).events(ledger)
    assert isinstance(event, SharesConverted)
    assert event.security == "K-2"


def test_a_result_that_is_not_whole_needs_a_named_rounding() -> None:
    """1,000 ÷ 0.003 = 333,333 and a third."""
    ledger = closed(signed(price="0.003"))

    with pytest.raises(ConversionNotWhole) as refused:
        convert(1).events(ledger)
    assert refused.value.exact * 3 == 1_000_000
    (event,) = convert(1, rounding=FractionPolicy.DOWN).events(ledger)
    assert isinstance(event, SharesConverted)
    assert event.received == Shares(333_333)


def test_before_the_designation_there_is_no_right_to_convert() -> None:
    command = ConvertShares(holder=FUND, from_class=SERIES_K, surrendered=Shares(1), on=on("2017-02-07"))
    with pytest.raises(NotConvertible):
        command.events(signed())


def test_the_remedy_redeems_half_of_what_is_outstanding_at_a_cent() -> None:
    """Series K agreement: the company may redeem 50 % of the Series K then outstanding at $0.01 a share."""
    ledger = closed(signed())
    remedy = ExerciseRemedy(agreement=AGREEMENT, tranche=SECOND, holder=FUND, on=on("2017-04-02"))

    ledger.record(*remedy.events(ledger))

    assert cap_table(ledger, as_of="2017-04-02").shares("fund", "series-k").exact == Shares(500)


def test_the_remedy_needs_shares_that_can_be_redeemed() -> None:
    remedy = ExerciseRemedy(agreement=AGREEMENT, tranche=SECOND, holder=FUND, on=on("2017-04-02"))
    with pytest.raises(HoldingExceeded):
        remedy.events(signed())


def remedy_of(tranche: TrancheId, day: str) -> ExerciseRemedy:
    return ExerciseRemedy(agreement=AGREEMENT, tranche=tranche, holder=FUND, on=on(day))


def test_the_remedy_is_not_worked_out_from_a_position_that_is_not_certain() -> None:
    ledger = closed(signed())
    ledger.record(
        SharesRedeemed(
            effective_on=between("2017-03-20", "2017-06-20"),
            holder=FUND,
            stock_class=SERIES_K,
            redeemed=Shares(200),
            security=SecurityId("K-1"),
        )
    )

    with pytest.raises(TermsIncomplete, match="from 800 to 1,000 series-k"):
        remedy_of(SECOND, "2017-04-02").events(ledger)
    (event,) = remedy_of(SECOND, "2017-06-20").events(ledger)
    assert isinstance(event, RemedyExercised)
    assert event.redeemed == Shares(400)


@pytest.mark.parametrize(("day", "missed"), [("2017-03-31", False), ("2017-04-01", True), ("2017-04-02", True)])
def test_a_tranche_is_not_missed_before_it_is_due(day: str, missed: bool) -> None:
    ledger = closed(signed())

    if missed:
        assert remedy_of(SECOND, day).events(ledger)
    else:
        with pytest.raises(TermsIncomplete, match="is due on 2017-04-01"):
            remedy_of(SECOND, day).events(ledger)


def test_a_tranche_that_was_closed_was_not_missed() -> None:
    with pytest.raises(TermsIncomplete, match="nothing of tranche first is undrawn"):
        remedy_of(FIRST, "2017-04-02").events(closed(signed()))


def test_a_tranche_of_which_a_part_was_closed_was_missed() -> None:
    ledger = closed(signed(), Money(400_000, "USD"))

    (event,) = remedy_of(FIRST, "2017-04-02").events(ledger)

    assert isinstance(event, RemedyExercised)
    assert event.redeemed == Shares(200)


def test_in_a_partial_register_what_is_undrawn_says_nothing() -> None:
    ledger = closed(signed())
    ledger.record(RegisterScopeDeclared(effective_on=START, stock_class=SERIES_K, scope=Scope.PARTIAL))

    assert remedy_of(FIRST, "2017-04-02").events(ledger)


def test_the_remedy_for_a_tranche_that_the_agreement_has_not_is_refused() -> None:
    with pytest.raises(UnknownName) as refused:
        remedy_of(TrancheId("secund"), "2017-04-02").events(closed(signed()))

    assert refused.value.fields() == ("tranche", "secund", date(2017, 4, 2), "second")


@pytest.mark.parametrize(
    ("right", "after"),
    [
        (ConversionRight(into=COMMON, price=Price("0.004", "USD")), "4 USD"),
        (ConversionRight(into=COMMON, price=Price("0.0003", "USD")), "0.3 USD"),
        (ConversionRight(into=COMMON, ratio=Ratio(250_000)), "250"),
    ],
)
def test_a_split_divides_the_conversion_price_exactly(right: ConversionRight, after: str) -> None:
    ledger = signed(right=right)
    split = SplitStock(
        stock_class=COMMON,
        ratio=Ratio("1/1000"),
        on=date(2018, 7, 20),
        phase=Phase.CLOSE,
        fractions=FractionPolicy.UP,
        authorized=Authorized.UNLIMITED,
    )

    (event,) = split.events(ledger)

    assert isinstance(event, StockSplitEffected)
    (terms,) = [terms for terms in event.resulting if terms.stock_class == SERIES_K]
    assert terms.conversion is not None
    assert str(terms.conversion.price or terms.conversion.ratio) == after
    ledger.record(event)


def test_splitting_the_preferred_leaves_the_holder_the_same_common() -> None:
    ledger = closed(signed())
    split = SplitStock(
        stock_class=SERIES_K,
        ratio=Ratio(10),
        on=date(2017, 3, 2),
        phase=Phase.OPENING,
        fractions=FractionPolicy.UP,
        authorized=Authorized(20_000),
    )
    ledger.record(*split.events(ledger))

    (event,) = convert(10_000).events(ledger)

    assert isinstance(event, SharesConverted)
    assert event.received == Shares(250_000_000)


def test_a_split_keeps_the_decimals_of_the_class() -> None:
    ledger = signed()
    units = StockClassId("units")
    ledger.record(
        StockClassDesignated(
            effective_on=START,
            stock_class=units,
            class_kind=StockClassKind.COMMON,
            title="Units",
            authorized=Authorized.UNLIMITED,
            decimals=Count(2),
        ),
        CommonIssued(effective_on=START, holder=FUND, stock_class=units, issued=Shares("10.25")),
    )
    split = SplitStock(
        stock_class=units,
        ratio=Ratio(2),
        on=date(2018, 7, 20),
        phase=Phase.CLOSE,
        fractions=FractionPolicy.DOWN,
        authorized=Authorized.UNLIMITED,
    )

    ledger.record(*split.events(ledger))

    assert cap_table(ledger, as_of="2018-07-20").shares("fund", "units").exact == Shares("20.5")


# --- the phase of the day ----------------------------------------------------------------------------------------

SPLIT_ON = on("2018-07-02")


def split_that_day(phase: Phase) -> Ledger:
    """Return a ledger in which 1,000 Series K are held, and 20 common became one in a phase of the day."""
    ledger = closed(signed(price="2"))
    split = SplitStock(
        stock_class=COMMON,
        ratio=Ratio("1/20"),
        on=SPLIT_ON.earliest,
        phase=phase,
        fractions=FractionPolicy.UP,
        authorized=Authorized.UNLIMITED,
    )
    ledger.record(*split.events(ledger))
    return ledger


@pytest.mark.parametrize(
    ("split", "phase", "received"),
    [
        (Phase.CLOSE, Phase.OPENING, 500),
        (Phase.CLOSE, Phase.ORDINARY, 500),
        (Phase.ORDINARY, Phase.OPENING, 500),
        (Phase.OPENING, Phase.ORDINARY, 25),
    ],
)
def test_a_conversion_on_the_day_of_a_split_is_in_the_units_of_its_phase(
    split: Phase, phase: Phase, received: int
) -> None:
    """1,000 ÷ 2 = 500 before a split of 1 for 20, and 25 after it."""
    ledger = split_that_day(split)
    command = ConvertShares(holder=FUND, from_class=SERIES_K, surrendered=Shares(1), on=SPLIT_ON, phase=phase)

    (event,) = command.events(ledger)

    assert isinstance(event, SharesConverted)
    assert (event.received, event.phase) == (Shares(received), phase)
    ledger.record(event)
    assert cap_table(ledger, as_of=SPLIT_ON.latest).shares("fund", "common").exact == Shares(25)


def test_a_command_is_business_of_the_day_unless_it_says_otherwise() -> None:
    ledger = split_that_day(Phase.CLOSE)

    (event,) = ConvertShares(holder=FUND, from_class=SERIES_K, surrendered=Shares(1), on=SPLIT_ON).events(ledger)

    assert isinstance(event, SharesConverted)
    assert (event.received, event.phase) == (Shares(500), Phase.ORDINARY)


@pytest.mark.parametrize(("phase", "bought"), [(Phase.ORDINARY, 1_000), (Phase.CLOSE, 2_000)])
def test_a_closing_pays_the_price_of_its_phase(phase: Phase, bought: int) -> None:
    ledger = signed()
    amended = AgreementAmended(
        effective_on=on("2017-03-01"), phase=Phase.CLOSE, agreement=AGREEMENT, price=Price(500, "USD")
    )
    ledger.record(amended)
    command = CloseTranche(
        agreement=AGREEMENT, tranche=FIRST, on=on("2017-03-01"), security=SecurityId("K-1"), phase=phase
    )

    closing, issue = command.events(ledger)

    assert isinstance(closing, TrancheClosed)
    assert isinstance(issue, PreferredIssued)
    assert (closing.phase, issue.phase, issue.issued) == (phase, phase, Shares(bought))


@pytest.mark.parametrize(("phase", "redeemed"), [(Phase.ORDINARY, 500), (Phase.CLOSE, 250)])
def test_a_remedy_is_that_of_its_phase(phase: Phase, redeemed: int) -> None:
    ledger = closed(signed())
    amended = AgreementAmended(
        effective_on=on("2017-04-02"),
        phase=Phase.CLOSE,
        agreement=AGREEMENT,
        remedy=Remedy(redeemable=Ratio("1/4"), price=Price("0.01", "USD")),
    )
    ledger.record(amended)
    command = ExerciseRemedy(agreement=AGREEMENT, tranche=SECOND, holder=FUND, on=on("2017-04-02"), phase=phase)

    (event,) = command.events(ledger)

    assert isinstance(event, RemedyExercised)
    assert (event.redeemed, event.phase) == (Shares(redeemed), phase)


@pytest.mark.parametrize(
    ("phase", "price"), [(Phase.OPENING, "40 USD"), (Phase.ORDINARY, "80 USD"), (Phase.CLOSE, "80 USD")]
)
def test_a_split_rescales_the_terms_of_its_phase(phase: Phase, price: str) -> None:
    """The conversion price of 2 becomes 4 in the course of the day."""
    ledger = closed(signed(price="2"))
    ledger.record(
        ClassTermsAmended(
            effective_on=SPLIT_ON,
            stock_class=SERIES_K,
            conversion=ConversionRight(into=COMMON, price=Price(4, "USD")),
        )
    )
    split = SplitStock(
        stock_class=COMMON,
        ratio=Ratio("1/20"),
        on=SPLIT_ON.earliest,
        phase=phase,
        fractions=FractionPolicy.UP,
        authorized=Authorized.UNLIMITED,
    )

    (event,) = split.events(ledger)

    assert isinstance(event, StockSplitEffected)
    (terms,) = [terms for terms in event.resulting if terms.stock_class == SERIES_K]
    assert terms.conversion is not None
    assert str(terms.conversion.price) == price


# --- what was recorded -------------------------------------------------------------------------------------------


def test_all_entries_of_a_command_are_voided_together() -> None:
    ledger = closed(signed())

    (event,) = VoidCommand(command=CommandId("closing-1"), reason="entered twice").events(ledger)
    assert isinstance(event, EntryVoided)
    ledger.record(event)

    assert event.entries == (6, 7)
    assert commitments(ledger, as_of="2017-03-01")["purchase"].undrawn.exact == Money(2_000_000, "USD")
    with pytest.raises(CorrectionMisplaced):
        VoidCommand(command=CommandId("closing-1"), reason="again").events(ledger)
    with pytest.raises(UnknownName):
        VoidCommand(command=CommandId("closing-2"), reason="unknown").events(ledger)


def test_a_command_only_reads_the_ledger() -> None:
    ledger = closed(signed())
    before = list(ledger.entries())

    convert(800).events(ledger)

    assert list(ledger.entries()) == before


# --- closings and conversions as papers state them ---------------------------------------------------------------


def test_a_payment_that_no_tranche_is_named_for_is_closed_as_stated() -> None:
    """The founding case: closings are not public, and each is deduced without a tranche."""
    ledger = signed()
    command = CloseTranche(
        agreement=AGREEMENT, on=on("2017-03-01"), security=SecurityId("K-1"), paid=Money(800_000, "USD")
    )

    closing, issue = command.events(ledger)

    assert isinstance(closing, TrancheClosed)
    assert isinstance(issue, PreferredIssued)
    assert (closing.tranche, issue.tranche, issue.issued) == (None, None, Shares(800))
    ledger.record(closing, issue)


def test_a_payment_that_no_tranche_is_named_for_must_be_stated() -> None:
    command = CloseTranche(agreement=AGREEMENT, on=on("2017-03-01"), security=SecurityId("K-1"))

    with pytest.raises(TermsIncomplete, match="state what was paid"):
        command.events(signed())


def test_a_payment_in_another_currency_is_refused_as_that() -> None:
    with pytest.raises(CurrencyMismatch):
        closed(signed(), Money(400_000, "EUR"))


def test_a_tranche_that_is_closed_has_nothing_left_to_close() -> None:
    ledger = closed(signed())

    with pytest.raises(TermsIncomplete, match="nothing of tranche first is undrawn on 2017-03-01"):
        closed(ledger)


def test_a_conversion_may_be_recorded_as_its_papers_state_it() -> None:
    ledger = closed(signed())

    (event,) = convert(1, to_class=COMMON, received=Shares(7)).events(ledger)
    (by_the_terms_but_for_the_count,) = convert(1, received=Shares(7)).events(ledger)

    assert isinstance(event, SharesConverted)
    assert (event.to_class, event.received, event.security) == (COMMON, Shares(7), "K-1")
    assert by_the_terms_but_for_the_count == event


def test_terms_convert_into_no_other_class_than_they_say() -> None:
    with pytest.raises(NotConvertible):
        convert(1, to_class=StockClassId("series-l")).events(closed(signed()))


# --- what is known from the record need not be said --------------------------------------------------------------


@pytest.mark.parametrize(
    ("stock_class", "kind", "built"),
    [("common", CommonIssued, a.common_issued), ("series-a", PreferredIssued, a.preferred_issued)],
)
def test_shares_are_issued_as_what_their_class_is(stock_class: str, kind: type, built: Any) -> None:
    command = IssueShares(
        holder=HolderId("ada"), stock_class=StockClassId(stock_class), issued=Shares(5), on=on(a.DEALT)
    )

    (event,) = command.events(a.company())

    assert type(event) is kind
    assert event == built(holder="ada", stock_class=stock_class, issued=5)


def test_shares_of_a_class_that_nobody_designated_are_not_issued() -> None:
    command = IssueShares(
        holder=HolderId("ada"), stock_class=StockClassId("comon"), issued=Shares(5), on=on(a.DEALT)
    )

    with pytest.raises(UnknownName) as refused:
        command.events(a.company())

    assert refused.value.nearest == "common"


TAKING: list[Any] = [a.shares_transferred, a.shares_cancelled, a.shares_repurchased]


@pytest.mark.parametrize("built", TAKING)
def test_the_only_position_need_not_be_named(built: Any) -> None:
    ledger = a.company()
    ledger.record(a.common_issued(security="CS-1"))

    (event,) = TakeShares(fact=built()).events(ledger)

    assert event == built(security="CS-1")
    ledger.record(event)


@pytest.mark.parametrize("built", TAKING)
def test_one_position_of_several_must_be_named(built: Any) -> None:
    ledger = a.company()
    ledger.record(a.common_issued(security="CS-1"), a.common_issued(security="CS-2"))

    with pytest.raises(TermsIncomplete, match=r"CS-1, CS-2\. Name the security"):
        TakeShares(fact=built()).events(ledger)
    assert TakeShares(fact=built(security="CS-2")).events(ledger) == (built(security="CS-2"),)


def test_plain_book_entry_is_taken_from_where_nothing_is_named() -> None:
    ledger = a.company()
    ledger.record(a.common_issued(security="CS-1"), a.common_issued())

    assert TakeShares(fact=a.shares_transferred()).events(ledger) == (a.shares_transferred(),)


def reserve(name: str, purpose: str | None = None) -> ReserveShares:
    return ReserveShares(
        stock_class=COMMON, reserve=ReserveId(name), reserved=Shares(10), on=on(a.DEALT), purpose=purpose
    )


def test_a_reserve_that_is_there_keeps_its_purpose() -> None:
    ledger = a.company()
    ledger.record(a.shares_reserved())

    assert reserve("plan").events(ledger) == (a.shares_reserved(reserved=10),)
    assert reserve("plan", "Another").events(ledger) == (a.shares_reserved(reserved=10, purpose="Another"),)


def test_a_mistyped_reserve_is_no_new_one() -> None:
    ledger = a.company()
    ledger.record(a.shares_reserved())

    with pytest.raises(UnknownName) as refused:
        reserve("paln").events(ledger)
    assert refused.value.nearest == "plan"
    with pytest.raises(TermsIncomplete, match="State its purpose"):
        reserve("warrants").events(ledger)
    assert reserve("warrants", "Warrants").events(ledger)


@pytest.mark.parametrize(("holder", "field"), [("ada", "name"), ("fund", "legal_name")])
def test_a_new_name_is_kept_as_the_kind_of_party_needs(holder: str, field: str) -> None:
    command = RenameHolder(holder=HolderId(holder), name="Another Name", on=on(a.DEALT))

    assert command.events(a.company()) == (a.holder_renamed(holder=holder, **{field: "Another Name"}),)


def test_nobody_who_is_not_registered_is_renamed() -> None:
    with pytest.raises(UnknownName) as refused:
        RenameHolder(holder=HolderId("funt"), name="Another Name", on=on(a.DEALT)).events(a.company())

    assert refused.value.nearest == "fund"


# --- restating ---------------------------------------------------------------------------------------------------


def restate(entry: int, **changes: Any) -> RestateEntry:
    return RestateEntry(entry=EntryNumber(entry), changes=changes, reason="Misread the form.")


def test_a_restatement_changes_what_is_named_and_keeps_the_rest() -> None:
    ledger = a.company()
    issue = a.common_issued(security="CS-1", authority="Resolution 4", note="A note.")
    ledger.record(issue)

    (event,) = restate(7, issued="900", authority=None, effective_on="2026-02-03").events(ledger)

    meant = a.common_issued(security="CS-1", note="A note.", issued=900, effective_on="2026-02-03")
    assert event == a.entry_restated(7, restated_as=meant)
    ledger.record(event)
    assert cap_table(ledger, as_of="2026-02-03").shares("ada", "common").exact == Shares(900)


def test_what_was_restated_is_restated_from_what_it_says_now() -> None:
    ledger = a.company()
    ledger.record(a.common_issued(security="CS-1"))
    ledger.record(*restate(7, issued="900").events(ledger))

    (event,) = restate(8, holder="bob").events(ledger)

    meant = a.common_issued(security="CS-1", issued=900, holder="bob")
    assert event == a.entry_restated(8, restated_as=meant)
    ledger.record(event)


def test_particulars_that_are_not_named_keep_their_salt() -> None:
    ledger = a.company()
    before = ledger.entries()[3].event

    (event,) = restate(4, effective_on="2026-01-02").events(ledger)
    ledger.record(event)

    after = ledger.entries()[-1].event
    assert isinstance(before, HolderRegistered)
    assert isinstance(after, EntryRestated)
    assert isinstance(after.restated_as, HolderRegistered)
    assert before.name is not None
    assert after.restated_as.name is not None
    assert after.restated_as.name.commitment == before.name.commitment


@pytest.mark.parametrize(
    ("entry", "changes", "code"),
    [
        (7, {}, "E_TERMS"),
        (7, {"issued": "1000"}, "E_TERMS"),
        (7, {"issued": "0"}, "E_QUANTITY"),
        (7, {"isued": "1"}, "E_FIELD"),
        (7, {"number": "1"}, "E_READONLY_FIELD"),
        (7, {"holder": None}, "E_TYPE"),
        (7, {"effective_on": "03/04/2026"}, "E_DATE"),
        (9, {"issued": "1"}, "E_CORRECTS"),
        (8, {"reason": "Another."}, "E_CORRECTS"),
    ],
)
def test_what_cannot_be_restated_is_refused(entry: int, changes: dict[str, Any], code: str) -> None:
    ledger = a.company()
    ledger.record(a.common_issued())
    ledger.record(a.entry_voided(5))

    with pytest.raises((NotUnderstood, CorrectionMisplaced)) as refused:
        restate(entry, **changes).events(ledger)

    assert refused.value.code == code


# --- given again -------------------------------------------------------------------------------------------------


def test_a_command_that_works_something_out_counts_once_when_it_is_given_again() -> None:
    ledger = signed()
    closing = CloseTranche(agreement=AGREEMENT, tranche=FIRST, on=on("2017-03-01"), security=SecurityId("K-1"))

    def give() -> Any:
        return ledger.record(*closing.events(as_first_seen(ledger, "closing-1")), command="closing-1")

    first = give()
    ledger.record(*convert(500).events(ledger), command="conversion")
    again = give()

    assert (again.entries, first.repeated, again.repeated) == (first.entries, False, True)


def test_another_command_under_the_same_identity_is_refused() -> None:
    ledger = closed(signed())
    other = CloseTranche(agreement=AGREEMENT, tranche=SECOND, on=on("2017-04-01"), security=SecurityId("K-2"))

    with pytest.raises(CommandReused):
        ledger.record(*other.events(as_first_seen(ledger, "closing-1")), command="closing-1")


def test_what_was_not_recorded_sees_the_ledger_as_it_is() -> None:
    ledger = signed()

    assert as_first_seen(ledger, "closing-1") is ledger
    assert as_first_seen(ledger, None) is ledger
    assert as_first_seen(ledger, ledger.entries()[0].command) is ledger
