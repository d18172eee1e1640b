"""Counters and timings of what was seen, as Prometheus scrapes them: text format 0.0.4.

All of them only grow, so two sets are one by adding: a process that ends adds its own to those in a file.
No label has a name of the record: neither an issuer nor a command.
"""

from __future__ import annotations

import re
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger.errors import NotUnderstood, shown
from ledger.quantities import plain
from registrar.observing import OK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registrar.observing import Seen

_BUCKETS: Final = ("0.001", "0.005", "0.01", "0.05", "0.1", "0.5", "1", "5", "10", "+Inf")
"""Seconds: from a read in memory to a long import."""
_FAMILIES: Final = {
    "captable_store_calls_total": ("counter", "Calls of the store, by what came of them."),
    "captable_store_call_seconds": ("histogram", "How long calls of the store took."),
    "captable_entries_recorded_total": ("counter", "Entries that were written."),
    "captable_entries_read_total": ("counter", "Entries that were read."),
    "captable_verbs_total": ("counter", "Verbs of the command line, by their status."),
    "captable_verb_seconds": ("histogram", "How long verbs took."),
}
_PARTS: Final = ("_bucket", "_sum", "_count")
_LABELS: Final = r'\w+="[\w.+ -]*"(?:,\w+="[\w.+ -]*")*'
_SERIES: Final = re.compile(rf"(\w+)(?:\{{({_LABELS})\}})? (\d{{1,20}}(?:\.\d{{1,12}})?)", re.ASCII)
MAX_FILE_BYTES: Final = 1_000_000


class Metrics:
    """Counts what is seen."""

    def __init__(self) -> None:
        self._values: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)

    def see(self, seen: Seen) -> None:
        """Count what was seen."""
        seconds = Fraction(seen.nanoseconds, 10**9)
        if seen.verb is not None:
            ended = {"verb": seen.verb, "status": str(seen.status), "result": seen.result}
            self._count("captable_verbs_total", ended)
            self._time("captable_verb_seconds", {"verb": seen.verb}, seconds)
            return
        self._count("captable_store_calls_total", {"call": seen.what, "result": seen.result})
        self._time("captable_store_call_seconds", {"call": seen.what}, seconds)
        if seen.entries is not None and seen.result == OK:
            name = "recorded" if seen.what == "append" else "read"
            self._count(f"captable_entries_{name}_total", {}, seen.entries)

    def _count(self, name: str, labels: Mapping[str, str], more: Fraction | int = 1) -> None:
        self._values[name, ",".join(f'{label}="{value}"' for label, value in labels.items())] += more

    def _time(self, name: str, labels: Mapping[str, str], seconds: Fraction) -> None:
        for bucket in _BUCKETS:
            within = bucket == "+Inf" or seconds <= Fraction(bucket)
            self._count(f"{name}_bucket", {**labels, "le": bucket}, int(within))
        self._count(f"{name}_sum", labels, seconds)
        self._count(f"{name}_count", labels)

    def add(self, text: str) -> None:
        """Add the counters of another process.

        Raises:
            NotUnderstood: ``E_FILE``: the text is something else; nothing was added.
        """
        found: dict[tuple[str, str], Fraction] = {}
        for each in text.splitlines():
            if not each or each.startswith("#"):
                continue
            series = _SERIES.fullmatch(each)
            if series is None or _family(series[1]) not in _FAMILIES:
                hint = "name a file of its own for the counters"
                raise NotUnderstood("E_FILE", f"{shown(each)} is no counter of this program", hint)
            found[series[1], series[2] or ""] = Fraction(series[3])
        for key, value in found.items():
            self._values[key] += value

    def text(self) -> str:
        """Return all counters in the text format."""
        lines = []
        for family, (kind, about) in _FAMILIES.items():
            series = [(key, value) for key, value in self._values.items() if _family(key[0]) == family]
            if series:
                lines += [f"# HELP {family} {about}", f"# TYPE {family} {kind}"]
            lines += [
                f"{name}{f'{{{labels}}}' if labels else ''} {plain(value)}" for (name, labels), value in series
            ]
        return "".join(f"{each}\n" for each in lines)


def _family(name: str) -> str:
    """Return the family of a series: a histogram has three kinds of them."""
    whole = next((name.removesuffix(part) for part in _PARTS if name.endswith(part)), name)
    return whole if _FAMILIES.get(whole, ("",))[0] == "histogram" else name
