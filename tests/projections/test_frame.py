"""Views as tables: every value comes back exactly from every library, and the columns are always the same."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import projections
from ledger import (
    Authorized,
    EffectiveDay,
    HolderId,
    Ledger,
    Money,
    NotUnderstood,
    Price,
    Ratio,
    Shares,
    StockClassId,
)
from ledger.codec import from_plain
from ledger.errors import LibraryMissing
from ledger.events import Event
from ledger.quantities import SCALE, FractionPolicy
from ledger.terms.dividends import DividendTerms
from ledger.terms.liquidation import LiquidationPreference
from ledger.terms.protection import NewIssue, PriceProtection, ProtectionMethod
from ledger.terms.rounds import Investment, Round
from ledger.terms.warrants import WarrantTerms
from projections import (
    Bounds,
    CapTable,
    CertificateRegister,
    CommitmentOverTime,
    Commitments,
    ControlBook,
    Difference,
    Explanation,
    HolderList,
    OwnershipOverTime,
    Possible,
    RollForward,
    Statement,
    adjustments,
    audit_trail,
    awards,
    beneficial_ownership,
    cap_table,
    certificates,
    claims,
    commitment_over_time,
    commitments,
    company_sheet,
    control_book,
    conversion_capacity,
    crossings,
    difference,
    dividends,
    explain,
    findings,
    fully_diluted,
    holder_movements,
    holders,
    holdings,
    holdings_over_time,
    notes,
    of_agreement,
    of_class,
    of_holder,
    open_points,
    ownership_over_time,
    pro_forma,
    record_differences,
    restrictions,
    rollforward,
    statement,
    warrants,
    waterfall,
    weighted_average,
)
from projections.audit import AuditTrail
from projections.findings import Findings
from projections.frame import Column, Frame, Kind, Lines, Tabular, ends
from projections.markup import MOST_LINES
from tests.builders import (
    agreement_signed,
    authorized_shares_changed,
    claim_disclosed,
    claimed,
    class_rights_stated,
    common_issued,
    company,
    dividend_declared,
    dividend_paid,
    holder_list_received,
    holder_registered,
    listed_holder,
    operand,
    preferred_issued,
    register_scope_declared,
    safe_issued,
    shares_reserved,
    shares_transferred,
    stock_split_effected,
    tranche_closed,
    warrant_issued,
)
from tests.projections.histories import as_of_days, histories, recorded
from tests.strategies import texts

BEYOND_A_FLOAT: Final = 2**53 + 1
"""The first whole number that a binary float does not hold: 9007199254740993 would come back as …992."""
FEW: Final = settings(max_examples=10)
"""How many histories are enough to look whether a table says what its view says; the views have their own tests."""
LARGEST: Final = 10**38 - 1
"""In units of 10⁻¹⁰: 38 digits, the most that an Arrow decimal holds."""


def frame_of(*values: Any, kind: Kind = Kind.QUANTITY, bounded: bool = False) -> Frame:
    """Return a table of one column ``it``, with these values."""
    return Frame("values", "Values", (Column("it", kind, lambda line: line, bounded),), values)


def shares(units: int | Fraction) -> Shares:
    return Shares.of_units(units)


def units_of(value: Decimal | None) -> int | None:
    """Return a decimal at the scale of 10⁻¹⁰, without the rounding of Python's decimal context."""
    if value is None:
        return None
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    whole = int("".join(map(str, digits)))
    return int(-whole if sign else whole) * int(10 ** (10 + exponent))


def answered(query: str, asked: Any) -> list[tuple[Any, ...]]:
    """Return the rows that DuckDB finds in something that it knows as ``asked``."""
    with duckdb.connect() as connection:
        connection.register("asked", asked)
        return connection.execute(query).fetchall()


def large() -> Ledger:
    """Return a company of which somebody holds more shares than a float can count."""
    ledger = company()
    ledger.record(authorized_shares_changed(authorized=10**17, effective_on="2026-01-01"))
    ledger.record(common_issued(holder="ada", issued=BEYOND_A_FLOAT))
    ledger.record(common_issued(holder="bob", issued=2))
    return ledger


# --- quantities --------------------------------------------------------------------------------------------


