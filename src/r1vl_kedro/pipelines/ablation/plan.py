"""What starts from what in a grid: the datasets behind ``from`` and ``records``."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.pipelines.ablation.entries import Grid, StageEntry, VariantEntry
from r1vl_kedro.training.methods import CHECKPOINT, METHODS, WARM_UP, get_method
from r1vl_kedro.training.planned import where

STARTS = ("base_model", WARM_UP)
"""Catalog entries that hold a model, as ``from`` may name them."""


class Plan:
    """What starts from what in a grid; datasets by their names in the catalog."""

    def __init__(self, grid: Grid, entries: Mapping[str, VariantEntry]):
        self.grid, self.entries = grid, entries
        warm_ups = [name for name, one in entries.items() if self._one_method(one) == "warm_up"]
        self.warm_up = warm_ups[0] if warm_ups and grid.warm_up_per_seed else None
        if grid.warm_up_per_seed and not warm_ups:
            raise ConfigurationError(
                "ablation.warm_up_per_seed is true, but no variant has the method warm_up; add "
                "one, such as ablation.variants.warm_up: {method: warm_up}"
            )
        self.found: dict[str, set[str]] = {name: set() for name in entries}
        """By variant, the other variants that it starts from or reads."""

    @staticmethod
    def _one_method(entry: VariantEntry) -> str | None:
        return entry.method if entry.stages is None else None

    def stages(self, name: str) -> dict[str, StageEntry]:
        """Return a variant's stages in order; one that has no list of them is its own, named ""."""
        entry = self.entries[name]
        return {"": entry} if entry.stages is None else entry.stages

    def evaluates(self, name: str) -> str:
        """Return the catalog entry that a variant only evaluates; "" where it trains."""
        method = self._one_method(self.entries[name])
        if method is None or name == self.warm_up:
            return ""
        return METHODS[method].evaluates if method in METHODS else ""

    def seeds(self, name: str) -> list[int | None]:
        return [None] if self.evaluates(name) else list(self.grid.seeds)

    def namespace(self, name: str, seed: int | None) -> str:
        alone = len(self.grid.seeds) == 1 and not self.grid.seed_in_names
        return name if alone or seed is None else f"{name}_seed{seed}"

    def left(self, name: str, seed: int | None, stage: str | None = None) -> tuple[str, str]:
        """Return the dataset that a variant or one of its stages makes, and its kind."""
        if self.evaluates(name):
            return self.evaluates(name), CHECKPOINT
        stages = self.stages(name)
        stage = list(stages)[-1] if stage is None else stage
        made = get_method(stages[stage].method).makes
        place = self.namespace(name, seed)
        return ".".join(part for part in (place, stage, made) if part), made

    def base(self, name: str, stage: str, seed: int | None) -> str:
        """Return the checkpoint that a stage starts from.

        Raises:
            ConfigurationError: ``from`` names nothing that holds a model.
        """
        entry, earlier = self.stages(name)[stage], self._earlier(name, stage)
        given = entry.start
        if given is None:
            before = [one for one in earlier if self.left(name, seed, one)[1] == CHECKPOINT]
            if before:
                return self.left(name, seed, before[-1])[0]
            given = get_method(entry.method).base
        elif self._resolves(name, earlier, given):
            dataset, made = self._resolve(name, earlier, given, seed)
            if made == CHECKPOINT:
                return dataset
        if given not in STARTS:
            known = [*STARTS, *earlier, *(other for other in self.entries if other != name)]
            raise ConfigurationError(
                f"{where(name, stage)}.from is {given!r:.100}, which leaves no checkpoint; it may "
                f"name {', '.join(known)}"
            )
        if given == WARM_UP and self.warm_up and name != self.warm_up:
            self.found[name].add(self.warm_up)
            return self.left(self.warm_up, seed)[0]
        return given

    def records(self, name: str, stage: str, seed: int | None) -> str:
        """Return the records of a stage: an earlier stage's, another variant's, or shared."""
        entry, earlier = self.stages(name)[stage], self._earlier(name, stage)
        wanted = get_method(entry.method).records
        if entry.records is None:
            before = [one for one in earlier if self.left(name, seed, one)[1] == wanted]
            return self.left(name, seed, before[-1])[0] if before else wanted
        if not self._resolves(name, earlier, entry.records):
            return entry.records
        dataset, made = self._resolve(name, earlier, entry.records, seed)
        if made == CHECKPOINT:
            raise ConfigurationError(
                f"{where(name, stage)}.records is {entry.records!r:.100}, which leaves a "
                f"checkpoint and no records; name a catalog entry such as {wanted}"
            )
        return dataset

    def _earlier(self, name: str, stage: str) -> list[str]:
        stages = list(self.stages(name))
        return stages[: stages.index(stage)]

    def _resolves(self, name: str, earlier: list[str], given: str) -> bool:
        return given in earlier or (given in self.entries and given != name)

    def _resolve(
        self, name: str, earlier: list[str], given: str, seed: int | None
    ) -> tuple[str, str]:
        if given in earlier:
            return self.left(name, seed, given)
        self.found[name].add(given)
        return self.left(given, seed)

    def check_cycles(self) -> None:
        """Raise ConfigurationError where variants start from one another."""
        for name in self.entries:
            for stage in self.stages(name):
                if not self.evaluates(name):
                    self.base(name, stage, None)
                    self.records(name, stage, None)
        try:
            TopologicalSorter(self.found).prepare()
        except CycleError as error:
            circle = " -> ".join(reversed(error.args[1]))
            raise ConfigurationError(
                f"ablation.variants: {circle} start from one another; one of them has to start "
                f"from {' or '.join(STARTS)}"
            ) from error
