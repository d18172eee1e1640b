"""What is wrong about the rights of a class is one line with its place, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Ledger
from tests.registrar.acts.company import ON, events, run
from tests.registrar.acts.rights import BY_VOTE, CALLABLE


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["prefer", "series-a"], "error: E_USAGE: --multiple: a right is stated or ended"),
        (["prefer", "series-a", "--multiple", "1", "--ended"], "error: E_USAGE: --ended: a right is stated"),
        (["prefer", "series-a", "--cap", "3"], "error: E_USAGE: --cap: it says nothing alone (add --multiple)"),
        (["prefer", "series-a", "--with-accrued"], "error: E_USAGE: --with-accrued: it says nothing alone"),
        (
            ["prefer", "series-a", "--multiple", "3", "--participation", "capped", "--cap", "2"],
            "error: E_TERMS: --cap: a cap of 2 times leaves nothing to share in",
        ),
        (["prefer", "series-a", "--multiple", "0"], "error: E_TERMS: --multiple: a preference of nothing"),
        (["prefer", "serie-a", "--multiple", "1"], "error: E_UNKNOWN: CLASS: no stock class 'serie-a'"),
        (["entitle", "series-a", "--rate", "eight"], "error: E_NUMBER: --rate: "),
        (["entitle", "series-a", "--compounding", "annual"], "error: E_USAGE: --compounding: it says nothing"),
        (["entitle", "series-a", "--rate", "8%", "--amount", "1 USD"], "error: E_TERMS: --amount: a dividend has"),
        (["redeemable", "series-a"], "error: E_USAGE: --call: a right is stated or ended"),
        (["redeemable", "series-a", "--put-from", "2029-01-01"], "error: E_USAGE: --put-from: it says nothing"),
        (
            ["redeemable", "series-a", "--call", "1", "--call-part", "2"],
            "error: E_TERMS: --call: a redemption of 2",
        ),
        (["mandate", "series-a", "--exceeded"], "error: E_USAGE: --exceeded: it says nothing alone (add --vote)"),
        (["mandate", "series-a", "--vote", "2"], "error: E_TERMS: --vote: a vote of 2 of the shares"),
        (["convert-all", "series-a", "--voted", "499"], "error: E_TERMS: series-a: its mandatory conversion waits"),
        (["convert-all", "common"], "error: E_TERMS: common: no mandatory conversion of it is recorded."),
        (
            ["convert-all", "series-a", "--offering", "1 USD"],
            "error: E_USAGE: --offering: an offering has proceeds and a price",
        ),
        (
            ["redeem", "fund", "501", "series-a", "--option-of", "company"],
            "error: E_TERMS: series-a: 500 of 1000 shares may be redeemed at a time",
        ),
        (
            ["redeem", "fund", "1", "series-a", "--option-of", "company", "--paid", "1 USD"],
            "error: E_USAGE: --paid: the terms say what is paid",
        ),
        (["redeem", "fund", "1", "series-a", "--accrued", "1 USD"], "error: E_USAGE: --accrued: it is paid by"),
        (
            ["redeem", "fund", "1", "series-a", "--option-of", "holder"],
            "error: E_TERMS: series-a: what has accrued is paid on top.",
        ),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else "",
)
def test_a_mistake_about_a_right_is_told_and_changes_nothing(args: list[str], told: str, file: Path) -> None:
    with Ledger.open(file) as ledger:
        ledger.record(BY_VOTE, CALLABLE)
    there = len(events(file, 0))

    result = run(file, *args, *ON)

    assert result.exit_code in (2, 3)
    assert result.stderr.splitlines()[-1].startswith(told)
    assert (result.stderr.count("\n"), len(events(file, 0))) == (1, there)
