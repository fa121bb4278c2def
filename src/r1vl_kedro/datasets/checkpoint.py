"""Kedro dataset: a model directory, complete or absent."""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

COMPLETE = "_COMPLETE"


class CheckpointDataset(AbstractDataset[Path, Path]):
    """A directory written by ``save_pretrained``, moved into place in one step.

    Nodes write to a scratch directory and return its path; saving moves it here and marks it
    complete. A directory without the mark does not exist: ``--only-missing-outputs`` makes it anew.

    Example catalog entry::

        warm_up_checkpoint:
          type: r1vl_kedro.datasets.CheckpointDataset
          path: data/06_models/warm_up

    ``marked: false`` is for a directory that others made (a downloaded or shipped model): it needs
    a ``config.json`` instead of the mark.
    """

    def __init__(self, *, path: str, marked: bool = True, metadata: dict[str, Any] | None = None):
        self._path = Path(path)
        self._marked = marked
        self.metadata = deepcopy(metadata)

    def load(self) -> Path:
        """The directory."""
        if not self._exists():
            lacks = COMPLETE if self._marked else "config.json"
            raise DatasetError(f"{self._path} holds no complete checkpoint (no {lacks} in it)")
        return self._path.resolve()

    def save(self, data: Path) -> None:
        """Move the directory ``data`` here; the older checkpoint stays until the new is whole."""
        scratch = Path(data)
        if not scratch.is_dir():
            raise DatasetError(f"{scratch} is no directory; a checkpoint is saved as one")
        if scratch.resolve() == self._path.resolve():
            if self._marked:
                (self._path / COMPLETE).touch()
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # On the same file system first, so that the last step is a rename.
        incoming = self._path.with_name(f".{self._path.name}.incoming")
        outgoing = self._path.with_name(f".{self._path.name}.outgoing")
        for left_over in (incoming, outgoing):
            shutil.rmtree(left_over, ignore_errors=True)
        shutil.move(scratch, incoming)
        if self._marked:
            (incoming / COMPLETE).touch()
        if self._path.exists():
            self._path.rename(outgoing)
        incoming.rename(self._path)
        shutil.rmtree(outgoing, ignore_errors=True)

    def _exists(self) -> bool:
        return (self._path / (COMPLETE if self._marked else "config.json")).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path), "marked": self._marked}
