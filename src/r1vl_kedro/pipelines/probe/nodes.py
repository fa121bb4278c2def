"""Nodes of the probe."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation.nodes import answer, job_place
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.hints import Figure, Frame, JsonObject, Records
from r1vl_kedro.pipelines.probe.options import ProbeOptions
from r1vl_kedro.reporting import push
from r1vl_kedro.reporting.variants import objectives_of, sums_of_rewards
from r1vl_kedro.rewards.diagnostics import dead_group_forecast
from r1vl_kedro.rewards.outcome import OutcomeReward
from r1vl_kedro.rewards.sums import weighted_sums
from r1vl_kedro.training.options import StepGRPOOptions


def choose_questions(prompts: Records, options: ProbeOptions, seed: int) -> Records:
    """Draw the questions of the probe, in the order of the RL prompts."""
    draw = random.Random(f"{seed}-probe")
    parts: list[Sequence[int]] = [range(len(prompts))]
    if options.families:
        of_row = prompts["family"]
        parts = [[k for k, one in enumerate(of_row) if one == name] for name in options.families]
    share = options.questions // len(parts)
    chosen = [k for rows in parts for k in draw.sample(rows, min(share, len(rows)))]
    return prompts.select(sorted(chosen))


def sample_responses(
    checkpoint: Path | str,
    prompts: Records,
    options: ProbeOptions,
    step_grpo: StepGRPOOptions,
    evaluation: EvaluationOptions,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
) -> Frame:
    """Sample several responses to each question as StepGRPO would; goes on after a kill."""
    decoding = DecodingOptions.model_validate(
        evaluation.decoding.model_dump()
        | {
            "temperature": step_grpo.temperature,
            "num_samples": options.samples,
            "max_new_tokens": step_grpo.max_completion_length,
            "top_p": 1.0,
            "top_k": 0,
        }
    )
    place = job_place(work_dir) / "probe"
    return answer(checkpoint, prompts, decoding, launcher, template, seed, place, "probe")


def forecast_dead_groups(
    predictions: Frame,
    prompts: Records,
    options: ProbeOptions,
    step_grpo: StepGRPOOptions,
    variants: JsonObject,
) -> tuple[Frame, str]:
    """Forecast and print the share of dead groups for each reward and group size.

    Returns:
        One row for each sum of rewards of the grid, by the first variant that has it, with a column
        ``M = ...`` for each size (shares), and the table as Markdown with the samples' pass rate.
    """
    import pandas as pd

    responses, columns, by_question = _sampled(predictions, prompts)
    sums = sums_of_rewards(step_grpo, variants)
    totals = weighted_sums(sums, responses, columns, by_question)
    table = []
    for name, total in totals.items():
        groups = [total[rows] for rows in by_question]
        shares = {f"M = {m}": dead_group_forecast(groups, m) for m in options.group_sizes}
        table.append({"reward": name, **shares})
    frame = pd.DataFrame(table)
    outcome = OutcomeReward(grammar=step_grpo.grammar)(responses, **columns)
    right = [np.array(outcome)[rows] for rows in by_question]
    text = push.dead_groups_markdown(frame, right, options.samples, step_grpo.temperature)
    click.echo(text)
    return frame, text


def measure_push(
    predictions: Frame,
    prompts: Records,
    options: ProbeOptions,
    step_grpo: StepGRPOOptions,
    variants: JsonObject,
    seed: int,
) -> tuple[Frame, str, Figure]:
    """Measure which way the first updates of each reward push the samples, and print it.

    Returns:
        One row for each reward, M and feature; Markdown; a figure, at StepGRPO's M or the largest.
    """
    import pandas as pd

    responses, columns, questions = _sampled(predictions, prompts)
    features = push.features_of(responses, columns, step_grpo)
    objectives = objectives_of(step_grpo, variants)
    sizes = options.group_sizes
    size = step_grpo.group_size if step_grpo.group_size in sizes else max(sizes)

    def measure(rows: Sequence[Sequence[int]], sizes: Sequence[int] = (size,)) -> Frame:
        return push.push_table(responses, columns, rows, objectives, features, sizes, seed)

    table = measure(questions, sizes)
    if options.families:
        parts = push.by_family(predictions["family"].tolist(), questions, measure)
        table = pd.concat([table, *parts], ignore_index=True)
    text = push.push_markdown(table, push.forms_table(features), size, variants)
    click.echo(text)
    return table, text, push.push_figure(table, size, variants)


def _sampled(predictions: Frame, prompts: Records) -> tuple[list[str], dict[str, list], list]:
    """Return the responses, the columns that rewards read, and the places of each question's."""
    place = {name: number for number, name in enumerate(prompts["id"])}
    rows = [place[name] for name in predictions["id"]]
    texts = {name: list(prompts[name]) for name in prompts.column_names if name != "images"}
    columns = {name: [values[row] for row in rows] for name, values in texts.items()} | {
        "answer": predictions["answer"].tolist(),
        "options": [list(some) for some in predictions["options"]],
    }
    by_question = [list(rows) for rows in predictions.groupby("id").indices.values()]
    return predictions["response"].tolist(), columns, by_question
