"""Settings that cannot work together, or lack a library here."""

from __future__ import annotations

import importlib.util
import math

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.generation.pairs import PairOptions
from r1vl_kedro.preflight.estimates import PIXELS_PER_TOKEN
from r1vl_kedro.training.batches import split_batch
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions, TrainingOptions
from r1vl_kedro.training.preference_options import PreferenceOptions


def clashes(
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    processes: int,
    decoding: DecodingOptions,
) -> list[str]:
    """List reasons why these settings cannot work together, each with what would."""
    found: list[str] = []
    batches = (
        ("warm_up", warm_up.batch_size, warm_up.micro_batch_size, "batch_size"),
        ("step_grpo", step_grpo.rollouts, step_grpo.micro_batch_size, "rollouts_per_step"),
    )
    for name, sequences, micro, what in batches:
        try:
            split_batch(sequences, micro, processes, f"{name}.{what}")
        except ValueError as error:
            found.append(str(error))
    for name, options in (("warm_up", warm_up), ("step_grpo", step_grpo)):
        found += [f"{name}.{problem}" for problem in _clashes_of(options)]
    vllm = step_grpo.vllm
    if vllm is not None:
        needed = step_grpo.max_prompt_length + step_grpo.max_completion_length
        if vllm.max_model_length is not None and vllm.max_model_length < needed:
            found.append(
                f"step_grpo.vllm.max_model_length {vllm.max_model_length} counts prompt and "
                f"completion, which may reach {needed} tokens"
            )
        if vllm.mode == "colocate" and processes % vllm.tensor_parallel_size:
            found.append(
                f"step_grpo.vllm.tensor_parallel_size {vllm.tensor_parallel_size} does not divide "
                f"{processes} processes"
            )
        if importlib.util.find_spec("vllm") is None:
            found.append("step_grpo.vllm is set but vllm is not installed (extra 'gpu')")
    if decoding.engine == "vllm" and importlib.util.find_spec("vllm") is None:
        found.append("evaluation.decoding.engine is vllm, which is not installed (extra 'gpu')")
    if decoding.max_new_tokens < step_grpo.max_completion_length:
        found.append(
            f"evaluation.decoding.max_new_tokens {decoding.max_new_tokens} is below "
            f"step_grpo.max_completion_length {step_grpo.max_completion_length}; answers that "
            "training allows would be cut off in evaluation"
        )
    return found


def preference_clashes(
    preference: PreferenceOptions, pairs: PairOptions, processes: int
) -> list[str]:
    """List reasons why pairs cannot be sampled, or learnt from, with these settings."""
    problem = preference.problem_with(processes)
    found = [] if problem is None else [f"preference: {problem}"]
    found += [f"preference.{one}" for one in _clashes_of(preference)]
    if pairs.decoding.engine == "vllm" and importlib.util.find_spec("vllm") is None:
        found.append("pairs.decoding.engine is vllm, which is not installed (extra 'gpu')")
    if pairs.decoding.max_new_tokens > preference.max_completion_length:
        found.append(
            f"pairs.decoding.max_new_tokens {pairs.decoding.max_new_tokens} is above "
            f"preference.max_completion_length {preference.max_completion_length}; pairs with "
            "responses as long as are sampled would be set aside"
        )
    return found


def _clashes_of(options: TrainingOptions) -> list[str]:
    found = []
    if options.deepspeed is not None:
        if importlib.util.find_spec("deepspeed") is None:
            found.append("deepspeed is set but DeepSpeed is not installed (extra 'gpu')")
        if options.on_bad_loss == "skip":
            found.append("on_bad_loss: skip does not go with deepspeed; use stop")
    if options.attention == "flash_attention_2" and not importlib.util.find_spec("flash_attn"):
        found.append(
            "attention: flash_attention_2 but flash-attn is not installed; auto falls back"
        )
    if options.max_pixels is not None:
        visual = math.ceil(options.max_pixels / PIXELS_PER_TOKEN)
        if visual >= options.max_prompt_length:
            found.append(
                f"max_prompt_length {options.max_prompt_length} leaves no room for the question "
                f"beside an image of max_pixels {options.max_pixels} ({visual} tokens)"
            )
    return found
