"""What the company does to all shares of a class at once: splits, stock dividends, and their fractions."""

from __future__ import annotations

from typing import ClassVar, Final

import attrs

from ledger.days import Phase
from ledger.errors import NotUnderstood
from ledger.events.base import Fact, not_below_zero
from ledger.identity import Count, HolderId, SecurityId, StockClassId
from ledger.movements import Level, Movement, Movements, Rescaling, Setting, Source, held, moved
from ledger.quantities import PLACES, Authorized, FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.conversion import ConversionRight
from ledger.text import text_field


@attrs.frozen(kw_only=True)
class ResultingTerms:
    """Terms of a class after a split. The papers state them; nothing is derived from the ratio.

    Attributes:
        stock_class: Which class: one that is split, or one that converts into it.
        authorized: Shares that may be issued from now on; needed for a class that is split.
        par_value: Par value from now on; none when it stays.
        stated_value: Stated value from now on; none when it stays.
        conversion: Right to convert from now on, with its exact price or ratio; none when it stays.
    """

    stock_class: StockClassId
    authorized: Authorized | None = None
    par_value: Price | None = None
    stated_value: Price | None = None
    conversion: ConversionRight | None = None

    def settings(self) -> list[Setting]:
        """Return each term that is stated as a level."""
        named = (
            (Level.AUTHORIZED, self.authorized),
            (Level.PAR_VALUE, self.par_value),
            (Level.STATED_VALUE, self.stated_value),
            (Level.CONVERSION, self.conversion),
        )
        return [Setting(self.stock_class, level, value) for level, value in named if value is not None]


def each_converts_elsewhere(resulting: tuple[ResultingTerms, ...]) -> None:
    """Check that no class is said to convert into itself.

    Raises:
        NotUnderstood: ``E_SELF`` for one that is.
    """
    for terms in resulting:
        if terms.conversion is not None and terms.conversion.into == terms.stock_class:
            raise NotUnderstood("E_SELF", f"{terms.stock_class} cannot convert into itself", "name another class")


