"""Node of the study."""

from __future__ import annotations

import click

from r1vl_kedro.pipelines.hints import Figure, Frame
from r1vl_kedro.reporting.options import ReportingOptions, StudyOptions
from r1vl_kedro.training.options import StepGRPOOptions


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
