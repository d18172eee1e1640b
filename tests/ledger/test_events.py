"""What every event there is has in common, and what each refuses to say about itself."""

import inspect
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from fractions import Fraction
from importlib import import_module
from pkgutil import iter_modules
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import msgspec
import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec, events
from ledger.errors import LedgerDamaged, NotUnderstood
from ledger.events import (
    EVENTS,
    EntryRestated,
    Event,
    Evidence,
    Fact,
    NoteGivenUp,
    NoteReceived,
    RightReceived,
    SharesGivenUp,
    SharesReceived,
    event_named,
)
from ledger.events.adjustments import SharesAdded
from ledger.events.agreements import LapsedPart, TrancheRescheduled
from ledger.events.corporate_actions import ResultingTerms
from ledger.events.record import OpeningPosition
from ledger.events.safes import AmendmentCause
from ledger.events.shares import Consideration, ConsiderationForm
from ledger.identity import (
    ConditionId,
    Count,
    EntryNumber,
    HolderId,
    InstrumentId,
    PlanId,
    SecurityId,
    StockClassId,
    TrancheId,
)
from ledger.movements import HolderKind, Posting
from ledger.personal import Personal
from ledger.quantities import SCALE, Authorized, Money, Price, Ratio, Shares
from ledger.terms.commitment import Condition, Remedy, Tranche
from ledger.terms.conversion import ConversionRight
from ledger.terms.disclosed import Disclosed
from ledger.terms.limits import IssuanceCap
from ledger.terms.liquidation import LiquidationPreference
from ledger.terms.market import PriceRule
from ledger.terms.measures import Measure, Operand
from ledger.terms.notes import Instalment, RoundConversion
from ledger.terms.preferred import MandatoryConversion, MarketConversion
from ledger.terms.safes import (
    CapTiming,
    SafeTerms,
)
from tests import builders, strategies

KINDS = pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.KIND)
COMMON, SERIES_A = StockClassId("common"), StockClassId("series-a")


def parts(kind: type) -> Iterator[type]:
    """Yield the attrs classes that a field of the class may hold, theirs included."""
    for hint in get_type_hints(kind).values():
        for each in (hint, *get_args(hint), *(deep for one in get_args(hint) for deep in get_args(one))):
            if isinstance(each, type) and attrs.has(each) and not issubclass(each, Event):
                yield each
                yield from parts(each)


WRITTEN: list[type] = [
    *EVENTS,
    *sorted({part for kind in EVENTS for part in parts(kind)}, key=lambda k: k.__name__),
]
"""Every class whose fields become keys of a payload."""
CLASSES = pytest.mark.parametrize("kind", WRITTEN, ids=lambda kind: kind.__name__)


def refusal(make: Callable[[], object]) -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        make()
    return caught.value


# --- what every class of events has ----------------------------------------------------------------------------


def test_the_list_of_events_is_every_event_there_is() -> None:
    families = [import_module(f"ledger.events.{each.name}") for each in iter_modules(events.__path__)]
    defined = {
        each
        for family in families
        for each in vars(family).values()
        if inspect.isclass(each) and issubclass(each, Event) and "KIND" in vars(each)
    }

    assert set(EVENTS) == defined
    assert len(EVENTS) == len(set(EVENTS))


def test_the_table_of_kinds_names_each_class_by_its_kind() -> None:
    assert {kind: event_named(kind) for kind in events.KINDS} == {each.KIND: each for each in EVENTS}
    assert {kind: event_named(kind).__name__ for kind in events.KINDS} == events.KINDS


