"""Train on reference paths by TRL's SFTTrainer; imported late, as TRL takes seconds to import."""

from __future__ import annotations

from typing import Any

from trl import SFTTrainer
from trl.trainer.sft_trainer import DataCollatorForVisionLanguageModeling

from r1vl_kedro.models import vision_token_ids
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.resumable import ResumableTrainer


class ResumableSFTTrainer(ResumableTrainer, SFTTrainer):
    """Train on prompt and completion with images, in a fixed order and with guarded losses."""


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
