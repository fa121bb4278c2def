"""The log-probabilities of GRPO's loss and of its other passes, each prompt read once a pass."""

from __future__ import annotations

import torch

from r1vl_kedro.training.costs import Work
from r1vl_kedro.training.packed import first_rows, packed_logps, vision_of


class SharedLogps:
    """Mix in before GRPOTrainer, after ``TimedTrainer``.

    With ``share_prompts`` log-probabilities are those of packed rows, else TRL's. Rows without a
    token in the loss (empty, cut off, left out) are not read.
    """

    share_prompts: bool
    _prompt_index: torch.Tensor
    """Which prompt each row of the batch or micro-batch belongs to."""

    def _compute_loss(self, model, inputs):
        self._prompt_index = inputs["prompt_index"]  # of this micro-batch
        return super()._compute_loss(model, inputs)

    def _get_per_token_logps_and_entropies(self, *args, **kwargs):
        compute = self._packed_logps if self.share_prompts else self._trl_logps
        if torch.is_grad_enabled():
            return compute(*args, **kwargs)
        with self.phases("old_and_reference_logps"):
            return compute(*args, **kwargs)

    def _trl_logps(self, model, input_ids, attention_mask, *args, **kwargs):
        self._count_reading(attention_mask)
        return super()._get_per_token_logps_and_entropies(
            model, input_ids, attention_mask, *args, **kwargs
        )

    def _count_reading(self, *masks: torch.Tensor) -> None:
        tokens = float(sum(mask.sum() for mask in masks))
        self.count(Work(trained=tokens) if torch.is_grad_enabled() else Work(read=tokens))

    def _packed_logps(
        self, model, input_ids, attention_mask, logits_to_keep, batch_size=None, **given
    ):
        prompt, completion = slice(None, -logits_to_keep), slice(-logits_to_keep, None)
        size = batch_size or len(input_ids)
        parts = []
        # As many forwards on every process as TRL's: ZeRO-3 gathers weights in each of them.
        for rows in torch.arange(len(input_ids), device=input_ids.device).split(size):
            written = attention_mask[rows, completion].any(1)
            # What is left out of the loss is not read, but for one row where nothing else is.
            read = rows[written] if written.any() else rows[:1]
            first, owner = first_rows(self._prompt_index[read])
            first = read[first]
            prompts = {
                "input_ids": input_ids[first, prompt],
                "attention_mask": attention_mask[first, prompt],
                **vision_of(
                    first,
                    given.get("pixel_values"),
                    given.get("image_grid_thw"),
                    given.get("num_images"),
                ),
            }
            if given.get("mm_token_type_ids") is not None:
                prompts["mm_token_type_ids"] = given["mm_token_type_ids"][first, prompt]
            self._count_reading(prompts["attention_mask"], attention_mask[read, completion])
            with self.accelerator.autocast():
                part = packed_logps(
                    model,
                    prompts,
                    input_ids[read, completion],
                    attention_mask[read, completion],
                    owner,
                    self.temperature,
                )
            if len(read) < len(rows):
                place = read - rows[0]
                part = [x.new_zeros(len(rows), x.size(1)).index_copy(0, place, x) for x in part]
            parts.append(part)
        logps, entropies = (torch.cat(values) for values in zip(*parts, strict=True))
        return logps, entropies, None
