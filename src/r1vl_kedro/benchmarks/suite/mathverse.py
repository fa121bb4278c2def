"""MathVerse (testmini): each problem in five versions, from text to image."""

from __future__ import annotations

from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import Row, cell, lettered, needed, parse_literal
from r1vl_kedro.benchmarks.groups import overall_by
from r1vl_kedro.records.questions import split_options


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare texts, as upstream without its judge; in `robust` options and values."""
    answer = needed(row, "answer")
    if mode == "robust":
        text = robust.stated(raw)
        asked = cell(row, "question_for_eval") or cell(row, "question") or ""
        options = lettered(split_options(asked)[1])
        if len(options) > 1 and answer.strip() in options:
            return robust.option_verdict(text, options, answer.strip())
        return robust.value_verdict(text, answer)
    return True if compat.prediction(raw).strip() == answer.strip() else None


def _metadata(row: Row, key: str) -> str | None:
    """Read an entry of the `metadata` cell, which is the text of a Python dict."""
    text = cell(row, "metadata")
    if text is None:
        return None
    found = parse_literal(text)
    if not isinstance(found, dict):
        raise ValueError(f"row {row.get('index')}: column 'metadata' holds no dict: {text[:60]!r}")
    return None if found.get(key) is None else str(found[key])


BENCHMARKS["mathverse"] = Benchmark(
    name="mathverse",
    column="MathVerse",
    dataset="MathVerse_MINI",
    md5="5017caca32b7fa110c350a1bea861b65",
    columns=("problem_version", "metadata", "question_for_eval"),
    verdict=verdict,
    aggregate=overall_by(
        version="problem_version",
        subject=lambda row: _metadata(row, "subject"),
        subfield=lambda row: _metadata(row, "subfield"),
    ),
    place=7,
    cluster=lambda row: cell(row, "problem_index") or needed(row, "index"),
)
