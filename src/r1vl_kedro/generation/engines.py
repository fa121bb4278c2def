"""The protocol of an engine, and which class answers to which name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.prompts import is_raw

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
    """Return the seed of one prompt of a call, or of the batch that begins with it."""
    return seed * 1_000_003 + number


def own_gpus(each: int) -> None:
    """Leave this process its own GPUs of those that its job's processes on this host share.

    Nothing is left either of what torch's launcher tells its ranks: vLLM makes groups of its own,
    and would join theirs.
    """
    ranks, here = (int(os.environ.pop(name, "0")) for name in ("LOCAL_WORLD_SIZE", "LOCAL_RANK"))
    for name in ("MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_USE_AGENT_STORE"):
        os.environ.pop(name, None)
    if ranks > 1:
        given = os.environ.get("CUDA_VISIBLE_DEVICES")
        gpus = [str(n) for n in range(ranks * each)] if given is None else given.split(",")
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(gpus[here * each : (here + 1) * each])


class EngineError(UserFacingError, ValueError):
    """An engine is not installed, or cannot answer what it is asked."""


def check_prompt(template: str, options: DecodingOptions) -> None:
    """Check that the engine can ask with this template.

    Raises:
        EngineError: it is a whole prompt, and the engine an endpoint.
    """
    if is_raw(template) and options.engine == "openai":
        raise EngineError(
            f"the prompt template {template[:60]!r} places {{image}} and so is the whole prompt, "
            "but an endpoint puts its chat template around it; take engine transformers or vllm"
        )


def make_engine(checkpoint: str, options: DecodingOptions) -> Engine:
    """Load the engine named by `options.engine` with the checkpoint, on this process's GPUs."""
    own_gpus(options.tensor_parallel_size)
    if options.engine == "transformers":
        from r1vl_kedro.generation.transformers_engine import TransformersEngine

        return TransformersEngine(checkpoint, options)
    if options.engine == "vllm":
        from r1vl_kedro.generation.vllm_engine import VllmEngine

        return VllmEngine(checkpoint, options)
    from r1vl_kedro.generation.openai_engine import OpenAIEngine

    return OpenAIEngine(checkpoint, options)
