"""What SAFEs may claim when the company is sold before a priced round: their money back, or shares at the cap.

The post-money SAFE (Y Combinator, version 1.2, sections 1(b), 1(d) and "Liquidity Capitalization") promises the
greater of the purchase amount and what the shares are paid that it buys at the cap divided by the capitalization;
its money back ranks with preferred stock. The capitalization counts options and what converts, and not the pool.
Each SAFE is counted as converted here, as the company assumes it is when all are better off so.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.errors import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.terms.safes import CapAndDiscount


@attrs.frozen(kw_only=True)
class AtLiquidity:
    """What one SAFE may claim.

    Attributes:
        money: What is paid where it does not convert: the purchase amount, or what it is at the discount.
        shares: Common shares that it counts for; none without a cap.
    """

    money: Fraction
    shares: Fraction | None


def at_liquidity(
    papers: Sequence[tuple[Fraction, CapAndDiscount]], *, shares: Fraction, options: Fraction
) -> list[AtLiquidity]:
    """Return what each SAFE may claim when the company is sold.

    With X for the shares of all SAFEs, and b for the shares and options that a paper counts, amount ÷ cap × (b + X)
    are its shares, or without its own or the others' where it leaves them out. That is linear in X, and solved so.

    Args:
        papers: Purchase amount and terms of each.
        shares: Shares outstanding, preferred as converted.
        options: Options, other awards and warrants outstanding.

    Raises:
        NotUnderstood: ``E_TERMS`` when the caps together leave nothing to the others.
    """
    alone: list[Fraction | None] = []
    of_all: list[Fraction] = []
    for amount, terms in papers:
        if terms.cap is None:
            alone.append(None)
            of_all.append(Fraction(0))
            continue
        counts = terms.counted
        part = amount / terms.cap.amount
        base = (shares if counts.outstanding_shares else 0) + (options if counts.outstanding_options else 0)
        others = part if counts.other_converting_securities else Fraction(0)
        own = 1 + others - (part if counts.this_security else 0)
        if own <= 0:
            raise _nothing_left()
        alone.append(Fraction(part * base) / own)
        of_all.append(Fraction(others) / own)
    if sum(of_all) >= 1:
        raise _nothing_left()
    together = sum((each for each in alone if each is not None), Fraction(0)) / (1 - sum(of_all, Fraction(0)))
    return [
        AtLiquidity(
            money=amount / (1 - terms.discount.value) if terms.discount is not None else amount,
            shares=None if first is None else first + of_together * together,
        )
        for (amount, terms), first, of_together in zip(papers, alone, of_all, strict=True)
    ]


def _nothing_left() -> NotUnderstood:
    return NotUnderstood(
        "E_TERMS", "the SAFEs would own the whole company at their caps", "check their amounts and caps"
    )
