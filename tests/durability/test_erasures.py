"""Persons are erased, some of them by a program that dies on the way: nothing that is left tells of them.

Whoever looks has all that is left: every byte of the files, a backup that was made after, what answers say, and the
keys, with which every box is tried. The record itself stays as it was.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger import Ledger, sealing
from ledger.codec import leaf_hash_of
from ledger.events import Event
from ledger.identity import IssuerId
from ledger.integrity.tree import check_consistency, check_inclusion
from ledger.personal import particulars
from ledger.store.key_file import KeyFile
from ledger.store.sqlite import SqliteStore
from ledger.verification import verify
from projections.audit import audit_trail
from projections.holders import holders
from registrar import as_json
from tests import builders as a
from tests.durability.conftest import Figure
from tests.durability.sizes import drawn, size

ACME = IssuerId("acme")
PER_LIST = 20


def persons(count: int, random: Random) -> list[tuple[str, list[str]]]:
    """Return persons, each with what is recorded about them; no two values have anything in common."""
    return [
        (f"h-{number:04}", [f"{random.randbytes(9).hex()} {what}" for what in "nart"]) for number in range(count)
    ]


def record(path: Path, everybody: list[tuple[str, list[str]]]) -> None:
    """Record persons, their second names, and lists in which every other of them is about nobody."""
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding())
        for holder, (name, address, _, tax) in everybody:
            ledger.record(a.holder_registered(holder=holder, name=name, address=address, tax_id=tax))
        ledger.record(
            *(a.holder_renamed(holder=holder, legal_name=None, name=new) for holder, (_, _, new, _) in everybody)
        )
        for first in range(0, len(everybody), PER_LIST):
            listed = everybody[first : first + PER_LIST]
            lines = (
                a.listed_holder(name=f"{values[0]} listed", holder=holder if number % 2 else None)
                for number, (holder, values) in enumerate(listed)
            )
            ledger.record(a.holder_list_received(holders=tuple(lines)))


def erasure(ledger: Ledger, holders: set[str], names: set[str]) -> Event:
    """Return what erases some persons, their lines in lists included."""
    lines = [
        a.erased_line(int(entry.number), line)
        for entry in ledger.entries()
        if entry.event.KIND == "holder-list-received"
        for line, value in enumerate(particulars(entry.event), 1)
        if value.value in names
    ]
    return a.personal_data_erased(*sorted(holders), lines=tuple(lines))


def erase_and_look(folder: Path, *, count: int = 12, cut: int = 3) -> str:
    """Erase half of so many persons in steps, of which some are cut off, and look for them everywhere."""
    random = drawn("erasures")
    path, keys = folder / "acme.db", folder / "acme.db.keys"
    everybody = persons(count, random)
    record(path, everybody)
    with Ledger.open(path) as ledger:
        before = ledger.tree()
        size_before, root_before = before.size, before.root()
        digests = [entry.payload_digest for entry in ledger.entries()]
    old_keys = keys.read_bytes()
    gone = everybody[::2]
    for number, part in enumerate(gone[first::cut] for first in range(cut)):
        names = {f"{values[0]} listed" for _, values in part}
        if number % 2:
            _cut_off(path, {holder for holder, _ in part}, names)
        else:
            with Ledger.open(path) as ledger:
                ledger.record(erasure(ledger, {holder for holder, _ in part}, names))
    with Ledger.open(path) as ledger:  # whoever reads next finishes what was cut off
        assert ledger.entries()
        assert not ledger.pending_erasures()
    secrets = [value for _, values in gone for value in values]
    looked = _look(folder, path, keys, secrets)
    keys.write_bytes(old_keys)  # an old copy is put back
    with Ledger.open(path) as ledger:
        assert ledger.entries()
        assert ledger.resumed_erasures(), "the keys came back, and nobody says so"
        after = ledger.tree()
        assert [entry.payload_digest for entry in ledger.entries()][: len(digests)] == digests
        assert check_consistency(size_before, after.size, after.consistency(size_before), root_before, after.root())
        told = verify(ledger._store)  # type: ignore[arg-type]  # it is a SqliteStore
        assert (told.damage, told.root) == ((), after.root()), "erasing has changed the record"
        with closing(SqliteStore(path)) as store:
            rows = [row for page in _pages(store) for row in page]
        for row in rows:
            proof = after.inclusion(row.number)
            leaf = leaf_hash_of(row.state, ACME, row.number)
            assert check_inclusion(leaf, row.number - 1, after.size, proof, after.root())
    looked += _look(folder, path, keys, secrets)
    kept = [value for _, values in everybody[1::2] for value in values]
    with Ledger.open(path) as ledger:
        there = {str(value) for entry in ledger.entries() for value in particulars(entry.event)}
        assert there >= {*kept}, "somebody else was erased"
    return (
        f"{len(gone)} of {count} persons erased in {cut} steps, {cut // 2} of them cut off, and again when their"
        f" keys came back: 0 of {len(secrets)} values found in {looked:,} bytes; {len(rows)} entries proved"
    )


def _cut_off(path: Path, holders: set[str], names: set[str]) -> None:
    """Let a program erase that dies once the erasure is recorded, before its keys are deleted."""
    child = os.fork()
    if not child:
        KeyFile.delete = lambda *unused: os._exit(9)  # type: ignore[method-assign]  # in this process
        with Ledger.open(path) as ledger:
            ledger.record(erasure(ledger, holders, names))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, "it did not come so far"


def _pages(store: SqliteStore) -> Iterator[list[Any]]:
    after = 0
    while page := store.read(ACME, after):
        yield page
        after = page[-1].number


def _look(folder: Path, path: Path, keys: Path, secrets: list[str]) -> int:
    """Look for values everywhere, and return how many bytes were looked at."""
    backup = folder / "backup"
    backup.mkdir(exist_ok=True)
    for file in (path, keys):
        shutil.copy(file, backup / file.name)
    texts = [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]
    with Ledger.open(path) as ledger:
        found = [line.party for line in holders(ledger, as_of=a.DEALT)]
        values = [value for entry in ledger.entries() for value in particulars(entry.event)]
        told = [[str(party.name), *map(str, party.addresses)] for party in found]
        texts.append(f"{told} {[*map(str, values)]} {ledger.index().told}".encode())
        trail = [*audit_trail(ledger)]
        texts.append(str(as_json.text(as_json.audit(ledger, trail, len(trail)))).encode())
    texts += _all_that_opens(path, keys)
    for text, secret in product(texts, secrets):
        assert secret.encode() not in text, "an erased value is still there"
    return sum(map(len, texts))


def _all_that_opens(path: Path, keys: Path) -> Iterator[bytes]:
    """Try every key on every box, without any code of ours."""
    ciphers = [AESGCM(bytes.fromhex(line.split()[3])) for line in keys.read_text().splitlines()[1:]]
    with closing(SqliteStore(path)) as store:
        boxes = [box for row in store.sealed(ACME, 0) for box in sealing.decode(row.state, "")]
    for box, cipher in product(boxes, ciphers):
        try:
            bound = f"captable-sealed/1\nacme\n{box.commitment}".encode()
            yield cipher.decrypt(box.box[:12], box.box[12:], bound)
        except InvalidTag:
            pass


def test_of_whoever_was_erased_nothing_is_left(tmp_path: Path, figure: Figure) -> None:
    figure(erase_and_look(tmp_path, count=size(24, 400), cut=size(3, 20)))
