"""The runner of console blocks would notice: each way in which a page can be wrong is shown to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console import Console, Line, blocks, followed, is_followed, lines
from tests.pages import compared, renewed, runner

PAGE = """# A page

```console
# 2025-01-07
$ captable init lumen.db
lumen.db is an empty ledger; begin it by captable register, import or record
```

Then:

```console
$ captable show \\
>   -f nowhere.db
error: E_STORE: nowhere.db: there is no ledger
$ echo $?
5
```
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    written = tmp_path / "page.md"
    written.write_text(renewed_as(PAGE, tmp_path / "first.md"))
    return written


def renewed_as(text: str, path: Path) -> str:
    path.write_text(text)
    return renewed(path)


def test_a_line_has_its_command_and_its_output() -> None:
    first, second = blocks(PAGE)

    assert lines(first) == [
        Line("# 2025-01-07\n", "# 2025-01-07", ""),
        Line(
            "$ captable init lumen.db\n",
            "captable init lumen.db",
            "lumen.db is an empty ledger; begin it by captable register, import or record\n",
        ),
    ]
    assert lines(second)[0].command.split() == ["captable", "show", "-f", "nowhere.db"]
    assert lines(second)[1].printed == "5\n"


def test_a_block_cannot_begin_with_output() -> None:
    with pytest.raises(ValueError, match="begins with output: lumen"):
        lines("lumen.db is an empty ledger\n$ captable --help\n")


def test_a_page_is_followed_once_it_shows_what_is_printed() -> None:
    assert is_followed(PAGE)
    assert not is_followed("```console\n$ captable init acme.db\n$ captable show -f acme.db\n```\n")


def differences(page: Path) -> str:
    """Return what is otherwise on a page than in the program, block by block."""
    examples = runner().parse(page).examples()
    return "\n".join(filter(None, (compared(example) for example in examples)))


def test_a_page_that_is_right_passes_and_is_renewed_to_itself(page: Path) -> None:
    assert differences(page) == ""
    assert renewed(page) == page.read_text()
    assert "error: E_" in page.read_text()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("empty ledger", "full ledger"),  # another word
        ("import or record\n", "import or record\nand more\n"),  # a line too many
        ("lumen.db is an empty ledger; begin it by captable register, import or record\n", ""),  # a line too few
        ("\n5\n", "\n0\n"),  # another status
    ],
)
def test_a_page_that_differs_is_found_and_mended(page: Path, right: str, wrong: str) -> None:
    text = page.read_text()
    assert right in text
    page.write_text(text.replace(right, wrong))

    assert "the page (-) and the program (+) differ" in differences(page)
    assert renewed(page) == text


def test_what_fails_has_to_be_said(page: Path) -> None:
    with pytest.raises(ValueError, match=r"no echo .* follows the last line, which failed with 5: error: E_FILE"):
        followed(Console(), "$ captable show -f nowhere.db\n")
    with pytest.raises(ValueError, match=r"no echo .* follows a line that failed with 2: error: E_USAGE"):
        followed(Console(), "$ captable shwo\n$ captable --version\n")


def test_nothing_but_the_program_is_run(page: Path) -> None:
    with pytest.raises(ValueError, match="only captable, python, export and echo"):
        followed(Console(), "$ rm -r lumen.db\n")


def test_what_is_recorded_is_recorded_on_the_day_that_the_page_says(page: Path) -> None:
    (page.parent / "events.jsonl").write_text(
        '{"kind":"issuer-registered","effective_on":"2025-01-01","issuer":"lumen","legal_name":"Lumen Inc.",'
        '"jurisdiction":"US-DE","time_zone":"UTC"}\n'
    )
    console = Console()

    followed(console, "# 2025-03-04\n$ captable init lumen.db\n$ captable record lumen.db events.jsonl\n")

    assert "2025-03-04 15:02" in followed(console, "$ captable log -f lumen.db\n")


def test_a_script_prints_what_it_prints(page: Path) -> None:
    (page.parent / "hello.py").write_text('print("hello")\n')

    assert followed(Console(), "$ python hello.py\n") == "$ python hello.py\nhello\n"


def test_files_that_a_page_links_to_are_in_its_folder(page: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "events.jsonl").write_text("")
    page.write_text("Take [the events](elsewhere/events.jsonl), and read [the page](page.md).")

    Console().fetch(page)

    assert (tmp_path / "events.jsonl").exists()


def test_every_block_of_a_followed_page_is_found(page: Path) -> None:
    assert len(list(runner().parse(page).examples())) == len(blocks(PAGE)) == 2