def test_a_number_beyond_a_float_comes_back_exactly_from_every_library() -> None:
    holdings = cap_table(large(), as_of="2026-12-31")
    whole = BEYOND_A_FLOAT + 2

    frame = holdings.to_polars()
    assert frame["shares_low"].to_list() == [Decimal(BEYOND_A_FLOAT), Decimal(2)]
    assert frame["shares_low"].sum() == Decimal(whole)

    rows = answered("select holder, shares_low from asked", holdings)
    assert rows == [("ada", Decimal(BEYOND_A_FLOAT)), ("bob", Decimal(2))]
    assert answered("select sum(shares_low) from asked", holdings) == [(Decimal(whole),)]

    pandas_frame = holdings.to_pandas()
    assert list(pandas_frame["shares_low"]) == [BEYOND_A_FLOAT, 2]
    assert pandas_frame["shares_low"].sum() == whole
    assert [line["shares_low"] for line in holdings.to_dicts()] == [BEYOND_A_FLOAT, 2]


@given(st.lists(st.none() | st.integers(-LARGEST, LARGEST), max_size=20))
def test_every_quantity_of_38_digits_comes_back_from_arrow_as_it_was(units: list[int | None]) -> None:
    frame = frame_of(*(None if each is None else shares(each) for each in units))

    column = frame.to_polars()["it"]

    assert column.dtype == polars.Decimal(38, 10)
    assert [units_of(value) for value in column.to_list()] == units


@given(st.lists(st.none() | st.integers(-LARGEST, LARGEST), min_size=1, max_size=20))
def test_duckdb_reads_the_same_decimals(units: list[int | None]) -> None:
    decimals = frame_of(*(None if each is None else shares(each) for each in units)).to_arrow()

    rows = answered("select it from asked", decimals)

    assert [units_of(value) for (value,) in rows] == units


@pytest.mark.parametrize(
    ("units", "dtype"),
    [
        (LARGEST - 1, polars.Decimal(38, 10)),
        (LARGEST, polars.Decimal(38, 10)),
        (LARGEST + 1, polars.String()),
        (-LARGEST - 1, polars.String()),
        (Fraction(SCALE, 3), polars.String()),
    ],
)
def test_a_column_with_a_value_that_is_no_such_decimal_is_exact_text(units: Any, dtype: Any) -> None:
    column = frame_of(Shares(5), None, shares(units)).to_polars()["it"]

    assert column.dtype == dtype
    if dtype == polars.String():
        assert column.to_list() == ["5", None, str(shares(units))]
        assert Shares.parse(column.to_list()[2]) == shares(units)


def test_a_split_seen_from_a_later_day_gives_exact_fractions_as_text() -> None:
    ledger = company()
    ledger.record(common_issued(holder="ada", issued=1_000))
    ledger.record(stock_split_effected(ratio="1/3"))
    table = cap_table(ledger, as_of="2026-06-30", basis="2026-07-01")

    assert table.to_polars()["shares_low"].to_list() == ["1000/3"]
    assert table.to_dicts()[0]["shares_low"] == table.to_pandas()["shares_low"][0] == Fraction(1_000, 3)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((Shares(3), Shares(BEYOND_A_FLOAT)), int),
        ((Shares("0.1"), Shares("12345678901234567890123456789.1234567891")), Decimal),
        ((Shares(3), shares(Fraction(SCALE, 3))), Fraction),
    ],
)
def test_python_and_pandas_get_whole_numbers_then_decimals_then_fractions(values: Any, kind: type) -> None:
    frame = frame_of(*values, None)

    python, (*pandas_values, missing) = [line["it"] for line in frame], frame.to_pandas()["it"]

    assert python[:2] == pandas_values
    assert python[2] is missing is None
    assert {type(value) for value in pandas_values} == {kind}
    assert [Fraction(value) for value in pandas_values] == [value.as_fraction() for value in values]


@given(st.lists(st.none() | st.fractions(), max_size=8))
def test_a_part_of_a_whole_is_exact_text_whatever_it_is(parts: list[Fraction | None]) -> None:
    frame = frame_of(*parts, kind=Kind.PART)

    column = frame.to_polars()["it"]

    assert column.dtype == polars.String()
    assert [None if text is None else Fraction(text) for text in column.to_list()] == parts
    assert [line["it"] for line in frame] == list(frame.to_pandas()["it"]) == parts


# --- the other kinds ---------------------------------------------------------------------------------------

