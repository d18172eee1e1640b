"""What `./run` promises of its preparations, tried with a pretended installer and without a network."""

import ast
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import tomllib
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-dev.lock")}
PATIENCE_SECONDS = 30


def load(script: Path) -> ModuleType:
    """Import a copy of `run`; its notion of places follows the copy."""
    spec = importlib.util.spec_from_loader("bootstrap", SourceFileLoader("bootstrap", str(script)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, with a space in its name, that holds what `run` reads."""
    monkeypatch.delenv("LEDGER_VENV", raising=False)
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("run", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def bootstrap(checkout: Path) -> ModuleType:
    """Return `run` as a module whose installer only pretends, and notes in `builds` that it was called."""
    module = load(checkout / "run")

    def install(lock: str) -> None:
        module.PYTHON.parent.mkdir(parents=True)
        module.PYTHON.touch()
        with (checkout / "builds").open("a") as builds:
            builds.write(f"{lock}\n")

    module.__dict__["install"] = install
    return module


def builds(checkout: Path) -> int:
    """Count the calls of the pretended installer."""
    noted = checkout / "builds"
    return len(noted.read_text().splitlines()) if noted.exists() else 0


def start(checkout: Path, *, install: str) -> "subprocess.Popen[str]":
    """Start a process that prepares the checkout with this body of a function as its installer."""
    program = (
        "import sys, time, types\n"
        "from pathlib import Path\n"
        "bootstrap = types.ModuleType('bootstrap')\n"
        "bootstrap.__file__ = 'run'\n"
        "exec(Path('run').read_text(), bootstrap.__dict__)\n"
        "def install(lock):\n" + textwrap.indent(textwrap.dedent(install), "    ") + "\n"
        "bootstrap.install = install\n"
        "bootstrap.prepare()\n"
    )
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, cwd=checkout, stderr=subprocess.PIPE, text=True)


def wait_for(path: Path) -> None:
    """Wait until another process has made the file."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never appeared"
        time.sleep(0.01)


def read_until(process: "subprocess.Popen[str]", word: str) -> None:
    """Read what the process tells its user up to the line with this word."""
    assert process.stderr is not None
    assert any(word in line for line in process.stderr), f"it ended without saying {word!r}"


def finish(process: "subprocess.Popen[str]") -> int:
    """Hear the process out, and return its exit status."""
    process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode


PRETENDED_INSTALL = """
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.touch()
    with open("builds", "a") as builds:
        builds.write("built\\n")
"""
SLOW_INSTALL = (
    PRETENDED_INSTALL
    + """
    Path("building").touch()
    deadline = time.monotonic() + 30
    while not Path("go on").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
"""
)


def test_the_first_run_prepares_and_the_second_finds_it_done(bootstrap: ModuleType, checkout: Path) -> None:
    bootstrap.prepare()
    bootstrap.prepare()

    assert builds(checkout) == 1


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("requirements.lock", "attrs==", "attrs==1"),
        ("pyproject.toml", '"attrs>=', '"attrs>=1'),
        ("pyproject.toml", '"registrar.cold:main"', '"registrar.cold:other"'),
    ],
)
def test_other_requirements_or_another_command_are_installed_anew(
    bootstrap: ModuleType, checkout: Path, file: str, before: str, after: str
) -> None:
    bootstrap.prepare()
    text = (checkout / file).read_text(encoding="utf-8")
    assert before in text
    (checkout / file).write_text(text.replace(before, after, 1), encoding="utf-8")

    bootstrap.prepare()

    assert builds(checkout) == 2


def test_another_setting_of_a_linter_is_no_reason_to_install(bootstrap: ModuleType, checkout: Path) -> None:
    bootstrap.prepare()
    text = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    assert "line-length = 116" in text
    (checkout / "pyproject.toml").write_text(
        text.replace("line-length = 116", "line-length = 99"), encoding="utf-8"
    )

    bootstrap.prepare()

    assert builds(checkout) == 1


def test_a_checkout_that_moved_is_installed_anew(bootstrap: ModuleType, checkout: Path) -> None:
    bootstrap.prepare()
    moved = load(checkout.rename(checkout.with_name("elsewhere")) / "run")

    assert moved.PYTHON.exists()
    assert not moved.is_ready(*(moved.wanted_stamp(lock) for lock in LOCKS))


