"""Losses on pairs of responses, as pure functions of log-probabilities.

Notation, after SimPO's table of objectives (arXiv 2405.14734, table 3):

| symbol     | field      | what                                                                |
|------------|------------|---------------------------------------------------------------------|
| l_w, l_l   | lw, ll     | log π(y|x) of chosen and rejected: sums over completion tokens, nats |
| n_w, n_l   | nw, nl     | lengths of the completions in tokens                                |
| r_w, r_l   | rw, rl     | the same sums under the reference policy                            |
| Δ_w, Δ_l   |            | l_w − r_w and l_l − r_l                                             |

Every function takes ``Pairs`` and returns a loss per pair, shape (B,), that is differentiable in
``lw`` and ``ll``. Its keyword arguments are the objective's options, with their defaults. No
trainer and no configuration here; torch is imported when a loss is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from r1vl_kedro.training.errors import TrainingError

if TYPE_CHECKING:
    from torch import Tensor

NLL = Literal["sum", "sequence_mean", "batch_token_mean"]
"""How a term −log π(y_w) counts: summed over tokens, per token of its own sequence, or per token
of the whole batch (as TRL does)."""


class ObjectiveError(TrainingError, ValueError):
    """An objective is unknown, got an option that it does not have, or lacks an input."""


class Pairs(NamedTuple):
    """Log-probabilities of B pairs of responses; all of shape (B,)."""

    lw: Tensor
    ll: Tensor
    nw: Tensor
    nl: Tensor
    rw: Tensor | None = None
    rl: Tensor | None = None
    z_ref: Tensor | float | None = None
    """KTO's reference point, β max(0, KL estimate); no gradient flows through it."""
    lc: Tensor | None = None
    rc: Tensor | None = None
    """mDPO: the chosen response with a corrupted image, under policy and reference."""


def rrhf(p: Pairs, *, lambda_: float = 1.0, nll: NLL = "sum") -> Tensor:
    """Compute max(0, l_l/n_l − l_w/n_w) − λ l_w. RRHF, arXiv 2304.05302; no reference."""
    return (p.ll / p.nl - p.lw / p.nw).relu() + lambda_ * _nll(p, nll)


def slic_hf(p: Pairs, *, delta: float = 1.0, lambda_: float = 1.0, nll: NLL = "sum") -> Tensor:
    """Compute max(0, δ − l_w + l_l) − λ l_w. SLiC-HF, arXiv 2305.10425; no reference."""
    return (delta - p.lw + p.ll).relu() + lambda_ * _nll(p, nll)


def dpo(p: Pairs, *, beta: float = 0.1) -> Tensor:
    """Compute −log σ(β (Δ_w − Δ_l)). DPO, arXiv 2305.18290; reference on both sides."""
    return -_log_sigmoid(beta * _margin(p))


def ipo(p: Pairs, *, tau: float = 0.1) -> Tensor:
    """Compute (Δ_w − Δ_l − 1/(2τ))². IPO, arXiv 2310.12036 eq. 17; reference on both sides."""
    return (_margin(p) - 1 / (2 * tau)) ** 2


def ipo_length_averaged(p: Pairs, *, tau: float = 0.1) -> Tensor:
    """Compute (Δ_w/n_w − Δ_l/n_l − 1/(2τ))². IPO per token, as in TRL; reference on both sides.

    The loss is smaller than ``ipo``'s by about the square of a length, so τ does not transfer.
    """
    return (_margin_per_token(p) - 1 / (2 * tau)) ** 2


def cpo(p: Pairs, *, beta: float = 0.1, lambda_: float = 1.0, nll: NLL = "sum") -> Tensor:
    """Compute −log σ(β (l_w − l_l)) − λ l_w. CPO, arXiv 2401.08417; no reference."""
    return -_log_sigmoid(beta * (p.lw - p.ll)) + lambda_ * _nll(p, nll)


def kto(p: Pairs, *, beta: float = 0.1, lambda_w: float = 1.0, lambda_l: float = 1.0) -> Tensor:
    """Compute −λ_w σ(β Δ_w − z) − λ_l σ(z − β Δ_l). KTO, arXiv 2402.01306; reference on both sides.

    z is ``z_ref``. SimPO's table prints the second term with a plus, which would raise the
    rejected response; KTO's eq. 8 (λ − value, up to a constant) has the minus. A batch may hold
    unpaired rows: the weight 0 for the side that is absent.
    """
    z = p.z_ref.detach() if hasattr(p.z_ref, "detach") else p.z_ref
    chosen = (beta * (p.lw - p.rw) - z).sigmoid()
    rejected = (z - beta * (p.ll - p.rl)).sigmoid()
    return -lambda_w * chosen - lambda_l * rejected


