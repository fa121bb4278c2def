"""The page "Preference objectives", and its table in Markdown."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from r1vl_kedro.reporting.markdown import INTERVALS, number, spanned
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.page import drawn
from r1vl_kedro.reporting.pages import markdown_table, template

COLUMNS = {
    "row": "",
    "n": "n",
    "seeds": "seeds",
    "accuracy": "accuracy, %",
    "difference": "to the start",
    "win_rate": "wins, %",
    "win_rate_lc": "at equal length",
    "reward_accuracy": "reward accuracy, %",
    "kl": "log-ratio",
    "mean_tokens": "tokens",
    "length_correlation": "length corr.",
    "updates": "updates",
    "sampled": "responses",
    "seconds": "seconds",
    "peak_memory_mib": "MiB",
    "paper": "paper, LC %",
    "paper_rank": "paper's rank",
    "settings": "settings",
}
WHOLE = ("n", "seeds", "updates", "sampled", "seconds", "peak_memory_mib", "paper_rank")
NOTES = {
    "preference_accuracy": "Bars are intervals. A higher reward accuracy need not answer better.",
    "preference_margins": "Of the implicit reward by which each objective ranks responses.",
    "preference_likelihood": "DPO may lower the likelihood of what it prefers.",
    "preference_length": "Positive: longer responses are the likelier ones, token by token.",
    "preference_rankings": "A model generates by likelihood; an objective may rank otherwise.",
    "preference_gamma": "A line joins variants of SimPO that differ in γ alone; with intervals.",
    "preference_kl": "Mean over held-out pairs; a line joins variants that differ in β alone.",
}


def notes(options: ReportingOptions) -> list[str]:
    """Explain what the numbers show, and what they do not."""
    share = f"{100 * options.confidence:g} %"
    return [
        "Accuracy: on the records of `test_records` (a search puts validation records there), "
        f"greedy, with {share} intervals as in the ablation's tables; `to the start`: the paired "
        f"difference to {options.reference}, in points.",
        "Wins: share of those questions answered better than by the start, judged by StepRAR where "
        "there are key steps, else by the answer; ties count one half. At equal length: the same "
        "by a logistic regression on the difference of lengths, as AlpacaEval 2 controls for it.",
        "Reward accuracy: share of held-out pairs whose chosen response has the higher implicit "
        "reward; for methods that learn from no pairs, the higher log-ratio to the start.",
        "Log-ratio: mean of log π/π_start on held-out chosen responses, nats (SimPO's figure 5 "
        "has it as KL); the responses are the start's, so it may be negative. Tokens: mean length "
        "of answers; length corr.: Spearman's correlation of mean log-probability and length.",
        "Responses: sampled to train one model (shared by all that learn from the same pairs). "
        "Seconds: of its updates, rollouts included, without sampling pairs and evaluation.",
        "Paper: AlpacaEval 2 length-controlled win rates of the released Llama-3-Base models, as "
        "printed by SimPO's repository: another model on another task. Compare ranks, not sizes.",
    ]


def cells(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return headers, and the rows as text."""
    return list(COLUMNS.values()), [
        [_cell(row, name) for name in COLUMNS] for row in table.to_dict("records")
    ]


def _cell(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return "–"
    low, high, _ = INTERVALS.get(name, ("", "", ""))
    sign = "+" if name == "difference" else ""
    digits = 0 if name in WHOLE else 2 if name in ("kl", "length_correlation") else 1
    return spanned(value, row.get(low), row.get(high), sign, digits)


def markdown(
    table: pd.DataFrame, options: ReportingOptions, best: pd.DataFrame | None = None
) -> str:
    """Return the table with its notes, and of a search the best trials."""
    said = "\n".join(f"- {note}" for note in notes(options))
    text = f"## Preference objectives\n\n{markdown_table(*cells(table))}\n\n{said}\n"
    if best is None or best.empty:
        return text
    found = [
        [row["variant"], row["settings"], number(row["accuracy"]), f"{row['n']:.0f}",
        f"{row['trials']:.0f}"]
        for row in best.to_dict("records")
    ]  # fmt: skip
    headers = ["variant", "best settings", "accuracy, %", "n", "trials"]
    return "\n".join([text, "## Search", "", markdown_table(headers, found, left=(0, 1)), ""])


def render(
    scores: pd.DataFrame,
    table: pd.DataFrame,
    figures: Mapping[str, go.Figure],
    options: ReportingOptions,
) -> str:
    """Render the page as HTML; Plotly's code is inlined once.

    Args:
        figures: by the names of their datasets, ``figure_<name>``.
    """
    headers, rows = cells(table)
    shown = {name.removeprefix("figure_"): figure for name, figure in figures.items()}
    return template("preference.html.jinja").render(
        headline=headline(table, len(scores[["id", "seed"]].drop_duplicates())),
        headers=headers,
        rows=rows,
        notes=notes(options),
        **drawn(shown),
        figure_notes=NOTES,
    )


def headline(table: pd.DataFrame, pairs: int) -> str:
    """Return the first sentence: the best row and its interval."""
    if table.empty:
        return "No variant was evaluated."
    best = table.iloc[0]
    interval = "" if pd.isna(best["low"]) else f" [{best['low']:.1f}, {best['high']:.1f}]"
    return (
        f"{best['row']} answers most questions right: {best['accuracy']:.1f} %{interval} of "
        f"{best['n']:.0f}; {pairs} held-out pairs."
    )
