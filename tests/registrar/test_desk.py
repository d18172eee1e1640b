"""From what was typed to events: whatever it is, it is recorded in normal form or refused at its option."""

from __future__ import annotations

import hashlib
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import IssuerId, SecurityId
from ledger.commands import IssueShares
from ledger.errors import LedgerError, NotUnderstood
from ledger.events import CommonIssued, IssuerRegistered, SharesTransferred
from registrar.desk import Desk, digest_of
from registrar.names import Names
from tests import builders as a

COMPANY = {
    "effective_on": a.FOUNDED,
    "legal_name": "Acme Solar, Inc.",
    "jurisdiction": "US-DE",
    "time_zone": "America/Denver",
}
PLACES = {"effective_on": "--on", "legal_name": "NAME", "note": "--note", "issued": "SHARES", "holder": "HOLDER"}


def desk(ledger: Any = None, **given: Any) -> Desk:
    return Desk(ledger, {**COMPANY, **given}, PLACES)


@given(st.text(max_size=210))
def test_any_text_is_recorded_in_normal_form_or_refused_at_its_option(text: str) -> None:
    try:
        made = desk(legal_name=text).made(IssuerRegistered, issuer=IssuerId("acme"))
    except NotUnderstood as error:
        refused = error
    else:
        assert made == a.issuer_registered(legal_name=unicodedata.normalize("NFC", text))
        return
    assert (refused.code in ("E_TEXT", "E_LIMIT"), refused.where) == (True, "NAME")


@given(st.text(max_size=30) | st.from_regex(r"[0-9.,/eE+-]{1,12}", fullmatch=True))
def test_any_number_is_read_exactly_or_refused_at_its_option(text: str) -> None:
    there = desk(a.company(), holder="ada", stock_class="common", issued=text)
    try:
        made = there.made(IssueShares)
    except NotUnderstood as error:
        refused = error
    else:
        assert made.issued.as_fraction() == Fraction(text.replace(",", ""))
        return
    assert (refused.code in ("E_NUMBER", "E_LIMIT"), refused.where) == (True, "SHARES")


@given(st.text(max_size=12))
def test_any_text_that_is_no_day_is_refused_at_its_option(text: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        desk(effective_on=text).made(IssuerRegistered, issuer=IssuerId("acme"))

    assert refused.value.code in ("E_DATE", "E_DATE_RANGE")
    assert refused.value.where == "--on"


def test_what_was_not_given_is_left_at_its_default() -> None:
    given = {"holder": "ada", "stock_class": "common", "issued": "1,000", "effective_on": a.DEALT, "note": None}

    made = desk(a.company(), **given, legends=(), authority=None).made(CommonIssued)

    assert made == a.common_issued()


def test_a_new_name_is_not_looked_up_and_another_one_is() -> None:
    given = {
        "from_holder": "ada",
        "to_holder": "bob",
        "transferred": "5",
        "stock_class": "common",
        "security": "CS-1",
    }
    there = desk(a.company(), **given)

    with pytest.raises(LedgerError) as refused:
        there.made(SharesTransferred)
    assert refused.value.code == "E_UNKNOWN"
    assert there.made(SharesTransferred, new=("security",)).security == SecurityId("CS-1")


def test_names_are_those_of_the_whole_record() -> None:
    ledger = a.company()
    ledger.record(a.common_issued(security="CS-1"), a.agreement_signed(), a.shares_reserved(), a.holder_renamed())

    names = Names(ledger)

    assert names.all("holder") == {"ada": "Ada Quill", "bob": "Bob Quill", "fund": "Fund II LP"}
    assert names.all("stock class") == {"common": "Common Stock", "series-a": "Series A Preferred Stock"}
    assert names.all("agreement") == {"spa": "Securities Purchase Agreement"}
    assert (list(names.all("tranche")), list(names.all("tranche", "other"))) == (["t1", "t2"], [])
    assert [list(names.all(what)) for what in ("condition", "security", "reserve")] == [
        ["permit"],
        ["CS-1"],
        ["plan"],
    ]
    assert names.namesakes("Fund LP") == ["fund"]


def test_what_was_voided_has_no_name_any_more() -> None:
    ledger = a.company()
    ledger.record(a.holder_registered(holder="eve"))
    ledger.record(a.entry_voided(7))

    assert "eve" not in Names(ledger).all("holder")
    with pytest.raises(LedgerError) as refused:
        Names(ledger).holder("Eve Quill")
    assert refused.value.code == "E_UNKNOWN"


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "minutes.txt"
    path.write_bytes(bytes(range(256)) * 10_000)

    assert digest_of(str(path)) == hashlib.sha256(path.read_bytes()).hexdigest()
