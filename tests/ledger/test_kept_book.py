"""A ledger whose book is kept lets through and refuses exactly what one does that walks through its record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ledger.gate
import ledger.kept_book
import ledger.reader
from ledger import Ledger
from ledger.book import Book, ClassTotal, UndrawnUnder
from ledger.errors import BeforeOpening, HoldingExceeded, RuleBroken, UnknownName
from ledger.events import Event
from ledger.gate import Sweep, sweep
from ledger.identity import AgreementId, HolderId, InstrumentId, IssuerId, SecurityId, StockClassId, TrancheId
from ledger.kept_book import total_of, total_text
from ledger.keyed import Keyed
from ledger.movements import Awarded, Commitment, Held, Source, Stage
from ledger.pages import Unread
from ledger.quantities import Currency
from ledger.timeline import standing
from tests.builders import (
    agreement_signed,
    authorized_shares_changed,
    common_issued,
    founding,
    opening_balance_adopted,
    shares_transferred,
    stock_split_effected,
    ticking,
)
from tests.ledger.test_rules import _COMMANDS as COMMANDS


@contextmanager
def kept_often() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger.reader, "LENGTH", 2)
        patch.setattr(ledger.reader, "AHEAD", 1)
        yield


BEGUN = (*founding(), authorized_shares_changed(authorized=8), agreement_signed())


def told(book: Book) -> Any:
    """Return what a book knows at the end."""
    totals = [{total: quantity for total, quantity in table.items() if quantity} for table in (book.high, book.low)]
    splits = {name: [each.entry.number for each in facts] for name, facts in book.splits.items()}
    return totals, splits, book.at, book.split_at


def settings_told(book: Book, of: Book) -> Any:
    """Return the settings of a book that another one knows of."""
    return {key: [(each, value) for each, value in book.settings.get(key, ())] for key in of.settings}


def outcome(company: Ledger, events: list[Event], as_stated: bool) -> Any:
    try:
        company.record(*events, as_stated=as_stated)
    except RuleBroken as error:
        return type(error), str(error), error.fields()
    return len(company.entries())


def opened(path: Path) -> Ledger:
    return Ledger.open(path, create=True, clock=ticking())


@given(COMMANDS, st.lists(st.booleans(), min_size=8, max_size=8))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_book_that_was_kept_lets_the_same_commands_through(
    commands: list[tuple[list[Event], bool]], closes: list[bool]
) -> None:
    with TemporaryDirectory() as folder, kept_often():
        company, whole = opened(Path(folder) / "a.db"), Ledger.in_memory(clock=ticking())
        for each in (company, whole):
            each.record(*BEGUN)
        for (events, as_stated), close in zip(commands, closes, strict=False):
            if close:
                company.close()
                company = opened(Path(folder) / "a.db")
            assert outcome(company, events, as_stated) == outcome(whole, events, as_stated)
        company.close()
        with opened(Path(folder) / "a.db") as company:
            gate, fresh = company._rules(), sweep(standing(company.entries())).book
            gate._catch_up(company.entries())
            assert settings_told(gate._sweep.book, fresh) == settings_told(fresh, fresh)
            assert told(gate._sweep.book) == told(fresh)


@pytest.mark.parametrize(
    "total",
    [
        (StockClassId("common"), Held(HolderId("ada"))),
        (StockClassId("common"), Held(HolderId("ada"), SecurityId("CS-1"))),
        (StockClassId("common"), Awarded(InstrumentId("o-1"), HolderId("ada"))),
        (StockClassId("common"), Source.TREASURY),
        (StockClassId("USD"), ClassTotal.ISSUED_OR_RESERVED),
        (Currency("USD"), Commitment(AgreementId("pa"), Stage.UNDRAWN, TrancheId("t1"))),
        (Currency("USD"), Commitment(AgreementId("pa"), Stage.UNDRAWN)),
        (Currency("USD"), UndrawnUnder(AgreementId("pa"))),
    ],
)
def test_a_total_is_read_back_from_its_name(total: Any) -> None:
    read = total_of(total_text(total))

    assert read == total
    assert [type(part) for part in read] == [type(part) for part in total]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """Return the company in a file, with its book beside it, and one entry after it."""
    path = tmp_path / "a.db"
    with kept_often():
        with opened(path) as company:
            company.record(*BEGUN)
            for count in range(1, 9):
                company.record(common_issued(holder="ada", issued=1, effective_on=f"2026-02-{count:02}"))
        monkey = pytest.MonkeyPatch()
        monkey.setattr(ledger.reader, "AHEAD", 1_000)
        with opened(path) as company:
            company.record(shares_transferred(from_holder="ada", transferred=1, effective_on="2026-02-08"))
        yield path
        monkey.undo()


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many facts were walked through, each time."""
    seen: list[int] = []

    def counted(facts: Any) -> Sweep:
        seen.append(len(facts))
        return sweep(facts)

    monkeypatch.setattr(ledger.gate, "sweep", counted)
    return seen


