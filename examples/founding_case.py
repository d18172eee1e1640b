"""Record the founding case in memory, and print its answers.

Boone's common on 2017-05-04: 0
Boone's common on 2017-06-01: 200,000,000 to 800,000,000
the same, as known on 2017-06-20: 200,000,000 to 450,000,000
Boone's common on 2017-06-20: 800,000,000; part of all common: unknown
why: 200,000,000 + (0 or 250,000,000) + (0 or 350,000,000) = 200,000,000 to 800,000,000
closed at least 3,200,000 USD, undrawn at most 16,800,000 USD
all converted: 5,000,000,000 common, authorized when signed: 2,000,000,000
"""

from datetime import UTC, datetime

from ledger import Ledger
from projections import cap_table, commitments, explain, of_holder
from registrar.founding_case import AGREEMENT, BOONE, COMMON, record_founding_case


class HandSetClock:
    """Stands in for the time at which each press release became known."""

    def __init__(self) -> None:
        self.now = datetime(2017, 2, 14, tzinfo=UTC)

    def set(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def main() -> None:
    clock = HandSetClock()
    ledger = Ledger.in_memory(clock=clock)
    record_founding_case(ledger, clock.set)

    for day in ("2017-05-04", "2017-06-01"):
        print(f"Boone's common on {day}: {cap_table(ledger, as_of=day).shares(BOONE, COMMON)}")
    earlier = cap_table(ledger, as_of="2017-06-01", known_at="2017-06-20")
    print(f"the same, as known on 2017-06-20: {earlier.shares(BOONE, COMMON)}")

    (line,) = [line for line in cap_table(ledger, as_of="2017-06-20") if line.stock_class == COMMON]
    print(f"Boone's common on 2017-06-20: {line.shares}; part of all common: {line.percent}")
    print(f"why: {explain(ledger, of_holder(BOONE, COMMON), as_of='2017-06-01').arithmetic()}")

    balance = commitments(ledger, as_of="2017-06-20")[AGREEMENT]
    print(f"closed {balance.closed}, undrawn {balance.undrawn}")
    room = commitments(ledger, as_of="2017-02-08")[AGREEMENT].headroom
    assert room is not None
    print(f"all converted: {room.if_all_converted:,} common, authorized when signed: {room.authorized}")


if __name__ == "__main__":
    main()
