"""Variants by name: labels, colours, and what a namespace says about variant and seed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SEEDED = re.compile(r"(?P<variant>.+)_seed(?P<seed>\d+)")


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
        Variant("step_grpo_m2", "StepGRPO, M = 2", "#93c5fd", "dot"),
        Variant("step_grpo_m3", "StepGRPO, M = 3", "#60a5fa", "dash"),
        Variant("step_grpo_m5", "StepGRPO, M = 5", "#3b82f6", "dashdot"),
        Variant("step_grpo_m6", "StepGRPO, M = 6", "#1e3a8a", "longdash"),
        Variant("validity_only", "Validity alone", "#c084fc", "dot"),
        Variant("sft", "Continued SFT", "#be123c"),
        Variant("sft_warm_up", "Continued SFT, same paths", "#fb7185", "dash"),
    )
}
ORDER = tuple(_KNOWN)


def split_namespace(namespace: str) -> tuple[str, int | None]:
    """``"step_rar_seed3"`` -> ``("step_rar", 3)``; ``"step_rar"`` -> ``("step_rar", None)``."""
    match = _SEEDED.fullmatch(namespace)
    if match is None:
        return namespace, None
    return match["variant"], int(match["seed"])


def variant(name: str) -> Variant:
    """Label and colour of a variant; one the paper does not have is called by its own name."""
    return _KNOWN.get(name) or Variant(name, name, "#65a30d")


def in_order(names: Iterable[str]) -> list[str]:
    """Variant names once each, in the order of the tables, unknown ones at the end."""
    rank = {name: i for i, name in enumerate(ORDER)}
    return sorted(set(names), key=lambda name: (rank.get(name, len(rank)), name))
