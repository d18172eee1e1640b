"""Figures of filings become claims: what is read, what they stand for, and what is refused by its place."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ledger import Ledger
from ledger.errors import LedgerError, NotUnderstood
from ledger.events import ClaimDisclosed
from ledger.exchange import json_lines, xbrl
from ledger.exchange.refused import InputRefused
from ledger.exchange.register.cells import File
from ledger.exchange.register.proposal import Proposal
from ledger.exchange.xbrl import document, figures, tables
from ledger.exchange.xbrl.figures import a_day, accuracy, displayed
from ledger.identity import StockClassId
from ledger.terms.disclosed import Qualifier
from projections.claims import Verdict, claims
from tests import builders as a
from tests.golden import make_xbrl

COMMON = {"common": (StockClassId("common"),)}
FILED = date(2026, 8, 13)
SAID = xbrl.Instructions(classes=COMMON, on=FILED, said_by="Acme")
CONTEXT = (
    '<x:context id="c"><x:entity><x:identifier scheme="s">1</x:identifier>{segment}</x:entity>'
    "<x:period>{period}</x:period></x:context>"
)
UNIT = '<x:unit id="u"><x:measure>x:shares</x:measure></x:unit>'
HEAD = (
    '<x:xbrl xmlns:x="http://www.xbrl.org/2003/instance" xmlns:d="http://xbrl.org/2006/xbrldi"'
    ' xmlns:g="http://fasb.org/us-gaap/2025" xmlns:dei="http://xbrl.sec.gov/dei/2025"'
    ' xmlns:ix="http://www.xbrl.org/2013/inlineXBRL">'
)
ON_A_DAY = "<x:instant>2026-06-30</x:instant>"


def instance(*facts: str, unit: str = UNIT, segment: str = "", period: str = ON_A_DAY) -> bytes:
    parts = (HEAD, CONTEXT.format(segment=segment, period=period), unit, *facts, "</x:xbrl>")
    return "\n".join(parts).encode()


def fact(text: str = "100", concept: str = "CommonStockSharesOutstanding", **values: str) -> str:
    said = {"contextRef": "c", "unitRef": "u", "decimals": "0"} | values
    told = " ".join(f'{name}="{value}"' for name, value in said.items() if value)
    return f"<g:{concept} {told}>{text}</g:{concept}>"


FACT = fact()


def inline(text: str, **values: str) -> bytes:
    said = {"name": "g:CommonStockSharesOutstanding", "contextRef": "c", "unitRef": "u", "decimals": "0"} | values
    told = " ".join(f'{name}="{value}"' for name, value in said.items())
    return instance(f"<p><ix:nonFraction {told}>{text}</ix:nonFraction></p>")


def proposed(data: bytes, said: xbrl.Instructions = SAID) -> Proposal:
    return xbrl.proposed(File("f.xml", data), said)


def claim(data: bytes, said: xbrl.Instructions = SAID) -> ClaimDisclosed:
    (event,) = proposed(data, said).events
    assert isinstance(event, ClaimDisclosed)
    return event


def refused(data: bytes, said: xbrl.Instructions = SAID) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        proposed(data, said)
    return caught.value.lines()


# --- what is read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", make_xbrl.FILINGS)
def test_filings_amount_to_the_claims_that_are_kept(name: str) -> None:
    assert json_lines.write(make_xbrl.proposal(name).events) == make_xbrl.kept(name).read_bytes()


def test_what_is_left_out_is_told_by_its_place() -> None:
    assert make_xbrl.proposal("acme-20260630.xml").notes == (
        "acme-20260630.xml line 46: CommonStockSharesOutstanding is about a part only: LegalEntityAxis",
        "acme-20260630.xml line 47: PreferredStockSharesIssued states nothing (nil)",
    )


def test_what_is_printed_in_thousands_says_so_and_stands_for_all_that_rounds_to_it() -> None:
    found = claim(inline("4,812", decimals="-3", scale="3", format="ixt:num-dot-decimal")).figure

    assert found.printed == "4,812 (in thousands)"
    assert (found.interval().low, found.interval().high) == (Fraction(4_811_500), Fraction(4_812_500))


@pytest.mark.parametrize(
    ("decimals", "low", "high"),
    [("INF", 38_000_000, 38_000_000), ("0", 37_999_999.5, 38_000_000.5), ("-6", 37_500_000, 38_500_000)],
)
def test_decimals_are_the_accuracy_of_a_figure(decimals: str, low: float, high: float) -> None:
    interval = claim(instance(fact("38000000", decimals=decimals))).figure.interval()

    assert (interval.low, interval.high) == (Fraction(low), Fraction(high))


@given(some.integers(0, 10**12), some.integers(0, 9))
def test_a_figure_contains_exactly_what_rounds_to_it(shares: int, digits: int) -> None:
    step = 10**digits
    rounded = (shares + step // 2) // step * step  # halves up
    interval = figures.disclosed(str(rounded), Fraction(rounded), -digits).interval()

    assert interval.low is not None
    assert interval.high is not None
    assert interval.low <= shares < interval.high
    assert interval.high - interval.low <= step


@pytest.mark.parametrize(("text", "value"), [("4", 5), ("38246000", -1), ("0.5", 4)])
def test_significant_digits_are_counted_from_the_first(text: str, value: int) -> None:
    expected = {"4": 4, "38246000": -3, "0.5": 5}[text]

    assert accuracy(None, "5", Fraction(text)) == expected
    assert accuracy("2", "5", Fraction(text)) == 2  # decimals say it, where both stand
    assert accuracy("INF", None, Fraction(value)) is None


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("4,998,765", "ixt:num-dot-decimal", 4_998_765),
        ("4.998.765", "ixt:numcommadecimal", 4_998_765),
        ("1,5", "ixt:num-comma-decimal", Fraction(3, 2)),
        ("1 234", "ixt:numdotdecimal", 1_234),
        ("—", "ixt:fixed-zero", 0),
        ("-", "ixt:numdash", 0),
        ("None", "ixt-sec:numwordsen", 0),
        ("1234", "", 1_234),
    ],
)
def test_a_displayed_number_is_read_by_its_format(text: str, form: str, value: Fraction) -> None:
    assert displayed(text, form) == value


def test_midnight_at_the_end_is_the_day_before() -> None:
    assert a_day("2026-07-01T00:00:00", is_end=True) == date(2026, 6, 30)
    assert a_day("2026-07-01T00:00:00", is_end=False) == date(2026, 7, 1)
    assert a_day("2026-06-30", is_end=True) == date(2026, 6, 30)


def test_a_period_is_about_its_last_day() -> None:
    period = "<x:startDate>2026-04-01</x:startDate><x:endDate>2026-06-30</x:endDate>"
    found = claim(instance(FACT, period=period))

    assert found.about == date(2026, 6, 30)
    assert found.note is not None
    assert "from 2026-04-01 to 2026-06-30" in found.note


@pytest.mark.parametrize(
    ("taxonomy", "concept"),
    [
        ("http://xbrl.us/dei/2009-01-31", "EntityCommonStockSharesOutstanding"),
        ("http://xbrl.sec.gov/dei/2021q4", "EntityCommonStockSharesOutstanding"),
        ("http://xbrl.us/us-gaap/2009-01-31", "CommonStockSharesIssued"),
        ("http://fasb.org/us-gaap/2017-01-31", "CommonStockSharesIssued"),
    ],
)
def test_every_year_of_a_taxonomy_is_read(taxonomy: str, concept: str) -> None:
    data = instance(fact(concept=concept)).replace(b"http://fasb.org/us-gaap/2025", taxonomy.encode())

    assert claim(data).figure.value.value == 100


def test_a_tag_of_another_taxonomy_is_not_read() -> None:
    data = instance(FACT).replace(b"http://fasb.org/us-gaap/2025", b"http://acme.example/2025")

    assert "E_EMPTY" in refused(data)[0]


def test_a_prefix_means_what_it_means_where_it_stands() -> None:
    tag = '<x:unit id="u"><y:measure xmlns:y="http://www.xbrl.org/2003/instance">y:shares</y:measure></x:unit>'
    assert claim(instance(FACT, unit=tag)).figure.value.value == 100

    other = '<x:unit id="u"><x:measure xmlns:y="http://other.example">y:shares</x:measure></x:unit>'
    assert "counts no shares" in refused(instance(FACT, unit=other))[0]


def test_the_same_figure_counts_once_and_two_that_differ_are_two_claims() -> None:
    assert len(proposed(instance(FACT, FACT)).events) == 1

    events = proposed(instance(FACT, fact("101"))).events
    names = [event.claim for event in events if isinstance(event, ClaimDisclosed)]
    assert len(set(names)) == 2
    assert names[1] == f"{names[0]}-2"


def test_preferred_stock_of_no_series_is_unknown_and_not_contradicted() -> None:
    said = attrs.evolve(SAID, classes={"preferred": (StockClassId("a"), StockClassId("b"))})
    found = claim(instance(fact(concept="PreferredStockSharesAuthorized")), said)

    assert [each.source.value for each in found.measure.operands] == ["authorized", "authorized", "unknown"]
    assert [each.name for each in found.other_measures] == ["all preferred stock is of a series"]


def test_claims_that_were_recorded_are_left_out() -> None:
    first = claim(instance(FACT))
    again = xbrl.proposed(File("f.xml", instance(FACT)), SAID, {first.claim})

    assert again.events == ()
    assert again.notes == ("1 figure recorded before, and left out",)


def test_long_class_names_still_make_names_of_claims() -> None:
    said = attrs.evolve(SAID, classes={"common": tuple(StockClassId(f"{letter * 40}") for letter in "abc")})

    assert len(claim(instance(FACT), said).claim) <= 64


@settings(max_examples=30)
@given(some.integers(1, 9_000_000), some.integers(0, 7), some.booleans())
def test_a_count_of_the_ledger_is_not_contradicted_however_a_filing_rounds_it(
    shares: int, digits: int, truncates: bool
) -> None:
    step = 10**digits
    printed = (shares if truncates else shares + step // 2) // step * step
    ledger = Ledger.in_memory()
    ledger.record(*a.founding(), a.common_issued(issued=shares))
    ledger.record(*proposed(instance(fact(str(printed), decimals=str(-digits)))).events)
    (line,) = claims(ledger, as_of="2026-12-31")

    assert line.verdict in (Verdict.AGREES, Verdict.AGREES_IF_TRUNCATED)
    assert line.verdict is Verdict.AGREES or truncates


# --- the tables of the SEC -------------------------------------------------------------------------------------


def table(value: str = "4700000", **more: str) -> bytes:
    row = ", ".join(
        f'"{key}": "{said}"' for key, said in ({"end": "2026-05-01", "filed": "2026-05-14"} | more).items()
    )
    rows = f'{{"shares": [{{"val": {value}, {row}}}]}}'
    facts = f'{{"us-gaap": {{"CommonStockSharesOutstanding": {{"units": {rows}}}}}}}'
    return f'{{"cik": 1, "entityName": "Acme", "facts": {facts}}}'.encode()


@pytest.mark.parametrize(
    ("value", "step"), [("4712345", 1), ("4700000", 100_000), ("500000000", 1_000_000), ("0", 1)]
)
def test_a_table_states_no_accuracy_so_zeros_may_have_been_rounded_to(value: str, step: int) -> None:
    found = claim(table(value), xbrl.Instructions(classes=COMMON))

    assert (found.figure.step.value, found.figure.qualifier) == (Fraction(step), Qualifier.NONE)
    assert found.effective_on.earliest == date(2026, 5, 14)


def test_the_table_of_one_concept_is_read_too() -> None:
    rows = b'[{"end": "2026-05-01", "val": 7, "accn": "a", "form": "10-Q", "filed": "2026-05-14"}]'
    head = b'{"cik": 1, "taxonomy": "dei", "tag": "EntityCommonStockSharesOutstanding", "entityName": "Acme", '
    found = claim(head + b'"units": {"shares": ' + rows + b"}}", xbrl.Instructions(classes=COMMON))

    assert found.claim == "cover-common-2026-05-01-a"


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (table("4.5e3"), "E_NUMBER", "f.xml /facts/us-gaap/CommonStockSharesOutstanding/units/shares/0"),
        (table("-4"), "E_NUMBER", "f.xml /facts/us-gaap/CommonStockSharesOutstanding/units/shares/0"),
        (table('"4"'), "E_NUMBER", "f.xml /facts/us-gaap/CommonStockSharesOutstanding/units/shares/0"),
        (table(end="2026-02-30"), "E_DATE", "f.xml /facts/us-gaap/CommonStockSharesOutstanding/units/shares/0"),
        (table("NaN"), "E_JSON", "f.xml"),
        (b'{"cik": 1}', "E_XBRL", "f.xml"),
        (b"[" * 100_000, "E_JSON", "f.xml"),
        (b'{"cik": ', "E_JSON", "f.xml line 1 column 9"),
        (b'{"\xff', "E_ENCODING", "f.xml"),
    ],
)
def test_a_table_that_is_none_is_refused(data: bytes, code: str, place: str) -> None:
    with pytest.raises(LedgerError) as caught:
        proposed(data)

    assert (caught.value.code, caught.value.where) == (code, place)


# --- what is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (instance(fact(contextRef="other")), "E_XBRL", "there is no context 'other'"),
        (instance(fact(unitRef="other")), "E_XBRL", "unit 'other' counts no shares"),
        (instance(fact(decimals="")), "E_XBRL", "say no accuracy"),
        (instance(fact("-5")), "E_NUMBER", "below zero"),
        (instance(fact("1e9")), "E_NUMBER", "no number of shares"),
        (instance(fact("9" * 61)), "E_NUMBER", "no number of shares"),
        (instance(FACT, period="<x:instant>soon</x:instant>"), "E_DATE", "no day"),
        (instance(FACT, period="<x:forever/>"), "E_DATE", "has no day"),
        (inline("twelve", format="ixt:numwordsen"), "E_XBRL", "is not read"),
        (inline("12", scale="x"), "E_XBRL", "no power of ten"),
        (inline("12", sign="-"), "E_NUMBER", "below zero"),
    ],
)
def test_a_tag_that_states_no_count_is_refused_by_its_line(data: bytes, code: str, says: str) -> None:
    (line,) = refused(data)

    assert line.startswith(f"error: {code}: f.xml line 4 CommonStockSharesOutstanding: ")
    assert says in line


def test_every_problem_is_told() -> None:
    lines = refused(instance(fact("-5"), FACT, fact(unitRef="eur")))

    assert [line.split(":")[2].strip() for line in lines] == [
        "f.xml line 4 CommonStockSharesOutstanding",
        "f.xml line 6 CommonStockSharesOutstanding",
    ]


def test_what_the_file_leaves_open_is_asked_for_in_one_go() -> None:
    lines = refused(instance(FACT), xbrl.Instructions(classes={}))
    assert [line.split("(")[1] for line in lines] == ["add --class CLASS=common, or --ignore it)", "add --said-by)"]

    lines = refused(instance(FACT), xbrl.Instructions(classes=COMMON))
    assert [line.split("(")[1] for line in lines] == ["add --said-by)", "add --on DAY)"]


def test_a_count_of_a_later_day_was_not_disclosed_yet() -> None:
    (line,) = refused(instance(FACT), attrs.evolve(SAID, on=date(2026, 6, 29)))

    assert "E_DATE: f.xml line 4" in line


def test_a_tag_that_is_passed_over_troubles_nobody() -> None:
    data = instance(fact("twelve", concept="CommonStockSharesIssued"), FACT)
    assert "E_NUMBER" in refused(data)[0]

    said = attrs.evolve(SAID, ignored=("CommonStockSharesIssued",))
    assert claim(data, said).claim.startswith("outstanding-")
    assert "E_EMPTY" in refused(table(), attrs.evolve(SAID, ignored=("CommonStockSharesOutstanding",)))[0]


def test_figures_of_two_companies_are_not_mixed() -> None:
    second = CONTEXT.format(segment="", period=ON_A_DAY).replace('id="c"', 'id="d"').replace(">1<", ">002<")
    data = instance(second, FACT, fact("200", contextRef="d"))

    assert "figures of 2 entities" in refused(data)[0]
    assert claim(data, attrs.evolve(SAID, entity="2")).figure.value.value == 200


def test_a_document_type_is_refused_before_any_entity_of_it_is_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(NotUnderstood, match="declares a document type") as caught:
        proposed(b"\n" + bomb.encode() + instance(fact("&b;&c;")))

    assert (caught.value.code, caught.value.where) == ("E_XML", "f.xml line 2")


@pytest.mark.parametrize(
    ("name", "bound", "data"),
    [
        ("MAX_DEPTH", 20, instance("<p>" * 30, "</p>" * 30)),
        ("MAX_ELEMENTS", 20, instance("<p/>" * 30)),
        ("MAX_TAG_BYTES", 3_000_000, instance("<p a='" + "x" * 6_000_000 + "'/>")),
        ("MAX_WITHIN", 1, instance(fact(fact()))),
        ("MAX_CONTEXTS", 1, instance(CONTEXT.format(segment="", period=ON_A_DAY).replace('"c"', '"d"'), FACT)),
        ("MAX_FIGURES", 2, instance(FACT, FACT, FACT)),
    ],
)
def test_bounds_hold_and_what_is_within_them_is_read(
    name: str, bound: int, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    document.read(data, "f.xml")
    monkeypatch.setattr(document, name, bound)
    with pytest.raises(NotUnderstood) as caught:
        document.read(data, "f.xml")

    assert caught.value.code == "E_LIMIT"


def test_a_table_has_a_bound_of_figures_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_FIGURES", 0)
    with pytest.raises(NotUnderstood, match="too many figures"):
        tables.read(table(), "f.json")


def test_a_file_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xbrl, "MAX_FILE_BYTES", 10)
    with pytest.raises(NotUnderstood, match="longer than 10 bytes"):
        proposed(instance(FACT))


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf \n", b"<p>", b"nothing", b'<?xml version="1.0" encoding="x"?><p/>']
)
def test_what_is_no_filing_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(NotUnderstood) as caught:
        proposed(data)

    assert caught.value.code in ("E_FILE", "E_XML")


@given(some.integers(0, 3_000), some.binary(max_size=4))
def test_a_damaged_filing_is_read_or_refused_and_nothing_else(at: int, put: bytes) -> None:
    data = (make_xbrl.EXAMPLES / "acme-20260630.htm").read_bytes()
    damaged = data[:at] + put + data[at + len(put) :]
    said = xbrl.Instructions(classes=make_xbrl.CLASSES, on=FILED, said_by="Acme")
    with suppress(LedgerError):
        assert all(isinstance(event, ClaimDisclosed) for event in proposed(damaged, said).events)
