"""Nodes that evaluate a checkpoint on the benchmarks and make Table 1."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from r1vl_kedro.benchmarks import MODES
from r1vl_kedro.benchmarks.files import BenchmarkFile, reasons
from r1vl_kedro.benchmarks.table import notes, out_of, table_markdown, table_rows
from r1vl_kedro.endpoint import ChatClient
from r1vl_kedro.entries import PREDICT_BENCHMARKS
from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.generation.benchmark_job import thumbnails
from r1vl_kedro.generation.checkpoint import resolve_checkpoint
from r1vl_kedro.launcher import LauncherOptions, run_job
from r1vl_kedro.pipelines.evaluation.answers import present, read_answers, read_set_aside
from r1vl_kedro.pipelines.evaluation.nodes import job_place, shared_by
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.evaluation.scoring import EvaluationError, manifest_of, score_one
from r1vl_kedro.pipelines.hints import Frame, JsonObject

logger = logging.getLogger(__name__)
VERDICTS = {True: "right", False: "wrong"}


def given_checkpoint(options: EvaluationOptions) -> str:
    """Return the checkpoint that `params:evaluation.checkpoint` names.

    Raises:
        CheckpointError: it is none; an endpoint's is its own affair.
    """
    if options.decoding.engine != "openai":
        try:
            resolve_checkpoint(options.checkpoint)
        except CheckpointError as error:
            raise CheckpointError(
                f"evaluation.checkpoint: {error}; a plain kedro run trains one"
            ) from error
    return options.checkpoint


def predict_benchmarks(
    checkpoint: Path | str,
    options: EvaluationOptions,
    launcher: LauncherOptions,
    seed: int,
    work_dir: str,
    **files: BenchmarkFile,
) -> tuple[JsonObject, Frame, Frame]:
    """Answer the chosen benchmarks by one job.

    Args:
        files: the files of the benchmarks asked for, by name. Without `names` an embedded file that
            there is not is left out with a warning.

    Returns:
        Manifests by benchmark (decoding, template, checkpoint's digest, rows set aside), one frame
        of predictions (benchmark, id, response, tokens, truncated, and the row's cells as JSON),
        and thumbnails of `examples` rows of each benchmark.
    """
    import pandas as pd

    place = job_place(work_dir) / "benchmarks"
    chosen = options.benchmarks
    kwargs = {
        "checkpoint": str(checkpoint),
        "files": {
            name: {"path": str(file.path), "official": file.official}
            for name, file in present(files, chosen).items()
        },
        "output_dir": str(place),
        "options": options.decoding.model_dump(mode="json"),
        "template": chosen.wording,
        "seed": seed,
        "limit": chosen.limit,
        "prompt": chosen.prompt,
    }
    name = f"{place.parent.name}.benchmarks"
    shared = shared_by(launcher, options.decoding)
    logs = place.parent / "logs"
    manifests = run_job(PREDICT_BENCHMARKS, kwargs, options=shared, log_dir=logs, name=name)
    frames, pictures = [], []
    for benchmark, manifest in manifests.items():
        where = place / benchmark
        manifest["label"] = options.label  # scoring again, perhaps under other options, keeps it
        manifest["set_aside"] = read_set_aside(where, benchmark, manifest)
        frames.append(read_answers(where, benchmark))
        found = thumbnails(where, chosen.examples)
        pictures += [{"benchmark": benchmark, **picture} for picture in found]
    pictures = pd.DataFrame(pictures, columns=["benchmark", "id", "image"])
    return manifests, pd.concat(frames, ignore_index=True), pictures


def score_benchmarks(
    predictions: Frame,
    manifests: JsonObject,
    options: EvaluationOptions,
    judge: ChatClient,
) -> tuple[Frame, JsonObject, JsonObject]:
    """Score predictions in the mode of `evaluation.benchmarks.scoring`: verdicts, scores, manifest.

    Needs no model: predictions can be scored again in another mode at any time.
    """
    import pandas as pd

    mode = options.benchmarks.scoring
    asked = judge.model if options.benchmarks.judge else None
    tables, scores = [], {}
    named = options.benchmarks.names is not None
    for name in options.benchmarks.chosen if named else manifests:
        part = predictions[predictions["benchmark"] == name]
        if len(part) == 0:
            there = ", ".join(predictions["benchmark"].unique()) or "none"
            raise EvaluationError(
                f"no predictions on {name} (there are: {there}); run the node predict_benchmarks "
                "for it, or leave it out of evaluation.benchmarks.names"
            )
        table, entry = score_one(name, part, mode, judge if options.benchmarks.judge else None)
        tables.append(table)
        left = manifests[name]["set_aside"]
        why = {"set_aside_reasons": reasons(left)} if left else {}
        logger.info(
            "%s: %.1f (%s, n = %d%s%s)",
            *(name, entry["headline"], mode, entry["n"]),
            out_of(entry["n"], len(left), manifests[name]["limit"]),
            f"; {len(left)} set aside: {reasons(left)}" if left else "",
        )
        scores[name] = {**entry, "set_aside": len(left), **why}
    manifest = manifest_of(options, {name: manifests[name] for name in scores}, asked)
    return (
        pd.concat(tables, ignore_index=True),
        {
            "mode": mode,
            "judge": asked,
            **{
                name: manifest[name]
                for name in ("label", "checkpoint_digest", "prompt_version", "limit")
            },
            "benchmarks": scores,
        },
        manifest,
    )


def make_examples(verdicts: Frame, scores: JsonObject, thumbnails: Frame) -> Frame:
    """Gather the rows that have a thumbnail, with image, response, extracted answer and verdict.

    Each row has a name of its own in the first column, and its verdict as a word: by these MLflow
    groups and filters.
    """
    rows = verdicts.merge(thumbnails, on=["benchmark", "id"])
    rows.insert(0, "row", rows["benchmark"] + " " + rows["id"])
    rows["verdict"] = [VERDICTS.get(verdict, "left open") for verdict in rows["verdict"]]
    rows["scoring"] = scores["mode"]
    shown = ["row", "image", "question", "answer", "extracted", "verdict", "response"]
    return rows[[*shown, "benchmark", "scoring"]]


def keep_scores(scores: JsonObject) -> JsonObject:
    """Name the scores by their label: the catalog entry keeps those of other labels beside them."""
    return {scores["label"]: scores}


def make_table_1(
    scores: JsonObject, kept: JsonObject, paper: JsonObject
) -> tuple[Frame, Frame, str]:
    """Make Table 1, every benchmark's figures, and the table as Markdown.

    Args:
        kept: scores of all labels evaluated so far, which are rows of the same table.
    """
    import pandas as pd

    if scores["mode"] not in MODES:
        raise EvaluationError(f"scores of mode {scores['mode']!r}; known: {', '.join(MODES)}")
    rows = table_rows(scores, scores["label"], paper, kept)
    text = table_markdown(rows, notes(scores, scores["limit"]))
    sys.stdout.write(f"\nTable 1\n\n{text}\n")  # a log line would be wrapped at 80 columns
    breakdown = pd.DataFrame(
        [
            {"benchmark": name, "figure": figure, "value": value, "scoring": scores["mode"]}
            for name, entry in scores["benchmarks"].items()
            for figure, value in entry["figures"].items()
        ]
    )
    return pd.DataFrame(rows), breakdown, text
