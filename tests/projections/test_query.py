"""SQL over a ledger: what it answers is what the library answers, and nothing else is within its reach."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Authorized, EntryNumber, Ledger
from ledger.errors import LibraryMissing, NothingRecorded, NotUnderstood
from ledger.events import Event
from ledger.movements import Commitment, Held, Reserved, Stage
from ledger.quantities import SCALE
from projections import QueryLimits, cap_table, commitments, query
from projections.replay import replay
from projections.sql_statement import LONGEST
from tests.builders import (
    authorized_shares_changed,
    common_issued,
    company,
    entry_voided,
    holder_registered,
    shares_transferred,
)
from tests.projections.histories import as_of_days, histories, recorded
from tests.projections.test_index import with_places

LARGE: Final = 2**53 + 1
"""A number that a binary float does not hold."""
FEW: Final = settings(max_examples=25)


@pytest.fixture(scope="module")
def small() -> Ledger:
    """Return a company in which ada has 600 shares and bob 400: eight entries."""
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(shares_transferred(transferred=400, to_holder="bob", effective_on="2026-02-10"))
    return ledger


def only(ledger: Ledger, sql: str, **asked: Any) -> Any:
    ((value,),) = query(ledger, sql, **asked).rows()
    return value


def refused(ledger: Ledger, sql: str, **limits: int) -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        query(ledger, sql, limits=QueryLimits(**limits))
    assert "\n" not in caught.value.line()
    return caught.value


# --- the tables ---------------------------------------------------------------------------------------------

_PARTS: Final = ("holder", "security", "reserve", "agreement", "stage", "tranche")


def _said(account: Any, name: str) -> str | None:
    part = getattr(account, name, None)
    return part.value if isinstance(part, Stage) else part and str(part)


@FEW
@given(with_places(histories(longest=3)), as_of_days, st.data())
def test_movements_up_to_a_day_add_up_to_what_each_account_held(
    events: list[Event], as_of: date, data: st.DataObject
) -> None:
    ledger = recorded(events)
    known = data.draw(st.integers(13, len(ledger.entries())))

    answer = query(
        ledger,
        f"select unit, account, {', '.join(_PARTS)}, sum(quantity) as held from movements"
        f" where effective_on <= '{as_of}' and known <= {known} and account in ('held', 'reserved', 'commitment')"
        " group by all having held <> 0",
    )

    folded = {
        (str(unit), type(account).__name__.lower(), *(_said(account, part) for part in _PARTS)): quantity
        for unit, accounts in replay(ledger.history(as_of, known)).accounts.items()
        for account, quantity in accounts.items()
        if quantity and isinstance(account, Held | Reserved | Commitment)
    }
    assert {account: held * SCALE for *account_, held in answer if (account := tuple(account_))} == folded


@FEW
@given(histories(longest=3), as_of_days, as_of_days, st.data())
def test_holdings_are_those_of_the_cap_table_on_each_day_that_is_named(
    events: list[Event], one: date, other: date, data: st.DataObject
) -> None:
    ledger = recorded(events)
    known = data.draw(st.integers(13, len(ledger.entries())))

    answer = query(ledger, f"from holdings('{one}') union all from holdings(date '{other}')", known_at=known)

    expected = [
        (day, line["holder"], line["stock_class"], line["shares_low"], line["shares_high"])
        for day in (one, other)
        for line in cap_table(ledger, as_of=day, known_at=known).to_dicts()
    ]
    assert sorted((on, who, what, low, high) for on, who, what, _, low, high in answer) == sorted(expected)
    assert all(shares == (low if low == high else None) for *_, shares, low, high in answer)


@FEW
@given(histories(longest=3), as_of_days)
def test_commitments_are_those_of_the_library(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)

    answer = query(ledger, f"select agreement, undrawn_low, undrawn_high from commitments('{as_of}')")

    lines = commitments(ledger, as_of=as_of).to_dicts()
    assert answer.rows() == [(line["agreement"], line["undrawn_low"], line["undrawn_high"]) for line in lines]


def test_entries_say_what_was_recorded_and_what_became_of_it(small: Ledger) -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), actor="counsel", command="issue")
    ledger.record(entry_voided(entries=(EntryNumber(7),)))

    (line,) = query(
        ledger, "select * exclude (event, recorded_at_utc, payload_digest) from entries where entry = 7"
    )

    assert line == (7, "common-issued", date(2026, 2, 2), date(2026, 2, 2), "counsel", "issue", False, 8)
    assert only(ledger, "select event ->> 'issued' from entries where entry = 7") == "1000"
    assert only(ledger, "select effective_latest from entries where entry = 8") is None


def test_personal_values_are_no_part_of_the_tables() -> None:
    ledger = company()
    ledger.record(holder_registered(holder="carol", name="Carol Quill"))

    answer = query(ledger, "select entries::varchar from entries")

    assert len(answer) == 7
    assert "Quill" not in str(answer.rows())


def test_a_table_holds_what_had_been_recorded_by_then(small: Ledger) -> None:
    assert only(small, "select count(*) from entries", known_at=6) == 6
    assert only(small, "select count(*) from movements", known_at=7) == 2
    assert only(small, "select sum(shares) from holdings('2026-03-01')", known_at=7) == 1_000
    with pytest.raises(NothingRecorded):
        query(Ledger.in_memory(), "select 1")


def test_a_day_may_be_worked_out_but_not_come_from_a_row(small: Ledger) -> None:
    assert only(small, "select count(*) from HOLDINGS(date '2026-02-09' + 1)") == 2
    assert only(small, "select count(*) from holdings((select max(effective_latest) from entries))") == 2
    assert only(small, "select count(*) from holdings(timestamp '2026-02-09 23:00:00')") == 1
    assert refused(small, "from (select date '2026-02-09' as day) as days, holdings(days.day)").code == "E_SQL"
    assert refused(small, "from holdings()").code == "E_SQL"
    assert refused(small, "from holdings('9.2.2026')").code == "E_DATE"
    assert refused(small, "from holdings('0001-01-01')").code == "E_DATE_RANGE"
    assert refused(small, "from holdings(null)").code == "E_DATE"


# --- exactness ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("issued", [LARGE, 2**63 - 1, 2**63, 10**27 + 1])
def test_no_quantity_is_rounded_however_large(issued: int) -> None:
    ledger = company()
    ledger.record(authorized_shares_changed(authorized=Authorized.UNLIMITED))
    ledger.record(common_issued(issued=issued))

    assert only(ledger, "select sum(quantity) from movements where account = 'held'") == Decimal(issued)
    answer = query(ledger, "select sum(shares) as shares from holdings('2026-02-10')")
    assert answer.rows() == [(Decimal(issued),)]
    assert polars.DataFrame(answer)["shares"].to_list() == [Decimal(issued)]
    assert answer.to_arrow().to_pylist() == [{"shares": Decimal(issued)}]


def test_columns_of_binary_floats_are_named(small: Ledger) -> None:
    answer = query(
        small, "select sum(shares) as all_, sum(shares) / 3 as third, avg(shares) from holdings('2026-03-01')"
    )

    assert answer.approximate == ("third", "avg(shares)")


def test_instants_are_in_utc_and_a_month_stays_a_month(small: Ledger) -> None:
    answer = query(small, "select timestamptz '2026-01-01 00:00:00-05', interval 3 months")

    assert answer.rows() == [(datetime(2026, 1, 1, 5), "3 months")]


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "selekt 1",
        "select 1; select 2",
        "from nowhere",
        "select nothing from entries",
        "select 1 +",
        "delete from entries",
        "create table mine (a int)",
        "copy (select 1) to 'out.csv'",
        "attach 'other.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "pragma database_list",
        "call duckdb_settings()",
        "from 'secret.csv'",
        "from read_csv('secret.csv')",
        "from read_text('secret.csv')",
        "from glob('*')",
        "from read_parquet('https://example.org/x.parquet')",
        "from query('from read_csv(''secret.csv'')')",
        "from secret",
        "select getenv('HOME')",
        "select 1::integer / 'x'::integer",
        "select 9e37::decimal(38, 0) + 9e37::decimal(38, 0)",
        "\0",
        "select '\ud800'",
        "from (" * 3_000 + "select 1" + ")" * 3_000,
        "select 1" + " " * LONGEST,
    ],
)
def test_what_does_not_ask_or_reaches_elsewhere_is_refused_in_one_line(
    small: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    secret = polars.DataFrame({"a": [1]})

    assert refused(small, sql).code == "E_SQL"

    assert len(secret) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["secret.csv"]


def test_time_memory_and_rows_have_limits(small: Ledger) -> None:
    assert (
        refused(small, "select count(*) from range(10000000) a, range(10000000) b", seconds=1).code == "E_SQL_LIMIT"
    )
    endless = "(select max(DATE '2026-03-01') from range(10000000) a, range(10000000) b where a.range > b.range)"
    assert refused(small, f"from holdings({endless})", seconds=1).code == "E_SQL_LIMIT"
    assert refused(small, "select list(x) from range(50000000) t(x)", megabytes=64).code == "E_SQL_LIMIT"
    assert refused(small, "from range(11)", rows=10).code == "E_SQL_LIMIT"
    assert len(query(small, "from range(10)", limits=QueryLimits(rows=10))) == 10


def test_only_the_tables_that_are_named_are_made(small: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    from projections import sql_tables

    def never(*_: Any) -> Any:
        raise AssertionError("nobody asked for it")

    monkeypatch.setitem(sql_tables.WHOLE, "movements", never)
    monkeypatch.setitem(sql_tables.BY_DAY, "commitments", never)

    assert only(small, "with movements_ as (select 1) select count(*) from entries") == 8


@pytest.mark.parametrize("library", ["duckdb", "numpy", "nanoarrow"])
def test_a_library_that_is_not_there_is_named(small: Ledger, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)

    with pytest.raises(LibraryMissing) as caught:
        query(small, "select 1")

    assert (caught.value.library, caught.value.extra) == (library, "query")
