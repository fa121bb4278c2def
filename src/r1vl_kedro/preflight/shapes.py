"""The size of a model, from its configuration alone."""

from __future__ import annotations

from typing import NamedTuple

from r1vl_kedro.errors import UserFacingError


class Shape(NamedTuple):
    """What memory and time go by."""

    parameters: float
    layers: int
    hidden: int
    vocabulary: int


SHAPES = {
    "Qwen/Qwen2-VL-2B-Instruct": Shape(2.21e9, 28, 1536, 151936),
    "Qwen/Qwen2-VL-7B-Instruct": Shape(8.29e9, 28, 3584, 152064),
    "Qwen/Qwen2.5-VL-7B-Instruct": Shape(8.29e9, 28, 3584, 152064),
}
"""For where the hub cannot be reached."""


class PreflightError(UserFacingError):
    """Something that preflight needs cannot be worked out."""


def shape_of(base: str) -> Shape:
    """Read a model's ``config.json``, on disk or from the hub, and count its parameters.

    Args:
        base: a directory or a hub name.

    Raises:
        PreflightError: there is no such file, the hub cannot be reached, or transformers knows no
            vision-language model of this kind.
    """
    if base in SHAPES:
        return SHAPES[base]
    import torch
    from transformers import AutoConfig, AutoModelForImageTextToText

    try:
        config = AutoConfig.from_pretrained(base)
        with torch.device("meta"):  # no memory is taken
            model = AutoModelForImageTextToText.from_config(config)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise PreflightError(f"base model {base!r}: {reason:.200}") from error
    text = config.get_text_config()
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return Shape(parameters, text.num_hidden_layers, text.hidden_size, text.vocab_size)
