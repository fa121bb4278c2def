"""The grid of the ablation: variants, their stages and seeds, expanded to one entry a namespace."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from r1vl_kedro.parameters import ConfigurationError, checked, describe
from r1vl_kedro.pipelines.ablation.entries import Grid, Stage, StageEntry, Variant
from r1vl_kedro.pipelines.ablation.grammars import evaluated_in, in_grammar
from r1vl_kedro.pipelines.ablation.plan import Plan
from r1vl_kedro.pipelines.ablation.search import trials
from r1vl_kedro.training.methods import METHODS, get_method, options_of, refuse_length
from r1vl_kedro.training.objectives import find_objective
from r1vl_kedro.training.planned import where

_in_use: dict[str, Any] | None = None
_wrong: ConfigurationError | None = None


def expand(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with ``variants``: one entry per namespace of the grid.

    Args:
        parameters: needs ``ablation`` and the sections that its methods start from
            (``warm_up``, ``sft``, ``step_grpo``, ...).

    Raises:
        ConfigurationError: a wrong key or value, by name.
    """
    grid = checked(Grid, parameters["ablation"], "ablation")
    entries = {name: entry for name, entry in grid.variants.items() if entry is not None}
    entries = trials(entries, grid.search)
    plan = Plan(grid, entries)
    _check_sections(plan, parameters)
    options = {
        (name, stage): _options(plan, name, stage, entry, parameters)
        for name in entries
        for stage, entry in plan.stages(name).items()
    }
    plan.check_cycles()
    variants = {
        plan.namespace(name, seed): _variant(plan, name, seed, options, parameters).model_dump()
        for name in entries
        for seed in plan.seeds(name)
    }
    return {**parameters, "variants": variants}


def _check_sections(plan: Plan, parameters: Mapping[str, Any]) -> None:
    """Check the options that the grid's methods start from, each where it is written."""
    stages = [entry for name in plan.entries for entry in plan.stages(name).values()]
    used = {entry.method for entry in stages} & METHODS.keys() | {"warm_up", "step_grpo"}
    rows = [METHODS[name] for name in METHODS if name in used and METHODS[name].options]
    for row in rows:
        if not row.follows:
            checked(row.options, parameters.get(row.sections[0]) or {}, row.sections[0])
    for row in rows:
        for section in row.sections[1:]:
            if not isinstance(parameters.get(section) or {}, Mapping):
                raise ConfigurationError(
                    f"{section} is {parameters[section]!r:.100}; it takes what {section} changes "
                    f"of {row.sections[0]}"
                )
    for name in METHODS:
        if name in used and METHODS[name].follows:
            _composed(name, parameters, {}, METHODS[name].sections[-1])


