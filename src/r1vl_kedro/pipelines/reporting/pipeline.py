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
from r1vl_kedro.pipelines.reporting.pages import FIGURES, GRID, OPTIONS, TABLES, create_pages
from r1vl_kedro.pipelines.reporting.transfer import create_transfer

EVALUATED = ("verdicts", "scores", "evaluation_manifest")
COLLECTED = ["all_verdicts", "all_scores", "training_curves"]


def create_gather(namespace: str, left: Sequence[str] = ()) -> Pipeline:
    """Build the last node of a variant: its results as one dataset, ``<namespace>.results``.

    Args:
        left: what its training left beside the model, of ``training_log`` and ``rollouts``.
    """
    results = {name: f"{namespace}.{name}" for name in (*EVALUATED, *left)}
    return Pipeline([Node(nodes.gather, results, f"{namespace}.results", name="gather")])


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
    results = {name: f"{name}.results" for name in namespaces}
    verdicts, scores, curves = COLLECTED
    tabulated = [verdicts, scores, "paper_results", OPTIONS, GRID, curves]
    drawn = [curves, "table_overview", "table_group_size", "validation_records", OPTIONS, GRID]
    pngs = [f"{figure}_png" for figure in FIGURES]
    return Pipeline(
        [
            Node(nodes.collect, results, COLLECTED, name="collect"),
            Node(nodes.make_tables, tabulated, TABLES, name="make_tables"),
            Node(nodes.make_figures, drawn, FIGURES, name="make_figures"),
            Node(nodes.draw_figures, FIGURES, pngs, name="draw_figures"),
            *([create_transfer()] if transfer else []),
            create_pages(transfer=transfer),
        ],
        namespace="reporting",
        prefix_datasets_with_namespace=False,
        tags="reporting",
    )
