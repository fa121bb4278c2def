"""Batches of pairs: each prompt and its images once, the completions beside them.

A batch of B pairs holds the B prompts, left-padded, as the processor makes them, and

- ``completion_ids``, ``completion_mask`` (K, C): the completions, right-padded;
- ``owner`` (K,): the prompt of each completion; ``rejected`` (K,): whether it is the rejected one;
- ``mismatched_ids``, ``mismatched_mask`` (B, C'): a completion of another prompt, for KTO;
- ``corrupted_pixel_values``: the same images with most of them masked, for mDPO;
- ``num_images`` (B,), and reference log-probabilities ``ref_chosen_logps``, ... (B,) where known.

K is 2 B, or fewer where rows are unpaired or the objective reads chosen completions only.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from r1vl_kedro.models import render_prompt, vision_token_ids
from r1vl_kedro.prompts import to_messages
from r1vl_kedro.records.images import decode_all
from r1vl_kedro.records.pairs import LOGPS
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.packed import packed_logps, vision_of

if TYPE_CHECKING:
    from PIL.Image import Image
    from transformers import ProcessorMixin

SIDES = {"ref_chosen_logps", "ref_rejected_logps"}
"""Columns of a reference that stand or fall together."""
KEPT_AREA = 0.2
"""Share of an image that a corrupted copy still shows (mDPO, arXiv 2406.11839, sec. 3.2)."""


@dataclass
class PairCollator:
    """Make a batch of rows of pairs (``records.pairs``), images still encoded."""

    processor: ProcessorMixin
    template: str
    rejected: bool = True
    """Whether rejected completions are read at all."""
    mismatched: bool = False
    corrupted_image: bool = False

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        images = [decode_all(row["images"]) for row in rows]
        prompts = [to_messages(row, self.template) for row in rows]
        batch = dict(self._read(prompts, images))
        self._assert_whole_images(batch)
        batch["num_images"] = torch.tensor([len(some) for some in images])
        sides = ("chosen", "rejected") if self.rejected else ("chosen",)
        completions = [
            (self._completion(prompts[i], row[side]), i, side == "rejected")
            for side in sides
            for i, row in enumerate(rows)
            if row[side] is not None
        ]
        texts, owner, rejected = zip(*completions, strict=True)
        batch["completion_ids"], batch["completion_mask"] = self._tokens(texts)
        batch["owner"], batch["rejected"] = torch.tensor(owner), torch.tensor(rejected)
        if self.mismatched:
            texts = [self._completion(prompts[i], row["mismatched"]) for i, row in enumerate(rows)]
            batch["mismatched_ids"], batch["mismatched_mask"] = self._tokens(texts)
        if self.corrupted_image and any(images):
            masked = [
                [corrupted(image, row["id"]) for image in some]
                for row, some in zip(rows, images, strict=True)
            ]
            batch["corrupted_pixel_values"] = self._read(prompts, masked)["pixel_values"]
        known = {name for name in LOGPS if any(row.get(name) is not None for row in rows)}
        if known & SIDES:  # of unpaired rows all may lack one side
            known |= SIDES
        for name in LOGPS:
            if name in known:
                # An absent side of an unpaired row counts nothing; nor does its log-probability.
                values = [0.0 if row.get(name) is None else row[name] for row in rows]
                batch[name] = torch.tensor(values, dtype=torch.float32)
        return batch

    def _read(self, prompts: list, images: list[list[Image]]) -> Mapping[str, torch.Tensor]:
        return self.processor(
            text=[render_prompt(self.processor, prompt) for prompt in prompts],
            images=images if any(images) else None,
            padding=True,
            padding_side="left",
            return_tensors="pt",
            add_special_tokens=False,
        )

    def _completion(self, prompt: list, text: str) -> str:
        """End a text's turn as the chat template does after the prompt."""
        turn = {"role": "assistant", "content": [{"type": "text", "text": text}]}
        start = render_prompt(self.processor, prompt)
        whole = self.processor.apply_chat_template([*prompt, turn], tokenize=False)
        if not whole.startswith(start):
            raise TrainingError(
                "the chat template writes a prompt otherwise when an answer follows it: "
                f"{start[-80:]!r} does not begin {whole[:80]!r}"
            )
        return whole[len(start) :]

    def _tokens(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        encoded = self.processor.tokenizer(
            list(texts),
            padding=True,
            padding_side="right",
            return_tensors="pt",
            add_special_tokens=False,
        )
        vision = torch.tensor(vision_token_ids(self.processor.tokenizer))
        if torch.isin(encoded["input_ids"], vision).any():
            raise TrainingError("a completion holds placeholders of an image")
        return encoded["input_ids"], encoded["attention_mask"]

    def _assert_whole_images(self, batch: Mapping[str, torch.Tensor]) -> None:
        if "image_grid_thw" not in batch:
            return
        merged = self.processor.image_processor.merge_size**2
        wanted = int(batch["image_grid_thw"].prod(-1).sum()) // merged
        found = int((batch["input_ids"] == self.processor.image_token_id).sum())
        if found != wanted:
            raise TrainingError(
                f"a batch's prompts hold {found} image tokens where its images need {wanted}; "
                "image tokens were cut"
            )


def corrupted(image: Image, name: str) -> Image:
    """Corrupt an image: a random fifth of it, grey elsewhere; the same for a ``name``."""
    from PIL import Image

    draw = random.Random(name)
    width, height = image.size
    wide = max(1, round(width * draw.uniform(KEPT_AREA, 1.0)))
    high = max(1, min(height, round(KEPT_AREA * width * height / wide)))
    left, top = draw.randint(0, width - wide), draw.randint(0, height - high)
    copy = Image.new("RGB", image.size, (128, 128, 128))
    box = (left, top, left + wide, top + high)
    copy.paste(image.crop(box), box)
    return copy


def completion_logps(
    model: Any, batch: Mapping[str, torch.Tensor], *, share: bool, corrupted_image: bool = False
) -> torch.Tensor:
    """Return log-probabilities (K,) of a batch's completions, summed over their tokens, in nats.

    Args:
        model: what training calls, wrapped as it may be.
        share: whether a prompt and its images are read once for its completions, after
            ``packed.prepare(model)``; else its forward needs TRL's ``add_fused_lm_head``.
        corrupted_image: whether the prompts show the corrupted images.
    """
    pixels = batch.get("corrupted_pixel_values" if corrupted_image else "pixel_values")
    owner, mask = batch["owner"], batch["completion_mask"]
    if share:
        names = ("input_ids", "attention_mask", "mm_token_type_ids", "image_grid_thw")
        prompts = {name: batch[name] for name in names if name in batch}
        if pixels is not None:
            prompts["pixel_values"] = pixels
        logps, _ = packed_logps(model, prompts, batch["completion_ids"], mask, owner)
        return logps.sum(1)
    ids = torch.cat([batch["input_ids"][owner], batch["completion_ids"]], dim=1)
    prompt_mask, images = batch["attention_mask"][owner], batch["num_images"].tolist()
    inputs = {
        "input_ids": ids,
        "attention_mask": torch.cat([prompt_mask, mask], dim=1),
        **vision_of(owner, pixels, batch.get("image_grid_thw"), images),
    }
    if "mm_token_type_ids" in batch:
        kinds = batch["mm_token_type_ids"][owner]
        inputs["mm_token_type_ids"] = torch.cat([kinds, torch.zeros_like(mask)], dim=1)
    labels = ids.masked_fill(torch.cat([torch.zeros_like(prompt_mask), mask], dim=1) == 0, -100)
    out = model(**inputs, use_cache=False, labels=labels, fused_lm_head=True)
    # (Prompt tuning puts virtual tokens before these positions.)
    return out.log_probs[:, -(ids.size(1) - 1) :].sum(1)


def by_pair(batch: Mapping[str, torch.Tensor], values: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Split values (K,) of completions into chosen and rejected, (B,) each; 0 where absent."""
    zeros = values.new_zeros(len(batch["input_ids"]))
    sides = (~batch["rejected"], batch["rejected"])
    return tuple(zeros.index_copy(0, batch["owner"][side], values[side]) for side in sides)


def only(batch: Mapping[str, torch.Tensor], keep: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return the batch with the completions of ``keep`` (K,) alone."""
    names = ("completion_ids", "completion_mask", "owner", "rejected")
    return {**batch, **{name: batch[name][keep] for name in names}}


def mismatched(batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Replace each prompt's completions by its mismatched one."""
    rows = torch.arange(len(batch["input_ids"]), device=batch["input_ids"].device)
    return {
        **batch,
        "completion_ids": batch["mismatched_ids"],
        "completion_mask": batch["mismatched_mask"],
        "owner": rows,
        "rejected": torch.zeros_like(rows, dtype=torch.bool),
    }
