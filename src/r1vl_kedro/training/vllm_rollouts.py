"""Correct TRL's rollouts by vLLM for images: prompts as vLLM reads them, no placeholder sampled.

Colocated, TRL 1.16 gives vLLM prompts whose images are already spread over their visual tokens;
vLLM takes the first of them for a whole image and spreads it again, so that the policy answers
another prompt than the one it is trained on (TRL issue 6294). A server is given images apart, and
needs the prompts as TRL makes them.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from r1vl_kedro.models import load_processor
from r1vl_kedro.training.errors import TrainingError


def check_images(model: str, processor: Any) -> None:
    """Check that vLLM, which prepares images by the checkpoint's settings, makes as many tokens.

    Args:
        model: directory or hub name from which vLLM loads.
        processor: of the training.

    Raises:
        TrainingError: the bounds on an image's area differ; names both.
    """
    theirs = dict(load_processor(model).image_processor.size)
    ours = dict(processor.image_processor.size)
    if theirs != ours:
        raise TrainingError(
            f"step_grpo.min_pixels and max_pixels make images of {ours['shortest_edge']} to "
            f"{ours['longest_edge']} pixels, but vLLM reads {model}, where they have "
            f"{theirs['shortest_edge']} to {theirs['longest_edge']}; give warm_up the same "
            "min_pixels and max_pixels, which its checkpoint keeps"
        )


def adapt_generation(generation: Any, image_token: int, never: Sequence[int]) -> None:
    """Adapt a trainer's `VLLMGeneration` in place to prompts with images.

    Args:
        generation: asked by TRL with token ids and images.
        image_token: stands for an image, or for each of its visual tokens once it is spread.
        never: token ids that must not be sampled.
    """
    given = generation.generation_kwargs or {}
    generation.generation_kwargs = {**given, "logit_bias": dict.fromkeys(never, -100.0)}
    if generation.mode == "colocate":
        generation.generate = functools.partial(_generate, generation.generate, image_token)


def _generate(
    generate: Any, image_token: int, prompts: list[list[int]], *args: Any, **kwargs: Any
) -> tuple:
    read, *rest = generate([one_each(ids, image_token) for ids in prompts], *args, **kwargs)
    for wanted, seen in zip(prompts, read, strict=True):
        if list(wanted) != list(seen):
            raise TrainingError(
                f"vLLM read a prompt of {len(seen)} tokens ({seen.count(image_token)} of images) "
                f"where training has {len(wanted)} ({wanted.count(image_token)}); the image "
                "processor of the checkpoint and that of training do not agree"
            )
    return prompts, *rest


def one_each(ids: Sequence[int], image_token: int) -> list[int]:
    """Return token ids with every run of `image_token` shortened to one."""
    return [
        token
        for place, token in enumerate(ids)
        if token != image_token or place == 0 or ids[place - 1] != image_token
    ]
