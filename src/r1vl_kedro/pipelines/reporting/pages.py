"""The two pages of a report: the tables as Markdown, and all of it as HTML with examples."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.reporting import nodes
from r1vl_kedro.pipelines.reporting.transfer import SHOWN

OPTIONS = "params:reporting"
GRID = "params:variants"
TABLES = [f"table_{name}" for name in nodes.TABLES]
FIGURES = [f"figure_{name}" for name in nodes.FIGURES]
TOLD = {
    "verdicts": "all_verdicts",
    "scores": "all_scores",
    "options": OPTIONS,
    "grid": GRID,
    "differences": "row_differences",
}
"""What both pages word their notes and warnings from; ``MadeFromHooks`` fills in how rows that
another run made differ from the grid."""


def create_pages(*, transfer: bool = False) -> Pipeline:
    """Build both pages.

    Args:
        transfer: whether they have trained-on x tested-on.
    """
    shown = [*TABLES, *FIGURES, *(SHOWN if transfer else ())]
    tables = dict(zip(nodes.TABLES, TABLES, strict=True))
    if transfer:
        tables["transfer_means"] = SHOWN[0]
    exemplified = ["all_verdicts", "test_records", OPTIONS, "params:step_grpo", GRID]
    reported = {**TOLD, "examples": "report_examples", "settings": "parameters"}
    reported |= {name: name for name in shown}
    return Pipeline(
        [
            Node(nodes.write_tables, TOLD | tables, "tables_markdown", name="write_tables"),
            Node(nodes.build_examples, exemplified, "report_examples", name="build_examples"),
            Node(nodes.write_report, reported, "report", name="write_report"),
        ]
    )
