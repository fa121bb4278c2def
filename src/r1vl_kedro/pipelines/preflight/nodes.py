"""Nodes of the preflight; none loads weights, and none stops before every reason is known."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
from kedro.io import DataCatalog

from r1vl_kedro.benchmarks import MAIN_TABLE
from r1vl_kedro.datasets import RecordsDataset
from r1vl_kedro.datasets.places import place_of
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.launcher.jobs import lack
from r1vl_kedro.pipelines.ablation.entries import Grid
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.hints import JsonObject
from r1vl_kedro.pipelines.record_columns import MADE, columns_of
from r1vl_kedro.preflight import text
from r1vl_kedro.preflight.clashes import clashes, evaluation_clashes, model_problems
from r1vl_kedro.preflight.data import judge, measure
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.preflight.report import compose
from r1vl_kedro.records.options import DataPrepOptions
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.training import planned
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions

HELD_OUT = ("validation_records", "test_records")


class WouldFail(click.ClickException):
    """The run would fail; preflight has printed why."""


def check_settings(
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    launcher: LauncherOptions,
    evaluation: EvaluationOptions,
    variants: dict[str, JsonObject],
    base: Path | str,
) -> list[str]:
    """List clashes between settings, and what this machine or the model lacks for them.

    Args:
        variants: the grid's, by namespace.
    """
    trainings = _trainings(warm_up, step_grpo, variants)
    found = clashes(trainings, launcher.num_processes)
    found += evaluation_clashes(evaluation.decoding, trainings)
    decodings = [("evaluation", evaluation.decoding)]
    found += model_problems({"base_model": str(base)}, trainings, decodings)
    if missing := lack(launcher):
        return [*found, missing]
    return [*found, *planned.room_problems(trainings, launcher, lack)]


def _trainings(
    warm_up: SFTOptions, step_grpo: StepGRPOOptions, variants: dict[str, JsonObject]
) -> list[planned.Training]:
    """List the trainings of one run, then those of the grid."""
    sections = {"warm_up": warm_up, "step_grpo": step_grpo}
    return [*planned.of_sections(sections, sections), *planned.of_variants(variants)]


def look_for_data(
    entries: DataCatalog,
    step_grpo: StepGRPOOptions,
    variants: dict[str, JsonObject],
    options: PreflightOptions,
    grid: JsonObject,
) -> JsonObject:
    """Look up which data there is, with all that rewards read; count and measure records.

    Args:
        entries: the catalog.
        variants: the grid's, by namespace.
        grid: ``parameters.ablation``; a missing file of its benchmarks is a reason.
    """
    made = {name for name in MADE if isinstance(entries.get(name), RecordsDataset)}
    columns = partial(columns_of, entries, made=made)
    problems = planned.column_problems(planned.of_variants(variants), columns)
    data, notes = {}, []
    measured = measure([], step_grpo, options)
    if entries.exists("source_records"):
        try:
            measured = measure(entries.load("source_records"), step_grpo, options)
            problems += judge(measured, step_grpo, notes)
            data["source_records"] = ", ".join(
                f"{count:,} {what}" for what, count in measured["counted"].items()
            )
        except RecordsError as error:
            problems.append(f"source_records: {error}")
            data["source_records"] = "cannot be read"
    for name in ("source_records", *HELD_OUT):
        if not entries.exists(name):
            problems.append(f"{name}: there is no {place_of(entries.get(name))}")
        data.setdefault(name, "found" if entries.exists(name) else "missing")
    asked = Grid.model_validate(grid).benchmarks
    lacking = {
        name: place_of(entries.get(f"benchmark_{name}"))
        for name in {**dict.fromkeys(MAIN_TABLE), **dict.fromkeys(asked)}
        if not entries.exists(f"benchmark_{name}")
    }
    found = sum(name not in lacking for name in MAIN_TABLE)
    data["benchmarks"] = f"{found} of {len(MAIN_TABLE)} found"
    for name in [name for name in asked if name in lacking]:
        problems.append(f"ablation.benchmarks has {name}: there is no {lacking.pop(name)}")
    if lacking:
        places = [f"{name} ({place})" for name, place in lacking.items()]
        who = "kedro run without --pipelines and --pipelines=evaluation need them"
        notes.append(f"{who}, the ablation does not: no {', '.join(places)}")
    return {**measured, "data": data, "problems": problems, "notes": notes}


def report(
    problems: list[str],
    found: JsonObject,
    base: Path | str,
    data_prep: DataPrepOptions,
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    variants: dict[str, JsonObject],
    launcher: LauncherOptions,
    options: PreflightOptions,
    work_dir: str,
) -> JsonObject:
    """Print and return all that a run will take, and every reason why it would fail."""
    records, split = found["counted"]["records"] or None, data_prep.split
    counts = {
        "warm_up_records": _at_most(split.n_warm_up, records),
        "rl_prompts": _at_most(split.n_rl, records),
    }
    trainings = _trainings(warm_up, step_grpo, variants)
    result = compose(problems, found, str(base), trainings, counts, launcher, options, work_dir)
    print("\n" + "\n".join(text.lines(result)) + "\n", flush=True)
    return result


def decide(report: JsonObject) -> None:
    """Raise WouldFail where preflight found a reason to."""
    count = len(report["problems"])
    if count:
        reasons = "a reason" if count == 1 else f"{count} reasons"
        raise WouldFail(f"the run would fail, for {reasons} listed above and in preflight_report")


def _at_most(asked: int | None, found: int | None) -> int | None:
    return asked if found is None else min(asked or found, found)
