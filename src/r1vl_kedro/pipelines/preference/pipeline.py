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

MEASURED = "pair_scores"


def measured_on(variants: Mapping[str, Any]) -> dict[str, str]:
    """Return by namespace the pairs that a variant is measured on; {} in a grid without any.

    A variant that learns from pairs is measured on those held out of them, another one on those
    of a variant with its seed.
    """
    learning = {name: one for name, one in variants.items() if one.method == "preference"}
    by_seed = {one.seed: one.records for one in reversed(learning.values())}
    return {
        name: one.records if name in learning else by_seed[one.seed]
        for name, one in variants.items()
        if one.seed in by_seed and one.method not in ("sample_pairs", "reference")
    }


def create_measure(namespace: str, checkpoint: str, pairs: str) -> Pipeline:
    """Build the measuring of one variant's model on the held-out pairs.

    Args:
        checkpoint, pairs: datasets by their names in the catalog.
    """
    inputs = {
        "checkpoint": checkpoint,
        "pairs": pairs,
        "options": "params:reference",
        "launcher": "params:launcher",
        "template": "params:prompt.template",
        "work_dir": "params:work_dir",
    }
    measure = Pipeline(
        [Node(nodes.measure_pairs, inputs, MEASURED, name="measure_pairs", tags="evaluation")]
    )
    return Pipeline(
        measure,
        namespace=namespace,
        inputs={checkpoint: checkpoint, pairs: pairs},
        parameters={name: name for name in inputs.values() if name.startswith("params:")},
    )


def create_report(namespaces: Sequence[str], reports: Sequence[str] = ()) -> Pipeline:
    """Build table, figures and page over the measured variants.

    Args:
        namespaces: those with ``pair_scores``.
        reports: datasets that tell of sampled pairs.
    """
    figures = {name: f"figure_{name}" for name in nodes.FIGURES}
    left = {f"scores_{name}": f"{name}.{MEASURED}" for name in namespaces}
    left |= {name.replace(".", "_"): name for name in reports}
    common = {"options": "params:reporting"}
    return Pipeline(
        [
            Node(
                nodes.make_preference_table,
                inputs={
                    "verdicts": "all_verdicts",
                    "overview": "table_overview",
                    "curves": "training_curves",
                    "paper": "paper_results",
                    "variants": "params:variants",
                    **common,
                    **left,
                },
                outputs=[
                    "preference_pairs",
                    "table_preference",
                    "table_search",
                    "preference_markdown",
                ],
                name="make_preference_table",
            ),
            Node(
                nodes.make_preference_figures,
                inputs=["preference_pairs", "table_preference", "params:variants"],
                outputs=list(figures.values()),
                name="make_preference_figures",
            ),
            Node(
                nodes.draw_preference_figures,
                inputs=list(figures.values()),
                outputs=[f"{figure}_png" for figure in figures.values()],
                name="draw_preference_figures",
            ),
            Node(
                nodes.write_preference_report,
                inputs={
                    "scores": "preference_pairs",
                    "table": "table_preference",
                    **common,
                    **{name: name for name in figures.values()},
                },
                outputs="preference_report",
                name="write_preference_report",
            ),
        ],
        namespace="reporting",
        prefix_datasets_with_namespace=False,
        tags="reporting",
    )
