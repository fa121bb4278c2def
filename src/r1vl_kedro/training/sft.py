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
    batch = run.batch_of(settings)
    if settings.padding_free:
        sharing.check_model(base, "padding_free")
    start = run.prepare(
        "sft", settings, base=base, records=records, output=output, template=template, seed=seed
    )
    if start is None:
        return run.already_trained(output)

    from trl import SFTConfig

    from r1vl_kedro.training.arguments import common_arguments, prepare_processes
    from r1vl_kedro.training.sft_trainer import AnswerOnlyCollator, ResumableSFTTrainer

    prepare_processes(settings)
    run.seed_everything(seed)
    arguments = SFTConfig(
        **common_arguments(settings, str(start.state_dir), start.steps, seed, batch),
        max_length=None,
        completion_only_loss=True,
    )
    model = policy.load_policy(base, settings)
    trainer = ResumableSFTTrainer(
        padding_free=settings.padding_free,
        model=model,
        args=arguments,
        train_dataset=data.as_pairs(start.rows, template),
        processing_class=start.processor,
        data_collator=AnswerOnlyCollator(processor=start.processor, completion_only_loss=True),
        peft_config=policy.lora_config(settings),
    )
    trainer.sampler = data.StepSampler(
        len(start.rows), blocks=start.steps, prompts=settings.batch_size, seed=seed
    )
    return run.train(trainer, start, validation)
