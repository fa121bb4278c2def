"""The paper's ablation tables, measured; every row has an interval or the reason why not.

Shares and differences are in percent and percentage points, with all their digits: the catalog's
`TableDataset` rounds what it writes, and whoever shows a number rounds it once.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from r1vl_kedro.reporting.cells import extra_scores, family_cells, in_percent, mean_of, typed
from r1vl_kedro.reporting.collect import answer_matrix, label_columns, paired
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.variants import (
    STEP_GRPO,
    Grid,
    by_group_size,
    in_order,
    is_as_printed,
    is_trained,
    variant,
)
from r1vl_kedro.statistics import (
    Claim,
    Interval,
    claims,
    paired_difference,
    probability_of_improvement,
    share_interval,
)

NOT_RUN = "not run in this grid"
REFERENCE_ROW = "reference"
MEASURED = ["n", "seeds", "accuracy", "low", "high", "interval"]
DIFFERENCE = ["difference", "diff_low", "diff_high", "p", "diff_interval"]
CLAIM = ["p_holm", "improvement", "seeds_needed", "verdict"]


ROWS = {
    "rewards": ("base", "warm_up", "step_rar", "step_rvr", "step_grpo"),
    "reward_level": ("warm_up", "outcome", "step_grpo"),
}
"""Of the paper's tables over rewards: base, warm-up, + StepRAR, + StepRVR, both; and "outcome
versus step reward": warm-up, outcome-level, step-wise."""


def rewards_table(
    verdicts: pd.DataFrame,
    paper: Mapping[str, Any],
    options: ReportingOptions,
    grid: Grid | None = None,
    table: str = "rewards",
) -> pd.DataFrame:
    """Make a table of `ROWS`."""
    printed = paper[f"ablation_{table}"]
    rows = [
        {
            "variant": name,
            "row": variant(name, grid).label,
            "paper": printed.get(name) if is_as_printed(name, grid) else None,
        }
        for name in ROWS[table]
    ]
    return _paper_table(verdicts, rows, printed.get("warm_up"), options)


def group_size_table(
    verdicts: pd.DataFrame,
    paper: Mapping[str, Any],
    options: ReportingOptions,
    grid: Grid | None = None,
) -> pd.DataFrame:
    """Make the table "group size M": M = 2..6 responses a question, the same rollouts in all.

    A row's variant is the one that has this M in its own options, and those of ``step_grpo`` else.
    """
    printed = {int(m): value for m, value in paper["ablation_group_size"].items()}
    usual = {m: "step_grpo" if m == 4 else f"step_grpo_m{m}" for m in range(2, 7)}
    ran = by_group_size(STEP_GRPO, grid) if grid else usual
    names = {m: ran.get(m, f"step_grpo_m{m}") for m in sorted({*usual, *ran})}
    rows = [
        {
            "variant": name,
            "row": _label(name, grid, m),
            "group_size": m,
            "paper": printed.get(m) if is_as_printed(name, grid, any_size=True) else None,
        }
        for m, name in names.items()
    ]
    warm_up = paper["ablation_rewards"].get("warm_up")
    return _paper_table(verdicts, rows, warm_up, options)


def contrasts_table(
    verdicts: pd.DataFrame, options: ReportingOptions, grid: Grid | None = None
) -> pd.DataFrame:
    """Compare the headline variant with each of ``options.contrasts``, and claim what holds.

    ``p_holm`` is adjusted for the number of contrasts; ``verdict`` is different, equivalent (within
    ``options.margin``), undecided, or that one seed cannot tell; ``improvement`` is the share of
    pairs of trainings in which the headline variant is better.
    """
    ours = answer_matrix(verdicts, options.headline)
    cells, pairs = [], {}
    for name in options.contrasts:
        other = answer_matrix(verdicts, name)
        interval, n, seeds = _difference(ours, other, options)
        row = f"{variant(options.headline, grid).label} minus {variant(name, grid).label}"
        cells.append(
            {"variant": name, "row": row, "n": n, "seeds": seeds, **_difference_cells(interval)}
        )
        if isinstance(interval, Interval):
            pairs[name] = paired(ours, other)
    decided = claims(
        pairs,
        margin=options.margin / 100,
        trained=[name for name in pairs if is_trained(name, grid)],
        **options.bootstrap,
    )
    for row in cells:
        if row["variant"] in decided:
            row |= _claim_cells(decided[row["variant"]], *pairs[row["variant"]])
    columns = ["variant", "row", "n", "seeds", *DIFFERENCE, *CLAIM]
    return typed(pd.DataFrame(cells, columns=columns))


def _claim_cells(claim: Claim, ours: NDArray, other: NDArray) -> dict[str, Any]:
    seeds = max(ours.shape[1], other.shape[1])
    better = probability_of_improvement(ours.mean(axis=0), other.mean(axis=0))
    return {
        "p_holm": claim.p,
        "improvement": 100 * better if seeds > 1 else None,
        "seeds_needed": claim.seeds_needed,
        "verdict": claim.verdict,
    }


