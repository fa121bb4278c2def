"""Verdicts and scores of predictions on records with known answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from r1vl_kedro.answers import equivalent
from r1vl_kedro.responses import R1VL, final_answer
from r1vl_kedro.rewards import match_key_steps, step_rar, step_rvr
from r1vl_kedro.rewards.key_steps import DEFAULT_ALPHA
from r1vl_kedro.rewards.matching import DEFAULT_THRESHOLD, Matching
from r1vl_kedro.statistics import mean_interval, wilson_interval

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

_RESAMPLES = 2000


def score(
    predictions: pd.DataFrame,
    records: Dataset,
    *,
    alpha: float = DEFAULT_ALPHA,
    matching: Matching = "soft",
    threshold: float = DEFAULT_THRESHOLD,
    grammar: str = R1VL.name,
) -> pd.DataFrame:
    """Add verdicts to predictions: `correct`, `valid`, `k` and `step_rar`.

    `correct` (0 or 1) compares the final answer, or the whole response where it states none;
    `valid` is StepRVR (strict); `k` the share of key steps matched and `step_rar` the reward, both
    null where the record has no key steps.

    Args:
        alpha, matching, threshold: how key steps count, as in training; see `rewards.step_rar`.
        grammar: how responses are written.

    Raises:
        KeyError: a prediction's id is not among the records.
    """
    import pandas as pd

    steps = _key_steps(records)
    known = set(records["id"])
    rows = []
    for row in predictions.to_dict("records"):
        name, response, answer = row["id"], row["response"], row["answer"]
        if name not in known:
            raise KeyError(f"prediction {name!r} answers none of the {len(known)} records")
        options = list(row["options"]) if row["options"] is not None else []
        stated = final_answer(response, grammar)
        correct = equivalent(response if stated is None else stated, answer, options=options)
        key_steps = steps.get(name)
        found = reward = None
        if key_steps:
            how = {"matching": matching, "threshold": threshold, "grammar": grammar}
            found = match_key_steps(response, key_steps, **how)
            reward = step_rar(response, answer, key_steps, alpha=alpha, options=options, **how)
        rows.append(
            {
                **row,
                "correct": float(correct),
                "valid": step_rvr(response, grammar=grammar),
                "k": sum(found) / len(found) if found else None,
                "step_rar": reward,
            }
        )
    scored = ["correct", "valid", "k", "step_rar"]
    frame = pd.DataFrame(rows, columns=[*predictions.columns, *scored])
    return frame.astype(dict.fromkeys(scored, float))


def _key_steps(records: Dataset) -> dict[str, list[list[str]]]:
    if "key_steps" not in records.column_names:
        return {}
    return {
        name: steps
        for name, steps in zip(records["id"], records["key_steps"], strict=True)
        if steps
    }


def summarise(verdicts: pd.DataFrame, seed: int = 0, labels: Sequence[str] = ()) -> dict[str, Any]:
    """Score a variant, overall, by family, and by every value of its records' labels.

    Each has `n` (answers), `accuracy` with its 95 % interval `ci_low`, `ci_high`, `validity`,
    `mean_tokens`, `truncated` (share), and `k` (mean share of key steps matched, null where there
    are none). With one answer a record the interval is Wilson's; with several, answers to one
    record depend on each other, so records are resampled instead (bootstrap; no interval where
    there is but one), and `pass_at_k` is added: the share of records with a right answer.
    """
    scores = {**_scores(verdicts, seed), "by_family": _by(verdicts, "family", seed)}
    if labels:
        scores["by_label"] = {label: _by(verdicts, label, seed) for label in labels}
    return scores


def _by(verdicts: pd.DataFrame, column: str, seed: int) -> dict[str, dict[str, Any]]:
    groups = verdicts.loc[verdicts[column] != ""].groupby(column)
    return {str(value): _scores(part, seed) for value, part in groups}


def _scores(part: pd.DataFrame, seed: int) -> dict[str, Any]:
    n = len(part)
    per_record = part.groupby("id", sort=False)["correct"].agg(["mean", "max", "size"])
    several = bool((per_record["size"] > 1).any())
    if several:
        shares = mean_interval(per_record["mean"], resamples=_RESAMPLES, seed=seed)
        low, high, method = shares.low, shares.high, shares.note
    else:
        low, high = wilson_interval(int(part["correct"].sum()), n)
        method = "Wilson"
    k = part["k"].mean()
    scores = {
        "n": n,
        "records": len(per_record),
        "accuracy": float(part["correct"].mean()),
        "ci_low": low,
        "ci_high": high,
        "interval": f"{method}, 95 %",
        "validity": float((part["valid"] > 0).mean()),
        "k": None if math.isnan(k) else float(k),
        "mean_tokens": float(part["tokens"].mean()),
        "truncated": float(part["truncated"].mean()),
    }
    if several:
        scores["pass_at_k"] = float((per_record["max"] > 0).mean())
    return scores
