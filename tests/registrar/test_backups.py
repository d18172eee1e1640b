"""The verbs that copy a ledger and make one of a copy: what they say, and what they leave."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.journal import Ledger
from registrar.cli import main
from tests import builders as a


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "acme.db"
    with Ledger.open(made, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), a.common_issued())
    return made


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if not each.name.endswith(".keys"))


def test_a_ledger_is_copied_and_made_again(path: Path, tmp_path: Path) -> None:
    copied = run("backup", tmp_path / "copy.db", "-f", path)
    restored = run("restore", tmp_path / "copy.db", "-f", tmp_path / "again.db")

    assert (copied.exit_code, restored.exit_code) == (0, 0)
    assert f"{tmp_path}/copy.db is a backup of {path}: 7 entries of acme, root " in copied.stdout
    assert f"{tmp_path}/again.db is restored from {tmp_path}/copy.db: 7 entries of acme, root " in restored.stdout
    assert "an older copy would look the same" in restored.stderr
    assert f"put their file at {tmp_path}/again.db.keys" in restored.stderr
    shutil.copy(f"{path}.keys", tmp_path / "again.db.keys")
    assert run("show", "-f", tmp_path / "again.db", "--json").stdout == run("show", "-f", path, "--json").stdout


def test_an_empty_ledger_is_said_to_hold_nothing(tmp_path: Path) -> None:
    run("init", tmp_path / "new.db")

    assert "nothing is recorded in it" in run("backup", tmp_path / "copy.db", "-f", tmp_path / "new.db").stdout


def test_that_the_keys_of_personal_values_are_apart_is_said(path: Path, tmp_path: Path) -> None:
    Path(f"{path}.keys").touch()

    told = run("backup", tmp_path / "copy.db", "-f", path).stderr

    assert f"keep a copy of {path}.keys apart" in told


@pytest.mark.parametrize("given", [["--checkpoint", "a.checkpoint"], ["--key", "a.pub"]])
def test_a_checkpoint_goes_with_the_key_of_its_log(given: list[str], path: Path, tmp_path: Path) -> None:
    refused = run("restore", path, "-f", tmp_path / "again.db", *given)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: E_USAGE: a checkpoint is checked with the key of its log")
    assert names(tmp_path) == ["acme.db"]


@pytest.mark.parametrize(
    ("verb", "code", "status"), [("backup", "E_FILE", 5), ("restore", "E_FILE", 5)], ids=["backup", "restore"]
)
def test_nothing_is_written_over(verb: str, code: str, status: int, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_text("mine")
    words = [other, "-f", path] if verb == "backup" else [path, "-f", other]

    refused = run(verb, *words)

    assert (refused.exit_code, refused.stdout) == (status, "")
    assert refused.stderr.startswith(f"error: {code}: {other}: it is there already")
    assert other.read_text() == "mine"


@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_a_ledger_on_a_server_is_left_to_the_servers_own_tools(verb: str, path: Path, tmp_path: Path) -> None:
    refused = run(verb, path if verb == "restore" else tmp_path / "copy.db", "-f", "postgresql://pat:secret@host/d")

    assert refused.exit_code == 5
    assert refused.stderr.startswith("error: E_FILE: postgresql://pat@host/d: a ledger on a server is backed up")
    assert "secret" not in refused.stderr


def test_a_file_that_is_read_only_is_asked_without_a_trace(path: Path, tmp_path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(a.common_issued(holder="bob"))
        before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}

        answered = run("holders", "-f", path, "--read-only", "--as-of", "2026-03-01")

        assert answered.exit_code == 0
        assert "bob" in answered.stdout
        assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before
