"""Extend TRL's trainers by a fixed order of records, whole checkpoints and guarded losses."""

from __future__ import annotations

import json
import logging
import math
import shutil
from pathlib import Path
from typing import Any

from r1vl_kedro import files
from r1vl_kedro.models import load_model
from r1vl_kedro.training import state
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.phases import timed
from r1vl_kedro.training.timed_trainer import TimedTrainer

log = logging.getLogger(__name__)


class ResumableTrainer(TimedTrainer):
    """Mix in before a TRL trainer class; set ``sampler``, ``options`` and ``state_dir`` after init.

    - records come in the order of ``sampler``;
    - checkpoints are written aside, marked complete and moved in place;
    - a NaN or infinite loss or gradient, or a KL above ``options.max_kl``, stops the run or skips
      the update, with the batch saved under ``<state_dir>/bad_batches``.
    """

    sampler: Any
    options: Any
    state_dir: Path
    rollouts: Any = None
    """The `RolloutLog` of a method that samples."""
    _staging: Path | None = None
    _bad: str | None = None

    def _get_train_sampler(self, dataset: Any = None) -> Any:
        return self.sampler

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """Write no card per checkpoint; the manifest records how a model was made."""

    # Checkpoints

    def _get_output_dir(self, trial: Any) -> str:
        return str(self._staging or self.state_dir)

    @timed("checkpoint")
    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        final = self.state_dir / f"checkpoint-{self.state.global_step}"
        staging = self.state_dir / state.WRITING
        main = self.accelerator.is_main_process
        with files.naming(final):
            if main:
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir(parents=True)
            self.accelerator.wait_for_everyone()
            self._staging = staging
            try:
                super()._save_checkpoint(model, trial)
            except Exception:
                shutil.rmtree(staging, ignore_errors=True)  # a full disk needs the room
                raise
            finally:
                self._staging = None
            self.accelerator.wait_for_everyone()
        if main:
            files.mark_complete(staging / final.name)
            files.move_in_place(staging / final.name, final)
            state.prune(self.state_dir, self.options.keep_checkpoints)
        self.accelerator.wait_for_everyone()

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load all weights of a checkpoint.

        transformers 5.17 reads the file's names as they are, while ``save_pretrained`` gives
        Qwen2-VL's weights the names of the published checkpoints: nothing matches, and training
        goes on from the base model with no more than a warning.
        """
        model = model or self.model
        if hasattr(model, "merge_and_unload"):
            super()._load_from_checkpoint(resume_from_checkpoint, model)
            return
        dtype = str(model.dtype).removeprefix("torch.")
        model.load_state_dict(load_model(resume_from_checkpoint, dtype=dtype).state_dict())

    def _init_training_state(self, *args: Any, **kwargs: Any) -> tuple[int, int]:
        position = super()._init_training_state(*args, **kwargs)
        # TRL counts tokens from zero again after a resume.
        counts = [entry["num_tokens"] for entry in self.state.log_history if "num_tokens" in entry]
        self._total_train_tokens = counts[-1] if counts else 0
        self.begin_to_count(self.state.log_history)
        return position

    # Losses

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """Compute TRL's loss and check it before it is used."""
        result = super().compute_loss(
            model, inputs, return_outputs=return_outputs, num_items_in_batch=num_items_in_batch
        )
        if self.model.training:
            loss = result[0] if return_outputs else result
            self._look_at(self.loss_problem(loss), inputs)
        return result

    def loss_problem(self, loss: Any) -> str | None:
        value = float(loss.detach())
        if not math.isfinite(value):
            return f"the loss is {value}"
        limit = getattr(self.options, "max_kl", None)
        kl = self._metrics["train"].get("kl")
        if limit is not None and kl and not kl[-1] <= limit:
            return f"the KL to the reference model is {kl[-1]:.4g}, above max_kl {limit}"
        return None

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        norm = super()._get_grad_norm(model, grad_norm=grad_norm)
        if norm is not None and not math.isfinite(float(norm)):
            self._look_at(f"the gradient norm is {float(norm)}", None)
        if self._bad is not None:
            log.warning("update of step %d skipped: %s", self.state.global_step + 1, self._bad)
            self._metrics["train"]["skipped_updates"].append(1.0)
            for parameter in model.parameters():
                parameter.grad = None
            self._bad = None
        return norm

    def _look_at(self, problem: str | None, inputs: dict[str, Any] | None) -> None:
        """Agree over all processes whether this step is bad, and act as configured."""
        if self.accelerator.num_processes > 1:
            import torch

            flag = torch.tensor([float(problem is not None)], device=self.accelerator.device)
            if not bool(self.accelerator.gather(flag).max()):
                return
            problem = problem or "another process reports a bad loss or gradient"
        if problem is None:
            return
        step = self.state.global_step + 1
        where = self._keep_batch(inputs, problem) if inputs is not None else self.state_dir
        if self.options.on_bad_loss == "stop":
            raise TrainingError(
                f"step {step}: {problem}; the batch is in {where}. The last good checkpoint stays "
                "usable; on_bad_loss: skip would leave such updates out, a lower learning_rate or "
                "higher beta may avoid them"
            )
        self._bad = problem

    def _keep_batch(self, inputs: dict[str, Any], problem: str) -> Path:
        import torch

        rank = self.accelerator.process_index
        directory = self.state_dir / "bad_batches" / f"step-{self.state.global_step + 1}"
        with files.naming(directory):
            directory.mkdir(parents=True, exist_ok=True)
            tensors = {k: v.detach().cpu() for k, v in inputs.items() if hasattr(v, "detach")}
            torch.save(tensors, directory / f"rank{rank}.pt")
            decode = self.processing_class.tokenizer.batch_decode
            texts = {
                key: decode(tensors[key])
                for key in ("prompt_ids", "completion_ids", "input_ids")
                if key in tensors
            }
            if "advantages" in tensors:
                texts["advantages"] = tensors["advantages"].tolist()
            (directory / f"rank{rank}.json").write_text(
                json.dumps({"problem": problem, **texts}, indent=1), encoding="utf-8"
            )
        return directory
