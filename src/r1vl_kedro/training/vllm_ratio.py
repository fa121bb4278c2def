"""The ratio of the trainer's probabilities to vLLM's: taken from the loss's own forward pass."""

from __future__ import annotations

import logging
from typing import Any

import torch

from r1vl_kedro.training.mismatch import alarm, correct, mismatch

log = logging.getLogger(__name__)


class VllmRatio:
    """Mix in before what computes the log-probabilities of GRPO's loss; ``options`` has ``vllm``.

    TRL reads all rollouts once more, before the update, to compare their log-probabilities with
    vLLM's. With one update per batch of rollouts these are the log-probabilities that the loss
    computes, so that pass is left out and the loss gives them. With more updates it is TRL's.
    """

    options: Any
    _micro_batch: dict

    @property
    def ratio_from_loss(self) -> bool:
        """Tell whether the loss gives the ratio."""
        return self.use_vllm and self.num_iterations == 1

    def _generate_and_score_completions(self, inputs: list[dict]) -> dict:
        if not self.use_vllm:
            return super()._generate_and_score_completions(inputs)
        self._compared: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.vllm_importance_sampling_correction = not self.ratio_from_loss
        try:
            output = super()._generate_and_score_completions(inputs)
        finally:
            self.vllm_importance_sampling_correction = True
        if not self.ratio_from_loss:
            ratio = output["old_per_token_logps"] - output["sampling_per_token_logps"]
            mask = output["completion_mask"]
            output["importance_sampling_ratio"] = correct(ratio, mask, self.options.vllm)
            self._describe(ratio, mask)
        return output

    def _compute_loss(self, model: Any, inputs: dict) -> torch.Tensor:
        self._micro_batch = inputs
        return super()._compute_loss(model, inputs)

    def _get_per_token_logps_and_entropies(self, *args: Any, **kwargs: Any) -> tuple:
        """Compute log-probabilities; those of the loss, which have a gradient, give the ratio.

        TRL's loss reads ``importance_sampling_ratio`` after it has computed these.
        """
        found = super()._get_per_token_logps_and_entropies(*args, **kwargs)
        if self.ratio_from_loss and torch.is_grad_enabled():
            self._take_ratio(found[0])
        return found

    def _take_ratio(self, logps: torch.Tensor) -> None:
        """Correct this micro-batch by its log-probabilities (N, T); after the last one, log."""
        batch = self._micro_batch
        ratio = logps.detach() - batch["sampling_per_token_logps"]
        batch["importance_sampling_ratio"] = correct(
            ratio, batch["completion_mask"], self.options.vllm
        )
        self._compared.append((ratio, batch["completion_mask"]))
        if len(self._compared) == self.args.steps_per_generation:
            self._describe(*(torch.cat(parts) for parts in zip(*self._compared, strict=True)))

    def _describe(self, ratio: torch.Tensor, mask: torch.Tensor) -> None:
        """Log how far the two are apart over all processes, and warn beyond the bounds."""
        vllm = self.options.vllm
        ratio, mask = (
            self.accelerator.gather(self.accelerator.pad_across_processes(part, dim=1))
            for part in (ratio, mask)
        )
        if not mask.any():
            return
        found = mismatch(ratio, mask, vllm)
        reason = alarm(found, vllm)
        own = _as_trl(ratio, mask, correct(ratio, mask, vllm)) if self.ratio_from_loss else {}
        for name, value in {**own, **found, "alarm": float(reason is not None)}.items():
            self._metrics["train"][f"sampling/{name}"].append(value)
        if reason is not None:
            log.warning("step %d: %s", self.state.global_step + 1, reason)


def _as_trl(ratio: torch.Tensor, mask: torch.Tensor, weights: torch.Tensor) -> dict[str, float]:
    """Return what TRL logs of its own pass, under its names; ``weights`` are (N, T) or (N, 1)."""
    difference = ratio[mask.bool()].abs()
    difference = difference[~difference.isnan()]
    taken = weights.flatten() if weights.shape[1] == 1 else weights[mask.bool()]
    found = {}
    if difference.numel():
        found["sampling_logp_difference/mean"] = difference.mean().item()
        found["sampling_logp_difference/max"] = difference.max().item()
    for name in ("min", "mean", "max"):
        found[f"importance_sampling_ratio/{name}"] = getattr(taken, name)().item()
    return found
