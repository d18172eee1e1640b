"""The site: Sphinx makes it of the pages without a warning, and nothing on it comes from anywhere else."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

ASSETS = {"src", "srcset", "poster", "data", "action"}
"""Attributes that a browser fetches by itself; the ``href`` of a ``<link>`` is another one."""
ELSEWHERE = re.compile(
    r"""(?:url\(\s*["']?|@import\s+(?:url\()?["']?|\bfrom\s+["'])\s*(?:https?:)?//""", re.IGNORECASE
)
"""What makes a style sheet or a script fetch from another host; a link that a reader may click is none."""


class Page(HTMLParser):
    """What a page of HTML fetches, links to, and can be linked to by."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif name == "href" and value:
                (self.fetched if tag == "link" else self.links).append(value)
            elif name in ASSETS and value:
                self.fetched.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, made once."""
    made = tmp_path_factory.mktemp("site")
    trees, html = str(made / "trees"), str(made / "html")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-d", trees, str(DOCS), html]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.stderr + done.stdout == ""
    assert done.returncode == 0
    return made / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_page_becomes_one_of_the_site(site: Path, pages: dict[Path, Page]) -> None:
    written = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}

    assert written - {path.relative_to(site) for path in pages} == set()


def test_every_page_stands_in_the_menu(site: Path) -> None:
    menu = re.search(r'<div class="sidebar-tree">.*?</div>', (site / "index.html").read_text(), re.DOTALL)
    assert menu is not None
    listed = {(site / link.partition("#")[0]).resolve() for link in Page(menu[0]).links}

    for path in DOCS.rglob("*.md"):
        if path != DOCS / "index.md":
            page = site / path.relative_to(DOCS).with_suffix(".html")
            within = page.with_name("README.html")
            assert page.resolve() in listed or (within.exists() and within.resolve() in listed), path


def test_no_page_fetches_anything_from_another_host(site: Path, pages: dict[Path, Page]) -> None:
    assert any(page.fetched for page in pages.values())
    for path, page in pages.items():
        outside = [link for link in page.fetched if re.match(r"(?:[a-z][a-z0-9+.-]*:)?//", link)]
        assert outside == [], path
    for path in site.rglob("*"):
        if path.suffix in (".css", ".js", ".html", ".svg"):
            assert ELSEWHERE.findall(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize(
    "text",
    [
        "@import 'https://fonts.example/a.css'",
        'src: url("//cdn.example/a.woff2")',
        "import x from 'https://a.example/x.js'",
    ],
)
def test_what_comes_from_another_host_would_be_found(text: str) -> None:
    assert ELSEWHERE.search(text)
    assert Page('<link rel="stylesheet" href="https://cdn.example/a.css"><img src="//cdn.example/a.png">').fetched


def test_every_link_within_the_site_leads_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = unquote(link).partition("#")
            there = (path.parent / target).resolve() if target else path
            if not there.exists() or (anchor and there.suffix == ".html" and anchor not in pages[there].anchors):
                broken.append(f"{path.relative_to(site)}: {link}")

    assert broken == []


def test_the_library_is_described_with_its_parameters(site: Path) -> None:
    text = (site / "reference" / "api" / "projections.html").read_text(encoding="utf-8")

    assert 'id="projections.cap_table"' in text
    assert 'href="#projections.cap_table"' in text  # from the table of names
    assert "known_at" in text