_instants = st.datetimes(datetime(1600, 1, 1), datetime(2999, 12, 31))
_KINDS: Final[dict[Kind, tuple[st.SearchStrategy[Any], Any]]] = {
    Kind.TEXT: (st.just("") | texts(), polars.String()),
    Kind.FLAG: (st.booleans(), polars.Boolean()),
    Kind.WHOLE: (st.integers(-(10**18), 10**18), polars.Int64()),
    Kind.DAY: (st.dates(date(1600, 1, 1), date(2999, 12, 31)), polars.Date()),
    Kind.INSTANT: (_instants, polars.Datetime("us")),
}


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: str(kind.value))
@given(data=st.data())
def test_every_value_comes_back_from_every_library_as_it_was(kind: Kind, data: st.DataObject) -> None:
    values, dtype = _KINDS[kind]
    drawn = data.draw(st.lists(st.none() | values, max_size=20))
    frame = frame_of(*(_aware(each) for each in drawn), kind=kind)
    arrow = frame.to_arrow()

    column = polars.DataFrame(arrow).to_series()
    rows = answered("select * from asked", arrow)
    series = frame.to_pandas().iloc[:, 0]

    assert column.dtype == dtype
    assert column.to_list() == [value for (value,) in rows] == drawn
    assert [_python(value) for value in series.astype(object).where(series.notna(), None)] == [
        datetime(each.year, each.month, each.day) if type(each) is date else each for each in drawn
    ]


