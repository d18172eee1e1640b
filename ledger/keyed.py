"""Texts by name, kept in arrays that need no reading before one of them is asked for.

Names are found by a hash of 64 bits, among those of a *segment*, which are sorted. What changes is a new segment,
and counts before older ones; a new one takes in those before it that are not much longer, so that there are few,
and each text is written anew few times.

The arrays of a segment: ``hashes``; ``starts``, where the text of each hash begins, and where the last one ends;
and ``texts``, each with its name before it and a line feed between them. A text of no length says that the name is
gone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from hashlib import blake2b
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Arrays = Mapping[str, Any]
    """Whole numbers by name: arrays, or what is mapped into memory."""

_GONE: Final = b""


def hashed(text: bytes) -> int:
    """Return a hash code of a text that is the same in every process."""
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little", signed=True)


class _Segment:
    """Texts that were kept together.

    Args:
        arrays: As the module describes them.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self._hashes, self._starts, self._texts = arrays["hashes"], arrays["starts"], arrays["texts"]

    @classmethod
    def of(cls, texts: Mapping[bytes, bytes]) -> _Segment:
        """Return a segment of texts by name."""
        ordered = sorted((hashed(name), name, text) for name, text in texts.items())
        lines = [b"%b\n%b" % (name, text) for _, name, text in ordered]
        hashes = array("q", [each[0] for each in ordered])
        starts = array("q", [0, *accumulate(map(len, lines))])
        return cls({"hashes": hashes, "starts": starts, "texts": array("B", b"".join(lines))})

    def __len__(self) -> int:
        return len(self._hashes)

    def _record(self, place: int) -> tuple[bytes, bytes]:
        name, _, text = bytes(self._texts[self._starts[place] : self._starts[place + 1]]).partition(b"\n")
        return name, text

    def get(self, name: bytes, code: int) -> bytes | None:
        place = bisect_left(self._hashes, code)
        while place < len(self._hashes) and self._hashes[place] == code:
            found, text = self._record(place)
            if found == name:
                return text
            place += 1
        return None

    def texts(self) -> dict[bytes, bytes]:
        """Return all texts by name."""
        return dict(map(self._record, range(len(self))))


class Keyed:
    """Texts by name.

    Args:
        segments: The arrays of each segment, the oldest first.
    """

    def __init__(self, segments: Sequence[Arrays] = ()) -> None:
        self._segments = [*map(_Segment, segments)]

    def get(self, name: str) -> str | None:
        """Return the text of a name; nothing where there is none."""
        encoded = name.encode()
        code = hashed(encoded)
        for segment in reversed(self._segments):
            if (text := segment.get(encoded, code)) is not None:
                return text.decode() or None
        return None

    def items(self, beginning: str = "") -> Iterator[tuple[str, str]]:
        """Yield the names that begin with a text, with their texts; all names are looked at."""
        seen: set[bytes] = set()
        first = beginning.encode()
        for segment in reversed(self._segments):
            for name, text in segment.texts().items():
                if name.startswith(first) and name not in seen:
                    seen.add(name)
                    if text != _GONE:
                        yield name.decode(), text.decode()

    def changed(self, texts: Mapping[str, str | None]) -> Keyed:
        """Return these texts with others in their place, or with none; what is not touched is shared."""
        made = Keyed()
        made._segments = [*self._segments]
        new = {name.encode(): _GONE if text is None else text.encode() for name, text in texts.items()}
        if not new:
            return made
        while made._segments and len(made._segments[-1]) < 2 * len(new):
            new = made._segments.pop().texts() | new
        if not made._segments:
            new = {name: text for name, text in new.items() if text != _GONE}
        made._segments.append(_Segment.of(new))
        return made

    def segments(self) -> list[Arrays]:
        """Return the arrays of each segment, the oldest first."""
        return [segment.arrays for segment in self._segments]
