"""Shared ground of the Kedro datasets that read published record files."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DatasetError

from r1vl_kedro.records.schema import RawRecord, RecordsError

if TYPE_CHECKING:
    from datasets import Dataset


class SourceDataset(AbstractDataset):
    """A file of records beside a folder of images.

    Args:
        path: the file.
        image_root: folder that image paths start from; the file's own folder if not given.
        limit: read only this many records.
        records_path: if given, ``load`` gives usable records as a dataset stored in this
            directory (made anew when the file changed); if not, raw records to be validated.
        metadata: for Kedro-Viz and other plugins.
    """

    def __init__(
        self,
        *,
        path: str,
        image_root: str | None = None,
        limit: int | None = None,
        records_path: str | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        self._path = Path(path)
        self._image_root = Path(image_root) if image_root else None
        self._limit = limit
        self._records_path = Path(records_path) if records_path else None
        self.metadata = deepcopy(metadata)

    @abstractmethod
    def _open(self) -> Iterable[RawRecord]:
        """The records, read one by one and anew on each iteration."""

    def load(self) -> Iterable[RawRecord] | Dataset:
        """Raw records, or a records dataset where ``records_path`` is set.

        Raises:
            DatasetError: there is no such file, or none of its records can be stored.
        """
        if not self._path.is_file():
            raise DatasetError(f"{type(self).__name__}: there is no file {self._path}")
        if self._records_path is None:
            return self._open()
        from r1vl_kedro.records.convert import materialize

        try:
            return materialize(self._open(), self._records_path, fingerprint=self._fingerprint())
        except RecordsError as error:  # Kedro would wrap it as something unforeseen
            raise DatasetError(f"{type(self).__name__}: {error}") from None

    def save(self, data: Dataset) -> None:
        """Not every published form can be written."""
        raise DatasetError(f"{type(self).__name__} only reads; {len(data)} records not written")

    def _fingerprint(self) -> str:
        stat = self._path.stat()
        return json.dumps(
            {**self._describe(), "size": stat.st_size, "changed": stat.st_mtime_ns}, default=str
        )

    def _exists(self) -> bool:
        return self._path.is_file()

    def _describe(self) -> dict[str, Any]:
        return {
            "path": str(self._path),
            "image_root": str(self._image_root or self._path.parent),
            "limit": self._limit,
        }
