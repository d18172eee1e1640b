"""What holds of every picture: nothing is fetched, the bytes are the same, it says what it shows."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import HolderKind, NothingRecorded
from ledger.errors import LibraryMissing
from registrar.charts import Chart, ownership_chart
from registrar.charts.chart import DRAWN_BY, MIME_TYPE, SCHEMA
from registrar.charts.drawing import HEIGHT, NOT_RECORDED, OTHERS, PALETTE, Axis, Name, clipped, names_beside
from tests.builders import common_issued, company, holder_registered
from tests.golden import make_pictures

CHARTS = dict(make_pictures.charts())


def chart() -> Chart:
    """Return a picture of one holder."""
    ledger = company()
    ledger.record(common_issued(issued=600))
    return ownership_chart(ledger, "common", through="2026-12-31")


def parts(spec: Any) -> Iterator[tuple[str, Any]]:
    """Yield every key of a spec with what stands under it, however deep."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            yield key, value
            yield from parts(value)
    elif isinstance(spec, list):
        for each in spec:
            yield from parts(each)


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_a_spec_names_no_address_but_that_of_its_schema(name: str) -> None:
    spec = CHARTS[name].spec

    assert spec.pop("$schema") == SCHEMA
    assert "://" not in json.dumps(spec)
    assert {"url", "href", "loader"}.isdisjoint(key for key, _ in parts(spec))


def test_data_that_would_have_to_be_fetched_are_not_fetched() -> None:
    spec = chart().spec
    spec["data"] = {"url": "http://127.0.0.1:9/rows.json"}
    text = json.dumps(spec)

    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        attrs.evolve(chart(), text=text).to_svg()


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_the_keys_of_a_spec_are_in_order(name: str) -> None:
    text = CHARTS[name].to_json()

    assert text.endswith("}\n")
    assert json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, indent=1) + "\n" == text


def test_a_spec_that_somebody_changes_is_their_own() -> None:
    picture = chart()
    picture.spec["title"]["text"] = "Mine"

    assert picture.spec["title"]["text"] == "Common Stock by holder"


ONE = "from tests.registrar.charts.test_chart import one; import sys; sys.stdout.write(one())"


def one() -> str:
    """Return a picture of the founding case."""
    return dict(make_pictures.charts())["founding-ownership"].to_svg()


def test_a_picture_has_the_same_bytes_wherever_and_whenever_it_is_drawn() -> None:
    """In another zone, language and order of hashing, and after other pictures."""
    elsewhere = {**os.environ, "TZ": "Pacific/Auckland", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "7"}
    elsewhere["PYTHONPATH"] = os.getcwd()
    drawn = subprocess.run(
        [sys.executable, "-c", ONE], env=elsewhere, capture_output=True, check=True, encoding="utf-8"
    )
    before = one()
    CHARTS["commitment"].to_svg()

    assert drawn.stdout == before == one()


# --- for who does not see it, and for who has other eyes ----------------------------------------------------


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_a_picture_says_what_it_shows(name: str) -> None:
    picture = CHARTS[name]
    root = ElementTree.fromstring(picture.to_svg())
    space = "{http://www.w3.org/2000/svg}"

    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{space}title") == picture.title
    assert root.findtext(f"{space}desc") == picture.description == picture.spec["description"]
    assert "at the close of" in picture.description.lower() or "closing" in picture.description


def test_the_description_has_the_figures_and_what_was_known() -> None:
    picture = chart()

    assert picture.description == (
        "Common Stock by holder: Acme Solar, Inc., common, from the close of 2026-01-01 to the close of 2026-12-31."
        " Stacked areas, which change on the day of a fact; in shares. At the close of 2026-12-31: Ada Quill: 600"
        " (100.00 %). Known from all 7 entries, the last recorded 2026-01-01 12:01:00 UTC."
        f" Record {picture.spec['usermeta']['record_digest'][:16]}…"
    )


