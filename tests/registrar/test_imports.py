"""Taking over a register on the command line: shown before it counts, counted once, refused without a trace."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from projections import cap_table
from registrar.cli import imports, main
from tests import builders as a
from tests.golden import make_register
from tests.ledger.exchange.register.made import CLASSES, COMPANY, HOLDERS, sheets
from tests.ledger.exchange.register.test_workbook import odd_files


def run(*args: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(main, list(args), input=answer)


def good(*args: str, answer: str | None = None) -> Result:
    result = run(*args, answer=answer)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with an empty ledger and a register in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("CAPTABLE_FILE", "acme.db")
    (tmp_path / "register").mkdir()
    for name, data in (("company", COMPANY), ("classes", CLASSES), ("holders", HOLDERS)):
        (tmp_path / "register" / f"{name}.csv").write_bytes(data)
    (tmp_path / "register" / "positions.csv").write_bytes(b"Holder,Shares\nada,600\nfund,400\nTotal,1000\n")
    good("init", "acme.db")
    return tmp_path


TAKE_OVER = ("import", "register", "--as-of", "2025-12-31")


def test_a_folder_is_taken_over_and_shown() -> None:
    result = good(*TAKE_OVER)

    above = " ".join(result.stdout.partition("\n\n")[0].split())
    assert above.startswith("register/classes.csv, register/company.csv, ")
    assert above.endswith(
        "5 entries of Acme Inc. (acme-inc), organised in US-DE, days in the zone UTC, from 2025-12-31 on"
    )
    assert "Ada Quill" in result.stdout
    assert result.stdout.splitlines()[-1] == "recorded 5 entries (1 to 5) of acme-inc"
    assert "note: register/positions.csv row 4: the total is not read; it fits" in result.stderr
    with Ledger.open("acme.db") as ledger:
        assert str(cap_table(ledger, as_of="2026-01-01").shares("ada", "common")) == "600"


def test_a_dry_run_shows_everything_and_records_nothing(folder: Path) -> None:
    rows = "".join(f"p-{number},Person {number},person\n" for number in range(40))
    (folder / "register" / "holders.csv").write_text(
        f"Holder ID,Name,Kind\n{HOLDERS.decode().partition(chr(10))[2]}{rows}"
    )

    shown = good(*TAKE_OVER, "--dry-run")

    assert "Person 39" in shown.stdout
    assert shown.stdout.splitlines()[-1] == "would record 45 entries (1 to 45) of acme-inc; nothing was recorded"
    with Ledger.open("acme.db") as ledger:
        assert len(ledger.entries()) == 0
    recorded = good(*TAKE_OVER)
    assert "Person 39" not in recorded.stdout
    assert "… and 22 more (holders; --dry-run shows all)" in recorded.stdout


def test_the_same_files_again_count_once_and_that_is_said() -> None:
    good(*TAKE_OVER)

    again = good(*TAKE_OVER)

    assert again.stdout == "already recorded in acme-inc: 5 entries (1 to 5); nothing was added\n"
    files = [f"register/{name}.csv" for name in ("positions", "holders", "company", "classes")]
    assert good("import", *files, "--as-of", "2025-12-31").stdout == again.stdout


def test_the_same_files_with_other_options_are_another_command() -> None:
    good(*TAKE_OVER)

    again = run("import", "register", "--as-of", "2025-12-30")

    assert again.exit_code == 4
    assert "note: these files were recorded before, with other options" in again.stderr
    assert "error: E_COMMAND_ID: " in again.stderr


def test_a_file_of_what_is_recorded_adds_nothing(folder: Path) -> None:
    good(*TAKE_OVER)
    (folder / "holders again.csv").write_bytes(HOLDERS)

    assert good("import", "holders again.csv").stdout == (
        "everything in holders again.csv is recorded already; nothing was added\n"
    )


@pytest.mark.parametrize(("answer", "status", "entries"), [("y\n", 0, 5), ("n\n", 130, 0), ("", 130, 0)])
def test_on_a_terminal_it_is_asked_first(
    answer: str, status: int, entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_somebody_answers", lambda: True)

    result = run(*TAKE_OVER, answer=answer)

    assert "Record this? [y/N]" in result.stdout
    assert result.exit_code == status
    with Ledger.open("acme.db") as ledger:
        assert len(ledger.entries()) == entries


def test_nobody_is_asked_who_said_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "_somebody_answers", lambda: True)

    assert "Record this" not in good(*TAKE_OVER, "--yes").stdout


def test_json_is_the_outcome_alone() -> None:
    answer = json.loads(good(*TAKE_OVER, "--json").stdout)

    assert (answer["answer"], answer["entries"]) == ("recorded", ["1", "2", "3", "4", "5"])


def test_the_events_may_go_on_as_json_lines() -> None:
    events = good(*TAKE_OVER, "--events").stdout

    recorded = run("record", "acme.db", "-", answer=events)

    assert recorded.stdout == "recorded 5 entries (1 to 5) of acme-inc\n"


def test_an_opening_balance_is_adopted_from_one_spreadsheet_in_one_command(folder: Path) -> None:
    with Ledger.open("acme.db") as ledger:
        ledger.record(a.issuer_registered(), a.stock_class_designated())
    holdings = [["Shareholder", "No. of shares"], ["Ada Quill", 600], ["Fund LP", 400]]
    (folder / "holdings.xlsx").write_bytes(sheets(Sheet1=holdings))

    good("import", "holdings.xlsx", "--as-of", "2026-01-31", "--kind", "organisation", "--partial")

    with Ledger.open("acme.db") as ledger:
        line = cap_table(ledger, as_of="2026-02-01").stock_class("common")
        assert str(line.outstanding.low) == "1000"
        assert not line.is_complete


def test_what_breaks_a_rule_is_told_with_its_row_and_may_be_recorded_as_stated(folder: Path) -> None:
    (folder / "register" / "transfers.csv").write_bytes(b"Day,From,To,Shares\n2026-01-05,ada,fund,601\n")

    refused = run(*TAKE_OVER)
    assert refused.exit_code == 3
    assert "error: E_BALANCE: register/transfers.csv row 2: ada holds 600 common" in refused.stderr
    stated = good(*TAKE_OVER, "--as-stated")
    assert "the record has 1 finding now (captable check shows them)" in stated.stderr


def test_text_that_a_later_unicode_may_know_is_told_with_its_row(folder: Path) -> None:
    (folder / "register" / "holders.csv").write_text(f"{HOLDERS.decode()}x,A\u0378b,person\n")

    refused = run(*TAKE_OVER)

    assert "error: E_TEXT: register/holders.csv row 4: " in refused.stderr


def test_every_problem_is_one_line_and_nothing_is_changed(folder: Path) -> None:
    (folder / "register" / "positions.csv").write_bytes(b"Holder,Shares\nadda,5\nfund,\x1b[31m1000\n")
    before = (folder / "acme.db").read_bytes()

    refused = run(*TAKE_OVER)

    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 2
    assert all(line.startswith("error: E_") and line.isprintable() for line in refused.stderr.splitlines())
    assert (folder / "acme.db").read_bytes() == before


@pytest.mark.parametrize("name", list(odd_files()))
def test_an_odd_workbook_is_one_line_and_changes_nothing(name: str, folder: Path) -> None:
    data, code, words = odd_files()[name]
    (folder / "register.xlsx").write_bytes(data)
    before = (folder / "acme.db").read_bytes()

    refused = run("import", "register.xlsx")

    assert (refused.exit_code, refused.stdout) == (2, "")
    [line] = refused.stderr.splitlines()
    assert line.startswith(f"error: {code}: register.xlsx")
    assert words in line
    assert (folder / "acme.db").read_bytes() == before


@pytest.mark.parametrize(
    ("args", "code", "status", "words"),
    [
        (("import", "nowhere.xlsx"), "E_FILE", 2, "nowhere.xlsx: it cannot be read: No such file"),
        (("import", "empty"), "E_FILE", 2, "the folder holds no .xlsx and no .csv file"),
        (("import", "register", "--as-of", "31/12/2025"), "E_DATE", 2, "--as-of: day '31/12/2025' is ambiguous"),
        (("import", "register", "--numbers", "1.2.3"), "E_USAGE", 2, "is not one of '1234.56', '1,234.56'"),
        (("import", "register", "-f", "no.db"), "E_FILE", 5, "no.db"),
        (("import", "register", "--in", "a b"), "E_ID", 2, "issuer 'a b'"),
        (("import",), "E_USAGE", 2, "Missing argument"),
        (("import", "acme.db"), "E_ENCODING", 2, "save it as CSV UTF-8"),
        (("template", "register"), "E_FILE", 2, "it is there already, and may be filled in"),
        (("template", "form.pdf"), "E_FILE", 2, "a form is not written as .pdf"),
        (("export-register",), "E_USAGE", 2, "a register is written as -O FILE.xlsx, or as -o csv -O FOLDER"),
        (("export-register", "-o", "pdf", "-O", "x.pdf"), "E_USAGE", 2, "a register is written as"),
        (("export-register", "-O", "x.xlsx", "--table", "holders"), "E_USAGE", 2, "leave --table out"),
        (
            ("export-register", "-O", "x.xlsx", "--history", "--as-of", "2026-01-01"),
            "E_USAGE",
            2,
            "--history writes every act",
        ),
    ],
)
def test_a_slip_is_told_in_one_line(
    args: tuple[str, ...], code: str, status: int, words: str, folder: Path
) -> None:
    (folder / "empty").mkdir()

    result = run(*args)

    assert (result.exit_code, len(result.stderr.splitlines())) == (status, 1), result.output
    assert result.stderr.startswith(f"error: {code}: ")
    assert words in result.stderr


def test_without_a_ledger_that_is_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAPTABLE_FILE")

    result = run("import", "register")

    assert result.stderr == "error: E_USAGE: no ledger file is named (use -f FILE, or set CAPTABLE_FILE)\n"


def test_a_second_company_begins_its_ledger_in_the_same_file() -> None:
    good(*TAKE_OVER)

    good(*TAKE_OVER, "--in", "acme-two", "--command-id", "second")

    with Ledger.open("acme.db", "acme-two") as ledger:
        assert len(ledger.entries()) == 5


# --- forms and exports ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["form.xlsx", "form", "form/"])
def test_a_form_is_written_and_holds_nothing(form: str) -> None:
    written = good("template", form)

    assert f"captable import {form} --dry-run" in written.stdout
    assert "E_EMPTY" in run("import", form).stderr


@pytest.mark.parametrize("way", [("-O", "out.xlsx"), ("-o", "csv", "-O", "out")])
@pytest.mark.parametrize("which", [("--history",), ("--as-of", "2025-12-31")])
def test_an_exported_register_taken_over_gives_the_same_answers(
    way: tuple[str, ...], which: tuple[str, ...]
) -> None:
    good(*TAKE_OVER)
    good("init", "other.db")

    written = good("export-register", *which, *way)
    good("import", way[-1], "-f", "other.db")

    assert written.stdout == f"{way[-1]} holds the register; rows: " + written.stdout.partition("rows: ")[2]
    tables = []
    for path in ("acme.db", "other.db"):
        with Ledger.open(path) as ledger:
            table = cap_table(ledger, as_of="2026-01-01")
            tables.append((table.issuer, table.holdings, table.classes))
    assert tables[0] == tables[1]


def test_of_what_is_no_share_an_export_names_what_is_in_force_and_nothing_that_ended() -> None:
    facts = [
        a.class_rights_stated(),
        a.preferred_issued(),
        a.dividend_declared(),
        a.note_issued(),
        a.proceeds_restricted(),
        a.restriction_placed(),
        a.ownership_limit_agreed(),
        a.group_formed(),
        a.nominee_declared(),
    ]
    ended = [
        a.ownership_limit_waived(effective_on="2026-12-01", notified_on=date(2026, 9, 1)),
        a.restriction_lifted(effective_on="2026-12-01"),
        a.group_dissolved(effective_on="2026-12-01"),
    ]
    with Ledger.open("papers.db", create=True) as ledger:
        ledger.record(*a.founding(), *facts, *ended)

    first, last = (
        good("export-register", "-f", "papers.db", "-O", f"{day}.xlsx", "--as-of", day).stderr.splitlines()
        for day in ("2026-11-30", "2026-12-31")
    )

    assert first[:6] == [
        "note: not in it: notes, SAFEs and warrants: n-1",
        "note: not in it: what classes are entitled to beside votes and conversion: series-a",
        "note: not in it: dividends declared and unpaid: 2026-q1",
        "note: not in it: money in control accounts: use-of-proceeds",
        "note: not in it: restrictions, limits and liens: lock-up, blocker",
        "note: not in it: groups and nominees: family, bob",
    ]
    assert last == [*first[:4], "note: not in it: groups and nominees: bob"]


def test_what_an_export_leaves_out_is_said_on_standard_error() -> None:
    shutil.copyfile("acme.db", "full.db")
    with Ledger.open("full.db") as ledger:
        ledger.record(*a.founding(), a.agreement_signed())

    result = good("export-register", "-f", "full.db", "-O", "out.xlsx", "--as-of", "2026-03-01")

    assert "note: not in it: what investors promised: spa" in result.stderr
    refused = run("export-register", "-f", "full.db", "-O", "out2.xlsx", "--history")
    assert (
        "is agreement-signed, and a register file has no room for it (write the register as of a day)"
        in refused.stderr
    )
    assert not Path("out2.xlsx").exists()


def test_a_folder_that_holds_something_is_not_written_into() -> None:
    good(*TAKE_OVER)

    refused = run("export-register", "-o", "csv", "-O", "register")

    assert "error: E_FILE: register: the folder is not empty (name a new one)" in refused.stderr


def test_nothing_recorded_is_no_register() -> None:
    result = good("export-register", "-O", "out.xlsx")

    assert "othing has been recorded" in result.output
    assert not Path("out.xlsx").exists()


@pytest.mark.parametrize("width", [80, 120])
def test_what_is_shown_before_it_counts_is_the_table_that_is_kept(width: int) -> None:
    assert make_register.shown(width) == (make_register.FOLDER / f"import.{width}.txt").read_text()
