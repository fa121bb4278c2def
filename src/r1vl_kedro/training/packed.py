"""Log-probabilities of completions that share prompts, in one forward: each prompt and image once.

All completions of a batch lie in one packed row. For each prompt it holds the prompt without its
last token, then a branch ``[last prompt token, c_1 .. c_(n-1)]`` for each of its completions
``c_1 .. c_n``. A branch sees its prompt and itself; its positions are those it has alone. The row
goes through the model's own forward (DDP, DeepSpeed, PEFT), so hooks and checkpointing work.
For M completions of C tokens on a prompt of P this is P + M C tokens instead of M (P + C).
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.attention.bias import causal_lower_right
from torch.nn.functional import pad, scaled_dot_product_attention
from torch.utils.checkpoint import checkpoint
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.sharing import MODEL_TYPES

ATTENTION = ("sdpa", "flash_attention_2")
"""Attention implementations that packed rows can be read beside."""
LOGITS = 2**28
"""Logits held at once; more are computed in chunks, and again in the backward pass."""


@dataclass(frozen=True)
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
    """

    prompt: torch.Tensor
    branch: torch.Tensor
    owner: torch.Tensor
    mask: torch.Tensor | None
    back: torch.Tensor
    scored: torch.Tensor


@dataclass(frozen=True)
class PackedRow:
    """One packed row.

    Attributes:
        input_ids: (1, S).
        position_ids: (3, 1, S), or (1, S) where all three axes are equal.
        layout: where prompts and branches lie.
        labels: (K,) the completion tokens in the order of the row.
        cells: (K,) their cells in the flattened (N, C) matrix of completions; none where all
            completions are empty.
    """

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    layout: Layout
    labels: torch.Tensor
    cells: torch.Tensor


@dataclass(frozen=True)
class _Request:
    """What the forward of a prepared model is called with, besides the row itself."""

    layout: Layout
    labels: torch.Tensor
    temperature: float


def prepare(model: Any) -> None:
    """Let a model, wrapped or not, read packed rows beside its usual inputs; once is enough.

    Raises:
        TrainingError: another model or attention; says what would do.
    """
    base = unwrapped(model)
    if hasattr(base, "reads_packed_rows"):
        return
    config = base.config
    if config.model_type not in MODEL_TYPES:
        raise TrainingError(
            f"a group's prompt cannot be shared in a model of type {config.model_type!r}, whose "
            f"positions are not known; {', '.join(MODEL_TYPES)} can, others with "
            "share_prompts: false"
        )
    text = config.get_text_config()
    attention = text._attn_implementation
    if attention not in ATTENTION:
        raise TrainingError(
            f"attention {attention!r} cannot read packed prompts; {' or '.join(ATTENTION)} can, "
            "or set share_prompts: false"
        )
    if "sliding_attention" in (getattr(text, "layer_types", None) or ()):
        raise TrainingError(
            "a group's prompt cannot be shared under sliding-window attention; "
            "set share_prompts: false"
        )
    base.set_attn_implementation({"text_config": _register(attention)})
    inner = base.forward

    @functools.wraps(type(base).forward)  # generate() reads the signature
    def forward(self: Any, *args: Any, packed: _Request | None = None, **kwargs: Any) -> Any:
        if packed is None:
            return inner(*args, **kwargs)
        read = self.model(*args, **kwargs, use_cache=False, packed_layout=packed.layout)
        hidden = read.last_hidden_state[0].index_select(0, packed.layout.scored)
        return _score(self.lm_head, hidden, packed.labels, packed.temperature)

    base.forward = types.MethodType(forward, base)
    base.reads_packed_rows = True


