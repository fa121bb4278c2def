"""How far vLLM's probabilities are from the trainer's, and what that costs a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r1vl_kedro.training.vllm_options import VllmOptions

if TYPE_CHECKING:
    import torch

QUANTILES = (0.01, 0.5, 0.99)


def mismatch(log_ratio: torch.Tensor, mask: torch.Tensor, options: VllmOptions) -> dict[str, float]:
    """Describe the raw ratios of the trainer's to vLLM's probabilities, before any correction.

    Args:
        log_ratio: (N, T) log-probability of the trainer minus that of vLLM, in nats; tokens that
            vLLM gave none are NaN and count as equal.
        mask: (N, T) the completions' tokens.
        options: correction and bounds.

    Returns:
        ``drift`` (mean of a token's log-ratio), ``spread`` (its standard deviation), quantiles of
        a token's and of a sequence's log-ratio, ``masked_sequences`` (share that loses a token or
        all), ``masked_tokens`` (share), and ``effective_sample_size`` (share: (sum w)^2 / (N sum
        w^2) of the sequences' ratios after the correction).
    """
    import torch

    written = mask.bool().any(-1)
    kept = mask[written].bool()
    log_ratio = _compared(log_ratio[written].double(), kept)
    tokens, sequences = log_ratio[kept], log_ratio.sum(-1)
    found = {"drift": float(tokens.mean()), "spread": float(tokens.std(correction=0))}
    for name, values in (("token", tokens), ("sequence", sequences)):
        levels = torch.tensor(QUANTILES, dtype=torch.double, device=values.device)
        for level, value in zip(QUANTILES, torch.quantile(values, levels).tolist(), strict=True):
            found[f"{name}_log_ratio/p{round(100 * level):02d}"] = value
    weights = correct(log_ratio, kept, options).expand_as(kept)
    # exp does not reach 0 within what a probability can be.
    masked = (weights == 0) & kept & options.correction.endswith("mask")
    found["masked_sequences"] = float(masked.any(-1).double().mean())
    found["masked_tokens"] = float(masked[kept].double().mean())
    each = (weights * kept).sum(-1) / kept.sum(-1)
    total, square = each.sum(), each.square().sum()
    found["effective_sample_size"] = float(total**2 / (len(each) * square)) if square else 0.0
    return found


def correct(log_ratio: torch.Tensor, mask: torch.Tensor, options: VllmOptions) -> torch.Tensor:
    """Return what each token's policy term is multiplied by.

    Args:
        log_ratio, mask, options: as for `mismatch`.

    Returns:
        (N, T) where tokens are corrected one by one, (N, 1) where whole sequences or none are.
    """
    import torch

    log_ratio = _compared(log_ratio, mask.bool())
    if options.correction == "none":
        return torch.ones_like(log_ratio[:, :1])
    by_token = options.correction.startswith("token")
    ratio = (log_ratio if by_token else log_ratio.sum(-1, keepdim=True)).exp()
    low = 0.0 if options.min_ratio is None else options.min_ratio
    high = float("inf") if options.max_ratio is None else options.max_ratio
    if options.correction.endswith("mask"):
        return ratio.masked_fill((ratio < low) | (ratio > high), 0.0)
    return ratio.clamp(low, high)


def _compared(log_ratio: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    return log_ratio.nan_to_num(0.0).masked_fill(~kept, 0.0)


def alarm(found: dict[str, float], options: VllmOptions) -> str | None:
    """Describe in one sentence what is beyond the bounds of the options, if anything is."""
    reasons = []
    if abs(found["drift"]) > options.max_drift:
        reasons.append(
            f"vLLM's log-probabilities are off by {-found['drift']:+.3g} nats a token on average "
            f"(max_drift {options.max_drift})"
        )
    if found["masked_sequences"] > options.max_masked:
        reasons.append(
            f"{found['masked_sequences']:.0%} of the sequences lose tokens to "
            f"{options.correction} (max_masked {options.max_masked})"
        )
    if not reasons:
        return None
    return "; ".join(reasons) + ": rollouts are not those of the policy that is trained"
