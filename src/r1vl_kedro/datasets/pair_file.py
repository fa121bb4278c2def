"""Kedro dataset: pairs of responses from a file in TRL's preference form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import DatasetError

from r1vl_kedro.datasets.read_only import ReadOnlyDataset
from r1vl_kedro.records.pair_file import PairFile, usable_pairs
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.store import read_once

if TYPE_CHECKING:
    from datasets import Dataset


class PairFileDataset(ReadOnlyDataset):
    """A file of pairs, or of unpaired rows for KTO; see `r1vl_kedro.records.pair_file`.

    Example catalog entry::

        given_pairs:
          type: r1vl_kedro.datasets.PairFileDataset
          path: data/01_raw/pairs/pairs.jsonl
          image_root: data/01_raw/pairs/images
          records_path: data/05_model_input/given_pairs
          held_out: 0.1

    Args:
        path: JSON, JSON lines or Parquet.
        records_path: directory in which the usable pairs are stored, made anew when the file
            changed; what was set aside stands in ``rejected.json`` there.
        image_root: folder that image paths start from; the file's own folder if not given.
        limit: read only this many rows.
        held_out: share of the prompts whose pairs no objective trains on.
        metadata: for Kedro-Viz and other plugins.
    """

    def __init__(
        self,
        *,
        path: str,
        records_path: str,
        image_root: str | None = None,
        limit: int | None = None,
        held_out: float = 0.0,
        metadata: dict[str, Any] | None = None,
    ):
        if not 0 <= held_out < 1:
            raise DatasetError(f"{path}: held_out is {held_out!r:.50}; wanted a share below 1")
        root = Path(image_root) if image_root else None
        self._file = PairFile(Path(path), root, limit, held_out)
        self._records_path = Path(records_path)
        self.metadata = metadata

    def load(self) -> Dataset:
        """Return the usable pairs, memory-mapped.

        Raises:
            DatasetError: there is no such file, or no usable pair in it.
        """
        if not self._file.path.is_file():
            raise DatasetError(f"PairFileDataset: there is no file {self._file.path}")
        stat = self._file.path.stat()
        made_from = {**self._describe(), "size": stat.st_size, "changed": stat.st_mtime_ns}
        try:
            return read_once(self._records_path, made_from, lambda: usable_pairs(self._file))
        except RecordsError as error:  # Kedro would wrap it as something unforeseen
            raise DatasetError(f"PairFileDataset: {error}") from None

    def _exists(self) -> bool:
        return self._file.path.is_file()

    def _describe(self) -> dict[str, Any]:
        return {
            "path": str(self._file.path),
            "image_root": str(self._file.image_root or self._file.path.parent),
            "limit": self._file.limit,
            "held_out": self._file.held_out,
        }
