"""The holdings of a day at once: out of what is kept beside a ledger, before anything else is imported.

Whole programs are started for one answer, and most of the time would go into starting them. The plainest question,
``captable holdings -f FILE --as-of DAY``, is tried here first, with the standard library alone. What could go
wrong, and why it does not:

- *It is not so plain.* Whatever is unusual goes the ordinary way: another option, no folder beside the ledger, one
  that lacks an entry or does not fit the root of the record, mergers, quantities beyond 64 bits, lines too long for
  the terminal, any error at all. The ordinary way then answers or refuses, and says why.
- *Somebody records meanwhile.* The file is read as one that nobody writes to, so that nothing is left beside it,
  and looked at again in the end. With a log beside it, or changed since, it goes the ordinary way.
- *It answers otherwise.* What is printed is what the ordinary way prints, to the letter; the tests compare the two.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

TYPE_CHECKING = False  # the module of that name takes longer to import than some answers
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE = "CAPTABLE_FILE"
_MOVEMENTS = ("movements", 2)
_WIDEST, _USUAL, _NARROWEST = 160, 80, 60
_EARLIEST, _LATEST = 1600, 2999
_PIPE_CLOSED, _NOT_WRITTEN = 141, 5


class NotPlain(Exception):
    """The ordinary way answers this."""


def main() -> None:
    """Answer the command line; what is not plain goes the ordinary way."""
    try:
        text = answer(sys.argv[1:], os.environ)
    except Exception:
        text = None  # whatever it is, the ordinary way tells it better
    if text is None or not (text.isascii() or sys.stdout.encoding.lower() == "utf-8"):
        _ordinarily()
        return
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # What is left would be tried again at the end, and fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(_PIPE_CLOSED)
        sys.stderr.write(f"error: E_FILE: {error.strerror} (look at the file and its folder)\n")
        sys.exit(_NOT_WRITTEN)


def _ordinarily() -> None:
    from registrar.cli import main as ordinary

    ordinary()


def answer(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return what the command line prints.

    Raises:
        NotPlain: It is not plain; other errors mean the same.
    """
    path, on = _asked(arguments, environment)
    from contextlib import closing
    from datetime import date

    from ledger.store.kept import HEADING
    from registrar.cold.held import Held
    from registrar.cold.page import printed
    from registrar.cold.record import Record, looked_at, opened

    day = date.fromisoformat(on)
    if str(day) != on or not _EARLIEST <= day.year <= _LATEST:
        raise NotPlain
    before = looked_at(path)
    with closing(opened(path)) as connection:
        record = Record(connection)
        movements, heading = record.kept(path, *_MOVEMENTS), record.kept(path, *HEADING)
        held = Held(movements, record, day)
    if looked_at(path) != before:
        raise NotPlain
    return "".join(printed(heading.told, record, day, held, _width(environment)))


def _asked(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the file and the day that the command line names."""
    path, on = environment.get(FILE, ""), ""
    if any(name.startswith(("CAPTABLE_", "_CAPTABLE_")) and name != FILE for name in environment) or not arguments:
        raise NotPlain
    verb, *options = arguments
    if verb != "holdings" or len(options) % 2:
        raise NotPlain
    for name, value in zip(options[::2], options[1::2], strict=True):
        if name in ("-f", "--file"):
            path = value
        elif name == "--as-of":
            on = value
        else:
            raise NotPlain
    if len(on) != len("2026-01-01") or "://" in path or not os.path.isfile(path):
        raise NotPlain
    return path, on


def _width(environment: Mapping[str, str]) -> int:
    """Return how many columns an answer may take, as ``registrar.cli.output.width`` does."""
    found = int(environment.get("COLUMNS") or 0)
    if found <= 0 and sys.__stdout__ is not None and sys.__stdout__.isatty():
        found = os.get_terminal_size(sys.__stdout__.fileno()).columns
    return min(max(found if found > 0 else _USUAL, _NARROWEST), _WIDEST)
