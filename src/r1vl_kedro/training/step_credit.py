"""Per-token advantages of a batch of rollouts: key steps credited to the tokens of their step."""

from __future__ import annotations

import functools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import torch

from r1vl_kedro.rewards.credit import Span, steps_of_key_steps, token_advantages


def token_span(decode: Callable[[Sequence[int]], str], ids: Sequence[int], span: Span) -> Span:
    """Return the tokens (start, end) that write the characters ``span`` of a completion.

    Both ends by bisection, as a longer run of tokens never decodes to less text.
    """

    def written(count: int) -> int:
        return len(decode(ids[:count]))

    counts = range(len(ids))
    start = bisect_right(counts, span[0], key=written)
    return max(start - 1, 0), bisect_left(counts, span[1], key=written)


def decoder(trainer: Any) -> Callable[[Sequence[int]], str]:
    """Return what turns a completion's tokens into its text, as rewards read it."""
    return functools.partial(trainer.processing_class.decode, skip_special_tokens=True)


def token_advantages_of(trainer: Any, completion_ids: torch.Tensor) -> torch.Tensor:
    """Compute the advantages of this process's completions, shape (rows, tokens).

    Groups may lie over several processes: what they need is gathered.

    Args:
        trainer: a StepGRPOTrainer that has just scored the batch.
        completion_ids: (rows, tokens), padded on the right.
    """
    from accelerate.utils import gather_object

    options, left = trainer.options, trainer._rollouts
    reward, grammar = options.rewards["key_steps"], options.grammar
    names = list(options.rewards)
    rewards = left["rewards"].nan_to_num(0.0).cpu()
    weights = torch.tensor([one.weight for one in options.rewards.values()])
    column = names.index("key_steps")
    answered = rewards[:, column] > 0
    others = ((rewards * weights).sum(1) - weights[column] * rewards[:, column]).tolist()
    ids = [
        row[:length].tolist()
        for row, length in zip(completion_ids.cpu(), left["lengths"], strict=True)
    ]
    decode = decoder(trainer)
    first = trainer.accelerator.process_index * len(ids)
    spans: list[list[Span | None]] = []
    for number, (text, row) in enumerate(zip(left["completions"], left["rows"], strict=True)):
        found = steps_of_key_steps(text, row["key_steps"], reward, grammar)
        earned = bool(answered[first + number])
        spans.append(
            [
                None if span is None or not earned else token_span(decode, ids[number], span)
                for span in found
            ]
        )
    everywhere = gather_object(list(zip(spans, left["lengths"], strict=True)))
    size, made = options.group_size, []
    for start in range(0, len(everywhere), size):
        part = everywhere[start : start + size]
        made += token_advantages(
            others[start : start + size],
            [one for one, _ in part],
            [length for _, length in part],
            reward.weight * reward.alpha,
        )
    advantages = torch.zeros(completion_ids.shape, dtype=torch.float32)
    for number, values in enumerate(made[first : first + len(ids)]):
        advantages[number, : len(values)] = torch.from_numpy(values)
    return advantages.to(completion_ids.device)
