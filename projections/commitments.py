"""What investors have promised: how much is due, closed, lapsed and undrawn, and the shares bought with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from ledger.days import close_of
from ledger.errors import UnknownName, nearest
from ledger.identity import AgreementId, HolderId, IssuerId, SecurityId, StockClassId, TrancheId
from ledger.movements import Account, Commitment, Held, Level, Posting, Rescaling, Source, Stage
from ledger.quantities import SCALE, Authorized, Currency, Money, Price, Shares
from ledger.terms.commitment import ConditionState, Remedy
from ledger.terms.conversion import ConversionRight
from ledger.timeline import InEffect, place_in_history
from projections.bounds import Bounds, Possible
from projections.cap_table import ClassLine, class_lines, conversion_ratio, money_between
from projections.effects import pairs
from projections.frame import Tabular
from projections.replay import Balances, Quantity, Units, close_place, is_complete, replay, rescale

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class TrancheLine:
    """A tranche at the close of a day.

    Attributes:
        tranche: Which; ``None`` for money without a date, and for closings that are not allocated.
        due_on: Its last day; more than one possible where the day of a change is open.
        undertaken: Money promised in it.
        closed: Money paid in for it.
        lapsed: Money no longer due.
        undrawn: Undertaken, and neither closed nor lapsed. Below zero on the line without a tranche, it is money
            that was paid in and not allocated.
        is_due: Whether its day has come, in every reading.
        conditions: Where its conditions stand.
    """

    tranche: TrancheId | None
    due_on: Possible[date]
    undertaken: Bounds[Money]
    closed: Bounds[Money]
    lapsed: Bounds[Money]
    undrawn: Bounds[Money]
    is_due: bool
    conditions: tuple[tuple[str, Possible[ConditionState]], ...]


@attrs.frozen
class SharesUnder:
    """Shares issued under an agreement, followed from security to security, whoever holds them now.

    Issued − converted − ended otherwise + rounding = outstanding.

    Attributes:
        stock_class: The class bought.
        issued: Issued under the agreement.
        converted: Converted since.
        ended_otherwise: Redeemed, cancelled or repurchased since.
        rounding: Added to positions by rounding at a split and by settling fractions; below zero when taken.
        outstanding: Left of them.
    """

    stock_class: StockClassId
    issued: Bounds[Shares]
    converted: Bounds[Shares]
    ended_otherwise: Bounds[Shares]
    rounding: Bounds[Shares]
    outstanding: Bounds[Shares]


@attrs.frozen
class Headroom:
    """Whether the shares that the commitment buys could be converted within the authorized number.

    Attributes:
        into: The class received.
        if_all_converted: Shares that all shares bought with the whole commitment would convert into.
        still_to_convert: What of these was not received yet: less what was converted, and what cannot be any more:
            what lapsed, and what was redeemed, cancelled or repurchased.
        authorized: What the charter authorizes of the class received.
        available: What may still be issued of it, reserves left alone; at most this where the register is partial.
    """

    into: StockClassId
    if_all_converted: Shares
    still_to_convert: Bounds[Shares]
    authorized: Possible[Authorized]
    available: Bounds[Shares]

    @property
    def is_enough(self) -> bool | None:
        """Whether what is available covers what is still to be converted; ``None`` when that is not known."""
        least, most = self.still_to_convert.low, self.still_to_convert.high
        assert least is not None, "what is recorded as bought and converted is known"
        assert most is not None, "what is recorded as bought and converted is known"
        if self.authorized.values == (Authorized.UNLIMITED,):
            return True
        if self.available.low is not None and self.available.low >= most:
            return True
        return False if self.too_few else None

    @property
    def too_few(self) -> Shares:
        """By how much what is available falls short in the best reading; zero where it may be enough."""
        least = self.still_to_convert.low
        if least is None or self.available.high is None:
            return Shares(0)
        return max(Shares(0), least - self.available.high)


@attrs.frozen
class CommitmentBalance:
    """An agreement at the close of a day.

    Where the register of the class bought is partial, closings may be missing from the record: what is closed is
    then "at least" and what is undrawn "at most".

    Attributes:
        agreement: Which.
        investor: Who promised.
        buys: Class bought.
        price: What is paid for one share.
        undertaken: Money promised: signed, plus what was added, less what was given up.
        due: Money in tranches whose day has come.
        overdue: Due, and neither closed nor lapsed.
        closed: Money paid in.
        lapsed: Money no longer due.
        undrawn: Undertaken − closed − lapsed. Conversions do not reduce it.
        undrawn_if_on_schedule: What would be undrawn if every tranche had closed on its day: an assumption. What
            has lapsed of the rest is not to come any more.
        tranches: By tranche.
        shares: The shares bought.
        headroom: Room for conversion, where the class bought converts.
        remedy: What the company may do when a tranche is missed.
        remedy_yields: Shares that the remedy would redeem of those outstanding now.
        is_terminated: Whether the agreement is over, in every reading.
    """

    agreement: AgreementId
    investor: HolderId
    buys: StockClassId
    price: Possible[Price]
    undertaken: Bounds[Money]
    due: Bounds[Money]
    overdue: Bounds[Money]
    closed: Bounds[Money]
    lapsed: Bounds[Money]
    undrawn: Bounds[Money]
    undrawn_if_on_schedule: Bounds[Money]
    tranches: tuple[TrancheLine, ...]
    shares: SharesUnder
    headroom: Headroom | None
    remedy: Remedy | None
    remedy_yields: Bounds[Shares] | None
    is_terminated: bool


@attrs.frozen(repr=False)
class Commitments(Tabular):
    """Every agreement at the close of a day, as known at some point.

    Attributes:
        issuer: Whose.
        as_of: The day; its close.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        agreements: One balance for each.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    agreements: tuple[CommitmentBalance, ...]

    def __iter__(self) -> Iterator[CommitmentBalance]:
        return iter(self.agreements)

    def __len__(self) -> int:
        return len(self.agreements)

    def frames(self) -> tuple[Frame, ...]:
        """Return agreements and tranches, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.commitments(self)

    def __getitem__(self, agreement: str) -> CommitmentBalance:
        for balance in self.agreements:
            if balance.agreement == agreement:
                return balance
        names = [str(balance.agreement) for balance in self.agreements]
        raise UnknownName("agreement", agreement, self.as_of, nearest(agreement, names))


def commitments(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None, basis: AsOf | None = None) -> Commitments:
    """Return what investors have promised, and what has become of it, at the close of a day.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        basis: A later day in whose units shares are shown.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_BASIS`` when ``basis`` is before ``as_of``.
    """
    history = ledger.history(as_of, known_at)
    facts = ledger.standing(history.known)
    units = Units(facts, basis, history.as_of)
    balances = replay(history, facts)
    followed = Followed(balances)

    @cache
    def classes() -> dict[StockClassId, ClassLine]:
        at = close_place(history.as_of)
        ratios = {each: units.factor(each, at) for each in balances.subjects(Level.CLASS_KIND)}
        return {line.stock_class: line for line in class_lines(balances, ratios)}

    return Commitments(
        ledger.issuer,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        tuple(
            _balance(balances, agreement, units, followed, classes)
            for agreement in balances.subjects(Level.INVESTOR)
        ),
    )


_Stages = dict[tuple[TrancheId | None, Stage], tuple[Quantity, Quantity]]


@attrs.frozen
class CommitmentMoney:
    """The money of an agreement at the close of a day; what each figure means stands at ``CommitmentBalance``."""

    undertaken: Bounds[Money]
    due: Bounds[Money]
    overdue: Bounds[Money]
    closed: Bounds[Money]
    lapsed: Bounds[Money]
    undrawn: Bounds[Money]
    undrawn_if_on_schedule: Bounds[Money]
    tranches: tuple[TrancheLine, ...]


def money_under(balances: Balances, agreement: AgreementId) -> CommitmentMoney:
    """Return what was promised under an agreement, and what has become of it."""
    currency: Currency = balances.values(Level.CURRENCY, agreement)[-1]
    recorded = is_complete(balances, balances.values(Level.BUYS, agreement)[-1])

    def money(bounds: tuple[Quantity, Quantity]) -> Bounds[Money]:
        return money_between(bounds, currency)

    def stage(unit: Any, account: Any) -> Any:
        return account.stage if type(account) is Commitment and account.agreement == agreement else None

    sums = balances.grouped(stage)
    promised = balances.grouped(stage, signed=True)  # a source is below zero by its nature
    undertaken = _floored(_negative(promised.get(Stage.PROMISED, (0, 0))))
    closed, lapsed, undrawn = (sums.get(each, (0, 0)) for each in (Stage.CLOSED, Stage.LAPSED, Stage.UNDRAWN))
    tranches = _tranche_lines(balances, agreement, money)
    schedule = _schedule(tranches, balances.history.as_of)
    return CommitmentMoney(
        money(undertaken),
        money(schedule.due),
        money(schedule.overdue if recorded else (0, schedule.overdue[1])),
        money(closed) if recorded else Bounds(money(closed).low, None),
        money(lapsed),
        money(undrawn) if recorded else Bounds(None, money(undrawn).high),
        money(schedule.still_to_come),
        tranches if recorded else tuple(map(_as_far_as_recorded, tranches)),
    )


_Classes = Callable[[], dict[StockClassId, ClassLine]]
"""The classes of the day, made when the first agreement asks for them."""


def _balance(
    balances: Balances, agreement: AgreementId, units: Units, followed: Followed, classes: _Classes
) -> CommitmentBalance:
    buys: StockClassId = balances.values(Level.BUYS, agreement)[-1]
    remedies = balances.values(Level.REMEDY, agreement)
    money = money_under(balances, agreement)
    shares = shares_under(balances, agreement, units, followed)
    remedy = remedies[-1] if remedies else None
    prices: Possible[Price] = Possible(balances.values(Level.PURCHASE_PRICE, agreement))
    close = close_of(balances.history.as_of)
    return CommitmentBalance(
        agreement,
        balances.values(Level.INVESTOR, agreement)[-1],
        buys,
        prices,
        money.undertaken,
        money.due,
        money.overdue,
        money.closed,
        money.lapsed,
        money.undrawn,
        money.undrawn_if_on_schedule,
        money.tranches,
        shares,
        _headroom(balances, agreement, units, money, shares, followed, classes),
        remedy,
        shares.outstanding.map(remedy.redeems) if remedy is not None else None,
        any(each.settles <= close for each, _ in balances.level(Level.TERMINATED, agreement)),
    )


def _negative(bounds: tuple[Quantity, Quantity]) -> tuple[Quantity, Quantity]:
    return -bounds[1], -bounds[0]


def _floored(bounds: tuple[Quantity, Quantity]) -> tuple[Quantity, Quantity]:
    """Leave out readings below zero, unless there is no other."""
    return (0, bounds[1]) if bounds[0] < 0 <= bounds[1] else bounds


def _as_far_as_recorded(line: TrancheLine) -> TrancheLine:
    """Return a tranche of which a closing may be missing; what is not allocated is only what is recorded."""
    if line.tranche is None:
        return line
    return attrs.evolve(line, closed=Bounds(line.closed.low, None), undrawn=Bounds(None, line.undrawn.high))


@attrs.frozen
class _Schedule:
    """What the days of the tranches say: what is due, what of it is overdue, and what is still to come."""

    due: tuple[Quantity, Quantity]
    overdue: tuple[Quantity, Quantity]
    still_to_come: tuple[Quantity, Quantity]


def _schedule(tranches: tuple[TrancheLine, ...], as_of: date) -> _Schedule:
    """Return the sums of the tranches by their days, each in its lowest and its highest reading.

    What was closed or lapsed early, of a tranche that is not due, is no payment of one that is. Money that was
    paid in and not allocated is.
    """
    due, overdue, to_come = [0, 0], [0, 0], [0, 0]
    unallocated = (0, 0)
    for line in tranches:
        perhaps = any(day <= as_of for day in line.due_on.values)
        undertaken, lapsed, undrawn = _units(line.undertaken), _units(line.lapsed), _units(line.undrawn)
        for side, is_due, is_to_come in ((0, line.is_due, not perhaps), (1, perhaps, not line.is_due)):
            due[side] += undertaken[side] if is_due else 0
            overdue[side] += max(0, undrawn[side]) if is_due else 0
            to_come[side] += undertaken[side] - lapsed[1 - side] if is_to_come else 0
        if line.tranche is None:
            unallocated = (min(0, undrawn[0]), min(0, undrawn[1]))
    return _Schedule(
        (due[0], due[1]),
        (max(0, overdue[0] + unallocated[0]), max(0, overdue[1] + unallocated[1])),
        (max(0, to_come[0]), max(0, to_come[1])),
    )


def _units(bounds: Bounds[Money]) -> tuple[int, int]:
    assert bounds.low is not None, "a line knows what was recorded"
    assert bounds.high is not None, "a line knows what was recorded"
    return bounds.low.units, bounds.high.units


def _tranche_lines(balances: Balances, agreement: AgreementId, money: Any) -> tuple[TrancheLine, ...]:
    def by_tranche(unit: Any, account: Any) -> Any:
        if type(account) is Commitment and account.agreement == agreement:
            return account.tranche, account.stage
        return None

    sums: _Stages = balances.grouped(by_tranche, signed=True)
    lines = []
    tranches: list[TrancheId | None] = [
        each[1] for each in balances.subjects(Level.TRANCHE_DUE) if each[0] == agreement
    ]
    if any(tranche is None for tranche, _ in sums):
        tranches.append(None)
    for tranche in tranches:
        days = balances.values(Level.TRANCHE_DUE, (agreement, tranche)) if tranche is not None else ()
        undertaken, closed, lapsed, undrawn = (
            sums.get((tranche, stage), (0, 0))
            for stage in (Stage.PROMISED, Stage.CLOSED, Stage.LAPSED, Stage.UNDRAWN)
        )
        lines.append(
            TrancheLine(
                tranche,
                Possible(days),
                money(_floored(_negative(undertaken))),
                money(closed),
                money(lapsed),
                money(undrawn if tranche is None else _floored(undrawn)),
                bool(days) and all(due <= balances.history.as_of for due in days),
                _conditions(balances, agreement, tranche),
            )
        )
    return tuple(lines)


def _conditions(
    balances: Balances, agreement: AgreementId, tranche: TrancheId | None
) -> tuple[tuple[str, Possible[ConditionState]], ...]:
    """Return where the conditions of a tranche stand."""
    found = []
    for (level, subject), settings in balances.settings.items():
        if level is Level.CONDITION_OF and subject[0] == agreement and settings[-1][1] == tranche:
            found.append((str(subject[1]), Possible(balances.values(Level.CONDITION, subject))))
    return tuple(found)


class Followed:
    """The certificates and lots under every agreement, and the facts that move them: looked up once for all.

    Args:
        balances: The accounts and levels of the day.
    """

    def __init__(self, balances: Balances) -> None:
        self._under = _certificates(balances)
        self._facts = [(each, True) for each in balances.history.certain]
        self._facts += [(each, False) for each in balances.history.open]
        self._moving: dict[SecurityId, list[int]] = {}
        self._splits: list[int] = []
        for index, (each, _) in enumerate(self._facts):
            for movement in each.fact.movements():
                if type(movement) is Rescaling:
                    self._splits.append(index)
                elif type(movement) is Posting and type(movement.account) is Held and movement.account.security:
                    self._moving.setdefault(movement.account.security, []).append(index)

    def certificates(self, agreement: AgreementId) -> frozenset[SecurityId]:
        """Return the certificates and lots issued under an agreement, and all that came from them."""
        return self._under.get(agreement, frozenset())

    def facts(self, agreement: AgreementId) -> list[tuple[InEffect, bool]]:
        """Return the facts that move these, and splits, in order of effect, and whether each is certain."""
        moving = (index for security in self.certificates(agreement) for index in self._moving.get(security, ()))
        return [self._facts[index] for index in sorted({*self._splits, *moving})]

    def splits(self) -> list[InEffect]:
        """Return every split that has taken effect."""
        return [self._facts[index][0] for index in dict.fromkeys(self._splits)]


def _certificates(balances: Balances) -> dict[AgreementId, frozenset[SecurityId]]:
    """Return the certificates and lots issued under each agreement, and all that came from them."""
    came_from: dict[Any, list[Any]] = {}
    under: dict[Any, list[Any]] = {}
    for (level, subject), settings in balances.settings.items():
        if level in (Level.SECURITY, Level.ISSUED_UNDER):
            for _, value in settings:
                (came_from if level is Level.SECURITY else under).setdefault(value, []).append(subject)
    found = {}
    for agreement, securities in under.items():
        reached, waiting = set(securities), list(securities)
        while waiting:
            new = [each for each in came_from.get(waiting.pop(), ()) if each not in reached]
            reached.update(new)
            waiting += new
        found[agreement] = frozenset(reached)
    return found


def shares_under(balances: Balances, agreement: AgreementId, units: Units, followed: Followed) -> SharesUnder:
    """Return the shares bought under an agreement, followed from security to security.

    Args:
        balances: The accounts and levels of the day.
        agreement: Which agreement.
        units: In which units quantities are shown.
        followed: The certificates of the agreements, and the facts that move them.
    """
    buys: StockClassId = balances.values(Level.BUYS, agreement)[-1]
    securities = followed.certificates(agreement)

    def is_of_them(posting: Posting) -> bool:
        account = posting.account
        return posting.unit == buys and type(account) is Held and account.security in securities

    sums: dict[str, list[Quantity]] = {kind: [0, 0] for kind in (_ISSUED, _CONVERTED, _ENDED, _ROUNDING)}
    positions: dict[Account, Quantity] = {}
    for each, certain in followed.facts(agreement):
        movements = each.fact.movements()
        for movement in movements:
            if type(movement) is Rescaling and movement.stock_class == buys:
                sums = {kind: [figure * movement.ratio.value for figure in sums[kind]] for kind in sums}
                rescale(positions, movement)
        for pair in pairs(movements):
            for posting, other in (pair, pair[::-1]):
                if not is_of_them(posting):
                    continue
                if certain:
                    positions[posting.account] = positions.get(posting.account, 0) + posting.quantity
                if not is_of_them(other):
                    kind = what_became(other.account, gained=posting.quantity > 0)
                    change = posting.quantity if kind in (_ISSUED, _ROUNDING) else -posting.quantity
                    sums[kind][0] += change if certain or change < 0 else 0
                    sums[kind][1] += change if certain or change > 0 else 0
    rounded = -positions.get(Source.ROUNDING, 0)  # what positions gained came from there
    sums[_ROUNDING] = [figure + rounded for figure in sums[_ROUNDING]]
    outstanding = balances.grouped(
        lambda unit, account: "left" if is_of_them(Posting(account, unit, 0)) else None
    ).get("left", (0, 0))
    factor = units.factor(buys, close_place(balances.history.as_of))
    bought, became, gone, rounding, left = (
        Bounds(Shares.of_units(low * factor), Shares.of_units(high * factor))
        for low, high in (*sums.values(), outstanding)
    )
    if not is_complete(balances, buys):
        bought, left = Bounds(bought.low, None), Bounds(left.low, None)
    return SharesUnder(buys, bought, became, gone, rounding, left)


_ISSUED, _CONVERTED, _ENDED, _ROUNDING = "issued", "converted", "ended otherwise", "rounding"


def what_became(other: Account, *, gained: bool) -> str:
    """Name what became of shares under an agreement, after the account on the other side."""
    if other in (Source.FRACTIONS_SETTLED, Source.ROUNDING):
        return _ROUNDING
    if gained:
        return _ISSUED
    return _CONVERTED if other is Source.CONVERTED else _ENDED


def _headroom(
    balances: Balances,
    agreement: AgreementId,
    units: Units,
    money: CommitmentMoney,
    shares: SharesUnder,
    followed: Followed,
    classes: _Classes,
) -> Headroom | None:
    """Return the room for converting every share that the whole commitment buys.

    What lapsed buys nothing any more, and needs no room.

    Conversions that are missing from a partial register take as much from what is available as they would leave
    less to convert, so both are counted as recorded.
    """
    buys, as_of = balances.values(Level.BUYS, agreement)[-1], balances.history.as_of
    rights, per_share = balances.values(Level.CONVERSION, buys), conversion_ratio(balances, buys)
    shares_for_one = _shares_for_one(balances, agreement, buys, followed)
    if per_share is None or shares_for_one is None or not isinstance(rights[0], ConversionRight):
        return None
    undertaken, lapsed = money.undertaken, money.lapsed
    if undertaken.low is None or undertaken.high is None or lapsed.low is None or lapsed.high is None:
        return None
    into = rights[0].into
    own, later = close_place(as_of), units.factor(into, close_place(as_of))
    line = classes().get(into)
    if line is None:
        return None  # it is designated on a later day

    def received(bought: Fraction) -> Shares:
        return Shares.of_units(bought * per_share * later * SCALE)

    def gone(figures: tuple[Shares | None, ...]) -> Fraction:
        to_own_units = Fraction(1) / units.factor(buys, own)
        return sum((each.as_fraction() * to_own_units for each in figures if each is not None), Fraction(0))

    to_buy_low = (undertaken.low.amount - lapsed.high.amount) * shares_for_one
    to_buy_high = (undertaken.high.amount - lapsed.low.amount) * shares_for_one
    least = to_buy_low - gone((shares.converted.high, shares.ended_otherwise.high))
    most = to_buy_high - gone((shares.converted.low, shares.ended_otherwise.low))
    return Headroom(
        into,
        received(undertaken.high.amount * shares_for_one),
        Bounds(received(max(Fraction(0), least)), received(max(Fraction(0), most))),
        line.authorized,
        line.available,
    )


def _shares_for_one(
    balances: Balances, agreement: AgreementId, buys: StockClassId, followed: Followed
) -> Fraction | None:
    """Return how many shares one unit of money buys, in the units of the day; ``None`` when it is not known.

    A price is in the units of the day that set it, and a split does not restate it.
    """
    found = set()
    for each, price in balances.level(Level.PURCHASE_PRICE, agreement):
        if not isinstance(price, Price) or not price.amount:
            return None
        as_of, settled = balances.history.as_of, each.fact.effective_on.latest
        since = Units(followed.splits(), as_of, min(settled, as_of))
        found.add(since.factor(buys, place_in_history(each)) / price.amount)
    return found.pop() if len(found) == 1 else None
