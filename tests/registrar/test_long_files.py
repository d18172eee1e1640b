"""A long file is recorded at once: what is said, refused and kept is what a short one is told, line for line."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger import Ledger
from ledger.exchange import json_lines
from registrar.cli import main, records
from tests import builders as a

GOOD = json_lines.write([*a.founding(), a.common_issued(issued=5), a.common_issued(issued=6)])
INPUTS = {
    "good": GOOD,
    "blank lines": b"\n\n" + GOOD.replace(b"\n", b"\n \n"),
    "a rule broken": b"\n" + GOOD + json_lines.write([a.shares_transferred(transferred=10**6)]),
    "a name not known": GOOD + json_lines.write([a.common_issued(holder="nobody")]) + GOOD,
    "a line that is none": GOOD + b"{\n" + GOOD,
    "an issuer missing": json_lines.write([a.common_issued(issued=5)]),
    "nothing": b"\n \n",
}


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--json",), ("--command-id", "c-1")], ids=" ".join)
@pytest.mark.parametrize("what", INPUTS)
def test_a_long_file_is_answered_as_a_short_one(
    what: str, options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, kept = [], []
    for longest in (10**9, 0):
        path = tmp_path / f"{longest}.db"
        monkeypatch.setattr(records, "_LONG", longest)
        for _ in range(2):  # the second time, it counts once
            with Ledger.open(path, create=True):
                result = CliRunner().invoke(
                    main, ["record", str(path), "-", "--actor", "counsel", *options], input=INPUTS[what]
                )
            told = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\d+\.db", "…", result.output)
            said.append((result.exit_code, told))
        with Ledger.open(path) as ledger:
            kept.append([(each.number, each.command, each.actor, each.event) for each in ledger.entries()])

    assert said[:2] == said[2:]
    assert kept[0] == kept[1]
