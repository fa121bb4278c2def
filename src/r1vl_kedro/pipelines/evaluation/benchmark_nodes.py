"""Nodes that evaluate a checkpoint on the benchmarks and make Table 1."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from r1vl_kedro.benchmarks import MODES, Mode, aggregate, get_benchmark, score_response
from r1vl_kedro.benchmarks.compat import cut
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.benchmarks.judge import decide
from r1vl_kedro.benchmarks.robust import stated
from r1vl_kedro.benchmarks.table import markdown, notes, table_rows
from r1vl_kedro.endpoint import ChatClient, ChatRequest
from r1vl_kedro.errors import CheckpointError, UserFacingError
from r1vl_kedro.generation.benchmark_job import SET_ASIDE, read_rows, thumbnails
from r1vl_kedro.generation.checkpoint import resolve_checkpoint
from r1vl_kedro.generation.predict import PREDICTIONS
from r1vl_kedro.launcher import LauncherOptions, run_job
from r1vl_kedro.pipelines.evaluation.nodes import job_place
from r1vl_kedro.pipelines.evaluation.options import BenchmarkOptions, EvaluationOptions
from r1vl_kedro.pipelines.hints import Frame

logger = logging.getLogger(__name__)
PREDICT = "r1vl_kedro.generation.benchmark_job:predict_benchmarks"
COMMON = (
    "label",
    "checkpoint_digest",
    "decoding",
    "prompt_version",
    "prompt_template",
    "seed",
    "limit",
)
"""What the predictions of one table share."""
VERDICTS = {True: "right", False: "wrong"}


class EvaluationError(UserFacingError, ValueError):
    """What was predicted is not what is to be scored."""


def given_checkpoint(options: EvaluationOptions) -> str:
    """The checkpoint that `params:evaluation.checkpoint` names.

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
) -> tuple[dict[str, Any], Frame, Frame]:
    """Answers to the chosen benchmarks, by one job; returns its manifests and the predictions.

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
    there = present(files, chosen)
    kwargs = {
        "checkpoint": str(checkpoint),
        "files": {name: vars_of(file) for name, file in there.items()},
        "output_dir": str(place),
        "options": options.decoding.model_dump(mode="json"),
        "template": chosen.wording,
        "seed": seed,
        "limit": chosen.limit,
        "prompt": chosen.prompt,
    }
    name = f"{place.parent.name}.benchmarks"
    one = launcher.undivided()
    manifests = run_job(PREDICT, kwargs, options=one, log_dir=place.parent / "logs", name=name)
    frames, pictures = [], []
    for benchmark, manifest in manifests.items():
        where = place / benchmark
        manifest["label"] = options.label  # scoring again, perhaps under other options, keeps it
        manifest["set_aside"] = json.loads((where / SET_ASIDE).read_text(encoding="utf-8"))
        cells = {row["index"]: row for row in read_rows(where)}
        frame = pd.read_parquet(where / PREDICTIONS)
        frame = frame[["id", "response", "tokens", "truncated", "sample"]]
        frame.insert(0, "benchmark", benchmark)
        frame["row"] = [json.dumps(cells[index], ensure_ascii=False) for index in frame["id"]]
        frames.append(frame)
        found = thumbnails(where, chosen.examples)
        pictures += [{"benchmark": benchmark, **picture} for picture in found]
    pictures = pd.DataFrame(pictures, columns=["benchmark", "id", "image"])
    return manifests, pd.concat(frames, ignore_index=True), pictures


def present(files: dict[str, BenchmarkFile], options: BenchmarkOptions) -> dict[str, BenchmarkFile]:
    """Return the files of the chosen benchmarks, without embedded ones that there are not.

    Raises:
        EvaluationError: an absent one is asked for by name, or nothing is left.
    """
    chosen = {name: files[name] for name in options.chosen}
    absent = [name for name, file in chosen.items() if not file.official and not file.path.exists()]
    if not absent:
        return chosen
    problem = (
        f"the embedded world has no file of {', '.join(absent)}; name an official one in a catalog "
        f"entry such as benchmark_{absent[0]}: {{type: r1vl_kedro.datasets.BenchmarkTSVDataset, "
        f"benchmark: {absent[0]}, path: ...}}"
    )
    if options.names is not None or len(absent) == len(chosen):
        raise EvaluationError(problem)
    logger.warning("%s; the others are evaluated", problem)
    return {name: file for name, file in chosen.items() if name not in absent}


def vars_of(file: BenchmarkFile) -> dict[str, Any]:
    """What the job needs to open the file again."""
    return {"path": str(file.path), "check_images": file.check_images, "official": file.official}


def score_benchmarks(
    predictions: Frame,
    manifests: dict[str, Any],
    options: EvaluationOptions,
    judge: ChatClient,
) -> tuple[Frame, dict[str, Any], dict[str, Any]]:
    """Verdicts of the mode that `evaluation.benchmarks.scoring` names, the scores, their manifest.

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
        table, entry = _score(name, part, mode, judge if options.benchmarks.judge else None)
        tables.append(table)
        scores[name] = {**entry, "set_aside": len(manifests[name]["set_aside"])}
    manifest = _manifest(options, {name: manifests[name] for name in scores}, asked)
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


