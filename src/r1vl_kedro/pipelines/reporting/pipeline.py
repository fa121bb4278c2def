"""The report over a grid of variants, a box of its own in Kedro-Viz.

::

    {ns}.results ─ collect ─┬─ all_verdicts, all_scores ─┬─ make_tables ─┬─ table_* ─ tables.md
    paper_results ──────────┼────────────────────────────┘               ├─────────────┐
                            └─ training_curves ─────────── make_figures ─┴─ figure_* ──┼─ report
    validation_records ────────────────────────────────────┘                           │
    test_records ───────────── build_examples ─ report_examples ───────────────────────┘

``{ns}.results`` is what `create_gather` makes of one variant's ``verdicts``, ``scores``,
``evaluation_manifest`` and, where it was trained, ``training_log`` and ``rollouts``.
"""

from __future__ import annotations

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.reporting import nodes
from r1vl_kedro.pipelines.reporting.transfer import SHOWN, create_transfer

OPTIONS = "params:reporting"
GRID = "params:variants"
TOLD = {
    "verdicts": "all_verdicts",
    "scores": "all_scores",
    "options": OPTIONS,
    "grid": GRID,
    "differences": "row_differences",
}
"""What both pages word their notes and warnings from; ``MadeFromHooks`` fills in how rows that
another run made differ from the grid."""
EVALUATED = ("verdicts", "scores", "evaluation_manifest")


def create_gather(left: Sequence[str] = ()) -> Pipeline:
    """Build the last node of a namespace: one variant's results as one dataset, ``results``.

    Args:
        left: what its training left beside the model, of ``training_log`` and ``rollouts``.
    """
    inputs = {name: name for name in (*EVALUATED, *left)}
    return Pipeline([Node(nodes.gather, inputs=inputs, outputs="results", name="gather")])


def create_pipeline(namespaces: Sequence[str], *, transfer: bool = False) -> Pipeline:
    """Build tables, figures and report over the variants of a grid.

    Args:
        namespaces: ``<variant>`` or ``<variant>_seed<k>``; each has ``.results``.
        transfer: whether the report has trained-on x tested-on.

    Raises:
        ValueError: no namespace, or one twice.
    """
    if not namespaces or len(set(namespaces)) < len(namespaces):
        raise ValueError(f"namespaces are {list(namespaces)}; wanted at least one, each once")
    tables = {name: f"table_{name}" for name in nodes.TABLES}
    figures = {name: f"figure_{name}" for name in nodes.FIGURES}
    shown = SHOWN if transfer else ()
    means = {"transfer_means": SHOWN[0]} if transfer else {}
    return Pipeline(
        [
            *([create_transfer()] if transfer else []),
            Node(
                nodes.collect,
                inputs={ns: f"{ns}.results" for ns in namespaces},
                outputs=["all_verdicts", "all_scores", "training_curves"],
                name="collect",
            ),
            Node(
                nodes.make_tables,
                inputs=[
                    "all_verdicts",
                    "all_scores",
                    "paper_results",
                    OPTIONS,
                    GRID,
                    "training_curves",
                ],
                outputs=list(tables.values()),
                name="make_tables",
            ),
            Node(
                nodes.write_tables,
                inputs={**TOLD, **tables, **means},
                outputs="tables_markdown",
                name="write_tables",
            ),
            Node(
                nodes.make_figures,
                inputs=[
                    "training_curves",
                    "table_overview",
                    "table_group_size",
                    "validation_records",
                    OPTIONS,
                    GRID,
                ],
                outputs=list(figures.values()),
                name="make_figures",
            ),
            Node(
                nodes.draw_figures,
                inputs=list(figures.values()),
                outputs=[f"{figure}_png" for figure in figures.values()],
                name="draw_figures",
            ),
            Node(
                nodes.build_examples,
                inputs=["all_verdicts", "test_records", OPTIONS, "params:step_grpo", GRID],
                outputs="report_examples",
                name="build_examples",
            ),
            Node(
                nodes.write_report,
                inputs={
                    **TOLD,
                    "examples": "report_examples",
                    "settings": "parameters",
                    **{name: name for name in (*tables.values(), *figures.values(), *shown)},
                },
                outputs="report",
                name="write_report",
            ),
        ],
        namespace="reporting",
        prefix_datasets_with_namespace=False,
        tags="reporting",
    )
