"""Positions of holders, which follow accounts as they come, against grouping them in a dictionary."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.columns import positions
from ledger.columns.accounts import Accounts
from ledger.columns.positions import Ids, Positions
from ledger.identity import HolderId, SecurityId, StockClassId
from ledger.movements import Held, Source
from ledger.quantities import Currency
from tests.ledger.columns.test_sums import in_files

_classes = st.sampled_from(["b", "a", "c"]).map(StockClassId)
_holders = st.sampled_from(["ada", "Bob", "z", "carol", "b-2"]).map(HolderId)
_securities = st.none() | st.sampled_from(["1", "2"]).map(SecurityId)
_accounts = st.one_of(
    st.tuples(_classes, st.builds(Held, _holders, _securities)),
    st.tuples(_classes, st.sampled_from([Source.ISSUED, Source.TREASURY])),
    st.tuples(st.just(Currency("USD")), st.just(Source.PAID)),
)


@given(
    st.lists(_accounts, unique=True),
    st.lists(st.integers(0, 40), max_size=4),
    _holders,
    st.integers(0, 9),
    st.integers(0, 4),
    st.data(),
)
def test_positions_that_follow_sum_what_a_dictionary_sums(
    names: list[Any], cuts: list[int], merged: HolderId, few: int, reopened: int, data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.integers(-5, 5), min_size=len(names), max_size=len(names)))
    accounts = Accounts()
    ids = Ids(accounts.texts)
    made = Positions(ids)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(positions, "FEW", few)
        for at, cut in enumerate((*sorted(cuts), len(names))):
            for unit, account in names[len(accounts) : cut]:
                accounts.number(unit, account)
            made.follow(accounts)
            if at == 1:
                made.ensure(merged)
            if at == reopened:
                made = Positions(ids, in_files({"positions": made.kept()})["positions"])
                made.follow(accounts)

    expected: defaultdict[tuple[StockClassId, HolderId], int] = defaultdict(int)
    for (unit, account), value in zip(names, values, strict=True):
        if isinstance(account, Held):
            expected[unit, account.holder] += value
    found = made.sums(np.array([values], np.int64))[0].tolist()
    assert {key: total for key, total in zip(made.keys, found, strict=True) if total} == {
        key: total for key, total in expected.items() if total
    }
    assert [*made.keys] == sorted({*made.keys, *expected})
    assert [
        (ids.classes[one], ids.holders[other]) for one, other in zip(made.classes, made.holders, strict=True)
    ] == [*made.keys]
    for place, (stock_class, holder) in enumerate(made.keys):
        of_position = [
            at
            for at, (unit, each) in enumerate(names)
            if unit == stock_class and isinstance(each, Held) and each.holder == holder
        ]
        assert sorted(made.accounts(place)) == of_position
        assert made.find((stock_class, holder)) == place
    assert made.find((StockClassId("d"), HolderId("ada"))) is None
