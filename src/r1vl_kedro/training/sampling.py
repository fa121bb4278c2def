"""Sample completions with the model in training, each from a random stream of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from trl.models import unwrap_model_for_generation

from r1vl_kedro.models.decoding import sample
from r1vl_kedro.training.rollout import uniforms


def sample_completions(
    trainer: Any,
    inputs: dict[str, torch.Tensor],
    group_sizes: Sequence[int],
    streams: Sequence[int],
    turn: int,
) -> list[list[int]]:
    """Sample completions of prompts by a StepGRPOTrainer's model and settings.

    All processes call it together, some perhaps without prompts: ZeRO-3 gathers the weights.

    Args:
        inputs: of the distinct prompts, left-padded, as `models.decoding.sample` reads them.
        group_sizes: number of completions of each prompt.
        streams: random stream of each completion in this step (`rollout.uniforms`).
        turn: tells streams of the same number apart.

    Returns:
        One token list per completion, in the order of the prompts.
    """
    args, length = trainer.args, trainer.max_completion_length
    with (
        unwrap_model_for_generation(
            trainer.model_wrapped,
            trainer.accelerator,
            gather_deepspeed3_params=args.ds3_gather_for_generation,
        ) as model,
        torch.no_grad(),
        trainer.accelerator.autocast(),
    ):
        if not group_sizes:
            return []
        return sample(
            model,
            inputs,
            group_sizes,
            max_new_tokens=length,
            temperature=trainer.temperature,
            random=uniforms(args.seed, trainer.state.global_step, streams, length, turn),
            eos=trainer.eos_token_ids,
            suppress=trainer.suppressed,
        )
