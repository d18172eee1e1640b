"""A disk that lost its power: what may be left of the files of a folder, after any prefix of what was asked of it.

What was not synced when the power went may be there or not, each write by itself, and the last of them may have
ended at any sector. A name is there for certain once its folder is synced; names not synced are there in the order
in which they were given, up to some point.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

import attrs

from tests.durability.tracing import Call

SECTOR: Final = 512
FORGOTTEN: Final = "-shm"
"""The end of the name of a file that is only memory."""
Change = tuple[int, bytes | None]
"""Bytes at an offset, or the new length of the file."""
Naming = tuple[str, int | None]
"""A name and its file, or none."""
Image = dict[str, bytes]
"""Files by name."""


@attrs.define
class _File:
    safe: bytearray = attrs.field(factory=bytearray)
    pending: list[Change] = attrs.field(factory=list)

    def sync(self) -> None:
        self.safe, self.pending = self.after(self.pending), []

    def after(self, changes: Sequence[Change]) -> bytearray:
        """Return its content where of what is pending only some changes happened."""
        content = bytearray(self.safe)
        for offset, data in changes:
            if data is None:
                del content[offset:]
                content.extend(bytes(offset - len(content)))
            else:
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
        return content


class Disk:
    """Follows what is asked of it for one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = f"{folder}/"
        self._files: list[_File] = []
        self._open: dict[int, int | str] = {}  # descriptor: file, or the folder itself
        self._at: dict[int, int] = {}  # descriptor: where the next write goes
        self._names: dict[str, int] = {}
        self._safe_names: dict[str, int] = {}
        self._namings: list[Naming] = []
        self.acknowledged: list[str] = []

    def take(self, call: Call) -> bool:
        """Follow a call; return whether it may change what is left when the power goes."""
        match call.name:
            case "openat":
                return self._opened(call)
            case "close":
                self._open.pop(call.descriptor, None)
                return False
            case "link" | "rename":
                source, target = map(self._within, call.texts)
                assert source is not None
                assert target is not None
                self._name(target, self._names[source])
                if call.name == "rename":
                    self._name(source, None)
                return True
            case "unlink" | "unlinkat":
                name = self._within(call.texts[0])
                if name is None:
                    return False
                self._name(name, None)
                return True
            case "write" if call.descriptor == 1:
                self.acknowledged += [line[2:] for line in call.texts[0].decode().splitlines()]
                return True
            case "fcntl":
                return False
            case "lseek":
                self._at[call.descriptor] = call.result
                return False
            case _:
                return self._changed(call, self._open.get(call.descriptor))

    def _changed(self, call: Call, what: int | str | None) -> bool:
        """Follow a call on an open file."""
        if what is None:
            return False
        if isinstance(what, str):
            assert call.name in ("fsync", "fdatasync")
            self._safe_names, self._namings = dict(self._names), []
            return True
        file = self._files[what]
        match call.name:
            case "fsync" | "fdatasync":
                file.sync()
            case "pwrite64":
                file.pending.append((call.number(-1), call.texts[0][: call.result]))
            case "write":
                at = self._at[call.descriptor]
                file.pending.append((at, call.texts[0][: call.result]))
                self._at[call.descriptor] = at + call.result
            case "ftruncate":
                file.pending.append((call.number(-1), None))
            case _:
                raise AssertionError(f"{call.name} is not followed")
        return True

    def _opened(self, call: Call) -> bool:
        path = os.fsdecode(call.texts[0])
        name = self._within(call.texts[0])
        if f"{path.rstrip('/')}/" == self._folder:
            self._open[call.result] = self._folder
        elif name is not None and not name.endswith(FORGOTTEN):
            new = name not in self._names
            if new:
                self._files.append(_File())
                self._name(name, len(self._files) - 1)
            self._open[call.result], self._at[call.result] = self._names[name], 0
            return new
        else:
            self._open.pop(call.result, None)
        return False

    def _within(self, path: bytes) -> str | None:
        """Return the name of a file of the folder."""
        text = os.fsdecode(path)
        return text.removeprefix(self._folder) if text.startswith(self._folder) else None

    def _name(self, name: str, file: int | None) -> None:
        if file is None:
            self._names.pop(name, None)
        else:
            self._names[name] = file
        self._namings.append((name, file))

    def left(self, random: Random) -> Iterator[Image]:
        """Yield what may be left when the power goes now."""
        everything = [list(file.pending) for file in self._files]
        nothing: list[list[Change]] = [[] for _ in self._files]
        yield self._image(nothing, 0)
        yield self._image(everything, len(self._namings))
        yield self._image(everything, 0)
        yield self._image(nothing, len(self._namings))
        for torn in (False, True):
            kept = [[change for change in changes if random.random() < 0.5] for changes in everything]
            if torn:
                kept = [_torn(changes, random) for changes in kept]
            yield self._image(kept, random.randint(0, len(self._namings)))

    def _image(self, kept: Sequence[Sequence[Change]], namings: int) -> Image:
        names = dict(self._safe_names)
        for name, file in self._namings[:namings]:
            if file is None:
                names.pop(name, None)
            else:
                names[name] = file
        return {
            name: bytes(self._files[file].after(kept[file]))
            for name, file in names.items()
            if not name.endswith(FORGOTTEN)
        }


def _torn(changes: Sequence[Change], random: Random) -> list[Change]:
    """Return changes the last of which was cut at a sector."""
    if not changes or changes[-1][1] is None:
        return list(changes)
    offset, data = changes[-1]
    assert data is not None
    sectors = [at for at in range(1, len(data)) if (offset + at) % SECTOR == 0]
    return [*changes[:-1], (offset, data[: random.choice(sectors)])] if sectors else list(changes[:-1])
