"""What if: events on top of the record that are only supposed. Nothing of them reaches the record or its store."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands import VoidCommand
from ledger.errors import AuthorizedExceeded, HoldingExceeded, IssuerFirst, NothingRecorded, RuleBroken
from ledger.events import Event
from ledger.identity import CommandId
from ledger.journal import SUPPOSED, Ledger
from ledger.personal import Personal
from projections import cap_table, commitments, findings
from tests.builders import (
    common_issued,
    company,
    entry_voided,
    founding,
    holder_registered,
    issuer_registered,
    shares_transferred,
    ticking,
)
from tests.projections.histories import LAST, SOME, answers, histories, opening_events, recorded


def held(ledger: Ledger, holder: str = "ada") -> str:
    return str(cap_table(ledger, as_of="2026-12-31").shares(holder, "common").exact)


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- it is asked like any other ledger -----------------------------------------------------------------------


def test_answers_hold_what_is_supposed_and_the_record_stays_as_it_is() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))

    supposed = ledger.supposing(shares_transferred(transferred=400))

    assert (held(supposed), held(supposed, "bob")) == ("600", "400")
    assert (held(ledger), held(ledger, "bob")) == ("1000", "0")


@SOME
@given(histories(longest=3), st.integers(0, 12))
def test_supposing_answers_as_a_ledger_would_in_which_it_were_recorded(events: list[Event], known: int) -> None:
    done, supposed = events[:known], events[known:]
    ledger, other = recorded(done), recorded(events)

    what_if = ledger
    for event in supposed:
        what_if = what_if.supposing(event)

    assert answers(what_if, LAST) == answers(other, LAST)
    assert [entry.event for entry in what_if.entries()] == [entry.event for entry in other.entries()]
    assert findings(what_if) == findings(other)
    assert len(ledger.entries()) == len(opening_events()) + len(done)


def test_several_events_are_one_command() -> None:
    supposed = company().supposing(common_issued(issued=10), shares_transferred(transferred=10))

    assert (held(supposed), held(supposed, "bob")) == ("0", "10")
    assert len({entry.command for entry in supposed.entries()[6:]}) == 1


def test_without_events_it_is_the_ledger_as_it_was_known() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(common_issued(issued=500))

    assert held(ledger.supposing()) == "1500"
    assert held(ledger.supposing(known_at=7)) == "1000"
    assert list(ledger.supposing(known_at=7).entries()) == list(ledger.entries()[:7])


def test_it_is_supposed_on_what_was_known_then() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(entry_voided(7))

    supposed = ledger.supposing(shares_transferred(transferred=400), known_at=7)

    assert (held(supposed), held(supposed, "bob")) == ("600", "400")
    with pytest.raises(HoldingExceeded):
        ledger.supposing(shares_transferred(transferred=400))


def test_one_supposition_stands_on_another() -> None:
    first = company().supposing(common_issued(issued=1_000))

    second = first.supposing(shares_transferred(transferred=400))

    assert (held(first), held(second)) == ("1000", "600")
    assert (first.supposed_from, second.supposed_from) == (7, 7)
    assert [entry.command for entry in second.entries()[6:]] == [f"{SUPPOSED}-7", f"{SUPPOSED}-8"]


def test_what_a_command_of_the_library_yields_can_be_supposed() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), command="c-1")

    supposed = ledger.supposing(*VoidCommand(command=CommandId("c-1"), reason="Misread.").events(ledger))

    assert (held(supposed), held(ledger)) == ("0", "1000")


def test_a_ledger_may_be_supposed_from_nothing() -> None:
    nothing = Ledger.in_memory(clock=ticking())

    supposed = nothing.supposing(*founding(), common_issued(issued=5))

    assert (held(supposed), supposed.issuer, supposed.supposed_from) == ("5", "acme", 1)
    assert (list(nothing.entries()), nothing.issuer, nothing.supposed_from) == ([], None, None)
    supposed.record(common_issued(issued=3))
    assert held(supposed) == "8"


# --- the same rules ------------------------------------------------------------------------------------------


def test_what_a_rule_forbids_cannot_be_supposed_unless_as_stated() -> None:
    ledger = company()

    with pytest.raises(AuthorizedExceeded):
        ledger.supposing(common_issued(issued=10_000_001))

    supposed = ledger.supposing(common_issued(issued=10_000_001), as_stated=True)
    assert [finding.code for finding in findings(supposed)] == ["E_AUTHORISED"]
    assert findings(ledger) == ()


@SOME
@given(histories(), histories(most=4))
def test_a_command_is_refused_as_a_supposition_if_and_only_if_recording_refuses_it(
    events: list[Event], asked: list[Event]
) -> None:
    ledger = recorded(events)
    for event in asked:
        refusals = []
        for attempt in (ledger.supposing, ledger.record, recorded(events).supposing):
            try:
                attempt(event)
            except RuleBroken as error:
                refusals.append(error.line())
        assert len(refusals) in (0, 3)
        assert len(set(refusals)) <= 1
        if not refusals:
            break  # it is recorded now, and would be another question


def test_a_supposition_of_nobody_begins_with_the_issuer() -> None:
    with pytest.raises(IssuerFirst):
        Ledger.in_memory().supposing(common_issued())


def test_nothing_can_be_supposed_on_what_was_known_before_the_first_entry() -> None:
    with pytest.raises(NothingRecorded):
        company().supposing(common_issued(), known_at="2025-12-31")
    with pytest.raises(NothingRecorded):
        Ledger.in_memory().supposing(issuer_registered(), known_at="2025-12-31")


# --- nothing is kept -----------------------------------------------------------------------------------------


def test_the_file_of_a_ledger_is_untouched_byte_for_byte(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "acme.db", create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
        ledger.record(common_issued(issued=1_000))
    before = files(tmp_path)

    with Ledger.open(tmp_path / "acme.db") as ledger:
        entries = list(ledger.entries())
        supposed = ledger.supposing(
            shares_transferred(transferred=400),
            holder_registered(holder="carla", name=Personal("Carla Reyes")),
        )
        supposed.record(common_issued(issued=10))
        supposed.close()
        assert (held(supposed), held(ledger)) == ("610", "1000")
        assert list(ledger.entries()) == entries
        assert files(tmp_path)["acme.db"] == before["acme.db"]
        assert files(tmp_path).get("acme.db-wal", b"") == b""  # nothing waits to be written either
    assert files(tmp_path) == before


@SOME
@given(histories(longest=3), st.integers(0, 12))
def test_the_file_is_untouched_whatever_is_supposed_and_asked(events: list[Event], known: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "acme.db")
        with Ledger.open(path, create=True, clock=ticking()) as ledger:
            ledger.record(*opening_events())
            for event in events[:known]:
                ledger.record(event)
        before = files(path.parent)

        with Ledger.open(path) as ledger:
            what_if = ledger
            for event in events[known:]:
                what_if = what_if.supposing(event)
            assert answers(what_if, LAST)

        assert files(path.parent) == before


def test_a_file_that_may_only_be_read_can_be_supposed_on(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "acme.db", create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
    (tmp_path / "acme.db").chmod(0o444)

    with Ledger.open(tmp_path / "acme.db") as ledger:
        assert held(ledger.supposing(common_issued(issued=7))) == "7"


def test_the_ledger_goes_on_recording_as_if_nothing_had_been_supposed() -> None:
    ledger, other = company(clock=ticking()), company(clock=ticking())
    supposed = ledger.supposing(common_issued(issued=9_999_999))

    ledger.record(common_issued(issued=10_000_000), command="c-1")
    other.record(common_issued(issued=10_000_000), command="c-1")

    assert list(ledger.entries()[6:]) == list(other.entries()[6:])
    assert held(supposed) == "9999999"


def test_recording_in_a_supposed_ledger_reaches_the_supposed_ledger_only() -> None:
    ledger = company()
    supposed = ledger.supposing(common_issued(issued=10))

    supposed.record(shares_transferred(transferred=4), command="c-1")

    assert (held(supposed, "bob"), len(supposed.entries()), len(ledger.entries())) == ("4", 8, 6)
    assert supposed.record(shares_transferred(transferred=4), command="c-1").repeated
    assert not ledger.record(common_issued(issued=10), command="c-1").repeated


# --- who recorded it, and when -------------------------------------------------------------------------------


def test_a_supposed_entry_says_so_and_carries_the_instant_after_the_last_one_known() -> None:
    ledger = company(clock=ticking())

    (entry,) = ledger.supposing(common_issued()).entries()[6:]

    assert (entry.number, entry.actor, entry.command) == (7, SUPPOSED, f"{SUPPOSED}-7")
    assert entry.recorded_at == datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(microseconds=1)


def test_the_same_question_has_the_same_answer_whenever_it_is_asked() -> None:
    ledger = company()

    assert ledger.supposing(common_issued()).entries() == ledger.supposing(common_issued()).entries()


def test_a_command_that_bears_the_name_of_a_supposed_one_is_not_mistaken_for_it() -> None:
    ledger = company()
    ledger.record(common_issued(issued=10), command=f"{SUPPOSED}-8")

    supposed = ledger.supposing(common_issued(issued=10))

    assert held(supposed) == "20"


def test_every_entry_of_a_ledger_that_is_kept_is_recorded() -> None:
    ledger = company()

    assert ledger.supposed_from is None
    assert ledger.supposing().supposed_from is None
    assert ledger.supposing(common_issued()).supposed_from == 7
    assert ledger.supposing(common_issued()).supposing(known_at=6).supposed_from is None


def test_what_is_supposed_is_as_much_as_it_says_for_commitments_too() -> None:
    ledger = recorded(())
    agreements = commitments(ledger.supposing(), as_of=LAST)

    assert agreements == commitments(ledger, as_of=LAST)
