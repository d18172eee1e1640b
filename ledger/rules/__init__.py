"""What the record and the papers forbid, in order of precedence.

Rules are asked at every moment at which a fact certainly takes effect, on the state after the whole moment and
after the whole command (see ``gate``): a fact that is recorded late must fit every later day too. An open day is
never read against the asker: a request is refused only for what no reading of the open days avoids, so limits are
held against the best reading (see ``book``).

A rule is one function, one sentence, one error. Those of a fact stand in ``FACT_RULES`` and those that may tighten
with time, asked of a new event only, in ``COMMAND_RULES``; the two limits of a total are ``not_below_zero`` and
``within_authorized``.
"""

from __future__ import annotations

from typing import Final

from ledger.rules.asking import Breach, FactRule, concerns
from ledger.rules.commands import (
    Asked,
    AskedOfPages,
    CommandRule,
    characters_are_assigned,
    check_digits,
    corrects_a_standing_entry,
    issuer_first,
    time_zone_exists,
)
from ledger.rules.erasures import erases_what_is_there
from ledger.rules.limits import not_below_zero, within_authorized
from ledger.rules.names import known_by_then, merges_end_somewhere, named_as_its_kind, names_in, one_name_one_thing
from ledger.rules.papers import (
    class_rights_are_restated,
    conversion_terms_are_complete,
    dividends_are_paid_as_declared,
    instrument_prices_are_restated,
    instruments_are_of_their_kind,
    issued_as_designated,
    remedy_was_agreed,
    shares_under_an_agreement_are_named,
    vesting_conditions_are_named,
)
from ledger.rules.restrictions import (
    limits_are_raised_after_notice,
    restrictions_end_as_they_began,
    transfers_are_unrestricted,
)
from ledger.rules.units import (
    currency_of_the_commitment,
    decimals_of_the_class,
    nothing_before_the_opening_balance,
    order_around_a_split,
)

__all__ = [
    "COMMAND_RULES",
    "FACT_RULES",
    "Asked",
    "AskedOfPages",
    "Breach",
    "CommandRule",
    "FactRule",
    "characters_are_assigned",
    "concerns",
    "corrects_a_standing_entry",
    "issuer_first",
    "limits_are_raised_after_notice",
    "names_in",
    "not_below_zero",
    "transfers_are_unrestricted",
    "within_authorized",
]

FACT_RULES: Final[tuple[FactRule, ...]] = (
    one_name_one_thing,
    known_by_then,
    issued_as_designated,
    named_as_its_kind,
    shares_under_an_agreement_are_named,
    currency_of_the_commitment,
    remedy_was_agreed,
    vesting_conditions_are_named,
    dividends_are_paid_as_declared,
    decimals_of_the_class,
    merges_end_somewhere,
    conversion_terms_are_complete,
    instrument_prices_are_restated,
    class_rights_are_restated,
    instruments_are_of_their_kind,
    order_around_a_split,
    nothing_before_the_opening_balance,
    restrictions_end_as_they_began,
    transfers_are_unrestricted,
    limits_are_raised_after_notice,
)
"""Rules of every fact, in order of precedence."""


COMMAND_RULES: Final[tuple[CommandRule, ...]] = (
    issuer_first,
    corrects_a_standing_entry,
    erases_what_is_there,
    check_digits,
    time_zone_exists,
    characters_are_assigned,
)
"""Rules of what is new, in order of precedence; they come before those of the whole record."""
