"""Nodes that evaluate a checkpoint on the held-out test records."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from r1vl_kedro.entries import PREDICT
from r1vl_kedro.generation.classes import class_scores
from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.generation.predict import MANIFEST, PREDICTIONS
from r1vl_kedro.generation.reasoning import reasoning_scores
from r1vl_kedro.generation.scoring import score, summarise
from r1vl_kedro.launcher import LauncherOptions, run_job
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.hints import Frame, JsonObject, Records
from r1vl_kedro.records.rejections import set_aside_at
from r1vl_kedro.records.schema import RecordsError, directory_of, labels_of
from r1vl_kedro.run_context import RUN
from r1vl_kedro.training.options import StepGRPOOptions


def predict_test(
    checkpoint: Path | str,
    records: Records,
    options: EvaluationOptions,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
) -> tuple[JsonObject, Frame]:
    """Answer every test record by a job; return its manifest and the predictions.

    Args:
        checkpoint: directory of a model (a `CheckpointDataset`), or a hub name.
        records: test records on disk, with or without key steps.
        options: `params:evaluation`; decoding is greedy unless it says otherwise.
        work_dir: the job goes on from what it left in ``work_dir/<variant>/test`` after a kill.
    """
    place = job_place(work_dir) / "test"
    name = f"{place.parent.name}.predict"
    answers = answer(checkpoint, records, options.decoding, launcher, template, seed, place, name)
    return json.loads((place / MANIFEST).read_text(encoding="utf-8")), answers


def answer(
    checkpoint: Path | str,
    records: Records,
    decoding: DecodingOptions,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    place: Path,
    name: str,
) -> Frame:
    """Answer records by a job of this name, which goes on from what a kill left in ``place``."""
    import pandas as pd

    kwargs = {
        "checkpoint": str(checkpoint),
        "records_dir": str(directory_of(records)),
        "output_dir": str(place),
        "options": decoding.model_dump(mode="json"),
        "template": template,
        "seed": seed,
    }
    shared = shared_by(launcher, decoding)
    run_job(PREDICT, kwargs, options=shared, log_dir=place.parent / "logs", name=name)
    return pd.read_parquet(place / PREDICTIONS)


def shared_by(launcher: LauncherOptions, decoding: DecodingOptions) -> LauncherOptions:
    """Return the options for a prediction: its questions are shared, an endpoint's are not."""
    if decoding.engine == "openai":
        return launcher.in_one_process()
    return launcher.for_shared_work(decoding.tensor_parallel_size)


def job_place(work_dir: str) -> Path:
    """Return where the running variant's jobs keep their state."""
    return Path(work_dir).resolve() / (RUN.get().variant or "main")


def score_test(
    predictions: Frame,
    manifest: JsonObject,
    records: Records,
    options: EvaluationOptions,
    step_grpo: StepGRPOOptions,
    seed: int,
) -> tuple[Frame, JsonObject, JsonObject]:
    """Score predictions: verdicts, scores with intervals overall and by family and label, manifest.

    The scores name what of the records' file was set aside, by reason.

    Args:
        step_grpo: says how key steps count: the variant's own options where StepGRPO trained it.
    """
    how = step_grpo.key_steps.model_dump(include={"alpha", "matching", "threshold"})
    verdicts = score(predictions, records, grammar=options.grammar, **how)
    scores = summarise(verdicts, seed, labels_of(records))
    if options.classes:
        scores |= class_scores(verdicts, options.classes, grammar=options.grammar, seed=seed)
    if options.reasoning:
        scores |= reasoning_scores(verdicts, records, grammar=options.grammar, seed=seed)
    with contextlib.suppress(RecordsError):  # records in memory came from no file
        if left := set_aside_at(directory_of(records)):
            scores["set_aside"] = left
    scored = {"scoring": "robust", "grammar": options.grammar, "key_steps": how}
    return verdicts, scores, {**manifest, **scored}
