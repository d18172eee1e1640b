"""Where an answer goes, and in which format: to standard output, or whole into a file."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from registrar.cli.waiting import quiet

if TYPE_CHECKING:
    from registrar.report import Report

FORMATS: Final = ("table", "csv", "json", "md", "html", "xlsx", "pdf")
PICTURES: Final = ("svg", "png", "json")
"""Formats of a picture; JSON is the Vega-Lite spec."""
_NARROW, _WIDE, _IN_FILE = 60, 160, 100
_DATABASE: Final = b"SQLite format 3\0"
_WRITE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class Output(NamedTuple):
    """Where an answer goes.

    Attributes:
        form: In which format.
        path: Into which file; ``None`` for standard output.
        table: Of which table of the answer only.
    """

    form: str = "table"
    path: str | None = None
    table: str | None = None


def chosen(form: str | None, path: str | None, table: str | None, *, as_json: bool) -> Output:
    """Return what the options amount to: the format that is named, or that of the file's name.

    Raises:
        UsageError: They do not fit together.
    """
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json is short for -o json, and -o {form} is given too (leave one out)")
    form = "json" if as_json else form
    path = None if path == "-" else path
    if path is not None and form is None:
        from registrar.render import SUFFIXES

        suffix = os.path.splitext(path)[1].lower()
        if suffix not in SUFFIXES:
            known = ", ".join(SUFFIXES)
            raise click.UsageError(f"the name {path[:200]!a} says no format (end it in one of {known}, or add -o)")
        form = SUFFIXES[suffix]
    return Output(form or "table", path, table)


def chosen_picture(form: str | None, path: str | None) -> Output:
    """Return what the options of a picture amount to: the format that is named, or that of the file's name.

    Raises:
        UsageError: They do not fit together, or a picture would be printed on a terminal.
    """
    path = None if path == "-" else path
    if path is None:
        if form != "json" and sys.stdout.isatty():
            raise click.UsageError("a picture is nothing for a terminal (name a file: -O picture.svg)")
        return Output(form or "svg")
    suffix = os.path.splitext(path)[1].lower().removeprefix(".")
    if form is None and suffix not in PICTURES:
        known = ", ".join(f".{each}" for each in PICTURES)
        raise click.UsageError(f"the name {path[:200]!a} says no format (end it in one of {known}, or add -o)")
    return Output(form or suffix, path)


def leave(
    output: Output, report: Callable[[], Report], as_json: Callable[[], dict[str, Any]] | None = None
) -> None:
    """Make an answer and see it out of the process.

    Args:
        output: Where to.
        report: Makes the answer.
        as_json: Makes the answer for programs where it says more than the tables do.
    """
    from registrar.render import BINARY, rendered

    if output.path is None and output.form in BINARY and sys.stdout.isatty():
        raise click.UsageError(f"{output.form} is nothing for a terminal (name a file: -O FILE.{output.form})")
    if output.path is not None:
        writable(output.path)
    if output.form == "json" and as_json is not None and output.table is None:
        from registrar.as_json import text

        data = text(as_json())
    else:
        made = report() if output.table is None else _only(report(), output.table)
        if output.form not in ("table", "json") and (
            made.asked is None or (output.form == "csv" and not made.tables)
        ):
            from registrar.cli import tell

            tell(made.says)  # there is no page to make, or no table to write
            return
        data = rendered(
            made,
            output.form,
            width=width() if output.path is None else _IN_FILE,
            fonts=os.environ.get("CAPTABLE_FONTS") or None,
        )
    quiet()
    if output.path is not None:
        write_whole(output.path, data)
    else:  # text in the terminal's encoding; what is for programs, as the bytes that it is
        click.echo(data.decode() if output.form == "table" else data, nl=False)


def _only(report: Report, name: str) -> Report:
    """Return a report with one of its tables.

    Raises:
        NotUnderstood: ``E_TABLE`` when it has none of that name.
    """
    import attrs

    from ledger.errors import NotUnderstood, nearest, shown

    names = [table.name for table in report.tables]
    if not names:
        return report
    if name not in names:
        near = nearest(name, names)
        hint = f"did you mean {near}?" if near else f"its tables are {', '.join(names)}"
        raise NotUnderstood("E_TABLE", f"no table {shown(name)} is in this answer", hint, "--table")
    return attrs.evolve(report, tables=[report.table(name)], checks=())


def writable(path: str, dash: str = "standard output") -> None:
    """Refuse a file that is no page, or that is to stay: a ledger is never written over, whatever it is called.

    Raises:
        NotUnderstood: ``E_FILE`` when something else is there, or what is there is read-only.
    """
    from ledger.errors import NotUnderstood

    if "\0" in path:
        raise NotUnderstood("E_FILE", "a file cannot have that name", "leave the zero byte out", ascii(path))
    if not os.path.exists(path):
        return
    if not os.path.isfile(path):
        raise NotUnderstood("E_FILE", "it is not a regular file", f"name a file, or - for {dash}", path)
    with open(path, "rb") as file:
        if file.read(len(_DATABASE)) == _DATABASE:
            raise NotUnderstood("E_FILE", "it is a ledger, and is not written over", "name another file", path)
    if not os.stat(path).st_mode & _WRITE or not os.access(path, os.W_OK):  # replacing a file asks its folder only
        raise NotUnderstood("E_FILE", "it is read-only", "name another file, or let it be written", path)


def write_whole(path: str, data: bytes) -> None:
    """Write a file whole or not at all: beside its place first, and then into it.

    Args:
        path: Which file; a symbolic link is followed.
        data: All that it is to hold.
    """
    import tempfile

    place = os.path.realpath(path)
    try:
        handle, beside = tempfile.mkstemp(prefix=".captable-", dir=os.path.dirname(place))
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, _mode(place))
        os.replace(beside, place)
    except BaseException:
        os.unlink(beside)
        raise


def _mode(place: str) -> int:
    """Return the rights of a file: those that it has, or those that a new one gets."""
    try:
        return os.stat(place).st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def width() -> int:
    """Return how many columns an answer on a terminal may take."""
    import shutil

    return min(max(shutil.get_terminal_size((80, 24)).columns, _NARROW), _WIDE)
