"""The verb that erases: merged holders, persons in lists, what is told, and what an old copy of the keys brings."""

from pathlib import Path

from click.testing import CliRunner, Result

from ledger.events import Event
from ledger.journal import Ledger
from ledger.personal import particulars
from registrar.cli import main
from tests import builders as a

WHY = ("--reason", "Request of 3 May 2026.")


def run(*args: str, given: str = "") -> Result:
    return CliRunner().invoke(main, [*args], input=given)


def told(file: Path) -> list[str]:
    with Ledger.open(file) as ledger:
        return [str(each) for entry in ledger.entries() for each in particulars(entry.event)]


def recorded(file: Path, *events: Event) -> None:
    with Ledger.open(file) as ledger:
        ledger.record(*events)


def test_a_holder_is_erased_with_those_merged_with_it(file: Path) -> None:
    recorded(file, a.holder_merged(holder="bob", into="ada"))

    result = run("erase", "ada", "-f", str(file), *WHY, "-o", "json")

    assert result.exit_code == 0, result.output
    with Ledger.open(file) as ledger:
        assert ledger.entries()[-1].event == a.personal_data_erased("ada", "bob")
    assert "Ada Quill" not in told(file)
    assert "Bob Quill" not in told(file)


def test_an_erasure_given_again_counts_once(file: Path) -> None:
    recorded(file, a.holder_merged(holder="bob", into="ada"))

    first, second = (run("erase", "ada", "-f", str(file), *WHY, "--command", "e-1") for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 0), second.output
    assert "already recorded" in second.stdout


def test_lines_about_nobody_are_found_by_a_name_that_is_typed_where_no_history_keeps_it(file: Path) -> None:
    lines = tuple(a.listed_holder(holder=None, name=name) for name in ("Zoe Quay", "Yan Quay", "Zoe Quay"))
    recorded(file, a.holder_list_received(holders=lines))

    result = run("erase", "--named", "-", "-f", str(file), *WHY, given="Zoe Quay\n")

    assert result.exit_code == 0, result.output
    assert "Zoe" not in result.output
    assert told(file)[-3:] == ["(erased)", "Yan Quay", "(erased)"]


def test_a_name_in_no_list_is_refused_and_not_repeated(file: Path) -> None:
    result = run("erase", "--named", "-", "-f", str(file), *WHY, given="Ada Quill\n")

    assert result.exit_code == 3
    assert "E_ERASURE" in result.stderr
    assert "Quill" not in result.output


def test_a_dry_run_erases_nothing(file: Path) -> None:
    keys = Path(f"{file}.keys").read_bytes()

    assert run("erase", "ada", "-f", str(file), *WHY, "--dry-run").exit_code == 0
    assert Path(f"{file}.keys").read_bytes() == keys


def test_it_is_told_whom_an_erasure_is_about_and_what_reads_alike_and_stays(file: Path) -> None:
    lines = tuple(a.listed_holder(holder=None, name=name) for name in ("Quill, Ada", "Yan Quay", "Ada Quil"))
    recorded(file, a.holder_merged(holder="bob", into="ada"), a.holder_list_received(holders=lines))

    result = run("erase", "ada", "-f", str(file), *WHY, "--dry-run")

    assert "note: the erasure is about ada, bob" in result.stderr
    assert "lists read alike, and keep what they say, in entry 14 line 1, entry 14 line 3 (erase" in result.stderr
    assert "Quill" not in result.output


def test_nobody_named_is_a_slip(file: Path) -> None:
    result = run("erase", "-f", str(file), *WHY)

    assert (result.exit_code, "--named" in result.stderr) == (2, True)


def test_keys_that_came_back_are_deleted_and_the_next_answer_says_so(file: Path) -> None:
    keys = Path(f"{file}.keys")
    before = keys.read_bytes()
    assert run("erase", "ada", "-f", str(file), *WHY).exit_code == 0
    after = keys.read_bytes()
    keys.write_bytes(before)

    first, second = (run("log", "-f", str(file)) for _ in range(2))

    assert "erased were here again (an old copy?); they are deleted" in first.stderr
    assert "note:" not in second.stderr
    assert first.stdout == second.stdout
    assert keys.read_bytes() == after


def test_whoever_only_reads_leaves_the_keys_and_says_so(file: Path) -> None:
    keys = Path(f"{file}.keys")
    before = keys.read_bytes()
    assert run("erase", "ada", "-f", str(file), *WHY).exit_code == 0
    keys.write_bytes(before)

    result = run("log", "-f", str(file), "--read-only")

    assert "cannot be deleted" in result.stderr
    assert "Ada Quill" not in result.output
    assert keys.read_bytes() == before