def test_an_entry_of_today_needs_no_look_at_the_history(path: Path, sweeps: list[int]) -> None:
    with opened(path) as company:
        company.record(shares_transferred(from_holder="ada", transferred=7, effective_on="2026-02-09"))
        with pytest.raises(HoldingExceeded):
            company.record(shares_transferred(from_holder="ada", transferred=1, effective_on="2026-02-10"))
        with pytest.raises(UnknownName, match="ada"):
            company.record(shares_transferred(from_holder="adda", transferred=1, effective_on="2026-02-10"))

        assert sweeps == []
        read = [part for part in company.entries()._parts if not isinstance(part, Unread) or part._page is not None]
        assert sum(map(len, read)) <= 3


def test_a_book_of_all_entries_is_taken_as_it_is(tmp_path: Path, sweeps: list[int]) -> None:
    with kept_often():
        with opened(tmp_path / "a.db") as company:
            company.record(*BEGUN)
        sweeps.clear()
        with opened(tmp_path / "a.db") as company:
            company.record(common_issued(holder="ada", issued=1))

    assert sweeps == []


def test_what_took_a_walk_is_kept_so_that_the_next_one_needs_none(path: Path, sweeps: list[int]) -> None:
    late = shares_transferred(from_holder="ada", transferred=1, effective_on="2026-02-07")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger.reader, "AHEAD", 10)
        with opened(path) as company:
            company.record(late)
        assert len(sweeps) == 1
        with opened(path) as company:
            company.record(shares_transferred(from_holder="ada", transferred=1, effective_on="2026-02-09"))

    assert len(sweeps) == 1


def test_a_split_of_today_finds_every_position(path: Path, sweeps: list[int]) -> None:
    with opened(path) as company:
        company.record(authorized_shares_changed(authorized=100, effective_on="2026-02-09"))
        company.record(stock_split_effected(ratio="2", effective_on="2026-02-10"))
        company.record(shares_transferred(from_holder="ada", transferred=14, effective_on="2026-02-11"))
        with pytest.raises(HoldingExceeded):
            company.record(shares_transferred(from_holder="ada", transferred=1, effective_on="2026-02-12"))

        assert sweeps == []


def test_what_moved_a_class_is_looked_up_in_the_whole_record(path: Path, sweeps: list[int]) -> None:
    with opened(path) as company:
        with pytest.raises(BeforeOpening):
            company.record(opening_balance_adopted(treasury=1, effective_on="2026-02-10"))

        assert len(sweeps) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda told: {},
        lambda told: told | {"at": None},
        lambda told: told | {"levels": ["NONE"]},
        lambda told: told | {"splits": {"common": "1000:1"}},
        lambda told: told | {"segments": {"totals": 9, "settings": 0}},
    ],
)
def test_what_is_no_book_is_as_good_as_none(path: Path, change: Callable[[Any], Any], sweeps: list[int]) -> None:
    with opened(path) as company:
        shelf = company._store.shelf(IssuerId("acme"), ledger.kept_book.PART, ledger.kept_book.LAYOUT)
        assert shelf is not None
        kept = shelf.open()
        assert kept is not None
        shelf.drop()
        shelf.keep(kept.size, change(kept.told), {name: {**piece} for name, piece in kept.pieces.items()})

    with opened(path) as company:
        company.record(shares_transferred(from_holder="ada", transferred=7, effective_on="2026-02-09"))
        assert len(sweeps) == 1


@pytest.mark.parametrize("text", ["x", "1:1", "99:99", "1"])
def test_a_setting_that_names_no_fact_is_looked_up_in_the_whole_record(
    path: Path, text: str, monkeypatch: pytest.MonkeyPatch, sweeps: list[int]
) -> None:
    monkeypatch.setattr(Keyed, "get", lambda self, name: text)
    with opened(path) as company:
        company.record(shares_transferred(from_holder="ada", transferred=7, effective_on="2026-02-09"))

        assert len(sweeps) == 1
