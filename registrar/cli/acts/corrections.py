"""Acts on the record itself: an entry is taken out of history, or said as it should have been."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

from registrar.cli.acts import Act, acting, argument

if TYPE_CHECKING:
    from ledger.events import Fact
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_STATED_BY: Final = {
    "issuer-registered": "company:register",
    "stock-class-designated": "company:designate",
    "authorized-shares-changed": "company:authorize",
    "shares-reserved": "company:reserve",
    "reserve-released": "company:release",
    "stock-split-effected": "company:split",
    "fractions-settled": "company:settle",
    "issuer-renamed": "affairs:rename_company",
    "listing-changed": "affairs:list_",
    "charter-amendment-proposed": "affairs:propose",
    "stockholders-voted": "affairs:vote",
    "proceeds-restricted": "affairs:hold_proceeds",
    "proceeds-released": "affairs:release_proceeds",
    "holding-reported": "affairs:report_holding",
    "shares-subscribed": "affairs:subscribe",
    "warrant-issued": "warrants:warrant",
    "warrant-exercised": "warrants:exercise_warrant",
    "warrant-transferred": "warrants:transfer_warrant",
    "warrant-terms-amended": "warrants:amend_warrant",
    "warrant-expired": "warrants:expire_warrant",
    "warrant-cancelled": "warrants:cancel_warrant",
    "instrument-adjusted": "warrants:adjust",
    "conversion-price-adjusted": "warrants:adjust_conversion",
    "restriction-placed": "restrictions:restrict",
    "restriction-lifted": "restrictions:lift",
    "ownership-limit-agreed": "restrictions:limit_ownership",
    "ownership-limit-changed": "restrictions:change_limit",
    "ownership-limit-waived": "restrictions:waive_limit",
    "issuance-cap-agreed": "restrictions:cap_issues",
    "issuance-cap-lifted": "restrictions:lift_cap",
    "group-formed": "restrictions:group",
    "group-dissolved": "restrictions:dissolve",
    "nominee-declared": "restrictions:nominee",
    "dividend-declared": "dividends:declare",
    "dividend-paid": "dividends:distribute",
    "stock-dividend-paid": "dividends:stock_dividend",
    "note-issued": "debt:lend",
    "note-terms-amended": "debt:amend_note",
    "convertible-converted": "debt:convert_note",
    "note-repaid": "debt:repay",
    "interest-added-to-principal": "debt:add_interest",
    "convertible-assigned": "debt:assign",
    "securities-exchanged": "debt:exchange",
    "convertible-cancelled": "debt:forgive",
    "default-declared": "debt:default",
    "default-cured": "debt:cure",
    "lien-granted": "debt:lien",
    "lien-released": "debt:release_lien",
    "price-quoted": "debt:quote",
    "outstanding-reported": "debt:report_outstanding",
    "claim-disclosed": "claims:disclose",
    "claim-withdrawn": "claims:withdraw",
    "holder-list-received": "claims:holder_list",
    "safe-issued": "safes:safe",
    "safe-terms-amended": "safes:amend_safe",
    "holder-registered": "parties:holder",
    "holder-renamed": "parties:rename",
    "holder-merged": "parties:merge",
    "common-issued": "shares:issue",
    "preferred-issued": "shares:issue",
    "shares-transferred": "shares:transfer",
    "shares-converted": "shares:convert",
    "shares-cancelled": "shares:cancel",
    "shares-repurchased": "shares:repurchase",
    "shares-redeemed": "shares:redeem",
    "plan-adopted": "awards:adopt_plan",
    "plan-pool-changed": "awards:change_pool",
    "award-granted": "awards:grant",
    "vesting-condition-met": "awards:meet",
    "vesting-accelerated": "awards:accelerate",
    "option-exercised": "awards:exercise_option",
    "units-released": "awards:release_units",
    "award-forfeited": "awards:end_award",
    "unvested-shares-repurchased": "awards:take_back",
    "election-filed": "awards:elect",
    "agreement-signed": "agreements:sign",
    "agreement-amended": "agreements:amend",
    "condition-satisfied": "agreements:satisfy",
    "condition-waived": "agreements:waive",
    "tranche-closed": "agreements:close",
    "commitment-reduced": "agreements:reduce",
    "commitment-lapsed": "agreements:lapse",
    "agreement-terminated": "agreements:terminate",
    "remedy-exercised": "agreements:exercise",
}
"""The verb that states an event of each kind: what it calls a field, a restatement calls it too."""
_OF_THE_FACT: Final = {"effective_on": "--on", "phase": "--phase", "place": "--place"}
"""What every act has, and an entry that is restated gets."""


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable void 7 8 --reason "Prepared for a meeting that did not take place."
  captable void --reason "Recorded in the wrong ledger." --whole-command 3f1c""",
)
@click.argument("entries", metavar="ENTRY…", nargs=-1)
@click.option("--whole-command", "voided", metavar="ID", help="Every entry of this command that still stands.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@acting(dated=False)
def void(desk: Desk) -> Request:
    """Take each ENTRY out of history: it was recorded in error. It stays in the record.

    To revive what a void took out, void the void.
    """
    from ledger.commands import VoidCommand
    from ledger.events import EntryVoided
    from ledger.identity import CommandId

    voided = desk.option("voided", CommandId, is_new=True)
    if (voided is None) == (not desk.has("entries")):
        raise click.UsageError("name the entries, or a command with --whole-command (one of the two)")
    if voided is not None:
        return VoidCommand(command=voided, reason=desk.stated("reason", str))
    return desk.made(EntryVoided)


class _Restating(Act):
    """Takes ``--shares 900`` as it takes ``--field shares=900``: which options there are, the entry says."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Turn options that are not known into fields."""
        known = {name: param for param in self.get_params(ctx) for name in param.opts}
        found: list[str] = []
        waiting = list(args)
        while waiting:
            word = waiting.pop(0)
            name, has_value, value = word.partition("=")
            if word == "--":
                found += [word, *waiting]
                break
            if name in known:
                param = known[name]
                takes = isinstance(param, click.Option) and not param.is_flag and not has_value
                found += [word, *(waiting[:1] if takes else [])]
                waiting = waiting[1:] if takes else waiting
            elif name.startswith("--"):
                if not has_value and not waiting:
                    raise click.UsageError(f"option {name[:60]!a} says nothing (write {name[:60]} VALUE)", ctx)
                found += ["--field", f"{name[2:]}={value if has_value else waiting.pop(0)}"]
            else:
                found.append(word)
        return super().parse_args(ctx, found)


@click.command(
    cls=_Restating,
    epilog="""\b
Example:
  captable restate 9 --reason "It was of 10,000 shares; a zero was added." --shares 10,000
  captable restate 9 --reason "As the deed says." --cause gift --on 2024-04-11""",
)
@argument("entry", "ENTRY")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option(
    *("--field", "fields"),
    multiple=True,
    metavar="NAME=VALUE",
    help="A field that changes; NAME= takes it away. Several things in one field are written as JSON.",
)
@acting(dated=None)
def restate(desk: Desk) -> Request:
    """Say what ENTRY should have said: the fields that change, and the rest as it was.

    A field is an option: by its name (--transferred 900), or as the verb calls it that records such an entry
    (--shares 900). --on, --phase and --place change the entry as well; what documents say (--document, --note …)
    is said of the restatement.
    """
    from ledger.commands import RestateEntry, fact_of
    from ledger.identity import EntryNumber

    entry = desk.stated("entry", EntryNumber)
    fact = fact_of(desk.ledger, entry)
    typed = {name: (place, desk.stated(name, str)) for name, place in _OF_THE_FACT.items() if desk.has(name)}
    for given in desk.several("fields"):
        name, equals, value = given.partition("=")
        if not equals:
            raise click.UsageError(f"--field {given[:60]!a} says no value (write NAME=VALUE)")
        typed[_field(fact, name)] = f"--{name}", value
    changes = desk.changed(type(fact), typed)
    return RestateEntry(entry=entry, changes=changes, reason=desk.stated("reason", str))


def _field(fact: Fact, name: str) -> str:
    """Return the field that an option means: its own name, or what the verb calls it that records such a fact."""
    import attrs

    from ledger.codec import READONLY_FIELDS
    from ledger.errors import NotUnderstood, nearest, shown

    fields = [field.name for field in attrs.fields(type(fact))]
    called: dict[str, str] = {
        field: field for field in (*fields, *READONLY_FIELDS)
    }  # of these the record says why not
    if fact.KIND in _STATED_BY:
        module, _, verb = _STATED_BY[fact.KIND].partition(":")
        command: Any = getattr(import_module(f"registrar.cli.acts.{module}"), verb)
        for param in command.params:
            names = [each.removeprefix("--") for each in param.opts] + [str(param.metavar).strip("[]").lower()]
            if param.name in fields:
                called |= {each: str(param.name) for each in names if each not in called}
    meant = called.get(name) or called.get(name.replace("-", "_"))
    if meant is None:
        near = nearest(name, called)
        hint = f"did you mean {near}?" if near else f"it has {', '.join(fields)}"
        raise NotUnderstood("E_FIELD", f"{fact.KIND} has no field {shown(name)}", hint)
    return meant
