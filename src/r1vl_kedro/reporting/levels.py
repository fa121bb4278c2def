"""Levels of a sparse outcome: what each reward gains there, by pass rate and by push."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from r1vl_kedro.reporting.cells import in_percent
from r1vl_kedro.reporting.collect import answer_matrix, paired
from r1vl_kedro.reporting.curves import RIGHT, areas, curve
from r1vl_kedro.reporting.markdown import spanned
from r1vl_kedro.reporting.options import ReportingOptions, StudyOptions
from r1vl_kedro.reporting.pages import markdown_table
from r1vl_kedro.rewards.outcome import OutcomeReward
from r1vl_kedro.statistics import claims, mean_over_seeds, updates_to_reach

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

DEAD = "zero_variance"
GAIN = ("gain", "low", "high")
INTERVALS = {"gain": GAIN[1:], "area": ("area_low", "area_high")}
"""Columns that are shown with an interval, and where its ends are."""
COLOURS = ("#0d9488", "#1d4ed8", "#9333ea", "#be123c", "#d97706")


def pass_rates(predictions: pd.DataFrame, grammar: str) -> dict[str, float]:
    """Compute the share of the warm-up's sampled responses that are right, by family."""
    right = OutcomeReward(grammar=grammar)(
        predictions["response"].tolist(),
        answer=predictions["answer"].tolist(),
        options=[list(some) for some in predictions["options"]],
    )
    return predictions.assign(right=right).groupby("family")["right"].mean().to_dict()


def study_table(
    rates: dict[str, float],
    push: pd.DataFrame,
    verdicts: pd.DataFrame,
    curves: pd.DataFrame,
    options: StudyOptions,
    reporting: ReportingOptions,
    group_size: int,
) -> pd.DataFrame:
    """Tabulate one row a level and reward that was trained; the level's own test questions count.

    Args:
        rates: see `pass_rates`.
        push: the probe's table with its families; its rewards are called as the variants are.
        verdicts, curves: of all variants, as the report collects them.

    Returns:
        Accuracy, k and valid in percent; gain over the baseline in points with its interval and
        verdict (Holm over the table); dead groups in percent, ``area`` (mean share of right
        rollouts, percent, with Student's interval over seeds) and ``right_<n>`` over updates;
        ``updates_to_baseline``: where the curve meets the baseline's end; push on ``reasons`` of
        the reward and less the baseline's.

    Raises:
        ValueError: no variant of any level has verdicts.
    """
    import pandas as pd

    rows, pairs = [], {}
    for level, band in options.bands.items():
        of_level = verdicts[verdicts["family"] == level]
        base = answer_matrix(of_level, f"{options.baseline}_{level}")
        end = _end(curves, f"{options.baseline}_{level}", options.window)
        for reward in [options.baseline, *options.rewards]:
            name = f"{reward}_{level}"
            answers = answer_matrix(of_level, name)
            if answers.empty:
                continue
            rate = rates.get(level, np.nan)
            rows.append(
                {
                    "level": level,
                    "reward": reward,
                    "pass_rate": 100 * rate,
                    "in_band": bool(band[0] <= rate <= band[1]),
                    "n": len(answers),
                    "seeds": answers.shape[1],
                    "accuracy": 100 * answers.to_numpy().mean(),
                    **{key: _percent(of_level, name, key) for key in ("k", "valid")},
                    **_of_curve(curves, name, options, end),
                    **_area(curves, name, reporting.confidence),
                    **_push(push, level, name, f"{options.baseline}_{level}", group_size),
                }
            )
            pair = paired(answers, base) if reward != options.baseline and len(base) else ""
            if not isinstance(pair, str):
                pairs[name] = pair
    if not rows:
        wanted = f"{options.baseline}_{next(iter(options.bands))}"
        raise ValueError(f"no variant such as {wanted} was scored; run --env=sparsity's ablation")
    found = claims(
        pairs,
        margin=reporting.margin / 100,
        confidence=reporting.confidence,
        resamples=reporting.resamples,
        seed=reporting.seed,
    )
    for row in rows:
        row |= dict.fromkeys(GAIN) | {"verdict": ""}
        if claim := found.get(f"{row['reward']}_{row['level']}"):
            row |= in_percent(claim.interval, *GAIN) | {"verdict": claim.verdict}
    return pd.DataFrame(rows).astype(dict.fromkeys((*GAIN, *INTERVALS["area"]), float))


def study_markdown(table: pd.DataFrame, rates: dict[str, float], options: StudyOptions) -> str:
    """Render the bands, the table, and the rank correlation of push and gain."""
    bands = []
    for level, (low, high) in options.bands.items():
        rate = rates.get(level)
        held = "not sampled" if rate is None else "yes" if low <= rate <= high else "no"
        shown = "" if rate is None else f"{100 * rate:.1f} %"
        bands.append([level, f"{100 * low:g} to {100 * high:g} %", shown, held])
    hidden = {"in_band", *(end for ends in INTERVALS.values() for end in ends)}
    columns = [name for name in table.columns if name not in hidden]
    cells = [[_cell(row, name) for name in columns] for row in table.to_dict("records")]
    return "\n".join(
        [
            "Pass rate of the warm-up, sampled; the bands were fixed before any training:",
            "",
            markdown_table(["level", "band", "pass rate", "in band"], bands),
            "",
            markdown_table(columns, cells, left=(0, 1)),
            "",
            correlation(table),
            "",
        ]
    )