def _options(
    plan: Plan, name: str, stage: str, entry: StageEntry, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Return checked options of one stage; none where a variant only evaluates."""
    place = where(name, stage)
    if plan.evaluates(name):
        if entry.overrides:
            raise ConfigurationError(
                f"{place}: method {entry.method!r} trains nothing, so {sorted(entry.overrides)} "
                "change nothing"
            )
        return {}
    try:
        method = get_method(entry.method)
        if method.follows and not stage:
            refuse_length(entry.options, method.follows)
    except ValueError as error:
        raise ConfigurationError(f"{place}: {error}") from error
    return _composed(entry.method, parameters, entry.options, place).model_dump(mode="json")


def _composed(
    method: str, parameters: Mapping[str, Any], overrides: Mapping[str, Any], place: str
) -> BaseModel:
    try:
        return options_of(method, parameters, overrides)
    except ValidationError as error:
        raise ConfigurationError(describe(error, METHODS[method].options, place)) from error
    except ValueError as error:
        raise ConfigurationError(f"{place}: {error}") from error


def _variant(
    plan: Plan,
    name: str,
    seed: int | None,
    options: Mapping[tuple[str, str], dict[str, Any]],
    parameters: Mapping[str, Any],
) -> Variant:
    entry = plan.entries[name]
    about = {"name": name, "seed": seed, "label": entry.label, "colour": entry.colour}
    if plan.evaluates(name):
        return Variant(**about, method=entry.method, base=plan.evaluates(name))
    stages = {
        stage: Stage(
            method=one.method,
            base=plan.base(name, stage, seed),
            records=plan.records(name, stage, seed),
            n_records=one.n_records,
            where=one.where,
            **in_grammar(options[name, stage], parameters),
            overrides=one.overrides,
            options=options[name, stage],
        )
        for stage, one in plan.stages(name).items()
    }
    last = list(stages.values())[-1].model_dump()
    if last["grammar"]:
        about["evaluation"] = evaluated_in(last["grammar"], parameters)
    if entry.stages is None:
        return Variant(**about | last)
    written = {stage: {"method": one.method, **one.overrides} for stage, one in stages.items()}
    return Variant(**about | last | {"overrides": {"stages": written}, "stages": stages})


def check_sources(variants: Mapping[str, Any], catalog: Mapping[str, Any]) -> None:
    """Raise ConfigurationError where a stage reads records that are no entry of the catalog."""
    for entry in variants.values():
        for stage, one in (entry["stages"] or {"": entry}).items():
            name = one["records"]
            if name and "." not in name and name not in catalog:
                raise ConfigurationError(
                    f"{where(entry['name'], stage)}.records is {name!r:.100}, which nothing makes: "
                    "it may name an entry of the catalog such as rl_prompts or warm_up_records, an "
                    "earlier stage, or a variant that makes records"
                )


def check_references(variants: Mapping[str, Any]) -> None:
    """Raise ConfigurationError where an objective reads of a reference what its pairs will lack.

    Pairs from an entry of the catalog may have all of it; training looks at those.
    """
    stages = {
        ".".join(part for part in (namespace, stage) if part): (where(entry["name"], stage), one)
        for namespace, entry in variants.items()
        for stage, one in (entry["stages"] or {"": entry}).items()
    }
    for place, one in stages.values():
        source, made = stages.get((one["records"] or "").rpartition(".")[0], ("", None))
        if one["method"] != "preference" or made is None:
            continue
        name = one["options"]["objective"]
        objective = find_objective(name)
        if objective.reference and made["method"] == "sample_pairs":
            raise ConfigurationError(
                f"{place}: objective {name!r} reads log-probabilities under a reference, which the "
                f"pairs of {source} lack; let records name a variant of method reference over them"
            )
        for option, read in (
            ("mismatched", objective.kl),
            ("corrupted_image", objective.corrupted_image),
        ):
            if read and made["method"] == "reference" and not made["options"][option]:
                raise ConfigurationError(
                    f"{source}.{option} is False, and objective {name!r} of {place} reads what it "
                    "adds to the pairs"
                )


def refuse_old_spelling(parameters: Mapping[str, Any]) -> None:
    """Raise ConfigurationError where options are given by namespace instead of in the grid."""
    for path in _paths(parameters.get("variants") or {}):
        namespace, *rest = path
        name = namespace.partition("_seed")[0]
        new = ".".join(("ablation.variants", name, *(key for key in rest if key != "options")))
        raise ConfigurationError(
            f"{'.'.join(('variants', *path))} is no parameter; write {new}, as in the grid"
        )
    if "variants" in parameters:
        raise ConfigurationError(
            f"variants is {parameters['variants']!r:.100} and no parameter; the grid is "
            "ablation.variants"
        )


def _paths(values: Any) -> Iterator[tuple[str, ...]]:
    if not isinstance(values, Mapping) or not values:
        return
    for key, value in values.items():
        inner = list(_paths(value))
        yield from ((str(key), *path) for path in inner) if inner else ((str(key),),)


def use(parameters: Mapping[str, Any], wrong: ConfigurationError | None) -> None:
    """Register pipelines for these (expanded) parameters, and for what is wrong with the grid."""
    global _in_use, _wrong
    _in_use, _wrong = dict(parameters), wrong


def evaluation_in_use() -> Mapping[str, Any]:
    """Return ``parameters.evaluation`` of the context in force; empty before there is one."""
    given = (_in_use or {}).get("evaluation")
    return given if isinstance(given, Mapping) else {}


def in_use() -> tuple[dict[str, Variant], list[str]]:
    """Return (variants by namespace, benchmarks) of the context in force, else as configured.

    Commands that make no context (``kedro registry list``) follow ``KEDRO_ENV``.

    Raises:
        ConfigurationError: the grid is wrong.
    """
    if _wrong is not None:
        raise _wrong
    parameters = expand(_configured_parameters()) if _in_use is None else _in_use
    variants = {
        namespace: Variant.model_validate(entry)
        for namespace, entry in parameters["variants"].items()
    }
    return variants, Grid.model_validate(parameters["ablation"]).benchmarks


def _configured_parameters() -> dict[str, Any]:
    from kedro.framework.project import settings
    from kedro.utils import find_kedro_project

    root = find_kedro_project(Path.cwd()) or Path(__file__).resolve().parents[4]
    loader = settings.CONFIG_LOADER_CLASS(
        str(root / settings.CONF_SOURCE),
        env=os.environ.get("KEDRO_ENV"),
        **settings.CONFIG_LOADER_ARGS,
    )
    return loader["parameters"]
