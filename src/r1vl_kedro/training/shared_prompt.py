"""Log-probabilities of completions that share prompts: each prompt and its images once.

A group's M completions differ only after the prompt. The prompt is read once, its keys and values
are handed to the M completions, and gradients flow back through them: P + M C tokens instead of
M (P + C) for a prompt of P tokens and completions of C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1vl_kedro.training.rollout import core_of

if TYPE_CHECKING:
    import torch

CHUNK = 8192
"""Positions whose logits are held at once."""


def first_rows(index: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A row of each distinct prompt, and each row's place among them, from prompt numbers."""
    import torch

    _, place = torch.unique(index, return_inverse=True)
    rows = torch.arange(len(index), device=index.device)
    first = torch.full((int(place.max()) + 1,), len(index), device=index.device)
    return first.scatter_reduce(0, place, rows, "amin"), place


def vision_of(
    rows: torch.Tensor,
    pixel_values: torch.Tensor | None,
    image_grid_thw: torch.Tensor | None,
    num_images: list[int] | None,
) -> dict[str, torch.Tensor]:
    """The patches and grids of some rows' images, out of those of all rows."""
    import torch

    if pixel_values is None:
        return {}
    images_until = [0]
    for count in num_images:
        images_until.append(images_until[-1] + count)
    images = [i for row in rows.tolist() for i in range(images_until[row], images_until[row + 1])]
    sizes = image_grid_thw.prod(-1).tolist()
    blocks = torch.split(pixel_values, sizes)
    return {
        "pixel_values": torch.cat([blocks[i] for i in images]),
        "image_grid_thw": image_grid_thw[images],
    }


def shared_logps(
    model: Any,
    prompts: dict[str, torch.Tensor],
    place: torch.Tensor,
    completion_ids: torch.Tensor,
    completion_mask: torch.Tensor,
    temperature: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probability and entropy of each completion token, zero where masked.

    Args:
        prompts: model inputs of the distinct prompts, left-padded.
        place: (rows,) which prompt each completion belongs to.
        completion_ids, completion_mask: (rows, C), right-padded.
        temperature: logits are divided by it, as in sampling.

    Returns:
        Two tensors (rows, C); the entropy carries no gradient.
    """
    import torch

    core = core_of(model)
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    read = core(**prompts, use_cache=True)
    cache = read.past_key_values
    cache.batch_select_indices(place)
    mask = torch.cat([prompts["attention_mask"][place], completion_mask], dim=1)
    start = (prompts["attention_mask"].sum(1, keepdim=True) + core.rope_deltas)[place]
    core.rope_deltas = None
    hidden = read.last_hidden_state[:, -1:][place]
    if completion_ids.size(1) > 1:
        steps = torch.arange(completion_ids.size(1) - 1, device=completion_ids.device)
        rest = core(
            input_ids=completion_ids[:, :-1],
            attention_mask=mask[:, :-1],
            position_ids=(start + steps).long().unsqueeze(0).expand(3, -1, -1),
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        hidden = torch.cat([hidden, rest], dim=1)
    kept = completion_mask.bool()
    scored, entropy = _score(hidden[kept], base.lm_head.weight, completion_ids[kept], temperature)
    logps = torch.zeros(completion_ids.shape, dtype=scored.dtype, device=scored.device)
    entropies = torch.zeros_like(logps)
    return logps.masked_scatter(kept, scored), entropies.masked_scatter(kept, entropy)


def _score(
    hidden: torch.Tensor, weight: torch.Tensor, tokens: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    import torch
    from torch.utils.checkpoint import checkpoint

    def chunk(part: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits = torch.nn.functional.linear(part, weight).float() / temperature
        logp = torch.log_softmax(logits, dim=-1)
        with torch.no_grad():
            entropy = -(logp.exp() * logp).sum(-1)
        return logp.gather(-1, wanted.unsqueeze(-1)).squeeze(-1), entropy

    parts = []
    for part, wanted in zip(hidden.split(CHUNK), tokens.split(CHUNK), strict=True):
        if len(tokens) > CHUNK and torch.is_grad_enabled():
            parts.append(checkpoint(chunk, part, wanted, use_reentrant=False))
        else:
            parts.append(chunk(part, wanted))
    return tuple(torch.cat(values) for values in zip(*parts, strict=True))
