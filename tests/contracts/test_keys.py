"""What every place for keys promises, and what a file of keys promises besides."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ledger.errors import LedgerDamaged, LedgerError, Unavailable
from ledger.identity import IssuerId
from ledger.store.key_file import HEAD, KeyFile
from ledger.store.keys import Key, Keys, MemoryKeys, NoKeys

ACME = IssuerId("acme")


def key(number: int, subject: str = "h-1") -> Key:
    return Key.of(ACME, subject, bytes([number]) * 32)


ONE, TWO, THREE = key(1), key(2, "sha256:" + "0" * 64), key(3, "h-3")


@pytest.fixture(params=["memory", "file"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Keys:
    return MemoryKeys() if request.param == "memory" else KeyFile(tmp_path / "a.keys")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file of three keys."""
    path = tmp_path / "a.keys"
    KeyFile(path).add([ONE, TWO, THREE])
    return path


def refused(call: Callable[[], object]) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        call()
    return caught.value


# --- every place -------------------------------------------------------------------------------------------------


def test_keys_that_were_added_are_there(keys: Keys) -> None:
    assert keys.is_empty()
    keys.add([ONE, TWO])
    keys.add([THREE])

    assert not keys.is_empty()
    names = [ONE.name, TWO.name, THREE.name, key(4).name]
    assert keys.get(names) == {each.name: each.secret for each in (ONE, TWO, THREE)}
    assert keys.get([]) == {}
    assert keys.exists()


def test_keys_that_were_deleted_are_not_there_and_the_others_are(keys: Keys) -> None:
    keys.add([ONE, TWO, THREE])

    keys.delete([TWO.name, key(4).name])
    keys.delete([TWO.name])

    assert keys.get([ONE.name, TWO.name, THREE.name]) == {ONE.name: ONE.secret, THREE.name: THREE.secret}
    keys.check_writable()
    keys.delete([ONE.name, THREE.name])
    assert (keys.exists(), keys.is_empty()) == (True, True)


def test_a_key_is_named_by_its_digest_and_shows_nothing_of_itself() -> None:
    assert ONE.name == "3fd2c432c32a319a9a85954e950063bc"
    assert ONE.secret.hex() not in repr(ONE)
    assert str(ONE.secret) not in repr(ONE)


def test_where_there_is_no_place_nothing_is_there_and_nothing_can_be_added() -> None:
    keys: Keys = NoKeys()
    keys.delete([ONE.name])

    assert (keys.exists(), keys.is_empty(), keys.get([ONE.name])) == (False, True, {})
    for call in (lambda: keys.add([ONE]), keys.check_writable):
        assert (type(refused(call)), refused(call).code) == (Unavailable, "E_KEYS")


# --- a file ------------------------------------------------------------------------------------------------------


def test_a_file_of_keys_has_a_line_for_each_and_only_its_owner_may_read_it(path: Path) -> None:
    assert path.read_bytes() == (
        b"captable-keys/1\n"
        b"3fd2c432c32a319a9a85954e950063bc acme h-1 "
        + b"01" * 32
        + b"\n"
        + f"{TWO.name} acme sha256:{'0' * 64} {'02' * 32}\n".encode()
        + f"{THREE.name} acme h-3 {'03' * 32}\n".encode()
    )
    assert path.stat().st_mode & 0o777 == 0o600
    KeyFile(path).delete([ONE.name])
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_deleted_key_is_nowhere_in_the_folder(path: Path) -> None:
    KeyFile(path).delete([TWO.name])

    assert [each.name for each in path.parent.iterdir()] == ["a.keys"]
    assert b"02" * 32 not in path.read_bytes()
    assert TWO.name.encode() not in path.read_bytes()


def test_a_file_that_is_not_there_has_no_keys_and_is_not_made_by_asking(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "a.keys")
    keys.delete([ONE.name])

    assert (keys.exists(), keys.get([ONE.name])) == (False, {})
    assert refused(keys.check_writable).code == "E_KEYS"
    assert [*tmp_path.iterdir()] == []


def test_what_another_program_added_or_deleted_is_seen(path: Path) -> None:
    keys, other = KeyFile(path), KeyFile(path)
    assert keys.get([ONE.name])

    other.add([key(4)])
    assert keys.get([key(4).name]) == {key(4).name: key(4).secret}
    other.delete([ONE.name])
    assert keys.get([ONE.name]) == {}


def test_a_line_that_a_crash_cut_short_counts_for_nothing_and_is_overwritten(path: Path) -> None:
    whole = path.read_bytes()
    end_of_two = whole.rindex(b"\n", 0, -1) + 1

    for length in range(end_of_two, len(whole)):
        path.write_bytes(whole[:length])
        assert KeyFile(path).get([ONE.name, TWO.name, THREE.name]).keys() == {ONE.name, TWO.name}
        KeyFile(path).add([key(4)])
        assert path.read_bytes() == whole[:end_of_two] + f"{key(4).name} acme h-1 {'04' * 32}\n".encode()


