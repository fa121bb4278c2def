"""Records counted and measured, before any is converted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from r1vl_kedro.preflight.estimates import visual_tokens
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.prompts import MAX_OPTIONS, render_question
from r1vl_kedro.records import images as pictures
from r1vl_kedro.records.questions import special_token
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.training.options import StepGRPOOptions

CHARACTERS_PER_TOKEN = 3.5
LOWEST_PIXELS = 3136


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
            reason = record.problem[0]
            counted["unreadable rows" if reason == "malformed_row" else reason] += 1
            continue
        if any(map(special_token, (record.question, *record.options, record.solution))):
            counted["rows with special tokens"] += 1
            continue
        if number >= options.sample:
            continue
        sizes = [_size(image, counted) for image in record.images if isinstance(image, Path)]
        tokens = sum(visual_tokens(*size, LOWEST_PIXELS, high) for size in sizes if size)
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
        "max_prompt_length": step_grpo.max_prompt_length,
    }


def _size(image: Path, counted: Counter[str]) -> tuple[int, int] | None:
    """Return width and height; a file that is missing or no image is counted."""
    try:
        return pictures.size_of(pictures.read(image), str(image))
    except pictures.ImageProblem as error:
        missing = error.reason == "missing_image"
        counted["missing images" if missing else "broken images"] += 1
    return None


def judge(measured: dict[str, Any], step_grpo: StepGRPOOptions, notes: list[str]) -> list[str]:
    """List reasons why the measured records cannot be trained on; ``notes`` gets the rest."""
    counted, prompts = measured["counted"], measured["prompt_tokens"]
    if not prompts:
        return ["source_records: not one readable record"]
    lost = counted.get("missing images", 0) + counted.get("broken images", 0)
    if lost and not any(measured["visual_tokens"]):  # others may be of text alone
        return ["source_records: none of its images can be opened; is image_root right?"]
    if lost:
        notes.append(
            f"{lost:,} images of the first {len(prompts):,} records are missing or broken; "
            "data_prep sets such records aside"
        )
    if min(prompts) > step_grpo.max_prompt_length:
        return [f"every prompt is longer than max_prompt_length {step_grpo.max_prompt_length}"]
    return []
