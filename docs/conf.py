"""Makes a site of the pages in this folder, without the network: ``python -m sphinx -W docs _site``.

The pages are written to be read as they stand, so nothing in them is meant for Sphinx alone. What a site needs
besides is added here while a page is read: the menu, which is the lists of links on an index page, and below the
table of names of a module what each of them says of itself.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from sphinx.application import Sphinx

project = "captable-ledger"
html_title = "captable-ledger"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
nitpicky = False

myst_heading_anchors = 4  # the anchors that a code host gives to headings

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
toc_object_entries = False  # the table of names leads to each of them
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # attributes are told once, where the class is

html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_permalinks_icon = "#"
pygments_style = "friendly"
pygments_dark_style = "native"

_INDEXES = ("index", "decisions/README", "reference/api/README")
_NAMES = "reference/api/"
_LINK = re.compile(r"^(?:- |\| *)\[[^\]]+\]\(([^)#:]+)\.md\)", re.MULTILINE)
_HEAD = "| name | what it is |\n"
_NAME = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def _menu(text: str) -> str:
    """Return an index page with a menu of each of its lists of pages, under its heading."""
    listed: set[str] = set()
    menus = []
    for section in re.split(r"^## +", text, flags=re.MULTILINE):
        heading = section.partition("\n")[0]
        pages = [page for page in _LINK.findall(section) if page not in listed and not page.startswith("../")]
        listed.update(pages)
        if pages:
            caption = f":caption: {heading}\n" if not heading.startswith("# ") else ""
            menus.append("```{toctree}\n:hidden:\n" + caption + "\n" + "\n".join(pages) + "\n```\n")
    return text + "\n" + "\n".join(menus)


def _described(text: str) -> str:
    """Return a page that lists the names of modules, with what each says of itself below the list."""
    parts = re.split(r"^(?=#+ )", text, flags=re.MULTILINE)
    return "".join(_in_full(part) if _HEAD in part else part for part in parts)


def _in_full(part: str) -> str:
    from importlib import import_module
    from inspect import isclass, isroutine

    name = part.partition("\n")[0].lstrip("# ")
    module = import_module(name)
    linked = _NAME.sub(rf"| {{py:obj}}`\1 <{name}.\1>` |", part)
    full = [linked, "\n```{eval-rst}\n", f".. py:currentmodule:: {name}\n\n"]
    for each in dict.fromkeys(_NAME.findall(part)):
        value = getattr(module, each)
        kind = "class" if isclass(value) else "function" if isroutine(value) else "data"
        members = "   :members:\n" if kind == "class" else ""
        full.append(f".. auto{kind}:: {each}\n{members}\n")
    return "".join([*full, "```\n\n"])


def _source_read(_app: Sphinx, docname: str, source: list[str]) -> None:
    if docname in _INDEXES:
        source[0] = _menu(source[0])
    elif PurePosixPath(docname).is_relative_to(_NAMES):
        source[0] = _described(source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Have each page pass by here when it is read."""
    app.connect("source-read", _source_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
