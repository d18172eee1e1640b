"""Acts on claims: what was recorded before, what is typed, and the events that it states."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger.events import Event, Evidence
from ledger.identity import ClaimId
from ledger.quantities import Ratio
from ledger.terms.disclosed import Disclosed
from ledger.terms.market import Measure
from tests import builders as a
from tests.registrar.acts.company import LATER

LIST: Final = Path(__file__).with_name("holder-list.csv")
_SAID: Final = {"said_by": "Acme", "effective_on": LATER}


def _typed(name: str, figure: str, *more: str) -> list[str]:
    return ["disclose", name, figure, "--said-by", "Acme", *more]


CLAIMS: list[tuple[list[Event], list[str], list[Event]]] = [
    (
        [],
        _typed("count", "1,000", "--of", "outstanding common", "--about", "2026-03-01"),
        [
            a.claim_disclosed(
                claim=ClaimId("count"),
                about="2026-03-01",
                measure=a.claimed("sum", a.operand("plus", "outstanding", stock_class="common")),
                **_SAID,
            )
        ],
    ),
    (
        [],
        _typed(
            *("part", "approximately 12.1%", "--is", "percent"),
            *("--of", "part held ada common 2026-03-02", "--of", "whole reported common"),
        ),
        [
            a.claim_disclosed(
                "approximately 12.1%",
                claim=ClaimId("part"),
                measure=a.claimed(
                    "percent",
                    a.operand("part", "held", holder="ada", stock_class="common", on=date(2026, 3, 2)),
                    a.operand("whole", "reported", stock_class="common"),
                ),
                **_SAID,
            )
        ],
    ),
    (
        [],
        _typed(
            *("premium", "25%", "--is", "increase", "--of", "price 0.0040 fixed"),
            *("--of", "market quoted common closing-bid"),
        ),
        [
            a.claim_disclosed(
                "25%",
                claim=ClaimId("premium"),
                measure=a.claimed(
                    "increase",
                    a.operand("price", number="0.004", name="fixed"),
                    a.operand("market", "quoted", stock_class="common", quote=Measure.CLOSING_BID),
                ),
                **_SAID,
            )
        ],
    ),
    (
        [],
        _typed(
            *(
                "sum",
                "6,500,000",
                "--in-currency",
                "USD",
                "--of",
                "500,000 x12",
                "--of",
                "minus unknown 'what is left'",
            ),
            *("--of", "surrendered series-a ada 2026-01-01/2026-03-02"),
            *("--or-of", "all of it: printed 'about $6 million'; minus 5 x1/2"),
        ),
        [
            a.claim_disclosed(
                Disclosed.read("6,500,000", currency="USD"),
                claim=ClaimId("sum"),
                measure=a.claimed(
                    "sum",
                    a.operand(number="500000", multiple=Ratio(12)),
                    a.operand("minus", "unknown", name="what is left"),
                    a.operand(
                        *("plus", "surrendered"),
                        stock_class="series-a",
                        holder="ada",
                        since=date(2026, 1, 1),
                        on=date(2026, 3, 2),
                    ),
                ),
                other_measures=(
                    a.claimed(
                        "sum",
                        a.operand("plus", "printed", printed=Disclosed.read("about $6 million")),
                        a.operand("minus", number="5", multiple=Ratio("1/2")),
                        name="all of it",
                    ),
                ),
                **_SAID,
            )
        ],
    ),
    (
        [a.claim_disclosed(effective_on=LATER)],
        ["withdraw", "claim-1", "--reason", "A later release"],
        [a.claim_withdrawn(effective_on=LATER)],
    ),
    (
        [],
        ["holder-list", str(LIST), "common", "--source", "Transfer agent"],
        [
            a.holder_list_received(
                holders=(
                    a.listed_holder(account="CS-1"),
                    a.listed_holder(name="Maple Fund, LP", shares=600, holder=None),
                ),
                listed=1_000,
                evidence=(Evidence(document=LIST.name, sha256=sha256(LIST.read_bytes()).hexdigest()),),
                effective_on=LATER,
            )
        ],
    ),
]