def overview_table(
    verdicts: pd.DataFrame,
    scores: Mapping[str, Mapping[str, Any]],
    options: ReportingOptions,
    grid: Grid | None = None,
) -> pd.DataFrame:
    """List all variants that ran: accuracy, difference, validity, tokens, k, and more scores.

    Args:
        verdicts: the frame of `collect_verdicts`.
        scores: by namespace; numbers the verdicts do not hold (``pass_at_k``) become columns,
            averaged over seeds; shares, so shown in percent. Accuracies within families and
            within every value of a label are columns as well.
    """
    reference = answer_matrix(verdicts, options.reference)
    rows = []
    for name in in_order(verdicts["variant"]):
        part = verdicts.loc[verdicts["variant"] == name]
        cells = {"variant": name, "row": variant(name, grid).label}
        cells |= _measured_cells(verdicts, name, options)
        cells |= _difference_cells(_to_reference(verdicts, name, reference, options))
        cells |= {
            "validity": mean_of(part, "valid", 100),
            "key_steps": mean_of(part, "k", 100),
            "step_rar": mean_of(part, "step_rar", 1),
            "mean_tokens": mean_of(part, "tokens", 1),
            "truncated": mean_of(part, "truncated", 100),
        }
        cells |= extra_scores(scores, set(part["namespace"]))
        cells |= family_cells(verdicts, name)
        for label in label_columns(verdicts):
            values = family_cells(verdicts.loc[verdicts[label] != ""], name, label)
            cells |= {f"{label}: {value}": share for value, share in values.items()}
        rows.append(cells)
    return typed(pd.DataFrame(rows))


def _label(name: str, grid: Grid | None, group_size: int) -> str:
    label = variant(name, grid).label
    return label if label != name else f"StepGRPO, M = {group_size}"  # no run of this M


def _paper_table(
    verdicts: pd.DataFrame,
    rows: list[dict[str, Any]],
    paper_reference: float | None,
    options: ReportingOptions,
) -> pd.DataFrame:
    """Measure the variants of rows that have ``variant``, ``row``, ``paper`` and maybe M."""
    reference = answer_matrix(verdicts, options.reference)
    cells = []
    for row in rows:
        name, printed = row["variant"], row["paper"]
        known = None not in (printed, paper_reference)
        cells.append(
            {
                **row,
                **_measured_cells(verdicts, name, options),
                **_difference_cells(_to_reference(verdicts, name, reference, options)),
                **family_cells(verdicts, name),
                "paper_difference": round(printed - paper_reference, 2) if known else None,
            }
        )
    own = [name for name in rows[0] if name != "paper"]
    columns = [*own, *MEASURED, *DIFFERENCE, "paper", "paper_difference"]
    columns += sorted(verdicts["family"].unique())
    return typed(pd.DataFrame(cells, columns=columns))


def _measured_cells(verdicts: pd.DataFrame, name: str, options: ReportingOptions) -> dict[str, Any]:
    matrix = answer_matrix(verdicts, name)
    if matrix.empty:
        why = NOT_RUN if name not in set(verdicts["variant"]) else "no interval: no verdict"
        return {"n": 0, "seeds": 0, "interval": why}
    interval = share_interval(matrix.to_numpy(), **options.bootstrap)
    return {
        "n": len(matrix),
        "seeds": matrix.shape[1],
        **in_percent(interval, "accuracy", "low", "high"),
        "interval": interval.note,
    }


def _to_reference(
    verdicts: pd.DataFrame, name: str, reference: pd.DataFrame, options: ReportingOptions
) -> Interval | str:
    if name == options.reference and not reference.empty:
        return REFERENCE_ROW
    return _difference(answer_matrix(verdicts, name), reference, options, options.reference)[0]


def _difference(
    left: pd.DataFrame, right: pd.DataFrame, options: ReportingOptions, right_name: str = ""
) -> tuple[Interval | str, int, int]:
    """Return the difference or the reason for none, with its numbers of questions and seeds."""
    if left.empty:
        return NOT_RUN, 0, 0
    if right.empty:
        return f"{right_name} {NOT_RUN}".strip(), 0, 0
    pair = paired(left, right)
    if isinstance(pair, str):
        return f"no interval: {pair}", 0, 0
    n, seeds = len(pair[0]), max(pair[0].shape[1], pair[1].shape[1])
    return paired_difference(*pair, **options.bootstrap), n, seeds


def _difference_cells(interval: Interval | str) -> dict[str, Any]:
    if isinstance(interval, str):
        return {"diff_interval": interval}
    return {
        **in_percent(interval, "difference", "diff_low", "diff_high"),
        "p": interval.p,
        "diff_interval": (interval.note if interval.low is None else f"paired {interval.note}"),
    }