@pytest.mark.parametrize("length", range(len(HEAD) + 1))
def test_a_file_whose_making_was_cut_short_is_begun_again(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.keys"
    path.touch(0o600)
    path.write_bytes(HEAD[:length])

    KeyFile(path).add([ONE])

    assert KeyFile(path).get([ONE.name]) == {ONE.name: ONE.secret}


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: b"x" + whole,
        lambda whole: whole.replace(b"keys/1", b"keys/2"),
        lambda whole: whole.replace(b"01" * 32, b"01" * 31 + b"00"),
        lambda whole: whole.replace(b"01" * 32, b"01" * 31),
        lambda whole: whole.replace(b" acme", b"  acme", 1),
        lambda whole: whole.replace(b"acme", b"ac/me"),
        lambda whole: whole.replace(b"\n", b"\n\n", 1),
        lambda whole: whole.replace(b"\n", b"\r\n"),
        lambda whole: whole.replace(b"h-1", b"\xff"),
        lambda whole: bytes(len(whole)) + b"\n",
    ],
)
def test_what_is_no_file_of_keys_is_refused_and_left_as_it_is(path: Path, change: Callable[[bytes], bytes]) -> None:
    changed = change(path.read_bytes())
    path.write_bytes(changed)

    for call in (
        lambda: KeyFile(path).get([ONE.name]),
        lambda: KeyFile(path).add([key(4)]),
        lambda: KeyFile(path).delete([ONE.name]),
    ):
        error = refused(call)
        assert (type(error), error.code, error.EXIT) == (LedgerDamaged, "E_KEYS", 5)
        assert "01" * 31 not in str(error)
    assert path.read_bytes() == changed


@pytest.mark.parametrize("bit", range(0, 8 * 3 * 110, 7))
def test_no_bit_of_a_key_changes_unnoticed(path: Path, bit: int) -> None:
    """What a changed subject or a missing end of line may say, nothing else is opened by a key."""
    whole = bytearray(path.read_bytes())
    whole[len(HEAD) + bit // 8] ^= 1 << bit % 8
    path.write_bytes(whole)

    with suppress(LedgerError):
        found = KeyFile(path).get([ONE.name, TWO.name, THREE.name])
        assert found.items() <= {each.name: each.secret for each in (ONE, TWO, THREE)}.items()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)

    for call in (
        lambda: KeyFile(path).get([ONE.name]),
        lambda: KeyFile(path).add([key(4)]),
        lambda: KeyFile(path).delete([ONE.name]),
    ):
        error = refused(call)
        assert (type(error), error.code) == (Unavailable, "E_KEYS")
        assert "chmod 600" in str(error)


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: os.mkfifo(path, 0o600)], ids=["folder", "FIFO"])
def test_what_is_not_a_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "a.keys")
    keys = KeyFile(tmp_path / "a.keys")

    for call in (lambda: keys.get([ONE.name]), lambda: keys.add([ONE]), lambda: keys.delete([ONE.name])):
        assert refused(call).code == "E_KEYS"


def test_a_link_to_a_file_of_keys_stays_one(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "b.keys"
    link.symlink_to(path)

    KeyFile(link).add([key(4)])
    KeyFile(link).delete([ONE.name])

    assert link.is_symlink()
    assert KeyFile(path).get([ONE.name, key(4).name]) == {key(4).name: key(4).secret}


@pytest.mark.parametrize("moment", ["os.fsync = stop", "Path.replace = stop"])
def test_deleting_that_is_cut_short_leaves_the_whole_file(path: Path, moment: str) -> None:
    before = path.read_bytes()
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom ledger.store.key_file import KeyFile\n"
        f"stop = lambda *unused: os._exit(9)\n{moment}\nKeyFile(sys.argv[1]).delete([sys.argv[2]])\n"
    )

    process = subprocess.run([sys.executable, "-c", code, str(path), ONE.name], timeout=60, check=False)

    assert process.returncode == 9
    assert path.read_bytes() == before
    KeyFile(path).delete([ONE.name])
    assert KeyFile(path).get([ONE.name, TWO.name]) == {TWO.name: TWO.secret}
    assert [each.name for each in path.parent.iterdir()] == ["a.keys"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_of_keys_stays_its_owners_when_root_deletes_from_it(path: Path) -> None:
    os.chown(path, 12_345, 12_345)

    KeyFile(path).delete([ONE.name])

    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777) == (12_345, 12_345, 0o600)


def test_nobody_adds_to_a_file_of_keys_before_its_name_is_safe(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut the old file, or none, would stand in the place of the one that was added to."""
    fcntl = pytest.importorskip("fcntl")
    new, found_empty = tmp_path / "new.keys", tmp_path / "empty.keys"
    found_empty.touch(mode=0o600)  # by another program, which has not gone on yet
    waited: list[str] = []

    def settled(file: Path) -> None:
        with file.open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        waited.append(file.name)

    monkeypatch.setattr("ledger.store.key_file._sync_folder", settled)
    KeyFile(new).add([ONE])
    KeyFile(found_empty).add([ONE])
    KeyFile(path).delete([ONE.name])

    assert waited == ["new.keys", "empty.keys", "a.keys"]


def test_programs_that_add_and_delete_at_once_lose_no_key(tmp_path: Path) -> None:
    """Each adds keys and deletes every second of its own, while the others write the file anew."""
    path = tmp_path / "a.keys"
    code = (
        "import sys\nfrom ledger.identity import IssuerId\n"
        "from ledger.store.key_file import KeyFile\nfrom ledger.store.keys import Key\n"
        "keys, mark = KeyFile(sys.argv[1]), int(sys.argv[2])\n"
        "for number in range(40):\n"
        "    key = Key.of(IssuerId('acme'), f'h-{mark}-{number}', bytes([mark, number]) * 16)\n"
        "    keys.add([key])\n"
        "    if number % 2: keys.delete([key.name])\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(mark)], stderr=subprocess.PIPE, text=True)
        for mark in range(4)
    ]
    results = [(process.communicate(timeout=120)[1], process.returncode) for process in processes]

    assert results == [("", 0)] * 4
    numbers = [(mark, number) for mark in range(4) for number in range(0, 40, 2)]
    wanted = {Key.of(ACME, f"h-{mark}-{number}", bytes([mark, number]) * 16) for mark, number in numbers}
    found = {line.split()[2] for line in path.read_text().splitlines()[1:]}
    assert found == {each.subject for each in wanted}
    assert len(KeyFile(path).get([each.name for each in wanted])) == 80
