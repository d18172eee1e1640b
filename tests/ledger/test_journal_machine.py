"""A journal beside a register made of dictionaries: random requests on few days, compared after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any, ClassVar, Final

from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ledger import (
    AgreementId,
    Authorized,
    ConversionRight,
    EffectiveDay,
    EntryNumber,
    FractionPolicy,
    HolderId,
    HolderKind,
    IssuerId,
    Ledger,
    Money,
    Phase,
    Price,
    Ratio,
    ReserveId,
    SecurityId,
    Shares,
    StockClassId,
    StockClassKind,
    Tranche,
    TrancheId,
)
from ledger.book import Book, ClassTotal, UndrawnUnder, by_moment, steps
from ledger.days import close_of
from ledger.errors import LedgerError
from ledger.events import (
    AgreementAmended,
    AgreementSigned,
    AuthorizedSharesChanged,
    CommitmentLapsed,
    CommitmentReduced,
    CommonIssued,
    EntryRestated,
    EntryVoided,
    Event,
    Fact,
    FractionsSettled,
    HolderRegistered,
    IssuerRegistered,
    PreferredIssued,
    ReserveReleased,
    ResultingTerms,
    SharesCancelled,
    SharesConverted,
    SharesRedeemed,
    SharesRepurchased,
    SharesReserved,
    SharesRetired,
    SharesTransferred,
    StockClassDesignated,
    StockSplitEffected,
    TrancheClosed,
    TreasurySharesReissued,
)
from ledger.identity import Count
from ledger.movements import Account, Commitment, Held, Reserved
from ledger.quantities import SCALE
from projections.bounds import Bounds as Figures
from projections.cap_table import cap_table
from projections.commitments import commitments
from tests.ledger.register_of_dictionaries import DAYS, Act, Bounds, Number, Register, Total, answer, begun

# --- from the words of the register to events ----------------------------------------------------------------

FIRST_DAY: Final = date(2024, 2, 26)
LAST: Final = 1_000
"""A day after all others."""
PHASES: Final = (Phase.OPENING, Phase.ORDINARY, Phase.CLOSE)


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def shares(number: Number) -> Shares:
    return Shares(number if isinstance(number, int) else Fraction(number))


def authorised(number: int | None) -> Authorized:
    return Authorized.UNLIMITED if number is None else Authorized(number)


def optional(kind: Any, name: str | None) -> Any:
    return None if name is None else kind(name)


def event_of(act: Act) -> Event:
    """Return the event that says what an act of the register says."""
    if act["kind"] == "void":
        return EntryVoided(entries=tuple(map(EntryNumber, act["entries"])), reason="recorded in error")
    if act["kind"] == "restate":
        fact = event_of(act["as"])
        assert isinstance(fact, Fact)
        return EntryRestated(entry=EntryNumber(act["entry"]), restated_as=fact, reason="misread")
    when: dict[str, Any] = {
        "effective_on": EffectiveDay(day(act["earliest"]), day(act["latest"])),
        "phase": PHASES[act["phase"]],
        "place": optional(Count, act["place"]),
    }
    who: dict[str, Any] = {name: HolderId(act[name]) for name in ("holder", "investor") if name in act}
    which = {"stock_class": StockClassId(act["class"])} if "class" in act else {}
    security = {"security": optional(SecurityId, act["security"])} if "security" in act else {}
    received = {"received_as": optional(SecurityId, act["received_as"])} if "received_as" in act else {}
    reserve = {"reserve": optional(ReserveId, act["reserve"])} if "reserve" in act else {}
    count = shares(act["shares"]) if "shares" in act and act["kind"] != "settle" else Shares(1)
    amount = Money(act["amount"], act["currency"]) if "amount" in act else Money(1, "USD")
    under: dict[str, Any] = {"agreement": optional(AgreementId, act["agreement"])} if "agreement" in act else {}
    tranche = {"tranche": optional(TrancheId, act["tranche"])} if "tranche" in act else {}
    same: dict[str, Any] = {**when, **who, **which, **security}
    match act["kind"]:
        case "issuer":
            return IssuerRegistered(
                **when, issuer=IssuerId("acme"), legal_name="Acme", jurisdiction="US-DE", time_zone="UTC"
            )
        case "register":
            return HolderRegistered(**same, holder_kind=HolderKind.ORGANISATION, legal_name=act["holder"])
        case "designate":
            into = act["converts_into"]
            return StockClassDesignated(
                **same,
                class_kind=StockClassKind.PREFERRED if act["preferred"] else StockClassKind.COMMON,
                title=act["class"],
                authorized=authorised(act["authorised"]),
                conversion=ConversionRight(into=StockClassId(into), ratio=Ratio(1)) if into else None,
                converted_shares_reissuable=act["reissuable"],
            )
        case "authorise":
            return AuthorizedSharesChanged(**same, authorized=authorised(act["authorised"]), authority="charter")
        case "issue":
            kind = PreferredIssued if act["preferred"] else CommonIssued
            return kind(**same, **reserve, **under, **tranche, issued=count)
        case "transfer":
            giver, taker = HolderId(act["giver"]), HolderId(act["taker"])
            return SharesTransferred(**same, **received, from_holder=giver, to_holder=taker, transferred=count)
        case "convert":
            return SharesConverted(
                **same,
                **received,
                **reserve,
                from_class=StockClassId(act["from_class"]),
                to_class=StockClassId(act["to_class"]),
                surrendered=shares(act["surrendered"]),
                received=shares(act["received"]),
            )
        case "cancel":
            return SharesCancelled(**same, cancelled=count, reason="undone")
        case "redeem":
            return SharesRedeemed(**same, redeemed=count)
        case "repurchase":
            return SharesRepurchased(**same, repurchased=count)
        case "reissue":
            return TreasurySharesReissued(**same, reissued=count)
        case "retire":
            return SharesRetired(**same, retired=count)
        case "settle":
            given, taken = max(act["shares"], 0), max(-act["shares"], 0)
            return FractionsSettled(
                **same, given=shares(given) if given else None, taken=shares(taken) if taken else None
            )
        case "reserve":
            return SharesReserved(**same, **reserve, reserved=count, purpose="options")
        case "release":
            return ReserveReleased(**same, **reserve, released=count)
        case "sign":
            return AgreementSigned(
                **same,
                **under,
                title="purchase agreement",
                commitment=Money(max(1, act["undated"] + sum(act["tranches"].values())), "USD"),
                buys=StockClassId(act["buys"]),
                price=Price(1, "USD"),
                tranches=tuple(
                    Tranche(tranche=TrancheId(name), due_on=day(3), amount=Money(part, "USD"))
                    for name, part in act["tranches"].items()
                ),
            )
        case "amend":
            return AgreementAmended(**same, **under, added=Money(act["added"], "USD"))
        case "close":
            return TrancheClosed(**same, **under, **tranche, closed=amount)
        case "lapse":
            return CommitmentLapsed(**same, **under, **tranche, lapsed=amount)
        case "reduce":
            return CommitmentReduced(**same, **under, **tranche, reduced_by=amount)
        case "split":
            terms = {
                stock_class: ResultingTerms(
                    stock_class=StockClassId(stock_class),
                    authorized=authorised(act["resulting"][stock_class])
                    if stock_class in act["resulting"]
                    else None,
                    conversion=ConversionRight(into=StockClassId(act["converting"][stock_class]), ratio=Ratio(1))
                    if stock_class in act["converting"]
                    else None,
                )
                for stock_class in sorted({*act["resulting"], *act["converting"]})
            }
            return StockSplitEffected(
                **same,
                stock_classes=tuple(map(StockClassId, act["classes"])),
                ratio=Ratio(act["ratio"]),
                fractions=FractionPolicy(act["policy"]),
                resulting=tuple(terms.values()),
            )
        case kind:
            raise AssertionError(kind)


# --- what the ledger answers, in the words of the register ----------------------------------------------------


def whole(units: int | Fraction) -> Number:
    number = Fraction(units) / SCALE
    return number.numerator if number.denominator == 1 else number


def booked(ledger: Ledger, on: date, known: int) -> Bounds:
    """Return every total at the close of a day, as the book has it."""
    book = Book()
    for at, group in by_moment(steps(ledger.standing(known))):
        if at <= close_of(on):
            book.advance(at, group)
    found: Bounds = {}
    for key in {*book.high, *book.low}:
        pair = whole(book.low.get(key, 0)), whole(book.high.get(key, 0))
        found[_total(*key)] = pair
    return without_nothing(found)


def _total(unit: str, account: Account | ClassTotal | UndrawnUnder) -> Total:
    match account:
        case Held(holder=holder, security=security):
            return "held", str(unit), str(holder), str(security or "")
        case Reserved(reserve=reserve):
            return "reserved", str(unit), str(reserve)
        case Commitment(agreement=agreement, tranche=tranche):
            return "undrawn", str(agreement), str(tranche), str(unit)
        case UndrawnUnder(agreement=agreement):
            return "undrawn in all", str(agreement), str(unit)
        case ClassTotal.ISSUED_OR_RESERVED:
            return "committed", str(unit)
        case ClassTotal.ISSUED_RESERVED_OR_SPENT:
            return "committed or spent", str(unit)
        case _:
            return "treasury", str(unit)


def tabled(ledger: Ledger, on: date, known: int) -> Bounds:
    """Return every figure at the close of a day, as the cap table and the commitment balance have it."""
    found: Bounds = {}

    def put(figure: Figures[Shares] | Figures[Money], *total: str) -> None:
        assert figure.low is not None
        assert figure.high is not None
        found[total] = whole(figure.low.units), whole(figure.high.units)

    table = cap_table(ledger, as_of=on, known_at=known)
    for holding in table:
        put(holding.shares, "holding", str(holding.stock_class), str(holding.holder))
    for line in table.classes:
        name = str(line.stock_class)
        put(line.issued, "issued", name)
        put(line.outstanding, "outstanding", name)
        put(line.treasury, "treasury", name)
        put(line.reserved, "kept", name)
        limits = [value.shares for value in line.authorized.values]
        counts = [whole(limit.units) for limit in limits if limit is not None]
        if counts and len(counts) == len(limits):
            found["authorised", name] = min(counts), max(counts)
            put(line.available, "available", name)
    for agreement in commitments(ledger, as_of=on, known_at=known).agreements:
        name = str(agreement.agreement)
        for what, figure in (
            ("undertaken", agreement.undertaken),
            ("closed", agreement.closed),
            ("lapsed", agreement.lapsed),
            ("undrawn in all", agreement.undrawn),
        ):
            put(figure, what, name, "USD")
        for tranche in agreement.tranches:
            if tranche.tranche is not None:
                put(tranche.undrawn, "undrawn", name, str(tranche.tranche), "USD")
    return without_nothing(found)


def in_book(expected: Bounds) -> Bounds:
    """Return what the book should have, from the totals of the register."""
    return without_nothing({total: pair for total, pair in expected.items() if total[0] in _IN_BOOK})


def on_paper(expected: Bounds, names: set[str]) -> Bounds:
    """Return what the cap table and the commitment balance should show, from the totals of the register.

    What is open to leave counts down to none, unless there are fewer than none in every reading. What may have
    happened to a class or an agreement on a day on which it surely did not exist yet is not shown.
    """
    found: Bounds = {}
    for total, (low, high) in expected.items():
        if total[1] in names:
            line = ("holding", *total[1:3]) if total[0] == "held" else total
            before = found.get(line, (0, 0))
            found[line] = before[0] + low, before[1] + high
    for total, (low, high) in found.items():
        if low < 0 <= high:
            found[total] = 0, high
    for total, (low, high) in list(found.items()):
        if total[0] == "authorised":
            counted = found["against the limit", total[1]]
            found["available", total[1]] = low - counted[1], high - counted[0]
    return without_nothing({total: pair for total, pair in found.items() if total[0] not in _NOT_SHOWN})


def without_nothing(found: Bounds) -> Bounds:
    return {
        total: pair for total, pair in found.items() if pair != (0, 0) or total[0] in ("authorised", "available")
    }


def different(one: Bounds, other: Bounds) -> dict[Total, tuple[Any, Any]]:
    """Return where two answers differ."""
    return {
        total: (one.get(total), other.get(total))
        for total in sorted({*one, *other})
        if one.get(total) != other.get(total)
    }


_IN_BOOK: Final = (
    "held",
    "treasury",
    "reserved",
    "undrawn",
    "undrawn in all",
    "committed",
    "committed or spent",
)
_NOT_SHOWN: Final = ("reserved", "committed", "committed or spent", "against the limit")


# --- the machine ----------------------------------------------------------------------------------------------

CLASSES: Final = ("common", "series-a")
HOLDERS: Final = ("ann", "ben", "cyd")


def _ended(act: Act) -> Act:
    return {**act, "latest": min(DAYS - 1, act["earliest"] + act["wide"])}


days = st.fixed_dictionaries(
    {
        "earliest": st.integers(0, DAYS - 1),
        "wide": st.sampled_from([0, 0, 0, 0, 0, 1, 2, 4]),
        "phase": st.sampled_from([1, 1, 1, 0, 2]),
        "place": st.sampled_from([None, None, None, None, 1, 2]),
    }
).map(_ended)
sizes = st.sampled_from([1, 2, 3, 5, "all", "all", "one less", "one more", "half"])
classes = st.sampled_from(["common"] * 6 + ["series-a"] * 2 + ["series-b"])
holders = st.sampled_from(["ann", "ann", "ben", "ben", "cyd"])
securities = st.sampled_from([None, None, None, "C-1", "C-2"])
reserves = st.sampled_from([None, None, "plan"])
tranches = st.sampled_from([None, "t-1", "t-2"])
agreements = st.sampled_from(["spa", "spa", "spa", "spb"])


def asked(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Act]:
    """Draw a request: days and fields, with a size instead of a quantity."""
    plain = st.fixed_dictionaries({"kind": st.just(kind), **fields})
    return st.tuples(days, plain).map(lambda both: {**both[0], **both[1]})


issues = asked(
    "issue",
    **{"class": classes},
    holder=holders,
    size=sizes,
    reserve=reserves,
    security=securities,
    agreement=st.sampled_from([None, None, None, None, "spa"]),
    tranche=tranches,
    other_kind=st.sampled_from([False] * 9 + [True]),
)
transfers = asked(
    "transfer",
    **{"class": classes},
    giver=holders,
    taker=holders,
    size=sizes,
    security=securities,
    received_as=st.sampled_from([None, None, None, "C-3"]),
)
conversions = asked(
    "convert",
    holder=holders,
    from_class=st.sampled_from(["series-a"] * 5 + ["common"]),
    size=sizes,
    reserve=reserves,
    security=securities,
    received_as=st.sampled_from([None, None, None, "C-4"]),
)
reductions = st.one_of(
    *(
        asked(kind, **{"class": classes}, holder=holders, size=sizes, security=securities)
        for kind in ("cancel", "redeem", "repurchase", "repurchase")
    )
)
treasury_uses = st.one_of(
    asked(
        "reissue",
        **{"class": st.just("common")},
        holder=holders,
        size=sizes,
        security=st.sampled_from([None, "C-5"]),
    ),
    asked("retire", **{"class": st.just("common")}, size=sizes),
)
settlements = asked("settle", **{"class": classes}, holder=holders, shares=st.sampled_from([1, -1]))
reservations = st.one_of(
    asked("reserve", **{"class": classes}, reserve=st.just("plan"), size=sizes),
    asked("release", **{"class": classes}, reserve=st.just("plan"), size=sizes),
)
charters = asked(
    "authorise", **{"class": classes}, size=st.sampled_from(["none", 20, 40, "all", "all", "one less"])
)
signatures = asked(
    "sign",
    agreement=agreements,
    investor=holders,
    buys=classes,
    tranches=st.sampled_from([{}, {"t-1": 5}, {"t-1": 4, "t-2": 3}]),
    undated=st.sampled_from([0, 4, 4, -1]),
).map(lambda act: act if act["tranches"] else {**act, "undated": 4})
amendments = asked("amend", agreement=agreements, added=st.integers(1, 4))
draws = st.one_of(
    *(
        asked(
            kind,
            agreement=agreements,
            tranche=tranches,
            size=sizes,
            currency=st.sampled_from(["USD"] * 7 + ["EUR"]),
        )
        for kind in ("close", "close", "lapse", "reduce")
    )
)
splits = asked(
    "split",
    classes=st.sampled_from([("common",), ("common",), ("series-a",), ("common", "series-a")]),
    ratio=st.sampled_from([Fraction(2), Fraction(1, 10), Fraction(1, 2)]),
    policy=st.sampled_from(["up", "down", "nearest", "cash-in-lieu"]),
    says_all=st.sampled_from([True] * 7 + [False]),
).map(lambda act: {**act, "latest": act["earliest"]})
registrations = asked("register", holder=st.sampled_from([*HOLDERS, "dee"]))
designations = asked(
    "designate",
    **{"class": st.sampled_from([*CLASSES, "series-b"])},
    preferred=st.booleans(),
    authorised=st.sampled_from([None, 10]),
    reissuable=st.booleans(),
    converts_into=st.none(),
)
facts = st.one_of(
    issues, transfers, conversions, reductions, treasury_uses, reservations, charters, signatures, draws, splits
)


class LedgerBesideDictionaries(RuleBasedStateMachine):
    """Asks both for the same, and compares what they say and what they then hold."""

    outcomes: ClassVar[Counter[str]] = Counter()
    """How often requests were recorded, repeated, or refused with each code, over all runs."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks = 0
        self.requests = 0
        self.register = Register()
        self.ledger = Ledger.in_memory(clock=self.clock)
        self.given: dict[tuple[int, int], Bounds] = {}
        """What was answered for a number of entries and a day, when it was first asked."""

    def clock(self) -> datetime:
        """Tell a time that mostly grows, sometimes stands still, and sometimes runs back."""
        self.ticks += 1
        return datetime(2024, 3, 1, tzinfo=UTC) + timedelta(seconds=self.ticks - 3 * (self.ticks % 5))

    # --- asking ---------------------------------------------------------------------------------------

    def ask(self, *acts: Act, command: str | None = None, expected: int | None = None) -> str:
        """Put one request to both; return the outcome on which they agree."""
        self.requests += 1
        command = command or f"c-{self.requests}"
        predicted = self.register.refusal(command, list(acts), expected)
        repeated = predicted is None and command in self.register.commands
        if self.requests % 3 == 0:
            proposed = self.outcome(acts, command, expected=None, propose=True)
            assert proposed == self.register.refusal(command, list(acts)), (
                f"the ledger would say {proposed} to {acts}"
            )
        outcome = self.outcome(acts, command, expected=expected)
        assert outcome == predicted, f"the ledger says {outcome}, the register {predicted}, to {acts}"
        if predicted is None:
            first, last = self.register.record(command, list(acts))
            assert self.last_recorded == (first, last, repeated)
        assert len(self.ledger.entries()) == len(self.register.entries)
        if predicted is None and not repeated:
            self.compare({(self.requests * step) % (DAYS + 1) for step in (1, 2, 4)} | {LAST})
        word = predicted or ("repeated" if repeated else "recorded")
        self.outcomes[word] += 1
        return word

    def outcome(self, acts: Any, command: str, *, expected: int | None, propose: bool = False) -> str | None:
        """Return with which code the ledger refuses; ``None`` when it records."""
        try:
            events = [event_of(act) for act in acts]
            if propose:
                self.ledger.propose(*events, command=command)
                return None
            recorded = self.ledger.record(*events, command=command, expected=expected)
        except LedgerError as refusal:
            return refusal.code
        numbers = [entry.number for entry in recorded.entries]
        self.last_recorded = (numbers[0], numbers[-1], recorded.repeated)
        return None

    def sized(self, act: Act) -> Act:
        """Return a request with its size made a quantity: at the edge, or beside it."""
        act = dict(act)
        act.pop("wide", None)
        kind, size, at = act["kind"], act.pop("size", None), (act["latest"], act["phase"])
        if kind == "split":
            return self.with_terms(act)
        if kind == "issue":
            act["preferred"] = (act["class"] != "common") != act.pop("other_kind")
            act["tranche"] = act["tranche"] if act["agreement"] else None
        if size is None:
            return act
        edge = self.edge(act, at)
        quantity: Number
        match size:
            case int():
                quantity = size
            case "half" | "none":
                quantity = Fraction(1, 2)
            case "all":
                quantity = edge
            case "one less":
                quantity = edge - 1
            case "one more":
                quantity = edge + 1
            case other:
                raise AssertionError(other)
        if kind == "authorise":
            return act | {"authorised": None if size == "none" else max(0, floor(quantity))}
        quantity = max(quantity, 1) if size != "half" else quantity
        quantity = floor(quantity) if size != "half" else quantity
        if kind == "convert":
            act |= {"surrendered": quantity, "received": quantity, "to_class": "common"}
        elif kind in ("close", "lapse", "reduce"):
            act["amount"] = floor(max(1, quantity))
        else:
            act["shares"] = quantity
        return act

    def edge(self, act: Act, at: tuple[int, int]) -> Number:
        """Return the largest quantity that a request could have."""
        register, kind = self.register, act["kind"]
        stock_class: str = act["from_class"] if kind == "convert" else act.get("class", "")
        if kind == "authorise":
            return register.committed(stock_class, at)
        if kind == "issue" and act["reserve"]:
            return register.room(("reserved", stock_class, act["reserve"]), at)
        if kind in ("issue", "reserve"):
            return min(register.headroom(stock_class, at), 12)
        if kind == "release":
            return register.room(("reserved", stock_class, act["reserve"]), at)
        if kind in ("reissue", "retire"):
            return register.room(("treasury", stock_class), at)
        if kind in ("close", "lapse", "reduce"):
            if act["tranche"]:
                return register.room(("undrawn", act["agreement"], act["tranche"], act["currency"]), at)
            return register.room(("undrawn in all", act["agreement"], act["currency"]), at)
        holder: str = act["giver"] if kind == "transfer" else act["holder"]
        return register.room(("held", stock_class, holder, act["security"] or ""), at)

    def with_terms(self, act: Act) -> Act:
        """Return a split with the terms that it must state, or without one."""
        rights = {
            each.fact["class"]: each.fact["converts_into"]
            for each in self.register.now()
            if each.fact["kind"] == "designate" and each.fact["converts_into"]
        }
        if not act.pop("says_all"):
            rights = {}
        return {**act, "resulting": dict.fromkeys(act["classes"], 30), "converting": rights}

    # --- requests -------------------------------------------------------------------------------------

    @initialize(
        limit=st.sampled_from([12, 20, 40, None]), reissuable=st.booleans(), late=days, signed=st.booleans()
    )
    def begin(self, limit: int | None, reissuable: bool, late: Act, signed: bool) -> None:
        first: Act = {"earliest": 0, "latest": 0, "phase": 0, "place": 0}
        late = {**late}
        late.pop("wide", None)
        designated: Act = {"kind": "designate", "authorised": limit, "reissuable": reissuable}
        self.ask(
            {**first, "kind": "issuer"},
            {**first, **designated, "class": "common", "preferred": False, "converts_into": None},
            {**first, **designated, "class": "series-a", "preferred": True, "converts_into": "common"},
            *({**first, "kind": "register", "holder": holder} for holder in ("ann", "ben")),
            {**late, "kind": "register", "holder": "cyd"},
        )
        if signed:
            agreement: Act = {"kind": "sign", "agreement": "spa", "investor": "ann", "buys": "series-a"}
            self.ask({**first, **agreement, "tranches": {"t-1": 6, "t-2": 4}, "undated": 3})

    @rule(act=issues)
    def issue(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=issues)
    def issue_plainly(self, act: Act) -> None:
        plainly = {"reserve": None, "security": None, "agreement": None, "other_kind": False}
        self.ask(self.sized({**act, **plainly}))

    @rule(act=transfers)
    def transfer(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=transfers, taker=st.integers(1, 2))
    def transfer_to_another(self, act: Act, taker: int) -> None:
        other = HOLDERS[(HOLDERS.index(act["giver"]) + taker) % 3]
        self.ask(self.sized({**act, "taker": other, "security": None, "received_as": None}))

    @rule(act=conversions)
    def convert(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=reductions)
    def reduce(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=treasury_uses)
    def use_treasury(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=settlements)
    def settle_fraction(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=reservations)
    def reserve_or_release(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=charters)
    def change_charter(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=st.one_of(signatures, amendments))
    def promise(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=draws)
    def draw(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=splits)
    def split(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(act=st.one_of(registrations, designations))
    def name(self, act: Act) -> None:
        self.ask(self.sized(act))

    @rule(acts=st.lists(facts, min_size=2, max_size=3))
    def several_at_once(self, acts: list[Act]) -> None:
        self.ask(*(self.sized(act) for act in acts))

    @rule(act=facts)
    def at_the_end(self, act: Act) -> None:
        """Ask for something after everything else, where running totals answer: too much, then all there is."""
        if "size" in act:
            self.ask(self.sized({**act, **self.afterwards(), "size": "one more"}))
            act = {**act, "size": "all"}
        self.ask(self.sized({**act, **self.afterwards()}))

    def afterwards(self) -> Act:
        """Return a day after all that was ever asked about."""
        return dict.fromkeys(("earliest", "latest"), DAYS + 1 + self.requests)

    @rule(act=issues, security=st.sampled_from([None, "C-6", "C-7"]))
    def issue_under_an_agreement(self, act: Act, security: str | None) -> None:
        self.ask(self.sized({**act, "agreement": "spa", "security": security, "reserve": None}))

    @rule(act=splits, one=st.integers(1, 7), other=st.integers(1, 7))
    def split_odd_positions(self, act: Act, one: int, other: int) -> None:
        """Each position is rounded by itself."""
        when: Act = {"earliest": act["earliest"], "latest": act["earliest"], "phase": 0, "place": 1}
        to: Act = {"kind": "issue", "class": act["classes"][0], "preferred": act["classes"][0] != "common"}
        plain: Act = {"reserve": None, "security": None, "agreement": None, "tranche": None}
        issued = [
            {**when, **to, **plain, "holder": holder, "shares": count}
            for holder, count in (("ann", one), ("ben", other))
        ]
        self.ask(*issued, self.sized({**act, "says_all": True, "phase": 2}))

    @rule(act=charters, again=st.integers(0, 30), first=st.booleans())
    def change_charter_twice_and_restate_one(self, act: Act, again: int, first: bool) -> None:
        """The last of two levels of one moment counts, and a restatement keeps its place among them."""
        one, limit = self.sized({**act, "latest": act["earliest"]}), 40 + again
        place = 1 if first and act["place"] == 2 else act["place"]
        if self.ask(one, {**one, "authorised": limit, "place": place}) == "recorded":
            number = len(self.register.entries) - (1 if first else 0)
            self.ask({"kind": "restate", "entry": number, "as": {**one, "authorised": limit + 1}})

    @rule(which=st.lists(st.integers(0, 30), min_size=1, max_size=2), missing=st.sampled_from([False] * 9 + [True]))
    def void(self, which: list[int], missing: bool) -> None:
        there = self.corrigible(with_voids=False)
        entries = (
            [len(self.register.entries) + 1] if missing else [there[-1 - index % len(there)] for index in which]
        )
        self.ask({"kind": "void", "entries": entries})

    @rule(which=st.integers(0, 5))
    def void_a_void(self, which: int) -> None:
        voids = [number for number in self.corrigible(with_voids=True) if self.kind_of(number) == "void"]
        if voids:
            self.ask({"kind": "void", "entries": [voids[-1 - which % len(voids)]]})

    @rule(which=st.integers(0, 5), times=st.integers(1, 3))
    def void_and_think_again(self, which: int, times: int) -> None:
        there = self.corrigible(with_voids=False)
        number = there[-1 - which % len(there)]
        for _ in range(times + 1):
            if self.ask({"kind": "void", "entries": [number]}) != "recorded":
                break
            number = len(self.register.entries)

    @rule(which=st.integers(0, 60))
    def void_anything(self, which: int) -> None:
        self.ask({"kind": "void", "entries": [1 + which % len(self.register.entries)]})

    @rule(which=st.integers(0, 30), change=st.sampled_from(["day", "quantity", "phase", "place"]), when=days)
    def restate(self, which: int, change: str, when: Act) -> None:
        there = [number for number in self.corrigible(with_voids=False) if number > 1]
        number = there[-1 - which % len(there)]
        act = self.register.entries[number - 1]
        fact = dict(act["as"] if act["kind"] == "restate" else act)
        if change == "quantity":
            for field in ("shares", "surrendered", "received", "amount", "added", "authorised"):
                if isinstance(fact.get(field), int):
                    fact[field] = max(1, fact[field] + when["wide"] - 1)
        elif change == "day":
            fact["earliest"] = when["earliest"]
            fact["latest"] = when["earliest"] if fact["kind"] == "split" else when["latest"]
        else:
            fact[change] = when[change]
        self.ask({"kind": "restate", "entry": number, "as": fact})

    @rule(which=st.integers(0, 60), act=facts)
    def restate_as_something_else(self, which: int, act: Act) -> None:
        number = 1 + which % len(self.register.entries)
        self.ask({"kind": "restate", "entry": number, "as": self.sized(act)})

    @rule(which=st.integers(0, 60))
    def repeat(self, which: int) -> None:
        command = sorted(self.register.commands)[which % len(self.register.commands)]
        assert self.ask(*self.register.commands[command][0], command=command) == "repeated"

    @rule(which=st.integers(0, 60), act=facts)
    def reuse_a_command_id(self, which: int, act: Act) -> None:
        command = sorted(self.register.commands)[which % len(self.register.commands)]
        self.ask(self.sized(act), command=command)

    @rule(act=facts, behind=st.integers(0, 2))
    def say_what_was_seen(self, act: Act, behind: int) -> None:
        self.ask(self.sized(act), expected=len(self.register.entries) - behind)

    def corrigible(self, *, with_voids: bool) -> list[int]:
        """Return the entries that stand, the newest last."""
        entries = self.register.entries
        return [
            number
            for number in range(1, len(entries) + 1)
            if self.register.stands(number, entries) and (with_voids or entries[number - 1]["kind"] != "void")
        ]

    def kind_of(self, number: int) -> str:
        return str(self.register.entries[number - 1]["kind"])

    # --- comparing ------------------------------------------------------------------------------------

    def compare(self, numbers: Iterable[int]) -> None:
        """Compare what is known now for some days."""
        facts, known = self.register.now(), len(self.register.entries)
        for number in numbers:
            expected = answer(facts, number)
            self.given[known, number] = tabled(self.ledger, day(number), known)
            wrong = different(booked(self.ledger, day(number), known), in_book(expected))
            assert not wrong, f"book and register differ on day {number}: {wrong}"
            wrong = different(self.given[known, number], on_paper(expected, begun(facts, number)))
            assert not wrong, f"cap table and register differ on day {number}: {wrong}"

    def teardown(self) -> None:
        """Compare every day once more, the day before the first and the day after the last included."""
        if self.register.entries:
            self.compare([*range(-1, DAYS + 1), LAST])

    @invariant()
    def earlier_knowledge_is_left_alone(self) -> None:
        """An answer for what had been recorded earlier is the one that was given then."""
        if not self.given:
            return
        known, number = list(self.given)[self.requests * 7919 % len(self.given)]
        assert self.ledger.position(self.ledger.entries()[known - 1].recorded_at) == known
        assert tabled(self.ledger, day(number), known) == self.given[known, number]

    @invariant()
    def time_of_recording_grows(self) -> None:
        times = [self.ledger.entries()[end - 1].recorded_at for end in self.register.ends[-2:]]
        assert times == sorted(set(times))


TestLedgerBesideDictionaries = LedgerBesideDictionaries.TestCase
TestLedgerBesideDictionaries.settings = settings(
    settings.default, stateful_step_count=40, suppress_health_check=list(HealthCheck)
)

OUTCOMES: Final = frozenset(
    {
        "recorded",
        "repeated",
        "E_AUTHORISED",
        "E_BALANCE",
        "E_BALANCE_AT_DATE",
        "E_COMMAND_ID",
        "E_COMMITMENT",
        "E_CORRECTS",
        "E_CURRENCY_MISMATCH",
        "E_DUPLICATE",
        "E_FRACTIONAL",
        "E_ORDER",
        "E_RESERVE",
        "E_SECURITY",
        "E_SELF",
        "E_SPANS_SPLIT",
        "E_TERMS",
        "E_TREASURY",
        "E_UNKNOWN",
        "E_VERSION",
    }
)
"""Everything that the register foretells."""


class OutcomesOnly(LedgerBesideDictionaries):
    """Asks the same, and leaves the comparing of days to the others."""

    outcomes: ClassVar[Counter[str]] = Counter()

    def compare(self, numbers: Iterable[int]) -> None:
        """Do nothing."""

    def earlier_knowledge_is_left_alone(self) -> None:
        """Do nothing."""


def test_every_outcome_occurs_and_many_requests_are_recorded() -> None:
    few = settings(
        max_examples=80,
        stateful_step_count=40,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Stage.generate],
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(OutcomesOnly, settings=few)

    outcomes = OutcomesOnly.outcomes
    assert set(outcomes) == OUTCOMES
    assert outcomes["recorded"] > outcomes.total() / 4
    assert outcomes["recorded"] < outcomes.total() * 3 / 4


# --- what the machine found, kept as plain tests ----------------------------------------------------------------

PLAIN: Final[Act] = {"place": None, "reserve": None, "security": None, "agreement": None, "tranche": None}


def started(limit: int | None = 20) -> LedgerBesideDictionaries:
    """Return both at work: two classes on day 0, ann and ben, and cyd from day 1."""
    both = LedgerBesideDictionaries()
    late = {"earliest": 1, "latest": 1, "phase": 1, "place": None}
    both.begin(limit=limit, reissuable=False, late=late, signed=False)
    return both


def issued(on: int, count: int, holder: str = "ann", **other: Any) -> Act:
    when: Act = {"kind": "issue", "earliest": on, "latest": on, "phase": 1, **PLAIN}
    return {**when, "class": "common", "preferred": False, "holder": holder, "shares": count, **other}


def test_an_uncertain_cut_of_the_charter_is_asked_about_when_it_is_certain() -> None:
    both = started(limit=20)
    cut: Act = {"kind": "authorise", "class": "common", "authorised": 5, "earliest": 2, "latest": 4, "phase": 1}

    assert both.ask({**cut, "place": None}) == "recorded"
    assert both.ask(issued(1, 5)) == "recorded"
    assert both.ask(issued(1, 1)) == "E_AUTHORISED"


def test_a_share_that_is_missing_before_a_split_is_not_rounded_into_being() -> None:
    both = started()
    assert both.ask(issued(0, 4)) == "recorded"
    given: Act = {"kind": "transfer", "class": "common", "giver": "ben", "taker": "cyd", "shares": 1, **PLAIN}
    split: Act = {"kind": "split", "classes": ("common",), "ratio": Fraction(1, 2), "policy": "up", "place": 2}
    on: Act = {"earliest": 3, "latest": 3, "phase": 1}
    terms: Act = {"resulting": {"common": 30}, "converting": {"series-a": "common"}}

    assert both.ask({**split, **on, **terms}) == "recorded"
    assert both.ask({**given, **on, "received_as": None, "place": 1}) == "E_BALANCE_AT_DATE"


def test_a_refusal_is_the_same_whether_totals_or_the_whole_record_are_asked() -> None:
    both = started()
    early: Act = {"kind": "cancel", "class": "common", "holder": "ann", "shares": 2, "security": None}

    assert (
        both.ask({**early, "earliest": 5, "latest": 5, "phase": 1, "place": None}, issued(6, 2))
        == "E_BALANCE_AT_DATE"
    )


def test_voiding_a_designation_that_a_limit_rests_on_is_refused_by_name() -> None:
    both = started(limit=None)
    charter: Act = {"kind": "authorise", "class": "common", "authorised": 3, "earliest": 2, "latest": 2, "phase": 1}
    assert both.ask(issued(1, 3), {**charter, "place": None}) == "recorded"
    assert both.ask(issued(4, 1)) == "E_AUTHORISED"

    assert both.ask({"kind": "void", "entries": [2]}) == "E_UNKNOWN"
