"""The benchmark of any date: its issuer is what it says, and whoever is compared answers the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.any_date import aggregate, clock, fold, goals, issuer, journals, plot, results, run, written
from benchmarks.any_date.fold import Fold
from benchmarks.any_date.issuer import DAYS, Kind
from benchmarks.any_date.place import Case, Size
from benchmarks.any_date.results import Measured
from ledger import Ledger, codec
from ledger.exchange import json_lines

SIZE = Size(1_500, 40)
HISTORY = issuer.history(SIZE.events, SIZE.holders)


def test_the_history_has_every_kind_of_event_open_days_and_two_splits() -> None:
    assert len(HISTORY) == SIZE.events
    assert {*HISTORY.kind.tolist()} == {*Kind}
    assert (HISTORY.latest > HISTORY.day).any()
    assert len(HISTORY.splits) == 2


def test_the_rules_let_the_whole_history_through_and_the_ledger_written_straight_is_what_they_record(
    tmp_path: Path,
) -> None:
    written.write_lines(HISTORY, tmp_path / "lines")
    events = [event for _, event in json_lines.read((tmp_path / "lines").read_bytes())]
    written.write_ledger(HISTORY, tmp_path / "ledger")
    recorded = Ledger.in_memory()
    for start, stop in written.commands(HISTORY):
        recorded.record(*events[start:stop], actor=written.ACTOR)

    with Ledger.open(tmp_path / "ledger") as straight:
        kept = [codec.encode(entry.event) for entry in straight.entries()]

    assert kept == [codec.encode(entry.event) for entry in recorded.entries()]


@given(st.integers(0, DAYS), st.sampled_from([stop for _, stop in written.commands(HISTORY)]))
def test_postings_add_up_to_what_the_fold_multiplies(day: int, known: int) -> None:
    postings = fold.postings_as_known(HISTORY)
    counted = (postings.latest <= day) & (postings.known <= known)
    summed = np.zeros(SIZE.holdings, np.int64)
    np.add.at(summed, postings.key[counted], postings.change[counted])

    assert clock.equal(summed, Fold(HISTORY).at(day, known))


def test_some_hold_more_than_a_float_can_count_and_some_are_gone() -> None:
    held = Fold(HISTORY).at(DAYS)

    assert held.max() > 2**53
    assert int(float(held.max())) != held.max() or int(float(held.max() - 1)) != held.max() - 1
    assert not held[-len(issuer.CLASSES) :].any()


def test_an_answer_in_floats_is_no_right_answer() -> None:
    right = np.array([2**53 + 1])

    assert not clock.equal(right.astype(float), right)
    assert clock.equal(right.copy(), right)


def test_a_wrong_answer_ends_the_benchmark() -> None:
    wrong = clock.Engine("somebody", ask=lambda day: day + 1, found=lambda each: each, right=lambda day: day)

    with pytest.raises(clock.Differs, match="somebody"):
        clock.timed([wrong], [3])


@pytest.mark.parametrize("part", [part for part in run.PLAN if part not in ("texts", "cold")])
def test_each_part_runs_and_finds_the_answers_equal(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polars.thread_pool_size", lambda: 1)
    case = Case(SIZE, tmp_path)
    case.prepare(part)

    for planned in run.PLAN[part]:
        planned.run(case, 1).keep(tmp_path)

    (found,) = results.kept(tmp_path).values()
    assert (found.part, found.size) == (part, SIZE)
    assert found.times or found.figures


def test_text_accounting_is_written_and_read_without_a_share_lost(tmp_path: Path) -> None:
    postings = fold.postings(HISTORY)
    journals.write(postings, tmp_path / "journal", journals.LEDGER)
    said = (tmp_path / "journal").read_text()

    assert "  H:000000  9007199254740993 COMMON\n  I:Issuer  -9007199254740993 COMMON\n" in said
    assert said.count("  H:") == len(postings)


def test_what_text_accounting_prints_is_read_to_the_share() -> None:
    printed = "18014398509808381 COMMON\n     9997096 SERIESA  H:000001\n  7 COMMON  H:000002\n"
    of_csv = '"account","balance"\n"H:000001","18014398509808381 COMMON, 9997096 SERIESA"\n"H:000002","7 COMMON"\n'
    right = np.zeros(15, np.int64)
    right[[5, 6, 10]] = (18_014_398_509_808_381, 9_997_096, 7)

    assert clock.equal(journals.ledger_found(printed, 15), right)
    assert clock.equal(journals.csv_found(of_csv, 15), right)


def test_the_aggregate_comes_to_the_same() -> None:
    told = aggregate.Issuer()
    for method, arguments in aggregate.calls(HISTORY):
        getattr(told, method)(**arguments)

    assert clock.equal(told.held(SIZE.holders), Fold(HISTORY).at(DAYS))


def test_turns_are_compared_one_by_one() -> None:
    taken = {"ours": [1.0, 2.0], "DuckDB": [60.0, 160.0]}
    times = [clock.Times(name, clock.TURNS, seconds, seconds) for name, seconds in taken.items()]

    assert Measured("append", goals.MIDDLE, times).times_ours("ours", "DuckDB", clock.TURNS) == 70


def test_a_goal_says_whether_it_was_met() -> None:
    taken = {"ours": 1.0, "write and fdatasync": 0.25, "DuckDB": 70.0, "SQLite": 399.0, "PostgreSQL": 400.0}
    times = [clock.Times(name, clock.LOOP, [seconds], [seconds]) for name, seconds in taken.items()]
    found = {("append", goals.MIDDLE): Measured("append", goals.MIDDLE, times)}

    lines = [line for line in goals.table(found).splitlines() if line.startswith("| append")]

    assert [line.split(" | ")[-3:] for line in lines] == [
        ["≤ 2 ×", "4 ×", "**no** |"],
        ["≥ 50 ×", "70 ×", "yes |"],
        ["≥ 400 ×", "399 ×", "**no** |"],
        ["≥ 400 ×", "400 ×", "yes |"],
    ]
    assert "not run" in goals.table({})


def test_the_plot_has_a_point_for_each_engine_and_length() -> None:
    names = ("ours", "DuckDB", "polars", "SQLite")
    measured = [
        Measured("day", size, [clock.Times(name, clock.LOOP, [0.1], [0.1]) for name in names])
        for size in (goals.MIDDLE, goals.LARGE)
    ]

    shown = plot.specification({(each.part, each.size): each for each in measured})

    assert len(shown["data"]["values"]) == 8


def test_a_size_is_read_and_written_alike() -> None:
    assert Size.parse("10M/100k") == Size(10_000_000, 100_000)
    assert str(Size.parse("10M/100k")) == "10M/100k"


def test_a_part_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.main(["dya"])
    assert "there is no part 'dya'" in capsys.readouterr().err
