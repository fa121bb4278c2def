"""Numbers on held-out pairs and win rates against the start, by variant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from r1vl_kedro.parameters import written
from r1vl_kedro.reporting.cells import percent
from r1vl_kedro.reporting.collect import name_and_seed
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.preference.sweeps import effective
from r1vl_kedro.reporting.variants import options_of
from r1vl_kedro.statistics import mean_over_seeds, share_interval
from r1vl_kedro.training.losses import Pairs
from r1vl_kedro.training.objectives import OBJECTIVES, implicit_rewards

SETTINGS = ("learning_rate", "beta", "gamma", "lambda_", "delta", "tau", "alpha")
NAMED_ELSEWHERE = ("objective", "from", "records")


def collect(measured: Mapping[str, pd.DataFrame], variants: Mapping[str, Any]) -> pd.DataFrame:
    """Return all measured pairs below one another, with what each objective ranks them by.

    Args:
        measured: by namespace, the frames of ``measure_pairs``.
        variants: the grid's entries by namespace.

    Returns:
        Beside the frames' columns ``namespace``, ``variant``, ``seed`` (-1: none), ``objective``
        ("" for other methods), ``reward_w``, ``reward_l`` (up to a factor; for other methods the
        log-ratio to the start), ``mean_w``, ``mean_l`` (log-probability per token), and ``ratio``
        (log-ratio of the chosen response to the start, nats).
    """
    parts = []
    for namespace, frame in measured.items():
        name, seed = name_and_seed(namespace)
        options = options_of(variants[namespace])
        objective = options.get("objective", "")
        names = OBJECTIVES[objective].options if objective else ()
        given = {key: options[key] for key in names if options.get(key) is not None}
        pairs = _pairs(frame)
        rewards = implicit_rewards(objective or "dpo", pairs, **given)
        parts.append(
            frame.assign(
                namespace=namespace,
                variant=name,
                seed=seed,
                objective=objective,
                reward_w=rewards[0],
                reward_l=rewards[1],
                mean_w=pairs.lw / pairs.nw,
                mean_l=pairs.ll / pairs.nl,
                ratio=pairs.lw - pairs.rw,
            )
        )
    return pd.concat(parts, ignore_index=True)


def _pairs(frame: pd.DataFrame) -> Pairs:
    names = ("chosen_logps", "rejected_logps", "chosen_length", "rejected_length")
    columns = [frame.get(name, pd.Series(dtype=float)).astype(float) for name in names]
    references = [
        frame[name].astype(float) if name in frame else columns[0] * np.nan
        for name in ("ref_chosen_logps", "ref_rejected_logps")
    ]
    return Pairs(*columns, *references)


def win_rates(
    verdicts: pd.DataFrame, variant: str, start: str
) -> tuple[float | None, float | None]:
    """Return shares of test questions whose answer beats the start's: raw, and at equal length.

    The judge is StepRAR, where a question has key steps, else whether the answer is right; a
    tie counts one half. Where every seed has a start of its own, each stands against its own. The
    second rate is the intercept of a logistic regression of the preference on the difference of
    lengths (standardised, tanh), as AlpacaEval controls for length (arXiv 2404.04475).

    Returns:
        None, None where the start is not among the verdicts.
    """
    columns = [name for name in ("correct", "step_rar") if name in verdicts]
    ours = verdicts.loc[verdicts["variant"] == variant, ["id", "seed", *columns, "tokens"]]
    theirs = verdicts.loc[verdicts["variant"] == start, ["id", "seed", *columns, "tokens"]]
    keys = ["id", "seed"] if set(ours["seed"]) <= set(theirs["seed"]) else ["id"]
    theirs = theirs.groupby(keys, as_index=False)[[*columns, "tokens"]].mean()
    both = ours.merge(theirs, on=keys, suffixes=("", "_start"))
    if both.empty or variant == start:
        return None, None
    ahead = both["correct"].astype(float) - both["correct_start"]
    if "step_rar" in columns:
        ahead = (both["step_rar"] - both["step_rar_start"]).astype(float).fillna(ahead)
    better = np.sign(ahead).to_numpy(float)
    wins = (better + 1) / 2
    longer = (both["tokens"] - both["tokens_start"]).to_numpy(float)
    spread = longer.std()
    scaled = np.tanh(longer / spread) if spread > 0 else np.zeros_like(longer)
    return float(wins.mean()), _at_equal_length(wins, scaled)


def _at_equal_length(wins: NDArray[np.float64], longer: NDArray[np.float64]) -> float:
    """Fit σ(a) of wins ~ σ(a + b longer) by Newton's method; a weak prior keeps it finite."""
    features = np.stack([np.ones_like(longer), longer], axis=1)
    weights, prior = np.zeros(2), 1e-3 * np.eye(2)
    for _ in range(50):
        expected = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (wins - expected) - prior @ weights
        curvature = features.T @ (features * (expected * (1 - expected))[:, None]) + prior
        step = np.linalg.solve(curvature, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return float(1 / (1 + np.exp(-weights[0])))


def spearman(scores: pd.DataFrame, variant: str) -> float | None:
    """Rank-correlate the log-probability per token with the length, over all responses."""
    part = scores.loc[scores["variant"] == variant]
    if "chosen_length" not in part:  # no pair was held back
        return None
    means = pd.concat([part["mean_w"], part["mean_l"]], ignore_index=True)
    lengths = pd.concat([part["chosen_length"], part["rejected_length"]], ignore_index=True)
    if means.nunique() < 2 or lengths.nunique() < 2:
        return None
    return float(means.rank().corr(lengths.rank()))


def table(
    verdicts: pd.DataFrame,
    overview: pd.DataFrame,
    curves: pd.DataFrame,
    scores: pd.DataFrame,
    variants: Mapping[str, Any],
    paper: Mapping[str, Any],
    reports: Mapping[str, Mapping[str, Any]],
    options: ReportingOptions,
) -> pd.DataFrame:
    """Make one row a variant, best accuracy first: test questions, held-out pairs, cost.

    Shares are in percent. ``seconds`` are those of all updates of one training, mean over seeds;
    ``sampled`` counts the responses that a training was made from. Rows of the same label carry
    their variant's name as well.
    """
    printed = paper.get("preference_objectives", {})
    ranks = {name: place for place, name in enumerate(sorted(printed, key=printed.get)[::-1], 1)}
    rows = []
    for row in overview.to_dict("records"):
        name = row["variant"]
        entries = [one for one in variants.values() if one["name"] == name]
        if not entries:
            continue
        settings = effective(options_of(entries[0]))
        measured = scores.loc[scores["variant"] == name]
        if name == options.reference:  # the start has no ratio to itself
            measured = measured.head(0)
        win, controlled = win_rates(verdicts, name, options.reference)
        objective = settings.get("objective", "")
        rows.append(
            {
                **{key: row[key] for key in (
                    "variant", "row", "n", "seeds", "accuracy", "low", "high", "interval",
                    "difference", "diff_low", "diff_high", "diff_interval", "mean_tokens",
                )},
                "paper": printed.get(objective) if name in (objective, "sft_chosen") else None,
                "paper_rank": ranks.get(objective) if name in (objective, "sft_chosen") else None,
                "win_rate": percent(win),
                "win_rate_lc": percent(controlled),
                **reward_accuracy(measured, options),
                "kl": _mean(measured["ratio"]),
                "length_correlation": spearman(scores, name),
                **_cost(curves, name, entries[0], reports),
                "settings": _settings(settings, entries[0].get("overrides", {})),
            }
        )  # fmt: skip
    made = pd.DataFrame(rows).sort_values("accuracy", ascending=False, ignore_index=True)
    words = {"variant", "row", "interval", "diff_interval", "settings"}
    shared = made["row"].duplicated(keep=False)
    made.loc[shared, "row"] += " (" + made.loc[shared, "variant"] + ")"
    return made.astype({name: float for name in made if name not in words | {"n", "seeds"}})


def _settings(options: Mapping[str, Any], overrides: Mapping[str, Any]) -> str:
    """Write hyper-parameters, and what else the grid gives a variant, in words."""
    shown = {key: options[key] for key in SETTINGS if isinstance(options.get(key), int | float)}
    for key, value in overrides.items():
        if isinstance(value, int | float | str) and key not in NAMED_ELSEWHERE:
            shown.setdefault(key, value)
    return ", ".join(f"{key.rstrip('_')} {written(value)}" for key, value in shown.items())


def best_trials(table: pd.DataFrame) -> pd.DataFrame:
    """Find each searched variant's trial with the best accuracy, the first of several.

    Returns:
        ``variant``, ``trial``, ``settings``, ``accuracy``, ``low``, ``high``, ``n``, ``trials``.
    """
    of = table["variant"].str.extract(r"^(.+)_trial\d+$")[0]
    trials = table.assign(variant=of, trial=table["variant"]).dropna(subset="variant")
    trials["trials"] = trials.groupby("variant")["trial"].transform("size")
    order = ["variant", "accuracy", "trial"]
    best = trials.sort_values(order, ascending=[True, False, True]).drop_duplicates("variant")
    columns = ["variant", "trial", "settings", "accuracy", "low", "high", "n", "trials"]
    return best[columns].reset_index(drop=True)


def reward_accuracy(scores: pd.DataFrame, options: ReportingOptions) -> dict[str, float | None]:
    """Return the share of one variant's held-out pairs ranked right, in percent, and their number.

    Of one seed the interval is Wilson's over pairs, of several Student's over their shares. Pairs
    without two rewards are left out.

    Args:
        scores: a row a pair and seed, from `collect`.
    """
    part = scores.dropna(subset=["reward_w", "reward_l"])
    if part.empty:
        return dict.fromkeys(("pairs", "reward_accuracy", "reward_low", "reward_high"))
    right = part["reward_w"] > part["reward_l"]
    # Every seed holds back pairs of its own, so there is one share a seed and nothing to pair.
    if part["seed"].nunique() > 1:
        found = mean_over_seeds(right.groupby(part["seed"]).mean(), options.confidence)
    else:
        found = share_interval(right, **options.bootstrap)
    return {
        "pairs": len(part),
        "reward_accuracy": percent(found.estimate),
        "reward_low": percent(None if found.low is None else max(0.0, found.low)),
        "reward_high": percent(None if found.high is None else min(1.0, found.high)),
    }


def _cost(
    curves: pd.DataFrame,
    name: str,
    entry: Mapping[str, Any],
    reports: Mapping[str, Mapping[str, Any]],
) -> dict[str, float | None]:
    """Average updates, seconds, peak memory and sampled responses of one training over seeds."""
    part = curves.loc[curves["variant"] == name]
    if part.empty:
        return {}
    by_run = part.loc[part["metric"] == "step_time"].groupby("namespace")["value"].sum()
    peak = part.loc[part["metric"] == "peak_memory_mib"].groupby("namespace")["value"].max()
    steps, options = float(part["step"].max()), options_of(entry)
    if entry["method"] == "step_grpo":
        rollouts = options["rollouts_per_step"] or (
            options["prompts_per_step"] * options["group_size"]
        )
        sampled: float | None = steps * rollouts
    else:
        sampled = _responses(reports) if entry["method"] == "preference" else None
    return {
        "updates": steps,
        "sampled": sampled,
        "seconds": _mean(by_run),
        "peak_memory_mib": _mean(peak),
    }


def _responses(reports: Mapping[str, Mapping[str, Any]]) -> float | None:
    counts = [one["questions"] * one["samples"] for one in reports.values()]
    return float(np.mean(counts)) if counts else None


def _mean(values: pd.Series) -> float | None:
    return None if values.dropna().empty else float(values.mean())
