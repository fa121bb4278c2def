"""Settings that cannot work together, and what they lack here: libraries, files of a model."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.models.files import name_problem, problems_of
from r1vl_kedro.preflight.estimates import PIXELS_PER_TOKEN
from r1vl_kedro.training.options import TrainingOptions
from r1vl_kedro.training.planned import Training, batch_problems, each_once, image_problems
from r1vl_kedro.training.vllm_options import VllmOptions


def clashes(trainings: Iterable[Training], processes: int) -> list[str]:
    """List reasons why these trainings cannot work as they are set, each with what would.

    A reason that several have is listed where it is first.
    """
    trainings = list(trainings)
    found = ((one.where, said) for one in trainings for said in _clashes_of(one.options, processes))
    own = [f"{where}.{problem}" for where, problem in each_once(found)]
    return batch_problems(trainings, processes) + own + _lengths(trainings)


def evaluation_clashes(decoding: DecodingOptions, trainings: Iterable[Training]) -> list[str]:
    """List reasons why answers would not be sampled as training allows them."""
    found = [f"evaluation.{problem}" for problem in _decoding(decoding)]
    for training in trainings:
        longest = getattr(training.options, "max_completion_length", 0)
        if training.method.samples and decoding.max_new_tokens < longest:
            found.append(
                f"evaluation.decoding.max_new_tokens {decoding.max_new_tokens} is below "
                f"{training.where}.max_completion_length {longest}; answers that training allows "
                "would be cut off in evaluation"
            )
            break
    return found


def model_problems(
    places: Mapping[str, str],
    trainings: Iterable[Training],
    decodings: Iterable[tuple[str, DecodingOptions | Mapping[str, Any]]],
) -> list[str]:
    """List what models lack, and options that leave their images no area.

    A model of the hub's is looked at when it is loaded, but for its name and, offline, the cache.

    Args:
        places: directory or hub name of each model, by its dataset.
        decodings: where they are in the parameters, and decoding options.
    """
    models = {name: Path(place) for name, place in places.items() if Path(place).is_dir()}
    problems = [problem for place in models.values() for problem in problems_of(place)]
    for name, place in places.items():
        if name not in models and (problem := name_problem(place)):
            problems.append(f"{name}: {problem}")
    return [*problems, *image_problems(models, trainings, decodings)]


def _lengths(trainings: list[Training]) -> list[str]:
    """List data that is sampled longer than a training that reads it takes."""
    makers = [(one, decoding) for one in trainings if (decoding := _decoding_of(one.options))]
    readers = [one for one in trainings if isinstance(one.options, TrainingOptions)]
    found = (
        f"{maker.where}.decoding.max_new_tokens {decoding.max_new_tokens} is above "
        f"{reader.where}.max_completion_length {reader.options.max_completion_length}; "
        f"{maker.method.makes} with responses as long as are sampled would be set aside"
        for maker, decoding in makers
        for reader in readers
        if reader.method.records == maker.method.makes
        and decoding.max_new_tokens > reader.options.max_completion_length
    )
    return list(dict.fromkeys(found))


def _decoding_of(options: BaseModel) -> DecodingOptions | None:
    return getattr(options, "decoding", None)


def _clashes_of(options: BaseModel, processes: int) -> Iterator[str]:
    if isinstance(options, TrainingOptions):
        yield from _training(options)
    if decoding := _decoding_of(options):
        yield from _decoding(decoding)
    vllm = getattr(options, "vllm", None)
    if vllm is not None:
        yield from _vllm(vllm, options, processes)


def _decoding(decoding: DecodingOptions) -> Iterator[str]:
    if decoding.engine == "vllm" and importlib.util.find_spec("vllm") is None:
        yield "decoding.engine is vllm, which is not installed (extra 'gpu')"


def _vllm(vllm: VllmOptions, options: TrainingOptions, processes: int) -> Iterator[str]:
    needed = options.max_prompt_length + options.max_completion_length
    if vllm.max_model_length is not None and vllm.max_model_length < needed:
        yield (
            f"vllm.max_model_length {vllm.max_model_length} counts prompt and completion, which "
            f"may reach {needed} tokens"
        )
    if vllm.mode == "colocate" and processes % vllm.tensor_parallel_size:
        yield (
            f"vllm.tensor_parallel_size {vllm.tensor_parallel_size} does not divide {processes} "
            "processes"
        )
    if importlib.util.find_spec("vllm") is None:
        yield "vllm is set but vllm is not installed (extra 'gpu')"


def _training(options: TrainingOptions) -> Iterator[str]:
    if options.deepspeed is not None:
        if importlib.util.find_spec("deepspeed") is None:
            yield "deepspeed is set but DeepSpeed is not installed (extra 'gpu')"
        if options.on_bad_loss == "skip":
            yield "on_bad_loss: skip does not go with deepspeed; use stop"
    if options.attention == "flash_attention_2" and not importlib.util.find_spec("flash_attn"):
        yield "attention: flash_attention_2 but flash-attn is not installed; auto falls back"
    if options.max_pixels is not None:
        visual = math.ceil(options.max_pixels / PIXELS_PER_TOKEN)
        if visual >= options.max_prompt_length:
            yield (
                f"max_prompt_length {options.max_prompt_length} leaves no room for the question "
                f"beside an image of max_pixels {options.max_pixels} ({visual} tokens)"
            )
