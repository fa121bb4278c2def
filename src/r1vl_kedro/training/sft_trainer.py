"""Train on reference paths by TRL's SFTTrainer; imported late, as TRL takes seconds to import."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

import torch
from trl import SFTTrainer
from trl.trainer.sft_trainer import DataCollatorForVisionLanguageModeling

from r1vl_kedro.models import vision_token_ids
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.packed import packed_logps, prepare
from r1vl_kedro.training.resumable import ResumableTrainer


class ResumableSFTTrainer(ResumableTrainer, SFTTrainer):
    """Train on prompt and completion with images, in a fixed order and with guarded losses.

    With ``padding_free`` a batch is one packed row (``training.packed``), each prompt with its one
    answer; without it the forward is TRL's, on rows padded to the longest.
    """

    def __init__(self, *, padding_free: bool, **kwargs: Any):
        super().__init__(**kwargs)
        self.padding_free = padding_free
        if padding_free:
            prepare(self.model)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        read = functools.partial(read_packed, model) if self.padding_free else model
        loss = super().compute_loss(read, inputs, return_outputs, num_items_in_batch)
        if self.padding_free:  # packed rows do not say which token was likeliest
            self._metrics["train" if self.model.training else "eval"].pop("mean_token_accuracy")
        return loss


def read_packed(
    model: Any,
    *,
    input_ids: torch.Tensor,
    attention_mask: torch.Tensor,
    labels: torch.Tensor,
    **given: Any,
) -> SimpleNamespace:
    """Return what TRL's loss reads of a forward pass, from the batch as one packed row.

    Args:
        input_ids, attention_mask, labels: (N, S); the labels of each row's answer are not -100.
        given: with images ``pixel_values``, ``image_grid_thw`` and ``mm_token_type_ids``.
    """
    answered = labels != -100
    names = ("pixel_values", "image_grid_thw", "mm_token_type_ids")
    prompts = {
        "input_ids": input_ids,
        "attention_mask": attention_mask * (answered.cumsum(1) == 0),
        **{name: given[name] for name in names if given.get(name) is not None},
    }
    owner = torch.arange(len(labels), device=labels.device)
    logps, entropies = packed_logps(model, prompts, input_ids, answered.long(), owner)
    return SimpleNamespace(
        log_probs=logps, entropy=entropies, label_mask=answered, is_top1=torch.zeros_like(answered)
    )


class AnswerOnlyCollator(DataCollatorForVisionLanguageModeling):
    """Collate by TRL, refusing a batch whose loss mask covers anything but the answers."""

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        answers = [example["completion"][0]["content"] for example in examples]
        try:
            batch = super().torch_call(examples)
        except StopIteration as error:  # the trainer would take it for the end of the data
            raise TrainingError(
                "the processor cannot pair images and placeholders of a batch with the answers "
                f"{[answer[:40] for answer in answers[:4]]}"
            ) from error
        assert_answers_only(batch, answers, self.processor)
        return batch


def assert_answers_only(batch: dict[str, Any], answers: list[str], processor: Any) -> None:
    """Raise unless the loss covers each row's whole answer with its end, and nothing else.

    Raises:
        TrainingError: the mask covers other tokens; shows the text under the mask.
    """
    tokenizer = processor.tokenizer
    vision = set(vision_token_ids(tokenizer))
    for labels, ids, answer in zip(batch["labels"], batch["input_ids"], answers, strict=True):
        covered = ids[labels != -100].tolist()
        text = tokenizer.decode(covered)
        body, _, rest = text.partition(tokenizer.eos_token)
        positions = (labels != -100).nonzero().squeeze(1)
        gap = len(positions) and int(positions[-1] - positions[0]) + 1 != len(positions)
        if body != answer or rest.strip() or gap or vision.intersection(covered):
            raise TrainingError(
                "the loss mask does not cover exactly the answer: it covers "
                f"{text[:200]!r}, the answer is {answer[:200]!r}"
            )
