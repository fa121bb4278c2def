"""Train on pairs by TRL's DPOTrainer; imported late, as TRL takes seconds to import."""

from __future__ import annotations

import resource
import sys
import time
from typing import Any

import torch
from trl import DPOTrainer

from r1vl_kedro.models.decoding import base_model_of
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.losses import Pairs
from r1vl_kedro.training.objectives import implicit_rewards, preference_loss
from r1vl_kedro.training.packed import prepare
from r1vl_kedro.training.pair_batch import by_pair, completion_logps, mismatched, only
from r1vl_kedro.training.preference_options import PreferenceOptions
from r1vl_kedro.training.resumable import ResumableTrainer


class PreferenceTrainer(ResumableTrainer, DPOTrainer):
    """DPOTrainer with any loss of ``training.objectives`` and without a reference model.

    Log-probabilities under the reference come with the pairs. Each batch is seen to have its
    images read.
    """

    def __init__(self, *, model: Any, settings: PreferenceOptions, peft_config: Any, **given: Any):
        # TRL would load a second model; with adapters it does not.
        reference = _placeholder(model) if peft_config is None else None
        super().__init__(model=model, ref_model=reference, peft_config=peft_config, **given)
        self.ref_model = None
        self.settings = settings
        if settings.share_prompts:
            prepare(self.model)
        self._vision_calls, self._seconds = 0, 0.0
        visual = getattr(base_model_of(self.model).model, "visual", None)
        if visual is None:
            raise TrainingError(f"{type(model).__name__} has no vision encoder")
        visual.register_forward_hook(self._count_vision)

    def training_step(self, *args: Any, **kwargs: Any) -> Any:
        """Take a step as DPOTrainer does; log its seconds and this process's peak memory."""
        start = time.perf_counter()
        loss = super().training_step(*args, **kwargs)
        self._seconds += time.perf_counter() - start
        self._metrics["train"]["step_time"] = [self._seconds]
        self._metrics["train"]["peak_memory_mib"] = [peak_memory_mib()]
        return loss

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Log by DPOTrainer; the next step's time counts from zero."""
        super().log(logs, *args, **kwargs)
        if self.model.training:
            self._seconds = 0.0

    def _count_vision(self, *_: Any) -> None:
        self._vision_calls += 1

    def _compute_loss(self, model: Any, inputs: dict, return_outputs: bool = False) -> Any:
        row, options = self.settings.row, self.settings.objective_options
        share = self.settings.share_prompts
        before = self._vision_calls
        sums = completion_logps(model, inputs, share=share)
        if "pixel_values" in inputs and self._vision_calls == before:
            raise TrainingError("a batch has images, but the vision encoder was not called")
        lw, ll = by_pair(inputs, sums)
        nw, nl = (n.clamp(min=1) for n in by_pair(inputs, inputs["completion_mask"].sum(1)))
        present = by_pair(inputs, torch.ones_like(sums))
        references = {"rw": "ref_chosen_logps", "rl": "ref_rejected_logps"} if row.reference else {}
        given: dict[str, Any] = {short: inputs[name] for short, name in references.items()}
        if row.corrupted_image:
            chosen = only(inputs, ~inputs["rejected"])
            given["lc"] = completion_logps(model, chosen, share=share, corrupted_image=True)
            given["rc"] = inputs["ref_corrupted_logps"]
        count = len(lw)
        if row.kl:
            given["z_ref"] = self._reference_point(model, inputs)
            weights = ("lambda_w", "lambda_l")
            sides = {
                name: options.get(name, row.options[name]) * there
                for name, there in zip(weights, present, strict=True)
            }
            options, count = {**options, **sides}, len(sums)
        losses = preference_loss(self.settings.objective, lw, ll, nw, nl, **given, **options)
        self._note(Pairs(lw, ll, nw, nl, given.get("rw"), given.get("rl")), present, inputs)
        loss = losses.sum() / count
        return (loss, None) if return_outputs else loss

    def _reference_point(self, model: Any, inputs: dict) -> torch.Tensor:
        """Compute KTO's z: β max(0, mean log-ratio of mismatched completions), of all processes."""
        with torch.no_grad():
            sums = completion_logps(model, mismatched(inputs), share=self.settings.share_prompts)
        kl = (sums - inputs["ref_mismatched_logps"]).mean()
        kl = self.accelerator.gather(kl).mean().clamp(min=0)
        self._metrics["train" if self.model.training else "eval"]["kl_mismatched"].append(kl.item())
        beta = self.settings.objective_options.get("beta", self.settings.row.options["beta"])
        return beta * kl

    def _note(self, p: Pairs, present: tuple[torch.Tensor, ...], inputs: dict) -> None:
        """Log means over the pairs of all processes."""
        mode = "train" if self.model.training else "eval"
        with torch.no_grad():
            rows, whole = [], present[0] * present[1]
            name, options = self.settings.objective, self.settings.objective_options
            chosen, rejected = implicit_rewards(name, p, **options)
            margin = chosen - rejected
            for name, values, weight in (
                ("reward_accuracy", (margin > 0).float(), whole),
                ("reward_margin", margin, whole),
                ("chosen_logps", p.lw, present[0]),
                ("rejected_logps", p.ll, present[1]),
                ("chosen_length", p.nw.float(), present[0]),
                ("rejected_length", p.nl.float(), present[1]),
                *([("kl", p.lw - p.rw, present[0])] if p.rw is not None else []),
            ):
                rows.append((name, (values * weight).sum(), weight.sum()))
            tokens = inputs["completion_mask"].sum() + inputs["attention_mask"].sum()
            table = torch.stack([torch.stack([total, count]) for _, total, count in rows])
            table = self.accelerator.reduce(table, reduction="sum")
            tokens = self.accelerator.reduce(tokens, reduction="sum")
        for (name, *_), (total, count) in zip(rows, table.tolist(), strict=True):
            if count:
                self._metrics[mode][name].append(total / count)
        if mode == "train":
            self._total_train_tokens += int(tokens)
        self._metrics[mode]["num_tokens"] = [self._total_train_tokens]


def peak_memory_mib() -> float:
    """Return most memory so far in MiB: of the GPU where there is one, else of this process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    scale = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def _placeholder(model: Any) -> torch.nn.Module:
    """Make one parameter in the place of a reference model that is not used."""
    reference = torch.nn.Linear(1, 1)
    reference.config = model.config
    return reference
