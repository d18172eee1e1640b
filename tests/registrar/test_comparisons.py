"""The control book, differences and what would be if, as people print them and programs read them."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, Scope
from ledger.events import Event
from ledger.exchange import json_lines
from projections import Bounds, control_book, difference, restatement, what_if
from registrar import differences
from registrar.cli import main
from registrar.cli.comparisons import ANSWERS
from registrar.registers.control import control_book as control_report
from registrar.render.pdf import data_of
from registrar.report import Cell, Column, Kind, Report, Row, Table
from registrar.views.entries import summary
from tests import builders as a
from tests.golden import make_tables
from tests.projections.histories import SOME, as_of_days, histories, recorded


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    make_tables.acme(path)
    return str(path)


@pytest.fixture
def round_file(tmp_path: Path) -> str:
    path = tmp_path / "round.jsonl"
    path.write_text(make_tables.SUPPOSED, encoding="utf-8")
    return str(path)


def run(*args: str, said: str | None = None) -> Result:
    return CliRunner().invoke(main, list(args), input=said)


def answer(*args: str) -> dict[str, Any]:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    made: dict[str, Any] = json.loads(result.stdout)
    return made


# --- what is refused, and how --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["diff"], "E_USAGE: nothing to compare with (give --after DAY, or --known-from WHEN)"),
        (["diff", "--as-of", "2026-06-30"], "E_USAGE: nothing to compare with"),
        (["diff", "--through", "2026-06-30"], "E_USAGE: Missing option '--after'"),
        (["diff", "--after", "2026-06-30", "--as-of", "2026-07-01"], "E_USAGE: --as-of is for one day"),
        (
            ["diff", "--known-from", "17", "--known-to", "19", "--known-at", "18"],
            "E_USAGE: --known-to and --known-at",
        ),
        (["diff", "--after", "2026-07-01", "--through", "2026-06-30"], "E_DATE: 2026-06-30 is before 2026-07-01"),
        (["diff", "--after", "2026-02-30"], "E_DATE: --after: day '2026-02-30' does not exist"),
        (["diff", "--after", "2026-02-03", "--through", "soon"], "E_DATE: --through:"),
        (["diff", "--known-from", "99"], "E_KNOWN: --known-from: entry 99 is not recorded"),
        (["diff", "--known-from", "17", "--known-to", "99"], "E_KNOWN: --known-to: entry 99 is not recorded"),
        (["diff", "--known-from", "17", "--known-at", "99"], "E_KNOWN: --known-at: entry 99 is not recorded"),
        (["diff", "--known-from", "18", "--known-to", "17"], "E_KNOWN: 17 entries are fewer than 18"),
        (["diff", "--known-from", "17", "--as-of", "2026-06-30", "--basis", "2026-06-29"], "E_BASIS"),
        (["control", "--as-of", "2026-06-30", "--basis", "2026-06-29"], "E_BASIS"),
        (["what-if", "-", "--as-of", "2026-06-30", "--basis", "2026-06-29"], "E_BASIS"),
        (["what-if", "no-such-file.jsonl"], "E_FILE: no-such-file.jsonl: it cannot be read"),
        (["what-if", "-", "--answer", "shows"], "E_USAGE: Invalid value for '--answer'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_do_not_fit_are_refused_in_one_line(acme: str, args: list[str], says: str) -> None:
    result = run(*args, "-f", acme, said=make_tables.SUPPOSED)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {says}")
    assert result.stderr.count("\n") == 1


def test_a_class_of_another_name_is_answered_with_the_nearest(acme: str) -> None:
    result = run("control", "comon", "-f", acme, "--as-of", "2026-06-30")

    assert result.exit_code == 3
    assert result.stderr.startswith("error: E_UNKNOWN: no stock class 'comon' is recorded")
    assert "Did you mean common?" in result.stderr


@pytest.mark.parametrize("verb", [["control"], ["diff", "--after", "2026-01-01"], ["what-if", "-"]])
def test_that_nothing_was_recorded_by_then_is_an_answer(acme: str, verb: list[str]) -> None:
    result = run(*verb, "-f", acme, "--known-at", "2025-12-31", said=make_tables.SUPPOSED)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Nothing had been recorded by ")


def test_a_first_knowledge_of_nothing_is_an_answer_too(acme: str) -> None:
    result = run("diff", "--known-from", "2025-12-31", "-f", acme)

    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing had been recorded by ")


# --- what if -------------------------------------------------------------------------------------------------

TOO_MANY = (
    '{"kind":"common-issued","effective_on":"2026-06-01","holder":"ada","stock_class":"common","issued":"1"}\n'
    '{"kind":"common-issued","effective_on":"2026-06-02","holder":"bob","stock_class":"common","issued":"9000000"}\n'
)


def test_what_a_rule_forbids_is_refused_with_its_line_and_can_be_supposed_as_stated(acme: str) -> None:
    refused = run("what-if", "-f", acme, "--as-of", "2026-06-30", said=TOO_MANY)
    stated = run("what-if", "-f", acme, "--as-of", "2026-06-30", "--as-stated", "--answer", "check", said=TOO_MANY)

    assert (refused.exit_code, refused.stdout) == (3, "")
    assert refused.stderr.startswith("error: E_AUTHORISED: standard input line 2: common: 15,500,002 shares would")
    assert stated.exit_code == 0
    assert "As recorded: Everything in the record fits." in stated.stdout
    assert "broken  2026-06-02  entry 21  E_AUTHORISED" in stated.stdout


def test_lines_that_cannot_be_read_are_refused_as_when_they_are_recorded(acme: str) -> None:
    broken = make_tables.SUPPOSED.replace("preferred-issued", "prefered-issued")
    refusals = [run(*verb, "-f", acme, said=broken).stderr for verb in (["what-if", "-"], ["record", "-"])]

    assert refusals[0] == refusals[1]
    assert "line 2" in refusals[0]


def test_nothing_of_it_is_written_whatever_is_asked(acme: str, round_file: str) -> None:
    before = Path(acme).read_bytes()

    for asked in ([], *(["--answer", each] for each in ANSWERS)):
        result = run("what-if", round_file, "-f", acme, "--as-of", "2026-06-30", *asked)
        assert (result.exit_code, result.stderr) == (0, "")

    assert Path(acme).read_bytes() == before
    assert sorted(path.name for path in Path(acme).parent.iterdir()) == ["acme.db", "acme.db.keys"]
    assert run("show", "-f", acme, "--as-of", "2026-06-30").stdout.count("Fund LP") == 1


def test_it_is_supposed_on_what_was_known_then(acme: str) -> None:
    earlier = answer("diff", "--known-from", "17", "--as-of", "2026-06-30", "-f", acme)
    result = run("what-if", "-f", acme, "--as-of", "2026-06-30", "--known-at", "17", "--json", said=TOO_MANY[:104])

    made = json.loads(result.stdout)
    assert earlier["holdings"][0]["old"] == made["holdings"][0]["old"] == {"low": "3000002", "high": "3000002"}
    assert made["holdings"][0]["new"] == {"low": "3000003", "high": "3000003"}
    assert made["known"]["entries"] == "17"


def test_each_answer_stands_there_without_what_is_supposed_and_with_it(acme: str, round_file: str) -> None:
    ask = ["-f", acme, "--as-of", "2026-06-30"]
    for name in ("show", "commitments", "holders", "certificates", "control", "check"):
        both = answer("what-if", round_file, *ask, "--answer", name)
        assert both["answer"] == "what-if"
        assert both["supposed"] == f"3 events of {round_file}, not recorded"
        tables = {key.removesuffix("_recorded") for key in both if key.endswith("_recorded")}
        assert tables == {key.removesuffix("_supposed") for key in both if key.endswith("_supposed")}
        assert tables
        if name in ("holders", "certificates", "control"):  # these are for programs what their tables are
            own = answer(name, *ask)
            assert all(both[f"{table}_recorded"] == own[table] for table in tables)
            assert any(both[f"{table}_recorded"] != both[f"{table}_supposed"] for table in tables)


def test_what_is_no_share_stands_there_without_what_is_supposed_and_with_it(acme: str, tmp_path: Path) -> None:
    supposed = tmp_path / "papers.jsonl"
    builders = (a.note_issued, a.warrant_issued, a.plan_adopted, a.award_granted, a.dividend_declared)
    facts = [builder(effective_on="2026-07-20") for builder in builders]
    supposed.write_bytes(json_lines.write(facts))

    for name, table in (
        ("notes", "owed"),
        ("warrants", "warrants"),
        ("awards", "awards"),
        ("dividends", "dividends"),
        ("fully-diluted", "definitions"),
    ):
        both = answer("what-if", str(supposed), "-f", acme, "--as-of", "2026-07-31", "--answer", name)
        assert both[f"{table}_supposed"]
        assert not both.get(f"{table}_recorded") or both[f"{table}_recorded"] != both[f"{table}_supposed"]


def test_an_answer_in_the_units_of_the_day_is_asked_in_no_others(acme: str, round_file: str) -> None:
    result = run("what-if", round_file, "-f", acme, "--answer", "notes", "--basis", "2026-12-31")

    assert result.exit_code == 2
    assert "E_USAGE: --answer notes is in the units of the day asked about (leave --basis away)" in result.stderr


def test_what_is_supposed_says_so_in_every_heading(acme: str, round_file: str) -> None:
    for asked in ([], ["--answer", "show"]):
        result = run("what-if", round_file, "-f", acme, "--as-of", "2026-06-30", *asked)
        assert "supposing 3 events of" in " ".join(result.stdout.split())
        assert "not recorded" in " ".join(result.stdout.split()[:40])


# --- for programs --------------------------------------------------------------------------------------------


def test_the_control_book_for_programs_has_a_row_for_each_act(acme: str) -> None:
    made = answer("control", "-f", acme, "--as-of", "2026-07-01")

    assert made["answer"] == "control-book"
    assert [row["entry"] for row in made["acts"]] == ["2", "9", "10", "11", "12", "16", "19", "3", "15"]
    assert made["acts"][1] == {
        "stock_class": "common",
        "entry": "9",
        "effective_on": "2026-02-02",
        "what": "issued",
        "shares": "3000001",
        "issued": {"low": "3000001", "high": "3000001"},
        "authority": "none",
        "flags": None,
        "holder": "ada",
        "reserve": None,
        "authorized": ["10000000"],
        "reserved": {"low": "0", "high": "0"},
        "available": {"low": "6999999", "high": "6999999"},
        "treasury": {"low": "0", "high": "0"},
        "outstanding": {"low": "3000001", "high": "3000001"},
        "used_up": {"low": "0", "high": "0"},
        "issued_change": "3000001",
        "is_issue": "yes",
        "lacks_authority": "yes",
        "evidence": None,
    }
    assert [row["reserve"] for row in made["reserves"]] == ["plan"]


def test_a_difference_for_programs_has_old_new_change_and_entries(acme: str) -> None:
    made = answer("diff", "-f", acme, "--as-of", "2026-06-30", "--known-from", "17")

    assert (made["answer"], made["as_of"]) == ("differences", "2026-06-30")
    assert made["known_from"].startswith("entries 1 to 17, the last recorded 2026-01-01")
    assert made["holdings"] == [
        {
            "name": "Ada Quill",
            "holder": "ada",
            "stock_class": "common",
            "old": {"low": "3000002", "high": "3000002"},
            "new": {"low": "3000001", "high": "3000001"},
            "by": "-1",
            "entries": ["18"],
        }
    ]
    (entry,) = made["entries"]
    assert (entry["entries"], entry["how"], entry["reason"]) == (["18"], "voided: entry 17", "Recorded in error.")


@pytest.mark.parametrize("form", ["csv", "md", "html", "xlsx", "pdf", "json"])
def test_each_of_them_leaves_in_every_format_and_twice_the_same(
    acme: str, round_file: str, form: str, tmp_path: Path
) -> None:
    for verb in (
        ["control", "--as-of", "2026-06-30"],
        ["diff", "--after", "2026-01-31", "--through", "2026-07-01"],
        ["what-if", round_file, "--as-of", "2026-06-15", "--answer", "control"],
    ):
        pages = []
        for number in (1, 2):
            page = tmp_path / f"{verb[0]}-{number}.{form}"
            result = run(*verb, "-f", acme, "-O", str(page))
            assert (result.exit_code, result.stderr) == (0, "")
            pages.append(page.read_bytes())
        assert pages[0] == pages[1] != b""


def test_instruments_stand_in_a_table_of_their_own_with_holder_and_price() -> None:
    ledger = a.company()
    ledger.record(a.note_issued())
    found = differences.with_and_without(ledger, what_if(ledger, a.warrant_issued(), as_of="2026-06-30"), "w.jsonl")
    passed = differences.between_days(ledger, difference(ledger, after="2026-02-01", through="2026-02-02"))

    table = found.table("instruments")
    assert [tuple(map(str, row.values)) for row in table.rows] == [
        ("w-1", "Fund LP", "fund", "may buy", "0", "1,000", "1000", "(EntryNumber(8),)"),
        ("w-1", "None", "None", "price of common", "not stated", "2 USD", "None", "(EntryNumber(8),)"),
    ]
    assert [row.values[3] for row in passed.table("instruments").rows] == ["owed", "price of common"]
    owed = "Owed: the principal of a note, or what was paid for a SAFE, without interest."
    assert (owed in passed.notes, owed in found.notes) == (True, False)


def test_what_an_event_says_is_told_in_words_and_not_in_the_words_of_programs() -> None:
    told = " ".join(summary(event) for event in a.one_of_each())

    assert not re.search(r"\b(True|False|None)\b", told)
    assert summary(a.stockholders_voted(carried=False)).endswith("carried no")


# --- what adds up --------------------------------------------------------------------------------------------


def figure(report: Report, cell: Cell) -> Any:
    table = report.table(cell.table)
    value = table.rows[cell.row].values[table.index(cell.column)]
    if isinstance(value, Bounds):
        value = value.exact if value.is_exact else None
    return None if value is None else value.as_fraction()


def checked(report: Report) -> int:
    """Ask that every check comes to zero where its cells are known, and return how many were."""
    count = 0
    for check in report.checks:
        plus, minus = ([figure(report, cell) for cell in cells] for cells in (check.plus, check.minus))
        if None not in (*plus, *minus):
            assert sum(plus) == sum(minus), check.what
            count += 1
    return count


@SOME
@given(histories(most=14), as_of_days)
def test_the_acts_of_every_class_add_up_to_what_is_issued(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)

    assert checked(control_report(ledger, control_book(ledger, as_of=as_of))) == 2
    checked(control_report(ledger, control_book(ledger, as_of=as_of, basis="2026-03-01")))


@SOME
@given(histories(longest=2, most=14), as_of_days, st.integers(0, 12))
def test_old_and_change_add_up_to_new_on_every_page(events: list[Event], as_of: date, known: int) -> None:
    ledger = recorded(events)
    learnt = restatement(ledger, as_of=as_of, known_from=13 + min(known, len(events)))
    passed = difference(ledger, after="2026-02-01", through=as_of)

    checked(differences.between_knowledge(ledger, learnt))
    checked(differences.between_days(ledger, passed))


def test_every_holding_that_changed_is_checked() -> None:
    ledger = recorded([])
    found = difference(ledger, after="2026-01-31", through="2026-02-09")

    assert checked(differences.between_days(ledger, found)) == len(found.holdings) == 3


# --- notes and words -----------------------------------------------------------------------------------------


def test_issues_without_authority_are_listed_with_their_entries_and_none_where_there_are_none() -> None:
    ledger = a.company()
    ledger.record(a.common_issued(authority="Board"), a.common_issued(), a.common_issued())
    ledger.record(a.preferred_issued(authority="Board"))

    report = control_report(ledger, control_book(ledger, as_of="2026-06-30"))

    assert report.notes == ("common: issues that name no authority: 2 of 3, entries 8 and 9.",)


def test_a_partial_register_and_open_days_are_said() -> None:
    ledger = a.company()
    ledger.record(a.common_issued(effective_on="2026-06-01/2026-07-31", authority="Board"))
    ledger.record(a.register_scope_declared(scope=Scope.PARTIAL))

    report = control_report(ledger, control_book(ledger, as_of="2026-06-30"))

    assert [note.split(":")[0] for note in report.notes] == [
        "A figure between two values",
        "The register is partial, or its scope was not stated yet",
    ]
    assert report.checks[0].what.startswith("series-a")  # where a line is open there is no sum


def test_no_class_and_no_difference_are_said_in_a_sentence() -> None:
    ledger = a.company()

    book = control_report(ledger, control_book(ledger, as_of="2025-12-31"))
    same = differences.between_days(ledger, difference(ledger, after="2026-02-01", through="2026-02-02"))
    supposed = differences.with_and_without(ledger, what_if(ledger, as_of="2026-02-01"), "nothing.jsonl")

    assert book.says == "No class had been designated by the close of 2025-12-31."
    assert same.says == supposed.says == "Nothing is otherwise."


def test_what_changed_as_days_passed_is_said() -> None:
    ledger = a.company()
    ledger.record(a.agreement_signed())

    found = difference(ledger, after="2026-03-30", through="2026-04-01")
    report = differences.between_days(ledger, found)

    assert report.notes == ("spa: what names no entry changed as days passed, and tranches fell due.",)
    assert report.table("entries").empty == "No entry: days have passed."
    assert [row.values[:4] for row in report.table("terms").rows] == [("spa t1", "is due", "no", "yes")]


def test_a_restatement_says_what_it_stands_instead_of_and_why() -> None:
    ledger = a.company()
    ledger.record(a.common_issued())
    ledger.record(a.entry_restated(7))

    report = differences.between_knowledge(ledger, restatement(ledger, as_of="2026-06-30", known_from=7))

    (row,) = report.table("entries").rows
    said = dict(zip((column.name for column in report.table("entries").columns), row.values, strict=True))
    assert (said["entries"], said["how"], said["reason"]) == ((8,), "restated", "Misread the form.")
    assert said["before"] == "entry 7: common-issued 2026-02-02, holder ada, stock class common, issued 1,000"


def test_a_fact_that_moved_beyond_the_day_is_told_with_the_entry_that_it_was() -> None:
    ledger = a.company()
    ledger.record(a.common_issued())
    ledger.record(a.entry_restated(7, restated_as=a.common_issued(effective_on="2026-09-01")))

    report = differences.between_knowledge(ledger, restatement(ledger, as_of="2026-06-30", known_from=7))

    (row,) = report.table("entries").rows
    assert row.values[:2] == ((8,), "restated: entry 7")


def test_the_earlier_day_as_it_was_known_then_is_said_above() -> None:
    ledger = a.company()
    ledger.record(a.common_issued())
    found = difference(ledger, after="2026-02-02", through="2026-02-03", known_after=6)

    report = differences.between_days(ledger, found)

    assert [head.name for head in report.heads()] == [
        "issuer",
        "after",
        "through",
        "known_after",
        "known",
        "record_digest",
    ]


def test_every_kind_of_term_is_said_in_words() -> None:
    ledger = Ledger.in_memory(clock=a.ticking())
    ledger.record(*a.founding())
    ledger.record(
        a.agreement_signed(),
        a.register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=5_000),
        a.class_terms_amended(votes_per_share="2"),
    )

    report = differences.between_days(ledger, difference(ledger, after="2026-01-31", through="2026-02-28"))
    said = {(row.values[0], row.values[1]): row.values[2:4] for row in report.table("terms").rows}

    assert said["spa", "remedy"] == ("not stated", "redeem 0.5 at 0.01 USD")
    assert said["spa", "investor"] == ("not stated", "fund")
    assert said["spa t1", "condition permit"] == ("not stated", "open")
    assert said["common", "votes per share"] == ("not stated", "2")
    learnt = differences.between_knowledge(ledger, restatement(ledger, as_of="2026-02-28", known_from=6))
    told = {(row.values[0], row.values[1]): row.values[2:4] for row in learnt.table("terms").rows}
    assert told["common", "stated"] == (None, "5,000 on 2026-01-01")
    assert told["common", "is complete"] == ("yes", "no")
    assert told["common", "scope"] == ("not stated", "partial")


# --- on paper ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("figures", "landscape"), [(24, False), (25, True)])
def test_a_page_lies_on_its_side_where_wide_figures_would_leave_no_room_for_words(
    figures: int, landscape: bool
) -> None:
    columns = [Column(name=f"figure_{number}", heading="9" * figures, kind=Kind.COUNT) for number in range(4)]
    table = Table(
        name="agreements",
        title="Agreements",
        columns=(Column(name="agreement", heading="Agreement"), *columns),
        rows=[Row(("series-k-purchase", 1, 2, 3, 4))],
    )
    report = Report(name="differences", title="Differences", asked=None, tables=(table,))

    assert data_of(report)["landscape"] is landscape
