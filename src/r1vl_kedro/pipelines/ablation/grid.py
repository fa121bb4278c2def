"""The grid of the ablation: variants and seeds, one namespace each."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from r1vl_kedro.parameters import ConfigurationError, Seed, check_names, checked, describe
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions
from r1vl_kedro.training.overrides import continued_sft, with_overrides

Method = Literal["base", "warm_up", "sft", "sft_warm_up", "step_grpo"]
"""``sft`` learns the RL questions' reference paths, ``sft_warm_up`` the warm-up's own again."""
UNTRAINED = ("base", "warm_up")
"""Methods that evaluate a model as it is: one namespace, whatever the seeds."""
LENGTH = ("num_steps", "num_epochs", "batch_size")
"""What continued SFT has from StepGRPO."""
BOXES = ("data", "reporting")
"""Namespaces of what all variants share."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SEEDED = re.compile(r".*_seed\d+")
_in_use: dict[str, Any] | None = None


class Variant(BaseModel):
    """One run of the grid: a namespace of the pipeline, a child run in MLflow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    method: Method
    seed: int | None
    """None where nothing is trained."""
    overrides: dict[str, Any] = {}
    """What the grid, and whoever started the run, says of this variant."""
    options: dict[str, Any] = {}
    """What its training gets: the method's options with the overrides laid over them."""


class Given(BaseModel):
    """``parameters.variants.<namespace>``: what one run of the grid is given over and above it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    options: dict[str, Any] = {}


class Grid(BaseModel):
    """``parameters.ablation``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seeds: list[Seed] = Field(min_length=1)
    variants: dict[str, dict[str, Any] | None] = Field(min_length=1)
    """By name: ``method`` (step_grpo unless given) and what differs from the method's options.
    None leaves out a variant that another environment has."""
    slots: int | None = Field(None, ge=1)
    """Variants that run side by side; None takes the cores over the threads of a job."""

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"seeds {seeds} repeat themselves; each seed is one run")
        return seeds

    @field_validator("variants")
    @classmethod
    def _usable_names(cls, variants: dict[str, Any]) -> dict[str, Any]:
        for name in variants:
            if name in BOXES:
                raise ValueError(f"variant {name!r}: {' and '.join(BOXES)} name the shared work")
            if not _NAME.fullmatch(name) or _SEEDED.fullmatch(name):
                raise ValueError(
                    f"variant {name!r} cannot name a namespace; use lower-case letters, digits and "
                    "underscores, starting with a letter and not ending in _seed<number>"
                )
        return variants


def expand(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with ``variants``: one entry per namespace of the grid.

    Args:
        parameters: needs ``ablation`` and the options that its methods start from
            (``warm_up``, ``sft``, ``step_grpo``). May have ``variants``: by namespace, what it is
            given over and above the grid (``--params variants.outcome.options.beta=0.1``).

    Raises:
        ConfigurationError: a wrong key or value, by name.
    """
    grid = checked(Grid, parameters["ablation"], "ablation")
    checked(StepGRPOOptions, parameters["step_grpo"], "step_grpo")
    checked(SFTOptions, parameters["warm_up"], "warm_up")
    sft = parameters.get("sft") or {}
    if not isinstance(sft, Mapping):
        raise ConfigurationError(f"sft is {sft!r}; it takes what continued SFT changes of warm_up")
    _options_of("sft", parameters, {}, "sft")
    variants: dict[str, Variant] = {}
    for name, overrides in grid.variants.items():
        if overrides is None:
            continue
        overrides = dict(overrides)
        method = overrides.pop("method", "step_grpo")
        options = _options_of(method, parameters, overrides, f"ablation.variants.{name}")
        seeds = [None] if method in UNTRAINED else grid.seeds
        for seed in seeds:
            namespace = name if len(grid.seeds) == 1 or seed is None else f"{name}_seed{seed}"
            variants[namespace] = Variant(
                name=name, method=method, seed=seed, overrides=overrides, options=options
            )
    given = parameters.get("variants") or {}
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"variants is {given!r}; it takes options by namespace")
    check_names(given, variants, "variants")
    for namespace, entry in given.items():
        more = checked(Given, entry, f"variants.{namespace}").options
        variants[namespace] = _with(variants[namespace], more, parameters, namespace)
    entries = {namespace: variant.model_dump() for namespace, variant in variants.items()}
    return {**parameters, "variants": entries}


def _with(
    variant: Variant, more: Mapping[str, Any], parameters: Mapping[str, Any], namespace: str
) -> Variant:
    overrides = merge(variant.overrides, more)
    options = _options_of(variant.method, parameters, overrides, f"variants.{namespace}.options")
    return variant.model_copy(update={"overrides": overrides, "options": options})


def _options_of(
    method: str, parameters: Mapping[str, Any], overrides: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """Checked options of one variant; of continued SFT only what it changes of the warm-up.

    Args:
        where: the overrides' place in the parameters.
    """
    try:
        if method in UNTRAINED:
            if overrides:
                raise ValueError(
                    f"method {method!r} trains nothing, so {sorted(overrides)} say nothing"
                )
            return {}
        step_grpo = StepGRPOOptions.model_validate(parameters["step_grpo"])
        if method == "step_grpo":
            return with_overrides(step_grpo, overrides).model_dump(mode="json")
        if method in ("sft", "sft_warm_up"):
            warm_up = SFTOptions.model_validate(parameters["warm_up"])
            options = merge(parameters.get("sft") or {}, overrides)
            _check_length(options)
            continued_sft(warm_up, step_grpo, 1, options)
            return options
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(get_args(Method))}")
    except ValidationError as error:
        model = StepGRPOOptions if method == "step_grpo" else SFTOptions
        raise ConfigurationError(describe(error, model, where)) from error
    except ValueError as error:
        raise ConfigurationError(f"{where}: {error}") from error


def _check_length(options: Mapping[str, Any]) -> None:
    given = [f"{name} {options[name]!r}" for name in LENGTH if options.get(name) is not None]
    if given:
        raise ValueError(
            f"{', '.join(given)} cannot be set: continued SFT is as long as StepGRPO; "
            "set step_grpo.num_steps or step_grpo.rollouts_per_step"
        )


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``over`` laid over it, mappings key by key."""
    merged = deepcopy(dict(base))
    for key, value in over.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(old, value) if both else deepcopy(value)
    return merged


def use(parameters: Mapping[str, Any]) -> None:
    """Register pipelines for these (expanded) parameters from now on."""
    global _in_use
    _in_use = dict(parameters["variants"])


def variants_in_use() -> dict[str, Variant]:
    """Variants by namespace: of the context in force, else of the project's configuration.

    Commands that make no context (``kedro registry list``) follow ``KEDRO_ENV``.
    """
    entries = _in_use
    if entries is None:
        entries = expand(_configured_parameters())["variants"]
    return {namespace: Variant.model_validate(entry) for namespace, entry in entries.items()}


def _configured_parameters() -> dict[str, Any]:
    from kedro.config import OmegaConfigLoader
    from kedro.framework.project import settings
    from kedro.utils import find_kedro_project

    root = find_kedro_project(Path.cwd()) or Path(__file__).resolve().parents[4]
    loader = OmegaConfigLoader(
        str(root / settings.CONF_SOURCE),
        env=os.environ.get("KEDRO_ENV"),
        **settings.CONFIG_LOADER_ARGS,
    )
    return loader["parameters"]
