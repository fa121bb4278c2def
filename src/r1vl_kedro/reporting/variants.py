"""Variants by name: labels and colours, from what each run of the grid was made with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from r1vl_kedro.rewards import Reward
from r1vl_kedro.rewards.key_steps import KeyStepReward
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.options import StepGRPOOptions

Grid = Mapping[str, Mapping[str, Any]]
"""``parameters.variants``: by namespace the name, method and options of each run."""
STEP_GRPO = "step_grpo"
_SEEDED = re.compile(r"(?P<variant>.+)_seed(?P<seed>\d+)")
_READS = ("base", "records", "n_records", "where")
"""What a training starts from and learns from, beside its options."""
_SIZES = {"group_size", "rollouts_per_step", "prompts_per_step"}
_REWARDED = {
    ("outcome",): "Outcome reward",
    ("outcome", "key_steps"): "+ StepRAR",
    ("outcome", "validity"): "+ StepRVR",
    ("outcome", "key_steps", "validity"): "StepGRPO",
    ("validity",): "Validity alone",
}
"""What the paper calls a sum of rewards, by those of a weight above 0."""


@dataclass(frozen=True)
class Variant:
    """How a variant is written and drawn."""

    name: str
    label: str
    colour: str
    dash: str = "solid"


_KNOWN = {
    v.name: v
    for v in (
        Variant("base", "Base model", "#8a8f98"),
        Variant("warm_up", "Warm-up (SFT)", "#4b5563"),
        Variant("outcome", "Outcome reward", "#d97706"),
        Variant("step_rar", "+ StepRAR", "#0d9488"),
        Variant("step_rvr", "+ StepRVR", "#9333ea"),
        Variant("step_grpo", "StepGRPO (both, M = 4)", "#1d4ed8"),
        Variant("step_grpo_m2", "StepGRPO, M = 2", "#0ea5e9", "dot"),
        Variant("step_grpo_m3", "StepGRPO, M = 3", "#0369a1", "dash"),
        Variant("step_grpo_m5", "StepGRPO, M = 5", "#6366f1", "dashdot"),
        Variant("step_grpo_m6", "StepGRPO, M = 6", "#312e81", "longdash"),
        Variant("validity_only", "Validity alone", "#c084fc", "dot"),
        Variant("sft", "Continued SFT", "#be123c"),
        Variant("sft_warm_up", "Continued SFT, same paths", "#fb7185", "dash"),
    )
}
ORDER = tuple(_KNOWN)


def split_namespace(namespace: str) -> tuple[str, int | None]:
    """Split ``step_rar_seed3`` into ``("step_rar", 3)``; ``step_rar`` has the seed None."""
    match = _SEEDED.fullmatch(namespace)
    if match is None:
        return namespace, None
    return match["variant"], int(match["seed"])


def variant(name: str, grid: Grid | None = None) -> Variant:
    """Look up label and colour of a variant.

    The grid's ``label`` and ``colour`` come first. Without a label, a row of the paper is called by
    what its options say (rewards, M, and what differs from the paper's), any other by its name.

    Args:
        name: of the variant, without a seed.
        grid: the runs; None where only names are known, so that the paper's options are taken.
    """
    entry = _entry(name, grid)
    known = _KNOWN.get(name) or Variant(name, name, "#65a30d")
    if entry is None:
        return known
    label = entry.get("label")
    if not label and name in _KNOWN and _is_step_grpo(entry):
        label = label_of(name, StepGRPOOptions.model_validate(entry["options"]))
        start = entry.get("overrides", {}).get("from")
        label += f", from {start}" if start else ""
    return Variant(name, label or known.label, entry.get("colour") or known.colour, known.dash)


def is_as_printed(name: str, grid: Grid | None, *, any_size: bool = False) -> bool:
    """Tell whether a variant's start, rewards and M are the paper's, whose number it then has.

    One that is not in the grid counts as printed.

    Args:
        any_size: whether it may be StepGRPO of any M, as in the paper's table over M.
    """
    entry = _entry(name, grid)
    if entry is None or not _is_step_grpo(entry):
        return True
    if {"from", "stages"} & entry.get("overrides", {}).keys():
        return False
    options = StepGRPOOptions.model_validate(entry["options"])
    if any_size:
        return label_of(STEP_GRPO, options) == f"StepGRPO (both, M = {options.group_size})"
    return name in _KNOWN and label_of(name, options) == _KNOWN[name].label


def label_of(name: str, options: StepGRPOOptions) -> str:
    """Return what a StepGRPO run is called by its options.

    Example:
        >>> options = {"num_steps": 1, "rollouts_per_step": 6, "group_size": 6}
        >>> label_of("step_grpo", StepGRPOOptions.model_validate(options))
        'StepGRPO (both, M = 6)'
    """
    rewarded = tuple(key for key, reward in options.rewards.items() if reward.weight)
    label = _REWARDED.get(tuple(sorted(rewarded, key=_paper_order)), " + ".join(rewarded))
    size = f"M = {options.group_size}"
    if label == "StepGRPO":
        label = f"{label} (both, {size})" if name == STEP_GRPO else f"{label}, {size}"
    return ", ".join([label, *_departures(options)])


def _paper_order(reward: str) -> int:
    order = ("outcome", "key_steps", "validity")
    return order.index(reward) if reward in order else len(order)


def _departures(options: StepGRPOOptions) -> list[str]:
    """Return what differs from the paper's rewards beside which of them count."""
    said = []
    for name, reward in options.rewards.items():
        if not reward.weight:
            continue
        if reward.weight != 1:
            said.append(f"{name} × {reward.weight:g}")
        usual = type(reward)()
        for option, value in reward.model_dump(exclude={"weight"}).items():
            if value != getattr(usual, option):
                said.append(f"{'α' if option == 'alpha' else option} = {value}")
    return said


def key_steps_of(namespace: str, grid: Grid | None, step_grpo: StepGRPOOptions) -> KeyStepReward:
    """Return how a run's key steps count: by its own options, else by those of StepGRPO."""
    entry = (grid or {}).get(namespace)
    if entry is None or not _is_step_grpo(entry):
        return step_grpo.key_steps
    return StepGRPOOptions.model_validate(entry["options"]).key_steps


def sums_of_rewards(step_grpo: StepGRPOOptions, grid: Grid) -> dict[str, list[Reward]]:
    """Return the grid's different sums of rewards by the first variant that has each.

    Without those that need further samples of the model.
    """
    found = _first_of_each(StepGRPOOptions.reward_functions, step_grpo, grid)
    return {name: options.reward_functions() for name, options in found.items()}


def objectives_of(step_grpo: StepGRPOOptions, grid: Grid) -> dict[str, StepGRPOOptions]:
    """Return the grid's different ways to advantages: rewards, how they are scaled and joined.

    Without those whose rewards need further samples of the model.

    Returns:
        By the name of the first variant that has it, that variant's options.
    """
    return _first_of_each(_to_advantages, step_grpo, grid)


def _first_of_each(
    way: Callable[[StepGRPOOptions], Any], step_grpo: StepGRPOOptions, grid: Grid
) -> dict[str, StepGRPOOptions]:
    """Return the first run of each way whose rewards need no further samples of the model."""
    found: dict[str, StepGRPOOptions] = {}
    for entry in filter(_is_step_grpo, grid.values()):
        options = StepGRPOOptions.model_validate(entry["options"])
        sampled = any(reward.sampled for reward in options.rewards.values())
        if not sampled and way(options) not in map(way, found.values()):
            found[entry["name"]] = options
    return found or {STEP_GRPO: step_grpo}


def _to_advantages(options: StepGRPOOptions) -> tuple[Any, ...]:
    return options.reward_functions(), options.scale_rewards, options.aggregation


def by_group_size(name: str, grid: Grid) -> dict[int, str]:
    """Find variants by M that differ from ``name`` in M alone; of several the first.

    They start from one checkpoint and read the same records.
    """
    entries = {entry["name"]: entry for entry in reversed(grid.values()) if _is_step_grpo(entry)}
    if name not in entries:
        return {}
    wanted = _without_size(entries[name])
    sizes: dict[int, str] = {}
    for other in [name, *reversed(entries)]:
        if _without_size(entries[other]) == wanted:
            sizes.setdefault(options_of(entries[other])["group_size"], other)
    return sizes


def options_of(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Look up the options of a run by name; Kedro passes a model where a node hints one."""
    options = entry["options"]
    return options if isinstance(options, Mapping) else options.model_dump(mode="json")


def _without_size(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    options = {key: value for key, value in options_of(entry).items() if key not in _SIZES}
    return options, *(entry.get(key) for key in _READS)


def _entry(name: str, grid: Grid | None) -> Mapping[str, Any] | None:
    return next((entry for entry in (grid or {}).values() if entry["name"] == name), None)


def _is_step_grpo(entry: Mapping[str, Any]) -> bool:
    return entry["method"] == STEP_GRPO


def samples(name: str, grid: Grid | None) -> bool:
    """Tell whether a variant, or one of its stages, trains on responses that it samples.

    One that is not in the grid is taken for a method of its name, else for StepGRPO.
    """
    entry = _entry(name, grid)
    if entry is None:
        return METHODS[name if name in METHODS else STEP_GRPO].samples
    return any(
        METHODS[one["method"]].samples for one in (entry.get("stages") or {"": entry}).values()
    )


def validated_on(name: str, grid: Grid | None) -> int | None:
    """Look up how many validation questions a variant answered at most while it was trained.

    None of one that is not in the grid, or whose stages differ in this.
    """
    entry = _entry(name, grid)
    if entry is None:
        return None
    parts = (entry.get("stages") or {"": entry}).values()
    counts = {options_of(part).get("eval_records") for part in parts}
    return counts.pop() if len(counts) == 1 else None


def is_trained(name: str, grid: Grid | None) -> bool:
    """Tell whether a variant has a training of its own, whose seed could have been another.

    One that is not in the grid is taken for a method of its name, else for a trained one.
    """
    entry = _entry(name, grid)
    method = METHODS.get(name if entry is None else entry["method"])
    return method is None or not method.evaluates


def is_warm_up(name: str, grid: Grid | None) -> bool:
    """Tell whether a variant is a warm-up."""
    return (_entry(name, grid) or {"method": name})["method"] == "warm_up"


def in_order(names: Iterable[str]) -> list[str]:
    """Return variant names once each, in the order of the tables, unknown ones at the end."""
    rank = {name: i for i, name in enumerate(ORDER)}
    return sorted(set(names), key=lambda name: (rank.get(name, len(rank)), name))