def as_seen(colour: str, kind: str) -> tuple[float, float, float]:
    """Return a colour as somebody sees it; the matrices are those of Viénot, Brettel and Mollon (1999)."""
    linear = [
        (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for part in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    ]
    red, green, blue = linear
    if kind == "protanopia":
        red = green = 0.11238 * red + 0.88762 * green
    elif kind == "deuteranopia":
        red = green = 0.29275 * red + 0.70725 * green
    return red, green, blue


@pytest.mark.parametrize("kind", ["trichromacy", "protanopia", "deuteranopia"])
def test_neighbouring_colours_stay_apart_for_colour_blind_readers(kind: str) -> None:
    """A tenth of the range in linear light is a difference that nobody overlooks in an area."""
    for one_colour, other in (*pairwise(PALETTE), (PALETTE[-1], OTHERS), (OTHERS, NOT_RECORDED)):
        apart = max(abs(a - b) for a, b in zip(as_seen(one_colour, kind), as_seen(other, kind), strict=True))
        assert apart > 0.1, (one_colour, other)


# --- in a notebook, and without the library -----------------------------------------------------------------


def test_a_notebook_gets_the_spec_and_a_picture() -> None:
    picture = chart()
    bundle = picture._repr_mimebundle_()

    assert bundle == {
        MIME_TYPE: picture.spec,
        "image/svg+xml": picture.to_svg(),
        "text/plain": picture.description,
    }
    assert MIME_TYPE == "application/vnd.vegalite.v5+json"
    assert SCHEMA.endswith(f"/v{DRAWN_BY}.0.json")
    assert repr(picture) == "<Chart ownership: Common Stock by holder>"


def test_without_the_library_a_notebook_still_gets_the_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    picture = chart()

    assert set(picture._repr_mimebundle_()) == {MIME_TYPE, "text/plain"}
    for draw in (picture.to_svg, picture.to_png):
        with pytest.raises(LibraryMissing) as missing:
            draw()
        assert missing.value.line() == (
            "error: E_EXTRA: vl_convert is needed to draw a picture, and is not installed"
            " (pip install 'captable-ledger[charts]')"
        )


def test_the_library_is_imported_when_something_is_drawn_and_not_before() -> None:
    program = (
        "import sys\n"
        "from tests.registrar.charts.test_chart import CHARTS\n"
        "assert 'vl_convert' not in sys.modules\n"
        "CHARTS['rollforward'].to_svg()\n"
        "assert 'vl_convert' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": os.getcwd()}, check=True)


def test_a_png_is_twice_as_wide_as_the_picture_unless_it_is_asked_otherwise() -> None:
    picture = chart()
    spec = picture.spec
    wide = spec["width"] + spec["padding"]["left"] + spec["padding"]["right"]

    assert [width_of_png(picture.to_png()), width_of_png(picture.to_png(scale=1))] == [2 * wide, wide]


def width_of_png(data: bytes) -> int:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(data[16:20], "big")


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        'A & B "Ltd"',
        "]]>",
        "{{datum.x}}",
        "datum.x",
        "日光投資事業有限責任組合",
        "\u05d0\u05d1\u05d2",
    ],
)
def test_a_name_is_text_whatever_it_looks_like(name: str) -> None:
    ledger = company()
    ledger.record(
        holder_registered(holder="odd", holder_kind=HolderKind.ORGANISATION, legal_name=name),
        common_issued(holder="odd"),
    )
    svg = ownership_chart(ledger, "common", through="2026-12-31").to_svg()
    root = ElementTree.fromstring(svg)

    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert name in texts
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_a_long_name_gives_way_beside_the_plot_and_stays_whole_in_the_data() -> None:
    long = "Gesellschaft zur Verwaltung von Beteiligungen an jungen Unternehmen mbH & Co. KG"
    ledger = company()
    ledger.record(
        holder_registered(holder="long", holder_kind=HolderKind.ORGANISATION, legal_name=long),
        common_issued(holder="long"),
    )
    spec = ownership_chart(ledger, "common", through="2026-12-31").spec

    assert clipped(long) == "Gesellschaft zur Verwaltung von Bet…"
    assert any(value == clipped(long) for _, value in parts(spec))
    assert {row["holder"] for row in spec["data"]["values"]} == {long}


@given(st.lists(st.fractions(0, HEIGHT), max_size=10))
def test_names_stand_apart_in_the_order_of_what_they_name(heights: list[Fraction]) -> None:
    names = [Name(f"{at}", "1", PALETTE[0], at) for at in heights]
    rows = names_beside(names)["data"]["values"]

    in_order = sorted(rows, key=lambda row: row["place"])
    assert [row["at"] for row in in_order] == sorted(row["at"] for row in rows)
    assert all(below["place"] - above["place"] >= 29.99 for above, below in pairwise(in_order))
    assert all(0 <= row["place"] <= HEIGHT - 13 for row in rows)


@given(
    st.lists(
        st.one_of(st.integers(-(10**29), 10**29).map(Fraction), st.fractions(-5, 5, max_denominator=999)),
        max_size=8,
    )
)
def test_every_value_has_its_place_on_the_axis(values: list[Fraction]) -> None:
    axis = Axis.over(values)

    assert all(0 <= axis.part(value) <= 1 for value in (*values, Fraction(0)))
    assert 1 <= len(axis.ticks) <= 7
    assert list(axis.ticks) == sorted(set(axis.ticks))
    assert Fraction(0) in axis.ticks
    assert axis.ticks[0] >= axis.low
    assert axis.ticks[-1] <= axis.high


@pytest.mark.parametrize(
    ("most", "words"),
    [
        (9_999_999, ""),
        (10**7, "million "),
        (10**10 - 1, "million "),
        (10**10, "billion "),
        (10**13, "trillion "),
    ],
)
def test_large_numbers_are_counted_in_larger_units(most: int, words: str) -> None:
    assert Axis.over([Fraction(most)]).unit_words == words


def test_what_was_never_recorded_is_no_picture() -> None:
    with pytest.raises(NothingRecorded):
        ownership_chart(company(), "common", through="2026-12-31", known_at="2020-01-01")
