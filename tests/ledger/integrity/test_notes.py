"""Signed notes: the examples of those who made the format, and everything that is not one."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.integrity.notes import MAX_SIGNATURES, Algorithm, Note, SigningKey, VerifierKey

# The example of golang.org/x/mod/sumdb/note (documentation of the package), where the format comes from.
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
BY_ENOCH = "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ="
SIGNED = f"{TEXT}\n— PeterNeumann {BY_PETER}\n— EnochRoot {BY_ENOCH}\n".encode()

# The example of c2sp.org/signed-note, section "Verifier keys".
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_SIGNED = (
    "This is an example message.\n\n— example.com/foo"
    " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()


def fits(note: Note, key: VerifierKey) -> list[bool]:
    return [key.fits(each, note.text.encode()) for each in note.by(key)]


@pytest.mark.parametrize(("data", "key"), [(SIGNED, PETER), (SIGNED, ENOCH), (FOO_SIGNED, FOO)])
def test_the_notes_of_those_who_made_the_format_are_read_and_written_back(data: bytes, key: str) -> None:
    note = Note.parse(data)

    assert fits(note, VerifierKey.parse(key)) == [True]
    assert note.written() == data


def test_a_text_is_signed_byte_for_byte_as_the_reference_signs_it() -> None:
    key = SigningKey.parse(PETER_SECRET)

    note = Note(TEXT, ()).with_signature(key.verifier, key.signature(TEXT.encode()))

    assert note.written() == f"{TEXT}\n— PeterNeumann {BY_PETER}\n".encode()
    assert str(key.verifier) == PETER
    assert key.written() == PETER_SECRET
    assert repr(key) == "SigningKey(name='PeterNeumann', algorithm=<Algorithm.ED25519: 1>)"


@pytest.mark.parametrize("key", [PETER, ENOCH, FOO])
def test_a_key_is_written_as_it_was_read(key: str) -> None:
    assert str(VerifierKey.parse(key)) == key


def test_one_changed_letter_of_the_text_and_no_signature_fits() -> None:
    note = Note.parse(SIGNED.replace(b"answer", b"Answer"))

    assert fits(note, VerifierKey.parse(PETER)) == [False]
    assert fits(note, VerifierKey.parse(ENOCH)) == [False]


def test_a_signature_of_another_name_or_another_key_is_none_of_this_key() -> None:
    peter = VerifierKey.parse(PETER)
    other_name = VerifierKey("Peter", Algorithm.ED25519, peter.public)
    other_key = VerifierKey("PeterNeumann", Algorithm.ED25519, VerifierKey.parse(ENOCH).public)
    as_witness = VerifierKey("PeterNeumann", Algorithm.COSIGNATURE, peter.public)

    assert [Note.parse(SIGNED).by(each) for each in (other_name, other_key, as_witness)] == [[], [], []]


def test_an_empty_line_may_stand_in_the_text_and_the_last_one_ends_it() -> None:
    key = SigningKey.parse(PETER_SECRET)
    text = "one\n\ntwo\n"

    read = Note.parse(Note(text, ()).with_signature(key.verifier, key.signature(text.encode())).written())

    assert read.text == text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data.replace(b"\n", b"\r\n"), "CR LF"),
        (lambda data: data.replace(b"problem,", b"problem\t"), "control character"),
        (lambda data: data.replace(b"problem,", b"problem\x00"), "control character"),
        (lambda data: data.removesuffix(b"\n"), "no line feed"),
        (lambda data: data.replace(b"\n\n", b"\n"), "no empty line"),
        (lambda data: data + b"\n", r"no empty line|not the line of a signature"),
        (lambda data: data.replace("—".encode(), b"-"), "not the line of a signature"),
        (lambda data: data.replace(b"PeterNeumann x08go", b"Peter+Neumann x08go"), "not the line of a signature"),
        (lambda data: data.replace(b"PeterNeumann x08go", b" x08go"), "not the line of a signature"),
        (lambda data: data.replace(b"BwJnAM=", b"BwJnAM"), "not the line of a signature"),
        (lambda data: data.replace(b"BwJnAM=", b"BwJnAN="), "not the line of a signature"),
        (lambda data: data.replace(BY_ENOCH.encode(), b"rwz+eA=="), "not the line of a signature"),
        (lambda data: data.replace(b"problem,", b"problem\xff"), "not UTF-8"),
        (lambda data: b"", "no line feed"),
        (lambda data: b"\n", "no empty line"),
    ],
)
def test_what_is_no_note_is_refused_with_the_reason(change: Callable[[bytes], bytes], told: str) -> None:
    with pytest.raises(NotUnderstood, match=told) as refused:
        Note.parse(change(SIGNED))

    assert refused.value.code == "E_CHECKPOINT"


def test_a_note_with_many_signatures_is_read_up_to_a_limit() -> None:
    line = f"— PeterNeumann {BY_PETER}\n".encode()
    head = f"{TEXT}\n".encode()

    assert len(Note.parse(head + line * MAX_SIGNATURES).signatures) == MAX_SIGNATURES
    with pytest.raises(NotUnderstood) as refused:
        Note.parse(head + line * (MAX_SIGNATURES + 1))
    assert refused.value.code == "E_LIMIT"


def test_a_note_of_a_gigabyte_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(NotUnderstood) as refused:
        Note.parse(b"\xff" * 1_000_001)

    assert refused.value.code == "E_LIMIT"


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_note_that_is_written_back_or_are_refused(data: bytes) -> None:
    for given_bytes in (data, b"text\n\n" + data, b"text\n\n" + "— a ".encode() + base64.b64encode(data) + b"\n"):
        try:
            note = Note.parse(given_bytes)
        except NotUnderstood:
            continue
        assert note.written() == given_bytes


# --- keys --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "is not a key"),
        ("PeterNeumann", "is not a key"),
        (PETER + "A", "is not a key"),
        (PETER.replace("10TW", "10TX"), "does not fit its id"),
        (PETER.replace("c74f20a3", "c74f20a4"), "does not fit its id"),
        (PETER.replace("c74f20a3", "C74F20A3"), "does not fit its id"),
        (PETER.replace("PeterNeumann", "Peter\u2003Neumann"), "no name for a key"),
        (PETER.replace("PeterNeumann", "Peter Neumann"), "no name for a key"),
        (PETER.replace("PeterNeumann", ""), "no name for a key"),
        (PETER.replace("PeterNeumann", "Peter\udcff"), "no name for a key"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "type 0x65"),
        (PETER_SECRET, "secret half"),
    ],
)
def test_what_is_no_verifier_key_is_refused_with_the_reason(key: str, told: str) -> None:
    with pytest.raises(NotUnderstood, match=told) as refused:
        VerifierKey.parse(key)

    assert refused.value.code == "E_KEY"
    assert "AYEKFALV" not in str(refused.value)


@pytest.mark.parametrize(
    "key", ["", PETER, PETER_SECRET[:-1], PETER_SECRET + "A", PETER_SECRET.replace("c74f20a3", "c74f20a4")]
)
def test_what_is_no_signing_key_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        SigningKey.parse(key)

    assert refused.value.code == "E_KEY"
    assert "AYEKFALV" not in str(refused.value)


# The points of small order, worked out here from the equation of the curve (RFC 8032, section 5.1), by adding a
# point to itself; the ledger has their coordinates as constants.
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def added(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P,
    )


def times(count: int, point: Point) -> Point:
    made: Point = (0, 1)
    for bit in bin(count)[2:]:
        made = added(made, made)
        if bit == "1":
            made = added(made, point)
    return made


def point_at(y: int) -> Point | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for x in (root, root * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square:
            return x, y
    return None


def small_order() -> list[Point]:
    """Return the eight points whose order divides 8."""
    order = 2**252 + 27742317777372353535851937790883648493
    for y in range(2, 100):
        point = point_at(y)
        found = times(order, point) if point else (0, 1)
        if times(4, found) != (0, 1):  # of order 8, so the others are its multiples
            return [times(count, found) for count in range(8)]
    raise AssertionError("no point of order 8 was found")


def encodings() -> list[bytes]:
    """Return every 32 bytes that a lenient reader takes for one of the eight points."""
    ys = {y for _, y in small_order()}
    written = [y + lift for y in ys for lift in (0, P) if y + lift < 2**255]
    return [(y | sign << 255).to_bytes(32, "little") for y in written for sign in (0, 1)]


def test_the_points_of_small_order_are_eight_and_have_fourteen_encodings() -> None:
    assert len({*small_order()}) == 8
    assert len(encodings()) == 14


@pytest.mark.parametrize("public", encodings())
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_of_small_order_is_refused_however_it_is_written(public: bytes, algorithm: Algorithm) -> None:
    with pytest.raises(NotUnderstood, match=r"small order|no point") as refused:
        VerifierKey("example.com/acme", algorithm, public)

    assert refused.value.code == "E_KEY"


def test_a_signature_that_nobody_made_would_fit_a_key_of_small_order() -> None:
    """Why such keys are refused: under the neutral element, R = S·B fits every text there is."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    base = point_at(4 * pow(5, -1, P) % P)
    assert base is not None
    x, y = base if base[0] % 2 == 0 else (P - base[0], base[1])
    forged = (y | (x & 1) << 255).to_bytes(32, "little") + (1).to_bytes(32, "little")

    Ed25519PublicKey.from_public_bytes((1).to_bytes(32, "little")).verify(forged, b"any text at all")