def _aware(value: Any) -> Any:
    """Return an instant as views have it: with its zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _python(value: Any) -> Any:
    return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: str(kind.value))
def test_an_empty_table_has_the_types_of_a_full_one(kind: Kind) -> None:
    one: dict[Kind, Any] = {
        Kind.TEXT: "a",
        Kind.FLAG: True,
        Kind.WHOLE: 7,
        Kind.DAY: date(2026, 1, 1),
        Kind.INSTANT: datetime(2026, 1, 1, tzinfo=UTC),
        Kind.QUANTITY: Shares(7),
        Kind.PART: Fraction(1, 3),
    }
    full, empty = frame_of(one[kind], kind=kind), frame_of(kind=kind)

    assert empty.to_polars().schema == full.to_polars().schema
    assert list(empty.to_pandas().dtypes) == list(full.to_pandas().dtypes)
    assert len(empty) == len(empty.to_polars()) == len(empty.to_pandas()) == 0
    assert empty.to_dicts() == []


def test_an_instant_of_another_zone_is_the_same_instant_in_utc() -> None:
    at = datetime(2026, 3, 1, 19, 30, tzinfo=ZoneInfo("America/Denver"))

    assert frame_of(at, kind=Kind.INSTANT).to_dicts() == [{"it_utc": datetime(2026, 3, 2, 2, 30)}]


# --- bounds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (Bounds(Shares(200), Shares(800)), 200, 800),
        (Bounds(Shares(200), None), 200, None),
        (Bounds(None, Shares(800)), None, 800),
        (Bounds[Shares](None, None), None, None),
        (None, None, None),
        (Possible((Authorized(300), Authorized(100))), 100, 300),
        (Possible((Authorized(300), Authorized.UNLIMITED)), 300, None),
        (Possible((Authorized.UNLIMITED,)), None, None),
        (Possible((Authorized(300), Authorized.UNKNOWN)), None, None),
        (Possible[Authorized](()), None, None),
    ],
)
def test_a_figure_between_two_is_two_columns_and_what_nobody_knows_is_missing(
    value: Any, low: int | None, high: int | None
) -> None:
    assert frame_of(value, bounded=True).to_dicts() == [{"it_low": low, "it_high": high}]


@pytest.mark.parametrize(
    "value",
    [EffectiveDay("2026-05-10", "2026-06-20"), Possible((date(2026, 6, 20), date(2026, 5, 10)))],
    ids=["range", "one of two"],
)
def test_a_day_that_is_not_known_is_two_columns(value: Any) -> None:
    frame = frame_of(value, kind=Kind.DAY, bounded=True)

    assert frame.to_dicts() == [{"it_earliest": date(2026, 5, 10), "it_latest": date(2026, 6, 20)}]


def test_the_ends_of_a_value_that_is_known_are_the_value() -> None:
    assert ends(Money(5, "USD")) == (Money(5, "USD"), Money(5, "USD"))


# --- views -------------------------------------------------------------------------------------------------


class Views(NamedTuple):
    """One view of each kind."""

    table: CapTable
    balances: Commitments
    roll: RollForward
    reason: Explanation
    level: Explanation
    trail: AuditTrail
    found: Findings
    book: ControlBook
    account: Statement
    people: HolderList
    papers: CertificateRegister
    owned: OwnershipOverTime
    met: CommitmentOverTime
    changed: Difference


def views(ledger: Ledger) -> Views:
    """Return one view of each kind, of the last day of the year."""
    day = "2026-12-31"
    return Views(
        cap_table(ledger, as_of=day),
        commitments(ledger, as_of=day),
        rollforward(ledger, of_agreement("spa", "undrawn"), after="2026-01-01", through=day),
        explain(ledger, of_holder("ada", "common"), as_of=day),
        explain(ledger, of_class("common", "authorized"), as_of=day),
        audit_trail(ledger),
        findings(ledger),
        control_book(ledger, as_of=day),
        statement(ledger, "ada", as_of=day),
        holders(ledger, as_of=day),
        certificates(ledger, as_of=day),
        ownership_over_time(ledger, "common", through=day),
        commitment_over_time(ledger, "spa", through=day),
        difference(ledger, after="2026-01-01", through=day),
    )


def views_in_columns(ledger: Ledger) -> list[Tabular]:
    """Return views of who holds what, made from columns."""
    days = ["2026-06-30", "2026-12-31"]
    return [
        holdings(ledger, as_of=days[1]),
        holdings_over_time(ledger, days),
        holder_movements(ledger, "ada", as_of=days[1]),
    ]


def views_on_instruments(ledger: Ledger) -> list[Tabular]:
    """Return views of what is no share, and of what shares it may become; each has a line in every table."""
    day = "2026-12-31"
    return [
        dividends(ledger, as_of=day),
        fully_diluted(ledger, as_of=day),
        weighted_average(ledger, "common", after="2025-12-31", through=day),
    ]


def views_of_papers(ledger: Ledger) -> list[Tabular]:
    """Return views of notes, warrants, awards and limits, of the company and of what is open."""
    return [
        notes(ledger, after="2025-01-01", as_of="2025-12-31"),
        warrants(ledger, as_of="2026-05-31"),
        awards(ledger, as_of="2026-05-31"),
        company_sheet(ledger, as_of="2026-05-31"),
        open_points(ledger, as_of="2026-05-31"),
        restrictions(ledger, as_of="2025-01-31"),
        beneficial_ownership(ledger, "common", as_of="2025-02-01"),
        crossings(ledger, "common", through="2026-05-31"),
    ]


def views_on_what_may_come(ledger: Ledger) -> list[Tabular]:
    """Return views of a round, an exit, an issue for less and a conversion."""
    day = "2026-12-31"
    paid = Investment(holder=HolderId("ada"), amount=Money(1_000_000, "USD"))
    agreed = Round(series=StockClassId("series-b"), pre_money=Money(9_000_000, "USD"), investments=(paid,))
    return [
        pro_forma(ledger, agreed, as_of=day),
        waterfall(ledger, Money(5_000_000, "USD"), as_of=day),
        adjustments(ledger, NewIssue(issued=Shares(1_000), price=Price("0.5", "USD")), as_of=day),
        conversion_capacity(ledger, "fund", as_of=day),
        claims(ledger, as_of=day),
        record_differences(ledger, as_of=day),
    ]


@pytest.fixture(scope="module")
def harbor() -> Ledger:
    """Return the company of the page of events, to which one of each event happened."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "events.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    ledger = Ledger.in_memory()
    ledger.record(*(from_plain(json.loads(line)) for block in blocks for line in block.splitlines()))
    return ledger


