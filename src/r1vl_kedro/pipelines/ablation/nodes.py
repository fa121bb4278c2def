"""Nodes of a stage of the grid, and of what a variant's stages left."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.endpoint import ChatClient
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines import training
from r1vl_kedro.pipelines.evaluation import benchmark_nodes
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.hints import Frame, JsonObject, JsonRows, Left, Records
from r1vl_kedro.records.split import in_grammar, select_records
from r1vl_kedro.run_context import RUN
from r1vl_kedro.training.methods import get_method
from r1vl_kedro.training.overrides import ContinuedSFTOptions


def choose_records(
    records: Records,
    seed: int,
    n_records: int | None = None,
    where: JsonObject | None = None,
    grammar: str | None = None,
) -> Records:
    """Draw records for a stage; see `records.split`."""
    chosen = select_records(records, seed, n_records, where)
    return chosen if grammar is None else in_grammar(chosen, grammar)


def train_stage(
    base: Path | str,
    records: Records,
    validation: Records,
    method: str,
    options: JsonObject,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
    questions: Records | None = None,
) -> tuple[Left, ...]:
    """Run one stage of a variant; returns what its method leaves.

    Args:
        options: of the method's options model, complete and checked with the grid.
        questions: the RL questions, for a method that is as long as StepGRPO on them.
    """
    settings = get_method(method).options.model_validate(options)
    if isinstance(settings, ContinuedSFTOptions):
        settings = settings.settled(0 if questions is None else len(questions))
    return training.train(
        method, base, records, validation, settings, launcher, template, seed, work_dir
    )


def join_logs(**logs: JsonRows) -> JsonRows:
    """Join the training logs of a variant's stages, in order, their steps counted on.

    Each row gets the name of its ``stage``.
    """
    joined: JsonRows = []
    for stage, log in logs.items():
        before = joined[-1]["step"] if joined else 0
        joined += [{**row, "step": before + row["step"], "stage": stage} for row in log]
    return joined


def join_rollouts(**rollouts: Frame) -> Frame:
    """Join the example rollouts of a variant's stages, in order, with a column ``stage``."""
    import pandas as pd

    parts = [frame.assign(stage=stage) for stage, frame in rollouts.items() if len(frame)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def predict_benchmarks(
    checkpoint: Path | str,
    options: EvaluationOptions,
    launcher: LauncherOptions,
    seed: int,
    work_dir: str,
    **files: BenchmarkFile,
) -> tuple[JsonObject, Frame, Frame]:
    """Answer the grid's benchmarks; see `evaluation.benchmark_nodes.predict_benchmarks`."""
    asked = _of_the_grid(options, files)
    return benchmark_nodes.predict_benchmarks(checkpoint, asked, launcher, seed, work_dir, **files)


def score_benchmarks(
    predictions: Frame, manifests: JsonObject, options: EvaluationOptions, judge: ChatClient
) -> tuple[Frame, JsonObject, JsonObject]:
    """Score a variant's answers; see `evaluation.benchmark_nodes.score_benchmarks`."""
    asked = _of_the_grid(options, manifests)
    return benchmark_nodes.score_benchmarks(predictions, manifests, asked, judge)


def _of_the_grid(options: EvaluationOptions, benchmarks: Iterable[str]) -> EvaluationOptions:
    """Put the grid's benchmarks in place of the options' own, and the variant as label."""
    label = RUN.get().variant or options.label
    chosen = options.benchmarks.model_copy(update={"names": list(benchmarks)})
    return options.model_copy(update={"benchmarks": chosen, "label": label})


def tabulate_benchmarks(**scores: JsonObject) -> Frame:
    """Tabulate questions, rows set aside, headline and undecided share, a row a benchmark."""
    import pandas as pd

    from r1vl_kedro.reporting.variants import split_namespace

    rows = []
    for namespace, scored in scores.items():
        variant, seed = split_namespace(namespace)
        rows += [
            {
                "variant": variant,
                "seed": seed,
                "benchmark": name,
                "n": entry["n"],
                "set_aside": entry.get("set_aside", 0),
                "score": entry["headline"],
                "undecided": entry["undecided"],
                "scoring": scored["mode"],
            }
            for name, entry in scored["benchmarks"].items()
        ]
    return pd.DataFrame(rows)
