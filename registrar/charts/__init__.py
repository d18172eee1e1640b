"""Pictures of answers: ownership over time, a commitment burning down, a roll-forward as a waterfall.

chart = ownership_chart(ledger, "common", through="2024-12-31")
chart                       shown in a notebook
chart.spec                  the Vega-Lite spec, data inline
chart.to_svg()              and to_png(), with the extra ``charts``
"""

from registrar.charts.chart import Chart
from registrar.charts.commitment import commitment_chart
from registrar.charts.ownership import ownership_chart
from registrar.charts.rollforward import rollforward_chart

__all__ = ["Chart", "commitment_chart", "ownership_chart", "rollforward_chart"]
