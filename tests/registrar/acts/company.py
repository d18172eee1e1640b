"""A company in a file, to which things happen by verbs of the command line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ledger import (
    Authorized,
    ConditionId,
    ConversionRight,
    HolderKind,
    Ledger,
    Money,
    Phase,
    Price,
    Ratio,
    Remedy,
    StockClassId,
    StockClassKind,
    TrancheId,
)
from ledger.commands import (
    CloseTranche,
    ConvertShares,
    ExerciseRemedy,
    IssueShares,
    RenameHolder,
    ReserveShares,
    RestateEntry,
    SplitStock,
    TakeShares,
    VoidCommand,
)
from ledger.days import on
from ledger.events import (
    Consideration,
    ConsiderationForm,
    Event,
    LapsedPart,
    TrancheRescheduled,
    TransferCause,
)
from ledger.identity import AgreementId, CommandId, EntryNumber, HolderId, ReserveId, SecurityId
from ledger.quantities import FractionPolicy, Shares
from ledger.terms.commitment import Condition, Tranche
from registrar.cli import main
from tests import builders as a

LATER = "2026-03-03"
ON = ("--on", LATER)
COMMON, SERIES_A, FUND, SPA = StockClassId("common"), StockClassId("series-a"), HolderId("fund"), AgreementId("spa")
DUPLICATED = "Zoë Quill"


def run(file: Path, *args: str, **environment: str) -> Result:
    verb, *rest = args
    return CliRunner().invoke(main, [verb, "-f", str(file), *rest], env=environment)


def events(file: Path, after: int = 12) -> list[Event]:
    with Ledger.open(file) as ledger:
        return [entry.event for entry in ledger.entries()[after:]]


def done(file: Path, *args: str) -> list[Event]:
    """Give an act, and return the events that it recorded."""
    before = len(events(file, 0))
    result = run(file, *args)
    assert result.exit_code == 0, result.stderr
    assert re.fullmatch(r"command \S+\n(note: .*\n)*", result.stderr)
    return events(file, before)


def of(file: Path, command: Any) -> list[Event]:
    """Return the events of a command of the library on what the file holds."""
    with Ledger.open(file) as ledger:
        made: tuple[Event, ...] = command.events(ledger)
        return list(made)


RIGHT = ConversionRight(into=COMMON, price=Price(8, "USD"))
CASH = Consideration(form=ConsiderationForm.CASH, amount=Money(5_000, "USD"))
TRANCHES = (
    Tranche(
        tranche=TrancheId("first"),
        due_on=date(2026, 3, 31),
        amount=Money(400_000, "USD"),
        shares=Shares(40_000),
        conditions=(
            Condition(condition=ConditionId("licence"), text="The licence has been granted."),
            Condition(condition=ConditionId("audit"), text="The audit is done."),
        ),
    ),
    Tranche(tranche=TrancheId("second"), due_on=date(2026, 6, 30), amount=Money("0.5", "USD")),
)
AS_TRANCHES = (
    *("--tranche", "first 2026-03-31 400,000 USD 40,000", "--tranche", "second 2026-06-30 0.5 USD"),
    *(
        "--condition",
        "first licence The licence has been granted.",
        "--condition",
        "first audit The audit is done.",
    ),
)
ACTS: list[tuple[list[str], list[Event]]] = [
    (
        ["class", "series-b", "Series B", "--kind", "preferred", "--authorized", "500,000"],
        [
            a.stock_class_designated(
                stock_class="series-b",
                title="Series B",
                class_kind=StockClassKind.PREFERRED,
                authorized=500_000,
            )
        ],
    ),
    (
        [
            *(
                "class",
                "series-b",
                "Series B",
                "--kind",
                "preferred",
                "--authorized",
                "unknown",
                "--par",
                "0.001 USD",
            ),
            *("--stated-value", "1,000.50 USD", "--votes", "1/2", "--seniority", "2", "--decimals", "4"),
            *(
                "--converts-into",
                "common",
                "--conversion-price",
                "8 USD",
                "--reissuable",
                "--authority",
                "Article 4",
            ),
        ],
        [
            a.stock_class_designated(
                stock_class="series-b",
                title="Series B",
                class_kind=StockClassKind.PREFERRED,
                authorized=Authorized.UNKNOWN,
                par_value="0.001 USD",
                stated_value="1000.5 USD",
                votes_per_share="1/2",
                seniority=2,
                decimals=4,
                conversion=RIGHT,
                converted_shares_reissuable=True,
                authority="Article 4",
            )
        ],
    ),
    (
        ["authorize", "20,000,000", "common", "--authority", "Certificate of Amendment, Article IV"],
        [a.authorized_shares_changed()],
    ),
    (
        ["authorize", "unlimited", "common", "--authority", "Article IV"],
        [a.authorized_shares_changed(authorized=Authorized.UNLIMITED, authority="Article IV")],
    ),
    (
        ["reserve", "500,000", "common", "warrants", "--purpose", "Warrants", "--authority", "Resolution 3"],
        [a.shares_reserved(reserve="warrants", purpose="Warrants", authority="Resolution 3")],
    ),
    (["reserve", "10", "common", "plan"], [a.shares_reserved(reserved=10)]),
    (["release", "100,000", "common", "plan"], [a.reserve_released()]),
    (["holder", "eve", "Eve Quill", "--kind", "person"], [a.holder_registered(holder="eve")]),
    (
        ["holder", "eve", "Eve Quill", "--kind", "person", "--address", "1 Elm St", "--tax-id", "12-3"],
        [a.holder_registered(holder="eve", address="1 Elm St", tax_id="12-3")],
    ),
    (
        ["holder", "oak", "Oak LP", "--kind", "organisation"],
        [a.holder_registered(holder="oak", holder_kind=HolderKind.ORGANISATION, legal_name="Oak LP", name=None)],
    ),
    (["rename", "ada", "Ada Stone"], [a.holder_renamed(holder="ada", name="Ada Stone")]),
    (["rename", "fund", "Fund II LP"], [a.holder_renamed()]),
    (["merge", "bob", "ada"], [a.holder_merged()]),
    (["issue", "ada", "1,000", "common"], [a.common_issued()]),
    (["issue", "fund", "1000", "series-a"], [a.preferred_issued()]),
    (
        [
            *(
                "issue",
                "fund",
                "5",
                "series-a",
                "--certificate",
                "PA-2",
                "--paid",
                "5,000 USD",
                "--authority",
                "R 4",
            ),
            *("--agreement", "spa", "--tranche", "t1", "--legend", "Restricted", "--legend", "Escrowed"),
        ],
        [
            a.preferred_issued(
                issued=5,
                security="PA-2",
                consideration=CASH,
                authority="R 4",
                agreement=SPA,
                tranche=TrancheId("t1"),
                legends=("Restricted", "Escrowed"),
            )
        ],
    ),
    (
        ["issue", "ada", "7", "common", "--reserve", "plan", "--for", "services", "--described", "Advice"],
        [
            a.common_issued(
                issued=7,
                reserve="plan",
                consideration=Consideration(form=ConsiderationForm.SERVICES, description="Advice"),
            )
        ],
    ),
    (["transfer", "ada", "bob", "100", "common"], [a.shares_transferred()]),
    (
        [
            *("transfer", "bob", "ada", "100", "common", "--cause", "gift", "--out-of", "CS-1"),
            *("--certificate", "CS-2", "--paid", "5000 USD"),
        ],
        [
            a.shares_transferred(
                from_holder="bob",
                to_holder="ada",
                cause=TransferCause.GIFT,
                security="CS-1",
                received_as="CS-2",
                consideration=CASH,
            )
        ],
    ),
    (
        ["transfer", "bob", "ada", "100", "common"],
        [a.shares_transferred(from_holder="bob", to_holder="ada", security="CS-1")],
    ),
    (["convert", "fund", "400", "series-a"], [a.shares_converted(security="PA-1")]),
    (
        [
            *("convert", "fund", "400", "series-a", "--into", "common", "--received", "499", "--out-of", "PA-1"),
            *("--certificate", "CS-9", "--reserve", "plan", "--authority", "Notice of 2 February"),
        ],
        [
            a.shares_converted(
                received=499,
                security="PA-1",
                received_as="CS-9",
                reserve="plan",
                authority="Notice of 2 February",
            )
        ],
    ),
    (
        ["convert", "fund", "1", "series-a", "--rounding", "down"],
        [a.shares_converted(surrendered=1, received=1, security="PA-1")],
    ),
    (["cancel", "ada", "100", "common", "--reason", "Issued in error."], [a.shares_cancelled()]),
    (["repurchase", "ada", "100", "common", "--paid", "250.75 USD"], [a.shares_repurchased(paid="250.75 USD")]),
    (["redeem", "fund", "100", "series-a"], [a.shares_redeemed(security="PA-1")]),
    (
        [
            *("sign", "spa-2", "fund", "1,000,000 USD", "--title", "Second SPA", "--buys", "series-a"),
            *("--price", "10 USD", *AS_TRANCHES, "--remedy", "1/2 0.01 USD"),
        ],
        [
            a.agreement_signed(
                agreement="spa-2",
                title="Second SPA",
                tranches=TRANCHES,
                remedy=Remedy(redeemable=Ratio("1/2"), price=Price("0.01", "USD")),
            )
        ],
    ),
    (
        ["sign", "spa-2", "fund", "5 USD", "--title", "Second SPA", "--buys", "common", "--price", "1/3 USD"],
        [
            a.agreement_signed(
                agreement="spa-2",
                title="Second SPA",
                commitment="5 USD",
                buys="common",
                price="1/3 USD",
                tranches=(),
                remedy=None,
            )
        ],
    ),
    (["amend", "spa", "--add", "50,000 USD"], [a.agreement_amended()]),
    (
        [
            *("amend", "spa", *AS_TRANCHES, "--due", "t2 2026-12-31", "--price", "9.5 USD"),
            *("--remedy", "1 0.02 USD", "--text", "First amendment"),
        ],
        [
            a.agreement_amended(
                added=None,
                added_tranches=TRANCHES,
                rescheduled=(TrancheRescheduled(tranche=TrancheId("t2"), due_on=date(2026, 12, 31)),),
                price="9.5 USD",
                remedy=Remedy(redeemable=Ratio(1), price=Price("0.02", "USD")),
                text="First amendment",
            )
        ],
    ),
    (["satisfy", "spa", "permit"], [a.condition_satisfied()]),
    (["waive", "spa", "permit"], [a.condition_waived()]),
    (
        ["close", "spa", "t1", "--certificate", "PA-2", "--paid", "100,000 USD", "--authority", "R 5"],
        [
            a.tranche_closed(),
            a.preferred_issued(
                issued=10_000, security="PA-2", agreement=SPA, tranche=TrancheId("t1"), authority="R 5"
            ),
        ],
    ),
    (
        ["close", "spa", "t1", "--certificate", "PA-2"],
        [
            a.tranche_closed(closed="400000 USD"),
            a.preferred_issued(issued=40_000, security="PA-2", agreement=SPA, tranche=TrancheId("t1")),
        ],
    ),
    (
        ["close", "spa", "--certificate", "PA-2", "--paid", "10 USD"],
        [
            a.tranche_closed(tranche=None, closed="10 USD"),
            a.preferred_issued(issued=1, security="PA-2", agreement=SPA),
        ],
    ),
    (["reduce", "100000 USD", "spa", "t2"], [a.commitment_reduced()]),
    (["reduce", "1 USD", "spa"], [a.commitment_reduced(tranche=None, reduced_by="1 USD")]),
    (["lapse", "50,000 USD", "spa", "t2"], [a.commitment_lapsed()]),
    (
        [
            *("terminate", "spa", "--reason", "Both parties agreed."),
            *("--lapsed", "200000 USD", "--lapsed", "t2 1,000 USD"),
        ],
        [
            a.agreement_terminated(
                lapsed=(
                    LapsedPart(lapsed=Money(200_000, "USD")),
                    LapsedPart(tranche=TrancheId("t2"), lapsed=Money(1_000, "USD")),
                )
            )
        ],
    ),
    (["settle", "ada", "common", "--given", "1"], [a.fractions_settled()]),
    (
        ["settle", "bob", "common", "--taken", "1"],
        [a.fractions_settled(holder="bob", given=None, taken=1, security="CS-1")],
    ),
    (["settle", "ada", "common", "--cash", "0.35 USD"], [a.fractions_settled(given=None, cash="0.35 USD")]),
]

COMMANDS: list[tuple[list[str], Any]] = [
    (
        ["issue", "ada", "5", "common", *ON],
        IssueShares(holder=HolderId("ada"), issued=Shares(5), stock_class=COMMON, on=on(LATER)),
    ),
    (
        ["transfer", "bob", "ada", "5", "common", *ON],
        TakeShares(
            fact=a.shares_transferred(from_holder="bob", to_holder="ada", transferred=5, effective_on=LATER)
        ),
    ),
    (
        ["convert", "fund", "3", "series-a", *ON, "--rounding", "up"],
        ConvertShares(
            holder=FUND, surrendered=Shares(3), from_class=SERIES_A, on=on(LATER), rounding=FractionPolicy.UP
        ),
    ),
    (
        ["reserve", "5", "common", "plan", *ON],
        ReserveShares(reserved=Shares(5), stock_class=COMMON, reserve=ReserveId("plan"), on=on(LATER)),
    ),
    (["rename", "ada", "Ada Stone", *ON], RenameHolder(holder=HolderId("ada"), name="Ada Stone", on=on(LATER))),
    (
        ["close", "spa", "t2", "--certificate", "PA-2", *ON],
        CloseTranche(agreement=SPA, tranche=TrancheId("t2"), security=SecurityId("PA-2"), on=on(LATER)),
    ),
    (
        ["exercise", "spa", "t1", "fund", "--on", "2026-04-01"],
        ExerciseRemedy(agreement=SPA, tranche=TrancheId("t1"), holder=FUND, on=on("2026-04-01")),
    ),
    (
        [
            "split",
            "common",
            "1/3",
            *ON,
            "--phase",
            "close",
            "--fractions",
            "nearest",
            "--authorized",
            "5",
            "--as-stated",
        ],
        SplitStock(
            stock_class=COMMON,
            ratio=Ratio("1/3"),
            on=date(2026, 3, 3),
            phase=Phase.CLOSE,
            fractions=FractionPolicy.NEAREST,
            authorized=Authorized(5),
        ),
    ),
    (
        ["void", "--whole-command", "round", "--reason", "The wrong ledger."],
        VoidCommand(command=CommandId("round"), reason="The wrong ledger."),
    ),
    (
        ["restate", "7", "--field", "issued=900", "--reason", "Misread."],
        RestateEntry(entry=EntryNumber(7), changes={"issued": "900"}, reason="Misread."),
    ),
]
GIVEN = [[*args, *ON] for args, _ in ACTS] + [args for args, _ in COMMANDS]
