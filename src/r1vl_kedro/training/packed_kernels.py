"""Kernels of the attention within a packed row: equal in what they give, not in time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import torch

from r1vl_kedro.training.shared_attention import Kernel, Layout, shared_attention


@functools.lru_cache(maxsize=4)
def varlen_indices(layout: Layout) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, int, int]:
    """Index a packed row as sequences of different lengths, one a prompt or branch.

    Returns:
        Places of the keys of all sequences, one sequence after the other; the sequences' borders
        among queries and among keys, int32; the most queries and the most keys of a sequence.
    """
    device = layout.back.device
    keys, queries_each, keys_each = [], [], []
    for number, (start, size, prompt) in enumerate(layout.parts):
        places = [torch.arange(start, start + size)]
        if prompt != number:
            first, shared, _ = layout.parts[prompt]
            places.insert(0, torch.arange(first, first + shared))
        keys += places
        queries_each.append(size)
        keys_each.append(sum(map(len, places)))
    borders = (
        torch.tensor([0, *accumulate(sizes)], dtype=torch.int32, device=device)
        for sizes in (queries_each, keys_each)
    )
    return torch.cat(keys).to(device), *borders, max(queries_each), max(keys_each)


def by_varlen(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    layout: Layout,
    scale: float,
    attend: Callable | None = None,
) -> torch.Tensor:
    """Attend by FlashAttention over sequences of different lengths, without padding.

    Args:
        query, key, value, layout, scale: as for ``shared_attention``.
        attend: takes the arguments of ``torch.nn.attention.varlen.varlen_attn``, the default.
    """
    if attend is None:
        from torch.nn.attention.varlen import varlen_attn as attend
    places, query_borders, key_borders, most_queries, most_keys = varlen_indices(layout)
    q, k, v = (part[0].transpose(0, 1) for part in (query, key, value))
    output = attend(
        q.contiguous(),
        k.index_select(0, places),
        v.index_select(0, places),
        query_borders,
        key_borders,
        most_queries,
        most_keys,
        scale=scale,
        window_size=(-1, 0),  # causal, aligned at the ends of queries and keys
        enable_gqa=True,
    )
    return output.unsqueeze(0)


@functools.lru_cache(maxsize=4)
def flex_mask(layout: Layout) -> Any:
    """Make the BlockMask of a packed row: causal, to one's own part and to its prompt."""
    from torch.nn.attention.flex_attention import create_block_mask

    sizes = torch.tensor([size for _, size, _ in layout.parts])
    own = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    prompt = torch.tensor([number for *_, number in layout.parts])[own]
    own, prompt = own.to(layout.back.device), prompt.to(layout.back.device)

    def visible(b: Any, h: Any, q: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
        return (q >= k) & ((own[k] == own[q]) | (own[k] == prompt[q]))

    size = len(own)
    return create_block_mask(visible, None, None, size, size, device=own.device)


@functools.cache
def _flex_attention(compiled: bool) -> Callable:
    from torch.nn.attention.flex_attention import flex_attention

    return torch.compile(flex_attention) if compiled else flex_attention


def by_flex(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: Layout, scale: float
) -> torch.Tensor:
    """Attend by FlexAttention under a BlockMask; on a CPU without gradients, not compiled.

    Args:
        query, key, value, layout, scale: as for ``shared_attention``.
    """
    attend = _flex_attention(query.device.type == "cuda")
    mask = flex_mask(layout)
    return attend(query, key, value, block_mask=mask, scale=scale, enable_gqa=True).transpose(1, 2)


KERNELS: dict[str, Kernel] = {"sdpa": shared_attention, "varlen": by_varlen, "flex": by_flex}
