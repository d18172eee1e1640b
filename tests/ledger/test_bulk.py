"""Many facts at once: what stands for all of them says of each row what the row itself would say."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, get_type_hints

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec
from ledger.bulk import Bulk, ByNumber, Column, Different, OneByOne
from ledger.coded import Coding
from ledger.columns.moves import Called
from ledger.errors import LedgerDamaged, NotUnderstood
from ledger.events import EVENTS, Event, Fact, PreferredIssued, SharesConverted, SharesTransferred
from ledger.identity import AgreementId, CommandId, EntryNumber, HolderId, Identifier, IssuerId, TrancheId
from ledger.movements import Movements
from ledger.personal import has_particulars
from ledger.quantities import Money, Shares
from ledger.timeline import Entry
from tests import strategies
from tests.builders import common_issued, shares_transferred

ISSUER = IssuerId("acme")
KINDS = [kind for kind in EVENTS if issubclass(kind, Fact) and not has_particulars(kind)]


def row(number: int, event: Event, payload: bytes | None = None) -> tuple[int, str, bytes]:
    """Return what a store keeps for an event, or for other bytes in its place, sealed as if they were recorded."""
    written = codec.encode(event) if payload is None else payload
    at = datetime(2026, 3, 1, tzinfo=UTC)
    entry = Entry(EntryNumber(number), at, "counsel", CommandId("c"), event, codec.digest(written))
    return number, codec.topic(event), codec.state(ISSUER, entry, written)


def read(*events: Event) -> Bulk:
    """Return the facts of one kind as they are read from a page."""
    page = codec.read_states([row(number, event) for number, event in enumerate(events, 1)], ISSUER, 0)
    assert page is not None
    [bulk] = page.bulks
    return bulk


def of_row(value: Any, index: int) -> Any:
    """Return what columns within a value say of one row."""
    if type(value) is Column:
        return of_row(value.values[index], index)
    if type(value) is Called:
        return value[index]
    if isinstance(value, tuple):
        parts = [of_row(part, index) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if attrs.has(type(value)):
        changes = {field.name: of_row(getattr(value, field.name), index) for field in attrs.fields(type(value))}
        return type(value)(**changes)
    return value


@st.composite
def alike(draw: st.DrawFn, kind: type[Event]) -> list[Event]:
    """Return facts of a kind that differ in names and quantities mostly, as those of a long history do."""
    first = draw(strategies.events_of(kind))
    hints = get_type_hints(kind)
    found = [first]
    for _ in range(draw(st.integers(0, 4))):
        changes: dict[str, Any] = {}
        for field in attrs.fields(kind):
            value = getattr(first, field.name)
            if isinstance(value, Identifier):
                changes[field.name] = draw(strategies.names(type(value)))
            elif type(value) is Shares and hints[field.name] is Shares:
                changes[field.name] = draw(strategies.shares())
            elif type(value) is Money and hints[field.name] is Money:
                changes[field.name] = draw(strategies.money())
        try:
            found.append(attrs.evolve(first, **changes))
        except NotUnderstood:
            found.append(draw(strategies.events_of(kind)))
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
@given(data=st.data())
@strategies.SOME
def test_what_stands_for_many_facts_moves_what_each_moves(kind: type[Event], data: st.DataObject) -> None:
    events = data.draw(alike(kind))
    bulk = read(*events)

    assert bulk.events() == events
    assert [bulk.event(index) for index in range(len(events))] == events
    at_once: Movements | None = bulk.movements()
    if at_once is not None:
        assert [of_row(at_once, index) for index in range(len(events))] == [
            event.movements() for event in events if isinstance(event, Fact)
        ]


def by_number(bulk: Bulk) -> Bulk:
    """Return the same facts, with columns as numbers of values, where these are of one sort."""
    among: dict[type, Different] = {}
    columns: dict[str, Sequence[Any]] = {}
    for name, values in bulk.columns.items():
        columns[name] = values
        if len(sorts := {*map(type, values)}) == 1:
            (sort,) = sorts
            all_of_sort = among.setdefault(sort, Different(sort, [])).values
            all_of_sort += dict.fromkeys(each for each in values if each not in all_of_sort)
            columns[name] = ByNumber(np.array([*map(all_of_sort.index, values)]), among[sort])
    same = {
        field.name: getattr(bulk.one, field.name)
        for field in attrs.fields(type(bulk.one))
        if field.name not in columns
    }
    return Bulk.of(type(bulk.one), bulk.rows, same, columns)


def rows_of(bulk: Bulk) -> list[tuple[Any, int, int]] | None:
    """Return what facts change of totals, and when, as rules see it; nothing where they do more than that."""
    coding = Coding()
    many = coding.many(bulk)
    rows = coding.rows([many]).widened(coding) if many.moves_only else None
    if rows is None:
        return None
    totals = map(coding.totals().__getitem__, rows.keys.tolist())
    return [*zip(totals, rows.at.tolist(), rows.changes.tolist(), strict=True)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
@given(data=st.data())
@strategies.SOME
def test_facts_by_number_say_what_they_say_one_by_one(kind: type[Event], data: st.DataObject) -> None:
    events = data.draw(alike(kind))
    bulk = read(*events)
    numbered = by_number(bulk)

    numbered.check()
    assert numbered.events() == events
    assert numbered.only([len(events) - 1]).events() == events[-1:]
    one, other = bulk.movements(), numbered.movements()
    assert (one is None) == (other is None)
    if one is not None:
        assert [of_row(one, at) for at in range(len(events))] == [of_row(other, at) for at in range(len(events))]
    assert rows_of(bulk) == rows_of(numbered)


@pytest.mark.parametrize("kind", [SharesTransferred, SharesConverted, PreferredIssued], ids=lambda kind: kind.KIND)
def test_the_usual_facts_are_said_at_once(kind: type[Event]) -> None:
    events = {
        SharesTransferred: lambda n: shares_transferred(from_holder=f"a{n}", to_holder=f"b{n}", transferred=n),
        SharesConverted: lambda n: SharesConverted(
            **ON, holder=HolderId(f"a{n}"), **CLASSES, surrendered=Shares(n), received=Shares(2 * n)
        ),
        PreferredIssued: lambda n: PreferredIssued(
            **ON, holder=HolderId(f"a{n}"), stock_class=CLASSES["from_class"], issued=Shares(n)
        ),
    }[kind]

    assert read(*map(events, range(1, 9))).movements() is not None


ON: dict[str, Any] = {"effective_on": shares_transferred().effective_on}
CLASSES: dict[str, Any] = {
    "from_class": shares_transferred().stock_class,
    "to_class": type(shares_transferred().stock_class)("other"),
}


def contradicting(to_holder: str, payload: bytes) -> bytes:
    """Return the payload of a transfer in which a holder transfers to itself."""
    forged = payload.replace(f'"to_holder":"{to_holder}"'.encode(), b'"to_holder":"ada"')
    assert forged != payload
    return forged


@pytest.mark.parametrize("forged", [{0}, {3}, {4}, {1, 2}, {0, 1, 2, 3, 4}])
def test_a_row_that_contradicts_itself_is_found_among_those_that_do_not(forged: set[int]) -> None:
    events = [shares_transferred(from_holder="ada", to_holder=f"b{n}") for n in range(5)]
    payloads = [codec.encode(event) for event in events]
    rows = [
        row(n + 1, event, contradicting(f"b{n}", payloads[n]) if n in forged else None)
        for n, event in enumerate(events)
    ]

    assert codec.read_states(rows, ISSUER, 0) is None
    for n in range(5):
        if n in forged:
            with pytest.raises(LedgerDamaged, match="itself"):
                codec.read_state(rows[n][2], ISSUER, n + 1, rows[n][1])


@pytest.mark.parametrize("forged", [{0}, {2}, {0, 1, 2}])
def test_a_tranche_without_its_agreement_is_found_where_only_some_rows_name_one(forged: set[int]) -> None:
    events = [
        PreferredIssued(
            **ON,
            holder=HolderId("ada"),
            stock_class=CLASSES["from_class"],
            issued=Shares(1),
            agreement=AgreementId("spa"),
            tranche=TrancheId(f"t{n}"),
        )
        for n in range(3)
    ]
    payloads = [codec.encode(event) for event in events]
    rows = [
        row(n + 1, event, payloads[n].replace(b'"agreement":"spa"', b'"agreement":null') if n in forged else None)
        for n, event in enumerate(events)
    ]

    assert codec.read_states([row(n, event) for n, event in enumerate(events, 1)], ISSUER, 0) is not None
    assert codec.read_states(rows, ISSUER, 0) is None


def test_rows_that_answer_differently_do_not_answer_at_once() -> None:
    column = Column([HolderId("ada"), HolderId("bob")])

    assert column == Column([HolderId("ada"), HolderId("bob")])
    assert column != "carl"
    with pytest.raises(OneByOne):
        assert column == "ada"
    with pytest.raises(OneByOne):
        assert column in ("ada", "bob")


def test_rows_of_which_some_lack_a_value_do_not_stand_as_a_column() -> None:
    bulk = read(shares_transferred(security="CS-1"), shares_transferred(), shares_transferred(security="CS-2"))

    assert bulk.movements() is None
    with pytest.raises(AttributeError):
        _ = bulk.one.security  # type: ignore[attr-defined]  # a transfer has one


@pytest.mark.parametrize("ask", [hash, len, iter, str.__len__, lambda column: column + 1])
def test_a_column_does_nothing_else(ask: Any) -> None:
    with pytest.raises(TypeError):
        ask(Column([Shares(1), Shares(2)]))


def test_a_column_is_reduced_and_compared_row_by_row() -> None:
    column = Column([Shares(3), Shares(5)])

    assert column - Shares(0) is column
    assert (column - Shares(1)).values == [Shares(2), Shares(4)]
    assert (column - Column([Shares(3), Shares(1)])).values == [Shares(0), Shares(4)]
    assert column < Shares(6)
    with pytest.raises(OneByOne):
        assert column < Shares(4)


def test_a_column_is_true_or_false_where_all_of_it_is() -> None:
    assert Column([Shares(1), Shares(2)])
    assert not Column([Shares(0), Shares(0)])
    with pytest.raises(OneByOne):
        assert Column([Shares(0), Shares(1)])


@pytest.mark.parametrize(
    ("told", "written"), [("common-issued", "preferred-issued"), ('"version":"1"', '"version":"2"')]
)
def test_a_payload_of_another_kind_or_version_than_its_store_says_is_found(told: str, written: str) -> None:
    """Both kinds have the same fields: nothing but the name tells them apart."""
    events = [common_issued(issued=count) for count in (1, 2, 3)]
    forged = codec.encode(events[1]).replace(told.encode(), written.encode())
    rows = [row(1, events[0]), row(2, events[1], forged), row(3, events[2])]

    assert forged != codec.encode(events[1])
    assert codec.read_states([row(n, event) for n, event in enumerate(events, 1)], ISSUER, 0) is not None
    assert codec.read_states(rows, ISSUER, 0) is None
