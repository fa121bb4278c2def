"""Attention within a packed row: prompts to themselves, branches to their prompt and themselves."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.attention.bias import causal_lower_right
from torch.nn.functional import pad, scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

ATTENTION = ("sdpa", "flash_attention_2")
"""Attention implementations that packed rows can be read beside."""
FUSED = [
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.CUDNN_ATTENTION,
]
"""What torch may take on a GPU; without one of them it would fall back to plain products."""


AT_ONCE = 8
"""Branches of like length that a CPU attends to at once, at least."""
GROUPS = 4
"""Groups of branches at most."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Where prompts and branches lie in a packed row of S tokens; each index is padded by 0.

    Attributes:
        prompt: (G, P) places of each prompt's shared tokens, padded on the right.
        branch: (N, B) places of each branch, padded on the right.
        owner: (N,) the prompt of each branch.
        mask: (N, 1, B, P + B) the keys, shared tokens first, that a branch sees; None where all
            prompts are equally long and a causal mask aligned to the lower right says the same.
        back: (S,) place of each token of the row in prompts and branches, flattened one after
            the other.
        scored: (K,) places in the row whose hidden states predict a completion token.
        parts: (start, length, number of its prompt's part) of each prompt and branch as they
            follow each other in the row.
    """

    prompt: torch.Tensor
    branch: torch.Tensor
    owner: torch.Tensor
    mask: torch.Tensor | None
    back: torch.Tensor
    scored: torch.Tensor
    parts: tuple[tuple[int, int, int], ...]

    def to(self, device: torch.device) -> Layout:
        """Move the tensors."""
        moved = {
            name: value.to(device)
            for name, value in vars(self).items()
            if isinstance(value, torch.Tensor)
        }
        return replace(self, **moved)


def layout_of(
    prompt: list[tuple[int, int]],
    branch: list[tuple[int, int]],
    owner: torch.Tensor,
    scored: torch.Tensor,
) -> Layout:
    """Index a packed row.

    Args:
        prompt, branch: (start, length) of each prompt's shared tokens and of each branch.
        owner: (N,) the prompt of each branch.
        scored: (K,) as in ``Layout``.
    """
    prompts, branches = _padded(prompt), _padded(branch)
    width, depth = prompts.size(1), branches.size(1)
    back = torch.empty(sum(size for _, size in prompt + branch), dtype=torch.long)
    offset = 0
    for parts, size in ((prompt, width), (branch, depth)):
        for i, (start, length) in enumerate(parts):
            back[start : start + length] = torch.arange(length) + offset + i * size
        offset += len(parts) * size
    lengths = torch.tensor([length for _, length in prompt])
    mask = None
    if not bool((lengths == width).all()):
        shared = torch.arange(width) < lengths[owner].unsqueeze(1)
        own = torch.ones(depth, depth, dtype=torch.bool).tril()
        mask = torch.cat(
            [
                shared[:, None, None].expand(-1, 1, depth, -1),
                own.expand(len(branch), 1, -1, -1),
            ],
            dim=-1,
        )
    return Layout(prompts, branches, owner, mask, back, scored, _parts(prompt, branch, owner))


def _parts(
    prompt: list[tuple[int, int]], branch: list[tuple[int, int]], owner: torch.Tensor
) -> tuple[tuple[int, int, int], ...]:
    # A prompt of one token shares none: its part is empty and starts where its first branch does.
    parts = [(start, 0, size, group) for group, (start, size) in enumerate(prompt)]
    owners = zip(branch, owner.tolist(), strict=True)
    parts += [(start, 1, size, group) for (start, size), group in owners]
    parts.sort()
    number = {group: i for i, (_, kind, _, group) in enumerate(parts) if kind == 0}
    return tuple((start, size, number[group]) for start, _, size, group in parts)


def _padded(parts: list[tuple[int, int]]) -> torch.Tensor:
    width = max(length for _, length in parts)
    return torch.stack([pad(torch.arange(s, s + n), (0, width - n)) for s, n in parts])


@dataclass(frozen=True, eq=False)
class Branches:
    """Branches attended to at once: places (n, b), owners (n,) and the mask as in `Layout`."""

    places: torch.Tensor
    owner: torch.Tensor
    mask: torch.Tensor | None


@functools.lru_cache(maxsize=2)
def branches_by_length(layout: Layout) -> tuple[list[Branches], torch.Tensor]:
    """Group the branches of a row by length, so that less of what is computed is padding.

    Returns:
        The groups, longest branches first, and ``back`` of a `Layout` with branches in this order.
    """
    numbered = enumerate(layout.parts)
    size_at = {start: size for i, (start, size, prompt) in numbered if prompt != i}
    starts = layout.branch[:, 0].tolist()
    sizes = [size_at[start] for start in starts]
    order = sorted(range(len(sizes)), key=lambda i: -sizes[i])
    at_once = max(AT_ONCE, math.ceil(len(order) / GROUPS))
    groups, back, offset = [], layout.back.clone(), layout.prompt.numel()
    for first in range(0, len(order), at_once):
        rows = order[first : first + at_once]
        width = sizes[rows[0]]
        mask = layout.mask
        if mask is not None:
            mask = mask[rows, :, :width, : layout.prompt.size(1) + width]
        groups.append(Branches(layout.branch[rows, :width], layout.owner[rows], mask))
        for place, row in enumerate(rows):
            until = starts[row] + sizes[row]
            where = offset + place * width + torch.arange(sizes[row], device=back.device)
            back[starts[row] : until] = where
        offset += len(rows) * width
    return groups, back


Kernel = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, Layout, float], torch.Tensor]
"""(query, key, value, layout, scale) to the output, as ``shared_attention``."""


def register(attention: str, kernel: str, attend: Kernel) -> str:
    """Register an attention that reads packed rows by a kernel, and all else as ``attention`` does.

    Returns:
        Its name in transformers' registries.
    """
    name = f"shared_prompt_{kernel}" + ("" if attention == "sdpa" else "_beside_flash")
    AttentionInterface.register(name, _beside(ALL_ATTENTION_FUNCTIONS[attention], attend))
    AttentionMaskInterface.register(name, ALL_MASK_ATTENTION_FUNCTIONS[attention])
    return name


def _beside(usual: Callable, shared: Kernel) -> Callable:
    def attend(
        module: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attention_mask: torch.Tensor | None,
        packed_layout: Layout | None = None,
        **kwargs: Any,
    ) -> tuple[torch.Tensor, None]:
        if packed_layout is None:
            return usual(module, query, key, value, attention_mask, **kwargs)
        parts = _as_autocast_has_it(query, key, value)
        return shared(*parts, packed_layout, kwargs["scaling"]), None

    return attend


def _as_autocast_has_it(*parts: torch.Tensor) -> list[torch.Tensor]:
    # torch's own attention is cast under autocast, other kernels are not.
    device = parts[0].device.type
    if not torch.is_autocast_enabled(device):
        return list(parts)
    return [part.to(torch.get_autocast_dtype(device)) for part in parts]


def _fused(query: torch.Tensor) -> AbstractContextManager:
    return sdpa_kernel(FUSED) if query.device.type == "cuda" else nullcontext()


def shared_attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: Layout, scale: float
) -> torch.Tensor:
    """Attend within a packed row: prompts to themselves, branches to their prompt and themselves.

    On a GPU both calls run by the FlashAttention kernel of torch where prompts are equally long
    (a group per micro-batch), else by the memory-efficient one; where it has neither for these
    tensors it raises, as plain products would be slower without a word.

    Args:
        query: (1, H, S, D).
        key, value: (1, K, S, D) with K dividing H.

    Returns:
        (1, S, H, D).
    """
    heads, width = query.size(1), query.size(3)
    q, k, v = (part[0].transpose(0, 1) for part in (query, key, value))

    def gathered(part: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        picked = part.index_select(0, index.flatten()).unflatten(0, index.shape)
        return picked.transpose(1, 2)

    def repeated(part: torch.Tensor) -> torch.Tensor:
        return part.repeat_interleave(heads // part.size(1), dim=1)

    prompt_keys, prompt_values = gathered(k, layout.prompt), gathered(v, layout.prompt)
    outputs = []
    if layout.prompt.size(1):
        with _fused(query):
            prompt = scaled_dot_product_attention(
                gathered(q, layout.prompt),
                repeated(prompt_keys),
                repeated(prompt_values),
                is_causal=True,
                scale=scale,
            )
        outputs.append(prompt.transpose(1, 2).reshape(-1, heads, width))
    groups, back = [Branches(layout.branch, layout.owner, layout.mask)], layout.back
    if query.device.type == "cpu":  # a GPU is faster with one larger call
        groups, back = branches_by_length(layout)
    for group in groups:
        keys, values = (
            torch.cat([shared.index_select(0, group.owner), gathered(own, group.places)], dim=2)
            for shared, own in ((prompt_keys, k), (prompt_values, v))
        )
        mask = group.mask
        if mask is None:
            mask = causal_lower_right(group.places.size(1), keys.size(2))
        queries, keys, values = gathered(q, group.places), repeated(keys), repeated(values)
        with _fused(query):
            read = scaled_dot_product_attention(queries, keys, values, attn_mask=mask, scale=scale)
        outputs.append(read.transpose(1, 2).reshape(-1, heads, width))
    return torch.cat(outputs).index_select(0, back).unsqueeze(0)
