"""Time stamps: asked for without a connection, and believed only under a certificate that the reader trusts."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import errors
from ledger.errors import LedgerError, LibraryMissing, NotProved, NotUnderstood
from ledger.integrity import stamps
from tests.ledger.integrity.authority import STAMPED, Authority
from tests.ledger.integrity.logs import note

STAMP = stamps.Stamp(datetime(2026, 11, 22, 23, 1, 21, tzinfo=UTC), "CN=Stamps of the Test")


def stamped(name: str) -> bytes:
    return (STAMPED / name).read_bytes()


def checked(reply: bytes | None = None, data: bytes | None = None, trusted: bytes | None = None) -> stamps.Stamp:
    return stamps.check(
        stamped("reply.tsr") if reply is None else reply,
        stamped("acme.checkpoint") if data is None else data,
        stamped("authority.pem") if trusted is None else trusted,
    )


def test_a_request_is_the_same_each_time_and_holds_the_digest_of_the_file() -> None:
    """The form of RFC 3161, section 2.4.1: version 1, SHA-256 of the file, and that the certificate be sent."""
    from hashlib import sha256

    digest = sha256(b"file").digest()
    sha_256 = bytes.fromhex("300d06096086480165030402010500")
    imprint = bytes([0x30, len(sha_256) + 34]) + sha_256 + b"\x04\x20" + digest
    body = b"\x02\x01\x01" + imprint + b"\x01\x01\xff"

    assert stamps.request(b"file") == bytes([0x30, len(body)]) + body


@pytest.mark.parametrize(("data", "code"), [(b"", "E_STAMP"), (b"x" * 1_000_001, "E_LIMIT")])
def test_an_empty_file_and_a_long_one_are_not_stamped(data: bytes, code: str) -> None:
    for asked in (lambda: stamps.request(data), lambda: checked(data=data)):
        with pytest.raises(NotUnderstood) as refused:
            asked()
        assert refused.value.code == code


def test_a_stamp_says_when_and_by_whom() -> None:
    assert checked() == STAMP


def test_a_stamp_of_another_file_shows_nothing() -> None:
    with pytest.raises(NotProved, match="of another file") as refused:
        checked(data=note(19))

    assert (refused.value.code, refused.value.EXIT) == ("E_STAMP", 3)


def test_a_stamp_of_somebody_who_is_not_trusted_shows_nothing_though_the_name_is_the_same() -> None:
    with pytest.raises(NotProved, match="certificate that you trust") as refused:
        checked(trusted=stamped("another.pem"))

    assert refused.value.code == "E_STAMP"


@pytest.mark.parametrize("reply", [b"", b"\x30\x00", b"\x30\x05\x30\x03\x02\x01\x02", b"<html>", b"\x30" * 1_000])
def test_what_is_no_stamp_is_refused(reply: bytes) -> None:
    with pytest.raises(NotUnderstood, match="no time stamp") as refused:
        checked(reply=reply)

    assert refused.value.code == "E_STAMP"


@pytest.mark.parametrize("trusted", [b"", b"certificate", stamped("authority.pem")[:100]])
def test_what_is_no_certificate_is_refused(trusted: bytes) -> None:
    with pytest.raises(NotUnderstood, match="no certificate") as refused:
        checked(trusted=trusted)

    assert refused.value.code == "E_STAMP"


def test_a_reply_and_certificates_are_bounded() -> None:
    for given_bytes in ({"reply": b"\x30" * 100_001}, {"trusted": b"-" * 1_000_001}):
        with pytest.raises(NotUnderstood) as refused:
            checked(**given_bytes)
        assert refused.value.code == "E_LIMIT"


def test_no_single_bit_changes_what_a_stamp_says() -> None:
    reply = stamped("reply.tsr")
    refused = 0
    for place in Random(1).sample(range(len(reply) * 8), 500):
        changed = bytearray(reply)
        changed[place // 8] ^= 1 << place % 8
        try:
            assert checked(reply=bytes(changed)) == STAMP  # what nobody signs: how the reply is wrapped
        except LedgerError:
            refused += 1

    assert refused > 480


@given(st.binary(max_size=300))
def test_any_bytes_after_a_true_beginning_are_refused_in_one_line(tail: bytes) -> None:
    with pytest.raises(LedgerError):
        checked(reply=stamped("reply.tsr")[: 879 - len(tail) - 1] + tail)


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "needed", lambda *asked: errors.needed("no_such_library", *asked[1:]))

    with pytest.raises(LibraryMissing, match=r"captable-ledger\[stamps\]"):
        checked()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not there to stamp")
def test_openssl_answers_our_request_and_accepts_what_we_accept(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority", "Live")

    reply = authority.reply(stamps.request(note()))

    assert stamps.check(reply, note(), authority.certificates).by == "CN=Live"
    assert authority.accepts(reply, note())
    assert not authority.accepts(reply, note(19))
