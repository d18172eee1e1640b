"""Keys in files: their owner's alone, never made twice, and never without what they signed last."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.errors import NotUnderstood
from ledger.integrity.notes import Algorithm, VerifierKey
from registrar import keys
from tests.ledger.integrity.logs import checkpoint

NAME = "acme.example/ledger"


@pytest.fixture
def path(tmp_path: Path) -> str:
    keys.make(str(tmp_path / "acme.key"), NAME, seeds=lambda: bytes(range(32)))
    return str(tmp_path / "acme.key")


def told(refused: pytest.ExceptionInfo[NotUnderstood]) -> tuple[str, str]:
    return refused.value.code, os.path.basename(refused.value.where)


def test_a_new_key_is_its_owners_alone_and_its_public_half_lies_beside_it(path: str) -> None:
    key = keys.read(path)

    assert (key.name, key.algorithm) == (NAME, Algorithm.ED25519)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert VerifierKey.parse(Path(f"{path}.pub").read_text(encoding="utf-8").removesuffix("\n")) == key.verifier
    assert sorted(os.listdir(os.path.dirname(path))) == ["acme.key", "acme.key.last", "acme.key.pub"]


def test_two_new_keys_are_two(tmp_path: Path) -> None:
    one, other = (keys.make(str(tmp_path / name), NAME) for name in ("one", "other"))

    assert one.verifier != other.verifier


def test_a_key_is_not_made_over_another(path: str) -> None:
    before = Path(path).read_bytes()

    with pytest.raises(NotUnderstood) as refused:
        keys.make(path, NAME)

    assert told(refused) == ("E_KEY", "acme.key")
    assert Path(path).read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="rights are of another kind here")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_that_others_may_read_is_not_used(path: str, mode: int) -> None:
    os.chmod(path, mode)

    with pytest.raises(NotUnderstood, match="others may read") as refused:
        keys.read(path)
    assert told(refused) == ("E_KEY", "acme.key")
    with pytest.raises(NotUnderstood, match="others may read"), keys.signing(path):
        pass


def test_the_public_half_signs_nothing_and_is_not_to_be_hidden(path: str) -> None:
    with pytest.raises(NotUnderstood, match="the public half") as refused:
        keys.read(f"{path}.pub")
    assert told(refused) == ("E_KEY", "acme.key.pub")


def test_an_address_names_a_key_without_its_scheme(tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood, match="leave the scheme out: acme"):
        keys.make(str(tmp_path / "new.key"), "https://acme.example/ledger")
    assert not (tmp_path / "new.key").exists()


def test_what_is_no_key_is_refused_without_repeating_it(path: str) -> None:
    os.chmod(path, 0o600)
    secret = Path(path).read_text(encoding="utf-8")
    for text in ("", "no key\n", secret[:-2], secret + secret, secret.replace("PRIVATE", "PUBLIC")):
        Path(path).write_text(text, encoding="utf-8")
        with pytest.raises(NotUnderstood) as refused:
            keys.read(path)
        assert told(refused) == ("E_KEY", "acme.key")
        assert secret[-20:-2] not in str(refused.value)


def test_a_key_remembers_what_it_signed_last_of_each_log(path: str) -> None:
    with keys.signing(path) as signing:
        assert signing.last(NAME) is None
        signing.remember(checkpoint(12))
        signing.remember(checkpoint(0).__class__("other.example", 3, checkpoint(3).root))
        signing.remember(checkpoint(20))

    with keys.signing(path) as signing:
        assert signing.last(NAME) == checkpoint(20)
        other = signing.last("other.example")
        assert other is not None
        assert other.size == 3
        assert signing.last("third.example") is None


def test_what_it_remembers_is_three_lines_for_each_log(path: str) -> None:
    with keys.signing(path) as signing:
        signing.remember(checkpoint(12))

    assert Path(f"{path}.last").read_text(encoding="utf-8") == checkpoint(12).text()


def test_a_key_that_forgot_does_not_sign(path: str) -> None:
    os.unlink(f"{path}.last")

    with keys.signing(path) as signing, pytest.raises(NotUnderstood, match="not beside it") as refused:
        signing.last(NAME)

    assert told(refused) == ("E_KEY", "acme.key.last")


@pytest.mark.parametrize("kept", [b"\xff", b"\n\n", b"acme", b"acme\n12\n", b"acme\n007\nAAAA\n", b"\x00" * 100])
def test_a_memory_that_cannot_be_read_is_none(path: str, kept: bytes) -> None:
    Path(f"{path}.last").write_bytes(kept)

    with keys.signing(path) as signing, pytest.raises(NotUnderstood, match="cannot be read") as refused:
        signing.last(NAME)

    assert told(refused) == ("E_KEY", "acme.key.last")


def test_what_it_remembers_is_written_whole_or_not_at_all(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with keys.signing(path) as signing:
        signing.remember(checkpoint(12))

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            signing.remember(checkpoint(20))
        assert signing.last(NAME) == checkpoint(12)


def test_while_one_process_signs_another_waits(path: str) -> None:
    ask = f"from registrar.keys import signing\nwith signing({path!r}) as key: print(key.last({NAME!r}).size)"
    with keys.signing(path) as signing:
        other = subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(1)  # it would be long done if it did not wait
        signing.remember(checkpoint(12))

    assert other.communicate()[0] == b"12\n"
