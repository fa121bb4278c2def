"""The tokens that stand for images and videos."""

from typing import Any

VISION_TOKENS = (
    "<|image_pad|>",
    "<|video_pad|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
)


def vision_token_ids(tokenizer: Any) -> list[int]:
    """Return ids of the placeholders that stand for images and videos; no sampler may emit them.

    A sampled placeholder has no image features and breaks the next forward pass.
    """
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary[token] for token in VISION_TOKENS if token in vocabulary)
