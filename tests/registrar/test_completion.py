"""Completion of verbs, options and names: from the file, read-only, and silent where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from ledger import Ledger
from registrar.cli import VERBS, main
from tests import builders as a

BASH = shutil.which("bash")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(
            *a.founding(),
            a.common_issued(security="CS-1"),
            a.agreement_signed(),
            a.shares_reserved(),
            a.note_issued(),
            a.warrant_issued(),
            a.plan_adopted(),
            a.dividend_declared(),
            a.proceeds_restricted(),
            command="one",
        )
    with Ledger.open(path, "other", create=True, clock=a.ticking()) as ledger:
        ledger.record(a.issuer_registered(issuer="other"), a.holder_registered(holder="olga"), command="two")
    return path


def completed(*words: str) -> list[str]:
    """Return what can follow the words, the last of which is not finished."""
    found = ShellComplete(main, {}, "captable", "_CAPTABLE_COMPLETE")
    return [item.value for item in found.get_completions(list(words[:-1]), words[-1])]


def named(file: Path, verb: str, *words: str) -> list[str]:
    return completed(verb, "-f", str(file), "--in", "acme", *words)


def test_a_verb_is_completed() -> None:
    assert completed("re") == [verb for verbs in VERBS.values() for verb in verbs if verb.startswith("re")]
    assert set(completed("")) == {verb for verbs in VERBS.values() for verb in verbs}


def test_an_option_and_its_choices_are_completed() -> None:
    assert completed("issue", "--ce") == ["--certificate"]
    assert completed("class", "x", "X", "--kind", "") == ["common", "preferred"]
    assert {"--on", "--dry-run", "--evidence", "--by"} <= set(completed("transfer", "--"))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["issue", ""], ["ada", "bob", "fund"]),
        (["issue", "b"], ["bob"]),
        (["issue", "ada", "5", ""], ["common", "series-a"]),
        (["issue", "ada", ""], []),
        (["issue", "--reserve", ""], ["plan"]),
        (["issue", "--agreement", "s"], ["spa"]),
        (["transfer", "ada", ""], ["ada", "bob", "fund"]),
        (["transfer", "--out-of", ""], ["CS-1"]),
        (["close", "spa", ""], ["t1", "t2"]),
        (["close", "none", ""], []),
        (["satisfy", "spa", ""], ["permit"]),
        (["statement", "f"], ["fund"]),
        (["explain", "sp"], ["spa"]),
        (["explain", "n"], ["n-1"]),
        (["explain", "use"], ["use-of-proceeds"]),
        (["explain", "ada", ""], ["common", "series-a", "n-1", "w-1"]),
        (["explain", "n-1", ""], ["owed"]),
        (["explain", "w-1", ""], ["purchasable"]),
        (["rollforward", "plan-2026", ""], ["pooled"]),
        (["rollforward", "2026-q1", ""], ["declared"]),
        (["rollforward", "use-of-proceeds", "r"], ["restricted"]),
        (["explain", "ada", "c"], ["common"]),
        (["explain", "common", "o"], ["outstanding"]),
        (["rollforward", "spa", "und"], ["undertaken", "undrawn"]),
        (["explain", "nobody", ""], []),
        (["explain", "ada", "common", ""], []),
    ],
    ids=lambda value: " ".join(value) or "nothing",
)
def test_names_of_the_file_are_completed(words: list[str], names: list[str], file: Path) -> None:
    assert named(file, *words) == names


def test_a_name_comes_with_its_title(file: Path) -> None:
    found = ShellComplete(main, {}, "captable", "_CAPTABLE_COMPLETE")
    items = found.get_completions(["issue", "-f", str(file), "--in", "acme"], "fu")

    assert [(item.value, item.help) for item in items] == [("fund", "Fund LP")]


def test_the_file_may_be_named_by_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTABLE_FILE", str(file))

    assert completed("issue", "--in", "other", "") == ["olga"]
    assert completed("show", "--in", "") == ["acme", "other"]


@pytest.mark.parametrize("content", [None, b"", b"no ledger", bytes(4096)])
def test_a_file_that_is_no_ledger_has_no_names(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    if content is not None:
        path.write_bytes(content)

    assert completed("issue", "-f", str(path), "") == []
    assert completed("issue", "-f", str(tmp_path), "") == []
    assert sorted(tmp_path.iterdir()) == ([path] if content is not None else [])


def test_where_no_issuer_is_named_and_there_are_two_nothing_is_guessed(file: Path) -> None:
    assert completed("issue", "-f", str(file), "") == []


def test_the_file_is_only_read(file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(file, tmp_path / "copy.db"))
    before = copy.read_bytes()
    copy.chmod(0o444)

    assert named(copy, "issue", "") == ["ada", "bob", "fund"]
    assert copy.read_bytes() == before
    assert list(tmp_path.iterdir()) == [copy]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_calls_the_program(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])

    assert result.exit_code == 0
    assert f"_CAPTABLE_COMPLETE={shell}_complete" in result.stdout
    assert "captable" in result.stdout


SCRIPT = """
eval "$(captable completion bash)"
complete -p captable
completed() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _captable_completion captable
    echo "${COMPREPLY[@]}"
}
completed captable trans
completed captable issue --ce
completed captable --in
completed captable issue --in acme ""
completed captable close --in acme spa ""
export CAPTABLE_FILE=elsewhere.db
completed captable issue ""
"""


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_bash_completes(file: Path, tmp_path: Path) -> None:
    program = tmp_path / "captable"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m registrar "$@"\n')
    program.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PATH", os.defpath)])
    root = str(Path(__file__).parents[2])

    done = subprocess.run(
        [str(BASH), "--norc", "-c", SCRIPT],
        capture_output=True,
        cwd=root,
        env={**os.environ, "PATH": path, "CAPTABLE_FILE": str(file)},
        timeout=120,
        check=True,
        text=True,
    )

    first, *others = done.stdout.splitlines()
    assert first.endswith("_captable_completion captable")
    assert others == ["transfer transfer-warrant", "--certificate", "", "ada bob fund", "t1 t2", ""]
    assert done.stderr == ""