def test_what_is_needed_to_work_on_the_project_is_installed_for_that_only_and_does_for_both(
    bootstrap: ModuleType, checkout: Path
) -> None:
    for lock in (bootstrap.TO_USE, bootstrap.TO_WORK, bootstrap.TO_USE, bootstrap.TO_WORK):
        bootstrap.prepare(lock)

    assert (checkout / "builds").read_text().splitlines() == [bootstrap.TO_USE, bootstrap.TO_WORK]


@pytest.mark.parametrize(
    ("what", "lock"),
    [("demo", "TO_USE"), ("show", "TO_USE"), ("test", "TO_WORK"), ("check", "TO_WORK"), ("docs", "TO_WORK")],
)
def test_each_word_prepares_what_it_needs(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, what: str, lock: str
) -> None:
    asked: list[str] = []

    def prepare(which: str = bootstrap.TO_USE) -> None:
        asked.append(which)

    bootstrap.__dict__["prepare"] = prepare
    bootstrap.__dict__["hand_over"] = bootstrap.__dict__["check"] = lambda *command: 0
    monkeypatch.chdir(ROOT)

    assert bootstrap.main([what]) == 0
    assert asked == [getattr(bootstrap, lock)]


def test_check_with_options_asks_the_ledger_and_alone_the_code(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[object, ...]] = []
    bootstrap.__dict__["prepare"] = lambda which="": None

    def hand_over(*command: object) -> int:
        started.append(command)
        return 0

    bootstrap.__dict__["hand_over"] = hand_over
    bootstrap.__dict__["check"] = lambda: 7

    assert bootstrap.main(["check", "-f", "acme.db"]) == 0
    assert started[0][-5:] == ("-m", "registrar", "check", "-f", "acme.db")

    monkeypatch.chdir(ROOT)
    assert bootstrap.main(["check"]) == 7
    assert len(started) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="kills the way POSIX does")
def test_a_build_that_was_killed_is_done_again(bootstrap: ModuleType, checkout: Path) -> None:
    with start(checkout, install=SLOW_INSTALL) as killed:
        wait_for(checkout / "building")
        killed.kill()
    assert bootstrap.PYTHON.exists()
    leftover = bootstrap.VENV / "leftover"
    leftover.touch()

    bootstrap.prepare()

    assert builds(checkout) == 2
    assert not leftover.exists()


def test_of_two_started_at_once_one_builds_and_the_other_waits(checkout: Path) -> None:
    with start(checkout, install=SLOW_INSTALL) as first:
        wait_for(checkout / "building")
        with start(checkout, install=PRETENDED_INSTALL) as second:
            read_until(second, "waiting")
            (checkout / "go on").touch()
            assert (finish(first), finish(second)) == (0, 0)

    assert builds(checkout) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="locks are not inherited there")
def test_nobody_builds_where_an_orphaned_installer_still_writes(checkout: Path) -> None:
    (checkout / "installer.py").write_text(
        "import os, time\n"
        "with open('unfinished', 'w') as file:\n"
        "    file.write(str(os.getpid()))\n"
        "os.rename('unfinished', 'orphan')\n"
        "time.sleep(60)\n"
    )
    with start(checkout, install="bootstrap.done(sys.executable, 'installer.py')") as killed:
        wait_for(checkout / "orphan")
        killed.kill()
        with start(checkout, install=PRETENDED_INSTALL) as second:
            read_until(second, "waiting")
            assert builds(checkout) == 0
            os.kill(int((checkout / "orphan").read_text()), signal.SIGKILL)
            assert finish(second) == 0

    assert builds(checkout) == 1


def test_a_machine_where_no_way_of_installing_works_is_told_so_and_nothing_is_left(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap = load(checkout / "run")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap, "succeeds", lambda *command: True)
    monkeypatch.setattr(subprocess, "call", lambda *args, **options: 3)

    with pytest.raises(SystemExit, match=r"^run: .* could not be prepared; the lines above say why$"):
        bootstrap.prepare()

    _, by_uv, by_pip = capsys.readouterr().err.splitlines()
    assert by_uv.startswith("run: failed (3): /usr/bin/uv venv")
    assert " -m venv " in by_pip
    assert not bootstrap.STAMP.exists()


