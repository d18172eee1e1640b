"""Where an answer goes: into which format and file, and what is left alone."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from registrar.cli import main, output, waiting
from registrar.render import SUFFIXES
from tests.golden import make_tables

ASKED = ["show", "--as-of", "2026-06-30"]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    make_tables.acme(path)
    return str(path)


@pytest.fixture(autouse=True)
def _at_home(acme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAPTABLE_FILE", acme)


def run(*args: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(args), env=environment)


def answered(*args: str) -> bytes:
    result = run(*args)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout_bytes


# --- formats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_has_the_format_of_its_name(suffix: str, tmp_path: Path) -> None:
    assert answered(*ASKED, "-O", f"answer{suffix.upper()}") == b""

    written = (tmp_path / f"answer{suffix.upper()}").read_bytes()
    printed = run(*ASKED, "-o", SUFFIXES[suffix], COLUMNS="100").stdout_bytes
    assert written == printed


@pytest.mark.parametrize(
    ("verb", "first"),
    [
        (["show"], "issuer,as_of,known_entries,name,holder,stock_class,shares_low,"),
        (["commitments"], "issuer,as_of,known_entries,agreement,investor,"),
        (
            ["rollforward", "ada", "common", "--after", "2026-01-01"],
            "issuer,figure,after,through,known_entries,movement,",
        ),
        (["explain", "ada", "common"], "issuer,as_of,known_entries,entry,effective_on_earliest,"),
        (["log"], "issuer,known_entries,entry,kind,"),
        (["check"], "issuer,known_entries,severity,on,entry,code,amount,amount_currency,what"),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["csv", "md", "html", "xlsx", "pdf"])
def test_every_verb_answers_in_every_format(verb: list[str], first: str, form: str) -> None:
    data = answered(*verb, "-o", form)

    begins = {"csv": first.encode(), "md": b"# ", "html": b"<!doctype html>", "xlsx": b"PK", "pdf": b"%PDF-1.7"}
    assert data.startswith(begins[form])


def test_the_two_names_of_an_option_mean_the_same() -> None:
    assert answered(*ASKED, "--json") == answered(*ASKED, "-o", "json") == answered(*ASKED, "--output", "json")
    assert answered(*ASKED, "--in", "acme") == answered(*ASKED, "--issuer", "acme") == answered(*ASKED)
    assert answered(*ASKED, "-O", "-") == answered(*ASKED)


def test_one_table_of_an_answer_may_be_asked_for() -> None:
    rows = list(csv.DictReader(io.StringIO(answered(*ASKED, "-o", "csv", "--table", "classes").decode())))

    assert [row["stock_class"] for row in rows] == ["common", "series-a"]
    assert list(json.loads(answered(*ASKED, "-o", "json", "--table", "reserves")))[-1] == "reserves"
    assert b"Purpose" not in answered(*ASKED, "--table", "holdings")
    refused = run(*ASKED, "--table", "holding")
    assert refused.stderr == (
        "error: E_TABLE: --table: no table 'holding' is in this answer (did you mean holdings?)\n"
    )
    assert refused.exit_code == 2
    assert "(its tables are holdings, classes, reserves)" in run(*ASKED, "--table", "x").stderr


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--json", "-o", "csv"], "--json is short for -o json, and -o csv is given too (leave one out)"),
        (["-O", "answer.doc"], "the name 'answer.doc' says no format (end it in one of .txt, .csv, "),
        (["-O", "answer"], "the name 'answer' says no format (end it in one of .txt, .csv, "),
        (["-o", "doc"], "Invalid value for '-o' / '--output': 'doc' is not one of 'table', 'csv', "),
    ],
    ids=str,
)
def test_options_that_do_not_fit_together_are_refused(args: list[str], told: str, tmp_path: Path) -> None:
    result = run(*ASKED, *args)

    assert result.stderr.startswith(f"error: E_USAGE: {told}")
    assert result.stderr.count("\n") == 1
    assert (result.exit_code, result.stdout, os.listdir(tmp_path)) == (2, "", [])


def test_a_format_that_is_named_wins_over_the_name_of_the_file(tmp_path: Path) -> None:
    answered(*ASKED, "-o", "csv", "-O", "answer.txt")

    assert (tmp_path / "answer.txt").read_bytes() == answered(*ASKED, "-o", "csv")


@pytest.mark.parametrize("form", ["csv", "md", "html", "xlsx", "pdf"])
def test_of_a_time_before_anything_was_recorded_there_is_no_page(form: str, tmp_path: Path) -> None:
    result = run(*ASKED, "--known-at", "2025-01-01", "-O", f"answer.{form}", "--table", "holdings")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("Nothing had been recorded by 2025-01-02 06:59:59 UTC;")
    assert os.listdir(tmp_path) == []


def test_of_a_day_without_stock_there_is_a_page_that_says_so_but_no_csv(tmp_path: Path) -> None:
    early = ["show", "--as-of", "2025-12-31"]

    assert b"No stock existed at the close of 2025-12-31" in answered(*early, "-o", "md")
    result = run(*early, "-O", "answer.csv")
    assert result.stderr.startswith("No stock existed at the close of 2025-12-31")
    assert (result.exit_code, os.listdir(tmp_path)) == (0, [])


# --- files --------------------------------------------------------------------------------------------------


def test_a_ledger_is_never_written_over(acme: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.csv"
    copy.write_bytes(Path(acme).read_bytes())

    for args in (["-o", "csv", "-O", acme], ["-O", "copy.csv"]):
        before = Path(args[-1]).read_bytes()
        result = run(*ASKED, *args)
        assert result.stderr == (
            f"error: E_FILE: {args[-1]}: it is a ledger, and is not written over (name another file)\n"
        )
        assert result.exit_code == 2
        assert Path(args[-1]).read_bytes() == before
    with Ledger.open(acme) as ledger:
        assert len(ledger.entries()) == 19


def test_a_read_only_file_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "filed.csv").write_bytes(b"as it was")
    (tmp_path / "filed.csv").chmod(0o444)

    result = run(*ASKED, "-O", "filed.csv")

    assert result.stderr == (
        "error: E_FILE: filed.csv: it is read-only (name another file, or let it be written)\n"
    )
    assert result.exit_code == 2
    assert (tmp_path / "filed.csv").read_bytes() == b"as it was"


@pytest.mark.parametrize("fails", ["replace", "fsync", "chmod"])
def test_a_file_is_written_whole_or_not_at_all(fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "answer.csv").write_bytes(b"as it was")

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"os.{fails}", fail)
    result = run(*ASKED, "-O", "answer.csv")

    assert (result.exit_code, result.stderr.count("\n")) == (5, 1)
    assert result.stderr.startswith("error: E_FILE: ")
    assert os.listdir(tmp_path) == ["answer.csv"]
    assert (tmp_path / "answer.csv").read_bytes() == b"as it was"


def test_an_interruption_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupt)

    assert run(*ASKED, "-O", "answer.csv").exit_code == 130
    assert os.listdir(tmp_path) == []


def test_a_link_is_followed_and_the_rights_of_a_file_stay(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(b"as it was")
    (tmp_path / "real.csv").chmod(0o640)
    (tmp_path / "link.csv").symlink_to("real.csv")

    answered(*ASKED, "-O", "link.csv")

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == answered(*ASKED, "-o", "csv")
    assert stat.S_IMODE((tmp_path / "real.csv").stat().st_mode) == 0o640


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    answered(*ASKED, "-O", "answer.csv")
    (tmp_path / "plain").write_bytes(b"")

    assert (tmp_path / "answer.csv").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("folder.csv", 2, "error: E_FILE: folder.csv: it is not a regular file (name a file, or -"),
        ("nowhere/answer.csv", 5, "error: E_FILE: nowhere/answer.csv: No such file or directory ("),
        ("a\0b.csv", 2, r"error: E_FILE: 'a\x00b.csv': a file cannot have that name ("),
    ],
)
def test_what_cannot_be_written_is_told_in_one_line(name: str, status: int, told: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    result = run(*ASKED, "-O", name)

    assert (result.exit_code, result.stderr.count("\n"), result.stderr[: len(told)]) == (status, 1, told)


# --- terminals ----------------------------------------------------------------------------------------------

NEEDS_TERMINAL = pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal made by the programme")


def on_a_terminal(*args: str, **environment: str) -> tuple[int, bytes]:
    """Run the command line with a terminal for its output; return the status, and what stands on the terminal."""
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "registrar", *args],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        timeout=60,
        check=False,
        env={**os.environ, "TERM": "xterm-256color", **environment},
        cwd=Path(__file__).parents[2],
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65_536):
            shown += piece
    except OSError:
        pass  # the other side is closed, and all is read
    os.close(ours)
    return done.returncode, shown.replace(b"\r\n", b"\n")


@NEEDS_TERMINAL
@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_what_is_no_text_does_not_go_to_a_terminal(form: str) -> None:
    status, shown = on_a_terminal(*ASKED, "-o", form)

    assert shown.decode() == f"error: E_USAGE: {form} is nothing for a terminal (name a file: -O FILE.{form})\n"
    assert status == 2


@NEEDS_TERMINAL
@pytest.mark.parametrize(
    "environment", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}], ids=str
)
def test_nothing_is_coloured_on_a_terminal_or_elsewhere(environment: dict[str, str]) -> None:
    _, shown = on_a_terminal(*ASKED, COLUMNS="80", **environment)

    assert b"\x1b" not in shown
    assert shown.decode() == run(*ASKED, COLUMNS="80", **environment).stdout
    _, refused = on_a_terminal("shwo", **environment)
    assert b"\x1b" not in refused


class Terminal(io.StringIO):
    """A terminal that tells when something is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        length = super().write(text)
        self.written.set()
        return length


