"""Supervised fine-tuning on reference paths: the warm-up, and its continuation as a baseline."""

from __future__ import annotations

from typing import Any

from r1vl_kedro.training import data, policy, run, sharing
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

    Raises:
        TrainingError: ``padding_free`` with a model that cannot; before anything is loaded.
    """
    settings = SFTOptions.model_validate(options)
    if settings.padding_free:
        sharing.check_model(base, "padding_free")
    return run.train(
        "sft", settings, _trainer, base=base, records=records, validation=validation,
        output=output, template=template, seed=seed,
    )  # fmt: skip


def _trainer(start: run.Start) -> Any:
    from trl import SFTConfig

    from r1vl_kedro.training.arguments import common_arguments
    from r1vl_kedro.training.sft_trainer import AnswerOnlyCollator, ResumableSFTTrainer

    arguments = SFTConfig(**common_arguments(start), max_length=None, completion_only_loss=True)
    trainer = ResumableSFTTrainer(
        padding_free=start.settings.padding_free,
        args=arguments,
        train_dataset=data.as_pairs(start.rows, start.inputs["template"]),
        data_collator=AnswerOnlyCollator(processor=start.processor, completion_only_loss=True),
        **policy.parts_of(start),
    )
    trainer.sampler = start.order()
    return trainer