def test_the_parts_of_events_are_all_looked_at() -> None:
    names = {kind.__name__ for kind in WRITTEN} - {kind.__name__ for kind in EVENTS}

    assert names == {
        "Acceleration",
        "AwardTerms",
        "CapitalizationDefinition",
        "Condition",
        "Consideration",
        "ConversionRight",
        "Disclosed",
        "DividendTerms",
        "ErasedLine",
        "Evidence",
        "Instalment",
        "InterestTerms",
        "IssuanceCap",
        "LapsedPart",
        "LiquidationPreference",
        "ListedHolder",
        "MandatoryConversion",
        "MarketConversion",
        "MarketPrice",
        "Measure",
        "NoteConversion",
        "NoteGivenUp",
        "NoteReceived",
        "NoteTerms",
        "OpeningPosition",
        "Operand",
        "OwnershipLimit",
        "PriceProtection",
        "PriceRule",
        "RedemptionRight",
        "RedemptionTerms",
        "Remedy",
        "ResultingTerms",
        "RightReceived",
        "RoundConversion",
        "SafeTerms",
        "SharesAdded",
        "SharesGivenUp",
        "SharesReceived",
        "Tranche",
        "TrancheRescheduled",
        "VestingTerms",
        "VestingTranche",
        "WarrantTerms",
    }


@KINDS
def test_every_event_has_a_builder(kind: type[Event]) -> None:
    assert type(builders.builder_of(kind)()) is kind


@CLASSES
def test_a_class_is_frozen_slotted_and_takes_its_fields_by_name(kind: type) -> None:
    assert all(field.kw_only for field in attrs.fields(kind))
    assert not hasattr(object.__new__(kind), "__dict__")
    assert "__slots__" in vars(kind)


@KINDS
def test_no_field_of_an_event_can_be_changed(kind: type[Event]) -> None:
    event: Any = builders.builder_of(kind)()

    for field in attrs.fields(kind):
        with pytest.raises(FrozenInstanceError):
            setattr(event, field.name, None)
        with pytest.raises(FrozenInstanceError):
            delattr(event, field.name)
    with pytest.raises((FrozenInstanceError, AttributeError)):
        event.colour = "red"


@KINDS
def test_an_event_can_be_a_member_of_a_set(kind: type[Event]) -> None:
    build = builders.builder_of(kind)

    assert {build()} == {build()}


@KINDS
def test_a_kind_is_the_class_name_in_small_letters_and_dashes(kind: type[Event]) -> None:
    assert re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower() == kind.KIND
    assert kind.VERSION == "1"


def test_no_two_events_share_a_kind() -> None:
    assert len({kind.KIND for kind in EVENTS}) == len(EVENTS)


def documented(kind: type) -> set[str]:
    """Return the attributes that the docstrings of a class and its bases tell of."""
    found: set[str] = set()
    for each in kind.__mro__:
        if "Attributes:" in (text := inspect.cleandoc(each.__dict__.get("__doc__") or "")):
            section = text.partition("Attributes:\n")[2]
            found |= set(re.findall(r"^ {4}(\w+): \S", section, re.MULTILINE))
    return found


@CLASSES
def test_the_docstring_tells_of_every_attribute_and_of_no_other(kind: type) -> None:
    assert documented(kind) == {field.name for field in attrs.fields(kind)}


@CLASSES
def test_a_class_says_what_it_is_in_a_whole_sentence(kind: type) -> None:
    first = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0]

    assert first.endswith(".")
    assert first[0].isupper()


# --- traps of msgspec, each with its guard ---------------------------------------------------------------------


@CLASSES
def test_no_field_has_a_converter_since_reading_would_not_run_it(kind: type) -> None:
    assert [field.name for field in attrs.fields(kind) if field.converter is not None] == []


@CLASSES
def test_no_field_is_private_since_writing_would_drop_it(kind: type) -> None:
    assert [field.name for field in attrs.fields(kind) if field.name.startswith("_")] == []


@CLASSES
def test_no_field_has_another_name_outside_since_reading_would_not_know_it(kind: type) -> None:
    assert [field.name for field in attrs.fields(kind) if field.alias != field.name or not field.init] == []


