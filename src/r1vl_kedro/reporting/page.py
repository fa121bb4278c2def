"""The HTML report: one file, nothing fetched from anywhere."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from r1vl_kedro.records.rejections import counts_in_words
from r1vl_kedro.reporting.markdown import TITLES, display, number
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.pages import template
from r1vl_kedro.reporting.variants import Grid, in_order, is_warm_up, variant
from r1vl_kedro.run_context import OUTSIDE, RunContext

CUT_OFF = 50.0
"""Percent of answers cut off from which on accuracies show no learning."""
FIGURE_NOTES = {
    "accuracy": "Points are accuracies, bars their intervals.",
    "group_size": "Bars are intervals. The paper's curve has an axis of its own, as long in "
    "points: another model on another benchmark.",
    "sft_versus_rl": "Left: the tables' accuracies with their intervals. Right: greedy answers to "
    "validation questions, mean over seeds, with Wilson's intervals; where the panels differ, the "
    "left one has more questions.",
    "reward": "Mean over the rollouts of an update. A reward is drawn also for variants that do "
    "not learn from it; sums of different rewards would not compare.",
    "kl": "Divergence of the policy from the warm-up it started from.",
    "zero_variance": "A group whose rewards are all equal has no advantage and moves nothing.",
    "completion_length": "Tokens a completion, mean over the rollouts of an update.",
    "transfer": "A row is trained on one value, a column tested on one; a title has the means over "
    "the diagonal and beside it, each value counting alike. The last panel's are in no matrix.",
    "time": "Seconds of the first process, mean over the steps of a training; trainings side by "
    "side slow each other.",
}


def headline(
    tables: Mapping[str, pd.DataFrame],
    options: ReportingOptions,
    grid: Grid | None = None,
    max_new_tokens: int | None = None,
) -> list[str]:
    """Write the answer in sentences: the headline variant's accuracy and its differences.

    A difference is called one only where the contrasts' table does; see `contrasts_table`. Where
    answers were cut off, so that nothing can have been learnt, that comes first.
    """
    name = variant(options.headline, grid).label
    overview = tables["overview"].set_index("variant")
    if options.headline not in overview.index:
        return [f"{name} was not run in this grid, so it has no result."]
    row = overview.loc[options.headline]
    percent = f"{100 * options.confidence:g} % interval"
    seeds = f", {row['seeds']} seeds" if row["seeds"] > 1 else ", one training seed"
    between = (
        "" if pd.isna(row["low"]) else f" ({percent} {number(row['low'])} to {number(row['high'])})"
    )
    sentences = nothing_learnt(tables["overview"], max_new_tokens)
    sentences += [
        f"{name} answers {number(row['accuracy'])} % of {row['n']} test questions right"
        f"{between}{seeds}."
    ]
    for contrast in tables["contrasts"].to_dict("records"):
        if pd.notna(contrast["difference"]):
            label = variant(contrast["variant"], grid).label
            sentences.append(_contrast(contrast, label, options.margin))
    return sentences


def nothing_learnt(overview: pd.DataFrame, max_new_tokens: int | None = None) -> list[str]:
    """State that nothing was learnt, and why, where most answers of every row were cut off.

    A row that is above the reference, its interval without zero, has learnt all the same. The
    base model does not count: it was not trained, and may state its guesses in few tokens.

    Args:
        overview: the table of all variants, ``truncated`` in percent.
        max_new_tokens: where answers were cut off.
    """
    trained = overview[overview["variant"] != "base"]
    cut = trained.get("truncated", pd.Series(dtype=float)).dropna()
    above = trained.get("diff_low", pd.Series(dtype=float)).round(2)
    if cut.empty or cut.median() < CUT_OFF or (above > 0).any():
        return []
    shown = " to ".join(dict.fromkeys([number(cut.min()), number(cut.max())]))
    at = "" if max_new_tokens is None else f" at {max_new_tokens} tokens"
    return [
        f"Nothing was learnt here: {shown} % of a row's answers were cut off{at}, before they "
        "stated anything; raise evaluation.decoding.max_new_tokens and "
        "step_grpo.max_completion_length."
    ]


def warnings(differences: Mapping[str, Sequence[str]], run: RunContext = OUTSIDE) -> list[str]:
    """Name the rows which were made with other settings than the grid has, and how to renew them.

    Rows that differ alike are named together; what follows from a difference is left out.

    Args:
        differences: by namespace, such as ``{"outcome": ["num_steps 22 instead of 30"]}``.
        run: knows the environment, which the commands name.
    """
    rows: dict[tuple[str, ...], list[str]] = {}
    for row, words in differences.items():
        told = [word.removeprefix(f"variants.{row}.options.") for word in words]
        own = tuple(word for word in told if not word.startswith(f"another {row}."))
        rows.setdefault(own or tuple(told), []).append(row)
    return [_warning(names, words, run.command) for words, names in rows.items()]


def _warning(rows: Sequence[str], words: Sequence[str], command: str) -> str:
    named, many = ", ".join(rows), len(rows) > 1
    said = f"rows {named} do" if many else f"row {named} does"
    return (
        f"The {said} not belong to this grid: {'they were' if many else 'it was'} made with "
        f"{'; '.join(words)}. `{command} --pipelines=ablation --namespaces={','.join(rows)}` makes "
        f"{'them' if many else 'it'} anew, then `{command} --pipelines=reporting` this report."
    )


def left_out(scores: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Write how many test records have no part in the scores, and why; [] where all have.

    Args:
        scores: by namespace; ``set_aside`` counts by reason.
    """
    lefts = {
        (entry["records"], tuple(entry["set_aside"].items()))
        for entry in scores.values()
        if entry.get("set_aside")
    }
    return [
        f"Test records: {records} of {records + sum(dict(left).values())} have a part in the "
        f"scores; the others of their file were set aside ({counts_in_words(dict(left))})."
        for records, left in sorted(lefts)
    ]


