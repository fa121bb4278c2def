"""What a benchmark is: its file, its prompt, its matching and its aggregation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from r1vl_kedro.benchmarks.cells import Row
from r1vl_kedro.benchmarks.prompts import plain_question

Mode = Literal["robust", "paper", "head"]
MODES: tuple[Mode, ...] = ("robust", "paper", "head")


@dataclass(frozen=True)
class Benchmark:
    """One benchmark.

    Attributes:
        name: as in `score_response`.
        column: its column in the paper's main table.
        dataset: VLMEvalKit's name, which is the file's (``<dataset>.tsv``).
        md5: of the published file; None where upstream gives none.
        columns: needed beside `index`, `image`, `question` and `answer`.
        verdict: (row, whole response, mode) to right, wrong or None, "only a judge could decide".
        aggregate: (rows, verdicts) to named figures; all in percent, but MME in points.
        prompt: inner text of the prompt (section 2 of R1-VL's evaluation); the question as it is in
            the file where none is given.
        headline: which of the figures stands in the table.
        check: raises ValueError for a row that no answer could be right for.
        place: where its column stands in the paper's main table, from 1; None: it is not there,
            and is answered where it is asked for by name.
        full_marks: the highest headline figure; AVG takes figures in percent of it.
        cluster: what a row shares with others that are answered alike (picture, seed question);
            intervals leave out a whole cluster at a time. None: rows of one `image_path`, if any.
    """

    name: str
    column: str
    dataset: str
    md5: str | None
    columns: tuple[str, ...]
    verdict: Callable[[Row, str, Mode], bool | None]
    aggregate: Callable[[Sequence[Row], Sequence[bool]], dict[str, float]]
    prompt: Callable[[Row], str] = plain_question
    headline: str = "overall"
    check: Callable[[Row], None] | None = None
    place: int | None = None
    full_marks: float = 100
    cluster: Callable[[Row], str] | None = None


BENCHMARKS: dict[str, Benchmark] = {}
"""Benchmarks by name, filled by the modules of `benchmarks.suite`."""