@pytest.fixture(scope="module")
def dune() -> Ledger:
    """Return a company with a SAFE, a claim, a list of holders, and protected prices of a class and a warrant."""
    ratchet = PriceProtection(method=ProtectionMethod.FULL_RATCHET, raises_number=FractionPolicy.NEAREST)
    average = PriceProtection(method=ProtectionMethod.BROAD_BASED)
    ledger = company()
    ledger.record(class_rights_stated(liquidation=LiquidationPreference(), protection=average))
    ledger.record(common_issued(holder="ada", issued=500_000), preferred_issued(issued=10_000))
    ledger.record(safe_issued(), warrant_issued(terms=WarrantTerms(protection=ratchet)))
    ledger.record(holder_list_received(holders=(listed_holder(), listed_holder(name="Quill", holder=None))))
    ledger.record(claim_disclosed("250%", measure=claimed("sum", operand("plus", "unknown", name="closing bid"))))
    return ledger


@pytest.fixture(scope="module")
def every_view(acme: Ledger, lumen: Ledger, harbor: Ledger, dune: Ledger) -> list[Tabular]:
    """Return every kind of view, each with a line in every table."""
    return [
        *views(acme),
        *views_in_columns(acme),
        *views_on_instruments(lumen),
        *views_of_papers(harbor),
        *views_on_what_may_come(dune),
    ]


@pytest.fixture(scope="module")
def lumen() -> Ledger:
    """Return a company with instruments, and with a line in every table about them."""
    ledger = company()
    for event in (
        class_rights_stated(dividends=DividendTerms(rate=Ratio("0.08"))),
        common_issued(holder="ada", issued=1_000),
        preferred_issued(issued=50),
        warrant_issued(),
        dividend_declared(),
        dividend_paid(dividend="2026-q1"),
    ):
        ledger.record(event)
    return ledger


@pytest.fixture(scope="module")
def acme() -> Ledger:
    """Return a company with a line in every table."""
    ledger = company()
    for event in (
        common_issued(holder="ada", issued=1_000),
        common_issued(holder="bob", issued=500, effective_on="2026-12-01/2027-02-01"),
        shares_reserved(),
        agreement_signed(),
        tranche_closed(),
        preferred_issued(issued=50, agreement="spa", security="PA-1"),
        register_scope_declared(effective_on="2026-01-01"),
        shares_transferred(
            from_holder="bob", to_holder="ada", transferred=400, effective_on="2026-12-15/2027-03-01"
        ),
    ):
        ledger.record(event)
    return ledger


GOLDEN: Final = Path(__file__).parent.parent / "golden" / "columns.txt"
"""What programs rely on, a table on each line: a column may be added, and none goes or changes its name."""


def test_every_kind_of_view_is_looked_at(every_view: list[Tabular]) -> None:
    kinds = {each for name in dir(projections) if isinstance(each := getattr(projections, name), type)}
    tabular = {kind for kind in kinds if issubclass(kind, Tabular) and kind not in (Tabular, Frame, Lines)}

    assert {type(view) for view in every_view} >= tabular
    assert len(tabular) > 20


def test_every_table_has_the_columns_that_programs_rely_on(every_view: list[Tabular]) -> None:
    found = [
        f"{type(view).__name__}.{frame.name}: {' '.join(series.name for series in frame.series())}"
        for view in every_view
        for frame in view.frames()
    ]

    assert sorted(set(found)) == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_every_table_can_be_handed_on_to_every_library(every_view: list[Tabular]) -> None:
    for view in every_view:
        for frame in view.frames():
            assert len(frame) > 0, f"{type(view).__name__}.{frame.name}"
            lines = frame.to_dicts()
            assert len(lines) == len(frame.to_polars()) == len(frame.to_pandas()) == len(frame)
            assert answered("select count(*) from asked", frame) == [(len(frame),)]
            assert not [value for line in lines for value in line.values() if isinstance(value, float)]


@FEW
@given(histories(longest=3), as_of_days)
def test_the_table_of_holdings_and_classes_says_what_the_view_says(events: list[Any], as_of: date) -> None:
    table = cap_table(recorded(events), as_of=as_of)

    holdings, classes = table.frame("holdings").to_polars(), table.frame("classes").to_polars()

    assert [
        (Bounds(_shares(low), _shares(high))) for low, high in holdings["shares_low", "shares_high"].rows()
    ] == [line.shares for line in table]
    for name in ("issued", "outstanding", "available", "treasury", "reserved", "spent"):
        pairs = classes[f"{name}_low", f"{name}_high"].rows()
        assert [Bounds(_shares(low), _shares(high)) for low, high in pairs] == [
            getattr(line, name) for line in table.classes
        ]


