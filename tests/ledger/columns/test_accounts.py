"""Accounts and texts by number: the same numbers whether they came one by one, as columns, or out of a file."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.bulk import Column
from ledger.columns import accounts as columns
from ledger.columns.accounts import COLUMNS, KINDS, NONE, ROUNDED, Accounts, Names, kind_of
from ledger.columns.layers import Layer, Layered, layers_of, pieces_of, take_kept
from ledger.columns.texts import Texts
from ledger.identity import (
    AgreementId,
    ControlAccountId,
    DividendId,
    HolderId,
    InstrumentId,
    PlanId,
    ReserveId,
    SecurityId,
    StockClassId,
    TrancheId,
)
from ledger.movements import (
    Account,
    Awarded,
    Commitment,
    Declared,
    Held,
    Interest,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Reserved,
    Restricted,
    Source,
    Stage,
    Unit,
    is_rounded,
)
from ledger.quantities import Currency
from tests.ledger.columns.test_sums import in_files

names = st.sampled_from(["a", "b", "USD", "c:1", "x" * 64])
holders = names.map(HolderId)
of_somebody = [
    st.builds(kind, instrument=names.map(InstrumentId), holder=holders)
    for kind in (Owed, Interest, Purchasable, Awarded)
]
accounts: st.SearchStrategy[Account] = st.one_of(
    st.builds(Held, holders, st.none() | names.map(SecurityId)),
    *of_somebody,
    st.builds(Reserved, names.map(ReserveId)),
    st.builds(Pooled, names.map(PlanId)),
    st.builds(Declared, names.map(DividendId)),
    st.builds(Restricted, names.map(ControlAccountId)),
    st.builds(Commitment, names.map(AgreementId), st.sampled_from(Stage), st.none() | names.map(TrancheId)),
    st.sampled_from(Source),
)
units: st.SearchStrategy[Unit] = names.map(StockClassId) | st.sampled_from(["USD", "EUR"]).map(Currency)
several = st.lists(st.tuples(units, accounts), max_size=20)


def reopened(given: Accounts) -> Accounts:
    """Return accounts that were kept and opened again."""
    texts = [Texts(layers_of("texts", in_files(pieces_of("texts", each)))) for each in given.texts.tables]
    return Accounts(Names(*texts), layers_of("accounts", in_files(pieces_of("accounts", given))))


@given(st.lists(several, max_size=5))
def test_an_account_has_one_number_however_often_the_others_were_kept_meanwhile(
    steps: list[list[tuple[Unit, Account]]],
) -> None:
    table, numbers = Accounts(), dict[Any, int]()
    for step in steps:
        for unit, account in step:
            key = type(unit), unit, account
            known = numbers.get(key)
            assert table.find(unit, account) == known
            assert table.number(unit, account) == numbers.setdefault(key, len(numbers))
        table = reopened(table)

    assert len(table) == len(numbers)
    assert [(type(unit), unit, account) for unit, account in table.names()] == [*numbers]
    assert [table[number] for number in range(len(table))] == table.names()


@given(several, several)
def test_what_is_kept_or_forgotten_keeps_its_number(
    before: list[tuple[Unit, Account]], after: list[tuple[Unit, Account]]
) -> None:
    table = Accounts()
    numbers = [table.number(*each) for each in before]
    parts: tuple[Layered, ...] = (*table.texts.tables, table)
    for part in parts:
        pieces = in_files(pieces_of("name", part))
        take_kept("name", part, pieces)

    assert [table.number(*each) for each in before] == numbers
    for each in after:
        assert table[table.number(*each)] == each


@given(several)
def test_the_parts_stand_in_columns(given_accounts: list[tuple[Unit, Account]]) -> None:
    table = Accounts()
    for each in given_accounts[: len(given_accounts) // 2]:
        table.number(*each)
    table.settle()
    for each in given_accounts:
        table.number(*each)

    kinds, of_units, of_holders, of_names, within = (table.column(name).tolist() for name in COLUMNS)

    texts = table.texts
    for at, (unit, account) in enumerate(table.names()):
        kind = account if isinstance(account, Source) else getattr(account, "stage", type(account))
        assert kinds[at] == kind_of(kind)
        assert texts.unit(of_units[at]) == unit
        holder = getattr(account, "holder", None)
        assert of_holders[at] == (NONE if holder is None else texts.holders.find(holder))
        tranche = getattr(account, "tranche", None)
        assert within[at] == (NONE if tranche is None else texts.others.find(tranche))
        assert bool(ROUNDED[kinds[at]]) == is_rounded(account)
        assert (of_names[at] == NONE) == (isinstance(account, Source) or getattr(account, "security", 0) is None)


def test_a_column_of_accounts_has_the_numbers_that_each_has_alone() -> None:
    table, alone = Accounts(), Accounts()
    many = [HolderId("h-1"), HolderId("h-2"), HolderId("h-1")]
    classes = [StockClassId("common"), StockClassId("common"), StockClassId("preferred")]
    shapes: list[tuple[Any, Any]] = [
        (StockClassId("common"), Held(Column(many))),  # type: ignore[arg-type]  # a column stands for many
        (Column(classes), Held(Column(many), SecurityId("cs-1"))),  # type: ignore[arg-type]
        (Column(classes), Source.ISSUED),
        (Currency("USD"), Source.ISSUED),
    ]

    for unit, account in shapes:
        expected = [
            alone.number(
                unit.values[at] if type(unit) is Column else unit,
                Held(many[at], account.security) if type(account) is Held else account,
            )
            for at in range(3)
        ]
        assert table.numbers(Posting(account, unit, 0), 3).tolist() == expected
        assert table.numbers(Posting(account, unit, 0), 3).tolist() == expected


def test_two_that_share_a_hash_code_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.columns.texts.hashed", lambda text: 7)
    monkeypatch.setattr(columns, "_hashed", lambda codes: 0)
    monkeypatch.setattr(columns, "_all_hashed", lambda parts: np.zeros(len(parts[0]), np.int64))
    table = Accounts()
    kept = [table.number(StockClassId("common"), Held(HolderId(f"h-{at}"))) for at in range(5)]

    again = reopened(table)

    assert [again.number(StockClassId("common"), Held(HolderId(f"h-{at}"))) for at in range(5)] == kept
    assert again.find(StockClassId("common"), Held(HolderId("h-9"))) is None


def test_layers_stay_few(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = Texts()
    for at in range(1_000):
        texts.number(f"t-{at}")
        texts.settle()

    assert len(texts.layers) <= 10
    assert texts.all() == [f"t-{at}" for at in range(1_000)]
    assert [texts[at] for at in (0, 500, 999)] == ["t-0", "t-500", "t-999"]


def test_a_kind_is_called_as_it_is_in_files() -> None:
    assert KINDS[:13] == (
        "held",
        "owed",
        "interest",
        "purchasable",
        "awarded",
        "reserved",
        "pooled",
        "declared",
        "restricted",
        "stage promised",
        "stage undrawn",
        "stage closed",
        "stage lapsed",
    )
    assert len({*KINDS}) == len(KINDS) == len(ROUNDED) == 13 + len(Source)


def test_every_account_there_is_has_a_place_in_the_columns() -> None:
    named = {kind.__name__.lower() for kind in get_args(Account)} - {"commitment", "source"}

    assert named == {*KINDS[:9]}


def test_a_layer_is_looked_through_by_its_codes() -> None:
    layer = Layer(3, {"codes": np.asarray([1, 5, 5, 9]), "order": np.asarray([2, 0, 3, 1])})

    assert [[*layer.places(code)] for code in (0, 1, 5, 9, 10)] == [[], [2], [0, 3], [1], []]
