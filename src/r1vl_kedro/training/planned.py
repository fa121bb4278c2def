"""The trainings of a configuration, each once, whatever their methods."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.models.files import Bounds, bounds_of
from r1vl_kedro.rewards import columns_read
from r1vl_kedro.training.methods import CHECKPOINT, METHODS, WARM_UP, Method
from r1vl_kedro.training.options import TrainingOptions


@dataclass(frozen=True)
class Training:
    """One training as it is configured."""

    where: str
    """The place of its options in the parameters."""
    method: Method
    options: BaseModel
    records: str
    """The dataset that it reads."""
    n_records: int | None = None
    """How many of the records; None takes all."""
    seeds: int = 1
    """How often it runs."""
    base: str = ""
    """The dataset of the model that it starts from."""

    @property
    def name(self) -> str:
        """Return its section, or its variant and stage."""
        return self.where.removeprefix("ablation.variants.").replace(".stages.", ".")


def where(name: str, stage: str = "") -> str:
    """Return the place of a variant or stage in the parameters."""
    return f"ablation.variants.{name}" + (f".stages.{stage}" if stage else "")


def of_sections(parameters: Mapping[str, Any], methods: Iterable[str]) -> list[Training]:
    """List the trainings of these methods as their sections of the parameters describe them.

    Methods whose options are laid over those of others are left out.
    """
    rows = [METHODS[name] for name in METHODS if name in set(methods)]
    return [
        Training(row.sections[0], row, _options(row, given), row.records, base=row.base)
        for row in rows
        if len(row.sections) == 1 and (given := parameters.get(row.sections[0]))
    ]


def _options(method: Method, given: BaseModel | Mapping[str, Any]) -> BaseModel:
    """Validate options; Kedro may have made a section a model of another method that shares it."""
    if isinstance(given, BaseModel) and not isinstance(given, method.options):
        given = given.model_dump()
    return method.options.model_validate(given)


def of_variants(variants: Mapping[str, Mapping[str, Any]]) -> list[Training]:
    """List the trainings of the expanded grid's variants; those of several seeds once.

    Args:
        variants: by namespace, as the context expands them.
    """
    found: dict[str, list[Training]] = {}
    for variant in variants.values():
        for stage, one in (variant["stages"] or {"": variant}).items():
            if not one["options"]:  # it trains nothing
                continue
            row = METHODS[one["method"]]
            place = where(variant["name"], stage)
            options = _options(row, one["options"])
            training = Training(
                place,
                row,
                options,
                one["records"],
                one["n_records"],
                base=one.get("base", row.base),
            )
            found.setdefault(place, []).append(training)
    return [replace(seeds[0], seeds=len(seeds)) for seeds in found.values()]


def batch_problems(trainings: Iterable[Training], processes: int) -> list[str]:
    """Explain which batches cannot go over so many processes.

    A variant has most of its options from its method's section, and does not repeat its problems.
    """
    found: dict[tuple[str, str], str] = {}
    for training in trainings:
        if isinstance(training.options, TrainingOptions):
            problem = training.options.problem_with(processes)
            if problem is not None:
                found.setdefault((training.method.entry, problem), training.where)
    return [f"{where}: {problem}" for (_, problem), where in found.items()]


def launched(method: Method, options: BaseModel, launcher: LauncherOptions) -> LauncherOptions:
    """Return how the job of a training is started: with threads of its own, where it has some."""
    if not method.ranks:
        launcher = launcher.in_one_process()
    threads = getattr(options, "threads", None)  # not every method has them
    return launcher.model_copy(update={"threads_per_process": threads}) if threads else launcher


def room_problems(
    trainings: Iterable[Training],
    launcher: LauncherOptions,
    lack: Callable[[LauncherOptions], str | None],
) -> list[str]:
    """Explain which trainings this machine, or the cluster, has no room for; each reason once.

    Args:
        lack: explains what a job started so would lack, None where nothing.
    """
    found = ((one.where, lack(launched(one.method, one.options, launcher))) for one in trainings)
    return [f"{where}: {problem}" for where, problem in each_once(found)]


def each_once(found: Iterable[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    """Yield each problem once, after the place where it is first; None is no problem."""
    seen: set[str | None] = {None}
    for where, problem in found:
        if problem not in seen:
            seen.add(problem)
            yield where, problem


def column_problems(
    trainings: Iterable[Training], columns: Callable[[str], Collection[str] | None]
) -> list[str]:
    """Name the rewards that read columns which their records will not have, each where it is first.

    Args:
        columns: by the name of the records, the columns that they will have; None where unknown.
    """
    found = []
    for training in trainings:
        rewards = getattr(training.options, "rewards", None)
        have = columns(training.records) if rewards else None
        for column, reward in columns_read((rewards or {}).values()).items():
            if have is not None and column not in have:
                problem = (
                    f"rewards.{reward} reads the column {column!r:.100}, which {training.records} "
                    f"will not have; it will have {', '.join(have):.200} (a label that the reader "
                    "of source_records declares is a column too)"
                )
                found.append((training.where, problem))
    return [f"{where}.{problem}" for where, problem in each_once(found)]


def image_problems(
    models: Mapping[str, Path],
    trainings: Iterable[Training],
    decodings: Iterable[tuple[str, Any]] = (),
) -> list[str]:
    """Explain which options bound images so that none could be shown, each reason once.

    A training writes its bounds into what it makes; those of a stage that another stage starts from
    are not followed, only the area of one visual token counts there.

    Args:
        models: directories of the models that are there, by dataset.
        decodings: where they are in the parameters, and decoding options, as dictionary or model.
    """
    trainings = list(trainings)
    own = {name: bounds_of(place) for name, place in models.items()}
    unknown = Bounds(smallest=next((one.smallest for one in own.values()), None))
    for training in trainings:
        if training.where == "warm_up" and training.method.makes == CHECKPOINT:
            started = own.get(training.base, unknown)
            own.setdefault(WARM_UP, started.within(*_pixels(training.options)))
    given = [(one.where, one.options, own.get(one.base, unknown)) for one in trainings]
    as_made = any(_pixels(one.options) != (None, None) for one in trainings) or len(models) != 1
    checkpoints = unknown if as_made else next(iter(own.values()))
    inner = [(one.where, getattr(one.options, "decoding", None)) for one in trainings]
    for place, decoding in [*decodings, *(one for one in inner if one[1] is not None)]:
        given.append((f"{place}.decoding", decoding, checkpoints))
    found = (
        (place, bounds.within(*pixels).problem)
        for place, options, bounds in given
        if (pixels := _pixels(options)) != (None, None)
    )
    return [f"{place}: {problem}" for place, problem in each_once(found)]


def _pixels(options: Any) -> tuple[int | None, int | None]:
    given = options if isinstance(options, Mapping) else vars(options)
    return given.get("min_pixels"), given.get("max_pixels")
