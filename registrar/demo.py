"""The main job on the founding case: recorded into a temporary file, then asked, step by step."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ledger import Ledger, LedgerError, Money, SecurityId, Shares, on
from ledger.commands import ConvertShares
from ledger.events import Event, TrancheClosed
from projections import (
    cap_table,
    claims,
    commitments,
    explain,
    findings,
    of_agreement,
    of_class,
    of_holder,
    rollforward,
)
from registrar import views
from registrar.founding_case import (
    ACTOR,
    AGREEMENT,
    BOONE,
    COMMON,
    SERIES_K,
    later_news,
    record_founding_case,
)
from registrar.founding_case.claims import record_claims, series_k
from registrar.registers.claims import claims as claims_report
from registrar.story import Story, Write
from registrar.tables import bounds

DAYS: Final = ("2017-05-04", "2017-05-05", "2017-06-01", "2017-06-20")


class HandSetClock:
    """Tells the time that it was set to, so that the demo can record in 2017."""

    def __init__(self) -> None:
        self.now = datetime(2017, 1, 1, tzinfo=UTC)

    def set(self, now: datetime) -> None:
        """Set the time."""
        self.now = now

    def __call__(self) -> datetime:
        """Return the time that was set."""
        return self.now


def run(write: Write, width: int = 100) -> None:
    """Record the founding case and show its answers, explaining each step in a line.

    Args:
        write: Takes one line of output.
        width: Columns of the terminal.
    """
    with TemporaryDirectory() as folder:
        clock = HandSetClock()
        with Ledger.open(Path(folder) / "ascent-solar.db", create=True, clock=clock) as ledger:
            _Demo(ledger, clock, write, width).run()


class _Demo(Story):
    def __init__(self, ledger: Ledger, clock: HandSetClock, write: Write, width: int) -> None:
        super().__init__(write, width)
        self._ledger, self._clock = ledger, clock

    def run(self) -> None:
        """Show every step."""
        self._record()
        self._ask_each_day()
        self._roll_forward()
        self._explain()
        self._two_times()
        self._late_entry()
        self._refusals()
        self._findings()
        self._claims()
        self.say("")
        self.say(
            "The same from the command line: captable init, record, show, commitments, rollforward, explain, log,"
            " check, claims."
        )

    def _record(self) -> None:
        self.say("Ascent Solar's Series K of 2017, recorded from public pages into a temporary file.")
        self.begin("Record. A clock set by hand stands in for the time at which each release became known.")
        for outcome in record_founding_case(self._ledger, self._clock.set):
            first, last = outcome.entries[0], outcome.entries[-1]
            numbers = f"entry {first.number}" if first is last else f"entries {first.number} to {last.number}"
            self.say(f"{first.recorded_at:%Y-%m-%d}  command {outcome.command}: {numbers}")

    def _ask_each_day(self) -> None:
        explained = (
            "The day before the first conversion: the investor may hold Series K, and no common.",
            "The day of the first conversion: 800 Series K became 200,000,000 common.",
            "Between two releases, days are open: what may have happened by then makes the bounds.",
            "The day of the second release: by now every reading gives the same common.",
        )
        for as_of, text in zip(DAYS, explained, strict=True):
            self.begin(f"{as_of}. {text}")
            self.show(views.cap_table(self._ledger, cap_table(self._ledger, as_of=as_of)))
            self.show(views.commitments(self._ledger, commitments(self._ledger, as_of=as_of)))

    def _roll_forward(self) -> None:
        self.begin("Roll forward: opening, each kind of movement, closing; common shares, then the commitment.")
        known = self._ledger.position()
        shares, money = of_class(COMMON, "outstanding"), of_agreement(AGREEMENT, "undrawn")
        for figure, after in ((shares, DAYS[0]), (money, "2017-02-07")):
            answer = rollforward(self._ledger, figure, after=after, through=DAYS[-1])
            self.show(views.rollforward(self._ledger, answer, known))

    def _explain(self) -> None:
        self.begin("Explain one figure: the entries behind the investor's common on 1 June, and what shows them.")
        answer = explain(self._ledger, of_holder(BOONE, COMMON), as_of=DAYS[2])
        self.show(views.explanation(self._ledger, answer, self._ledger.position()))

    def _common(self, as_of: str, known_at: str) -> str:
        return bounds(cap_table(self._ledger, as_of=as_of, known_at=known_at).shares(BOONE, COMMON))

    def _two_times(self) -> None:
        self.begin("Restated. The third conversion was first recorded on the day of its release, then corrected.")
        self.say("The release announces it and does not date it. What the record answered for 2017-06-01:")
        for known_at, why in (
            ("2017-05-31", "before the release"),
            ("2017-06-20", "after it, as first recorded"),
            ("2017-06-21", "after the restatement"),
        ):
            self.say(f"  known at {known_at} ({why}): {self._common(DAYS[2], known_at)}")

    def _late_entry(self) -> None:
        self.begin("Back-dated. On 4 August an article says that 3,000 more were converted on 1 August.")
        self._clock.set(datetime(2017, 8, 4, 20, tzinfo=UTC))
        self._ledger.record(*later_news(), actor=ACTOR, command="article-2017-08-04")
        for known_at, why in (("2017-08-03", "before the article"), ("2017-08-04", "after it")):
            self.say(f"  as of 2017-08-02, known at {known_at} ({why}): {self._common('2017-08-02', known_at)}")
        self.say("An answer given earlier can be given again, unchanged, for as long as the file exists.")

    def _refusals(self) -> None:
        self.begin("Refused. A request against the record or the papers gets one line, and nothing is recorded.")
        again = ConvertShares(
            holder=BOONE,
            from_class=SERIES_K,
            surrendered=Shares(800),
            on=on(DAYS[-1]),
            security=SecurityId("K-1"),
        )
        self._refused("convert the first lot once more", again.events(self._ledger))
        too_much = TrancheClosed(effective_on=on(DAYS[-1]), agreement=AGREEMENT, closed=Money(17_000_000, "USD"))
        self._refused("close 17,000,000 USD more", (too_much,))

    def _refused(self, what: str, events: tuple[Event, ...]) -> None:
        before = len(self._ledger.entries())
        try:
            self._ledger.record(*events, actor=ACTOR)
        except LedgerError as error:
            self.say(f"{what}: {error.line()}")
        self.say(f"entries before: {before}, after: {len(self._ledger.entries())}")

    def _findings(self) -> None:
        self.begin("Found. What only some readings of the open days break is told, and not refused.")
        for finding in findings(self._ledger):
            self.say(f"{finding.on}  entry {finding.entry}  {finding.code}  {finding.what}")

    def _claims(self) -> None:
        self.begin("Held against it. What the releases and Form 4 say, as printed, against the record and itself.")
        record_claims(self._ledger, series_k())
        self.show(claims_report(self._ledger, claims(self._ledger, as_of=DAYS[-1])))
