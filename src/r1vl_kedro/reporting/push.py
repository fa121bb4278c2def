"""The probe's reports, from samples taken before RL: push of each reward, dead groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from r1vl_kedro.reporting.pages import markdown_table
from r1vl_kedro.reporting.variants import Grid, variant
from r1vl_kedro.responses import parse_response
from r1vl_kedro.rewards.key_steps import KeyStepReward, key_steps_in
from r1vl_kedro.rewards.outcome import OutcomeReward
from r1vl_kedro.rewards.push import push
from r1vl_kedro.rewards.sums import computed_once
from r1vl_kedro.rewards.validity import ValidityReward
from r1vl_kedro.statistics import mean_interval
from r1vl_kedro.training.options import StepGRPOOptions

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

FEATURES = ("right", "k", "valid", "reasons")
"""``reasons``: the response has two reasoning steps or more; the others take the short cut."""
ALL = "all"
THOUSAND = 1000.0
COLOURS = {"right": "#16a34a", "k": "#0d9488", "valid": "#9333ea", "reasons": "#1d4ed8"}


def features_of(
    responses: Sequence[str], columns: Mapping[str, Sequence[Any]], options: StepGRPOOptions
) -> np.ndarray:
    """Compute `FEATURES` of each response, each in 0..1, shape (responses, 4).

    Args:
        columns: ``answer``, ``options`` and ``key_steps``, one value a response.
        options: how key steps are matched and how responses are written.
    """
    grammar = options.grammar
    matching = key_steps_in(options.rewards).model_dump(include={"matching", "threshold"})
    key_steps = KeyStepReward(alpha=1.0, grammar=grammar, **matching)
    return np.column_stack(
        [
            OutcomeReward(grammar=grammar)(responses, **columns),
            key_steps(responses, key_steps=columns["key_steps"]),
            ValidityReward(grammar=grammar)(responses),
            [len(parse_response(text, grammar).steps) >= 2 for text in responses],
        ]
    ).astype(float)


def push_table(
    responses: Sequence[str],
    columns: Mapping[str, Sequence[Any]],
    questions: Sequence[Sequence[int]],
    objectives: Mapping[str, StepGRPOOptions],
    features: np.ndarray,
    group_sizes: Sequence[int],
    seed: int = 0,
) -> pd.DataFrame:
    """Average advantage x feature for each reward, M and feature.

    Args:
        questions: places of each question's responses.
        objectives: by name, what advantages are made by.
        features: see `features_of`.

    Returns:
        Columns family ("all"), reward, M, feature, push, low, high: 1e-3, a 95 % bootstrap over
        questions.
    """
    import pandas as pd

    values = computed_once(responses, columns, questions)
    rows = []
    for name, options in objectives.items():
        rewards = options.reward_functions()
        scores = np.column_stack([values(reward) for reward in rewards])
        weights = [reward.weight for reward in rewards]
        for size in group_sizes:
            by_question = THOUSAND * push(
                scores, weights, features, questions, size,
                scale_rewards=options.scale_rewards, aggregation=options.aggregation,
            )  # fmt: skip
            for feature, pushes in zip(FEATURES, by_question.T, strict=True):
                mean = mean_interval(pushes, seed=seed)
                place = {"family": ALL, "reward": name, "M": size, "feature": feature}
                found = {"push": mean.estimate, "low": mean.low, "high": mean.high}
                rows.append(place | found)
    return pd.DataFrame(rows)


def by_family(
    families: Sequence[str],
    questions: Sequence[Sequence[int]],
    measure: Callable[[Sequence[Sequence[int]]], pd.DataFrame],
) -> list[pd.DataFrame]:
    """Measure the push for each family of questions, by `push_table`.

    Args:
        families: one a response.
        measure: gives the table of some questions.
    """
    of_family = {
        family: [rows for rows in questions if families[rows[0]] == family]
        for family in sorted(set(families))
    }
    return [measure(of_it).assign(family=family) for family, of_it in of_family.items()]


def forms_table(features: np.ndarray) -> list[dict[str, Any]]:
    """Tabulate right, k and valid of responses that reason and of those that take the short cut."""
    reasons = features[:, FEATURES.index("reasons")] > 0
    rows = []
    for form, part in (("reasons", features[reasons]), ("short cut", features[~reasons])):
        means = part.mean(axis=0) if len(part) else np.full(len(FEATURES), np.nan)
        shown = {name: means[FEATURES.index(name)] for name in ("right", "k", "valid")}
        rows.append({"form": form, "responses": len(part), **shown})
    return rows


def sentence(name: str, row: Mapping[str, Any] | None) -> str:
    """Word what the first updates of a reward teach, by its push on ``reasons``.

    Args:
        name: what the reward is called.
        row: of `push_table`; None where all responses are of one form.
    """
    if row is None:
        return f"{name}: all responses are of one form, so no push on it can be seen."
    between = _cell(row)
    if row["low"] is None or np.isnan(row["low"]):
        return f"{name}: {between}, without an interval."
    if row["low"] > 0:
        return f"{name}: its first updates teach reasoning ({between})."
    if row["high"] < 0:
        return f"{name}: its first updates teach short cuts ({between})."
    return f"{name}: its first updates are not shown to favour either form ({between})."


def push_markdown(
    table: pd.DataFrame, forms: Sequence[Mapping[str, Any]], group_size: int, grid: Grid
) -> str:
    """Render the push at one M, on ``reasons`` at all and by family, and the two forms.

    A reward that several variants share has the label of the first of them.
    """
    both = all(row["responses"] for row in forms)
    table = table.assign(text=[_cell(row) for row in table.to_dict("records")])
    everything, families = table[table["family"] == ALL], table[table["family"] != ALL]
    at_size = everything[everything["M"] == group_size]
    reasons = at_size[at_size["feature"] == "reasons"]
    by_family = []
    if families["family"].nunique() > 1:
        shown = _crossed(families[families["feature"] == "reasons"], "family", grid)
        by_family = ["The push on `reasons` for each family of questions:", "", shown, ""]
    of_sizes = everything[everything["feature"] == "reasons"].sort_values("M", kind="stable")
    by_form = [
        [row["form"], str(row["responses"]), *(_share(row[key]) for key in ("right", "k", "valid"))]
        for row in forms
    ]
    said = [
        sentence(variant(row["reward"], grid).label, row if both else None)
        for row in reasons.to_dict("records")
    ]
    return "\n".join(
        [
            f"Push: mean over samples of advantage x feature, in 1e-3, M = {group_size}, with a "
            "95 % bootstrap over questions. Above 0, the first updates make such responses "
            "likelier. `reasons`: two steps or more.",
            "",
            _crossed(at_size, "feature", grid),
            "",
            "The push on `reasons` for each group size:",
            "",
            _crossed(of_sizes, "M", grid, "M = {}"),
            "",
            *by_family,
            "The responses by form:",
            "",
            markdown_table(["form", "responses", "right", "k", "valid"], by_form),
            "",
            *(f"- {line}" for line in said),
            "",
        ]
    )


def _crossed(rows: pd.DataFrame, column: str, grid: Grid, head: str = "{}") -> str:
    """Write the texts of rows in Markdown, a line a reward, by another column, in their order."""
    names, others = rows["reward"].unique(), rows[column].unique()
    cells = rows.pivot(index="reward", columns=column, values="text").loc[names, others]
    lines = [[variant(name, grid).label, *line] for name, *line in cells.itertuples()]
    return markdown_table(["reward", *map(head.format, others)], lines)


def push_figure(table: pd.DataFrame, group_size: int, grid: Grid) -> go.Figure:
    """Draw a bar for each reward and feature at one M, with its interval."""
    import plotly.graph_objects as go

    from r1vl_kedro.reporting.style import error_bars, style

    figure = go.Figure()
    part = table[(table["family"] == ALL) & (table["M"] == group_size)]
    for feature in FEATURES:
        rows = part[part["feature"] == feature]
        figure.add_bar(
            x=[variant(name, grid).label for name in rows["reward"]],
            y=rows["push"].tolist(),
            error_y=error_bars(rows["push"], rows["low"], rows["high"]),
            name=feature,
            marker={"color": COLOURS[feature]},
        )
    style(figure, f"Push before training, M = {group_size}", "", "advantage x feature, 1e-3")
    figure.update_layout(barmode="group")
    return figure


def _cell(row: Mapping[str, Any]) -> str:
    if row["low"] is None or np.isnan(row["low"]):
        return f"{row['push']:+.0f}"
    return f"{row['push']:+.0f} [{row['low']:+.0f}, {row['high']:+.0f}]"


def _share(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.2f}"


def dead_groups_markdown(
    shares: pd.DataFrame, right: Sequence[np.ndarray], samples: int, temperature: float
) -> str:
    """Write the forecast as Markdown, with the pass rate of the samples that it is made from.

    Args:
        shares: column ``reward`` and one for each group size, in 0..1.
        right: of each question, 1 where a response is right.
        samples: responses a question.
    """
    cells = [[name, *(f"{100 * one:.0f} %" for one in row)] for name, *row in shares.to_numpy()]
    any_right = sum(bool(group.max() > 0) for group in right) / len(right)
    mean = sum(float(group.mean()) for group in right) / len(right)
    notes = [
        "Expected share of groups of M whose rewards are all equal, so that they teach nothing.",
        f"{len(right)} questions with {samples} responses each at temperature "
        f"{temperature:g}: {100 * mean:.1f} % of responses are right, and for "
        f"{100 * any_right:.1f} % of questions at least one is.",
    ]
    return "\n".join([markdown_table(list(shares.columns), cells), "", *notes]) + "\n"
