"""Scoring the predictions on a benchmark, and what the scores of a table rest on."""

from __future__ import annotations

import json
from typing import Any

from r1vl_kedro.benchmarks import Mode, aggregate, get_benchmark, score_response
from r1vl_kedro.benchmarks.compat import cut
from r1vl_kedro.benchmarks.interval import headline_interval
from r1vl_kedro.benchmarks.judge import decide
from r1vl_kedro.benchmarks.robust import stated
from r1vl_kedro.endpoint import ChatClient, ChatRequest
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.hints import Frame

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


class EvaluationError(UserFacingError, ValueError):
    """What was predicted is not what is to be scored."""


def manifest_of(
    options: EvaluationOptions, manifests: dict[str, Any], judge: str | None
) -> dict[str, Any]:
    """Gather what scores rest on: settings common to all benchmarks, then each one's own.

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


def score_one(
    name: str, part: Frame, mode: Mode, judge: ChatClient | None
) -> tuple[Frame, dict[str, Any]]:
    """Score a benchmark's predictions: a verdict for each row, and its figures with an interval.

    Args:
        part: the predictions on this benchmark, each with its row's cells as JSON.
        judge: asked about what the rules leave open; None: that stays open.

    Returns:
        One row a prediction, and the entry of the scores; figures in the benchmark's unit, shares
        of verdicts left open in 0..1.
    """
    import pandas as pd

    rows = [json.loads(text) for text in part["row"]]
    responses = part["response"].tolist()
    verdicts = [
        score_response(name, row, raw, mode=mode) for row, raw in zip(rows, responses, strict=True)
    ]
    left_open = [verdict is None for verdict in verdicts]
    if judge is not None and any(left_open):
        verdicts = decide(rows, responses, verdicts, lambda asked: _ask(judge, name, asked))
    figures, interval = aggregate(name, rows, verdicts), headline_interval(name, rows, verdicts)
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
        "low": interval.low,
        "high": interval.high,
        "interval": interval.note,
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
