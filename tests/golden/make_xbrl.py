"""Write what the filings of the examples amount to, and keep it: ``python -m tests.golden.make_xbrl``."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from click.testing import CliRunner

from ledger.exchange import json_lines, xbrl
from ledger.exchange.register.cells import File
from ledger.exchange.register.proposal import Proposal
from ledger.identity import StockClassId
from ledger.journal import Ledger
from registrar.cli import main
from tests import builders as a

FOLDER: Final = Path(__file__).parent / "xbrl"
EXAMPLES: Final = Path(__file__).parent.parent.parent / "examples" / "filings"
FILINGS: Final = ("acme-20260630.xml", "acme-20260630.htm", "companyfacts.json")
CLASSES: Final = {
    "common": (StockClassId("common"),),
    "preferred": (StockClassId("series-a"), StockClassId("series-b")),
    "CommonClassBMember": (StockClassId("class-b"),),
}


def proposal(name: str) -> Proposal:
    """Return what a filing amounts to."""
    on = None if name.endswith(".json") else date(2026, 8, 13)
    file = File(name, (EXAMPLES / name).read_bytes())
    return xbrl.proposed(file, xbrl.Instructions(classes=CLASSES, on=on))


def kept(name: str) -> Path:
    """Return where the claims of a filing are kept."""
    return FOLDER / f"{name}.jsonl"


def shown() -> str:
    """Return what the verb shows of a filing before it counts."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "acme.db"
        with Ledger.open(path, create=True) as ledger:
            ledger.record(*a.founding())
        said = ("--class", "common", "--ignore", "preferred", "--ignore", "CommonClassBMember")
        args = [
            "import-xbrl",
            str(EXAMPLES / FILINGS[0]),
            "-f",
            str(path),
            *said,
            "--on",
            "2026-08-13",
            "--dry-run",
        ]
        result = CliRunner().invoke(main, args, env={"COLUMNS": "110"})
        assert result.exit_code == 0, result.stderr
        return result.stdout


if __name__ == "__main__":
    (FOLDER / "import.txt").write_text(shown())
    for each in FILINGS:
        kept(each).write_bytes(json_lines.write(proposal(each).events))
