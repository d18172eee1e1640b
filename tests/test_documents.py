"""The code is the list, the page is the prose: what has a name has its heading, and every link leads somewhere."""

import ast
import importlib
import inspect
import json
import pkgutil
import re
import runpy
import shlex
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, get_args, get_type_hints
from zipfile import ZipFile

import attrs
import click
import pytest
from click.testing import CliRunner

import ledger
import projections
import registrar
from ledger import Ledger, errors, rules
from ledger.codec import from_plain
from ledger.errors import LedgerError, RuleBroken
from ledger.events import EVENTS, Event, Fact
from ledger.exchange import refused
from registrar import charts
from registrar.cli import FOUND, INTERRUPTED, PIPE_CLOSED, main
from registrar.render import FORMATS
from tests import console
from tests.golden import make_examples, make_pages

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def without_code(text: str) -> str:
    """Return a page without its fenced blocks, in which a # is a comment and a bracket is Python."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def sections(page: Path) -> dict[str, str]:
    """Return the text below each heading, up to the next heading of any level."""
    parts = re.split(r"^#+ +(.+)$", re.sub(r"^#(?= )(?=.*\n```)", "", text_of(page)), flags=re.MULTILINE)
    return {heading.strip().strip("`"): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def slug(heading: str) -> str:
    """Return the anchor that a git host makes of a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().strip("`").lower())
    return kept.replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ +(.+)$", without_code(text_of(page)), re.MULTILINE)}


# --- the reference is complete ------------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.KIND)
def test_every_event_has_its_heading_and_names_each_of_its_fields(event: type[Event]) -> None:
    page = sections(REFERENCE / "events.md")
    common = {field.name for field in attrs.fields(Fact)}

    body = page[event.KIND]

    assert f"`{event.__name__}`" in body
    for field in attrs.fields(event):
        if field.name not in common:
            row = re.search(rf"^\| `{field.name}` \| [^|]+ \| ([^|]+) \|", body, re.MULTILINE)
            assert row is not None, f"{event.KIND} does not explain {field.name}"
            assert (row[1] == "required") == (field.default is attrs.NOTHING), field.name


def test_the_fields_that_every_event_has_are_explained_once() -> None:
    body = sections(REFERENCE / "events.md")["Fields of every event"]

    assert set(re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)) == {field.name for field in attrs.fields(Fact)}


def parts_of_events() -> set[type]:
    """Return every attrs class that stands in a field of an event."""
    found: set[type] = set()
    waiting: list[Any] = list(EVENTS)
    while waiting:
        kind = waiting.pop()
        if get_args(kind):
            waiting += get_args(kind)
        elif isinstance(kind, type) and attrs.has(kind) and kind not in found:
            found.add(kind)
            waiting += get_type_hints(kind).values()
    return {part for part in found if not issubclass(part, Event)}


@pytest.mark.parametrize("part", sorted(parts_of_events(), key=str), ids=lambda part: part.__name__)
def test_every_part_of_an_event_has_its_heading_and_names_each_of_its_fields(part: type) -> None:
    body = sections(REFERENCE / "events.md")[part.__name__]

    assert [field.name for field in attrs.fields(part)] == re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)


def test_the_parts_of_events_were_found() -> None:
    assert {part.__name__ for part in parts_of_events()} >= {"Evidence", "Tranche", "Condition", "ResultingTerms"}


def every_error() -> list[type[LedgerError]]:
    """Return every class of error, the branches included."""
    classes = [each for each in (*vars(errors).values(), *vars(refused).values()) if isinstance(each, type)]
    return [each for each in dict.fromkeys(classes) if issubclass(each, LedgerError)]


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__name__)
def test_every_error_has_its_heading_with_its_code_rule_fields_and_exit_status(error: type[LedgerError]) -> None:
    body = sections(REFERENCE / "errors.md")[error.__name__]

    assert "**Cause.**" in body
    assert "**Next step.**" in body
    if error is not RuleBroken:
        assert f"`{error.CODE}`" in body
    if isinstance(error.EXIT, int):
        assert f"Exit status {error.EXIT}." in body
    if issubclass(error, RuleBroken) and error.RULE:
        assert f"rule `{error.RULE}`" in body
    if attrs.has(error):
        assert ", ".join(f"`{field.name}`" for field in attrs.fields(error)) in body


