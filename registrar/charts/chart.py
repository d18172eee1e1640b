"""A picture: one Vega-Lite spec with its data inline, shown in a notebook, and written as SVG, PNG or JSON.

Nothing is fetched to draw it: the data stand in the spec, and the library that draws is refused every address. What
is drawn is placed by whole pixels reckoned here, not by the width of somebody's fonts, so the same question gives
the same bytes.
"""

from __future__ import annotations

import json
from contextlib import suppress
from html import escape
from typing import Any, Final

import attrs

from ledger.errors import LibraryMissing, needed

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.21.0.json"
"""The version of Vega-Lite that a spec is written in; a name, which nobody opens."""
DRAWN_BY: Final = "5.21"
"""The same version, as the library that draws calls it."""
MIME_TYPE: Final = "application/vnd.vegalite.v5+json"
HOVER: Final = "hover"
"""The layer that only answers the pointer; it is left out of what is printed."""

Spec = dict[str, Any]


@attrs.frozen(repr=False)
class Chart:
    """A picture of an answer.

    Attributes:
        name: What kind of picture, in small letters: ``ownership``.
        title: What stands above it.
        description: What it shows, in sentences, for who does not see it.
        text: The Vega-Lite spec as canonical JSON.
    """

    name: str
    title: str
    description: str
    text: str

    @classmethod
    def of(cls, name: str, spec: Spec) -> Chart:
        """Return the picture that a spec describes."""
        text = json.dumps(spec, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=1)
        return cls(name, spec["title"]["text"], spec["description"], text + "\n")

    @property
    def spec(self) -> Spec:
        """The Vega-Lite spec, its keys in order; a new one each time, which may be changed."""
        spec: Spec = json.loads(self.text)
        return spec

    def to_json(self) -> str:
        """Return the spec as text, for every program that draws Vega-Lite."""
        return self.text

    def to_svg(self) -> str:
        """Return the picture as SVG, with its title and description.

        Raises:
            LibraryMissing: vl-convert-python is not installed.
        """
        drawn: str = _library().vegalite_to_svg(self._still(), vl_version=DRAWN_BY, allowed_base_urls=[])
        head, close, rest = drawn.partition(">")
        said = f"<title>{_xml(self.title)}</title><desc>{_xml(self.description)}</desc>"
        return f'{head} role="img" aria-label="{_xml(self.title)}"{close}{said}{rest}\n'

    def to_png(self, *, scale: int = 2) -> bytes:
        """Return the picture as PNG.

        Args:
            scale: Dots for one pixel of the picture: 2 for paper and good screens.

        Raises:
            LibraryMissing: vl-convert-python is not installed.
        """
        drawn: bytes = _library().vegalite_to_png(
            self._still(), vl_version=DRAWN_BY, allowed_base_urls=[], scale=scale
        )
        return drawn

    def to_bytes(self, form: str) -> bytes:
        """Return the picture in a format: ``svg``, ``png``, or ``json`` for the spec.

        Raises:
            LibraryMissing: vl-convert-python is not installed, and the format is not JSON.
        """
        if form == "png":
            return self.to_png()
        return (self.to_svg() if form == "svg" else self.to_json()).encode()

    def _still(self) -> Spec:
        """Return the spec without what only moves."""
        spec = self.spec
        spec["layer"] = [layer for layer in spec["layer"] if layer.get("name") != HOVER]
        return spec

    def __repr__(self) -> str:
        return f"<Chart {self.name}: {self.title}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the picture for a notebook: the spec, and SVG where the library that draws it is there."""
        bundle: dict[str, Any] = {MIME_TYPE: self.spec, "text/plain": self.description}
        with suppress(LibraryMissing):  # a notebook that knows Vega-Lite does without
            bundle["image/svg+xml"] = self.to_svg()
        return bundle


def _library() -> Any:
    return needed("vl_convert", "charts", "to draw a picture")


def _xml(text: str) -> str:
    return escape(text, quote=True)
