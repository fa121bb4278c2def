"""The objectives of training on pairs, by name: one row each over the functions of `losses`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from r1vl_kedro.training import losses
from r1vl_kedro.training.losses import ObjectiveError, Pairs

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Objective:
    """A row of the table: the loss, what it needs beside the policy, its options."""

    loss: Callable[..., Tensor]
    reference: bool  # whether it reads ``rw`` and ``rl``
    corrupted_image: bool = False  # whether it reads ``lc`` and ``rc``
    kl: bool = False  # whether it reads ``z_ref``
    per_token: bool = False  # whether it compares means over tokens, not sums
    options: Mapping[str, Any] = field(init=False)
    """Names and defaults."""

    def __post_init__(self) -> None:
        parameters = inspect.signature(self.loss).parameters.values()
        defaults = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        object.__setattr__(self, "options", defaults)


OBJECTIVES: dict[str, Objective] = {
    "rrhf": Objective(losses.rrhf, reference=False, per_token=True),
    "slic_hf": Objective(losses.slic_hf, reference=False),
    "dpo": Objective(losses.dpo, reference=True),
    "ipo": Objective(losses.ipo, reference=True),
    "cpo": Objective(losses.cpo, reference=False),
    "kto": Objective(losses.kto, reference=True, kl=True),
    "orpo": Objective(losses.orpo, reference=False, per_token=True),
    "rdpo": Objective(losses.rdpo, reference=True),
    "simpo": Objective(losses.simpo, reference=False, per_token=True),
    "ipo_length_averaged": Objective(losses.ipo_length_averaged, reference=True, per_token=True),
    "mpo": Objective(losses.mpo, reference=True),
    "dpo_length_normalised": Objective(
        losses.dpo_length_normalised, reference=True, per_token=True
    ),
    "mdpo": Objective(losses.mdpo, reference=True, corrupted_image=True),
    "sft": Objective(losses.sft, reference=False, per_token=True),
}


def find_objective(name: str, options: Mapping[str, Any] | None = None) -> Objective:
    """Return the objective of this name; ``options``, where given, are checked to be its own.

    Raises:
        ObjectiveError: the name is unknown, or an option is not one of this objective.
    """
    if name not in OBJECTIVES:
        raise ObjectiveError(f"unknown objective {str(name)[:80]!r}; known: {sorted(OBJECTIVES)}")
    objective = OBJECTIVES[name]
    if unknown := sorted(set(options or {}) - set(objective.options)):
        raise ObjectiveError(
            f"objective {name!r} has no option {', '.join(map(repr, unknown))[:80]}; "
            f"it takes {', '.join(sorted(objective.options))}"
        )
    return objective


def preference_loss(
    name: str,
    lw: Tensor,
    ll: Tensor,
    nw: Tensor,
    nl: Tensor,
    rw: Tensor | None = None,
    rl: Tensor | None = None,
    *,
    z_ref: Tensor | float | None = None,
    lc: Tensor | None = None,
    rc: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """Compute an objective's loss per pair.

    Args:
        name: a key of ``OBJECTIVES``.
        lw, ll: (B,) log-probabilities of chosen and rejected under the policy, sums over
            completion tokens, in nats.
        nw, nl: (B,) lengths of the completions in tokens.
        rw, rl: (B,) the same sums under the reference; needed where the objective has one.
        z_ref: KTO's β max(0, KL estimate), a number or of shape (B,).
        lc, rc: (B,) mDPO's sums of the chosen response with a corrupted image.
        options: the objective's own: beta, gamma, lambda_, delta, tau, alpha, lambda_w, lambda_l,
            nll, length_norm; its defaults stand in the function of its name.

    Returns:
        (B,) losses, differentiable in ``lw`` and ``ll``.

    Raises:
        ObjectiveError: the objective is unknown, an option is not its own, or an input is missing.
    """
    objective = find_objective(name, options)
    pairs = Pairs(lw, ll, nw, nl, rw, rl, z_ref, lc, rc)
    needed = ["rw", "rl"] * objective.reference + ["z_ref"] * objective.kl
    needed += ["lc", "rc"] * objective.corrupted_image
    if missing := ", ".join(one for one in needed if getattr(pairs, one) is None):
        raise ObjectiveError(f"objective {name!r} needs {missing} of the reference; got None")
    return objective.loss(pairs, **options)


def implicit_rewards(name: str, p: Pairs, **options: Any) -> tuple[Tensor, Tensor]:
    """Compute what an objective ranks chosen and rejected by, up to a factor; (B,) each.

    The log-ratio to the reference where the objective has one, else the log-probability; its mean
    over tokens where the objective compares means. The share of pairs whose chosen response has
    more of it is the reward accuracy (arXiv 2405.14734, sec. 4.2).
    """
    objective = find_objective(name, options)
    chosen, rejected = (p.lw - p.rw, p.ll - p.rl) if objective.reference else (p.lw, p.ll)
    if objective.per_token and options.get("length_norm", True):
        return chosen / p.nw, rejected / p.nl
    return chosen, rejected
