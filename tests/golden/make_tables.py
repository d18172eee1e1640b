"""Draw the tables that the command line prints, and keep them: ``python -m tests.golden.make_tables``.

Look at what changed before you commit it: these files are what people read.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from click.testing import CliRunner

from ledger import Ledger
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
    "acme-explain-money": ["explain", "spa", "undrawn", "--as-of", "2026-06-30"],
    "acme-log": ["log"],
}

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


def tables() -> Iterator[tuple[str, str]]:
    """Yield the name of each file, and what the command line prints."""
    with TemporaryDirectory() as folder:
        made = {"founding": Path(folder) / "founding.db", "acme": Path(folder) / "acme.db"}
        founding_case(made["founding"])
        acme(made["acme"])
        for name, args in (ASKED | STORY).items():
            drawn = {}
            for width in WIDTHS:
                environment = {"COLUMNS": str(width), "CAPTABLE_FILE": str(made[name.split("-")[0]])}
                result = CliRunner().invoke(main, args, env=environment)
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
