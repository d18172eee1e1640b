"""Acts on plans and awards: what was recorded before, what is typed, and the events that it states."""

from __future__ import annotations

from typing import Final

import attrs

from ledger.events import Consideration, ConsiderationForm, EndCause, Event
from ledger.identity import InstrumentId, PlanId, VestingConditionId
from ledger.quantities import Money
from ledger.terms.allocation import Allocation
from ledger.terms.awards import AwardKind
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import VestingTranche
from tests import builders as a
from tests.registrar.acts.company import LATER

PLAN: Final = PlanId("plan-2026")
OPTION: Final = InstrumentId("option-1")
LISTING: Final = VestingConditionId("listing")
AT_ONCE: Final = a.award_terms(vesting=None, expires_on=None)
"""An option that has vested from its grant on."""
WAITING: Final = a.vesting_terms(tranches=(VestingTranche(condition=LISTING),), starts_on=None)
UNITS: Final = a.award_terms(award_kind=AwardKind.RESTRICTED_STOCK_UNIT, vesting=None, expires_on=None)
STOCK: Final = a.award_terms(award_kind=AwardKind.RESTRICTED_STOCK)
ADOPTED: Final = a.plan_adopted()
GRANTED: Final[list[Event]] = [ADOPTED, a.award_granted(terms=AT_ONCE)]
VESTING: Final = ("--vests-from", "2026-01-01", "--instalments", "48", "--cliff", "12")
ISO: Final = ("--as", "option-1", "--kind", "iso", "--price", "1 USD", "--plan", "plan-2026")


def _granted(**changes: object) -> list[Event]:
    return [a.award_granted(effective_on=LATER, **changes)]


AWARDS: list[tuple[list[Event], list[str], list[Event]]] = [
    (
        [],
        ["adopt-plan", "plan-2026", "1,000,000", "common", "--title", "2026 Equity Incentive Plan"],
        [a.plan_adopted(effective_on=LATER)],
    ),
    (
        [ADOPTED],
        ["change-pool", "plan-2026", "common", "--add", "500,000", "--authority", "R 12"],
        [a.plan_pool_changed(authority="R 12", effective_on=LATER)],
    ),
    (
        [ADOPTED],
        ["change-pool", "plan-2026", "common", "--remove", "1", "--reason", "Closed."],
        [a.plan_pool_changed(removed=1, reason="Closed.", effective_on=LATER)],
    ),
    ([ADOPTED], ["grant", "Bob Quill", "48,000", "common", *ISO], _granted(terms=AT_ONCE)),
    (
        [ADOPTED],
        ["grant", "bob", "48,000", "common", *ISO, *VESTING, "--expires", "2036-01-31", "--early", "ratably"],
        _granted(terms=a.award_terms(early_exercise=TakenFrom.RATABLY)),
    ),
    (
        [ADOPTED],
        [
            *("grant", "bob", "48,000", "common", "--as", "option-1", "--kind", "rsu", "--plan", "plan-2026"),
            *("--condition", "listing", "--allocation", "front-loaded", "--paid", "10 USD", "--authority", "R 12"),
        ],
        _granted(
            terms=attrs.evolve(UNITS, vesting=attrs.evolve(WAITING, allocation=Allocation.FRONT_LOADED)),
            consideration=Consideration(form=ConsiderationForm.CASH, amount=Money(10, "USD")),
            authority="R 12",
        ),
    ),
    (
        [],
        [
            *("grant", "bob", "48,000", "common", "--as", "option-1", "--kind", "stock", *VESTING),
            *("--certificate", "CS-7", "--legend", "Rule 144"),
        ],
        _granted(terms=STOCK, plan=None, security="CS-7", legends=("Rule 144",)),
    ),
    (
        [ADOPTED, a.award_granted(terms=attrs.evolve(AT_ONCE, vesting=WAITING))],
        ["meet", "listing"],
        [a.vesting_condition_met(effective_on=LATER)],
    ),
    (
        [ADOPTED, a.award_granted(terms=attrs.evolve(AT_ONCE, vesting=WAITING))],
        ["meet", "listing", "--award", "option-1"],
        [a.vesting_condition_met(award=OPTION, effective_on=LATER)],
    ),
    (
        [ADOPTED, a.award_granted()],
        ["accelerate", "option-1", "6,000", "--taken-from", "last", "--reason", "Deed.", "--authority", "R 12"],
        [a.vesting_accelerated(taken_from=TakenFrom.LAST, reason="Deed.", authority="R 12", effective_on=LATER)],
    ),
    (
        GRANTED,
        ["exercise-option", "option-1", "1,000", "--certificate", "CS-9"],
        [a.option_exercised(paid="1000 USD", security="CS-9", effective_on=LATER)],
    ),
    (
        GRANTED,
        [
            *("exercise-option", "option-1", "1,000", "--net", "--value", "2 USD", "--withheld", "150"),
            *("--to-pool", "--holder", "bob", "--legend", "Rule 144", "--authority", "R 12"),
        ],
        [
            a.option_exercised(
                for_price=500,
                for_tax=150,
                returned=650,
                plan=PLAN,
                value="2 USD",
                legends=("Rule 144",),
                authority="R 12",
                effective_on=LATER,
            )
        ],
    ),
    (
        [ADOPTED, a.award_granted(award="units-1", granted=1_000, terms=UNITS)],
        ["release-units", "units-1"],
        [a.units_released(effective_on=LATER)],
    ),
    (
        [ADOPTED, a.award_granted(award="units-1", granted=1_000, terms=UNITS)],
        ["release-units", "units-1", "500", "--value", "9 USD", "--tax", "1350 USD", "--to-pool"],
        [a.units_released(released=500, for_tax=150, returned=150, plan=PLAN, value="9 USD", effective_on=LATER)],
    ),
    (
        [ADOPTED, a.award_granted()],
        ["end-award", "option-1", "--to-pool", "--reason", "Left."],
        [a.award_forfeited(unvested=48_000, returned=48_000, plan=PLAN, reason="Left.", effective_on=LATER)],
    ),
    (
        GRANTED,
        ["end-award", "option-1", "--cause", "expiry"],
        [a.award_forfeited(vested=48_000, cause=EndCause.EXPIRY, effective_on=LATER)],
    ),
    (
        [a.award_granted(terms=STOCK, plan=None, security="CS-7")],
        ["take-back", "option-1", "--at", "0.5 USD", "--out-of", "CS-7"],
        [a.unvested_shares_repurchased(repurchased=48_000, paid="24000 USD", security="CS-7", effective_on=LATER)],
    ),
    (
        [ADOPTED, a.award_granted(terms=STOCK)],
        ["take-back", "option-1", "1,000", "--into-treasury", "--reason", "Left."],
        [a.unvested_shares_repurchased(into_treasury=True, reason="Left.", effective_on=LATER)],
    ),
    (
        [a.award_granted(terms=STOCK, plan=None)],
        ["elect", "option-1", "bob", "1,000", "--received", "2026-02-02", "--value", "1 USD", "--paid", "0 USD"],
        [a.election_filed(value="1 USD", paid=Money(0, "USD"), effective_on=LATER)],
    ),
]
