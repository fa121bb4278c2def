"""Nodes that compare a checkpoint with a baseline on the benchmarks, answer by answer."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from r1vl_kedro.benchmarks import BENCHMARKS, get_benchmark
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.benchmarks.interval import compare
from r1vl_kedro.endpoint import ChatClient
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation.benchmark_nodes import predict_benchmarks
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.evaluation.scoring import EvaluationError, score_one
from r1vl_kedro.pipelines.hints import Frame
from r1vl_kedro.reporting.pages import markdown_table
from r1vl_kedro.statistics import equivalence_p, holm

COLUMNS = (
    *("benchmark", "n", "clusters", "figure", "baseline", "difference", "low", "high"),
    *("p_holm", "p_equivalence", "detectable", "verdict"),
)
STORED = ".parquet"
LEVEL, MARGIN = 0.05, 0.02
"""Of the tests, and the share of full marks within which two checkpoints are equivalent."""


def baseline_predictions(
    options: EvaluationOptions,
    launcher: LauncherOptions,
    seed: int,
    work_dir: str,
    **files: BenchmarkFile,
) -> Frame:
    """Read stored predictions, or answer the benchmarks with the baseline's checkpoint.

    Raises:
        EvaluationError: no such file, or one that holds no predictions on benchmarks.
    """
    import pandas as pd

    given = str(options.baseline)
    if not given.endswith(STORED):
        place = f"{work_dir}/baseline"
        return predict_benchmarks(given, options, launcher, seed, place, **files)[1]
    if not Path(given).is_file():
        raise EvaluationError(f"evaluation.baseline: there is no file {given}")
    frame = pd.read_parquet(given)
    missing = {"benchmark", "id", "response", "row", "tokens", "truncated"} - {*frame.columns}
    if missing:
        raise EvaluationError(
            f"evaluation.baseline: {given} has no column {', '.join(sorted(missing))}; wanted what "
            "an evaluation leaves as 07_model_output/benchmarks/predictions.parquet"
        )
    return frame


def compare_with_baseline(
    predictions: Frame,
    verdicts: Frame,
    baseline: Frame,
    options: EvaluationOptions,
    judge: ChatClient,
) -> tuple[Frame, str]:
    """Compare on the questions that both answered; the Markdown is also printed.

    Returns:
        One row a benchmark: the headline figures, their difference with its interval over clusters,
        p adjusted by Holm over the benchmarks, and the smallest difference that n could show.

    Raises:
        EvaluationError: no question in common, or another question under the same id.
    """
    import pandas as pd

    asked = judge if options.benchmarks.judge else None
    rows = []
    for name in dict.fromkeys(verdicts["benchmark"]):
        ours = _answered(predictions, verdicts, name)
        part = baseline[baseline["benchmark"] == name]
        if part.empty:
            continue
        scored = score_one(name, part, options.benchmarks.scoring, asked)[0]
        theirs = _answered(baseline, scored, name)
        ids = [number for number in ours.index if number in theirs.index]
        other = [number for number in ids if ours["row"][number] != theirs["row"][number]]
        if other:
            raise EvaluationError(
                f"evaluation.baseline: question {other[0]} of {name} is another one there; both "
                "have to be predictions on the same file"
            )
        if ids:
            rows.append(_row(name, ours.loc[ids], theirs.loc[ids]))
    if not rows:
        raise EvaluationError(
            f"evaluation.baseline {options.baseline} answered none of the questions of "
            f"{', '.join(dict.fromkeys(verdicts['benchmark']))}"
        )
    table = pd.DataFrame(rows)
    known = table["p_holm"].notna()
    for column in ("p_holm", "p_equivalence"):
        table.loc[known, column] = holm(table.loc[known, column].tolist())
    table["verdict"] = [
        "different" if p <= LEVEL else "equivalent" if same <= LEVEL else "undecided"
        for p, same in table[["p_holm", "p_equivalence"]].fillna(1.0).itertuples(index=False)
    ]
    text = _markdown(table, options)
    sys.stdout.write(f"\nAgainst {options.baseline}\n\n{text}\n")
    return table[list(COLUMNS)], text


def _answered(predictions: Frame, verdicts: Frame, name: str) -> Frame:
    """Return verdict and row of each question of a benchmark, by its id."""
    of_id = predictions[predictions["benchmark"] == name].set_index("id")["row"]
    part = verdicts[verdicts["benchmark"] == name].set_index("id")[["verdict"]]
    return part.assign(row=of_id.reindex(part.index))


def _row(name: str, ours: Frame, theirs: Frame) -> dict[str, object]:
    cells = [json.loads(text) for text in ours["row"]]
    found = compare(name, cells, _known(ours), _known(theirs))
    interval = found.interval
    return {
        "benchmark": BENCHMARKS[name].column,
        "n": found.n,
        "clusters": None if interval.freedom is None else int(interval.freedom) + 1,
        "figure": round(found.figure, 2),
        "baseline": round(found.baseline, 2),
        "difference": round(interval.estimate, 2),
        "low": interval.low,
        "high": interval.high,
        "p_holm": interval.p,
        "p_equivalence": equivalence_p(interval, MARGIN * get_benchmark(name).full_marks)
        if interval.error
        else None,
        "detectable": found.detectable,
    }


def _known(answers: Frame) -> list[bool]:
    return [bool(verdict) for verdict in answers["verdict"].fillna(False)]


def _markdown(table: Frame, options: EvaluationOptions) -> str:
    cells = []
    for row in table.to_dict("records"):
        known = row["low"] == row["low"] and row["low"] is not None
        cells.append(
            [
                row["benchmark"],
                str(row["n"]),
                f"{row['figure']:.1f}",
                f"{row['baseline']:.1f}",
                f"{row['difference']:+.1f}"
                + (f" [{row['low']:+.1f}, {row['high']:+.1f}]" if known else ""),
                f"{row['p_holm']:.3f}" if known else "",
                f"{row['detectable']:.1f}" if known else "",
                row["verdict"],
            ]
        )
    heads = ["", "n", options.label, "baseline", "difference", "p, Holm", "could show", "verdict"]
    return "\n".join(
        [
            markdown_table(heads, cells),
            "",
            "- Differences on the same questions, with 95 % intervals by a jackknife over clusters "
            "of questions (one picture, one seed question).",
            "- Equivalent: within 2 % of full marks by two one-sided tests, adjusted by Holm too.",
            "- `could show` is the smallest difference that so many questions show in four of five "
            "studies.",
        ]
    )
