"""Follows the console blocks of a page: runs each line in the page's folder, and compares what it prints.

A line that begins with ``$`` is run, in this process; what stands below it is what it has to print, to the letter,
standard error included. A ``>`` goes on with a line that ended in a backslash. A comment that is a day
(``# 2025-01-07``) sets the calendar: what is recorded from there on is recorded on that day. A line that fails is
followed by ``echo $?``.

Four things can be run: ``captable …``, ``python SCRIPT …``, ``export NAME=VALUE`` and ``echo $?``. Files that the
page links to are in the folder, as if they had been fetched. A page of which no block shows what is printed is not
followed.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Final
from unittest.mock import patch
from uuid import UUID

import attrs
from click.testing import CliRunner

from ledger import Ledger
from ledger.personal import SALT_BYTES
from registrar import evidence, keys
from registrar.cli import main

FETCHED: Final = {".xlsx", ".csv", ".jsonl", ".py", ".htm", ".xml", ".json"}
"""Files that a page may link to for the reader to work with."""
BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK: Final = re.compile(r"\]\(([^)\s#:]+)\)")
_DAY: Final = re.compile(r"# (\d{4}-\d\d-\d\d)")
_SETTING: Final = re.compile(r"export ([A-Z_]+)=(\S*)")
_COLUMNS: Final = 80
_EXPORTED: Final = {"LOGNAME": "pat", "COLUMNS": str(_COLUMNS), "NO_COLOR": "1", "CAPTABLE_FILE": ""}


@attrs.frozen
class Line:
    """A line of a block that is no output, with the output that stands below it.

    Attributes:
        typed: The line as the page has it, with those that it goes on in.
        command: What is run; a comment begins with ``#``.
        printed: What the page says that it prints.
    """

    typed: str
    command: str
    printed: str


def blocks(text: str) -> list[str]:
    """Return the console blocks of a page."""
    return BLOCK.findall(text)


def lines(block: str) -> list[Line]:
    """Return the lines of a block.

    Raises:
        ValueError: It begins with output.
    """
    found: list[Line] = []
    typed: list[str] = []
    printed: list[str] = []

    def end() -> None:
        if typed:
            words = [typed[0].removeprefix("$ "), *(line.removeprefix("> ") for line in typed[1:])]
            command = "".join(f"{word.removesuffix(chr(92))} " for word in words).rstrip()
            found.append(Line("".join(f"{line}\n" for line in typed), command, "".join(printed)))
        elif printed:
            raise ValueError(f"a block begins with output: {printed[0]}")
        typed.clear()
        printed.clear()

    for line in block.splitlines():
        if line.startswith("$ ") or _DAY.fullmatch(line):
            end()
            typed.append(line)
        elif line.startswith("> ") and typed and typed[-1].endswith("\\") and not printed:
            typed.append(line)
        else:
            printed.append(f"{line}\n")
    end()
    return found


def is_followed(text: str) -> bool:
    """Whether a page shows what is printed."""
    return any(line.printed for block in blocks(text) for line in lines(block))


class Console:
    """A terminal in a folder, with a calendar."""

    def __init__(self) -> None:
        self._now = datetime(2025, 1, 1, 15, tzinfo=UTC)
        self._environment = dict(_EXPORTED)
        self._status = 0
        self._is_told = True
        self._chance = Random(1)

    def fetch(self, page: Path) -> None:
        """Put the files that a page links to into the folder."""
        for link in _LINK.findall(page.read_text(encoding="utf-8")):
            file = page.parent / link
            if file.suffix in FETCHED:
                shutil.copy(file, Path.cwd())

    def follow(self, block: str) -> Iterator[tuple[Line, str]]:
        """Yield each line of a block with what it prints now.

        Raises:
            ValueError: A line is none that can be run, or has failed without the page saying so.
        """
        above = ""
        for line in lines(block):
            if not self._is_told and line.command != "echo $?":
                raise ValueError(f"{line.typed}no echo $? follows a line that failed with {self._status}: {above}")
            above = self._printed_by(line.command)
            yield line, above
        if not self._is_told:
            raise ValueError(f"no echo $? follows the last line, which failed with {self._status}: {above}")

    def _printed_by(self, command: str) -> str:
        day, setting = _DAY.fullmatch(command), _SETTING.fullmatch(command)
        if day:
            self._now = datetime.fromisoformat(f"{day[1]}T15:00:00+00:00")
            return ""
        if setting:
            self._environment[setting[1]] = setting[2]
            return ""
        if command == "echo $?":
            self._is_told = True
            return f"{self._status}\n"
        name, *arguments = shlex.split(command)
        if name == "python":
            with redirect_stdout(StringIO()) as printed, patch("sys.argv", arguments):
                try:
                    runpy.run_path(arguments[0], run_name="__main__")
                except SystemExit as ended:
                    if ended.code:
                        raise ValueError(f"{command} ended with {ended.code}: {printed.getvalue()}") from None
            return printed.getvalue()
        if name != "captable":
            raise ValueError(f"only captable, python, export and echo $? are run, not {name}")
        self._now += timedelta(minutes=1)
        with _repeatable(self._now, self._chance):
            result = CliRunner().invoke(main, arguments, env=self._environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self._status, self._is_told = result.exit_code, result.exit_code == 0
        return result.output


@contextmanager
def _repeatable(now: datetime, chance: Random) -> Iterator[None]:
    """Have a ledger that is given no clock record at this time, with salts and identities that come again."""
    settings = {
        "clock": lambda: now,
        "salts": lambda: chance.randbytes(SALT_BYTES),
        "seeds": lambda: chance.randbytes(32),
    }
    opened = Ledger.open.__func__  # type: ignore[attr-defined]  # of a class method
    with ExitStack() as patched:
        for function in (Ledger.__init__, opened, keys.make, evidence.witnessed):
            defaults = function.__kwdefaults__ or {}
            ours = {name: settings[name] for name in defaults.keys() & settings}
            patched.enter_context(patch.dict(defaults, ours))
        patched.enter_context(
            patch("ledger.journal._drawn", lambda: UUID(bytes=chance.randbytes(16), version=4).hex)
        )
        yield


def followed(console: Console, block: str) -> str:
    """Return a block with what it prints now."""
    return "".join(line.typed + printed for line, printed in console.follow(block))
