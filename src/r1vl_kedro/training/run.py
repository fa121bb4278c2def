"""One training run from start or from its last checkpoint to a finished model directory."""

from __future__ import annotations

import functools
import json
import logging
import os
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro import files, provenance, ranks
from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.models import load_processor
from r1vl_kedro.prompts import is_raw
from r1vl_kedro.records.store import open_records
from r1vl_kedro.rewards import columns_read
from r1vl_kedro.training import data, state
from r1vl_kedro.training.errors import Interrupted, TrainingError
from r1vl_kedro.training.fitting import measured_once
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.options import TrainingOptions
from r1vl_kedro.training.saving import manifest, save_result
from r1vl_kedro.training.tracking import LogToMlflow, metric_callback

log = logging.getLogger(__name__)

VALIDATION_COLUMNS = ("id", "images", "question", "options", "answer")
Selection = Callable[[Any], tuple[Any, list[dict[str, Any]]]]
"""Records to those that can be used, and the others' ids with the reason."""


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and torch; the samplers take the seed themselves."""
    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def finished(output: str, made_from: Mapping[str, Any]) -> bool:
    """Tell whether an earlier call wrote this output completely, from the same settings and inputs.

    Args:
        made_from: what the output's manifest must say.
    """
    directory = Path(output)
    if ranks.rank() == 0:
        files.settle(directory)
    if state.damage(files.arrived(directory)) is not None:
        return False
    made = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    differs = [name for name, value in files.as_json(made_from).items() if made.get(name) != value]
    if differs:
        log.warning("the model in %s had other %s: made anew", output, ", ".join(differs))
    return not differs


@dataclass(frozen=True)
class Start:
    """What a run starts from: its records measured, its state directory open."""

    kind: str
    output: str
    seed: int
    settings: TrainingOptions
    rows: Any
    rejected: list[dict[str, Any]]
    processor: Any
    steps: int
    inputs: dict[str, Any]
    world: int
    state_dir: Path

    def order(self, repeats: int = 1) -> data.StepSampler:
        """Return the order of the records: a block of whole groups for each batch.

        Args:
            repeats: passes of an update over a block.
        """
        batch = self.settings.batch
        return data.StepSampler(
            len(self.rows),
            blocks=-(-self.steps // batch.updates),
            prompts=batch.records,
            group_size=batch.group,
            repeats=repeats * batch.updates,
            seed=self.seed,
        )


def train(
    kind: str,
    settings: TrainingOptions,
    make: Callable[[Start], Any],
    *,
    output: str,
    validation: str | None,
    **given: Any,
) -> dict[str, Any]:
    """Train by a method, or go on from where an earlier call was ended.

    Args:
        kind: the method.
        make: makes the trainer, a ``ResumableTrainer``, of what the run starts from.
        validation: directory of records, read where ``eval_steps`` is set.
        given: what else `prepare` takes.

    Returns:
        steps, seconds of this call, the step it was resumed from, the output directory.

    Raises:
        ValueError: the batch does not divide over the processes; before anything is loaded.
        Interrupted: a signal came; the state was saved.
        TrainingError: it ended before its last step for any other reason.
    """
    settings.split(ranks.processes())
    start = prepare(kind, settings, output=output, **given)
    if start is None:
        return {"output": output, "steps": 0, "resumed_from": 0, "seconds": 0.0}

    from r1vl_kedro.training.arguments import prepare_processes

    prepare_processes(settings)
    seed_everything(start.seed)
    return _train(make(start), start, validation)


def prepare(
    kind: str,
    settings: TrainingOptions,
    *,
    base: str,
    records: str,
    output: str,
    template: str,
    seed: int,
    select: Selection | None = None,
) -> Start | None:
    """Open records and state, before anything heavy is loaded; None where all is done already.

    Args:
        kind: the method; its row has the columns that the records must have.
        select: sets aside what cannot be trained on beside prompts that are too long.
    """
    inputs = {
        "base": base,
        "base_digest": provenance.fingerprint(base),
        "records": records,
        "records_digest": provenance.fingerprint(records),
        "template": template,
    }
    recipe = {"kind": kind, "options": settings.model_dump(), "seed": seed, **inputs}
    main = ranks.rank() == 0
    if finished(output, recipe):
        if main:  # a kill may have come between the model and this
            shutil.rmtree(f"{output}.state", ignore_errors=True)
        return None
    read_by = columns_read(getattr(settings, "rewards", {}).values())
    rows = open_records(records, *METHODS[kind].columns, **read_by)
    processor = load_processor(base, **settings.pixels, raw=is_raw(template))
    answers = METHODS[kind].learns
    rows, unusable = select(rows) if select is not None else (rows, [])
    rows, odd = data.without_special_tokens(rows, processor, "question", "options", *answers)
    recipe["world"] = world = ranks.processes()
    state_dir = open_state(output, recipe, main)
    find = functools.partial(
        data.find_fitting,
        rows,
        processor,
        template,
        max_prompt_length=settings.max_prompt_length,
        max_answer_length=settings.max_completion_length,
        answers=answers,
    )
    kept, too_long = measured_once(state_dir, recipe, main, find)
    rows = data.keep_fitting(rows, kept, too_long)
    return Start(
        kind=kind,
        output=output,
        seed=seed,
        settings=settings,
        rows=rows,
        rejected=unusable + odd + too_long,
        processor=processor,
        steps=settings.steps(len(rows)),
        inputs=inputs,
        world=world,
        state_dir=state_dir,
    )


def open_state(output: str, recipe: Mapping[str, Any], main: bool) -> Path:
    """Open the directory of resumable state beside ``output``; empty another recipe's.

    Raises:
        CheckpointError: it cannot be written; names the path.
    """
    directory = Path(f"{output}.state")
    if not main:
        return directory
    with files.naming(directory):
        directory.mkdir(parents=True, exist_ok=True)
        file = directory / "recipe.json"
        wanted = files.as_json(recipe)
        if file.is_file() and json.loads(file.read_text(encoding="utf-8")) != wanted:
            log.warning("settings or inputs changed: the state in %s is discarded", directory)
            shutil.rmtree(directory)
            directory.mkdir()
        files.write_json(file, wanted)
        if not os.access(directory, os.W_OK):
            raise CheckpointError(f"{directory} is not writable")
    return directory


def _train(trainer: Any, start: Start, validation: str | None) -> dict[str, Any]:
    """Train and save with what every run has: stopping, progress, metrics, accuracy on the way."""
    from r1vl_kedro.training import callbacks
    from r1vl_kedro.training.arguments import engine_of

    settings = start.settings
    trainer.options, trainer.state_dir = settings, start.state_dir
    if settings.eval_steps and validation is not None:
        held_out = open_records(validation, *VALIDATION_COLUMNS)
        held_out, _ = data.without_special_tokens(held_out, start.processor, "question", "options")
        asked = held_out, start.inputs["template"], settings, start.seed
        trainer.add_callback(callbacks.AccuracyOnTheWay(trainer, *asked))
    stop = callbacks.StopOnSignal(trainer, period=settings.batch.updates)
    watch = callbacks.ReportProgress(), callbacks.WatchForIdleSteps()
    for callback in (stop, *watch, *metric_callback()):
        trainer.add_callback(callback)
    extra = {
        "records_used": len(start.rows),
        "rejected": start.rejected,
        "processes": start.world,
        "engine": engine_of(trainer, settings),
    }
    about = manifest(start.kind, settings, start.seed, start.inputs, extra)
    return _train_and_save(trainer, start.output, about, stop)


def _train_and_save(
    trainer: Any, output: str, manifest: Mapping[str, Any], stop: Any
) -> dict[str, Any]:
    """Train from the newest usable checkpoint, then write ``output`` in one step; see `train`."""
    from accelerate.utils import broadcast_object_list

    from r1vl_kedro.training.arguments import restore_on_cpu_ranks

    accelerator = trainer.accelerator
    found = state.newest_usable(trainer.state_dir) if accelerator.is_main_process else None
    [resume] = broadcast_object_list([found])
    if trainer.rollouts is not None and accelerator.is_main_process:
        trainer.rollouts.forget_after(int(resume.name.split("-")[1]) if resume else 0)
    if resume is not None:
        log.info("resuming from %s", resume)
        restore_on_cpu_ranks()
    try:
        with stop:
            result = trainer.train(resume_from_checkpoint=str(resume) if resume else None)
    finally:
        for callback in trainer.callback_handler.callbacks:
            if isinstance(callback, LogToMlflow):
                callback.metrics.close()
    if stop.stopped_at is not None:
        raise Interrupted(stop.signal, f"step {stop.stopped_at} is saved in {trainer.state_dir}")
    done, wanted = trainer.state.global_step, trainer.state.max_steps
    if done < wanted:
        raise TrainingError(
            f"training ended by itself after step {done} of {wanted}: the batches gave out, as "
            "where a processor raises StopIteration over a record; the logs name what came last, "
            f"and what was saved stays in {trainer.state_dir}"
        )
    save_result(trainer, Path(output), manifest)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        shutil.rmtree(trainer.state_dir, ignore_errors=True)
    return {
        "output": output,
        "steps": trainer.state.global_step,
        "resumed_from": int(resume.name.split("-")[1]) if resume else 0,
        "seconds": result.metrics["train_runtime"],
    }
