"""The register of certificates: nothing of the cap table is missing from it, and each certificate has its story."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from ledger import FractionPolicy, Ledger, Shares
from ledger.errors import NothingRecorded, UnknownName
from ledger.events import Event, Fact
from ledger.movements import Held, Source
from ledger.terms.awards import AwardKind
from projections import CertificateRegister, CertificateStatus, cap_table, certificates
from projections.bounds import exactly
from projections.certificates import _WAYS
from projections.effects import effect, pairs
from projections.replay import replay
from tests import builders
from tests.builders import common_issued, company, shares_converted, shares_transferred, stock_split_effected
from tests.projections.histories import CLASSES, SOME, as_of_days, histories, recorded

LAST = "2026-12-31"
JUNE = "2026-06-01/2026-06-30"


def by_position(found: CertificateRegister) -> dict[tuple[Any, ...], Any]:
    return {
        **{(line.holder, line.stock_class, line.security): line.shares for line in found},
        **{(line.holder, line.stock_class, None): line.shares for line in found.book_entry},
    }


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_every_position_is_on_it_with_what_is_in_it(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)
    balances = replay(ledger.history(as_of))
    positions = balances.grouped(lambda unit, account: (unit, account) if type(account) is Held else None)

    found = by_position(certificates(ledger, as_of=as_of))

    for (unit, account), (low, high) in positions.items():
        shares = found.pop((account.holder, unit, account.security), exactly(Shares(0)))
        assert (shares.low, shares.high) == (Shares.of_units(low), Shares.of_units(high))
    assert not found


@SOME
@given(histories(most=14), as_of_days)
def test_certificates_and_book_entry_add_up_to_the_cap_table(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)
    table, found = cap_table(ledger, as_of=as_of), by_position(certificates(ledger, as_of=as_of))
    for holder in builders.HOLDERS:
        for stock_class in CLASSES:
            mine = [shares for (who, of, _), shares in found.items() if (who, of) == (holder, stock_class)]
            held = table.shares(holder, stock_class).exact
            assert sum((shares.exact.as_fraction() for shares in mine), Fraction(0)) == held.as_fraction()


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_every_certificate_has_a_status_that_fits_what_is_in_it(events: list[Event], as_of: date) -> None:
    for line in certificates(recorded(events), as_of=as_of):
        possible = set(line.status.values)
        assert possible
        assert line.shares.low is not None
        assert line.shares.high is not None
        none_left = {CertificateStatus.GONE, CertificateStatus.NOT_YET}
        if line.shares.low > Shares(0):
            assert not possible & none_left
        if not line.shares.high:
            assert possible <= none_left
        if len(possible) > 1:
            assert any(each.is_open for each in line.lines)
        assert line.ways or not possible & {CertificateStatus.PARTLY_GONE}


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_of_each_class_certificates_and_book_entry_together_are_what_the_holders_have(
    events: list[Event], as_of: date
) -> None:
    ledger = recorded(events)
    table = cap_table(ledger, as_of=as_of)
    for each in certificates(ledger, as_of=as_of).classes:
        assert each.outstanding == table.stock_class(each.stock_class).outstanding
        if each.outstanding.is_exact and each.book_entry.is_exact:
            parts = each.in_certificates.exact + each.book_entry.exact
            assert parts == each.outstanding.exact


def test_what_may_go_from_one_certificate_into_another_is_in_certificates_all_the_while() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=100, security="CS-1"),
        shares_transferred(transferred=40, security="CS-1", received_as="CS-2", effective_on=JUNE),
        shares_transferred(transferred=10, security="CS-1", received_as="CS-3"),
        common_issued(issued=7),
    )
    (found,) = certificates(ledger, as_of="2026-06-15").classes

    assert (str(found.in_certificates), str(found.book_entry), str(found.outstanding)) == ("100", "7", "107")


# --- a story -----------------------------------------------------------------------------------------------------


def story() -> Ledger:
    """Return a company whose certificates were bought, sold in part, converted and split up.

    PA-1 (1,000 Series A, under the agreement) gave 300 to ada as PA-2 and was converted by 400 into CS-1 (500
    common), of which 200 went to bob as CS-2. Ada converted all of PA-2 into book entry (375 common).
    """
    ledger = company()
    ledger.record(
        builders.agreement_signed(),
        builders.preferred_issued(
            security="PA-1", agreement="spa", legends=("Not registered under the Act.",), effective_on="2026-02-03"
        ),
    )
    ledger.record(
        shares_transferred(
            from_holder="fund",
            to_holder="ada",
            stock_class="series-a",
            transferred=300,
            security="PA-1",
            received_as="PA-2",
            effective_on="2026-03-01",
        ),
        shares_converted(security="PA-1", received_as="CS-1", effective_on="2026-04-01"),
        shares_transferred(
            from_holder="fund",
            to_holder="bob",
            transferred=200,
            security="CS-1",
            received_as="CS-2",
            effective_on="2026-05-01",
        ),
        shares_converted(holder="ada", surrendered=300, received=375, security="PA-2", effective_on="2026-06-01"),
    )
    return ledger


def test_each_certificate_says_whose_it_is_how_it_came_and_what_became_of_it() -> None:
    found = certificates(story(), as_of=LAST)

    assert [
        (line.security, line.stock_class, line.holder, str(line.issued), str(line.shares), line.status_in_words())
        for line in found
    ] == [
        ("CS-1", "common", "fund", "500", "300", "partly transferred"),
        ("CS-2", "common", "bob", "200", "200", "outstanding"),
        ("PA-1", "series-a", "fund", "1000", "300", "partly transferred and converted"),
        ("PA-2", "series-a", "ada", "300", "0", "converted"),
    ]
    assert [(line.came_as, line.came_from, str(line.issued_on)) for line in found] == [
        ("issued on conversion", None, "2026-04-01"),
        ("transferred in", "fund", "2026-05-01"),
        ("issued", None, "2026-02-03"),
        ("transferred in", "fund", "2026-03-01"),
    ]
    assert [(line.holder, line.stock_class, str(line.shares)) for line in found.book_entry] == [
        ("ada", "common", "375")
    ]
    assert [line.name for line in found] == ["Fund LP", "Bob Quill", "Fund LP", "Ada Quill"]


def test_where_a_certificate_came_from_and_what_came_from_it_can_be_followed() -> None:
    found = certificates(story(), as_of=LAST)

    assert found.ancestors("CS-2") == ("CS-1", "PA-1")
    assert found.ancestors("PA-1") == ()
    assert found.descendants("PA-1") == ("PA-2", "CS-1", "CS-2")
    assert found.descendants("CS-2") == ()
    assert {line.security: (line.parent, line.children) for line in found} == {
        "PA-1": (None, ("PA-2", "CS-1")),
        "PA-2": ("PA-1", ()),
        "CS-1": ("PA-1", ("CS-2",)),
        "CS-2": ("CS-1", ()),
    }


def test_what_came_from_shares_issued_under_an_agreement_is_under_it_and_a_legend_stands_where_it_was_written() -> (
    None
):
    found = certificates(story(), as_of=LAST)

    assert {line.agreement for line in found} == {"spa"}
    assert {line.security: line.legends for line in found if line.legends} == {
        "PA-1": ("Not registered under the Act.",)
    }


def test_every_movement_of_a_certificate_is_on_its_line() -> None:
    (line,) = certificates(story(), as_of=LAST)["PA-1"]

    assert [(each.what, str(each.change), str(each.balance), each.counterparty) for each in line.lines] == [
        ("issued", "1000", "1,000", None),
        ("transferred out", "-300", "700", "ada"),
        ("converted", "-400", "300", None),
    ]
    assert line.entry == line.lines[0].entry


def test_as_of_an_earlier_day_and_as_known_then_a_later_certificate_is_not_there() -> None:
    ledger = story()

    assert [line.security for line in certificates(ledger, as_of="2026-03-31")] == ["PA-1", "PA-2"]
    assert [line.security for line in certificates(ledger, as_of=LAST, known_at=8)] == ["PA-1"]
    assert certificates(ledger, as_of="2026-03-31").descendants("PA-1") == ("PA-2",)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (builders.shares_cancelled(cancelled=1_000, security="CS-1"), "cancelled"),
        (builders.shares_cancelled(cancelled=1, security="CS-1"), "partly cancelled"),
        (builders.shares_repurchased(repurchased=1_000, security="CS-1"), "repurchased"),
        (builders.shares_transferred(transferred=1_000, security="CS-1", received_as="CS-2"), "transferred"),
        (builders.shares_redeemed(holder="ada", stock_class="common", redeemed=1_000, security="CS-1"), "redeemed"),
        (stock_split_effected(effective_on="2026-02-03"), "outstanding"),
        (builders.fractions_settled(taken=Shares(1), security="CS-1"), "outstanding"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.KIND,
)
def test_the_status_says_how_the_shares_went(event: Event, words: str) -> None:
    ledger = company()
    ledger.record(common_issued(security="CS-1"), event)

    (line,) = certificates(ledger, as_of=LAST)["CS-1"]

    assert line.status_in_words() == words


def test_every_way_in_which_an_event_takes_shares_from_a_holder_is_a_way_to_leave_a_certificate() -> None:
    rounding = (Source.ROUNDING, Source.FRACTIONS_SETTLED)
    ways = {
        effect(reaches.account, "held", lost=False)
        for event in builders.one_of_each()
        if isinstance(event, Fact)
        for leaves, reaches in pairs(event.movements())
        if type(leaves.account) is Held and reaches.account not in rounding
    }

    assert {"retired", "converted"} <= ways <= set(_WAYS)


def test_unvested_shares_that_were_taken_back_have_partly_gone() -> None:
    ledger = company()
    stock = builders.award_terms(award_kind=AwardKind.RESTRICTED_STOCK)
    ledger.record(
        builders.plan_adopted(),
        builders.award_granted(award="stock-1", granted=3_000, terms=stock, security="CS-1"),
    )
    ledger.record(
        builders.unvested_shares_repurchased(
            award="stock-1", repurchased=2_000, security="CS-1", effective_on="2026-06-01"
        )
    )

    (line,) = certificates(ledger, as_of=LAST)["CS-1"]

    assert (line.status_in_words(), line.shares) == ("partly retired", exactly(Shares(1_000)))


def test_a_certificate_that_passes_on_under_its_number_has_a_line_for_each_holder() -> None:
    ledger = company()
    ledger.record(common_issued(security="CS-1"), shares_transferred(transferred=1_000, security="CS-1"))

    assert [
        (line.holder, line.came_as, str(line.shares), line.status_in_words(), line.parent)
        for line in certificates(ledger, as_of=LAST)["CS-1"]
    ] == [
        ("ada", "issued", "0", "transferred", None),
        ("bob", "transferred in", "1,000", "outstanding", None),
    ]


def test_a_certificate_of_one_share_that_a_split_rounds_away_is_gone() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=9, security="CS-1"), stock_split_effected(ratio="1/10", fractions=FractionPolicy.DOWN)
    )
    (line,) = certificates(ledger, as_of=LAST)["CS-1"]

    assert (line.status.values, line.status_in_words()) == ((CertificateStatus.GONE,), "rounded away")
    assert [(each.what, str(each.change)) for each in line.lines] == [
        ("issued", "9"),
        ("split", "-8.1"),
        ("rounding", "-0.9"),
    ]


def test_in_later_units_what_came_with_a_certificate_is_shown_as_it_would_be_counted_then() -> None:
    ledger = company()
    ledger.record(common_issued(security="CS-1"), stock_split_effected())

    for basis, issued in (None, "1000"), ("2026-07-01", "2000"):
        (line,) = certificates(ledger, as_of=LAST if basis is None else "2026-06-30", basis=basis)["CS-1"]
        assert (str(line.issued), str(line.shares)) == (issued, "2,000")


# --- open days ---------------------------------------------------------------------------------------------------


def open_certificate(*events: Event) -> tuple[str, str]:
    """Return shares and status of a certificate of 100 on 15 June, after these events."""
    ledger = company()
    ledger.record(*events)
    (line,) = certificates(ledger, as_of="2026-06-15")["CS-1"]
    return str(line.shares), line.status_in_words()


CERTAIN = common_issued(issued=100, security="CS-1")


def test_where_a_day_is_open_every_status_that_it_may_have_is_told() -> None:
    may_come = common_issued(issued=100, security="CS-1", effective_on=JUNE)
    all_may_go = builders.shares_cancelled(cancelled=100, security="CS-1", effective_on=JUNE)
    some_may_go = builders.shares_cancelled(cancelled=40, security="CS-1", effective_on=JUNE)
    rest_may_go = builders.shares_repurchased(repurchased=60, security="CS-1", effective_on=JUNE)

    assert open_certificate(may_come) == ("0 to 100", "not yet issued or outstanding")
    assert open_certificate(may_come, all_may_go) == ("0 to 100", "not yet issued or outstanding or cancelled")
    assert open_certificate(CERTAIN, all_may_go) == ("0 to 100", "outstanding or cancelled")
    assert open_certificate(CERTAIN, some_may_go) == ("60 to 100", "outstanding or partly cancelled")
    assert open_certificate(CERTAIN, some_may_go, rest_may_go) == (
        "0 to 100",
        "outstanding or partly cancelled and repurchased or cancelled and repurchased",
    )


def test_what_certainly_went_makes_it_partly_gone_whatever_else_is_open() -> None:
    gone = builders.shares_cancelled(cancelled=40, security="CS-1")
    rest_may_go = builders.shares_repurchased(repurchased=60, security="CS-1", effective_on=JUNE)

    assert open_certificate(CERTAIN, gone, rest_may_go) == (
        "0 to 60",
        "partly cancelled or cancelled and repurchased",
    )


# --- what may be asked -------------------------------------------------------------------------------------------


def test_a_certificate_that_is_not_there_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="Did you mean PA-1"):
        certificates(story(), as_of="2026-02-28")["PA1"]


def test_a_register_recorded_as_stated_whose_certificates_lead_in_a_circle_is_shown_and_ends() -> None:
    ledger = company()
    ledger.record(
        shares_transferred(security="CS-1", received_as="CS-2"),
        shares_transferred(from_holder="bob", to_holder="ada", security="CS-2", received_as="CS-1"),
        as_stated=True,
    )
    found = certificates(ledger, as_of=LAST)

    assert found.ancestors("CS-1") == ("CS-2",)
    assert set(found.descendants("CS-1")) == {"CS-1", "CS-2"}


def test_nothing_recorded_yet_is_no_empty_register() -> None:
    with pytest.raises(NothingRecorded):
        certificates(company(), as_of=LAST, known_at="2025-12-31")


def test_a_company_without_certificates_has_book_entry_only() -> None:
    ledger = company()
    ledger.record(common_issued())

    found = certificates(ledger, as_of=LAST)

    assert (len(found), [str(line.shares) for line in found.book_entry]) == (0, ["1,000"])


# --- for programs ------------------------------------------------------------------------------------------------


def test_it_is_a_table_of_certificates_of_their_movements_of_book_entry_and_of_classes() -> None:
    found = certificates(story(), as_of=LAST)
    asked = "issuer as_of known"

    assert {frame.name: " ".join(series.name for series in frame.series()) for frame in found.frames()} == {
        "certificates": f"{asked} security stock_class holder name issued issued_on_earliest issued_on_latest entry"
        " came_as came_from shares_low shares_high status parent children agreement legends",
        "movements": f"{asked} stock_class entry effective_earliest effective_latest certainty is_open what"
        " registered_to security counterparty change balance_low balance_high given",
        "book_entry": f"{asked} stock_class holder name shares_low shares_high",
        "classes": f"{asked} stock_class in_certificates_low in_certificates_high book_entry_low book_entry_high"
        " outstanding_low outstanding_high",
    }
    assert [(line["security"], line["status"], line["children"]) for line in found.to_dicts()] == [
        ("CS-1", "partly transferred", "CS-2"),
        ("CS-2", "outstanding", None),
        ("PA-1", "partly transferred and converted", "PA-2; CS-1"),
        ("PA-2", "converted", None),
    ]
    assert [len(frame) for frame in found.frames()] == [4, 8, 1, 2]
    assert [len(frame.to_polars()) for frame in found.frames()] == [4, 8, 1, 2]
