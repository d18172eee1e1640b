"""The note ledger as a report: what is owed, how it came to that, what each note promises, and at which price."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from ledger.quantities import Money, plain
from ledger.terms.interest import Compounding
from projections.bounds import Bounds, exactly
from projections.debts import InterestChange, PrincipalChange
from registrar.registers.said import OPEN_DAYS, heads, listed
from registrar.report import Asked, Column, Head, Kind, Report, Role, Row, Table
from registrar.tables import amount
from registrar.views.common import is_zero

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from ledger.quantities import Currency
    from ledger.terms.interest import InterestTerms
    from ledger.terms.market import Candidate, Found
    from projections.notes import NoteLedger, NoteLine, NoteOnDay

_Figure = Callable[["NoteLine"], Bounds[Any]]
_WEEKDAYS_TOLD: Final = 3


def notes(ledger: Ledger, answer: NoteLedger) -> Report:
    """Return the note ledger: principal and interest of each holder, and what each note promises."""
    since = "" if answer.after is None else f"from the close of {answer.after} to "
    after = () if answer.after is None else (Head("after", "From the close of", answer.after),)
    asked_for = heads(*after, Head("as_of", "At the close of", answer.as_of), basis=None)
    asked = Asked.of(ledger, f"{since or 'at '}the close of {answer.as_of}", answer.known, *asked_for)
    if not answer.lines:
        says = f"Nothing was owed under notes or SAFEs {since or 'by '}the close of {answer.as_of}."
        return Report(name="notes", title="Note ledger", asked=asked, says=says)
    tables = (_owed(answer), _principal(answer), _interest(answer), _terms(answer), _prices(answer))
    return Report(
        name="notes",
        title="Note ledger",
        asked=asked,
        tables=[table for table in tables if table.rows],
        notes=[*_notes(answer)],
    )


# --- holders -----------------------------------------------------------------------------------------------------


def _owed(answer: NoteLedger) -> Table:
    """Return what each holder is owed on the day."""
    still = [
        line for line in answer if not (is_zero(line.principal) and (_beyond(line) or is_zero(_payable(line))))
    ]
    columns = (
        *_WHO,
        Column(name="kind", heading="Is a", optional=True),
        _money("principal", "Principal"),
        _money("interest", "Interest owed"),
        Column(
            name="becomes",
            heading="Would become",
            kind=Kind.SHARES,
            bounded=True,
            shown=any(line.becomes is not None for line in still),
        ),
        Column(name="into", heading="of", shown=any(line.becomes is not None for line in still)),
    )
    into = {note.instrument: note.into for note in answer.notes}
    rows = [
        Row(
            (
                *_who(line),
                line.instrument_kind,
                line.principal,
                _payable(line),
                line.becomes,
                None if line.becomes is None else str(into[line.instrument]),
            ),
            group=str(line.currency),
        )
        for line in _by_currency(still)
    ]
    totals: tuple[_Figure, ...] = (lambda line: line.principal, _payable)
    rows = _with_totals(rows, still, totals, before=1, behind=2)
    return Table(name="owed", title="Owed", columns=columns, rows=rows, empty="Nothing is owed any more.")


def _beyond(line: NoteLine) -> bool:
    """Whether more interest was settled than had accrued, in every reading, by a cent or more."""
    owed = _payable(line).high
    return owed is not None and owed.units < 0


_WHO: Final = (
    Column(name="instrument", heading="Note"),
    Column(name="name", heading="Holder"),
    Column(name="holder", heading="Id", optional=True),
)


def _who(line: NoteLine) -> tuple[str, str, str]:
    return str(line.instrument), line.name, str(line.holder)


def _money(name: str, heading: str, **more: Any) -> Column:
    return Column(name=name, heading=heading, kind=Kind.MONEY, bounded=True, **more)


def _payable(line: NoteLine) -> Bounds[Money]:
    return line.payable(line.interest)


def _principal(answer: NoteLedger) -> Table:
    """Return the principal of each holder from day to day; what did not happen has no column."""

    def moved(kind: PrincipalChange) -> _Figure:
        return lambda line: line.change(kind)

    figures: dict[str, tuple[str, _Figure]] = {
        "opening": ("Opening", lambda line: line.opening),
        **{_key(kind): (kind.value.capitalize(), moved(kind)) for kind in PrincipalChange},
        "closing": ("Closing", lambda line: line.principal),
    }
    return _rollforward("principal", "Principal", answer, figures)


def _interest(answer: NoteLedger) -> Table:
    """Return the interest of each holder from day to day, as it is paid: what accrued is the rest of the others."""

    def moved(kind: InterestChange) -> _Figure:
        return lambda line: line.change(kind)

    figures: dict[str, tuple[str, _Figure]] = {
        "opening": ("Opening", lambda line: line.payable(line.interest_opening)),
        "accrued": ("Accrued", _accrued),
        **{_key(kind): (_short(kind).capitalize(), moved(kind)) for kind in InterestChange},
        "closing": ("Closing", _payable),
    }
    return _rollforward("interest", "Interest", answer, figures)


def _accrued(line: NoteLine) -> Bounds[Money]:
    """Return what accrued, so that the row adds up to what is owed rounded to the cent."""
    closing, opening = _payable(line), line.payable(line.interest_opening)
    settled = [step.change for step in line.settled]
    if not all(each.is_exact for each in (closing, opening, *settled)):
        return line.payable(line.accrued)
    rest = closing.exact - opening.exact
    for each in settled:
        rest -= each.exact
    return exactly(rest)


def _key(kind: PrincipalChange | InterestChange) -> str:
    return _short(kind).replace(" ", "_")


def _short(kind: PrincipalChange | InterestChange) -> str:
    return kind.value.removeprefix("interest ") if isinstance(kind, InterestChange) else kind.value


def _rollforward(name: str, title: str, answer: NoteLedger, figures: dict[str, tuple[str, _Figure]]) -> Table:
    lines = _by_currency([line for line in answer if any(not is_zero(of(line)) for _, of in figures.values())])
    happened = [key for key, (_, of) in figures.items() if any(not is_zero(of(line)) for line in lines)]
    changes = [key for key in figures if key != "closing"]
    columns = (
        *_WHO,
        *(
            _money(
                key,
                heading,
                shown=key in happened or key in ("opening", "closing"),
                adds=tuple(changes) if key == "closing" else (),
            )
            for key, (heading, _) in figures.items()
        ),
    )
    each_of = tuple(of for _, of in figures.values())
    rows = [Row((*_who(line), *(of(line) for of in each_of)), group=str(line.currency)) for line in lines]
    rows = _with_totals(rows, lines, each_of, before=0, behind=0)
    return Table(name=name, title=title, caption=f"{title}, from opening to closing:", columns=columns, rows=rows)


def _by_currency(lines: Sequence[NoteLine]) -> list[NoteLine]:
    order = list(dict.fromkeys(line.currency for line in lines))
    return sorted(lines, key=lambda line: order.index(line.currency))


def _with_totals(
    rows: list[Row], lines: Sequence[NoteLine], figures: Sequence[_Figure], *, before: int, behind: int
) -> list[Row]:
    """Return rows with the sum of each currency below those of it, where there are several."""
    found: list[Row] = []
    for currency in dict.fromkeys(line.currency for line in lines):
        of = [line for line in lines if line.currency == currency]
        found += [row for row in rows if row.group == currency]
        if len(of) > 1:
            sums = [_sum([figure(line) for line in of], currency) for figure in figures]
            nothing = (None,) * before, (None,) * behind
            found.append(Row(("all", None, None, *nothing[0], *sums, *nothing[1]), Role.TOTAL, str(currency)))
    return found


def _sum(parts: Sequence[Bounds[Money]], currency: Currency) -> Bounds[Money]:
    low: Money | None = Money(0, currency)
    high: Money | None = Money(0, currency)
    for each in parts:
        low = None if low is None or each.low is None else low + each.low
        high = None if high is None or each.high is None else high + each.high
    return Bounds(low, high)


# --- notes -------------------------------------------------------------------------------------------------------


def _terms(answer: NoteLedger) -> Table:
    """Return what each note promises."""
    owed = {line.instrument for line in answer if not is_zero(line.principal)}
    told = [note for note in answer.notes if note.terms.values and note.instrument in owed]
    due = any(note.due is not None for note in told)
    columns = (
        Column(name="instrument", heading="Note"),
        Column(name="bears", heading="Bears"),
        Column(
            name="discount",
            heading="Discount",
            kind=Kind.MONEY,
            optional=True,
            shown=any(note.discount for note in told),
        ),
        Column(name="matures_on", heading="Matures", kind=Kind.DAY),
        Column(name="next_due_on", heading="Next due", kind=Kind.DAY),
        _money("due", "Fallen due", shown=due),
        _money("overdue", "Overdue", shown=due),
        Column(name="state", heading="State"),
        Column(name="secured_by", heading="Secured by", shown=any(_security(note) for note in told), optional=True),
        Column(name="into", heading="Converts into", shown=any(note.into is not None for note in told)),
        Column(name="rule", heading="At", shown=False),
    )
    return Table(name="terms", title="Terms", columns=columns, rows=[_terms_row(note) for note in told])


def _terms_row(note: NoteOnDay) -> Row:
    terms = note.terms.values[-1]
    conversion, bears = terms.conversion, terms.interest
    state = "perhaps in default"
    if note.in_default.is_exact:
        state = "in default" if note.in_default.only else "no default"
    return Row(
        (
            str(note.instrument),
            "nothing" if bears is None else in_words(bears),
            note.discount,
            terms.matures_on,
            note.next_due_on,
            note.due,
            note.overdue,
            state,
            _security(note),
            None if note.into is None else str(note.into),
            None if conversion is None else str(conversion.price),
        )
    )


def _security(note: NoteOnDay) -> str | None:
    liens = ", ".join(map(str, note.liens))
    said = note.terms.values[-1].secured_by if note.terms.values else None
    return " – ".join(each for each in (liens, said) if each) or None


def in_words(bears: InterestTerms) -> str:
    """Return what a principal bears, as a line: ``6 % actual/365, compounding quarterly, 18 % in default``."""
    parts = [f"{plain(bears.rate.value * 100)} % {bears.day_count.value}"]
    if bears.compounding is not Compounding.NONE:
        parts.append(f"compounding {bears.compounding.value}")
    if bears.default_rate is not None:
        parts.append(f"{plain(bears.default_rate.value * 100)} % in default")
    return ", ".join(parts)


def _prices(answer: NoteLedger) -> Table:
    """Return what the price of each note that follows the market, or has a floor, was worked out from."""
    columns = (
        Column(name="instrument", heading="Note"),
        Column(name="what", heading="Price"),
        Column(name="price", heading="A share", kind=Kind.MONEY, absent="not known"),
        Column(name="from_day", heading="From", kind=Kind.DAY, optional=True),
        Column(name="to_day", heading="to", kind=Kind.DAY, optional=True),
        Column(name="quotes", heading="Quotes", kind=Kind.COUNT, optional=True),
    )
    rows = [row for note in answer.notes if note.price is not None for row in _price_rows(note, note.price)]
    return Table(name="prices", title="Conversion prices", columns=columns, rows=rows)


def _price_rows(note: NoteOnDay, found: Found) -> Iterator[Row]:
    of = str(note.instrument)
    for each in found.compared:
        yield Row((of, each.what, each.price, *_quoted(each)), group=of)
    for each in found.floors:
        yield Row((of, f"not below: {each.what}", each.price, *_quoted(each)), group=of)
    yield Row((of, _decided(found), found.price, None, None, None), Role.MEMO, of)


def _decided(found: Found) -> str:
    """Return what decides, or between which prices it lies."""
    if found.price is not None:
        return f"price, decided by: {found.because}"
    ends = [("at least", found.at_least), ("at most", found.at_most)]
    return " ".join(["price", *(f"{word} {price}" for word, price in ends if price is not None)])


def _quoted(each: Candidate) -> tuple[Any, Any, Any]:
    if not each.quotes:
        return None, None, None
    return each.quotes[0].on, each.quotes[-1].on, len(each.quotes)


# --- what is to be said ------------------------------------------------------------------------------------------


def _notes(answer: NoteLedger) -> Iterator[str]:
    yield (
        "Interest runs from and including the first day, up to and without the day asked about. It is exact until"
        " it is shown or paid, and then rounded to the smallest unit of the currency."
    )
    for note in answer.notes:
        found = note.price
        if found is not None and found.price is None:
            missing = f", as this is not known: {listed(found.missing)}" if found.missing else ""
            yield f"{note.instrument}: its price on {answer.as_of} is not known{missing}."
        gaps = [] if found is None else [day for each in found.compared for day in each.without_quote]
        if gaps:
            days = listed(gaps[:_WEEKDAYS_TOLD]) + (" and others" if len(gaps) > _WEEKDAYS_TOLD else "")
            yield f"{note.instrument}: no quote within the look-back on {days}. A holiday, or a quote is missing."
    for line in answer:
        owed = _payable(line).high
        if owed is not None and _beyond(line):
            more = amount(Money(0, line.currency) - owed)
            yield f"{line.instrument}: {line.name} was given {more} more interest than the recorded terms accrue."
    if any(not line.principal.is_exact or not line.interest.is_exact for line in answer):
        yield OPEN_DAYS
