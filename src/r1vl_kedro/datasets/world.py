"""Kedro datasets of the embedded world: small real files, made on first use."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DatasetError

from r1vl_kedro.records.readers.mulberry import MulberryFile
from r1vl_kedro.records.store import made_once, save_directory, write_rows
from r1vl_kedro.world.corpus import Faults, split_rows, write_corpus

if TYPE_CHECKING:
    from datasets import Dataset


class EmbeddedMulberryDataset(AbstractDataset):
    """The embedded world's training corpus in Mulberry's published form.

    Example catalog entry::

        source_records:
          type: r1vl_kedro.datasets.EmbeddedMulberryDataset
          path: data/01_raw/mulberry
          n: 3000
          seed: 0
          faults: {abridged: 0.5}

    Args:
        path: directory that gets ``mulberry_sft.json`` and its images.
        n: number of rows.
        seed: everything follows from it.
        faults: shares of abridged, sloppy, reflective, copied, leaked and broken rows, where they
            differ from `r1vl_kedro.world.corpus.Faults`.
        metadata: for Kedro-Viz and other plugins.
    """

    def __init__(
        self,
        *,
        path: str,
        n: int,
        seed: int,
        faults: dict[str, float] | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        self._path, self._n, self._seed = Path(path), n, seed
        try:
            self._faults = Faults(**(faults or {}))
        except TypeError as error:
            raise DatasetError(
                f"faults {faults}: {error}; known: {list(vars(Faults()))}"
            ) from error
        self.metadata = deepcopy(metadata)

    def load(self) -> MulberryFile:
        """Return the records, read one by one from the file."""
        file = write_corpus(self._path, self._n, self._seed, self._faults)
        return MulberryFile(file, file.parent, source="embedded world")

    def save(self, data: Any) -> None:
        """Refuse: the corpus is made, never saved."""
        raise DatasetError(f"{self._path}: the embedded corpus follows from n and seed; not saved")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path), "n": self._n, "seed": self._seed, **vars(self._faults)}


class EmbeddedSplitDataset(AbstractDataset):
    """A held-out split of the embedded world as records with key steps.

    Example catalog entry::

        test_records:
          type: r1vl_kedro.datasets.EmbeddedSplitDataset
          path: data/01_raw/test
          split: test
          n: 600
          seed: 0
    """

    def __init__(
        self,
        *,
        path: str,
        split: str,
        n: int,
        seed: int,
        metadata: dict[str, Any] | None = None,
    ):
        self._path, self._split, self._n, self._seed = Path(path), split, n, seed
        self.metadata = deepcopy(metadata)

    def load(self) -> Dataset:
        """Open the split's records, memory-mapped."""
        wanted = {"split": self._split, "n": self._n, "seed": self._seed}

        def make() -> None:
            rows = split_rows(self._split, self._n, self._seed)
            save_directory(write_rows(rows, key_steps=True), self._path, made_from=wanted)

        return made_once(self._path, wanted, make)

    def save(self, data: Any) -> None:
        """Refuse: the split is made, never saved."""
        raise DatasetError(f"{self._path}: the split follows from n and seed; not saved")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path), "split": self._split, "n": self._n, "seed": self._seed}
