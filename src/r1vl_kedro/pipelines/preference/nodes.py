"""Nodes of the preference report; the work is done in `r1vl_kedro.reporting.preference`."""

from __future__ import annotations

import shutil
from pathlib import Path

from r1vl_kedro.entries import SCORE_PAIRS
from r1vl_kedro.launcher import LauncherOptions, run_job
from r1vl_kedro.pipelines.evaluation.nodes import job_place
from r1vl_kedro.pipelines.hints import Figure, Frame, JsonObject, Records
from r1vl_kedro.records.pairs import LOGPS
from r1vl_kedro.records.schema import directory_of
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.training.pair_logps import read_scores
from r1vl_kedro.training.preference_options import PairScoringOptions

KEPT = ("id", "chosen_reward", "rejected_reward", *LOGPS[:2])
FIGURES = (
    "preference_accuracy",
    "preference_margins",
    "preference_likelihood",
    "preference_length",
    "preference_rankings",
    "preference_gamma",
    "preference_kl",
)


def measure_pairs(
    checkpoint: Path | str,
    pairs: Records,
    options: PairScoringOptions,
    launcher: LauncherOptions,
    template: str,
    work_dir: str,
) -> Frame:
    """Compute log-probabilities of held-out pairs under a trained model; go on after a kill.

    Returns:
        One row a pair: ``id``, ``chosen_logps``, ``rejected_logps``, the lengths in tokens, and
        the pairs' rewards and reference log-probabilities. No row where no pair was held out.
    """
    settings = options.model_copy(
        update={"rows": "held_out", "mismatched": False, "corrupted_image": False}
    )
    place = job_place(work_dir) / "pairs"
    kwargs = {
        "checkpoint": str(checkpoint),
        "pairs": str(directory_of(pairs)),
        "output": str(place),
        "template": template,
    }
    job = {**kwargs, "options": settings.model_dump(mode="json")}
    name = f"{place.parent.name}.pairs"
    run_job(SCORE_PAIRS, job, options=launcher, log_dir=place.parent / "logs", name=name)
    scores = read_scores(options=settings, **kwargs)
    shutil.rmtree(place, ignore_errors=True)
    known = pairs.select_columns([c for c in KEPT if c in pairs.column_names]).to_pandas()
    return known.merge(scores, on="id", validate="one_to_one") if len(scores) else known.head(0)


def make_preference_table(
    verdicts: Frame,
    overview: Frame,
    curves: Frame,
    paper: JsonObject,
    variants: JsonObject,
    options: ReportingOptions,
    **measured: Frame | JsonObject,
) -> tuple[Frame, Frame, Frame, str]:
    """Make the table of all measured pairs, of objectives, of the best trials, and Markdown."""
    from r1vl_kedro.reporting.preference import numbers, page

    frames = {name[len("scores_") :]: f for name, f in measured.items() if name[:7] == "scores_"}
    reports = {name: one for name, one in measured.items() if name[:7] != "scores_"}
    scores = numbers.collect(frames, variants)
    table = numbers.table(verdicts, overview, curves, scores, variants, paper, reports, options)
    best = numbers.best_trials(table)
    return scores, table, best, page.markdown(table, options, best)


def make_preference_figures(
    scores: Frame, table: Frame, variants: JsonObject
) -> tuple[Figure, ...]:
    """Make the Plotly figures in the order of `FIGURES`."""
    from r1vl_kedro.reporting.preference import figures

    made = figures.make(scores, table, variants)
    return tuple(made[name] for name in FIGURES)


def write_preference_report(
    scores: Frame, table: Frame, options: ReportingOptions, **figures: Figure
) -> str:
    """Render the HTML page "Preference objectives"."""
    from r1vl_kedro.reporting.preference import page

    return page.render(scores, table, figures, options)
