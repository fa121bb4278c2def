"""Kedro dataset: R1-VL-10K's JSON file with its images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from r1vl_kedro.datasets.source import SourceDataset
from r1vl_kedro.records import r1vl10k
from r1vl_kedro.records.schema import RawRecord, check_columns
from r1vl_kedro.records.store import export_images

if TYPE_CHECKING:
    from datasets import Dataset


class R1VL10KDataset(SourceDataset):
    """RL prompts with key steps in the form of R1-VL-10K.

    Example catalog entry, for training on published key steps::

        rl_prompts:
          type: r1vl_kedro.datasets.R1VL10KDataset
          path: data/01_raw/r1vl10k/r1vl10k.json
          image_root: data/01_raw/r1vl10k/images
          records_path: data/05_model_input/rl_prompts

    Saving a records dataset writes the same form, images below ``image_root``.
    """

    def _open(self) -> Iterable[RawRecord]:
        return r1vl10k.R1VLFile(self._path, self._image_root, self._limit)

    def save(self, data: Dataset) -> None:
        """Write RL prompts in R1-VL-10K's form."""
        check_columns(data, key_steps=True, where=str(self._path))
        root = self._image_root or self._path.parent
        r1vl10k.write(
            self._path,
            (
                r1vl10k.from_record(record, names[0] if len(names) == 1 else names)
                for record, names in export_images(data, root)
            ),
        )
