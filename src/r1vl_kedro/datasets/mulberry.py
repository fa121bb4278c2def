"""Kedro dataset: Mulberry's JSON file with its image folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from r1vl_kedro.datasets.source import SourceDataset
from r1vl_kedro.records import mulberry
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.records.store import export_images

if TYPE_CHECKING:
    from datasets import Dataset


class MulberryDataset(SourceDataset):
    """Records of ``mulberry_sft.json``, streamed: 260,000 of them never stand in memory at once.

    Example catalog entry::

        mulberry_records:
          type: r1vl_kedro.datasets.MulberryDataset
          path: data/01_raw/mulberry/mulberry_sft.json
          image_root: data/01_raw/mulberry/mulberry_images

    Saving a records dataset writes the same form, images into ``image_root``.
    """

    def _open(self) -> Iterable[RawRecord]:
        return mulberry.MulberryFile(self._path, self._image_root, self._limit)

    def save(self, data: Dataset) -> None:
        """Write records in Mulberry's form, images below ``image_root`` by family."""
        root = self._image_root or self._path.parent
        mulberry.write(
            self._path,
            (mulberry.from_record(record, names) for record, names in export_images(data, root)),
        )
