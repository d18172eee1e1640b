"""The verb that draws: what it writes, and what it refuses before anything is written."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from projections import of_holder
from registrar.charts import commitment_chart, ownership_chart, rollforward_chart
from registrar.cli import main, output
from registrar.founding_case import AGREEMENT, BOONE, COMMON
from tests.golden import make_pictures, make_tables

OWNERSHIP = ("chart", "ownership", COMMON, "--after", "2017-02-08", "--through", "2017-07-31")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "founding.db"
    make_tables.founding_case(path)
    return str(path)


def run(*args: str, file: str) -> Result:
    return CliRunner().invoke(main, list(args), env={"CAPTABLE_FILE": file})


def written(path: Path, *args: str, file: str) -> bytes:
    result = run(*args, "-O", str(path), file=file)
    assert (result.exit_code, result.output) == (0, "")
    return path.read_bytes()


def test_a_file_is_what_the_library_draws_in_the_format_of_its_name(file: str, tmp_path: Path) -> None:
    with Ledger.open(file) as ledger:
        ownership = ownership_chart(ledger, COMMON, after="2017-02-08", through="2017-07-31")
        commitment = commitment_chart(ledger, AGREEMENT, through="2018-01-31")
        waterfall = rollforward_chart(ledger, of_holder(BOONE, COMMON), after="2017-05-04", through="2017-06-01")

    assert written(tmp_path / "o.svg", *OWNERSHIP, file=file) == ownership.to_svg().encode()
    assert written(tmp_path / "o.PNG", *OWNERSHIP, file=file) == ownership.to_png()
    money = ("chart", "commitment", AGREEMENT, "--through", "2018-01-31")
    assert written(tmp_path / "c.json", *money, file=file) == commitment.to_json().encode()
    bars = ("chart", "rollforward", BOONE, COMMON, "--after", "2017-05-04", "--through", "2017-06-01")
    assert written(tmp_path / "r", *bars, "-o", "svg", file=file) == waterfall.to_svg().encode()


def test_percent_and_the_largest_are_asked_for(tmp_path: Path) -> None:
    file = str(tmp_path / "invented.db")
    with Ledger.open(file, create=True) as ledger:
        ledger.record(*(entry.event for entry in make_pictures.invented().entries()))
    asked = ("chart", "ownership", "common", "--through", "2025-06-30", "--percent", "--largest", "2", "-o", "json")
    spec = json.loads(run(*asked, file=file).stdout)

    assert spec["usermeta"]["in"] == "percent"
    areas = {row["of"] for row in spec["data"]["values"]}
    assert areas == {"holder ines", "holder harborview", "others", "not certain"}


def test_what_was_known_then_is_drawn(file: str) -> None:
    spec = json.loads(run(*OWNERSHIP, "--known-at", "2017-05-10", "-o", "json", file=file).stdout)

    assert {row["shares_high"] for row in spec["data"]["values"]} == {"200000000"}
    assert spec["usermeta"]["known"] < 18


def test_without_a_file_the_picture_is_printed_where_no_terminal_is(file: str) -> None:
    assert run(*OWNERSHIP, file=file).stdout.startswith("<svg ")
    assert run(*OWNERSHIP, "-o", "png", file=file).stdout_bytes.startswith(b"\x89PNG")


def test_before_anything_was_recorded_there_is_no_picture(file: str, tmp_path: Path) -> None:
    picture = tmp_path / "o.svg"
    result = run(*OWNERSHIP, "--known-at", "2017-01-01", "-O", str(picture), file=file)

    assert result.exit_code == 0
    assert result.stderr.startswith("Nothing had been recorded by 2017-01-02")
    assert not picture.exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("chart", "pie", "common"), "E_USAGE: Invalid value for 'KIND': 'pie' is not one of"),
        (("chart", "ownership"), "E_USAGE: Missing argument 'NAMES...'"),
        (("chart", "ownership", "comon", "--through", "2017-06-20"), "E_UNKNOWN: no stock class 'comon'"),
        (("chart", "ownership", "common", "boone"), "E_USAGE: ownership takes one name, and got 2"),
        (("chart", "ownership", "common", "--largest", "8"), "E_LIMIT: 8 holders cannot be told apart by colour"),
        (
            ("chart", "ownership", "common", "--percent", "--through", "2017-06-20"),
            "E_FIGURE: percentages of common",
        ),
        (("chart", "ownership", "common", "--through", "20.6.2017"), "E_DATE: --through: day '20.6.2017'"),
        (
            ("chart", "ownership", "common", "--after", "2017-06-21", "--through", "2017-06-20"),
            "E_DATE: 2017-06-20 is",
        ),
        (
            ("chart", "ownership", "common", "--basis", "2017-01-01", "--through", "2017-06-20"),
            "E_BASIS: basis 2017",
        ),
        (("chart", "commitment", AGREEMENT, "--percent"), "E_USAGE: --percent and --largest are for ownership"),
        (("chart", "commitment", AGREEMENT, "--basis", "2018-01-01"), "E_USAGE: --basis is for shares"),
        (("chart", "rollforward", "common", "outstanding"), "E_USAGE: Missing option '--after'"),
        (("chart", "rollforward", "common", "authorised", "--after", "2017-01-01"), "E_FIGURE"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_one_line_and_leaves_no_file(
    args: tuple[str, ...], told: str, file: str, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.svg"
    result = run(*args, "-O", str(picture), file=file)

    assert result.exit_code in (2, 3)
    assert result.stderr.startswith(f"error: {told}"), result.stderr
    assert result.stderr.count("\n") == 1
    assert not picture.exists()


def test_a_name_that_says_no_format_and_a_ledger_are_not_written(file: str, tmp_path: Path) -> None:
    unknown = run(*OWNERSHIP, "-O", str(tmp_path / "o.gif"), file=file)
    ledger = run(*OWNERSHIP, "-O", file, "-o", "svg", file=file)

    assert "says no format (end it in one of .svg, .png, .json, or add -o)" in unknown.stderr
    assert ledger.stderr.startswith("error: E_FILE: ")
    assert "it is a ledger, and is not written over" in ledger.stderr


def test_a_picture_is_nothing_for_a_terminal(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    class Sys:
        stdout = Terminal()

    monkeypatch.setattr(output, "sys", Sys)
    result = run(*OWNERSHIP, file=file)

    assert result.stderr == "error: E_USAGE: a picture is nothing for a terminal (name a file: -O picture.svg)\n"


def test_without_the_library_the_line_names_the_extra(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    result = run(*OWNERSHIP, "-o", "svg", file=file)

    assert result.exit_code == 2
    assert result.stderr == (
        "error: E_EXTRA: vl_convert is needed to draw a picture, and is not installed"
        " (pip install 'captable-ledger[charts]')\n"
    )
    assert run(*OWNERSHIP, "-o", "json", file=file).exit_code == 0
