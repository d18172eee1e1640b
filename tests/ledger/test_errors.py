"""Refusals: each with a stable code and fields, one line long, and whole after a journey between processes."""

import inspect
import pickle
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, get_type_hints

import attrs
import pytest

from ledger import errors
from ledger.errors import (
    AuthorizedExceeded,
    HoldingExceeded,
    LedgerError,
    NothingRecorded,
    NotUnderstood,
    RuleBroken,
    SecurityUnnamed,
    UnknownName,
)
from ledger.identity import (
    AgreementId,
    CommandId,
    ControlAccountId,
    DividendId,
    EntryNumber,
    GroupId,
    HolderId,
    InstrumentId,
    IssuerId,
    PlanId,
    ReserveId,
    RestrictionId,
    SecurityId,
    StockClassId,
    TrancheId,
)
from ledger.quantities import Authorized, Currency, Money, Ratio, Shares

_TYPES: dict[str, Any] = {
    "AgreementId": AgreementId("spa"),
    "Authorized": Authorized(10),
    "CommandId": CommandId("c-1"),
    "ControlAccountId": ControlAccountId("proceeds"),
    "Currency": Currency("USD"),
    "DividendId": DividendId("d-2026"),
    "EntryNumber": EntryNumber(7),
    "Fraction": Fraction(1, 3),
    "GroupId": GroupId("founders"),
    "HolderId": HolderId("ada"),
    "InstrumentId": InstrumentId("note-1"),
    "IssuerId": IssuerId("acme"),
    "Money": Money("0.5", "USD"),
    "PlanId": PlanId("plan-2026"),
    "Ratio": Ratio("0.0499"),
    "ReserveId": ReserveId("plan"),
    "RestrictionId": RestrictionId("lock-up"),
    "SecurityId": SecurityId("CS-1"),
    "Shares": Shares("1000.5"),
    "Shares | Money": Shares("1000.5"),
    "StockClassId": StockClassId("common"),
    "TrancheId": TrancheId("t1"),
    "date": date(2026, 2, 2),
    "datetime": datetime(2026, 2, 2, tzinfo=UTC),
    "int": 7,
    "str": "text",
}


# Taken from the module and not from __subclasses__(), which may still hold the twin that a slotted class replaced.
EVERY_CLASS = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, LedgerError)]
KINDS = [kind for kind in EVERY_CLASS if kind not in (LedgerError, RuleBroken)]


def example(kind: type[LedgerError]) -> LedgerError:
    """Return an error of a kind with every field stated."""
    if kind is NotUnderstood:
        return NotUnderstood("E_NUMBER", "shares 'x' is not a number", "write digits", "/issued")
    values = [_TYPES[str(field.type).removesuffix(" | None")] for field in attrs.fields(kind)]  # type: ignore[arg-type]  # they are attrs classes
    return kind(*values)


EVERY = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def test_all_errors_are_looked_at() -> None:
    assert len(KINDS) >= 27
    assert len({kind.__name__ for kind in KINDS}) == len(KINDS)


@EVERY
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_the_way_to_another_process(kind: type[LedgerError], protocol: int) -> None:
    error = example(kind)

    again = pickle.loads(pickle.dumps(error, protocol))

    assert type(again) is kind
    assert (again.code, again.EXIT, again.where, str(again)) == (error.code, error.EXIT, error.where, str(error))
    assert again.line() == error.line()
    if isinstance(error, RuleBroken):
        assert isinstance(again, RuleBroken)
        assert again.fields() == error.fields()


@EVERY
def test_an_error_is_one_line_that_says_its_code(kind: type[LedgerError]) -> None:
    line = example(kind).line()

    assert line.startswith(f"error: {example(kind).code}: ")
    assert line.isprintable()


@EVERY
def test_an_error_has_a_code_an_exit_status_and_a_sentence(kind: type[LedgerError]) -> None:
    error = example(kind)

    assert error.code.startswith("E_") or error.code == "text"
    assert error.EXIT in (0, 2, 3, 4, 5)
    assert inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].endswith(".")