def _shares(value: Decimal | str | None) -> Shares | None:
    """Return the shares of a cell; a column in which one count is an endless fraction is text (decision 012)."""
    if isinstance(value, str):
        return shares(Fraction(value) * SCALE)
    units = units_of(value)
    return None if units is None else shares(units)


@FEW
@given(histories())
def test_opening_and_movements_of_a_roll_forward_add_up_to_its_closing_in_a_program_too(
    events: list[Event],
) -> None:
    view = rollforward(recorded(events), of_class("common", "issued"), after="2026-02-05", through="2026-03-31")

    *others, closing = view.to_dicts()

    assert closing["step"] == "closing"
    assert all(line["amount_low"] == line["amount_high"] for line in (*others, closing))  # every day is exact
    assert sum(line["amount_low"] for line in others) == closing["amount_low"] > 0


def test_a_view_is_run_through_and_counted_by_its_lines(acme: Ledger) -> None:
    of = views(acme)

    assert [line.holder for line in of.table] == ["ada", "bob", "fund"]
    assert [balance.agreement for balance in of.balances] == ["spa"]
    assert [line.kind for line in of.roll] == ["undertaken", "closed"]
    assert [int(step.fact.entry.number) for step in of.reason] == [7, 14]
    assert [int(line.entry.number) for line in of.trail] == list(range(1, 15))
    assert [account.stock_class for account in of.book] == ["common", "series-a"]
    assert [step.on.isoformat() for step in of.owned] == ["2026-01-01", "2026-02-02", "2026-12-01", "2026-12-15"]
    assert [step.on.isoformat() for step in of.met] == ["2026-02-02", "2026-03-31", "2026-06-30"]
    assert [len(view) for view in of] == [3, 1, 2, 2, 1, 14, 1, 2, 2, 3, 1, 4, 3, 38]


def test_a_view_says_in_a_line_what_it_is(acme: Ledger) -> None:
    assert [repr(view) for view in views(acme)] == [
        "<Cap table of acme at the close of 2026-12-31 (holdings: 3, classes: 2, reserves: 1)>",
        "<Commitments to acme at the close of 2026-12-31 (agreements: 1, tranches: 3)>",
        "<spa undrawn from the close of 2026-01-01 to the close of 2026-12-31 (steps: 4)>",
        "<ada common at the close of 2026-12-31 = 1,000 to 1,400 (steps: 2)>",
        "<common authorized at the close of 2026-12-31 = 10,000,000 (steps: 1)>",
        "<Audit trail (entries: 14)>",
        "<What does not fit (findings: 1)>",
        "<Control book of acme at the close of 2026-12-31 (lines: 6, classes: 2)>",
        "<Account of ada with acme from the beginning to the close of 2026-12-31"
        " (movements: 2, accounts: 1, positions: 1)>",
        "<Holders of acme at the close of 2026-12-31 (holders: 3, shares: 6, classes: 2)>",
        "<Certificates of acme at the close of 2026-12-31"
        " (certificates: 1, movements: 1, book_entry: 2, classes: 2)>",
        "<common of acme from the close of 2026-01-01 to the close of 2026-12-31 (holdings: 5, steps: 4)>",
        "<spa from the close of 2026-02-02 to the close of 2026-12-31 (steps: 3)>",
        "<Differences of acme from the close of 2026-01-01, entries 1 to 14 to the close of 2026-12-31,"
        " entries 1 to 14 (changes: 38, facts: 7)>",
    ]


def test_a_table_that_a_view_does_not_have_is_refused_with_the_nearest(acme: Ledger) -> None:
    with pytest.raises(NotUnderstood, match="did you mean classes") as caught:
        views(acme).table.frame("clases")

    assert caught.value.code == "E_TABLE"
    assert views(acme).table.frame().name == "holdings"


def test_money_stands_beside_its_currency(acme: Ledger) -> None:
    of = views(acme)

    assert of.balances.to_dicts()[0]["undrawn_low"] == 900_000
    assert {line["currency"] for line in (*of.balances.to_dicts(), *of.roll.to_dicts())} == {"USD"}
    assert {line["currency"] for line in of.reason.to_dicts()} == {None}


