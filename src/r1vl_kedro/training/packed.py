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
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint

from r1vl_kedro.models.decoding import MODEL_TYPES, base_model_of, slides
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.packed_kernels import KERNELS
from r1vl_kedro.training.shared_attention import ATTENTION, Layout, layout_of, register

LOGITS = 2**28
"""Logits held at once; more are computed in chunks, and again in the backward pass."""


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


def prepare(model: Any, kernel: str = "sdpa") -> None:
    """Let a model, wrapped or not, read packed rows beside its usual inputs; once is enough.

    Args:
        kernel: a key of ``packed_kernels.KERNELS``; called again with another, it is changed.

    Raises:
        TrainingError: another model or attention; says what would do.
    """
    base = unwrapped(model)
    if not hasattr(base, "reads_packed_rows"):
        base.reads_packed_rows = _attention_of(base.config)
        _read_packed_rows(base)
    attention = register(base.reads_packed_rows, kernel, KERNELS[kernel])
    base.set_attn_implementation({"text_config": attention})


def _attention_of(config: Any) -> str:
    """Return the attention implementation of a model that can share prompts."""
    if config.model_type not in MODEL_TYPES:
        raise TrainingError(
            f"a group's prompt cannot be shared in a model of type {config.model_type!r}, whose "
            f"positions are not known; {', '.join(MODEL_TYPES)} can, others with "
            "share_prompts: false"
        )
    attention = config.get_text_config()._attn_implementation
    if attention not in ATTENTION:
        raise TrainingError(
            f"attention {attention!r} cannot read packed prompts; {' or '.join(ATTENTION)} can, "
            "or set share_prompts: false"
        )
    if slides(config):
        raise TrainingError(
            "a group's prompt cannot be shared under sliding-window attention; "
            "set share_prompts: false"
        )
    return attention


def _read_packed_rows(base: Any) -> None:
    inner = base.forward

    @functools.wraps(type(base).forward)  # generate() reads the signature
    def forward(self: Any, *args: Any, packed: _Request | None = None, **kwargs: Any) -> Any:
        if packed is None:
            return inner(*args, **kwargs)
        read = self.model(*args, **kwargs, use_cache=False, packed_layout=packed.layout)
        hidden = read.last_hidden_state[0].index_select(0, packed.layout.scored)
        return score(self.lm_head, hidden, packed.labels, packed.temperature)

    base.forward = types.MethodType(forward, base)


def unwrapped(model: Any) -> Any:
    """Return the transformers model inside DDP, DeepSpeed and PEFT."""
    while hasattr(model, "module"):
        model = model.module
    return base_model_of(model)


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
    layout = layout_of(prompt, branch, torch.tensor(branch_owner), scored)
    return PackedRow(
        input_ids=torch.cat(ids).unsqueeze(0),
        position_ids=torch.cat(places, dim=1).unsqueeze(1),
        layout=layout.to(device),
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


def score(
    head: torch.nn.Linear, hidden: torch.Tensor, labels: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Score labels by an output layer, in chunks of ``LOGITS`` logits.

    Args:
        head: the output layer, called as a module so that ZeRO-3 gathers its weight.
        hidden: (K, hidden size) what predicts each label.
        labels: (K,) tokens.

    Returns:
        Log-probability of each label and entropy of its prediction, both (K,), in nats.
    """

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
    """Find a row of each distinct prompt, and each row's place among them, by prompt numbers."""
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
    """Return the patches and grids of some rows' images, out of those of all rows; {} of none."""
    if pixel_values is None or not any(num_images[row] for row in rows.tolist()):
        return {}
    images_until = [0, *accumulate(num_images)]
    images = [i for row in rows.tolist() for i in range(images_until[row], images_until[row + 1])]
    sizes = image_grid_thw.prod(-1).tolist()
    blocks = torch.split(pixel_values, sizes)
    return {
        "pixel_values": torch.cat([blocks[i] for i in images]),
        "image_grid_thw": image_grid_thw[images],
    }
