"""Draw the tables that the command line prints, and keep them: ``python -m tests.golden.make_tables``.

Look at what changed before you commit it: these files are what people read.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from click.testing import CliRunner

from ledger import Ledger, Money, Ratio
from ledger.events import Consideration, ConsiderationForm
from ledger.identity import Count, VestingConditionId
from ledger.terms.awards import AwardKind
from ledger.terms.dividends import DividendTerms
from ledger.terms.interest import Compounding, DayCount
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import ConditionRole, VestingTranche
from registrar.cli import main
from registrar.demo import HandSetClock
from registrar.founding_case import later_news, record_founding_case
from tests import builders as a

FOLDER: Final = Path(__file__).parent / "tables"
WIDTHS: Final = (80, 120)

ASKED: Final = {
    "founding-show-2017-05-04": ["show", "--as-of", "2017-05-04"],
    "founding-show-2017-06-01": ["show", "--as-of", "2017-06-01"],
    "founding-show-2017-06-20": ["show", "--as-of", "2017-06-20"],
    "founding-show-known-before": ["show", "--as-of", "2017-06-20", "--known-at", "2017-06-01"],
    "founding-commitments": ["commitments", "--as-of", "2017-06-01"],
    "founding-rollforward": [
        *("rollforward", "boone", "common"),
        *("--after", "2017-05-04", "--through", "2017-06-01"),
    ],
    "founding-explain": ["explain", "boone", "common", "--as-of", "2017-06-01"],
    "founding-explain-level": ["explain", "common", "authorized", "--as-of", "2017-06-20"],
    "founding-log-late": ["log", "--late-for", "2017-06-20"],
    "acme-show": ["show", "--as-of", "2026-06-30"],
    "acme-show-after-the-split": ["show", "--as-of", "2026-07-01"],
    "acme-show-in-later-units": ["show", "--as-of", "2026-06-30", "--basis", "2026-07-01"],
    "acme-show-before-anything": ["show", "--as-of", "2025-12-31"],
    "acme-commitments": ["commitments", "--as-of", "2026-04-01"],
    "acme-rollforward": [
        "rollforward",
        "common",
        "outstanding",
        "--after",
        "2026-01-31",
        "--through",
        "2026-07-01",
    ],
    "founding-statement": ["statement", "boone", "--as-of", "2017-06-01"],
    "founding-statement-of-a-period": [
        *("statement", "boone"),
        *("--after", "2017-05-04", "--as-of", "2017-06-20"),
    ],
    "founding-holders": ["holders", "--as-of", "2017-06-20"],
    "founding-certificates": ["certificates", "--as-of", "2017-06-01"],
    "acme-holders": ["holders", "--as-of", "2026-06-30"],
    "quay-holders": ["holders", "--as-of", "2026-06-30"],
    "quay-holders-while-a-merger-is-open": ["holders", "--as-of", "2026-05-15"],
    "quay-statement": ["statement", "h-1", "--after", "2026-02-15", "--as-of", "2026-07-01"],
    "quay-statement-in-later-units": ["statement", "h-2", "--as-of", "2026-06-30", "--basis", "2026-07-01"],
    "quay-statement-of-nothing": ["statement", "h-2", "--as-of", "2026-01-31"],
    "quay-certificates": ["certificates", "--as-of", "2026-06-30"],
    "quay-certificates-before-anything": ["certificates", "--as-of", "2025-12-31"],
    "founding-control": ["control", "common", "--as-of", "2017-06-01"],
    "acme-control": ["control", "--as-of", "2026-07-01"],
    "acme-control-of-a-class": ["control", "common", "--as-of", "2026-06-30", "--basis", "2026-07-01"],
    "founding-diff-what-was-learnt": ["diff", "--as-of", "2017-06-20", "--known-from", "2017-06-10"],
    "founding-diff-nothing": ["diff", "--as-of", "2017-02-07", "--known-from", "18"],
    "acme-diff": ["diff", "--after", "2026-03-01", "--through", "2026-07-01"],
    "acme-diff-a-slip": ["diff", "--as-of", "2026-06-30", "--known-from", "17"],
    "acme-what-if": ["what-if", "-", "--as-of", "2026-06-15"],
    "acme-what-if-show": ["what-if", "-", "--as-of", "2026-06-30", "--answer", "show"],
    "acme-explain-money": ["explain", "spa", "undrawn", "--as-of", "2026-06-30"],
    "acme-log": ["log"],
    "orchard-awards": ["awards", "--as-of", "2027-06-30"],
    "orchard-awards-of-a-holder": ["awards", "ada", "--as-of", "2027-06-30"],
    "orchard-awards-before-anything": ["awards", "--as-of", "2025-12-31"],
    "orchard-show": ["show", "--as-of", "2027-06-30"],
    "orchard-control": ["control", "common", "--as-of", "2027-06-30"],
    "orchard-rollforward": ["rollforward", "common", "pooled", "--after", "2026-01-31", "--through", "2027-06-30"],
    "lagoon-dividends": ["dividends", "--as-of", "2026-09-30"],
    "lagoon-dividends-before-the-record-day": ["dividends", "--as-of", "2026-03-20"],
    "lagoon-dividends-before-anything": ["dividends", "--as-of", "2025-12-31"],
    "lagoon-fully-diluted": ["fully-diluted", "--as-of", "2026-09-30"],
    "lagoon-fully-diluted-at-a-price": [
        *("fully-diluted", "--as-of", "2026-09-30"),
        *("--price", "8 USD", "--definition", "treasury-stock"),
    ],
    "lagoon-fully-diluted-before-anything": ["fully-diluted", "--as-of", "2025-12-31"],
    "lagoon-weighted-average": [
        *("weighted-average", "common", "--after", "2025-12-31", "--through", "2026-12-31"),
        *("--price", "8 USD", "--income", "250,000 USD", "--tax", "21%"),
    ],
    "lagoon-weighted-average-of-a-loss": [
        *("weighted-average", "common", "--after", "2026-06-30", "--through", "2026-09-30"),
        *("--income", "-40,000 USD"),
    ],
}

SUPPOSED: Final = """\
{"kind":"tranche-closed","effective_on":"2026-04-15","agreement":"spa","tranche":"t1","closed":"300000 USD"}
{"kind":"preferred-issued","effective_on":"2026-04-15","holder":"fund","stock_class":"series-a","issued":"30000",\
"agreement":"spa","tranche":"t1","security":"PA-2","authority":"Board, 14 April 2026"}
{"kind":"shares-converted","effective_on":"2026-05-04/2026-06-30","holder":"fund","from_class":"series-a",\
"surrendered":"10000","to_class":"common","received":"12500","security":"PA-1"}
"""
"""What comes in on standard input, for the verbs that read facts."""

STORY: Final = {"founding-demo": ["demo"]}
"""What is told and not asked: it has no answer in JSON."""


def founding_case(path: Path) -> None:
    """Record the founding case in a file."""
    clock = HandSetClock()
    with Ledger.open(path, create=True, clock=clock) as ledger:
        record_founding_case(ledger, clock.set)
        clock.set(datetime(2017, 8, 4, 20, tzinfo=UTC))
        ledger.record(*later_news(), actor="analyst", command="later-news")


def acme(path: Path) -> None:
    """Record a company with a complete register, a name in wide characters, treasury, a closing and a split."""
    wide = a.holder_registered(
        holder="nikko",
        holder_kind=a.holder_registered(holder="fund").holder_kind,
        legal_name="日光投資事業有限責任組合",
    )
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), wide, actor="counsel", command="founding")
        ledger.record(
            a.class_terms_amended(par_value=None, votes_per_share="1"),
            a.common_issued(issued=3_000_001),
            a.common_issued(holder="bob", issued=2_000_000),
            a.common_issued(holder="nikko", issued=1_000_000),
            a.shares_reserved(),
            a.agreement_signed(),
            a.tranche_closed(effective_on="2026-03-30"),
            a.preferred_issued(
                effective_on="2026-03-30", security="PA-1", agreement="spa", tranche="t1", issued=10_000
            ),
            a.shares_repurchased(holder="bob", repurchased=1_000, effective_on="2026-05-05"),
            actor="counsel",
            command="first-round",
        )
        ledger.record(a.common_issued(issued=1, note="Issued in error."), actor="clerk", command="a-slip")
        ledger.record(a.entry_voided(17), actor="counsel", command="mended")
        ledger.record(a.stock_split_effected(), actor="counsel", command="split")


def quay(path: Path) -> None:
    """Record a company with certificates that came from one another, two holders of one name, and a merger."""
    cash = Consideration(form=ConsiderationForm.CASH, amount=Money(500, "USD"))
    people = (("h-1", "Ann Lee"), ("h-2", "Émile Okoro"), ("h-3", "Ann Lee"), ("h-4", "A. Lee"))
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(
            a.issuer_registered(issuer="quay", legal_name="Quay Works, Inc."),
            a.common(votes_per_share="1"),
            a.series_a(votes_per_share="5/4"),
            a.holder_registered(holder="fund"),
            *(
                a.holder_registered(holder=holder, name=name, address=f"{number} Quay Street, Boston MA 02109")
                for number, (holder, name) in enumerate(people, 1)
            ),
            actor="counsel",
            command="founding",
        )
        ledger.record(
            a.agreement_signed(),
            a.preferred_issued(
                security="PA-1", agreement="spa", legends=("Not registered under the Securities Act of 1933.",)
            ),
            a.common_issued(holder="h-1", issued=1_005, security="CS-1", consideration=cash),
            a.common_issued(holder="h-3", issued=250),
            a.common_issued(holder="h-4", issued=30),
            a.shares_transferred(
                **{"from_holder": "h-1", "to_holder": "h-2", "transferred": 400, "effective_on": "2026-03-02"},
                **{"security": "CS-1", "received_as": "CS-2", "consideration": cash},
            ),
            a.shares_converted(security="PA-1", received_as="CS-3", effective_on="2026-04-01"),
            a.shares_repurchased(
                holder="h-2", repurchased=400, security="CS-2", paid="900 USD", effective_on="2026-04-20"
            ),
            a.holder_merged(holder="h-4", into="h-1", effective_on="2026-05-01/2026-05-31"),
            a.common_issued(holder="h-2", issued=75, effective_on="2026-06-15/2026-06-28"),
            a.stock_split_effected(ratio="1/10"),
            actor="counsel",
            command="first-round",
        )


def orchard(path: Path) -> None:
    """Record a company with a plan: options, units that wait for a listing, restricted stock, and an open day."""
    quarterly = a.vesting_terms(
        tranches=(
            VestingTranche(
                instalments=Count(8),
                every=Count(3),
                condition=VestingConditionId("listing"),
                role=ConditionRole.GATES,
            ),
        )
    )
    yearly = a.vesting_terms(tranches=(VestingTranche(instalments=Count(3), every=Count(12)),))
    units = a.award_terms(award_kind=AwardKind.RESTRICTED_STOCK_UNIT, vesting=quarterly, expires_on=None)
    stock = a.award_terms(award_kind=AwardKind.RESTRICTED_STOCK, vesting=yearly)
    option = a.award_terms(award_kind=AwardKind.NONQUALIFIED_STOCK_OPTION, early_exercise=TakenFrom.NEXT)
    returned = {"plan": "plan-2026"}
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), actor="counsel", command="founding")
        ledger.record(
            a.plan_adopted(authority="Consent of the stockholders"),
            a.award_granted(award="OPT-1"),
            a.award_granted(award="OPT-2", holder="ada", granted=12_000, price="2.5 USD", terms=option),
            a.award_granted(award="RSU-1", holder="ada", granted=8_000, terms=units),
            a.award_granted(award="RSA-1", holder="fund", granted=3_000, terms=stock, security="CS-1"),
            a.election_filed(award="RSA-1", holder="fund", shares=3_000, effective_on="2026-03-05"),
            a.vesting_condition_met(effective_on="2026-10-01"),
            a.units_released(award="RSU-1", holder="ada", released=3_000, for_tax=1_050, effective_on="2026-10-01"),
            a.option_exercised(award="OPT-2", holder="ada", exercised=2_000, unvested=2_000, paid="5000 USD"),
            a.option_exercised(award="OPT-1", for_price=200, returned=200, effective_on="2027-02-15", **returned),
            a.option_exercised(award="OPT-1", exercised=500, effective_on="2027-06-15/2027-07-15"),
            a.award_forfeited(
                award="OPT-2", holder="ada", unvested=5_000, returned=5_000, effective_on="2027-05-31", **returned
            ),
            a.plan_pool_changed(effective_on="2027-01-01", reason="Yearly increase"),
            actor="counsel",
            command="plan",
        )


def lagoon(path: Path) -> None:
    """Record a company that pays dividends, in cash and in shares, and whose shares may become many more."""
    entitled = DividendTerms(rate=Ratio("0.08"), day_count=DayCount.THIRTY_360, compounding=Compounding.QUARTERLY)
    yearly = a.vesting_terms(tranches=(VestingTranche(instalments=Count(3), every=Count(12)),))
    stock = a.award_terms(award_kind=AwardKind.RESTRICTED_STOCK, vesting=yearly)
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(
            a.issuer_registered(issuer="lagoon", legal_name="Lagoon Foods, Inc."),
            a.common(votes_per_share="1"),
            a.series_a(),
            *(a.holder_registered(holder=name) for name in a.HOLDERS),
            actor="counsel",
            command="founding",
        )
        ledger.record(
            a.class_rights_stated(dividends=entitled, effective_on=a.FOUNDED),
            a.common_issued(issued=60_000, effective_on="2026-01-01"),
            a.plan_adopted(pooled=10_000),
            a.preferred_issued(issued=3_001, effective_on="2026-02-02"),
            a.preferred_issued(holder="bob", issued=1_000, effective_on="2026-05-02"),
            a.warrant_issued(purchasable=5_000, price="6 USD"),
            a.award_granted(award="OPT-1", granted=4_800, price="4 USD"),
            a.award_granted(award="RSA-1", holder="ada", granted=3_000, terms=stock),
            a.note_issued(principal="20000 USD", consideration=None),
            a.safe_issued(holder="bob", purchase_amount="50000 USD"),
            a.dividend_declared(
                dividend="2026-q1", per_share="0.05 USD", amount="150.05 USD", payment_on="2026-04-15"
            ),
            a.dividend_paid(dividend="2026-q1", amount="150.05 USD", received=None, received_class=None),
            a.dividend_declared(
                dividend="summer",
                per_share="0.07 USD",
                amount="280.07 USD",
                record_on="2026-06-30",
                payment_on="2026-07-15",
                effective_on="2026-06-15",
            ),
            a.dividend_paid(
                dividend="summer",
                amount="210.07 USD",
                received=26,
                received_class="common",
                effective_on="2026-07-15",
            ),
            a.dividend_paid(holder="bob", dividend="summer", amount="70 USD", effective_on="2026-09-15/2026-10-15"),
            a.shares_converted(surrendered=1_001, received=1_251, effective_on="2026-08-03"),
            actor="counsel",
            command="year",
        )


def tables() -> Iterator[tuple[str, str]]:
    """Yield the name of each file, and what the command line prints."""
    with TemporaryDirectory() as folder:
        made = {}
        for record in (founding_case, acme, quay, orchard, lagoon):
            name = record.__name__.partition("_")[0]
            made[name] = Path(folder) / f"{name}.db"
            record(made[name])
        for name, args in (ASKED | STORY).items():
            drawn = {}
            for width in WIDTHS:
                environment = {"COLUMNS": str(width), "CAPTABLE_FILE": str(made[name.split("-")[0]])}
                result = CliRunner().invoke(main, args, env=environment, input=SUPPOSED)
                assert result.exit_code == 0, result.output
                drawn[width] = result.stdout
            if len(set(drawn.values())) == 1:
                yield f"{name}.txt", drawn[WIDTHS[0]]
            else:
                yield from ((f"{name}.{width}.txt", text) for width, text in drawn.items())


def keep() -> None:
    """Write every table, and remove those that are no more."""
    FOLDER.mkdir(exist_ok=True)
    made = list(tables())  # all of them, before an old one goes
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for name, text in made:
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    keep()
