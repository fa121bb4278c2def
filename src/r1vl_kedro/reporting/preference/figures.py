"""Figures of the preference report: SimPO's (arXiv 2405.14734, fig. 2 to 5) on our own pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import qualitative

from r1vl_kedro.reporting.preference.sweeps import Settings, lines_over, settings_of
from r1vl_kedro.reporting.style import MARKED, add_bars, add_line, error_bars, or_empty, style

BINS = 24
COLOURS, BARS = qualitative.Dark24, "#9ca3af"
NO_PAIRS = "no variant was measured on held-out pairs"


def make(
    scores: pd.DataFrame, table: pd.DataFrame, variants: Mapping[str, Any]
) -> dict[str, go.Figure]:
    """Draw all figures by name.

    Args:
        scores: measured pairs, from `numbers.collect`.
        table: from `numbers.table`, one row a variant, each with a ``row`` of its own.
        variants: the grid's entries by namespace, whose options the sweeps are drawn over.
    """
    names = [name for name in table["variant"] if name in set(scores["variant"])]
    learnt = [name for name in names if scores.loc[scores["variant"] == name, "objective"].any()]
    labels = dict(zip(table["variant"], table["row"], strict=True))
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(table["variant"])}
    settings = settings_of(variants)
    parts = {name: scores.loc[scores["variant"] == name] for name in names}
    return {
        "preference_accuracy": _accuracy(table, colours),
        "preference_margins": _densities(
            {labels[n]: _standardised(parts[n]["reward_w"] - parts[n]["reward_l"]) for n in learnt},
            {labels[n]: colours[n] for n in learnt},
            "Difference of implicit rewards on held-out pairs",
            "chosen minus rejected, in standard deviations",
        ),
        "preference_likelihood": _densities(
            {labels[n]: parts[n]["mean_w"] for n in names},
            {labels[n]: colours[n] for n in names},
            "Log-likelihood of the chosen responses",
            "mean log-probability a token, nats",
        ),
        "preference_length": _length(table),
        "preference_rankings": _rankings({labels[n]: parts[n] for n in learnt}),
        "preference_gamma": _gamma(table, settings),
        "preference_kl": _kl_by_beta(table, settings),
    }


def _accuracy(table: pd.DataFrame, colours: Mapping[str, str]) -> go.Figure:
    """Draw the accuracy of answers over reward accuracy on held-out pairs."""
    figure = go.Figure()
    for row in table.dropna(subset=["reward_accuracy"]).to_dict("records"):
        figure.add_scatter(
            x=[row["reward_accuracy"]],
            y=[row["accuracy"]],
            mode="markers",
            name=row["row"],
            marker={"color": colours[row["variant"]], "size": 11},
            error_x=error_bars(
                row["reward_accuracy"], row["reward_low"], row["reward_high"], color=BARS
            ),
            error_y=error_bars(row["accuracy"], row["low"], row["high"], color=BARS),
        )
    style(
        figure,
        "What ranking pairs right has to do with answering right",
        "reward accuracy on held-out pairs, %",
        "accuracy of answers, %",
        height=520,
    )
    return or_empty(figure, NO_PAIRS)


def _standardised(values: pd.Series) -> pd.Series:
    spread = values.std()
    return values / spread if spread > 0 else values


def _densities(
    values: Mapping[str, pd.Series], colours: Mapping[str, str], title: str, x_title: str
) -> go.Figure:
    """Draw histograms over common bins, as lines; each sums to one."""
    figure = go.Figure()
    known = {name: part.dropna().to_numpy(float) for name, part in values.items()}
    known = {name: part for name, part in known.items() if len(part)}
    if known:
        low, high = np.quantile(np.concatenate(list(known.values())), [0.005, 0.995])
        edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
        middles = ((edges[:-1] + edges[1:]) / 2).tolist()
        for name, part in known.items():
            counts, _ = np.histogram(np.clip(part, edges[0], edges[-1]), bins=edges)
            shares = (counts / len(part)).tolist()
            add_line(figure, middles, shares, name, colours[name], 1.8)
    style(figure, title, x_title, "share of pairs", height=480)
    return or_empty(figure, NO_PAIRS)


def _length(table: pd.DataFrame) -> go.Figure:
    """Draw spearman's correlation of the log-probability per token with the length, by variant."""
    figure = go.Figure()
    known = table.dropna(subset=["length_correlation"])
    if len(known):
        values, labels = known["length_correlation"].tolist(), known["row"].tolist()
        add_bars(figure, labels, values, "correlation", "#0d9488", showlegend=False)
    style(
        figure,
        "Does the model prefer long responses?",
        "Spearman's correlation of mean log-probability and length",
        "",
        height=130 + 26 * len(table),
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(margin={"l": 190})
    return or_empty(figure, NO_PAIRS)


def _rankings(parts: Mapping[str, pd.DataFrame]) -> go.Figure:
    """Draw the shares of held-out pairs by which of two rankings put the chosen response first.

    One is the objective's own implicit reward, the other the mean log-probability, by which a
    model generates.
    """
    figure = go.Figure()
    kinds = (
        ("both", True, True, "#16a34a"),
        ("reward only", True, False, "#f59e0b"),
        ("likelihood only", False, True, "#60a5fa"),
        ("neither", False, False, "#9ca3af"),
    )
    names = list(parts)
    for label, by_reward, by_likelihood, colour in kinds:
        ranked = [
            ((part["reward_w"] > part["reward_l"]) == by_reward)
            & ((part["mean_w"] > part["mean_l"]) == by_likelihood)
            for part in parts.values()
        ]
        if names:
            shares = [100 * float(one.mean()) for one in ranked]
            add_bars(figure, names, shares, label, colour)
    style(
        figure,
        "Chosen response ranked first: by implicit reward, by likelihood",
        "share of held-out pairs, %",
        "",
        height=160 + 26 * len(names),
    )
    figure.update_layout(barmode="stack", margin={"l": 190})
    figure.update_yaxes(autorange="reversed")
    return or_empty(figure, NO_PAIRS)


def _gamma(table: pd.DataFrame, settings: Settings) -> go.Figure:
    """Draw SimPO over its target margin γ: reward accuracy on pairs and accuracy on questions."""
    figure = go.Figure()
    rows = table.set_index("variant")
    names = [
        name
        for name in rows.index.intersection(list(settings), sort=False)
        if settings[name].get("objective") == "simpo" and settings[name]["length_norm"]
    ]
    lines = lines_over("gamma", names, settings, least=2)
    measures = (
        ("accuracy", "low", "high", "of answers", "solid"),
        ("reward_accuracy", "reward_low", "reward_high", "of rewards on held-out pairs", "dot"),
    )
    for place, (label, line) in enumerate(lines):
        for column, low, high, measure, dash in measures:
            part = rows.loc[line]
            gammas, values = [settings[name]["gamma"] for name in line], part[column].tolist()
            title = f"{measure}: {label}" if label else measure
            colour = COLOURS[place % len(COLOURS)]
            bars = error_bars(part[column], part[low], part[high], color=BARS)
            add_line(figure, gammas, values, title, colour, 2, dash, mode=MARKED, error_y=bars)
    style(figure, "SimPO's target margin", "γ", "accuracy, %")
    return or_empty(figure, "a sweep needs two variants of SimPO that differ in gamma alone")


def _kl_by_beta(table: pd.DataFrame, settings: Settings) -> go.Figure:
    """Draw divergence from the start on chosen responses over β, a line for other settings each.

    Where some variants make a line, those that stand alone are left out.
    """
    figure = go.Figure()
    rows = table.dropna(subset=["kl"]).set_index("variant")
    by_objective: dict[str, list[str]] = {}
    for name in rows.index.intersection(list(settings), sort=False):
        if "beta" in settings[name] and settings[name].get("objective"):
            by_objective.setdefault(settings[name]["objective"], []).append(name)
    for least in (2, 1):
        lines = [
            (f"{objective}: {label}" if label else objective, line)
            for objective in sorted(by_objective)
            for label, line in lines_over("beta", by_objective[objective], settings, least)
        ]
        if lines:
            break
    for place, (label, line) in enumerate(lines):
        betas = [float(settings[name]["beta"]) for name in line]
        ratios, colour = rows.loc[line, "kl"].tolist(), COLOURS[place % len(COLOURS)]
        add_line(figure, betas, ratios, label, colour, 1.8, mode=MARKED)
    style(figure, "How far from the start", "β", "log-ratio to the start on chosen, nats")
    figure.update_xaxes(type="log")
    return or_empty(figure, "no measured variant has a beta")
