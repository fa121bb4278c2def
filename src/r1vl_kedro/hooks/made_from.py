"""Every result keeps what it was made from, so that old results never pass for new ones."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import AbstractDataset, AbstractVersionedDataset, DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline

from r1vl_kedro import files
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.hooks.recipes import ANOTHER, Recipe, differences, digest, recipes
from r1vl_kedro.hooks.to_run import command

logger = logging.getLogger(__name__)

DIFFERENCES = "row_differences"
"""The catalog entry with what differs between the rows of a report and the grid in force."""


UNFINISHED = "unfinished"
"""In place of the recipe of a file that is being written: its path."""


class HalfWrittenError(UserFacingError):
    """A run would read a result that another run died writing."""


class MadeFromHooks:
    """Files a recipe beside every result, and compares before one is used again.

    With ``--only-missing-outputs`` a result made with other parameters, or from inputs that were,
    counts as missing and is made anew; the old one stays until then. A report over rows that
    another run made with other parameters gets the differences as the catalog entry
    ``row_differences``.

    Kedro's own datasets write in place: killed half-way they leave a file that would pass for a
    result. It has no recipe, but a note that it is unfinished, and is made anew. This project's
    datasets (checkpoints, records) move whole directories into place and need no note.
    """

    def __init__(self) -> None:
        self._context: Any = None
        self._directory = Path()
        self._catalog = DataCatalog()
        self._wanted: dict[str, Recipe] = {}

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Note the parameters, and where the data directory is."""
        data = Path(context.config_loader["globals"]["data"])
        self._context, self._directory = context, (context.project_path / data / ".made_from")

    @hook_impl
    def after_catalog_created(self, catalog: DataCatalog) -> None:
        """Add the entry for the differences of rows."""
        self._catalog = catalog
        catalog[DIFFERENCES] = MemoryDataset({}, copy_mode="assign")

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Compare what is there with what this run would make.

        Raises:
            HalfWrittenError: names a dataset that is only read, its file and what would make it.
        """
        self._catalog = catalog
        self._discard_unfinished(pipeline)
        self._wanted = recipes(pipeline, self._parameters(), self._leaf, self._stored)
        catalog[DIFFERENCES].save(self._rows_read(pipeline))
        if run_params.get("only_missing_outputs"):
            self._count_as_missing()

    @hook_impl(tryfirst=True)
    def before_dataset_saved(self, dataset_name: str) -> None:
        """Forget the old recipe where it differs: a kill may come before the new result is whole.

        Where there is no result yet, the recipe can be filed before it.
        """
        new, old = self._wanted.get(dataset_name), self._stored(dataset_name)
        if new is None or self._temporary(dataset_name):
            return
        dataset = self._catalog.get(dataset_name)
        vars(dataset).pop("_exists", None)  # it counted as missing
        if isinstance(dataset, AbstractVersionedDataset):
            self._file(dataset_name, {UNFINISHED: str(dataset._filepath)})
            return
        if new == old:
            return
        if old is None and not self._catalog.exists(dataset_name):
            self._file(dataset_name, new)
        else:
            self._place(dataset_name).unlink(missing_ok=True)

    @hook_impl(tryfirst=True)
    def after_dataset_saved(self, dataset_name: str) -> None:
        """File the recipe, of a whole file: a power cut leaves one, or the note of another."""
        recipe = self._wanted.get(dataset_name)
        if recipe is None or self._temporary(dataset_name):
            return
        dataset = self._catalog.get(dataset_name)
        if isinstance(dataset, AbstractVersionedDataset):
            file = Path(dataset._filepath)
            if file.is_dir():
                files.sync_tree(file)
            elif file.exists():
                files.sync(file)
                files.sync(file.parent)
        if self._stored(dataset_name) != recipe:
            self._file(dataset_name, recipe)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline) -> None:
        """Name a report that this run has left behind."""
        rows = [name for name in self._wanted if name.endswith(".scores")]
        if not rows or "report" in self._wanted or self._stored("report") is None:
            return
        whole = self._whole_grid()
        if self._stored("report") != whole.get("report"):
            logger.warning(
                "the report and its tables still show %s as before this run; "
                "`%s --pipelines=reporting` makes them anew",
                ", ".join(sorted(name.partition(".")[0] for name in rows)),
                command(self._context.env),
            )

    def _discard_unfinished(self, pipeline: Pipeline) -> None:
        """Remove half-written results that this run makes; refuse to read others."""
        made = pipeline.all_outputs()
        for name in sorted(made | pipeline.inputs()):
            unfinished = (self._note(name) or {}).get(UNFINISHED)
            if unfinished is None:
                continue
            if name not in made:
                raise HalfWrittenError(
                    f"{name} ({unfinished}) was being written when a run died, and this run only "
                    "reads it; run the pipeline that makes it first"
                )
            logger.warning("%s was being written when a run died; it is made anew", unfinished)
            Path(unfinished).unlink(missing_ok=True)
            self._place(name).unlink()

    def _parameters(self) -> Mapping[str, Any]:
        return self._context.config_loader["parameters"]

    def _whole_grid(self) -> dict[str, Recipe]:
        from r1vl_kedro.pipelines.ablation import create_pipeline
        from r1vl_kedro.pipelines.ablation.grid import in_use

        pipeline = create_pipeline(*in_use())
        return recipes(pipeline, self._parameters(), self._leaf, self._stored)

    def _rows_read(self, pipeline: Pipeline) -> dict[str, list[str]]:
        """Return what rows that this run only reads were made with, where the grid now differs."""
        verdicts = {name for name in pipeline.inputs() if name.endswith(".verdicts")}
        if not verdicts:
            return {}
        whole = self._whole_grid()
        rows: dict[str, list[str]] = {}
        causes = self._causes(whole)
        for row in sorted(name.partition(".")[0] for name in verdicts):
            for name in (name for name in whole if name.startswith(f"{row}.")):
                old = self._stored(name)
                if old is not None and not self._temporary(name) and old != whole[name]:
                    told = rows.setdefault(row, [])
                    told += [word for word in causes(name) if word not in told]
        for row, words in rows.items():
            logger.warning("row %s was made with %s", row, "; ".join(words))
        return rows

    def _count_as_missing(self) -> None:
        """Make Kedro's filter take what other parameters made for missing."""
        stale, causes = {}, self._causes(self._wanted)
        for name, recipe in self._wanted.items():
            if self._temporary(name) or self._stored(name) == recipe:
                continue
            dataset = self._catalog.get(name)
            if dataset is not None and dataset.exists():
                old = self._stored(name)
                stale[name] = causes(name) if old else ("no note of its parameters",)
                dataset._exists = lambda: False  # of this run's instance alone
        told: set[str] = set()
        for name, words in stale.items():
            if not told.issuperset(words):
                logger.warning("%s was made with %s: made anew", name, "; ".join(words))
            told.update(words)
        if stale:
            logger.warning(
                "results that are made anew, since their parameters or inputs have changed: %d",
                len(stale),
            )

    def _causes(self, wanted: Mapping[str, Recipe]) -> Callable[[str], tuple[str, ...]]:
        """Return what tells why a result differs: in place of an input that differs, its causes.

        What is only in memory has no recipe of before; its inputs may.
        """

        @cache
        def causes(name: str) -> tuple[str, ...]:
            old, new = self._stored(name), wanted.get(name)
            if new is None or old == new:
                return ()
            if old is None:
                words = [f"{ANOTHER}{before}" for before in new["inputs"] if causes(before)]
            else:
                words = differences(old, new)
            told: dict[str, None] = {}
            for word in words:
                before = word.removeprefix(ANOTHER)
                told |= dict.fromkeys((before != word and causes(before)) or [word])
            return tuple(told)

        return causes

    def _temporary(self, name: str) -> bool:
        return name not in self._catalog or isinstance(self._catalog.get(name), MemoryDataset)

    def _leaf(self, name: str) -> str:
        """Return the digest of an input from outside: of its recipe if it has one, else its entry.

        A file that was replaced under the same name is not noticed.
        """
        stored = self._stored(name)
        if stored is not None:
            return digest(stored)
        if name == DIFFERENCES or self._temporary(name):
            return ""
        return digest(_entry(self._catalog.get(name), self._context.project_path))

    def _place(self, name: str) -> Path:
        return self._directory / f"{name}.json"

    def _stored(self, name: str) -> Recipe | None:
        """Return the recipe that a result was made by; None of one that is not whole."""
        note = self._note(name)
        return None if note is None or UNFINISHED in note else note

    def _note(self, name: str) -> Recipe | None:
        try:
            return json.loads(self._place(name).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):  # cut short by a power failure: as good as none
            return None

    def _file(self, name: str, recipe: Recipe) -> None:
        files.write_json(self._place(name), recipe)


def _entry(dataset: AbstractDataset | None, root: Path) -> dict[str, Any]:
    """Return what a catalog entry describes; paths below the project are relative to it."""
    about = dataset._describe() if dataset is not None else {}
    return {key: str(value).removeprefix(f"{root}/") for key, value in about.items()}