def notes(verdicts: pd.DataFrame, options: ReportingOptions, grid: Grid | None = None) -> list[str]:
    """Explain what the numbers and intervals show, and what they do not."""
    seeds = verdicts.loc[verdicts["seed"] >= 0, "seed"].nunique()
    share = f"{100 * options.confidence:g} %"
    families = verdicts.drop_duplicates("id")["family"].value_counts().sort_index()
    sizes = ", ".join(f"{family} {count}" for family, count in families.items())
    over_seeds = (
        "There is one training seed: the interval speaks of other questions, not of other "
        "trainings. Training again with another seed can move a row by more than that, so two "
        "trained variants are not told apart."
    )
    if seeds > 1:
        own = verdicts.loc[verdicts["seed"] >= 0, "variant"].unique()
        with_warm_up = ", warm-up included" if any(is_warm_up(name, grid) for name in own) else ""
        over_seeds = (
            f"With {seeds} seeds, intervals are Student's with the variances of questions and of "
            f"trainings{with_warm_up} (two-way random effects), so they speak of trainings not run "
            "as well."
        )
    said = [
        "Accuracies, shares and differences are in percent and percentage points.",
        f"Questions by family: {sizes}.",
        f"An accuracy of one seed has Wilson's {share} interval. A difference has a paired "
        f"bootstrap interval: {options.resamples} resamples of the questions, both variants' "
        "answers to a question kept together.",
        over_seeds,
        "p is two-sided. `p, Holm` is adjusted for the number of contrasts: different means that "
        f"it is below {1 - options.confidence:.2g}, equivalent that the difference is within "
        f"{options.margin:g} points by two one-sided tests, likewise adjusted. `seeds needed` "
        "would tell a difference of that size in four of five studies.",
        "`over training` is the difference of right rollouts, averaged over all updates (the area "
        f"between the learning curves), with Student's {share} interval over seeds.",
        "The paper's numbers are those printed for Qwen2-VL-7B on MathVista: another model on "
        "other questions. Compare the signs and the order of differences, not their size.",
        "The paper prints warm-up as 61.2 in the table of rewards and as 61.7 in the table of "
        "reward levels; each table here takes its own.",
    ]
    trained_once = set(verdicts.loc[verdicts["seed"] < 0, "variant"])
    if seeds > 1 and trained_once:
        labels = ", ".join(variant(name, grid).label for name in in_order(trained_once))
        said.append(
            f"One model, without a seed of its own, stands against every seed: {labels}. The "
            "spread of training it again is in no interval."
        )
    return said