def codes_in(source: str) -> set[str]:
    """Return every code that a text in a program holds."""
    return {
        code
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for code in re.findall(r"\bE(?:_[A-Z]+)+\b", node.value)
    }


def every_code() -> set[str]:
    sources = [path for name in ("ledger", "projections", "registrar") for path in (ROOT / name).rglob("*.py")]
    return {code for path in sources for code in codes_in(text_of(path))}


def test_every_code_has_its_heading_and_every_such_heading_its_code() -> None:
    headings = {heading for heading in sections(REFERENCE / "errors.md") if heading.startswith("E_")}

    assert headings == every_code()


def every_rule() -> list[str]:
    """Return the rules by name: those in the tuples of the module, and the limits, which give a breach."""
    listed = [rule.__name__ for rule in (*rules.COMMAND_RULES, *rules.FACT_RULES)]
    limits = [
        name
        for name, function in vars(rules).items()
        if inspect.isfunction(function)
        and inspect.get_annotations(function).get("return") == "Breach | None"
        and next(iter(inspect.signature(function).parameters)) == "book"
    ]
    return [*listed, *limits]


def test_every_rule_has_its_heading_in_order_of_precedence() -> None:
    headings = [heading for heading in sections(REFERENCE / "rules.md") if "_" in heading]

    assert headings == every_rule()


def test_both_limits_are_among_the_rules() -> None:
    assert every_rule()[-2:] == ["not_below_zero", "within_authorized"]


def every_verb() -> dict[str, Any]:
    context = click.Context(main)
    return {name: main.get_command(context, name) for name in main.list_commands(context)}


def test_every_verb_has_its_heading_with_each_of_its_options() -> None:
    page = sections(REFERENCE / "command-line.md")
    everywhere = page["Options that mean the same everywhere"]

    for verb, command in every_verb().items():
        assert verb in page, f"{verb} has no heading"
        for parameter in command.params:
            names = [name for name in parameter.opts if name.startswith("--")] or (
                parameter.metavar or parameter.name.upper()
            ).split()
            told = [name.strip("[]|") for name in names if name != "|"]
            assert any(f"`{name}" in page[verb] + everywhere for name in told), f"{verb} does not explain {told}"


def rows_below(text: str, heading: str) -> dict[str, str]:
    """Return the rows of the table with this heading, first cell and second."""
    table = text.partition(heading)[2].partition("\n\n")[0]
    return {row[0].strip(): row[1].strip() for row in re.findall(r"^\| ([^|]+) \| (.+) \|$", table, re.MULTILINE)}


def test_every_verb_stands_with_the_functions_of_the_library_that_it_calls() -> None:
    rows = rows_below(text_of(REFERENCE / "command-line.md"), "| verb | library |\n")
    linked = {match[1]: row for name, row in rows.items() if (match := re.fullmatch(r"\[([\w-]+)\]\(#\1\)", name))}

    assert list(linked) == list(every_verb())
    for verb, row in linked.items():
        names = re.findall(r"`([\w.]+)", row)
        assert names, verb
        parts = [name.split(".") for name in names]  # a function of a module, or a method of a class
        assert all({".".join(each[-2:]), each[-1]} & every_name() for each in parts), verb


def test_every_exit_status_is_explained() -> None:
    rows = rows_below(text_of(REFERENCE / "command-line.md"), "| exit status | means |\n")
    used = {error.EXIT for error in every_error() if isinstance(error.EXIT, int)}

    assert {int(status) for status in rows if status.isdigit()} == used | {0, FOUND, INTERRUPTED, PIPE_CLOSED}


def test_every_format_of_an_answer_is_explained() -> None:
    headings = " ".join(sections(REFERENCE / "formats.md")).lower()
    words = {
        "table": "",
        "csv": "csv",
        "json": "json",
        "md": "markdown",
        "html": "html",
        "xlsx": "excel",
        "pdf": "pdf",
    }
    option = rows_below(text_of(REFERENCE / "command-line.md"), "| option | means |\n")["`--output FORMAT`, `-o`"]

    assert [form for form, word in words.items() if word not in headings] == []
    assert set(re.findall(r"`(\w+)`", option)) == set(FORMATS)