@attrs.frozen(kw_only=True)
class StockSplitEffected(Fact):
    """Each share became more shares, or many became one. The day is exact and the phase is stated.

    Attributes:
        phase: Part of the day: quantities before it are in old units, after it in new ones.
        stock_classes: Classes that are split.
        ratio: New shares for one old share: ``2`` for two-for-one, ``1/20`` for one-for-twenty.
        fractions: What happens to the fraction that a position would be left with.
        decimals: Decimals that a position keeps; 0 is whole shares.
        resulting: Terms afterwards: authorized shares of each class split, par values that change, and each
            conversion right affected.
        authority: Resolution and filing.
    """

    KIND: ClassVar[str] = "stock-split-effected"

    phase: Phase
    stock_classes: tuple[StockClassId, ...]
    ratio: Ratio
    fractions: FractionPolicy
    decimals: Count = Count(0)
    resulting: tuple[ResultingTerms, ...]
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check the day, the ratio, and that each class split has its authorized number afterwards."""
        if not self.effective_on.is_exact:
            raise NotUnderstood("E_DATE", f"a split on {self.effective_on} has no exact day", "state the day")
        if self.ratio.value in (0, 1):
            raise NotUnderstood(
                "E_TERMS", f"a split of {self.ratio} changes nothing that is left", "state another ratio"
            )
        if self.decimals > PLACES:
            raise NotUnderstood("E_LIMIT", f"{self.decimals} decimals", f"at most {PLACES}")
        stated = [terms.stock_class for terms in self.resulting]
        if not self.stock_classes or any(len(set(names)) < len(names) for names in (self.stock_classes, stated)):
            raise NotUnderstood("E_TERMS", "a split names no class, or one twice", "name each class once")
        each_converts_elsewhere(self.resulting)
        with_authorized = {terms.stock_class for terms in self.resulting if terms.authorized is not None}
        for stock_class in self.stock_classes:
            if stock_class not in with_authorized:
                raise NotUnderstood(
                    "E_TERMS",
                    f"the split leaves open how many {stock_class} are authorized afterwards",
                    "state it in resulting, also when it stays",
                )

    def movements(self) -> Movements:
        """Return the rescaling of each class, and the terms afterwards as levels."""
        terms: list[Movement] = [setting for each in self.resulting for setting in each.settings()]
        return (
            *(Rescaling(each, self.ratio, self.fractions, self.decimals) for each in self.stock_classes),
            *terms,
        )


@attrs.frozen(kw_only=True)
class StockDividendPaid(Fact):
    """Every holder of a class received more shares of it, so many for each share. The day is exact.

    It multiplies all positions, those of the treasury and what is kept back included, as a split of one plus the
    ratio does. What the charter authorizes stays; par value stays.

    Attributes:
        phase: Part of the day: quantities before it are without the dividend, after it with it.
        stock_class: The class whose holders received shares.
        ratio: Shares received for each share held: ``1/10`` for a stock dividend of 10 %.
        fractions: What happens to the fraction that a position would be left with.
        decimals: Decimals that a position keeps; 0 is whole shares.
        resulting: Terms afterwards: each conversion right affected, and what else the papers change.
        authority: Resolution of the board.
    """

    KIND: ClassVar[str] = "stock-dividend-paid"

    phase: Phase
    stock_class: StockClassId
    ratio: Ratio
    fractions: FractionPolicy
    decimals: Count = Count(0)
    resulting: tuple[ResultingTerms, ...] = ()
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check the day, the ratio, and that terms are stated once for each class."""
        if not self.effective_on.is_exact:
            raise NotUnderstood(
                "E_DATE", f"a stock dividend on {self.effective_on} has no exact day", "state the day"
            )
        if not self.ratio:
            raise NotUnderstood("E_TERMS", "a stock dividend of nothing", "state a ratio above zero", "/ratio")
        if self.decimals > PLACES:
            raise NotUnderstood("E_LIMIT", f"{self.decimals} decimals", f"at most {PLACES}")
        stated = [terms.stock_class for terms in self.resulting]
        if len(set(stated)) < len(stated):
            raise NotUnderstood("E_TERMS", "a stock dividend names a class twice", "name each class once")
        each_converts_elsewhere(self.resulting)

    def movements(self) -> Movements:
        """Return the rescaling of the class, and the terms afterwards as levels."""
        return (
            Rescaling(self.stock_class, Ratio(1 + self.ratio.value), self.fractions, self.decimals),
            *(setting for terms in self.resulting for setting in terms.settings()),
        )


SPLITS: Final = (StockSplitEffected, StockDividendPaid)
"""What multiplies all shares of a class: what comes before it on its day is in other units than what follows."""


@attrs.frozen(kw_only=True)
class FractionsSettled(Fact):
    """What the transfer agent really did with a holder's fraction; it wins over the policy of the split.

    It states the difference to what the policy had left in the position.

    Attributes:
        holder: Whose fraction.
        stock_class: Which class.
        given: Shares given beyond the policy's result.
        taken: Shares that the policy had given and the agent did not.
        cash: Money paid for the fraction.
        security: Certificate or lot concerned.
    """

    KIND: ClassVar[str] = "fractions-settled"

    holder: HolderId
    stock_class: StockClassId
    given: Shares | None = attrs.field(default=None, validator=not_below_zero)
    taken: Shares | None = attrs.field(default=None, validator=not_below_zero)
    cash: Money | None = attrs.field(default=None, validator=not_below_zero)
    security: SecurityId | None = None

    def check(self) -> None:
        """Check that something was settled, and in one direction."""
        if not (self.given or self.taken or self.cash) or (self.given and self.taken):
            raise NotUnderstood("E_QUANTITY", "nothing was settled, or both ways", "state given, taken or cash")

    def movements(self) -> Movements:
        """Return the shares given or taken; cash is not kept on an account."""
        position, settled = held(self.holder, self.security), Source.FRACTIONS_SETTLED
        if self.given:
            return moved(self.given, of=self.stock_class, out_of=settled, into=position)
        if self.taken:
            return moved(self.taken, of=self.stock_class, out_of=position, into=settled)
        return ()