def correlation(table: pd.DataFrame) -> str:
    """Word Spearman's rank correlation of gain and push (less the baseline's)."""
    from scipy.stats import spearmanr

    points = table.dropna(subset=["push_over_baseline", "gain"])
    if len(points) < 3:
        return f"Push before and gain after training: {len(points)} points, too few to rank."
    if (points[["push_over_baseline", "gain"]].nunique() < 2).any():
        return "Push before or gain after training is the same everywhere: nothing to rank."
    found = spearmanr(points["push_over_baseline"], points["gain"])
    return (
        f"Push before and gain after training: rank correlation {found.statistic:+.2f} "
        f"(p {found.pvalue:.3f}) over {len(points)} levels and rewards."
    )


def study_figure(table: pd.DataFrame, options: StudyOptions) -> go.Figure:
    """Draw gain by the warm-up's pass rate, a line a reward; by push, a point each."""
    from plotly.subplots import make_subplots

    from r1vl_kedro.reporting.style import MARKED, error_bars, style

    titles = ("by the warm-up's pass rate", "by push on reasoning")
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, subplot_titles=titles)
    for number, reward in enumerate(options.rewards):
        rows = table[table["reward"] == reward].sort_values("pass_rate")
        if rows.empty:
            continue
        bars = error_bars(rows["gain"], rows["low"], rows["high"])
        colour = COLOURS[number % len(COLOURS)]
        for column, (axis, mode) in enumerate(
            (("pass_rate", MARKED), ("push_over_baseline", "markers")), start=1
        ):
            figure.add_scatter(
                x=rows[axis].tolist(), y=rows["gain"].tolist(), error_y=bars, mode=mode,
                name=options.labels.get(reward, reward), text=rows["level"].tolist(),
                marker={"color": colour, "size": 9},
                legendgroup=reward, showlegend=column == 1, row=1, col=column,
            )  # fmt: skip
    n, seeds = (
        f"{min(counts)}" + f" to {max(counts)}" * (min(counts) < max(counts))
        for counts in (table["n"], table["seeds"])
    )
    title = f"Gain over {options.baseline}, n = {n} a level, seeds: {seeds}"
    style(figure, title, "", "points")
    figure.update_xaxes(type="log", title_text="right before RL, %", row=1, col=1)
    figure.update_xaxes(title_text=f"push less {options.baseline}'s, 1e-3", row=1, col=2)
    figure.add_annotation(
        text=correlation(table), showarrow=False, xref="paper", yref="paper", x=1, y=-0.3
    )
    return figure


def _end(curves: pd.DataFrame, variant: str, window: int) -> float:
    return float(curve(curves, variant, RIGHT)["mean"].tail(window).mean())


def _of_curve(
    curves: pd.DataFrame, variant: str, options: StudyOptions, end: float
) -> dict[str, float]:
    right, dead = (curve(curves, variant, metric)["mean"] for metric in (RIGHT, DEAD))
    smooth = right.rolling(options.window, min_periods=1).mean()
    meets = len(right) > 1 and end == end
    reached = updates_to_reach(smooth.index, smooth, end) if meets else None
    return {
        "dead_groups": 100 * float(dead.mean()),
        "updates_to_baseline": np.nan if reached is None else reached,
        **{f"right_{n}": 100 * float(smooth.get(n, np.nan)) for n in options.updates},
    }


def _area(curves: pd.DataFrame, variant: str, confidence: float) -> dict[str, float | None]:
    found = mean_over_seeds(100 * areas(curves, variant).to_numpy(), confidence)
    return {"area": found.estimate, "area_low": found.low, "area_high": found.high}


def _push(
    push: pd.DataFrame, level: str, name: str, baseline: str, group_size: int
) -> dict[str, float]:
    """Select the probe's rows at this M on ``reasons``; levels share a reward's first name."""
    part = push[(push["feature"] == "reasons") & (push["M"] == group_size)]
    part = part[part["family"] == level].set_index("reward")["push"]

    def of(variant: str) -> float:
        reward = variant.removesuffix(f"_{level}")
        same = [one for one in part.index if one.rpartition("_")[0] == reward]
        return float(part[same[0]]) if same else np.nan

    return {"push": of(name), "push_over_baseline": of(name) - of(baseline)}


def _percent(verdicts: pd.DataFrame, name: str, column: str) -> float:
    matrix = answer_matrix(verdicts, name, column)
    return np.nan if matrix.empty else 100 * float(matrix.to_numpy().mean())


def _cell(row: dict, name: str) -> str:
    value = row[name]
    if not isinstance(value, float):
        return str(value)
    low, high = (row.get(end) for end in INTERVALS.get(name, (None, None)))
    sign = "+" if name == "gain" and low == low else ""
    return "" if value != value else spanned(value, low, high, sign)