def test_every_setting_of_the_environment_is_explained() -> None:
    rows = rows_below(text_of(REFERENCE / "command-line.md"), "| environment variable | means |\n")
    sources = [text_of(path) for path in (ROOT / "registrar").rglob("*.py")]
    read = {name for source in sources for name in re.findall(r"""["'](CAPTABLE_[A-Z]+)["']""", source)}

    assert {name.strip("`") for name in rows} == read | {"COLUMNS"}


def test_every_picture_is_drawn_on_its_page() -> None:
    page = text_of(DOCS / "how-to" / "draw-pictures.md")
    kinds = next(parameter for parameter in every_verb()["chart"].params if parameter.name == "kind").type.choices

    assert len(kinds) == 3
    assert [kind for kind in kinds if f"$ captable chart {kind} " not in page] == []
    assert [name for name in charts.__all__ if name not in page] == []
    for picture in re.findall(r"\]\((\.\./pictures/[\w.-]+)\)", page):
        assert (DOCS / "how-to" / picture).exists()


def console_lines() -> list[tuple[str, str]]:
    """Return every call of the command line that a page shows, with the page."""
    return [
        (named(page), call[1])
        for page in PAGES
        for block in console.blocks(text_of(page))
        for line in console.lines(block)
        if (call := re.fullmatch(r"(?:captable|\./run|\.venv/bin/captable) (.+)", line.command))
    ]


@pytest.mark.parametrize(("page", "line"), console_lines())
def test_every_call_that_a_page_shows_is_one_that_the_command_line_takes(page: str, line: str) -> None:
    verb, *arguments = shlex.split(line)
    command = every_verb()[verb]

    command.make_context(verb, arguments)  # refuses what it does not know, and misses what it needs


def test_the_calls_of_the_readme_can_be_followed_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    answers = {}
    for page, line in console_lines():
        if page == "README.md":
            result = CliRunner().invoke(main, shlex.split(line))
            assert result.exit_code == 0, result.output
            answers[line] = result.stdout

    assert len(answers) == 11
    assert answers["record lumen.db examples/events.jsonl"] == "recorded 12 entries (1 to 12) of lumen\n"
    assert "0 – 100,000" in answers["show -f lumen.db --as-of 2024-07-15"]
    assert "(0 or 100,000)" in answers["explain dune common -f lumen.db --as-of 2024-07-15"]
    assert "500,000 USD" in answers["commitments -f lumen.db --as-of 2024-12-31"]
    assert answers["load long.db examples/events.jsonl"] == answers["record lumen.db examples/events.jsonl"]
    assert "0 – 100,000" in answers["holdings -f long.db --as-of 2024-07-15"]
    assert not any("No entry" in answer or "Nothing" in answer for answer in answers.values())


def test_the_readme_calls_no_verb_that_run_keeps_for_itself() -> None:
    calls = re.findall(r"^\$ \./run (\S+)", text_of(ROOT / "README.md"), re.MULTILINE)

    assert calls
    assert set(calls) <= set(every_verb()) - {"test", "check"}


# --- examples -----------------------------------------------------------------------------------------------


