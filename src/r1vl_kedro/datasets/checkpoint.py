"""Kedro dataset: a model directory, complete or absent."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from r1vl_kedro import files

logger = logging.getLogger(__name__)
_SETTLING = threading.Lock()


class CheckpointDataset(AbstractDataset[Path, Path]):
    """A directory written by ``save_pretrained``, moved into place in one step.

    Nodes write to a scratch directory and return its path; saving marks it complete and moves it
    here; after a kill in between, loading does the rest. A directory without the mark, or with
    files of other sizes than the mark names, does not exist: ``--only-missing-outputs`` makes it
    anew.

    Example catalog entry::

        warm_up_checkpoint:
          type: r1vl_kedro.datasets.CheckpointDataset
          path: data/06_models/warm_up

    ``otherwise`` names a directory to load where nothing was saved yet, such as a shipped model.
    ``marked: false`` is for a directory that others made (a downloaded or shipped model): it needs
    a ``config.json`` instead of the mark.
    """

    def __init__(
        self,
        *,
        path: str,
        marked: bool = True,
        otherwise: str | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        self._path = Path(path)
        self._marked = marked
        self._otherwise = None if otherwise is None else Path(otherwise)
        self.metadata = metadata

    def load(self) -> Path:
        """Return the directory."""
        with _SETTLING:
            files.settle(self._path)
        problem = self._problem()
        if problem is None:
            return self._path.resolve()
        if not self._has_other():
            raise DatasetError(f"{self._path} holds no complete checkpoint: {problem}")
        if self._path.exists():
            logger.warning("%s is taken, not %s: %s", self._otherwise, self._path, problem)
        return self._otherwise.resolve()

    def save(self, data: Path) -> None:
        """Move the directory ``data`` here; the older checkpoint stays until the new is whole."""
        scratch = Path(data)
        if not scratch.is_dir():
            raise DatasetError(f"{scratch} is no directory; a checkpoint is saved as one")
        if self._marked:
            files.mark_complete(scratch)
        if scratch.resolve() != self._path.resolve():
            files.move_in_place(scratch, self._path)

    def _problem(self) -> str | None:
        place = files.arrived(self._path)
        if self._marked:
            return files.problem(place)
        return None if (place / "config.json").is_file() else f"there is no config.json in {place}"

    def _has_other(self) -> bool:
        return self._otherwise is not None and (self._otherwise / "config.json").is_file()

    def _exists(self) -> bool:
        return self._problem() is None or self._has_other()

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path), "marked": self._marked}