# --- on the page of a notebook -----------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would find on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._is_open = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))
        self._is_open = tag in ("th", "td", "caption")
        if self._is_open:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Note that a cell has ended."""
        self._is_open = False

    def handle_data(self, data: str) -> None:
        """Note the text of a cell."""
        if self._is_open:
            self.texts[-1] += data


HOSTILE: Final = """<script>alert('x')</script>"><img src=x onerror="alert(1)">&amp;</td>"""


def test_a_hostile_name_is_text_on_the_page_and_nothing_that_a_browser_runs() -> None:
    ledger = company()
    ledger.record(holder_registered(holder="evil", name=HOSTILE))
    ledger.record(common_issued(holder="evil", issued=1))
    page = Page(cap_table(ledger, as_of="2026-12-31")._repr_html_())

    assert HOSTILE in page.texts
    assert {tag for tag, _ in page.tags} == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert {name for _, attributes in page.tags for name in attributes} == {"scope", "style"}
    assert {attributes.get("style") for _, attributes in page.tags} == {None, "text-align: right"}


def test_every_view_is_a_table_that_says_what_each_cell_is_of(acme: Ledger) -> None:
    for view in views(acme):
        html = view._repr_html_()
        page = Page(html)
        tables = html.count("<table>")

        assert tables == len(view.frames())
        assert sum(tag == "caption" for tag, _ in page.tags) == tables
        for attributes in (attributes for tag, attributes in page.tags if tag == "th"):
            assert attributes["scope"] in ("col", "row")
        rows = sum(attributes.get("scope") == "row" for _, attributes in page.tags)
        assert rows == sum(len(frame) for frame in view.frames())


def test_people_read_bounds_separators_and_percentages_that_add_up() -> None:
    ledger = company()
    for holder in ("ada", "bob", "fund"):
        ledger.record(common_issued(holder=holder, issued=1_234_567))
    ledger.record(register_scope_declared())
    ledger.record(common_issued(holder="ada", issued=10, effective_on="2027-01-01/2027-02-01"))
    known, open_ = (
        Page(cap_table(ledger, as_of=day).frame()._repr_html_()).texts for day in ("2026-12-31", "2027-01-15")
    )

    assert [text for text in known if text.endswith((".33", ".34"))] == ["33.34", "33.33", "33.33"]
    assert known.count("1,234,567") == 3 * 2  # as shares, and as converted
    assert "1,234,567 to 1,234,577" in open_
    assert "33.33 to 33.34" in open_


@pytest.mark.parametrize("lines", [MOST_LINES - 1, MOST_LINES, MOST_LINES + 1])
def test_a_notebook_shows_no_more_of_a_long_table_than_fits_and_says_so(lines: int) -> None:
    html = frame_of(*map(Shares, range(lines)))._repr_html_()

    assert html.count('scope="row"') == min(lines, MOST_LINES)
    assert ("and 1 more" in html) is (lines > MOST_LINES)


# --- libraries that are not there --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("library", "extra", "ask"),
    [
        ("nanoarrow", "arrow", Tabular.to_arrow),
        ("nanoarrow", "arrow", Tabular.__arrow_c_stream__),
        ("nanoarrow", "arrow", Tabular.to_polars),
        ("polars", "polars", Tabular.to_polars),
        ("pandas", "pandas", Tabular.to_pandas),
    ],
)
def test_a_library_that_is_not_installed_is_named_in_one_line_with_the_extra_that_brings_it(
    library: str, extra: str, ask: Callable[[Tabular], Any], acme: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = cap_table(acme, as_of="2026-12-31")
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(LibraryMissing) as caught:
        ask(table)

    assert f"{library} is needed" in caught.value.line()
    assert f"'captable-ledger[{extra}]'" in caught.value.line()
    assert caught.value.code == "E_EXTRA"


def test_without_any_of_them_a_view_is_still_shown_and_run_through(
    acme: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("nanoarrow", "polars", "pandas", "duckdb", "numpy"):
        monkeypatch.setitem(sys.modules, library, None)
    table = cap_table(acme, as_of="2026-12-31")

    assert table.to_dicts()[0]["holder"] == "ada"
    assert "<table>" in table._repr_html_()


def test_pandas_needs_neither_arrow_nor_polars(acme: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("nanoarrow", "polars", "pyarrow"):
        monkeypatch.setitem(sys.modules, library, None)

    assert list(cap_table(acme, as_of="2026-12-31").to_pandas()["holder"]) == ["ada", "bob", "fund"]
