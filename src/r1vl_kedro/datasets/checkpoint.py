"""Kedro dataset: a model directory, complete or absent."""

from __future__ import annotations

import errno
import shutil
import threading
from copy import deepcopy
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

COMPLETE = "_COMPLETE"
_TAKING_OVER = threading.Lock()


class CheckpointDataset(AbstractDataset[Path, Path]):
    """A directory written by ``save_pretrained``, moved into place in one step.

    Nodes write to a scratch directory and return its path; saving marks it complete and moves it
    here; after a kill in between, loading does the rest. A directory without the mark does not
    exist: ``--only-missing-outputs`` makes it anew.

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
        self._whole = self._path.with_name(f".{self._path.name}.whole")
        self.metadata = deepcopy(metadata)

    def load(self) -> Path:
        """The directory."""
        with _TAKING_OVER:
            if self._whole.is_dir():
                self._take_over()
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
        shutil.rmtree(self._whole, ignore_errors=True)
        if self._marked:
            (scratch / COMPLETE).touch()
        try:
            scratch.rename(self._whole)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            incoming = self._path.with_name(f".{self._path.name}.incoming")
            shutil.rmtree(incoming, ignore_errors=True)
            shutil.copytree(scratch, incoming)
            incoming.rename(self._whole)
        self._take_over()
        shutil.rmtree(scratch, ignore_errors=True)

    def _take_over(self) -> None:
        """Put the new checkpoint, whole beside its place, there; a kill may have come before."""
        outgoing = self._path.with_name(f".{self._path.name}.outgoing")
        shutil.rmtree(outgoing, ignore_errors=True)
        if self._path.exists():
            self._path.rename(outgoing)
        self._whole.rename(self._path)
        shutil.rmtree(outgoing, ignore_errors=True)

    def _exists(self) -> bool:
        sign = COMPLETE if self._marked else "config.json"
        return any((place / sign).is_file() for place in (self._whole, self._path))

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path), "marked": self._marked}
