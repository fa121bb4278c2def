"""Supervised fine-tuning on reference paths: the warm-up, and its continuation as a baseline."""

from __future__ import annotations

import functools
from typing import Any

from r1vl_kedro.training import data, run
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.models import load_model, vision_token_ids
from r1vl_kedro.training.options import SFTOptions


def train_sft(
    base: str,
    records: str,
    output: str,
    options: dict[str, Any],
    seed: int,
    template: str = "{question}",
    validation: str | None = None,
) -> dict[str, Any]:
    """Fine-tune on the records' reference paths; the loss covers answer tokens only.

    Called again after a kill it goes on from the last checkpoint; called again after the end it
    does nothing.

    Args:
        base: a checkpoint directory or hub name.
        records, validation: directories of records; ``validation`` is read for ``eval_steps``.
        output: gets the model; what is needed to resume lies in ``<output>.state`` meanwhile.
        options: an ``SFTOptions`` as a dictionary.
    """
    settings = SFTOptions.model_validate(options)
    micro, passes = run.batch_of(settings)
    start = run.prepare(
        "sft", settings, base=base, records=records, output=output, template=template, seed=seed
    )
    if start is None:
        return run.nothing_to_do(output)

    from trl import SFTConfig

    from r1vl_kedro.training.arguments import common_arguments, prepare_processes

    prepare_processes(settings)
    run.seed_everything(seed)
    arguments = SFTConfig(
        **common_arguments(settings, str(start.state_dir), start.steps, seed),
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=passes,
        max_length=None,
        completion_only_loss=True,
    )
    model = load_model(base, dtype=settings.dtype, attention=settings.attention)
    run.freeze(model, settings)
    trainer = sft_trainer_class()(
        model=model,
        args=arguments,
        train_dataset=data.as_pairs(start.rows, template),
        processing_class=start.processor,
        data_collator=collator_class()(processor=start.processor, completion_only_loss=True),
        peft_config=run.attach_lora(model, settings),
    )
    trainer.sampler = data.StepSampler(
        len(start.rows), blocks=start.steps, prompts=settings.batch_size, seed=seed
    )
    return run.train(trainer, start, validation)


@functools.cache
def sft_trainer_class() -> type:
    """TRL's SFTTrainer with this project's order, checkpoints and guards."""
    from trl import SFTTrainer

    from r1vl_kedro.training.steady import SteadyTrainer

    class SteadySFTTrainer(SteadyTrainer, SFTTrainer):
        """SFTTrainer on prompt and completion with images."""

    return SteadySFTTrainer


@functools.cache
def collator_class() -> type:
    """TRL's vision collator, with the loss mask checked on every batch."""
    from trl.trainer.sft_trainer import DataCollatorForVisionLanguageModeling

    class AnswerOnlyCollator(DataCollatorForVisionLanguageModeling):
        """Refuses a batch whose loss mask covers anything but the answers."""

        def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
            answers = [example["completion"][0]["content"] for example in examples]
            batch = super().torch_call(examples)
            assert_answers_only(batch, answers, self.processor)
            return batch

    return AnswerOnlyCollator


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
