"""Sampling completions: one prefill for the M completions of a prompt, one random stream per row.

A row's random numbers depend on (seed, step, row) only, so the same rollouts come out of one
process or several, and of a run that was killed and resumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


def uniforms(seed: int, step: int, rows: Sequence[int], length: int, turn: int = 0) -> torch.Tensor:
    """Draw numbers in [0, 1), shape (rows, length), from a counter-based generator (Philox).

    Args:
        turn: how often the rows were sampled before in this step.
    """
    import numpy as np
    import torch

    streams = [
        np.random.Generator(np.random.Philox(key=seed, counter=[0, turn, row, step])).random(
            length, dtype=np.float32
        )
        for row in rows
    ]
    return torch.from_numpy(np.stack(streams))


def dead_groups(
    rewards: torch.Tensor, weights: torch.Tensor, group_size: int, *, apart: bool
) -> torch.Tensor:
    """Tell which groups have no variance in their rewards, hence no advantage.

    Args:
        rewards: (groups * group_size, functions); NaN where a function does not apply.
        weights: (functions,).
        apart: whether each function is standardised by itself, so that one that varies is enough.

    Returns:
        (groups,) booleans.
    """
    weighted = (rewards * weights).nan_to_num(0.0)
    values = weighted if apart else weighted.sum(1, keepdim=True)
    grouped = values.view(-1, group_size, values.size(1))
    spread = grouped.amax(1) - grouped.amin(1)
    return (spread < 1e-6).all(-1)


def run_lengths(keys: list[str]) -> list[int]:
    """Return lengths of the runs of equal neighbours: ``a a b`` gives ``[2, 1]``."""
    runs: list[int] = []
    for i, key in enumerate(keys):
        if i and key == keys[i - 1]:
            runs[-1] += 1
        else:
            runs.append(1)
    return runs


def repeated(values: list, runs: list[int]) -> list:
    """Repeat each value as often as its run is long."""
    return [value for value, run in zip(values, runs, strict=True) for _ in range(run)]


def draw_tokens(logits: torch.Tensor, temperature: float, u: torch.Tensor | None) -> torch.Tensor:
    """Draw one token per row of ``logits`` (rows, vocabulary), inverting the distribution at ``u``.

    Temperature 0 takes the likeliest token. A token of probability zero is never drawn.
    """
    import torch

    if temperature == 0:
        return logits.argmax(-1)
    cumulative = torch.softmax(logits.float() / temperature, dim=-1).cumsum(-1)
    threshold = u.to(cumulative.device).unsqueeze(1) * cumulative[:, -1:]
    chosen = torch.searchsorted(cumulative, threshold, right=True).squeeze(1)
    # Rounding may place the threshold on the last step: then the last token with any probability.
    last = torch.searchsorted(cumulative, cumulative[:, -1:].contiguous(), right=False).squeeze(1)
    return torch.minimum(chosen, last)


def sample(
    model: PreTrainedModel,
    inputs: dict[str, torch.Tensor],
    group_sizes: Sequence[int],
    *,
    max_new_tokens: int,
    temperature: float,
    random: torch.Tensor | None,
    eos: Sequence[int],
    suppress: Sequence[int],
) -> list[list[int]]:
    """Sample completions of a Qwen2-VL style model, each with its end token where it has one.

    Args:
        inputs: what the processor made of the distinct prompts, left-padded.
        group_sizes: number of completions of each prompt.
        random: (sum(group_sizes), max_new_tokens) uniforms; None when ``temperature`` is 0.
        suppress: tokens that are never drawn.

    Returns:
        One token list per completion, in the order of the prompts.
    """
    import torch

    core = core_of(model)
    device = inputs["input_ids"].device
    source = torch.repeat_interleave(
        torch.arange(len(group_sizes), device=device), torch.tensor(group_sizes, device=device)
    )
    banned = torch.tensor(list(suppress), dtype=torch.long, device=device)
    stops = torch.tensor(list(eos), dtype=torch.long, device=device)
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            out = model(**inputs, use_cache=True, logits_to_keep=1)
            cache = out.past_key_values
            mask = inputs["attention_mask"][source]
            if core.rope_deltas is None:  # no image: the prompt's positions are those of its places
                position = torch.full_like(mask[:, :1], mask.shape[1])
            else:
                position = mask.sum(1, keepdim=True) + core.rope_deltas.to(device)[source]
            position = position.long()
            logits = out.logits[:, -1][source]
            cache.batch_select_indices(source)
            rows = torch.arange(len(source), device=device)
            tokens = torch.zeros(len(source), max_new_tokens, dtype=torch.long, device=device)
            lengths = torch.full((len(source),), max_new_tokens, device=device)
            for t in range(max_new_tokens):
                logits = logits.index_fill(-1, banned, float("-inf"))
                u = None if random is None else random[rows.cpu(), t]
                token = draw_tokens(logits, temperature, u)
                tokens[rows, t] = token
                ended = torch.isin(token, stops)
                if bool(ended.any()):
                    lengths[rows[ended]] = t + 1
                    going = torch.nonzero(~ended).squeeze(1)
                    if len(going) == 0:
                        break
                    rows, token, mask, position = (x[going] for x in (rows, token, mask, position))
                    cache.batch_select_indices(going)
                if t + 1 == max_new_tokens:
                    break
                mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
                out = model(
                    input_ids=token.unsqueeze(1),
                    attention_mask=mask,
                    position_ids=position.unsqueeze(0).expand(3, -1, -1),
                    past_key_values=cache,
                    use_cache=True,
                )
                logits = out.logits[:, -1]
                position = position + 1
    finally:
        core.rope_deltas = None
        model.train(was_training)
    kept = zip(tokens.cpu().tolist(), lengths.cpu().tolist(), strict=True)
    return [row[:length] for row, length in kept]


def core_of(model: Any) -> Any:
    """Return the part of a Qwen2-VL model below its output layer, with the image positions."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    if not hasattr(base.model, "rope_deltas"):
        raise TypeError(
            f"rollouts know Qwen2-VL and Qwen2.5-VL, not {type(base).__name__}; "
            "use vLLM for this model"
        )
    return base.model
