"""Kedro dataset: records in Arrow on disk, complete or absent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NewType

from kedro.io import AbstractDataset, DatasetError

from r1vl_kedro import files
from r1vl_kedro.records.store import save_directory

if TYPE_CHECKING:
    from datasets import Dataset

TablePreview = NewType("TablePreview", dict)  # Kedro-Viz goes by the name


class RecordsDataset(AbstractDataset):
    """A Hugging Face dataset of records as a directory, written aside and moved into place.

    Example catalog entry::

        warm_up_records:
          type: r1vl_kedro.datasets.RecordsDataset
          path: data/05_model_input/warm_up_records

    A directory without its completion mark does not exist: a killed run leaves nothing that
    looks finished.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None):
        self._path = Path(path)
        self.metadata = metadata

    def load(self) -> Dataset:
        """Open the records, memory-mapped; `records.schema.directory_of` gives their place."""
        from datasets import load_from_disk

        files.settle(self._path)
        problem = files.problem(self._path)
        if problem is not None:
            raise DatasetError(f"{self._path} holds no complete records: {problem}")
        return load_from_disk(str(self._path.resolve()))

    def save(self, data: Dataset) -> None:
        """Store the records with their images; the directory appears whole or not at all."""
        save_directory(data, self._path)

    def columns(self) -> tuple[str, ...] | None:
        """Return the columns of the records; None where there are none yet."""
        return tuple(self.load().column_names) if self._exists() else None

    def preview(self, nrows: int = 5) -> TablePreview:
        """Show the first rows without their images."""
        if not self._exists():
            return TablePreview({})
        dataset = self.load()
        columns = [name for name in dataset.column_names if name != "images"]
        rows = dataset.select_columns(columns).select(range(min(nrows, len(dataset))))
        return TablePreview(
            {
                "index": list(range(len(rows))),
                "columns": columns,
                "data": [[str(row[name]) for name in columns] for row in rows],
            }
        )

    def _exists(self) -> bool:
        return files.is_whole(files.arrived(self._path))

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
