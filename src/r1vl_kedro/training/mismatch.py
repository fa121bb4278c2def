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

    kept = mask.bool()
    log_ratio = log_ratio.double().nan_to_num(0.0).masked_fill(~kept, 0.0)
    tokens, sequences = log_ratio[kept], log_ratio.sum(-1)
    found = {"drift": float(tokens.mean()), "spread": float(tokens.std(correction=0))}
    for name, values in (("token", tokens), ("sequence", sequences)):
        levels = torch.tensor(QUANTILES, dtype=torch.double, device=values.device)
        for level, value in zip(QUANTILES, torch.quantile(values, levels).tolist(), strict=True):
            found[f"{name}_log_ratio/p{round(100 * level):02d}"] = value
    by_token = options.correction.startswith("token")
    ratio = (log_ratio if by_token else sequences.unsqueeze(1)).exp()
    low = 0.0 if options.min_ratio is None else options.min_ratio
    high = float("inf") if options.max_ratio is None else options.max_ratio
    beyond = ((ratio < low) | (ratio > high)).expand_as(kept) & kept
    masks = options.correction.endswith("mask")
    found["masked_sequences"] = float(beyond.any(-1).double().mean()) if masks else 0.0
    found["masked_tokens"] = float(beyond[kept].double().mean()) if masks else 0.0
    weights = _sequence_weights(ratio, beyond, kept, low, high, options)
    total, square = weights.sum(), weights.square().sum()
    found["effective_sample_size"] = float(total**2 / (len(weights) * square)) if square else 0.0
    return found


def _sequence_weights(
    ratio: torch.Tensor,
    beyond: torch.Tensor,
    kept: torch.Tensor,
    low: float,
    high: float,
    options: VllmOptions,
) -> torch.Tensor:
    import torch

    if options.correction == "none":
        return torch.ones_like(ratio[:, 0])
    if options.correction.endswith("mask"):
        ratio = ratio.expand_as(kept).masked_fill(beyond, 0.0)
    else:
        ratio = ratio.clamp(low, high).expand_as(kept)
    return (ratio * kept).sum(-1) / kept.sum(-1).clamp(min=1)


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
