"""Kedro datasets of the embedded world: small real files, made on first use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import DatasetError

from r1vl_kedro.datasets.read_only import ReadOnlyDataset
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.rows import RecordFile
from r1vl_kedro.records.schema import COLUMNS, RecordsError
from r1vl_kedro.records.store import made_once, save_directory, write_rows
from r1vl_kedro.world.corpus import CORPUS_FILE, SPLITS, Faults, made_of, split_rows, write_corpus
from r1vl_kedro.world.families import FAMILIES, MAKERS
from r1vl_kedro.world.styles import STYLES

if TYPE_CHECKING:
    from datasets import Dataset


class EmbeddedMulberryDataset(ReadOnlyDataset):
    """The embedded world's training corpus in Mulberry's published form.

    Example catalog entry::

        source_records:
          type: r1vl_kedro.datasets.EmbeddedMulberryDataset
          path: data/01_raw/mulberry
          n: 3000
          seed: 0
          faults: {abridged: 0.5}
          reader: mulberry

    Args:
        path: directory that gets ``mulberry_sft.json`` and its images.
        n: number of rows.
        seed: everything follows from it.
        faults: shares of abridged, sloppy, reflective, copied, leaked and broken rows, where they
            differ from `r1vl_kedro.world.corpus.Faults`.
        families: of the questions, in turn; see `r1vl_kedro.world.families`.
        styles: in which each family's pictures are drawn in turn (`r1vl_kedro.world.styles`);
            records then have the label ``modality``.
        reader: what reads the file: Mulberry's, or another reader of its form by name.
        metadata: for Kedro-Viz and other plugins.
        settings: what else the reader takes.
    """

    def __init__(
        self,
        *,
        path: str,
        n: int,
        seed: int,
        faults: dict[str, Any] | None = None,
        families: Sequence[str] = FAMILIES,
        styles: Sequence[str] = (),
        reader: str = "mulberry",
        metadata: dict[str, Any] | None = None,
        **settings: Any,
    ):
        self._path, self._n, self._seed = Path(path), n, seed
        _check_whole(n=(n, 1), seed=(seed, 0))
        try:
            self._faults = Faults(**(faults or {}))
        except (TypeError, ValueError) as error:
            raise DatasetError(
                f"faults {faults}: {error}; known: {list(vars(Faults()))}"
            ) from error
        self._families, self._styles = _known(families, styles)
        settings = ({"labels": ["modality"]} if styles else {}) | settings
        file = self._path / CORPUS_FILE
        try:
            kind = get_reader(reader)
            self._file = kind(file, self._path, source="embedded world", **settings)
        except (RecordsError, TypeError) as error:
            raise DatasetError(f"{path}: {error}") from None
        self._reader = {"reader": reader, **settings} if reader != "mulberry" else settings
        self.metadata = metadata

    def load(self) -> RecordFile:
        """Return the records, read one by one from the file."""
        families, styles = self._families, self._styles
        write_corpus(self._path, self._n, self._seed, self._faults, families, styles)
        return self._file

    def columns(self) -> tuple[str, ...]:
        """Return the columns of its records, the reader's labels among them."""
        return (*COLUMNS, *self._file.labels)

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        made_from = {"n": self._n, "seed": self._seed, **made_of(self._families, self._styles)}
        return {"path": str(self._path), **made_from, **self._faults.given, **self._reader}


class EmbeddedSplitDataset(ReadOnlyDataset):
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
        families: Sequence[str] = FAMILIES,
        styles: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
    ):
        self._path, self._split, self._n, self._seed = Path(path), split, n, seed
        _check_whole(n=(n, 1), seed=(seed, 0))
        if split not in SPLITS:
            raise DatasetError(f"split {split!r:.100}: choose from {', '.join(SPLITS)}")
        self._families, self._styles = _known(families, styles)
        self.metadata = metadata

    def load(self) -> Dataset:
        """Open the split's records, memory-mapped."""
        wanted = self._made_from()

        def make() -> None:
            rows = split_rows(self._split, self._n, self._seed, self._families, self._styles)
            labels = ["modality"] if self._styles else []
            data = write_rows(rows, key_steps=True, labels=labels)
            save_directory(data, self._path, made_from=wanted)

        return made_once(self._path, wanted, make)

    def columns(self) -> tuple[str, ...]:
        """Return the columns of its records."""
        return (*COLUMNS, "key_steps")

    def _exists(self) -> bool:
        return True

    def _made_from(self) -> dict[str, Any]:
        drawn = {"split": self._split, "n": self._n, "seed": self._seed}
        return drawn | made_of(self._families, self._styles)

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path), **self._made_from()}


def _check_whole(**given: tuple[Any, int]) -> None:
    """Raise DatasetError for a value that is no whole number from its least one on."""
    for name, (value, least) in given.items():
        if type(value) is not int or value < least:
            raise DatasetError(f"{name} is {value!r:.100}; wanted a whole number from {least} on")


def _known(
    families: Sequence[str], styles: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    for what, given, there in (("families", families, MAKERS), ("styles", styles, STYLES)):
        unknown = [name for name in given if name not in there]
        if unknown or not (given or what == "styles"):
            raise DatasetError(f"{what} {unknown!s:.100}: choose from {', '.join(there)}")
    return tuple(families), tuple(styles)
