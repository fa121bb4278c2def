"""The report over a grid of variants.

::

    {ns}.verdicts ───── collect ─ all_verdicts ──┬─ make_tables ─┬─ table_* ─ tables_markdown
    {ns}.scores ─────── collect ─────────────────┤               ├───────────────┐
    paper_results ───────────────────────────────┘               │               │
    {ns}.training_log ─ collect ─ training_curves ─ make_figures ┴─ figure_* ────┼─ report
    test_records ────── build_examples ─ report_examples ────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.reporting import nodes
from r1vl_kedro.reporting.variants import split_namespace

UNTRAINED = frozenset({"base", "warm_up"})
OPTIONS = "params:reporting"


def create_pipeline(
    namespaces: Sequence[str], training_logs: Sequence[str] | None = None
) -> Pipeline:
    """Tables, figures and report over the variants of a grid.

    Args:
        namespaces: ``<variant>`` or ``<variant>_seed<k>``; each has ``.verdicts`` and ``.scores``.
        training_logs: those that also have a ``.training_log``; all but `UNTRAINED` if None.

    Raises:
        ValueError: no namespace, or one twice.
    """
    if not namespaces or len(set(namespaces)) < len(namespaces):
        raise ValueError(f"namespaces are {list(namespaces)}; wanted at least one, each once")
    if training_logs is None:
        training_logs = [ns for ns in namespaces if split_namespace(ns)[0] not in UNTRAINED]
    tables = {name: f"table_{name}" for name in nodes.TABLES}
    figures = {name: f"figure_{name}" for name in nodes.FIGURES}
    return Pipeline(
        [
            Node(
                nodes.collect_verdicts,
                inputs={ns: f"{ns}.verdicts" for ns in namespaces},
                outputs="all_verdicts",
                name="collect_verdicts",
            ),
            Node(
                nodes.collect_scores,
                inputs={ns: f"{ns}.scores" for ns in namespaces},
                outputs="all_scores",
                name="collect_scores",
            ),
            Node(
                nodes.collect_curves,
                inputs={ns: f"{ns}.training_log" for ns in training_logs} or None,
                outputs="training_curves",
                name="collect_curves",
            ),
            Node(
                nodes.make_tables,
                inputs=["all_verdicts", "all_scores", "paper_results", OPTIONS],
                outputs=list(tables.values()),
                name="make_tables",
            ),
            Node(
                nodes.write_tables,
                inputs={"verdicts": "all_verdicts", "options": OPTIONS, **tables},
                outputs="tables_markdown",
                name="write_tables",
            ),
            Node(
                nodes.make_figures,
                inputs=["training_curves", "table_overview", "table_group_size", OPTIONS],
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
                inputs=["all_verdicts", "test_records", OPTIONS],
                outputs="report_examples",
                name="build_examples",
            ),
            Node(
                nodes.write_report,
                inputs={
                    "verdicts": "all_verdicts",
                    "examples": "report_examples",
                    "settings": "parameters",
                    "options": OPTIONS,
                    **{name: name for name in (*tables.values(), *figures.values())},
                },
                outputs="report",
                name="write_report",
            ),
        ],
        tags="reporting",
    )
