"""Kedro dataset: MATH-Vision's published files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from r1vl_kedro.datasets.source import SourceDataset
from r1vl_kedro.records.mathvision import MathVisionFile
from r1vl_kedro.records.prose import MAX_STEPS
from r1vl_kedro.records.schema import RawRecord


class MathVisionDataset(SourceDataset):
    """Records of one MATH-Vision ``.jsonl`` beside its folder ``images/``.

    Prose solutions become reference paths of at most ``max_steps`` steps.

    Example catalog entries::

        mulberry_records:
          type: r1vl_kedro.datasets.MathVisionDataset
          path: data/01_raw/mathvision/with_solutions.jsonl

        test_records:
          type: r1vl_kedro.datasets.MathVisionDataset
          path: data/01_raw/mathvision/testmini.jsonl
          records_path: data/05_model_input/test_records
    """

    def __init__(self, *, path: str, max_steps: int = MAX_STEPS, **settings: Any):
        super().__init__(path=path, **settings)
        self._max_steps = max_steps

    def _open(self) -> Iterable[RawRecord]:
        return MathVisionFile(self._path, self._image_root, self._limit, max_steps=self._max_steps)

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "max_steps": self._max_steps}
