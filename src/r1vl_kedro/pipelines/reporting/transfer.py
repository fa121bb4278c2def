"""Trained-on x tested-on, where variants train on one value of a column each."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.hints import Drawing, Figure, Frame, JsonObject
from r1vl_kedro.reporting.options import ReportingOptions

LEFT = ("table_transfer", "table_transfer_means", "figure_transfer", "figure_transfer_png")
SHOWN = LEFT[1:3]
"""What of it the report has."""


def make_transfer(
    verdicts: Frame, options: ReportingOptions, grid: JsonObject
) -> tuple[Frame, Frame, Figure, Drawing]:
    """Tabulate cells and means, and draw them as heat maps; see `reporting.transfer`."""
    from r1vl_kedro.reporting import transfer
    from r1vl_kedro.reporting.pngs import draw

    cells, means = transfer.transfer_table(verdicts, options, grid)
    figure = transfer.transfer_figure(cells, means)
    return cells, means, figure, draw(figure)


def create_transfer() -> Pipeline:
    """Build the matrices over all verdicts of a grid."""
    inputs = ["all_verdicts", "params:reporting", "params:variants"]
    return Pipeline([Node(make_transfer, inputs, list(LEFT), name="make_transfer")])
