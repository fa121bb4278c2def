"""Nodes of the preflight; none loads weights, and none stops before every reason is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from r1vl_kedro.benchmarks import BENCHMARKS
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.launcher.jobs import gpus
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.prompts import MAX_OPTIONS, render_question
from r1vl_kedro.records import images as pictures
from r1vl_kedro.records.options import DataPrepOptions
from r1vl_kedro.records.questions import special_token
from r1vl_kedro.records.schema import RawRecord, RecordsError
from r1vl_kedro.training import preflight, preflight_text
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions
from r1vl_kedro.training.preflight import PreflightOptions
from r1vl_kedro.training.sharing import worth_knowing

CHARACTERS_PER_TOKEN = 3.5
LOWEST_PIXELS = 3136
HELD_OUT = ("validation_records", "test_records")


class WouldFail(click.ClickException):
    """The run would fail; preflight has printed why."""


def check_settings(
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    launcher: LauncherOptions,
    evaluation: EvaluationOptions,
) -> list[str]:
    """Clashes between settings, and what this machine lacks for them."""
    clashes = preflight.clashes(warm_up, step_grpo, launcher.num_processes, evaluation.decoding)
    lack = launcher.missing_gpus(gpus()) if launcher.device == "cuda" else None
    return clashes + ([lack] if lack else [])


def look_for_data(
    entries: Any, step_grpo: StepGRPOOptions, options: PreflightOptions
) -> dict[str, Any]:
    """What of the data is there; records counted and measured.

    Args:
        entries: the catalog.
    """
    data, problems, notes = {}, [], []
    measured = measure([], step_grpo, options)
    if entries.exists("source_records"):
        try:
            measured = measure(entries.load("source_records"), step_grpo, options)
            problems += _judge(measured, step_grpo, notes)
            data["source_records"] = ", ".join(
                f"{count:,} {what}" for what, count in measured["counted"].items()
            )
        except RecordsError as error:
            problems.append(f"source_records: {error}")
            data["source_records"] = "cannot be read"
    for name in ("source_records", *HELD_OUT):
        if not entries.exists(name):
            problems.append(f"{name}: there is no {_place(entries, name)}")
        data.setdefault(name, "found" if entries.exists(name) else "missing")
    lacking = [name for name in BENCHMARKS if not entries.exists(f"benchmark_{name}")]
    data["benchmarks"] = f"{len(BENCHMARKS) - len(lacking)} of {len(BENCHMARKS)} found"
    if lacking:
        places = [f"{name} ({_place(entries, f'benchmark_{name}')})" for name in lacking]
        notes.append(f"only --pipelines=evaluation needs them: no {', '.join(places)}")
    return {**measured, "data": data, "problems": problems, "notes": notes}


def measure(
    records: Iterable[RawRecord], step_grpo: StepGRPOOptions, options: PreflightOptions
) -> dict[str, Any]:
    """Count all raw records; open the images and measure the text of the first ``sample``."""
    counted: Counter[str] = Counter(records=0)
    visual, prompts, answers = [], [], []
    high = step_grpo.max_pixels or 10**9
    for number, record in enumerate(records):
        counted["records"] += 1
        if record.problem is not None:
            counted["unreadable rows"] += 1
            continue
        if any(map(special_token, (record.question, *record.options, record.solution))):
            counted["rows with special tokens"] += 1
            continue
        if number >= options.sample:
            continue
        sizes = [_size(image, counted) for image in record.images if isinstance(image, Path)]
        tokens = sum(preflight.visual_tokens(*size, LOWEST_PIXELS, high) for size in sizes if size)
        # data_prep sets a record with more options aside
        text = render_question(record.question, record.options[:MAX_OPTIONS])
        visual.append(tokens)
        prompts.append(tokens + round(len(text) / CHARACTERS_PER_TOKEN) + 20)
        answers.append(round(len(record.solution) / CHARACTERS_PER_TOKEN))
    return {
        "counted": dict(counted),
        "visual_tokens": visual,
        "prompt_tokens": prompts,
        "answer_tokens": answers,
    }


def _size(image: Path, counted: Counter[str]) -> tuple[int, int] | None:
    """Return width and height; a file that is missing or no image is counted."""
    try:
        return pictures.size_of(pictures.read(image), str(image))
    except pictures.ImageProblem as error:
        missing = error.reason == "missing_image"
        counted["missing images" if missing else "broken images"] += 1
    return None


def _judge(measured: dict[str, Any], step_grpo: StepGRPOOptions, notes: list[str]) -> list[str]:
    counted, prompts = measured["counted"], measured["prompt_tokens"]
    if not prompts:
        return ["source_records: not one readable record"]
    lost = counted.get("missing images", 0) + counted.get("broken images", 0)
    if lost >= len(prompts):
        return ["source_records: none of its images can be opened; is image_root right?"]
    if lost:
        notes.append(
            f"{lost:,} images of the first {len(prompts):,} records are missing or broken; "
            "data_prep sets such records aside"
        )
    if min(prompts) > step_grpo.max_prompt_length:
        return [f"every prompt is longer than max_prompt_length {step_grpo.max_prompt_length}"]
    return []


def _place(entries: Any, name: str) -> str:
    return str(entries.get(name)._describe().get("path", name))


def report(
    problems: list[str],
    found: dict[str, Any],
    base: Path | str,
    data_prep: DataPrepOptions,
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    launcher: LauncherOptions,
    options: PreflightOptions,
    work_dir: str,
) -> dict[str, Any]:
    """Everything a run will take, and every reason why it would fail; printed and returned."""
    problems = problems + found["problems"]
    records, split = found["counted"]["records"] or None, data_prep.split
    used = (_at_most(asked, records) for asked in (split.n_warm_up, split.n_rl))
    planned = preflight.plan(warm_up, step_grpo, *used)
    shape, processes = preflight.shape_of(str(base)), launcher.num_processes
    stages = (
        ("warm-up", warm_up, False),
        ("StepGRPO", step_grpo, step_grpo.beta > 0),
    )
    memory = {}
    for name, stage, reference in stages:
        tokens = stage.max_prompt_length + stage.max_completion_length
        micro = stage.micro_batch_size or max(1, stage.sequences_per_step // processes)
        memory[name] = preflight.memory_gb(
            stage, shape, processes, tokens, micro, reference, options.gpu_memory_gb
        )
        if launcher.device == "cuda" and memory[name]["total"] > options.gpu_memory_gb:
            problems.append(
                f"{name} is estimated to need {memory[name]['total']} GB a GPU, there are "
                f"{options.gpu_memory_gb:g}; a smaller micro_batch_size, deepspeed: zero3_offload "
                "or lora would lower it"
            )
    disk = preflight.disk_gb(step_grpo, shape[0], 2, Path(work_dir).resolve())
    if sum(disk.values()) - disk["free"] > disk["free"]:
        problems.append(
            f"{work_dir} has {disk['free']:,.0f} GB free; two models and the checkpoints of a "
            f"training need about {sum(disk.values()) - disk['free']:,.0f}"
        )
    lengths = {
        name.replace("_", " "): found[name]
        for name in ("visual_tokens", "prompt_tokens", "answer_tokens")
    }
    unit = f"GPUs of {options.gpu_memory_gb:g} GB" if launcher.device == "cuda" else "processes"
    over = f" over {launcher.num_machines} machines" if launcher.num_machines > 1 else ""
    result = {
        "model": str(base),
        "machine": f"{processes} {unit}{over}",
        "data": found["data"],
        "lengths": {
            "measured": len(found["prompt_tokens"]),
            "max_prompt_length": step_grpo.max_prompt_length,
            "too_long": sum(n > step_grpo.max_prompt_length for n in found["prompt_tokens"]),
            "histograms": {
                name: preflight_text.histogram(values) for name, values in lengths.items()
            },
        },
        "plan": planned,
        "memory_gb_per_gpu": memory,
        "hours": preflight.hours(
            options,
            shape[0],
            processes,
            planned,
            _mean(found["prompt_tokens"]),
            _mean(found["answer_tokens"]),
            warm_up,
            step_grpo,
        ),
        "disk_gb": disk,
        "notes": [*found["notes"], *worth_knowing(step_grpo, processes)],
        "problems": problems,
    }
    print("\n" + "\n".join(preflight_text.lines(result)) + "\n", flush=True)
    return result


def decide(report: dict[str, Any]) -> None:
    """Raise WouldFail where preflight found a reason to."""
    count = len(report["problems"])
    if count:
        reasons = "a reason" if count == 1 else f"{count} reasons"
        raise WouldFail(f"the run would fail, for {reasons} listed above and in preflight_report")


def _at_most(asked: int | None, found: int | None) -> int | None:
    return asked if found is None else min(asked or found, found)


def _mean(values: list[int]) -> float:
    return sum(values) / max(len(values), 1)
