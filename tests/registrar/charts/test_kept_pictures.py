"""The pictures of the documents, and specs of each kind: compared with the files that people have looked at."""

import pytest

from registrar.charts import Chart
from tests.golden import make_pictures

SPECS = {path.stem: path.read_text(encoding="utf-8") for path in make_pictures.SPECS.glob("*.json")}
PICTURES = {path.stem: path.read_text(encoding="utf-8") for path in make_pictures.FOLDER.glob("*.svg")}


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    return dict(make_pictures.charts())


def test_there_is_a_file_for_every_picture(charts: dict[str, Chart]) -> None:
    why = "python -m tests.golden.make_pictures keeps them; look at what changed"
    assert sorted(charts) == sorted(PICTURES), why
    assert sorted(SPECS) == sorted(make_pictures.WITH_SPEC), why


@pytest.mark.parametrize("name", sorted(SPECS))
def test_a_spec_is_as_it_was_kept(name: str, charts: dict[str, Chart]) -> None:
    assert charts[name].to_json() == SPECS[name]


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_is_drawn_as_it_was_kept(name: str, charts: dict[str, Chart]) -> None:
    assert charts[name].to_svg() == PICTURES[name]
