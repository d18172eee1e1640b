"""The model of an answer: what may stand in it, and what may not."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger import Authorized, Ledger, Money, Shares
from ledger.codec import _leaf_hash, leaf, record_digest
from ledger.days import EffectiveDay
from projections import Bounds, Possible
from registrar.report import Asked, Column, Head, Kind, Report, Role, Row, Table
from tests import builders as a
from tests.registrar.render import reports


@pytest.mark.parametrize("name", ["Shares", "of class", "1st", "", "shares-low", "x__y", "é"])
def test_a_column_has_a_key_that_programs_can_use(name: str) -> None:
    with pytest.raises(ValueError, match="snake_case"):
        Column(name=name, heading="x")


@pytest.mark.parametrize("name", ["Holdings", "", "a" * 32, "a/b", "a:b", "a[b]", "a*b", "a?b", "a\\b", "'a"])
def test_a_table_has_a_name_that_fits_a_sheet(name: str) -> None:
    with pytest.raises(ValueError, match="sheet"):
        Table(name=name, title="x", columns=(), rows=())


def test_a_name_may_stand_once() -> None:
    column = Column(name="x", heading="x")
    table = Table(name="x", title="x", columns=(column,), rows=())
    with pytest.raises(ValueError, match="two columns"):
        Table(name="x", title="x", columns=(column, column), rows=())
    with pytest.raises(ValueError, match="two tables"):
        reports.report(table, table)
    with pytest.raises(ValueError, match="dashes"):
        Report(name="Cap table", title="x", asked=None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ({"kind": Kind.TEXT}, 1),
        ({"kind": Kind.SHARES}, 1),
        ({"kind": Kind.SHARES}, Money(1, "USD")),
        ({"kind": Kind.MONEY}, Shares(1)),
        ({"kind": Kind.DAY}, "2026-01-02"),
        ({"kind": Kind.INSTANT}, date(2026, 1, 2)),
        ({"kind": Kind.PERCENT}, 1),
        ({"kind": Kind.SHARES}, Bounds(Shares(1), Shares(2))),
        ({"kind": Kind.SHARES, "bounded": True}, Bounds(Fraction(1), Fraction(2))),
        ({"kind": Kind.SHARES}, Possible((Shares(1), "many"))),
        ({"kind": Kind.SHARES}, (Shares(1), Shares(2))),
    ],
    ids=str,
)
def test_a_cell_holds_what_its_column_says(column: dict[str, Any], value: Any) -> None:
    with pytest.raises(TypeError, match="column x h"):
        Table(name="x", title="x", columns=(Column(name="x", heading="x", **column),), rows=(Row((value,)),))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ({}, None),
        ({}, ("a", "b")),
        ({"kind": Kind.SHARES}, Possible((Authorized(1), Authorized.UNLIMITED, None))),
        ({"kind": Kind.SHARES, "bounded": True}, Bounds(Shares(1), None)),
        ({"kind": Kind.FIGURE}, Money(1, "USD")),
        ({"kind": Kind.COUNT}, (1, 2)),
        ({"kind": Kind.DAY, "bounded": True}, EffectiveDay("2026-01-02")),
    ],
    ids=str,
)
def test_a_cell_may_be_unknown_several_or_nothing(column: dict[str, Any], value: Any) -> None:
    made = Column(name="x", heading="x", **column)

    assert Table(name="x", title="x", columns=(made,), rows=(Row((value,)),)).rows[0].values == (value,)


def test_a_row_has_a_value_for_each_column() -> None:
    with pytest.raises(ValueError, match="1 columns, and not 2"):
        Table(name="x", title="x", columns=(Column(name="x", heading="x"),), rows=(Row(("a", "b")),))


def test_rows_stand_together_by_their_group() -> None:
    rows = [Row(("a",), group="1"), Row(("b",), group="1"), Row(("c",), Role.TOTAL, "2"), Row(("d",), group="1")]
    table = Table(name="x", title="x", columns=(Column(name="x", heading="x"),), rows=rows)

    assert list(table.groups()) == [[0, 1], [2], [3]]
    assert list(Table(name="x", title="x", columns=(), rows=()).groups()) == []


# --- the digest of the record -------------------------------------------------------------------------------


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger.in_memory(clock=a.ticking())
    made.record(*a.founding(), actor="counsel", command="founding")
    made.record(a.common_issued(), actor="counsel", command="issue")
    return made


def test_the_digest_is_that_of_the_leaf_hashes_in_order(ledger: Ledger) -> None:
    from hashlib import sha256

    issuer = ledger.issuer
    assert issuer is not None
    hashes = b"".join(sha256(b"\0" + leaf(issuer, entry)).digest() for entry in ledger.entries())

    assert record_digest(issuer, ledger.entries()) == sha256(hashes).hexdigest()
    assert record_digest(issuer, []) == sha256(b"").hexdigest()
    assert _leaf_hash(leaf(issuer, ledger.entries()[0])).decode() == hashes[:32].hex()


def test_the_digest_is_that_of_the_entries_taken_into_account(ledger: Ledger) -> None:
    all_of_them, fewer = Asked.of(ledger, "", 7), Asked.of(ledger, "", 6)
    before = all_of_them.digest()
    ledger.record(a.common_issued(), actor="counsel", command="another")

    assert all_of_them.digest() == before
    assert fewer.digest() != before
    assert Asked.of(ledger, "", 8).digest() not in (before, fewer.digest())
    assert Asked.of(ledger, "", 7).digest() == before


def test_the_heads_say_whose_when_and_as_known_from_what(ledger: Ledger) -> None:
    made = Asked.of(ledger, "at the close of 2026-06-30", 6, Head("as_of", "At the close of", date(2026, 6, 30)))
    heads = reports.report(asked=made).heads()

    assert [(head.name, head.label) for head in heads] == [
        ("issuer", "Issuer"),
        ("as_of", "At the close of"),
        ("known", "As known from"),
        ("record_digest", "Digest of the record"),
    ]
    assert heads[0].value == "Acme Solar, Inc. (acme)"
    assert heads[2].value == "entries 1 to 6, the last recorded 2026-01-01 12:00:00 UTC"
    assert heads[3].value == made.digest()
