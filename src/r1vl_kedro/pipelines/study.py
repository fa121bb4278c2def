"""When step rewards pay: the study of sparse outcomes, over what the probe and an ablation left.

::

    probe_predictions ─ push_table ─┐
    all_verdicts ─ training_curves ─┴─ report_levels ─ study_table, study_markdown, study_figure
"""

from __future__ import annotations

import click
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.hints import Figure, Frame
from r1vl_kedro.reporting.options import ReportingOptions, StudyOptions
from r1vl_kedro.training.options import StepGRPOOptions

LEFT = ["probe_predictions", "push_table", "all_verdicts", "training_curves"]
"""What the probe and an ablation left."""


def report_levels(
    predictions: Frame,
    push: Frame,
    verdicts: Frame,
    curves: Frame,
    options: StudyOptions,
    step_grpo: StepGRPOOptions,
    reporting: ReportingOptions,
) -> tuple[Frame, str, Figure]:
    """Report each reward's gain over the baseline on each level; print the Markdown too."""
    from r1vl_kedro.reporting import levels

    rates = levels.pass_rates(predictions, step_grpo.grammar)
    table = levels.study_table(
        rates, push, verdicts, curves, options, reporting, step_grpo.group_size
    )
    text = levels.study_markdown(table, rates, options)
    click.echo(text)
    return table, text, levels.study_figure(table, options)


def create_pipeline() -> Pipeline:
    """Build table, page and figure over the levels of a grid."""
    inputs = [*LEFT, "params:study", "params:step_grpo", "params:reporting"]
    outputs = ["study_table", "study_markdown", "study_figure"]
    return Pipeline([Node(report_levels, inputs, outputs, name="report_levels", tags="reporting")])
