"""The report over the grid, with tables of benchmarks and objectives where the grid has any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines import preference, reporting
from r1vl_kedro.pipelines.ablation import nodes
from r1vl_kedro.pipelines.ablation.entries import Variant
from r1vl_kedro.pipelines.ablation.stages import create_gather, datasets_of, is_evaluated


def create_reporting(variants: Mapping[str, Variant], benchmarks: Sequence[str] = ()) -> Pipeline:
    """Build the report by itself, over what the variants left."""
    rows = _rows_of_tables(variants)
    gathers = [create_gather(name, variants[name], f"reporting.{name}") for name in rows]
    return Pipeline([*gathers, create_tables(variants, benchmarks)])


def create_tables(variants: Mapping[str, Variant], benchmarks: Sequence[str]) -> Pipeline:
    """Build the report over the results of variants that end with a model."""
    rows = _rows_of_tables(variants)
    transfer = any(variants[name].where for name in rows)
    parts = [reporting.create_pipeline(rows, transfer=transfer)]
    if benchmarks:
        parts.append(_create_benchmark_table(rows))
    if measured := list(preference.measured_on(variants)):
        left = [one for name, v in variants.items() for one in datasets_of(name, v, "pairs_report")]
        parts.append(preference.create_report(measured, left))
    return Pipeline(parts)


def _create_benchmark_table(rows: Sequence[str]) -> Pipeline:
    scores = {name: f"{name}.benchmark_scores" for name in rows}
    node = Node(nodes.tabulate_benchmarks, scores, "table_benchmarks", name="tabulate_benchmarks")
    return Pipeline(
        [node],
        namespace="reporting",
        prefix_datasets_with_namespace=False,
        tags="reporting",
    )


def _rows_of_tables(variants: Mapping[str, Variant]) -> list[str]:
    return [name for name, variant in variants.items() if is_evaluated(variant)]
