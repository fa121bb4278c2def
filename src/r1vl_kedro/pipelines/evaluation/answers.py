"""Inputs and outputs of the job that answers benchmarks."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from r1vl_kedro.benchmarks.files import BenchmarkFile, reasons
from r1vl_kedro.benchmarks.table import out_of
from r1vl_kedro.generation.benchmark_job import SET_ASIDE, read_rows
from r1vl_kedro.generation.predict import PREDICTIONS
from r1vl_kedro.pipelines.evaluation.options import BenchmarkOptions
from r1vl_kedro.pipelines.evaluation.scoring import EvaluationError
from r1vl_kedro.pipelines.hints import Frame

logger = logging.getLogger(__name__)


def present(files: dict[str, BenchmarkFile], options: BenchmarkOptions) -> dict[str, BenchmarkFile]:
    """Return the files of the chosen benchmarks, embedded ones only where they exist.

    Raises:
        EvaluationError: an absent one is asked for by name, or nothing is left.
    """
    chosen = {name: files[name] for name in options.chosen}
    absent = [name for name, file in chosen.items() if not file.official and not file.path.exists()]
    if not absent:
        return chosen
    problem = (
        f"the embedded world has no file of {', '.join(absent)}; name an official one in a catalog "
        f"entry such as benchmark_{absent[0]}: {{type: r1vl_kedro.datasets.BenchmarkTSVDataset, "
        f"benchmark: {absent[0]}, path: ...}}"
    )
    if options.names is not None or len(absent) == len(chosen):
        raise EvaluationError(problem)
    logger.warning("%s; the others are evaluated", problem)
    return {name: file for name, file in chosen.items() if name not in absent}


def read_answers(place: Path, benchmark: str) -> Frame:
    """Read a benchmark's predictions, with its name first and each row's cells as JSON last."""
    import pandas as pd

    cells = {row["index"]: row for row in read_rows(place)}
    frame = pd.read_parquet(place / PREDICTIONS)
    frame = frame[["id", "response", "tokens", "truncated", "sample"]]
    frame.insert(0, "benchmark", benchmark)
    frame["row"] = [json.dumps(cells[index], ensure_ascii=False) for index in frame["id"]]
    return frame


def read_set_aside(place: Path, benchmark: str, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Read which rows of a benchmark's file were set aside; a warning counts them by column.

    Args:
        manifest: of the answers: ``records`` were answered, at most ``limit``.
    """
    answered = manifest["records"]
    left = json.loads((place / SET_ASIDE).read_text(encoding="utf-8"))
    if left:
        logger.warning(
            "%s: rows answered: %d%s; set aside: %d (%s)",
            *(benchmark, answered, out_of(answered, len(left), manifest["limit"])),
            *(len(left), reasons(left)),
        )
    return left
