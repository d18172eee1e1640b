"""Pictures of answers: ownership over time, thresholds, commitments burning down, roll-forwards, dilution, exits.

Each is one call that returns a ``Chart``: shown in a notebook, a Vega-Lite spec with its data inline as ``.spec``,
and written by ``.to_svg()`` and ``.to_png()`` with the extra ``charts``.
"""

from registrar.charts.beneficial import beneficial_chart
from registrar.charts.chart import Chart
from registrar.charts.commitment import commitment_chart
from registrar.charts.dilution import dilution_chart
from registrar.charts.ownership import ownership_chart
from registrar.charts.rollforward import rollforward_chart
from registrar.charts.waterfall import waterfall_chart

__all__ = [
    "Chart",
    "beneficial_chart",
    "commitment_chart",
    "dilution_chart",
    "ownership_chart",
    "rollforward_chart",
    "waterfall_chart",
]
