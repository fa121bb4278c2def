"""Nodes of the report; the work is done in `r1vl_kedro.reporting`.

Kedro validates options only where it can resolve every type hint of a node, so classes of heavy
libraries are hinted through `pipelines.hints`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from r1vl_kedro.pipelines.hints import Drawing, Figure, Frame, JsonObject, JsonRows, Records
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.training.options import StepGRPOOptions

TABLES = ("rewards", "group_size", "reward_level", "contrasts", "overview")
FIGURES = (
    "accuracy", "group_size", "sft_versus_rl", "reward", "kl", "zero_variance", "completion_length",
    "time",
)  # fmt: skip


def gather(
    verdicts: Frame,
    scores: JsonObject,
    evaluation_manifest: JsonObject,
    training_log: JsonRows | None = None,
    rollouts: Frame | None = None,
) -> JsonObject:
    """Gather all that a variant left, by name: one result for the report and the graph."""
    results = {"verdicts": verdicts, "scores": scores, "evaluation_manifest": evaluation_manifest}
    more = {"training_log": training_log, "rollouts": rollouts}
    return results | {name: left for name, left in more.items() if left is not None}


def collect(**results: JsonObject) -> tuple[Frame, JsonObject, Frame]:
    """Collect all variants' verdicts, scores by namespace, and training logs as a tidy frame."""
    from r1vl_kedro.reporting import collect

    logs = {name: made["training_log"] for name, made in results.items() if "training_log" in made}
    return (
        collect.collect_verdicts({name: made["verdicts"] for name, made in results.items()}),
        {name: made["scores"] for name, made in results.items()},
        collect.collect_curves(logs),
    )


def make_tables(
    verdicts: Frame,
    scores: dict[str, JsonObject],
    paper: JsonObject,
    options: ReportingOptions,
    grid: JsonObject | None,
    curves: Frame,
) -> tuple[Frame, ...]:
    """Make the tables in the order of `TABLES`."""
    from r1vl_kedro.reporting import tables
    from r1vl_kedro.reporting.curves import with_areas

    contrasts = tables.contrasts_table(verdicts, options, grid)
    return (
        tables.rewards_table(verdicts, paper, options, grid),
        tables.group_size_table(verdicts, paper, options, grid),
        tables.rewards_table(verdicts, paper, options, grid, "reward_level"),
        with_areas(contrasts, curves, options),
        tables.overview_table(verdicts, scores, options, grid),
    )


def write_tables(
    verdicts: Frame,
    scores: dict[str, JsonObject],
    options: ReportingOptions,
    grid: JsonObject | None,
    differences: Mapping[str, Sequence[str]],
    **tables: Frame,
) -> str:
    """Write the tables as one page of Markdown, with the notes on intervals."""
    from r1vl_kedro.reporting.markdown import tables_markdown
    from r1vl_kedro.reporting.page import left_out, notes, warnings
    from r1vl_kedro.run_context import RUN

    said = [*warnings(differences, RUN.get()), *left_out(scores), *notes(verdicts, options, grid)]
    return tables_markdown(tables, said)


def make_figures(
    curves: Frame,
    overview: Frame,
    group_size: Frame,
    validation: Records,
    options: ReportingOptions,
    grid: JsonObject | None = None,
) -> tuple[Figure, ...]:
    """Make the Plotly figures in the order of `FIGURES`."""
    from r1vl_kedro.reporting import figures

    made = figures.make_figures(curves, overview, group_size, options, grid, len(validation))
    return tuple(made[name] for name in FIGURES)


def draw_figures(*figures: Figure) -> tuple[Drawing, ...]:
    """Draw the same figures with matplotlib, in the same order."""
    from r1vl_kedro.reporting.pngs import draw

    return tuple(draw(figure) for figure in figures)


def build_examples(
    verdicts: Frame,
    records: Records,
    options: ReportingOptions,
    step_grpo: StepGRPOOptions,
    grid: JsonObject | None = None,
) -> JsonRows:
    """Build example questions with all variants' answers side by side."""
    from r1vl_kedro.records.store import undecoded
    from r1vl_kedro.reporting import examples

    return examples.build_examples(verdicts, undecoded(records), options, grid, step_grpo)


def write_report(
    verdicts: Frame,
    scores: dict[str, JsonObject],
    options: ReportingOptions,
    grid: JsonObject | None,
    differences: Mapping[str, Sequence[str]],
    examples: JsonRows,
    settings: JsonObject,
    **tables_and_figures: Frame | Figure,
) -> str:
    """Render the HTML report; inputs named ``table_<name>`` and ``figure_<name>`` fill it."""
    from r1vl_kedro import provenance
    from r1vl_kedro.reporting import head, page
    from r1vl_kedro.run_context import RUN

    named: dict[str, dict[str, Frame | Figure]] = {"table": {}, "figure": {}}
    for name, one in tables_and_figures.items():
        named[name.partition("_")[0]][name.partition("_")[2]] = one
    return page.render(
        tables=named["table"],
        figures=named["figure"],
        examples=examples,
        said=page.notes(verdicts, options, grid),
        warnings=[*page.warnings(differences, RUN.get()), *page.left_out(scores)],
        settings=settings,
        versions=provenance.versions(),
        subject=head.describe_subject(verdicts, grid, RUN.get()),
        about=head.about_run(RUN.get()),
        options=options,
        grid=grid,
    )