def test_where_uv_fails_pip_is_tried(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap = load(checkout / "run")
    called: list[str] = []

    def call(command: tuple[str | Path, ...], **options: object) -> int:
        by_uv = command[0] == "/usr/bin/uv"
        called.append(("uv: " if by_uv else "pip: ") + ("install" if "install" in command else "venv"))
        bootstrap.VENV.mkdir(exist_ok=True)
        return int(called[-1] == "uv: install")

    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap, "succeeds", lambda *command: True)
    monkeypatch.setattr(subprocess, "call", call)

    bootstrap.prepare()

    assert bootstrap.STAMP.read_text() == bootstrap.wanted_stamp(bootstrap.TO_USE)
    assert called == ["uv: venv", "uv: install", "pip: venv", "pip: install", "pip: install"]


def test_a_folder_that_is_no_virtual_environment_is_left_alone(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "charter.pdf").touch()
    monkeypatch.setenv("LEDGER_VENV", str(papers))

    with pytest.raises(SystemExit, match="left alone"):
        load(checkout / "run").prepare()
    assert (papers / "charter.pdf").exists()


def test_an_old_python_can_read_as_far_as_the_refusal() -> None:
    ast.parse((ROOT / "run").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_old_python_without_a_newer_one_is_refused_in_one_line(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(SystemExit, match=r"^run: Python 3\.11 or newer is needed; this is 3\.9$"):
        bootstrap.use_a_recent_python()


@pytest.mark.parametrize("status", [0, 1, 7])
def test_the_exit_status_of_what_was_asked_is_passed_on(checkout: Path, status: int) -> None:
    program = f"bootstrap.hand_over(sys.executable, '-c', 'raise SystemExit({status})')"
    with start(checkout, install=program) as process:
        assert finish(process) == status


def test_settings_of_another_environment_do_not_leak_in(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX"):
        monkeypatch.setenv(name, "/elsewhere")

    environment = load(checkout / "run").ENVIRONMENT

    assert "/elsewhere" not in environment.values()


def test_every_check_runs_and_those_that_failed_are_named(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(command: tuple[str | Path, ...], env: dict[str, str]) -> int:
        return int("mypy" in str(command[0]) or "format" in command)

    monkeypatch.setattr(subprocess, "call", call)

    assert bootstrap.check() == 1
    assert capsys.readouterr().err.splitlines() == [
        "run: ruff check",
        "run: ruff format --check",
        "run: mypy",
        "run: lint-imports --no-logo",
        "run: failed: ruff format --check, mypy",
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_has_a_hash(lock: str) -> None:
    packages = re.split(r"\n(?=\S)", re.sub(r"(?m)^ *#.*\n", "", LOCKS[lock]).strip())

    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9-]+==\S+ ", package), package
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(lock: str) -> None:
    assert not re.search(r"://|\bfile:|\.(org|com|net|io)\b|--(extra-)?index|--find-links", LOCKS[lock])


def locked(lock: str) -> dict[str, set[str]]:
    """Return the versions of each package in a lock; there may be one for each range of Pythons."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"(?m)^([a-z0-9-]+)==(\S+) ", LOCKS[lock]):
        found.setdefault(name, set()).add(version)
    return found


def test_everything_the_project_requires_is_locked_at_a_version_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups, extras = project["dependency-groups"], project["project"]["optional-dependencies"]
    to_use = [
        *project["project"]["dependencies"],
        *(each for extra in ("arrow", "charts", "excel", "pdf") for each in extras[extra]),
        *groups["build"],
        *project["build-system"]["requires"],
    ]
    to_work = [each for each in groups["dev"] if isinstance(each, str)]
    to_work += [*groups["docs"], *extras["pandas"], *extras["polars"], *extras["testing"]]

    for lock, required in (("requirements.lock", to_use), ("requirements-dev.lock", to_use + to_work)):
        for requirement in map(Requirement, required):
            versions = locked(lock)[requirement.name]
            assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_what_both_locks_hold_they_hold_at_the_same_version() -> None:
    everything = locked("requirements-dev.lock")

    assert all(everything[name] == versions for name, versions in locked("requirements.lock").items())
