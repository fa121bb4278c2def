"""Nodes of the preflight; none loads weights."""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.prompts import render_question
from r1vl_kedro.records.options import DataPrepOptions
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.training import preflight
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions
from r1vl_kedro.training.preflight import PreflightError, PreflightOptions

logger = logging.getLogger(__name__)
CHARACTERS_PER_TOKEN = 3.5
LOWEST_PIXELS = 3136


def check_settings(
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    launcher: LauncherOptions,
    evaluation: EvaluationOptions,
) -> list[str]:
    """Clashes between settings; read from parameters alone."""
    return preflight.clashes(
        warm_up, step_grpo, launcher.num_processes, evaluation.decoding.max_new_tokens
    )


def measure_records(
    records: Iterable[RawRecord], step_grpo: StepGRPOOptions, options: PreflightOptions
) -> dict[str, Any]:
    """Count all raw records; open the images and measure the text of the first ``sample``."""
    from PIL import Image

    counted: Counter[str] = Counter()
    visual, prompts, answers = [], [], []
    high = step_grpo.max_pixels or 10**9
    for number, record in enumerate(records):
        counted["records"] += 1
        counted["unreadable rows"] += record.problem is not None
        if number >= options.sample or record.problem is not None:
            continue
        tokens = 0
        for image in record.images:
            if isinstance(image, Path) and not image.is_file():
                counted["missing images"] += 1
                continue
            if isinstance(image, Path):
                try:
                    with Image.open(image) as opened:
                        tokens += preflight.visual_tokens(*opened.size, LOWEST_PIXELS, high)
                except OSError:
                    counted["broken images"] += 1
        text = render_question(record.question, record.options)
        visual.append(tokens)
        prompts.append(tokens + round(len(text) / CHARACTERS_PER_TOKEN) + 20)
        answers.append(round(len(record.solution) / CHARACTERS_PER_TOKEN))
    return {
        "counted": dict(counted),
        "visual_tokens": visual,
        "prompt_tokens": prompts,
        "answer_tokens": answers,
    }


def report(
    problems: list[str],
    measured: dict[str, Any],
    base: Path | str,
    data_prep: DataPrepOptions,
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    launcher: LauncherOptions,
    options: PreflightOptions,
) -> dict[str, Any]:
    """Everything a run will take; printed and returned.

    Raises:
        PreflightError: some setting clashes or no data was found; lists every reason.
    """
    problems = list(problems)
    found = measured["counted"].get("records", 0)
    if not found:
        problems.append("no record was found in mulberry_records")
    long = sum(tokens > step_grpo.max_prompt_length for tokens in measured["prompt_tokens"])
    share = data_prep.split
    used = min(share.n_warm_up or found, found), min(share.n_rl or found, found)
    shape = preflight.shape_of(str(base))
    planned = preflight.plan(warm_up, step_grpo, *used)
    processes = launcher.num_processes
    prompt, answer = (_mean(measured[key]) for key in ("prompt_tokens", "answer_tokens"))
    memory = {}
    stages = (
        ("warm_up", warm_up, warm_up.batch_size, False),
        ("step_grpo", step_grpo, step_grpo.rollouts, step_grpo.beta > 0),
    )
    for name, stage, sequences, reference in stages:
        tokens = stage.max_prompt_length + stage.max_completion_length
        micro = stage.micro_batch_size or max(1, sequences // processes)
        memory[name] = preflight.memory_gb(
            stage, shape, processes, tokens, micro, reference, options.gpu_memory_gb
        )
        if memory[name]["total"] > options.gpu_memory_gb:
            problems.append(
                f"{name} is estimated to need {memory[name]['total']} GB a GPU, there are "
                f"{options.gpu_memory_gb:g}; a smaller micro_batch_size, deepspeed: zero3_offload "
                "or lora would lower it"
            )
    result = {
        "data": {**measured["counted"], "measured": len(measured["prompt_tokens"])},
        "longer than max_prompt_length": long,
        "visual_tokens": preflight.histogram(measured["visual_tokens"]),
        "prompt_tokens": preflight.histogram(measured["prompt_tokens"]),
        "answer_tokens": preflight.histogram(measured["answer_tokens"]),
        "plan": planned,
        "memory_gb_per_gpu": memory,
        "hours": preflight.hours(
            options, shape[0], processes, planned, prompt, answer, warm_up, step_grpo
        ),
        "problems": problems,
    }
    logger.info("preflight\n%s", "\n".join(_lines(result)))
    if problems:
        raise PreflightError("\n".join(["the run would fail:", *(f"- {p}" for p in problems)]))
    return result


def _mean(values: list[int]) -> float:
    return sum(values) / max(len(values), 1)


def _lines(value: Any, indent: str = "") -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                yield f"{indent}{key}:"
                yield from _lines(inner, indent + "  ")
            else:
                yield f"{indent}{key}: {inner}"
    else:
        yield from itertools.chain(f"{indent}{line}" for line in value)