def unwrapped(model: Any) -> Any:
    """The transformers model inside DDP, DeepSpeed and PEFT."""
    while hasattr(model, "module"):
        model = model.module
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def packed_logps(
    model: Any,
    prompts: dict[str, torch.Tensor],
    completion_ids: torch.Tensor,
    completion_mask: torch.Tensor,
    owner: torch.Tensor,
    temperature: float = 1.0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute each completion token's log-probability and entropy, reading each prompt once.

    Works for the M completions of a group as for the two of a preference pair.

    Args:
        model: what training calls, wrapped as it may be, after ``prepare(model)``.
        prompts: ``input_ids`` and ``attention_mask`` (G, P) of the distinct prompts; with images
            ``pixel_values``, ``image_grid_thw`` and ``mm_token_type_ids`` (G, P) of these prompts.
        completion_ids, completion_mask: (N, C), padded on the right.
        owner: (N,) which prompt each completion belongs to.
        temperature: logits are divided by it, as in sampling.

    Returns:
        Two float32 tensors (N, C), in nats, zero where masked; the entropy carries no gradient.
    """
    row = pack(unwrapped(model).model, prompts, completion_ids, completion_mask, owner)
    images = {name: prompts[name] for name in ("pixel_values", "image_grid_thw") if name in prompts}
    logps, entropies = model(
        input_ids=row.input_ids,
        position_ids=row.position_ids,
        **images,
        packed=_Request(row.layout, row.labels, temperature),
    )
    empty = logps.new_zeros(completion_ids.numel())
    return tuple(
        empty.index_copy(0, row.cells, part[: len(row.cells)]).view(completion_ids.shape)
        for part in (logps, entropies)
    )


def pack(
    core: Any,
    prompts: dict[str, torch.Tensor],
    completion_ids: torch.Tensor,
    completion_mask: torch.Tensor,
    owner: torch.Tensor,
) -> PackedRow:
    """Lay prompts and completions out in one row; empty completions leave no branch.

    Where all are empty one branch of a token stays, so that the forward runs and gradients, all
    zero, reach every weight on every process.

    Args:
        core: the part of the model that has ``get_rope_index``; its weights are not read.
        prompts, completion_ids, completion_mask, owner: as for ``packed_logps``.
    """
    device = completion_ids.device
    kept = prompts["attention_mask"].bool()
    positions = _prompt_positions(core, prompts)
    lengths = (kept.sum(1) - 1).tolist()
    kept_cells = [mask.nonzero().squeeze(1) for mask in completion_mask]
    nothing = not any(map(len, kept_cells))
    if nothing:
        kept_cells[0] = torch.zeros(1, dtype=torch.long, device=device)
    owners = owner.tolist()
    ids, places, cells, labels = [], [], [], []
    prompt, branch, branch_owner = [], [], []
    until = 0
    for group, length in enumerate(lengths):
        tokens, where = prompts["input_ids"][group, kept[group]], positions[:, group, kept[group]]
        ids.append(tokens[:-1])
        places.append(where[:, :-1])
        prompt.append((until, length))
        until += length
        for row, columns in enumerate(kept_cells):
            size = len(columns)
            if owners[row] != group or size == 0:
                continue
            completion = completion_ids[row, columns]
            ids += [tokens[-1:], completion[:-1]]
            places.append(where[:, -1:] + torch.arange(size, device=device))
            labels.append(completion)
            cells.append(row * completion_ids.size(1) + columns)
            branch.append((until, size))
            branch_owner.append(group)
            until += size
    scored = torch.cat([torch.arange(start, start + size) for start, size in branch])
    layout = _layout(prompt, branch, torch.tensor(branch_owner), scored)
    return PackedRow(
        input_ids=torch.cat(ids).unsqueeze(0),
        position_ids=torch.cat(places, dim=1).unsqueeze(1),
        layout=Layout(**{k: None if v is None else v.to(device) for k, v in vars(layout).items()}),
        labels=torch.cat(labels),
        cells=torch.cat(cells)[: 0 if nothing else None],
    )


def _prompt_positions(core: Any, prompts: dict[str, torch.Tensor]) -> torch.Tensor:
    mask = prompts["attention_mask"]
    if "image_grid_thw" not in prompts:
        return (mask.cumsum(1) - 1).clamp(min=0).expand(3, -1, -1)
    positions, _ = core.get_rope_index(
        prompts["input_ids"],
        mm_token_type_ids=prompts["mm_token_type_ids"],
        image_grid_thw=prompts["image_grid_thw"],
        attention_mask=mask,
    )
    return positions


def _layout(
    prompt: list[tuple[int, int]],
    branch: list[tuple[int, int]],
    owner: torch.Tensor,
    scored: torch.Tensor,
) -> Layout:
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
    return Layout(prompts, branches, owner, mask, back, scored)


def _padded(parts: list[tuple[int, int]]) -> torch.Tensor:
    width = max(length for _, length in parts)
    return torch.stack([pad(torch.arange(s, s + n), (0, width - n)) for s, n in parts])


def _register(attention: str) -> str:
    name = "shared_prompt" if attention == "sdpa" else "shared_prompt_beside_flash"
    AttentionInterface.register(name, _beside(ALL_ATTENTION_FUNCTIONS[attention]))
    AttentionMaskInterface.register(name, ALL_MASK_ATTENTION_FUNCTIONS[attention])
    return name


def _beside(usual: Callable) -> Callable:
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
        return shared_attention(query, key, value, packed_layout, kwargs["scaling"]), None

    return attend


def shared_attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: Layout, scale: float
) -> torch.Tensor:
    """Attend within a packed row: prompts to themselves, branches to their prompt and themselves.

    On a GPU both calls run by the FlashAttention kernel of torch where prompts are equally long
    (a group per micro-batch), else by the memory-efficient one.

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
        prompt = scaled_dot_product_attention(
            gathered(q, layout.prompt),
            repeated(prompt_keys),
            repeated(prompt_values),
            is_causal=True,
            scale=scale,
        )
        outputs.append(prompt.transpose(1, 2).reshape(-1, heads, width))
    keys, values = (
        torch.cat([shared.index_select(0, layout.owner), gathered(own, layout.branch)], dim=2)
        for shared, own in ((prompt_keys, k), (prompt_values, v))
    )
    mask = layout.mask
    if mask is None:
        mask = causal_lower_right(layout.branch.size(1), keys.size(2))
    branches = scaled_dot_product_attention(
        gathered(q, layout.branch), repeated(keys), repeated(values), attn_mask=mask, scale=scale
    )
    outputs.append(branches.transpose(1, 2).reshape(-1, heads, width))
    return torch.cat(outputs).index_select(0, layout.back).unsqueeze(0)


def _score(
    head: Callable, hidden: torch.Tensor, labels: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    def chunk(part: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logp = torch.log_softmax(head(part).float() / temperature, dim=-1)
        with torch.no_grad():
            entropy = -(logp.exp() * logp).sum(-1)
        return logp.gather(-1, wanted.unsqueeze(-1)).squeeze(-1), entropy

    size = max(1, LOGITS // head.out_features)
    parts = []
    for part, wanted in zip(hidden.split(size), labels.split(size), strict=True):
        if len(labels) > size and torch.is_grad_enabled():
            parts.append(checkpoint(chunk, part, wanted, use_reentrant=False))
        else:
            parts.append(chunk(part, wanted))
    return tuple(torch.cat(values) for values in zip(*parts, strict=True))


def first_rows(index: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A row of each distinct prompt, and each row's place among them, from prompt numbers."""
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