def test_what_takes_long_is_told_on_a_terminal_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)

    with waiting.waiting("reading acme.db", second=0.001):
        assert terminal.written.wait(30)

    told = terminal.getvalue()
    assert told.startswith("\rreading acme.db … 1 s")
    assert told.endswith(" \r")
    assert told.rpartition("…")[2].partition("\r")[2].strip() == ""


def test_what_is_over_at_once_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)

    with waiting.waiting("reading acme.db", second=3_600):
        pass

    assert terminal.getvalue() == ""


def test_the_sign_is_gone_before_anything_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)

    with waiting.waiting("reading acme.db", second=0.001):
        assert terminal.written.wait(30)
        waiting.quiet()
        length = len(terminal.getvalue())
        assert not terminal.getvalue()[:-1].rpartition("\r")[2].strip()
    assert len(terminal.getvalue()) == length


def test_no_sign_is_given_where_no_terminal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> Any:
        raise AssertionError("a sign was begun")

    monkeypatch.setattr(waiting, "_Sign", refuse)

    assert answered(*ASKED)


# --- what is imported ---------------------------------------------------------------------------------------

HEAVY = {
    "xlsxwriter",
    "typst",
    "nanoarrow",
    "polars",
    "pandas",
    "duckdb",
    "python_calamine",
    "vl_convert",
    "stdnum",
}
RENDERERS = {f"registrar.render.{name}" for name in ("text", "tidy", "markdown", "html", "xlsx", "pdf")}