def render(
    *,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, go.Figure],
    examples: Sequence[Mapping[str, Any]],
    said: Sequence[str],
    warnings: Sequence[str],
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    subject: Mapping[str, str],
    about: Mapping[str, str],
    options: ReportingOptions,
    grid: Grid | None = None,
) -> str:
    """Render the whole report as HTML; Plotly's code is inlined once.

    Args:
        tables: by name, the keys of `TITLES`.
        figures: by name.
        examples: from `build_examples`.
        said: notes, from `notes`.
        warnings: shown above everything else, from `warnings`.
        settings: resolved parameters of the run.
        versions: package versions.
        subject: what was trained and tested, from `head.describe_subject`.
        about: where the numbers come from, from `head.about_run`.
        options: of the report.
        grid: the runs, by which each variant is labelled.
    """
    shown = {name: (TITLES.get(name, name), *display(table)) for name, table in tables.items()}
    return template("report.html.jinja").render(
        headline=headline(tables, options, grid, _max_new_tokens(settings)),
        warnings=warnings,
        tables=shown,
        **drawn(figures),
        figure_notes=FIGURE_NOTES,
        examples=examples,
        notes=said,
        settings=json.dumps(settings, indent=2, ensure_ascii=False, default=str),
        versions=versions,
        subject=subject,
        about=about,
        confidence=f"{100 * options.confidence:g} %",
    )


def _max_new_tokens(settings: Mapping[str, Any]) -> int | None:
    evaluation = settings.get("evaluation") or {}  # options, where a node reads them as such
    evaluation = evaluation if isinstance(evaluation, Mapping) else evaluation.model_dump()
    return evaluation.get("decoding", {}).get("max_new_tokens")


def drawn(figures: Mapping[str, go.Figure]) -> dict[str, Any]:
    """Return what a page's template draws figures by: their JSON and titles, Plotly's code."""
    from plotly.offline import get_plotlyjs

    return {
        "figures": {name: script_json(one.to_plotly_json()) for name, one in figures.items()},
        "figure_titles": {name: one.layout.title.text for name, one in figures.items()},
        "plotlyjs": get_plotlyjs(),
    }


def script_json(value: Any) -> str:
    """Write JSON that is safe inside a script element, whatever strings it holds."""
    from plotly.utils import PlotlyJSONEncoder

    text = json.dumps(value, cls=PlotlyJSONEncoder)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _contrast(row: Mapping[str, Any], other: str, margin: float) -> str:
    value = row["difference"]
    size = number(abs(value))
    if float(size) == 0:
        what = f"It is level with {other}"
    else:
        way = "above" if value > 0 else "below"
        points = "point" if size == "1.0" else "points"
        what = f"It is {size} {points} {way} {other}"
    if pd.isna(row["diff_low"]):
        return f"{what} ({row['diff_interval']})."
    told = f"{what}, [{number(row['diff_low'], '+')}, {number(row['diff_high'], '+')}]"
    verdict = row["verdict"]
    if verdict == "different":
        return f"{told}: different."
    if verdict == "equivalent":
        return f"{told}: equivalent within {margin:g} points."
    if verdict == "undecided" and pd.notna(row["seeds_needed"]):
        needed = f"{row['seeds_needed']:.0f} seeds would tell {margin:g} points"
        return f"{told}: undecided; about {needed}."
    return f"{told}: {verdict}."