def orpo(p: Pairs, *, lambda_: float = 0.1, nll: NLL = "sequence_mean") -> Tensor:
    """Compute −l_w/n_w − λ log σ(logit(l_w/n_w) − logit(l_l/n_l)), logit(a) = a − log(1 − e^a).

    ORPO, arXiv 2403.07691 eq. 6 and 7; no reference.
    """
    odds = _log_odds(p.lw / p.nw) - _log_odds(p.ll / p.nl)
    return _nll(p, nll) - lambda_ * _log_sigmoid(odds)


def rdpo(p: Pairs, *, beta: float = 0.1, alpha: float = 0.05) -> Tensor:
    """Compute −log σ(β (Δ_w − Δ_l) + α (n_w − n_l)). R-DPO, arXiv 2403.19159; reference.

    A pair whose chosen response is longer weighs less.
    """
    return -_log_sigmoid(beta * _margin(p) + alpha * (p.nw - p.nl))


def simpo(p: Pairs, *, beta: float = 2.0, gamma: float = 1.0, length_norm: bool = True) -> Tensor:
    """Compute −log σ(β (l_w/n_w − l_l/n_l) − γ). SimPO, arXiv 2405.14734 eq. 6; no reference.

    γ is absolute (no ratio to β). Without ``length_norm`` sums replace means; β is then of DPO's
    size, 0.01 to 0.1.
    """
    margin = p.lw / p.nw - p.ll / p.nl if length_norm else p.lw - p.ll
    return -_log_sigmoid(beta * margin - gamma)


def mpo(p: Pairs, *, beta: float = 0.1, nll: NLL = "batch_token_mean") -> Tensor:
    """Compute 0.8 DPO + 0.2 BCO + 1.0 NLL; reference on both sides.

    MPO of InternVL, arXiv 2411.10442 sec. 4.2; BCO is −log σ(β Δ_w) − log σ(−β Δ_l), without the
    moving reward shift of arXiv 2404.04656, as in TRL's ``bco_pair``.
    """
    bco = -_log_sigmoid(beta * (p.lw - p.rw)) - _log_sigmoid(-beta * (p.ll - p.rl))
    return 0.8 * dpo(p, beta=beta) + 0.2 * bco + _nll(p, nll)


def dpo_length_normalised(p: Pairs, *, beta: float = 2.0) -> Tensor:
    """Compute −log σ(β (Δ_w/n_w − Δ_l/n_l)); reference on both sides.

    DPO per token as in Tülu 3 (arXiv 2411.15124 sec. 5.1.2); TRL's ``sigmoid_norm``.
    """
    return -_log_sigmoid(beta * _margin_per_token(p))


def mdpo(p: Pairs, *, beta: float = 0.1, delta: float = 0.0) -> Tensor:
    """Compute DPO − log σ(β (Δ_w − Δ_c)) − log σ(β Δ_w − δ); reference on all sides.

    mDPO, arXiv 2406.11839 eq. 5 to 7. Δ_c is the log-ratio of the chosen response where a part of
    the image is missing; the last term anchors Δ_w above 0.
    """
    chosen = p.lw - p.rw
    image = -_log_sigmoid(beta * (chosen - (p.lc - p.rc)))
    return dpo(p, beta=beta) + image - _log_sigmoid(beta * chosen - delta)


def sft(p: Pairs, *, nll: NLL = "batch_token_mean") -> Tensor:
    """Compute −log π(y_w|x): supervised fine-tuning on the chosen responses; no reference."""
    return _nll(p, nll)


def _margin(p: Pairs) -> Tensor:
    return (p.lw - p.rw) - (p.ll - p.rl)


def _margin_per_token(p: Pairs) -> Tensor:
    return (p.lw - p.rw) / p.nw - (p.ll - p.rl) / p.nl


def _nll(p: Pairs, nll: NLL) -> Tensor:
    if nll == "sum":
        return -p.lw
    if nll == "sequence_mean":
        return -p.lw / p.nw
    if nll == "batch_token_mean":
        return (-p.lw.sum() / p.nw.sum()).expand(p.lw.shape)
    raise ObjectiveError(f"nll is {nll!r:.80}; it can be sum, sequence_mean or batch_token_mean")


def _log_sigmoid(x: Tensor) -> Tensor:
    from torch.nn import functional

    return functional.logsigmoid(x)


def _log_odds(a: Tensor) -> Tensor:
    """Compute the log-odds of a probability e^a; exact where it is near 1, finite where it is 1."""
    import torch

    a = a.clamp(max=-torch.finfo(a.dtype).tiny)
    near_one = a > -0.6931471805599453
    # Each branch gets a harmless value where the other one is taken: gradients flow through both.
    from_expm1 = (-a.where(near_one, a.new_tensor(-1.0)).expm1()).log()
    from_exp = (-a.where(~near_one, a.new_tensor(-1.0)).exp()).log1p()
    return a - from_expm1.where(near_one, from_exp)