@EVERY
def test_an_error_can_be_raised_and_caught_with_its_cause(kind: type[LedgerError]) -> None:
    cause = ValueError("the cause")

    with pytest.raises(kind) as caught:
        raise example(kind) from cause

    assert caught.value.__cause__ is cause
    caught.value.add_note("a note")


def test_rules_and_codes_stand_for_one_refusal_each() -> None:
    rules = [kind.RULE for kind in KINDS if issubclass(kind, RuleBroken) and "RULE" in vars(kind)]

    assert all(rules)
    assert len(set(rules)) == len(rules)


def test_an_error_told_of_its_place_keeps_the_rest() -> None:
    error = NotUnderstood("E_NUMBER", "what", "hint")
    assert error.line() == "error: E_NUMBER: what (hint)"

    told = error.at("/tranches/1")

    assert told is error
    assert (told.code, told.what, told.hint, told.where) == ("E_NUMBER", "what", "hint", "/tranches/1")
    assert told.line() == "error: E_NUMBER: /tranches/1: what (hint)"


def test_a_refusal_that_does_not_change_is_told_of_its_place_too() -> None:
    error = SecurityUnnamed(AgreementId("spa")).at("entry 7")

    assert error.line().startswith("error: E_SECURITY: entry 7: ")
    assert error.fields() == ("spa",)


def test_what_is_not_understood_is_a_value_error_too() -> None:
    assert issubclass(NotUnderstood, ValueError)
    assert "code" not in get_type_hints(NotUnderstood)


# --- what the texts say -----------------------------------------------------------------------------------

DAY = date(2026, 2, 2)


def test_a_name_that_is_not_known_by_a_day_may_be_recorded_or_its_entry_kept() -> None:
    assert str(UnknownName("holder", "ada", DAY)) == (
        "no holder 'ada' is recorded by 2026-02-02. Record it first, effective no later, or keep the entry that"
        " records it."
    )


def test_a_name_that_was_only_asked_for_is_not_to_be_recorded() -> None:
    assert str(UnknownName("issuer", "lumne", None, "lumen")) == (
        "no issuer 'lumne' is recorded. Did you mean lumen?"
    )
    assert (
        str(UnknownName("issuer", "x", None)) == "no issuer 'x' is recorded. Correct the name, or record it first."
    )


@pytest.mark.parametrize(("security", "where"), [(None, "without a certificate"), ("CS-7", "in CS-7")])
def test_a_position_is_told_with_its_certificate_or_that_it_has_none(security: str | None, where: str) -> None:
    named = None if security is None else SecurityId(security)
    error = HoldingExceeded(
        HolderId("ada"), StockClassId("common"), named, Shares(0), Shares(5), DAY, EntryNumber(7)
    )

    assert str(error).startswith(f"ada holds 0 common {where} on 2026-02-02 and entry 7 takes 5. ")


def test_a_refusal_of_too_many_shares_says_how_many_are_too_many() -> None:
    error = AuthorizedExceeded(StockClassId("common"), Authorized(1_000), Shares(1_250), DAY, EntryNumber(7))

    assert "and 1,000 are authorized: 250 too many." in str(error)


def test_nothing_recorded_tells_the_two_times_apart() -> None:
    error = NothingRecorded(datetime(2024, 6, 2, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC))

    assert str(error) == (
        "nothing had been recorded by 2024-06-02 00:00:00 UTC; the first entry was recorded at"
        " 2026-02-02 00:00:00 UTC. known-at counts from the time of recording; as-of is the day of the fact."
    )


def test_two_times_within_a_second_are_still_told_apart() -> None:
    asked = datetime(2026, 2, 2, 3, 4, 5, 250_000, tzinfo=UTC)

    told = str(NothingRecorded(asked, asked.replace(microsecond=500_000)))

    assert (
        "by 2026-02-02 03:04:05.250000 UTC; the first entry was recorded at 2026-02-02 03:04:05.500000 UTC." in told
    )