@CLASSES
def test_no_field_may_hold_one_of_two_classes_since_reading_could_not_tell_them_apart(kind: type) -> None:
    for name, hint in get_type_hints(kind).items():
        if get_origin(hint) is UnionType:
            assert len([part for part in get_args(hint) if attrs.has(part)]) <= 1, name


@CLASSES
def test_no_field_holds_what_would_be_a_json_number(kind: type) -> None:
    for name, hint in get_type_hints(kind).items():
        options = get_args(hint) if get_origin(hint) is UnionType else (hint,)
        assert not {int, float, complex, Any} & set(options), name


@CLASSES
def test_every_class_has_a_reader_that_msgspec_accepts(kind: type) -> None:
    if kind is not EntryRestated:  # it holds an abstract fact, and has a form of its own in the codec
        msgspec.json.Decoder(kind, dec_hook=lambda kind, raw: raw)


def test_reading_runs_the_validators_of_a_field() -> None:
    raw = codec.encode(builders.common_issued()).replace(b'"issued":"1000"', b'"issued":"-1000"')

    with pytest.raises(LedgerDamaged, match="issued is '-1000'"):
        codec.decode(raw)


def test_reading_runs_the_checks_of_more_than_one_field() -> None:
    raw = codec.encode(builders.shares_transferred()).replace(b'"to_holder":"bob"', b'"to_holder":"ada"')

    with pytest.raises(LedgerDamaged, match="ada cannot transfer to itself"):
        codec.decode(raw)


def test_reading_refuses_the_unknown_field_that_msgspec_passes_over() -> None:
    evidence = b'{"document":"Form 8-K","page":null,"printed":null,"sha256":null}'
    wider = evidence[:-1] + b',"truth":"no"}'
    raw = codec.encode(builders.common_issued(evidence=(Evidence(document="Form 8-K"),)))
    assert msgspec.json.decode(wider, type=Evidence) == Evidence(document="Form 8-K")

    with pytest.raises(LedgerDamaged) as caught:
        codec.decode(raw.replace(evidence, wider))

    assert caught.value.code == "E_PAYLOAD"


@pytest.mark.parametrize("number", [b"5", b"5.0", b"1.10", b"18446744073709551616", b"true"])
def test_reading_takes_no_json_number_for_a_quantity(number: bytes) -> None:
    raw = codec.encode(builders.common_issued()).replace(b'"1000"', number)

    with pytest.raises(LedgerDamaged):
        codec.decode(raw)


@pytest.mark.parametrize(
    "number", ["5", "18446744073709551616", "9" * 30, "0.0000000001", "9" * 30 + "." + "9" * 10]
)
def test_small_and_large_quantities_survive_to_the_last_digit(number: str) -> None:
    event = builders.common_issued(issued=number)

    assert json.loads(codec.encode(event))["event"]["issued"] == number
    assert codec.decode(codec.encode(event)) == event


# --- what events move ------------------------------------------------------------------------------------------


