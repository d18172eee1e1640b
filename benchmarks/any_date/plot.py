"""Time against the length of the history, on two scales that grow by powers of ten."""

from __future__ import annotations

import json
from typing import Any, Final

from benchmarks.any_date.goals import All
from benchmarks.any_date.questions import DUCKDB, OURS, POLARS, SQLITE

_COLORS: Final = {OURS: "#0b6e4f", DUCKDB: "#c47f00", POLARS: "#1f5fa8", SQLITE: "#8a8a8a"}


def of(found: All) -> str:
    """Return the plot as SVG."""
    import vl_convert

    picture: str = vl_convert.vegalite_to_svg(json.dumps(specification(found)))
    return picture


def specification(found: All) -> dict[str, Any]:
    """Return what the plot shows, as Vega-Lite takes it."""
    values = [
        {
            "events": size.events,
            "holders": f"{size.holders:,} holders",
            "who": engine,
            "milliseconds": 1_000 * measured.seconds(engine),
        }
        for (part, size), measured in found.items()
        if part == "day"
        for engine in _COLORS
    ]
    axis = {"grid": True, "gridColor": "#e8e8e8"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": "Cap table by holder at a random day",
        "width": 460,
        "height": 320,
        "background": "white",
        "data": {"values": values},
        # In a layer of their own, lest the legend of dashes be drawn as points.
        "layer": [
            {"mark": "line", "encoding": {"strokeDash": {"field": "holders", "type": "nominal", "title": None}}},
            {"mark": {"type": "point", "filled": True, "opacity": 1}},
        ],
        "encoding": {
            "x": {
                "field": "events",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": axis | {"title": "events in the history", "format": "~s", "values": [10**5, 10**6, 10**7]},
            },
            "y": {
                "field": "milliseconds",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": axis | {"title": "milliseconds", "format": ","},
            },
            "color": {
                "field": "who",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [*_COLORS], "range": [*_COLORS.values()]},
            },
        },
    }
