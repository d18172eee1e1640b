"""Log lines and counters of one call of the command line, where somebody asked for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from ledger.store import Store
    from registrar.observing import Seen

_WATCH: Final = "registrar.watch"


class Watch:
    """Writes a line for each thing that is seen, and adds what was counted to a file at the end.

    What cannot be written is told once, and changes neither the answer nor the status.

    Args:
        log: The file of the log, or ``-`` for standard error.
        metrics: The file of the counters.

    Raises:
        NotUnderstood: ``E_FILE``: the log would be written into a ledger, or into what is no file.
    """

    def __init__(self, log: str | None, metrics: str | None) -> None:
        from registrar.cli.output import writable
        from registrar.metrics import Metrics

        if log not in (None, "-"):
            writable(str(log), "standard error")
        self._log, self._path = log, metrics
        self._metrics = Metrics()

    def see(self, seen: Seen) -> None:
        """Log and count what was seen."""
        self._metrics.see(seen)
        if self._log is None:
            return
        from datetime import UTC, datetime

        from registrar.observing import line

        data = line(seen, datetime.now(UTC))
        if self._log == "-":
            sys.stderr.write(data.decode())
            return
        try:
            file = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o640)
            try:
                os.write(file, data)  # at once, so that lines of several processes stay whole
            finally:
                os.close(file)
        except OSError as error:
            _untold("log", self._log, error)
            self._log = None

    def verb(self, name: str, nanoseconds: int, status: int, result: str) -> None:
        """Log and count the verb itself, and add all counters to those of their file."""
        from registrar.observing import Seen

        self.see(Seen(what="verb", result=result, nanoseconds=nanoseconds, verb=name, status=status))
        if self._path is None:
            return
        from ledger.errors import NotUnderstood

        try:
            self._add(self._path)
        except (OSError, NotUnderstood) as error:
            _untold("counters", self._path, error)

    def _add(self, path: str) -> None:
        import fcntl

        from registrar.cli.output import write_whole
        from registrar.cli.records import bytes_of
        from registrar.metrics import MAX_FILE_BYTES

        with open(f"{path}.lock", "ab") as lock:  # whoever reads the counters never sees half of them
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.exists(path):
                self._metrics.add(bytes_of(path, MAX_FILE_BYTES, path).decode("utf-8", "replace"))
            write_whole(path, self._metrics.text().encode())


def _untold(what: str, path: str, error: Exception) -> None:
    from registrar.cli import tell

    tell(f"note: the {what} could not be written into {path}: {getattr(error, 'strerror', None) or error}")


def watched(store: Store) -> Store:
    """Return a store, seen to where somebody asked for that."""
    context = click.get_current_context(silent=True)
    watch = None if context is None else context.meta.get(_WATCH)
    if watch is None:
        return store
    from registrar.observing import Observed

    return Observed(store, watch.see)


@contextmanager
def watching(context: click.Context, log: str | None, metrics: str | None) -> Iterator[Callable[[Any], None]]:
    """See to one verb: what it asks of a store, how long it takes, and how it ends.

    Args:
        context: Of the call.
        log: The file of the log, or ``-``; none where nobody asked for one.
        metrics: The file of the counters.

    Yields:
        Takes what the verb returned.
    """
    if log is None and metrics is None:
        yield lambda returned: None
        return
    from time import perf_counter_ns

    watch = context.meta[_WATCH] = Watch(log, metrics)
    begun, ended = perf_counter_ns(), [(0, "ok")]
    try:
        yield lambda returned: ended.append((returned if isinstance(returned, int) else 0, "ok"))
    except BaseException as error:
        ended.append(_ended(error))
        raise
    finally:
        watch.verb(context.invoked_subcommand or "", perf_counter_ns() - begun, *ended[-1])


def _ended(error: BaseException) -> tuple[int, str]:
    """Return the status that a verb ends with, and the code of what ended it."""
    from ledger.errors import LedgerError
    from registrar.observing import code_of

    match error:
        case click.exceptions.Exit():
            return error.exit_code, "ok"
        case click.ClickException():
            return 2, "E_USAGE"
        case LedgerError():
            return error.EXIT, code_of(error)
        case OSError():
            return 5, "E_FILE"
        case _:
            return 1, type(error).__name__
