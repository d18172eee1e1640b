"""Holdings as the ordinary way prints them, made with the standard library alone."""

from __future__ import annotations

from itertools import chain, compress, count, repeat

from registrar.cold import NotPlain

TYPE_CHECKING = False  # the module of that name takes longer to import than some answers
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from registrar.cold.held import Held
    from registrar.cold.record import Record


def printed(told: Mapping[str, str], record: Record, day: date, held: Held, width: int) -> Iterator[str]:
    """Yield the answer, as the ordinary way prints it."""
    above = (
        f"{told['legal_name']} ({record.issuer})",
        f"Holdings at the close of {day}",
        f"as known from all {record.size:,} entries, the last recorded {told['recorded_at']} UTC",
    )
    runs = []
    for name, start, end in held.runs:
        shares = held.shares[start:end].tolist()
        taken = [*compress(shares, shares)]
        if taken:
            holders = [*compress(held.holders[start:end], shares)]
            runs.append((name, holders, taken, _unusual(held, start, end, shares)))
    if not runs or not all(line.isascii() and line.isprintable() for line in above):
        raise NotPlain
    wide = [
        max(len("Class"), *(len(name) for name, *_ in runs)),
        max(len("Holder"), *(_longest(held.names, holders) for _, holders, *_ in runs)),
        max(len("Shares"), *(max(map(len, (f"{max(taken):,}", *unusual.values()))) for *_, taken, unusual in runs)),
    ]
    if max(sum(wide) + 4, *map(len, above)) > width:
        raise NotPlain
    form = f"\n%-{wide[0]}s  %-{wide[1]}s  %{wide[2]}s"
    yield "".join(f"{line}\n" for line in above)
    yield form % ("Class", "Holder", "Shares")
    yield form % tuple("-" * each for each in wide)
    padded = [*map(f"%-{wide[1]}s  ".__mod__, held.names)]
    for name, holders, taken, unusual in runs:
        numbers = [*map(format, taken, repeat(f"{wide[2]},"))]
        for place, text in unusual.items():
            numbers[place] = text.rjust(wide[2])
        columns = zip(repeat(f"\n{name:<{wide[0]}}  "), map(padded.__getitem__, holders), numbers)
        yield "".join(chain.from_iterable(columns))
    yield "\n"
    if held.between:
        from registrar.text import OPEN_DAYS, wrapped

        yield "".join(f"{line}\n" for line in ("", *wrapped(f"* {OPEN_DAYS}", width, "  ")))


def _longest(texts: Sequence[str], used: Sequence[int]) -> int:
    """Return how long the longest of some texts is; most often it is one of the longest of all."""
    most = max(map(len, texts))
    return most if any(len(texts[each]) == most for each in used) else max(len(texts[each]) for each in used)


def _unusual(held: Held, start: int, end: int, shares: Sequence[int]) -> dict[int, str]:
    """Return what is no number above zero, by its place among the positions of a class that are not nothing."""
    texts = {place - start: _between(*each) for place, each in held.between.items() if start <= place < end}
    if min(shares) < 0:
        texts |= {
            place: _between(each, each) for place, each in enumerate(shares) if each < 0 and place not in texts
        }
    if not texts:
        return {}
    places = {place: rank for rank, place in enumerate(compress(count(), shares))}
    return {places[place]: text for place, text in texts.items() if place in places}


def _between(low: int, high: int) -> str:
    first, last = (f"{each:,}" if each >= 0 else f"({-each:,})" for each in (low, high))
    return first if low == high else f"{first} – {last}"