def _manifest(
    options: EvaluationOptions, manifests: dict[str, Any], judge: str | None
) -> dict[str, Any]:
    """What scores rest on: settings common to all benchmarks, then what each has of its own.

    Raises:
        EvaluationError: predictions of several checkpoints, prompts or decodings.
    """
    first = next(iter(manifests.values()))
    for name, manifest in manifests.items():
        for key in COMMON:
            if manifest[key] != first[key]:
                raise EvaluationError(
                    f"{key} of {name}'s predictions is {manifest[key]!r}, elsewhere {first[key]!r};"
                    " one table needs one; run the node predict_benchmarks anew"
                )
    own = ("file", "records_digest", "digest", "rows", "set_aside")
    return {
        "scoring": options.benchmarks.scoring,
        "judge": judge,
        "checkpoint_dir": first["checkpoint_dir"],
        **{key: first[key] for key in COMMON},
        "versions": first["versions"],
        "benchmarks": {
            name: {key: manifest[key] for key in own} for name, manifest in manifests.items()
        },
    }


def _score(
    name: str, part: Frame, mode: Mode, judge: ChatClient | None
) -> tuple[Frame, dict[str, Any]]:
    import pandas as pd

    rows = [json.loads(text) for text in part["row"]]
    responses = part["response"].tolist()
    verdicts = [
        score_response(name, row, raw, mode=mode) for row, raw in zip(rows, responses, strict=True)
    ]
    left_open = [verdict is None for verdict in verdicts]
    if judge is not None and any(left_open):
        verdicts = decide(rows, responses, verdicts, lambda asked: _ask(judge, name, asked))
    figures = aggregate(name, rows, verdicts)
    table = pd.DataFrame(
        {
            "benchmark": name,
            "id": part["id"].tolist(),
            "question": [row["question"] for row in rows],
            "answer": [row.get("answer_option") or row["answer"] for row in rows],
            "extracted": [stated(raw) if mode == "robust" else cut(raw) for raw in responses],
            "verdict": pd.array(verdicts, dtype="boolean"),
            "needs_judge": left_open,
            "response": responses,
        }
    )
    return table, {
        "mode": mode,
        "column": get_benchmark(name).column,
        "headline": figures[get_benchmark(name).headline],
        "n": len(rows),
        "needs_judge": sum(left_open) / len(rows),
        "undecided": sum(verdict is None for verdict in verdicts) / len(rows),
        "mean_tokens": float(part["tokens"].mean()),
        "truncated": float(part["truncated"].mean()),
        "figures": figures,
    }


def _ask(judge: ChatClient, name: str, asked: list[tuple[str, list[dict]]]) -> dict[str, str]:
    requests = [ChatRequest(f"{name} {key}", messages) for key, messages in asked]
    answers = judge.answers(requests)
    return {
        key: str(answer.value)
        for (key, _), answer in zip(asked, answers, strict=True)
        if not answer.error
    }


def make_examples(verdicts: Frame, scores: dict[str, Any], thumbnails: Frame) -> Frame:
    """The rows that have a thumbnail, with image, response, extracted answer and verdict.

    Each row has a name of its own in the first column, and its verdict as a word: by these MLflow
    groups and filters.
    """
    rows = verdicts.merge(thumbnails, on=["benchmark", "id"])
    rows.insert(0, "row", rows["benchmark"] + " " + rows["id"])
    rows["verdict"] = [VERDICTS.get(verdict, "left open") for verdict in rows["verdict"]]
    rows["scoring"] = scores["mode"]
    shown = ["row", "image", "question", "answer", "extracted", "verdict", "response"]
    return rows[[*shown, "benchmark", "scoring"]]


def make_table_1(scores: dict[str, Any], paper: dict[str, Any]) -> tuple[Frame, Frame, str]:
    """Table 1 with the paper's rows, every figure of every benchmark, and the table as Markdown."""
    import pandas as pd

    if scores["mode"] not in MODES:
        raise EvaluationError(f"scores of mode {scores['mode']!r}; known: {', '.join(MODES)}")
    rows = table_rows(scores, scores["label"], paper)
    text = markdown(rows, notes(scores, scores["limit"]))
    sys.stdout.write(f"\nTable 1\n\n{text}\n")  # a log line would be wrapped at 80 columns
    breakdown = pd.DataFrame(
        [
            {"benchmark": name, "figure": figure, "value": value, "scoring": scores["mode"]}
            for name, entry in scores["benchmarks"].items()
            for figure, value in entry["figures"].items()
        ]
    )
    return pd.DataFrame(rows), breakdown, text
