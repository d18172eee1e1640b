"""Time stamps (RFC 3161): when an authority saw a file, as it says itself; asked and checked without a connection.

A checkpoint says what the record was, and its key says by whom; when, only somebody else can say. What is stamped
is the SHA-256 of the file as it is, so that any program for time stamps checks it too. The request has no nonce: a
reply that was made for the same file before is as good, and better for being older.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.errors import LedgerError, NotProved, NotUnderstood, needed

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MAX_FILE_BYTES: Final = 1_000_000
MAX_REPLY_BYTES: Final = 100_000
MAX_CERTIFICATES_BYTES: Final = 1_000_000


@attrs.frozen
class Stamp:
    """What a time stamp says.

    Attributes:
        at: When the authority saw the file.
        by: The authority, as its certificate names it.
    """

    at: datetime
    by: str


def request(data: bytes) -> bytes:
    """Return what an authority is asked with, to stamp the bytes of a file.

    Raises:
        NotUnderstood: ``E_STAMP``: the file is empty; ``E_LIMIT``.
        LibraryMissing: The library is not installed.
    """
    _check_size(data)
    tsp: Any = _library()
    asked = tsp.TimestampRequestBuilder().data(data).hash_algorithm(tsp.HashAlgorithm.SHA256)
    return bytes(asked.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes())


def check(reply: bytes, data: bytes, trusted: bytes) -> Stamp:
    """Return what the reply of an authority says of the bytes of a file.

    Args:
        reply: What the authority sent.
        data: The bytes of the file.
        trusted: Certificates of authorities that the reader trusts, in PEM.

    Raises:
        NotUnderstood: ``E_STAMP``: it is no reply, or there is no certificate; ``E_LIMIT``.
        NotProved: ``E_STAMP`` with the reason.
        LibraryMissing: The library is not installed.
    """
    _check_size(data)
    try:
        return _checked(reply, data, trusted)
    except LedgerError:
        raise
    except Exception as error:  # what the libraries raise of damaged certificates is not told in advance
        raise _unreadable() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a library written in Rust gives up
            raise
        raise _unreadable() from None


def _unreadable() -> NotUnderstood:
    hint = "give the reply and the certificate as the authority made them"
    return NotUnderstood("E_STAMP", "the reply or a certificate cannot be read", hint)


def _checked(reply: bytes, data: bytes, trusted: bytes) -> Stamp:
    tsp: Any = _library()
    if len(reply) > MAX_REPLY_BYTES:
        raise NotUnderstood("E_LIMIT", f"the reply is longer than {MAX_REPLY_BYTES:,} bytes", "give another file")
    authorities = _certificates(trusted)
    try:
        read = tsp.decode_timestamp_response(reply)
        token = read.tst_info
    except ValueError:
        hint = "give the file that the authority sent; a refusal is a reply without one"
        raise NotUnderstood("E_STAMP", "there is no time stamp in the reply", hint) from None
    try:
        tsp.VerifierBuilder(roots=authorities).build().verify_message(read, data)
    except (tsp.VerificationError, ValueError) as error:
        if "Mismatch between messages" in str(error):
            raise NotProved(
                "E_STAMP", "the time stamp is of another file", "give the one that was stamped"
            ) from None
        what = "the time stamp does not lead to a certificate that you trust"
        raise NotProved("E_STAMP", what, "give that of the authority; if you did, the stamp is forged") from None
    return Stamp(token.gen_time, _signer(read))


def _check_size(data: bytes) -> None:
    if not data:
        raise NotUnderstood("E_STAMP", "the file is empty", "give a checkpoint")
    if len(data) > MAX_FILE_BYTES:
        raise NotUnderstood("E_LIMIT", f"the file is longer than {MAX_FILE_BYTES:,} bytes", "give a checkpoint")


def _library() -> Any:
    return needed("rfc3161_client", "stamps", "for time stamps")


def _certificates(pem: bytes) -> Sequence[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    if len(pem) > MAX_CERTIFICATES_BYTES:
        limit = f"the certificates are longer than {MAX_CERTIFICATES_BYTES:,} bytes"
        raise NotUnderstood("E_LIMIT", limit, "give those of one authority")
    try:
        return load_pem_x509_certificates(pem)
    except ValueError:
        raise NotUnderstood(
            "E_STAMP", "there is no certificate in the file", "give that of the authority, in PEM"
        ) from None


def _signer(read: Any) -> str:
    """Return the name of who signed a reply that was checked."""
    from cryptography.x509 import load_der_x509_certificate

    (signer,) = read.signed_data.signer_infos
    for each in map(load_der_x509_certificate, read.signed_data.certificates):
        if (each.issuer, each.serial_number) == (signer.issuer, signer.serial_number):
            return each.subject.rfc4514_string()
    raise AssertionError("a reply that was checked holds the certificate of its signer")
