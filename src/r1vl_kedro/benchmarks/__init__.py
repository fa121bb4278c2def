"""Benchmarks by name, R1-VL's nine among them: files, prompts, matching and aggregation.

Each is one module of `benchmarks.suite`.

Modes of scoring are never mixed in a table: `robust` (default) reads answers as a careful person
would, `paper` and `head` follow VLMEvalKit of December 2024 and August 2026 without a judge.
"""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from r1vl_kedro.benchmarks import suite
from r1vl_kedro.benchmarks.base import BENCHMARKS, MODES, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import Row, cell
from r1vl_kedro.benchmarks.prompts import plain_prompt, prefixed
from r1vl_kedro.errors import did_you_mean

for _module in iter_modules(suite.__path__, f"{suite.__name__}."):
    import_module(_module.name)
for _name in sorted(BENCHMARKS, key=lambda name: (BENCHMARKS[name].place or 1000, name)):
    BENCHMARKS[_name] = BENCHMARKS.pop(_name)
MAIN_TABLE = tuple(name for name, benchmark in BENCHMARKS.items() if benchmark.place)
"""Those of the paper's main table, which are answered where none is named."""

__all__ = [
    "BENCHMARKS",
    "MAIN_TABLE",
    "MODES",
    "Benchmark",
    "Mode",
    "aggregate",
    "build_prompt",
    "clusters",
    "get_benchmark",
    "score_response",
]


def get_benchmark(name: str) -> Benchmark:
    """Return the benchmark of this name.

    Raises:
        ValueError: there is none; names those there are.
    """
    if name not in BENCHMARKS:
        hint = did_you_mean(name, BENCHMARKS)
        raise ValueError(
            f"benchmark {name!r} is unknown: {hint}choose from {', '.join(BENCHMARKS)}"
        )
    return BENCHMARKS[name]


def score_response(benchmark: str, row: Row, raw: str, *, mode: Mode = "robust") -> bool | None:
    """Tell whether a whole response answers a row rightly; None where only a judge could decide.

    Args:
        row: the table's columns; the image is not needed.
        raw: the model's output, from which the answer is cut here.
        mode: `robust`, `paper` (VLMEvalKit, December 2024) or `head` (August 2026).

    Raises:
        ValueError: unknown benchmark or mode, or a cell that the rules need is missing or broken.

    Example:
        >>> row = {"answer": "B", "A": "red", "B": "blue"}
        >>> score_response("mmstar", row, "### The final answer is: (b)")
        True
        >>> score_response("mmstar", row, "### The final answer is: (b)", mode="head") is None
        True
    """
    if mode not in MODES:
        raise ValueError(f"scoring mode {mode!r} is unknown; choose from {', '.join(MODES)}")
    return get_benchmark(benchmark).verdict(row, raw, mode)


def aggregate(
    benchmark: str, rows: Sequence[Row], verdicts: Sequence[bool | None]
) -> dict[str, float]:
    """Compute a benchmark's figures; a None verdict counts as wrong: they are lower bounds.

    In percent, but MME in points; `get_benchmark(name).headline` is the one in the main table.

    Raises:
        ValueError: no rows, or not one verdict a row.
    """
    if len(rows) != len(verdicts) or not rows:
        raise ValueError(f"{benchmark}: {len(verdicts)} verdicts for {len(rows)} rows")
    return get_benchmark(benchmark).aggregate(rows, [bool(verdict) for verdict in verdicts])


def clusters(benchmark: str, rows: Sequence[Row]) -> list[str]:
    """Name each row's cluster: rows that share a picture or a seed question have one."""
    of_row = get_benchmark(benchmark).cluster or (
        lambda row: cell(row, "image_path") or str(row.get("index"))
    )
    return [of_row(row) for row in rows]


def build_prompt(benchmark: str, row: Row, *, style: str = "published") -> str:
    """Write the inner text of a row's prompt.

    Args:
        style: ``published`` is R1-VL's evaluation, with ``Question: `` before it where it has none;
            ``plain`` is the question and its options as this project's training renders them.

    Raises:
        ValueError: another style.
    """
    if style == "published":
        return prefixed(get_benchmark(benchmark).prompt(row))
    if style == "plain":
        return plain_prompt(row)
    raise ValueError(f"prompt style {style!r} is unknown; choose from published, plain")