@KINDS
@strategies.SOME
@given(data=st.data())
def test_postings_sum_to_zero_for_each_unit(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(strategies.events_of(kind))
    sums: defaultdict[object, int] = defaultdict(int)
    if not isinstance(event, Fact):
        return

    for movement in event.movements():
        if isinstance(movement, Posting):
            assert type(movement.quantity) is int
            assert movement.quantity != 0
            sums[movement.unit] += movement.quantity

    assert set(sums.values()) <= {0}


@given(strategies.facts())
def test_movements_need_nothing_but_the_fact(fact: Fact) -> None:
    again = codec.decode(codec.encode(fact))

    assert isinstance(again, Fact)
    assert fact.movements() == fact.movements() == again.movements()


@pytest.mark.parametrize(
    ("event", "moves"),
    [
        (builders.preferred_issued(), {("series-a", "fund"): 1_000}),
        (builders.common_issued(), {("common", "ada"): 1_000}),
        (builders.shares_transferred(), {("common", "ada"): -100, ("common", "bob"): 100}),
        (builders.shares_converted(), {("series-a", "fund"): -400, ("common", "fund"): 500}),
        (builders.shares_cancelled(), {("common", "ada"): -100}),
        (builders.shares_repurchased(), {("common", "ada"): -100}),
        (builders.treasury_shares_reissued(), {("common", "bob"): 50}),
        (builders.shares_retired(), {}),
        (builders.shares_redeemed(), {("series-a", "fund"): -100}),
        (builders.remedy_exercised(), {("series-a", "fund"): -100}),
        (builders.fractions_settled(given=2), {("common", "ada"): 2}),
        (builders.fractions_settled(taken=2), {("common", "ada"): -2}),
        (builders.fractions_settled(cash="1 USD"), {}),
        (builders.opening_balance_adopted(treasury=7), {("common", "ada"): 600, ("common", "bob"): 400}),
        (builders.shares_reserved(), {}),
        (builders.holder_merged(), {}),
    ],
    ids=lambda value: value.KIND if isinstance(value, Fact) else "",
)
def test_an_event_moves_the_shares_of_holders_as_it_says(event: Fact, moves: dict[tuple[str, str], int]) -> None:
    found = {
        (movement.unit, movement.account.holder): movement.quantity // SCALE
        for movement in event.movements()
        if isinstance(movement, Posting) and hasattr(movement.account, "holder")
    }

    assert found == moves


# --- what contradicts itself -----------------------------------------------------------------------------------


def quantities(optional: bool) -> Iterator[Any]:
    """Yield each class with each of its fields that counts shares or money."""
    for kind in WRITTEN:
        for name, hint in get_type_hints(kind).items():
            options = set(get_args(hint)) if get_origin(hint) is UnionType else {hint}
            wanted = next((option for option in (Shares, Money) if option in options), None)
            if kind is events.HoldingReported:
                continue  # a filing may report that nothing is held
            if wanted and (type(None) in options) is optional:
                yield pytest.param(kind, name, wanted, id=f"{kind.__name__}.{name}")


_PARTS: dict[type, object] = {
    Tranche: builders.tranche(),
    LapsedPart: LapsedPart(lapsed=Money(1, "USD")),
    OpeningPosition: OpeningPosition(holder=HolderId("ada"), shares=Shares(1)),
    Consideration: Consideration(form=ConsiderationForm.CASH),
    SafeTerms: builders.safe_terms(),
    IssuanceCap: IssuanceCap(shares=Shares(1)),
    MandatoryConversion: MandatoryConversion(offering_proceeds=Money(1, "USD")),
    SharesAdded: SharesAdded(holder=HolderId("ada"), added=Shares(1)),
    Instalment: Instalment(due_on=date(2026, 3, 2), amount=Money(1, "USD")),
    RoundConversion: RoundConversion(cap=Money(1, "USD"), cap_timing=CapTiming.POST_MONEY),
    NoteGivenUp: NoteGivenUp(holder=HolderId("fund"), instrument=InstrumentId("n-1"), principal=Money(1, "USD")),
    NoteReceived: NoteReceived(holder=HolderId("fund"), instrument=InstrumentId("n-2"), principal=Money(1, "USD")),
    SharesGivenUp: SharesGivenUp(holder=HolderId("fund"), stock_class=COMMON, shares=Shares(1)),
    SharesReceived: SharesReceived(holder=HolderId("fund"), stock_class=COMMON, shares=Shares(1)),
    RightReceived: RightReceived(
        holder=HolderId("fund"),
        warrant=InstrumentId("w-1"),
        stock_class=COMMON,
        purchasable=Shares(1),
        price=Price(0, "USD"),
    ),
}


def example(kind: type) -> Any:
    return _PARTS[kind] if kind in _PARTS else builders.builder_of(kind)()


def of_units(unit: type, units: int | Fraction) -> Any:
    return Shares.of_units(units) if unit is Shares else Money.of_units(units, Money(1, "USD").currency)  # type: ignore[arg-type]  # what it must refuse


@pytest.mark.parametrize(("kind", "name", "unit"), [*quantities(optional=False)])
def test_a_quantity_is_more_than_none(kind: type, name: str, unit: type) -> None:
    smallest = attrs.evolve(example(kind), **{name: of_units(unit, 1), **_alone(kind)})

    assert getattr(smallest, name).units == 1
    for units in (0, -1, -(10**30)):
        assert refusal(lambda: attrs.evolve(example(kind), **{name: of_units(unit, units)})).code == "E_QUANTITY"  # noqa: B023


def _alone(kind: type) -> dict[str, Any]:
    return {"tranches": ()} if kind is events.AgreementSigned else {}


@pytest.mark.parametrize(("kind", "name", "unit"), [*quantities(optional=True)])
def test_a_quantity_that_may_be_left_out_is_not_below_zero(kind: type, name: str, unit: type) -> None:
    one = attrs.evolve(example(kind), **{name: of_units(unit, 1), **_other_way(kind, name)})

    assert getattr(one, name).units == 1
    error = refusal(lambda: attrs.evolve(example(kind), **{name: of_units(unit, -1), **_other_way(kind, name)}))
    assert error.code == "E_QUANTITY"


def _other_way(kind: type, name: str) -> dict[str, Any]:
    return _WITH.get((kind, name), {})


_PLAN: dict[str, Any] = {"plan": PlanId("plan-2026")}
_WITH: dict[tuple[type, str], dict[str, Any]] = {
    (events.FractionsSettled, "taken"): {"given": None},
    (events.PlanPoolChanged, "removed"): {"added": None},
    (events.OptionExercised, "returned"): {"for_tax": Shares(1), **_PLAN},
    (events.UnitsReleased, "returned"): {"for_tax": Shares(1), **_PLAN},
    (events.AwardForfeited, "returned"): _PLAN,
    (events.UnvestedSharesRepurchased, "returned"): _PLAN,
}
"""What has to be stated besides, or left out, for a quantity to be stated."""


@pytest.mark.parametrize(("kind", "name", "unit"), [*quantities(optional=False), *quantities(optional=True)])
def test_a_quantity_that_could_not_be_written_is_refused(kind: type, name: str, unit: type) -> None:
    """A third of a share is an answer in another day's units, never a fact; nor are more than 30 digits."""
    for units in (Fraction(SCALE, 3), SCALE * 10**30):
        changes = {name: of_units(unit, units), **_other_way(kind, name), **_alone(kind)}
        assert refusal(lambda: attrs.evolve(example(kind), **changes)).code in ("E_QUANTITY", "E_LIMIT")  # noqa: B023


def texts() -> Iterator[Any]:
    for kind in WRITTEN:
        for name, hint in get_type_hints(kind).items():
            if hint in (str, str | None) and name != "sha256":
                yield pytest.param(kind, name, id=f"{kind.__name__}.{name}")


_WITH_TEXT: dict[type, object] = {
    Evidence: Evidence(document="a"),
    Condition: Condition(condition=ConditionId("c"), text="a"),
    Disclosed: Disclosed.read("12.1%"),
    Measure: builders.claimed(),
    Operand: builders.operand(),
    **_PARTS,
}


@pytest.mark.parametrize(("kind", "name"), [*texts()])
def test_no_text_holds_what_cannot_be_seen(kind: type, name: str) -> None:
    def with_text(text: str) -> Callable[[], object]:
        whole: Any = _WITH_TEXT[kind] if kind in _WITH_TEXT else builders.builder_of(kind)()
        apart = {"name": None, "holder_kind": HolderKind.ORGANISATION} if name == "legal_name" else {}
        kept = {field.name for field in attrs.fields(kind)}
        return lambda: attrs.evolve(whole, **{**{k: v for k, v in apart.items() if k in kept}, name: text})

    with_text("Zoé & Söhne – § 4 (株式)")()
    for text in ("a\u202eb", "a\u200bb", "a\nb", "a\x00b", "\ufeffa", "a\ud800", "Zoe\u0301", "", " a", "a\u00a0"):
        assert refusal(with_text(text)).code == "E_TEXT", ascii(text)
    assert refusal(with_text("a" * 2_001)).code == "E_LIMIT"


def test_a_legend_is_text_like_any_other() -> None:
    assert refusal(lambda: builders.common_issued(legends=("Rule 144", "a\u2066b"))).code == "E_TEXT"


def right(**changes: Any) -> ConversionRight:
    return ConversionRight(**{"into": COMMON, "ratio": Ratio(2), **changes})


def terms(stock_class: StockClassId = COMMON, **changes: Any) -> ResultingTerms:
    return ResultingTerms(stock_class=stock_class, **{"authorized": Authorized(10), **changes})


B = builders
CONTRADICTIONS: list[tuple[str, str, Callable[[], object]]] = [
    ("E_SELF", "a class that converts into itself", lambda: B.common(conversion=right())),
    ("E_SELF", "terms that convert into itself", lambda: B.class_terms_amended(conversion=right())),
    ("E_SELF", "a holder merged into itself", lambda: B.holder_merged(holder="ada", into="ada")),
    ("E_SELF", "a transfer to oneself", lambda: B.shares_transferred(to_holder="ada")),
    ("E_SELF", "shares converted into themselves", lambda: B.shares_converted(to_class="series-a")),
    (
        "E_SELF",
        "a split after which a class converts into itself",
        lambda: B.stock_split_effected(resulting=(terms(conversion=right()),)),
    ),
    ("E_TERMS", "a statement of no right", lambda: B.class_rights_stated(authority="Article IV")),
    (
        "E_TERMS",
        "a right that is stated and has ended",
        lambda: B.class_rights_stated(liquidation=LiquidationPreference(), ended=(events.ClassRight.LIQUIDATION,)),
    ),
    (
        "E_TERMS",
        "a right that has ended twice",
        lambda: B.class_rights_stated(ended=(events.ClassRight.DIVIDENDS, events.ClassRight.DIVIDENDS)),
    ),
    (
        "E_SELF",
        "a class that converts into itself at the market",
        lambda: B.class_rights_stated(
            stock_class="common",
            market_conversion=MarketConversion(into=COMMON, price=PriceRule(fixed=Price(1, "USD"))),
        ),
    ),
    ("E_TERMS", "an amendment of no term", lambda: B.class_terms_amended(authority="Article IV")),
    (
        "E_TERMS",
        "a right that changes and ends",
        lambda: B.class_terms_amended(stock_class="series-a", conversion=right(), conversion_ended=True),
    ),
    ("E_TERMS", "a holder without a name", lambda: B.holder_registered(name=None)),
    ("E_TERMS", "a holder with two names", lambda: B.holder_registered(legal_name="Ada LLC")),
    (
        "E_TERMS",
        "a person whose name is not kept apart",
        lambda: B.holder_registered(name=None, legal_name="Ada Quill"),
    ),
    (
        "E_TERMS",
        "an organisation whose name is kept apart",
        lambda: B.holder_registered(holder="fund", legal_name=None, name="Fund LP"),
    ),
    ("E_TERMS", "a change to no name", lambda: B.holder_renamed(legal_name=None)),
    ("E_TERMS", "an agreement amended in nothing", lambda: B.agreement_amended(price=None)),
    ("E_TERMS", "a tranche without its agreement", lambda: B.preferred_issued(tranche=TrancheId("t1"))),
    ("E_TERMS", "a split of 1", lambda: B.stock_split_effected(ratio="1")),
    ("E_TERMS", "a split of 0", lambda: B.stock_split_effected(ratio="0")),
    ("E_TERMS", "a split of no class", lambda: B.stock_split_effected(stock_classes=())),
    ("E_TERMS", "a split of a class twice", lambda: B.stock_split_effected(stock_classes=(COMMON, COMMON))),
    ("E_TERMS", "terms of a class twice", lambda: B.stock_split_effected(resulting=(terms(), terms()))),
    ("E_TERMS", "a split without the number authorized", lambda: B.stock_split_effected(resulting=())),
    (
        "E_TERMS",
        "a split of two with the number of one",
        lambda: B.stock_split_effected(stock_classes=(COMMON, SERIES_A), resulting=(terms(),)),
    ),
    ("E_TERMS", "a right without price or ratio", lambda: right(ratio=None)),
    ("E_TERMS", "a right with price and ratio", lambda: right(price=Price(1, "USD"))),
    ("E_TERMS", "a conversion price of zero", lambda: right(ratio=None, price=Price(0, "USD"))),
    ("E_TERMS", "a conversion ratio of zero", lambda: right(ratio=Ratio(0))),
    ("E_TERMS", "a remedy on nothing", lambda: Remedy(redeemable=Ratio(0), price=Price(1, "USD"))),
    (
        "E_TERMS",
        "a remedy on more than all",
        lambda: Remedy(redeemable=Ratio("1.0000000001"), price=Price(1, "USD")),
    ),
    (
        "E_CURRENCY_MISMATCH",
        "a SAFE with a cap in another currency",
        lambda: B.safe_issued(terms=B.safe_terms(cap="8000000 EUR")),
    ),
    (
        "E_TERMS",
        "an election that follows nothing",
        lambda: B.safe_terms_amended(cause=AmendmentCause.MOST_FAVORED_NATION),
    ),
    ("E_TERMS", "an agreement that follows a paper", lambda: B.safe_terms_amended(following="safe-2")),
    (
        "E_SELF",
        "a SAFE that follows itself",
        lambda: B.safe_terms_amended(cause=AmendmentCause.MOST_FAVORED_NATION, following="safe-1"),
    ),
    ("E_QUANTITY", "nothing settled", lambda: B.fractions_settled(given=0)),
    ("E_QUANTITY", "settled both ways", lambda: B.fractions_settled(given=1, taken=1)),
    ("E_QUANTITY", "nothing added", lambda: B.agreement_amended(added="0 USD")),
    ("E_QUANTITY", "money taken away as added", lambda: B.agreement_amended(added="-1 USD")),
    ("E_DATE", "a split on a range of days", lambda: B.stock_split_effected(effective_on="2026-07-01/2026-07-02")),
    (
        "E_DATE",
        "an opening balance on a range of days",
        lambda: B.opening_balance_adopted(effective_on="2026-01-01/2026-01-02"),
    ),
    ("E_DATE", "an instant for a day", lambda: B.common_issued(disclosed_on=datetime(2026, 1, 1))),
    ("E_DATE_RANGE", "disclosed in another age", lambda: B.common_issued(disclosed_on=date(1582, 10, 4))),
    ("E_DATE_RANGE", "a tranche due in the year 9999", lambda: B.tranche(due_on=date(9999, 12, 31))),
    (
        "E_DATE_RANGE",
        "a tranche put off to the year 9999",
        lambda: TrancheRescheduled(tranche=TrancheId("t1"), due_on=date(9999, 12, 31)),
    ),
    (
        "E_DUPLICATE",
        "a tranche named twice",
        lambda: B.agreement_signed(tranches=(B.tranche("t1"), B.tranche("t1"))),
    ),
    (
        "E_DUPLICATE",
        "a condition of two tranches",
        lambda: B.agreement_signed(
            tranches=tuple(
                B.tranche(name, conditions=(Condition(condition=ConditionId("c"), text="x"),))
                for name in ("t1", "t2")
            )
        ),
    ),
    (
        "E_DUPLICATE",
        "a tranche added twice",
        lambda: B.agreement_amended(added_tranches=(B.tranche("t3"), B.tranche("t3"))),
    ),
    (
        "E_DUPLICATE",
        "a position opened twice",
        lambda: B.opening_balance_adopted(
            positions=tuple(
                OpeningPosition(holder=HolderId("ada"), shares=Shares(n), security=SecurityId("CS-1"))
                for n in (1, 2)
            )
        ),
    ),
    (
        "E_CURRENCY_MISMATCH",
        "a tranche in another currency",
        lambda: B.agreement_signed(tranches=(B.tranche(amount="1 EUR"),)),
    ),
    (
        "E_COMMITMENT",
        "tranches of more than the commitment",
        lambda: B.agreement_signed(commitment="799999.99 USD"),
    ),
    ("E_CORRECTS", "a void of nothing", lambda: B.made(events.EntryVoided, {}, entries=(), reason="x")),
    ("E_CORRECTS", "a void of an entry twice", lambda: B.entry_voided(7, 7)),
    ("E_LIMIT", "eleven decimals of a class", lambda: B.common(decimals=Count(11))),
    ("E_LIMIT", "eleven decimals of a split", lambda: B.stock_split_effected(decimals=Count(11))),
    ("E_DIGEST", "a digest in capitals", lambda: Evidence(document="x", sha256="A" * 64)),
    ("E_DIGEST", "a digest of 63 digits", lambda: Evidence(document="x", sha256="a" * 63)),
    ("E_DIGEST", "a digest of 65 digits", lambda: Evidence(document="x", sha256="a" * 65)),
]


@pytest.mark.parametrize(
    ("code", "make"), [pytest.param(code, make, id=what) for code, what, make in CONTRADICTIONS]
)
def test_an_event_that_contradicts_itself_is_refused(code: str, make: Callable[[], object]) -> None:
    assert refusal(make).code == code


@pytest.mark.parametrize(
    "make",
    [
        lambda: B.agreement_signed(commitment="800000 USD"),
        lambda: B.agreement_signed(commitment="800000.01 USD"),
        lambda: B.common(decimals=Count(10)),
        lambda: B.stock_split_effected(decimals=Count(10)),
        lambda: Remedy(redeemable=Ratio(1), price=Price(0, "USD")),
        lambda: Remedy(redeemable=Ratio("1/1000000"), price=Price(0, "USD")),
        lambda: B.class_terms_amended(stock_class="series-a", conversion_ended=True),
        lambda: B.class_terms_amended(seniority=Count(0)),
        lambda: B.agreement_amended(text="Recital B was corrected."),
        lambda: B.fractions_settled(cash="0.01 USD"),
        lambda: B.fractions_settled(given=0, taken=1),
        lambda: B.shares_converted(security="K-1", received_as="K-1"),
        lambda: B.opening_balance_adopted(positions=()),
        lambda: B.entry_voided(1),
        lambda: Evidence(document="x", sha256="a" * 64),
    ],
    ids=range(15),
)
def test_an_event_just_within_what_it_may_say_is_made(make: Callable[[], object]) -> None:
    make()


def test_what_the_tranches_leave_of_a_commitment_is_undrawn_without_a_date() -> None:
    """1,000,000 − 400,000 − 400,000 = 200,000."""
    undated = [
        movement.quantity
        for movement in B.agreement_signed().movements()
        if isinstance(movement, Posting) and getattr(movement.account, "tranche", "") is None
    ]

    assert sorted(undated) == [-200_000 * SCALE, 200_000 * SCALE]


def test_a_restatement_keeps_personal_values_out_of_sight() -> None:
    event = B.entry_restated(4, restated_as=B.holder_registered(name=Personal("Ada Quill", bytes(32))))

    assert "Quill" not in repr(event)
    assert "Quill" not in str(event)


def test_an_entry_number_in_a_void_is_a_number_from_one_on() -> None:
    assert refusal(lambda: B.entry_voided(0)).code == "E_ENTRY"
    assert EntryNumber(1) in B.entry_voided(1).entries
