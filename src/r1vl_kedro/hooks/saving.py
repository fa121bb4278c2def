"""A result whose saving was cut short does not pass for a finished one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import AbstractVersionedDataset

from r1vl_kedro import files
from r1vl_kedro.errors import UserFacingError

logger = logging.getLogger(__name__)


class HalfWrittenError(UserFacingError):
    """A run would read a result that another run died writing."""


class SavingHooks:
    """Notes which file is being written, and makes it anew after a run that died in between.

    Kedro's own datasets write in place: killed half-way they leave a file that
    ``--only-missing-outputs`` would take for done. This project's datasets (checkpoints, records)
    move whole directories into place and need no note.
    """

    def __init__(self) -> None:
        self._directory: Path | None = None
        self._files: dict[str, Path] = {}

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Note where the data directory is."""
        data = Path(context.config_loader["globals"]["data"])
        self._directory = (context.project_path / data / ".saving").resolve()

    @hook_impl
    def before_pipeline_run(self, pipeline: Any, catalog: Any) -> None:
        """Remove half-written results that this run makes; refuse to read others.

        Raises:
            HalfWrittenError: names the dataset, its file and what would make it.
        """
        outputs = pipeline.all_outputs()
        datasets = {name: catalog.get(name) for name in outputs | pipeline.inputs()}
        self._files = {
            name: Path(dataset._filepath)
            for name, dataset in datasets.items()
            if isinstance(dataset, AbstractVersionedDataset)
        }
        for name, file in self._files.items():
            if not self._note(name).exists():
                continue
            if name not in outputs:
                raise HalfWrittenError(
                    f"{name} ({file}) was being written when a run died, and this run only reads "
                    "it; run the pipeline that makes it first"
                )
            logger.warning("%s was being written when a run died; it is made anew", file)
            file.unlink(missing_ok=True)
            self._note(name).unlink()

    @hook_impl
    def before_dataset_saved(self, dataset_name: str) -> None:
        """Note the file."""
        if dataset_name in self._files:
            note = self._note(dataset_name)
            with files.naming(note):
                note.parent.mkdir(parents=True, exist_ok=True)
                note.touch()
                files.sync(note.parent)

    @hook_impl(tryfirst=True)
    def after_dataset_saved(self, dataset_name: str) -> None:
        """Sync the file, then drop the note: a power cut leaves a whole file, or a note of it."""
        if dataset_name in self._files:
            file, note = self._files[dataset_name], self._note(dataset_name)
            if file.is_dir():
                files.sync_tree(file)
            elif file.exists():
                files.sync(file)
                files.sync(file.parent)
            note.unlink()
            files.sync(note.parent)

    def _note(self, name: str) -> Path:
        if self._directory is None:
            raise RuntimeError("no Kedro context was made before the run; its data has no place")
        return self._directory / name
