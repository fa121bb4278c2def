"""Kedro datasets: a benchmark's official file, and the embedded world's small file in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro.io import DatasetError

from r1vl_kedro.benchmarks import get_benchmark
from r1vl_kedro.benchmarks.base import Benchmark
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.benchmarks.tsv import lmu_data
from r1vl_kedro.datasets.read_only import ReadOnlyDataset


def _benchmark(name: str) -> Benchmark:
    try:
        return get_benchmark(name)
    except ValueError as error:
        raise DatasetError(str(error)) from None


class BenchmarkTSVDataset(ReadOnlyDataset):
    """A benchmark's file, read row by row when it is used.

    Example catalog entry::

        benchmark_mme:
          type: r1vl_kedro.datasets.BenchmarkTSVDataset
          benchmark: mme
          path: /data/LMUData/MME.tsv

    Args:
        benchmark: a name in `r1vl_kedro.benchmarks.BENCHMARKS`.
        path: VLMEvalKit's ``.tsv`` or MATH-Vision's ``.jsonl``; None is ``<dataset>.tsv`` in
            ``$LMUData``, or in ``~/LMUData`` where that is no directory.
    """

    def __init__(
        self,
        *,
        benchmark: str,
        path: str | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        self._benchmark = _benchmark(benchmark)
        self._path = Path(path) if path else None
        self.metadata = metadata

    def _file(self) -> Path:
        return self._path or lmu_data() / f"{self._benchmark.dataset}.tsv"

    def load(self) -> BenchmarkFile:
        """Return the file; nothing of it is read before its rows are asked for."""
        return BenchmarkFile(self._benchmark, self._file().resolve())

    def _exists(self) -> bool:
        return self._file().is_file()

    def _describe(self) -> dict[str, Any]:
        return {"benchmark": self._benchmark.name, "path": str(self._file())}


class EmbeddedBenchmarkDataset(ReadOnlyDataset):
    """A small file of the embedded world in a benchmark's own TSV schema, made on first use.

    Where the embedded world has no questions for a benchmark, the file is absent: an error of that
    benchmark when it is asked for by name, and of no other.

    Example catalog entry::

        "benchmark_{benchmark}":
          type: r1vl_kedro.datasets.EmbeddedBenchmarkDataset
          benchmark: "{benchmark}"
          folder: data/01_raw/benchmarks
          seed: 0

    Args:
        benchmark: a name in `r1vl_kedro.benchmarks.BENCHMARKS`.
        folder: where the file is made, under VLMEvalKit's name.
        seed: everything follows from it.
        n: about how many rows (groups of variants and pairs stay whole).
    """

    def __init__(
        self,
        *,
        benchmark: str,
        folder: str,
        seed: int = 0,
        n: int = 40,
        metadata: dict[str, Any] | None = None,
    ):
        self._benchmark = _benchmark(benchmark)
        self._path = Path(folder) / f"{self._benchmark.dataset}.tsv"
        self._seed, self._n = seed, n
        self.metadata = metadata

    def load(self) -> BenchmarkFile:
        """Return the file, written where it is absent or was made from other settings."""
        from r1vl_kedro.world.benchmarks import MAKERS, write_benchmark

        if self._benchmark.name in MAKERS:
            write_benchmark(self._benchmark.name, self._path, n=self._n, seed=self._seed)
        return BenchmarkFile(self._benchmark, self._path.resolve(), official=False)

    def _exists(self) -> bool:
        from r1vl_kedro.world.benchmarks import MAKERS

        return self._benchmark.name in MAKERS

    def _describe(self) -> dict[str, Any]:
        return {
            "benchmark": self._benchmark.name, "path": str(self._path), "seed": self._seed,
            "n": self._n,
        }  # fmt: skip
