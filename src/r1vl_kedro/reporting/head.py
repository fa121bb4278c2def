"""The head of the report: what was trained and tested, when, where and in which run."""

from datetime import UTC, datetime

import pandas as pd

from r1vl_kedro import provenance
from r1vl_kedro.reporting.variants import Grid
from r1vl_kedro.run_context import RunContext


def describe_subject(verdicts: pd.DataFrame, grid: Grid | None, run: RunContext) -> dict[str, str]:
    """Tell what was trained and tested: model, source records, number of questions, seeds."""
    ran = [one for name, one in (grid or {}).items() if name in set(verdicts["namespace"])]
    seeds = sorted({one["seed"] for one in ran if one.get("seed") is not None})
    facts = dict(run.sources)
    facts["test questions"] = str(verdicts["id"].nunique())
    facts["training seeds"] = ", ".join(map(str, seeds)) or "none"
    return facts


def about_run(run: RunContext) -> dict[str, str]:
    """Tell date, duration, machine, commit and MLflow run of the ``kedro run`` that reports."""
    now = datetime.now(UTC)
    facts = {"date": now.strftime("%Y-%m-%d %H:%M UTC")}
    if run.started:
        facts["duration"] = f"{_minutes(now.timestamp() - run.started)} (run of {run.pipeline})"
    facts["machine"] = provenance.machine()
    facts["commit"] = str(provenance.git_commit() or "unknown: no git checkout")
    facts["MLflow run"] = run.run_id or "not tracked"
    return facts


def _minutes(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