def imported(*args: str) -> set[str]:
    script = (
        "import sys\n"
        "from registrar.cli import main\n"
        f"main({list(args)!r}, standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=60, check=True, cwd=Path(__file__).parents[2]
    )
    return set(done.stderr.decode().split("\n")[-2].split())


@pytest.mark.parametrize(
    ("args", "library", "renderer"),
    [
        ([], set(), "text"),
        (["-o", "csv"], set(), "tidy"),
        (["-o", "md"], set(), "markdown"),
        (["-o", "html"], set(), "html"),
        (["-o", "json"], set(), None),
        (["-o", "xlsx"], {"xlsxwriter"}, "xlsx"),
        (["-o", "pdf"], {"typst"}, "pdf"),
    ],
    ids=str,
)
def test_a_format_imports_its_own_library_and_no_other(
    args: list[str], library: set[str], renderer: str | None
) -> None:
    loaded = imported(*ASKED, *args)

    assert loaded & HEAVY == library
    assert loaded & RENDERERS == ({f"registrar.render.{renderer}"} if renderer else set())


@pytest.mark.parametrize("args", [["--help"], ["show", "--help"], [*ASKED, "-o", "doc"]], ids=str)
def test_help_and_slips_import_no_renderer(args: list[str]) -> None:
    loaded = imported(*args)

    assert loaded.isdisjoint(HEAVY | RENDERERS | {"registrar.render", "ledger"})


def test_the_formats_of_the_option_are_those_that_can_be_made() -> None:
    from registrar.render import FORMATS

    assert set(output.FORMATS) == set(FORMATS)


def test_a_verb_may_leave_an_answer_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.registrar.render import reports

    made: list[Callable[[], Any]] = []

    def shape() -> dict[str, Any]:
        made.append(shape)
        return {"answer": "x"}

    output.leave(output.Output("json"), reports.whole, shape)
    output.leave(output.Output("json", table="holdings"), reports.whole, shape)
    output.leave(output.Output("csv", str(tmp_path / "x.csv")), reports.whole, shape)

    assert len(made) == 1
    assert capsys.readouterr().out.startswith('{\n  "answer": "x"\n}\n{\n  "answer": "cap-table",')
    assert (tmp_path / "x.csv").read_text(encoding="utf-8").startswith("issuer,as_of,")
