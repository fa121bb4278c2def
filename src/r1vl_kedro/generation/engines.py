"""The protocol of an engine, and which class answers to which name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from r1vl_kedro.generation.options import DecodingOptions


@dataclass(frozen=True)
class Prompt:
    """One user turn as chat messages, with the decoded images in the order of their marks.

    ``raw``: the turn is the whole prompt, without a chat template (`prompts.is_raw`).
    """

    messages: list[dict[str, Any]]
    images: Sequence[Any]
    raw: bool = False


@dataclass(frozen=True)
class Completion:
    """One answer: its text, its length in tokens, and whether the token limit cut it."""

    text: str
    tokens: int
    truncated: bool


class Engine(Protocol):
    """Answers prompts in batches."""

    def generate(self, prompts: Sequence[Prompt], seed: int) -> list[list[Completion]]:
        """Return `num_samples` completions for each prompt, in the order of the prompts."""
        ...


def seed_of(seed: int, number: int) -> int:
    """Return the seed of one prompt of a call, for engines that seed every request by itself."""
    return seed * 1_000_003 + number


def make_engine(checkpoint: str, options: DecodingOptions) -> Engine:
    """Load the engine named by `options.engine` with the checkpoint."""
    if options.engine == "transformers":
        from r1vl_kedro.generation.transformers_engine import TransformersEngine

        return TransformersEngine(checkpoint, options)
    if options.engine == "vllm":
        from r1vl_kedro.generation.vllm_engine import VllmEngine

        return VllmEngine(checkpoint, options)
    from r1vl_kedro.generation.openai_engine import OpenAIEngine

    return OpenAIEngine(checkpoint, options)