def stated_events() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the lines of JSON on the page of events, each with the heading it stands under."""
    for heading, body in sections(REFERENCE / "events.md").items():
        for block in re.findall(r"^```json\n(.*?)^```$", body, re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                yield heading, json.loads(line)


def test_every_event_has_an_example_that_states_it() -> None:
    shown = {heading: from_plain(plain).KIND for heading, plain in stated_events()}

    assert shown == {event.KIND: event.KIND for event in EVENTS}


def test_the_examples_are_the_record_of_one_company() -> None:
    company = Ledger.in_memory()

    company.record(*(from_plain(plain) for _, plain in stated_events()))

    assert company.issuer == "harbor"


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_every_example_prints_what_its_docstring_shows(
    example: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(example), run_name="__main__")

    printed = capsys.readouterr().out
    told = ast.get_docstring(ast.parse(text_of(example))) or ""
    assert printed == told.partition("\n\n")[2] + "\n"


def contents(data: bytes, name: str) -> object:
    """Return what a file holds; of a package the parts, as how they are packed is no part of the matter."""
    if not name.endswith(".xlsx"):
        return data
    with ZipFile(BytesIO(data)) as package:
        return {part: package.read(part) for part in package.namelist()}


def test_the_files_of_the_walk_throughs_are_those_that_the_code_makes() -> None:
    made = dict(make_examples.files())

    assert len(made) == 5
    for path, data in made.items():
        assert contents(path.read_bytes(), path.name) == contents(data, path.name), named(path)


def shown_facts() -> Iterator[tuple[Path, dict[str, Any], list[dict[str, Any]]]]:
    """Yield each fact that a walk-through shows, with the facts of the files that it links to."""
    for page in sorted((DOCS / "how-to").glob("*.md")):
        files = [page.parent / link for link in re.findall(r"\]\(([^)#:]+\.jsonl)\)", text_of(page))]
        facts = [json.loads(line) for file in files for line in text_of(file).splitlines()]
        for block in re.findall(r"^```json\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE):
            if files:
                yield from ((page, json.loads(line), facts) for line in block.splitlines())


def test_a_fact_that_a_walk_through_shows_stands_in_its_files() -> None:
    facts = list(shown_facts())

    assert len(facts) > 3
    for page, fact, there in facts:
        assert any(fact.items() <= {key: each[key] for key in each if key in fact}.items() for each in there), (
            f"{named(page)} shows a fact that is in none of its files: {fact}"
        )


# --- the library --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", make_pages.pages_of_names(), ids=named)
def test_a_page_of_names_has_each_name_with_what_it_says_of_itself(page: Path) -> None:
    modules = [module for _, module in make_pages.parts_of(text_of(page)) if module is not None]

    assert modules
    assert all(make_pages.names_of(module) for module in modules)
    assert make_pages.with_names(text_of(page)) == text_of(page), "renew it: python -m tests.golden.make_pages"


def test_no_name_is_listed_without_a_word_about_it() -> None:
    rows = [row for page in make_pages.pages_of_names() for row in re.findall(r"^\| `.*$", text_of(page), re.M)]

    assert len(rows) > 100
    assert [row for row in rows if "| ? |" in row] == []


def test_every_module_of_names_is_in_the_list_of_modules() -> None:
    listed = re.findall(r"^\| \[([\w.]+)\]\(([\w-]+\.md)\)", text_of(REFERENCE / "api" / "README.md"), re.MULTILINE)

    assert {REFERENCE / "api" / page for _, page in listed} == set(make_pages.pages_of_names())
    for module, page in listed:
        assert text_of(REFERENCE / "api" / page).startswith(f"# {module}\n")


# --- pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text_of(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_has_two_headings_of_one_name(page: Path) -> None:
    headings = re.findall(r"^#+ +(.+)$", without_code(text_of(page)), re.MULTILINE)

    assert [heading for heading in dict.fromkeys(headings) if headings.count(heading) > 1] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_page_begins_with_one_title_and_is_reached_from_the_index(page: Path) -> None:
    titles = re.findall(r"^# .+$", without_code(text_of(page)), re.MULTILINE)
    assert len(titles) == 1
    assert text_of(page).startswith(titles[0])
    if page.is_relative_to(DOCS) and page != DOCS / "index.md":
        assert any(
            (index.parent / target).resolve() == page
            for index in (DOCS / "index.md", page.parent / "README.md")
            if index.exists()
            for target in re.findall(r"\]\(([^)#\s]+)", text_of(index))
        )


FOREIGN = re.compile(
    r"/(work|home|root|users|tmp)/|C:\\|\blocalhost\b|127\.0\.0\.1"  # a machine
    r"|pypi\.org|pythonhosted|artifactory|nexus|--index-url|--extra-index-url",  # a registry
    re.IGNORECASE,
)


@pytest.mark.parametrize("page", [*PAGES, *EXAMPLES, *sorted((ROOT / "changelog.d").glob("*.md"))], ids=named)
def test_no_page_holds_a_path_of_a_machine_or_a_registry(page: Path) -> None:
    assert FOREIGN.findall(text_of(page)) == []


def test_a_path_of_a_machine_would_be_found() -> None:
    assert FOREIGN.search("see /home/ana/project") is not None
    assert FOREIGN.search("pip install --index-url https://example.org") is not None


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_of_python_is_run_and_every_other_block_names_its_language(page: Path) -> None:
    fences = re.findall(r"^```(.*)$", text_of(page), re.MULTILINE)

    assert len(fences) % 2 == 0
    assert {opened for opened in fences[::2] if opened} <= {"python", "json", "console", "text", "toml", "sql"}


# --- glossary -----------------------------------------------------------------------------------------------


def every_name() -> set[str]:
    """Return the public classes and functions of the three packages, with the fields of classes."""
    found: set[str] = set()
    for package in (ledger, projections, registrar):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.endswith("__main__"):
                continue
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                if not name.startswith("_"):
                    found.add(name)
                    if isinstance(value, type):
                        found |= {f"{name}.{member}" for member in dir(value)}
                        if attrs.has(value):
                            found |= {f"{name}.{field.name}" for field in attrs.fields(value)}
    return found


def glossary() -> list[tuple[str, list[str]]]:
    """Return each word of the glossary with the names in the code that stand for it."""
    rows = re.findall(
        r"^\| (?!word|-)([^|]+) \| [^|]+ \| ([^|]+) \| [^|]+ \|$", text_of(DOCS / "glossary.md"), re.M
    )
    return [(word.strip(), re.findall(r"`([\w.]+)`", code)) for word, code in rows]


def test_every_class_of_the_glossary_exists() -> None:
    known = every_name()

    missing = {word: [name for name in names if name not in known] for word, names in glossary()}

    assert len(missing) > 50
    assert {word: names for word, names in missing.items() if names} == {}


def test_the_glossary_is_in_alphabetical_order_and_names_each_word_once() -> None:
    words = [word.lower() for word, _ in glossary()]

    assert words == sorted(set(words))


def test_every_event_is_in_the_glossary() -> None:
    named_there = {name for _, names in glossary() for name in names}

    assert {event.__name__ for event in EVENTS} <= named_there


def every_answer() -> set[str]:
    """Return the functions that answer a question about a ledger, and the classes of their answers, by name."""
    functions = [getattr(projections, name) for name in projections.__all__]
    asked = [each for each in functions if inspect.isfunction(each)]
    found = [each for each in asked if next(iter(inspect.signature(each).parameters)) == "ledger"]
    return {name for each in found for name in (each.__name__, str(each.__annotations__["return"]))}


def test_every_answer_is_in_the_glossary() -> None:
    named_there = {name for _, names in glossary() for name in names}

    assert len(every_answer()) > 20
    assert every_answer() - named_there == set()


# --- adding an event ----------------------------------------------------------------------------------------


def places_of(wanted: str, *apart_from: str) -> set[str]:
    """Return the files of the packages, pages and shared tests in which a pattern stands."""
    folders = [ROOT / name for name in ("ledger", "projections", "registrar", "docs", "tests/golden")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".md", ".json")]
    files.append(ROOT / "tests" / "builders.py")
    found = {named(path) for path in files if re.search(wanted, text_of(path), re.MULTILINE)}
    return found - {"docs/how-to/add-an-event.md", *apart_from}


def test_the_places_of_an_event_and_of_an_account_are_those_that_the_page_names() -> None:
    section = sections(DOCS / "how-to" / "add-an-event.md")["One that was added"]
    event, account = (set(block.split()) for block in re.findall(r"```text\n(.*?)```", section, re.DOTALL))
    uses = r"\bRestricted\(|import .*\bRestricted\b|^    Restricted,$"

    assert places_of(r"ProceedsReleased|proceeds_released|proceeds-released") == event
    beside = ("ledger/movements.py", "ledger/events/company.py", "projections/company.py", "docs/glossary.md")
    assert places_of(uses, *beside) == account


# --- decisions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("0*.md")), ids=named)
def test_every_decision_says_what_was_asked_chosen_and_what_would_change_it(page: Path) -> None:
    headings = re.findall(r"^## (.+)$", text_of(page), re.MULTILINE)

    assert headings == ["Question", "Options", "Choice", "What would change it"]
    assert re.match(r"# Decision \d{3}: .+", text_of(page))


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(page.name[:3]) for page in sorted((DOCS / "decisions").glob("0*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))
