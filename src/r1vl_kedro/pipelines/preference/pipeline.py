"""Measuring on held-out pairs, and the report over it.

::

    <variant>.checkpoint ─┬─ measure_pairs ─ <variant>.pair_scores ─┐
    pairs ────────────────┘                                         │
    all_verdicts, table_overview, training_curves ── make_preference_table ─┬─ preference_pairs
                                                                            ├─ table_preference
                            figure_preference_*, preference_report ─────────┘
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.preference import nodes
from r1vl_kedro.pipelines.reporting.nodes import draw_figures

MEASURED = "pair_scores"


def measured_on(variants: Mapping[str, Any]) -> dict[str, str]:
    """Return by namespace the pairs that a variant is measured on; {} in a grid without any.

    One that learns from pairs on those held out of them, another on those of its seed.
    """
    learning = {name: one for name, one in variants.items() if one.method == "preference"}
    by_seed = {one.seed: one.records for one in reversed(learning.values())}
    return {
        name: one.records if name in learning else by_seed[one.seed]
        for name, one in variants.items()
        if one.seed in by_seed and one.method not in ("sample_pairs", "reference")
    }


def create_measure(namespace: str, checkpoint: str, pairs: str) -> Pipeline:
    """Build the measuring of a model on held-out pairs; both are datasets by their names."""
    parameters = {
        "options": "params:reference",
        "launcher": "params:launcher",
        "template": "params:prompt.template",
        "work_dir": "params:work_dir",
    }
    inputs = {"checkpoint": checkpoint, "pairs": pairs, **parameters}
    node = Node(nodes.measure_pairs, inputs, MEASURED, name="measure_pairs", tags="evaluation")
    shared, given = {checkpoint, pairs}, set(parameters.values())
    return Pipeline([node], namespace=namespace, inputs=shared, parameters=given)


def create_report(namespaces: Sequence[str], reports: Sequence[str] = ()) -> Pipeline:
    """Build table, figures and page over measured variants and reports of sampled pairs."""
    figures = [f"figure_{name}" for name in nodes.FIGURES]
    variants, options = {"variants": "params:variants"}, {"options": "params:reporting"}
    left = {f"scores_{name}": f"{name}.{MEASURED}" for name in namespaces}
    left |= {name.replace(".", "_"): name for name in reports}
    ran = {"verdicts": "all_verdicts", "overview": "table_overview", "curves": "training_curves"}
    made = {"scores": "preference_pairs", "table": "table_preference"}
    tables = [*made.values(), "table_search", "preference_markdown"]
    tabulated = {**ran, **variants, **options, **left, "paper": "paper_results"}
    shown = {**made, **options, **{name: name for name in figures}}
    pngs = [f"{name}_png" for name in figures]
    make_table, make_figures = nodes.make_preference_table, nodes.make_preference_figures
    return Pipeline(
        [
            Node(make_table, tabulated, tables, name="make_preference_table"),
            Node(make_figures, {**made, **variants}, figures, name="make_preference_figures"),
            Node(draw_figures, figures, pngs, name="draw_preference_figures"),
            Node(
                nodes.write_preference_report,
                shown,
                "preference_report",
                name="write_preference_report",
            ),
        ],
        namespace="reporting",
        prefix_datasets_with_namespace=False,
        tags="reporting",
    )
