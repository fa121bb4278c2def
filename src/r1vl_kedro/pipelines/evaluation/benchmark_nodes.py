"""Nodes that evaluate a checkpoint on the benchmarks and make Table 1."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from r1vl_kedro.benchmarks import MODES, Mode, aggregate, get_benchmark, score_response
from r1vl_kedro.benchmarks.compat import cut
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.benchmarks.judge import decide
from r1vl_kedro.benchmarks.robust import stated
from r1vl_kedro.benchmarks.table import markdown, notes, table_rows
from r1vl_kedro.generation.benchmark_job import SET_ASIDE, read_rows
from r1vl_kedro.generation.predict import PREDICTIONS
from r1vl_kedro.launcher import LauncherOptions, run_job
from r1vl_kedro.llm import ChatClient, ChatRequest
from r1vl_kedro.pipelines.evaluation.nodes import job_place
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.hints import Frame

PREDICT = "r1vl_kedro.generation.benchmark_job:predict_benchmarks"


def given_checkpoint(options: EvaluationOptions) -> str:
    """The checkpoint that `params:evaluation.checkpoint` names."""
    return options.checkpoint


def predict_benchmarks(
    checkpoint: Path | str,
    options: EvaluationOptions,
    launcher: LauncherOptions,
    seed: int,
    work_dir: str,
    **files: BenchmarkFile,
) -> tuple[dict[str, Any], Frame]:
    """Answers to the chosen benchmarks, by one job; returns its manifests and the predictions.

    Args:
        files: the nine benchmarks' files by name; only those chosen are read.

    Returns:
        Manifests by benchmark (decoding, template, checkpoint's digest, rows set aside), and one
        frame: benchmark, id, response, tokens, truncated, and the row's cells as JSON.
    """
    import pandas as pd

    place = job_place(work_dir) / "benchmarks"
    chosen = options.benchmarks
    kwargs = {
        "checkpoint": str(checkpoint),
        "files": {name: vars_of(files[name]) for name in chosen.chosen},
        "output_dir": str(place),
        "options": options.decoding.model_dump(mode="json"),
        "template": chosen.wording,
        "seed": seed,
        "limit": chosen.limit,
        "prompt": chosen.prompt,
    }
    name = f"{place.parent.name}.benchmarks"
    manifests = run_job(PREDICT, kwargs, options=launcher, log_dir=place.parent / "logs", name=name)
    frames = []
    for benchmark, manifest in manifests.items():
        where = place / benchmark
        manifest["set_aside"] = json.loads((where / SET_ASIDE).read_text(encoding="utf-8"))
        cells = {row["index"]: row for row in read_rows(where)}
        frame = pd.read_parquet(where / PREDICTIONS)
        frame = frame[["id", "response", "tokens", "truncated", "sample"]]
        frame.insert(0, "benchmark", benchmark)
        frame["row"] = [json.dumps(cells[index], ensure_ascii=False) for index in frame["id"]]
        frames.append(frame)
    return manifests, pd.concat(frames, ignore_index=True)


def vars_of(file: BenchmarkFile) -> dict[str, Any]:
    """What the job needs to open the file again."""
    return {"path": str(file.path), "check_images": file.check_images, "official": file.official}


def score_benchmarks(
    predictions: Frame,
    manifests: dict[str, Any],
    options: EvaluationOptions,
    judge: ChatClient,
) -> tuple[Frame, dict[str, Any]]:
    """Verdicts of the mode that `evaluation.benchmarks.scoring` names, and the scores.

    Needs no model: predictions can be scored again in another mode at any time.
    """
    import pandas as pd

    mode = options.benchmarks.scoring
    tables, scores = [], {}
    for name in options.benchmarks.chosen:
        part = predictions[predictions["benchmark"] == name]
        if len(part) == 0:
            raise ValueError(
                f"no predictions on {name}; run the node predict_benchmarks for it, or leave it "
                "out of evaluation.benchmarks.names"
            )
        table, entry = _score(name, part, mode, judge if options.benchmarks.judge else None)
        tables.append(table)
        scores[name] = {**entry, "set_aside": len(manifests[name]["set_aside"])}
    first = next(iter(manifests.values()))
    return pd.concat(tables, ignore_index=True), {
        "mode": mode,
        "label": options.label,
        "judge": judge.model if options.benchmarks.judge else None,
        "checkpoint_digest": first["checkpoint_digest"],
        "prompt_template_digest": first["prompt_template_digest"],
        "decoding": first["decoding"],
        "benchmarks": scores,
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


def make_table_1(scores: dict[str, Any], paper: dict[str, Any]) -> tuple[Frame, Frame, str]:
    """Table 1 with the paper's rows, every figure of every benchmark, and the table as Markdown."""
    import pandas as pd

    if scores["mode"] not in MODES:
        raise ValueError(f"scores of mode {scores['mode']!r}; known: {', '.join(MODES)}")
    rows = table_rows(scores, scores["label"], paper)
    text = markdown(rows, notes(scores, judged=scores["judge"] is not None))
    sys.stdout.write(f"\nTable 1\n\n{text}\n")  # a log line would be wrapped at 80 columns
    breakdown = pd.DataFrame(
        [
            {"benchmark": name, "figure": figure, "value": value, "scoring": scores["mode"]}
            for name, entry in scores["benchmarks"].items()
            for figure, value in entry["figures"].items()
        ]
    )
    return pd.DataFrame(rows), breakdown, text
