"""Measure in TRL's trainers the seconds of each phase of a step, and its work."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from r1vl_kedro.training.costs import Work, parameters_of, rates
from r1vl_kedro.training.phases import Phases, timed


class TimedTrainer:
    """Mix in before a TRL trainer class.

    Every step logs its seconds by phase (``seconds/<phase>``): ``start`` (before the first step),
    ``data`` (records come from the loader), ``prepare`` (inputs), ``forward_backward`` (under
    DeepSpeed with the optimizer), ``optimizer``, ``log``, ``evaluate``, ``checkpoint`` (of the step
    before), those that a subclass adds, ``idle`` (what no phase claims) and ``step``, their sum.
    With them what `costs.rates` gives, sequences and tokens a second, what `preflight.estimates`
    reads, and ``gpu_hours`` (``process_hours`` on CPUs) so far.
    """

    _work: Work | None = None
    _tokens_before = 0.0
    _hours = 0.0

    def begin_to_count(self, history: Sequence[Mapping[str, Any]]) -> None:
        """Go on from the log of a resumed run; the time until now belongs to no step."""
        for entry in history:
            self._tokens_before = entry.get("num_tokens", self._tokens_before)
            self._hours = entry.get(self._hours_name, self._hours)
        self.phases.take()
        self._starting = ExitStack()
        self._starting.enter_context(self.phases("start"))

    def count(self, work: Work) -> None:
        """Add to the work of this process in this step; else its tokens count as trained."""
        self._work = work if self._work is None else self._work + work

    @functools.cached_property
    def phases(self) -> Phases:
        """Return the clock of this process."""
        import torch

        return Phases(torch.cuda.synchronize if self._on_gpu else None)

    @property
    def _on_gpu(self) -> bool:
        return self.accelerator.device.type == "cuda"

    @property
    def _hours_name(self) -> str:
        return "gpu_hours" if self._on_gpu else "process_hours"

    @functools.cached_property
    def _parameters(self) -> int:
        return parameters_of(self.model)

    @functools.cached_property
    def _card(self) -> str | None:
        import torch

        return torch.cuda.get_device_name() if self._on_gpu else None

    def get_batch_samples(self, *args: Any, **kwargs: Any) -> Any:
        self._starting.close()
        with self.phases("data"):
            return super().get_batch_samples(*args, **kwargs)

    @timed("forward_backward")
    def training_step(self, *args: Any, **kwargs: Any) -> Any:
        return super().training_step(*args, **kwargs)

    @timed("prepare")
    def _prepare_inputs(self, *args: Any, **kwargs: Any) -> Any:
        return super()._prepare_inputs(*args, **kwargs)

    @timed("optimizer")
    def _clip_grad_norm(self, *args: Any, **kwargs: Any) -> Any:
        return super()._clip_grad_norm(*args, **kwargs)

    @timed("log")
    def _maybe_log_save_evaluate(self, *args: Any, **kwargs: Any) -> Any:
        return super()._maybe_log_save_evaluate(*args, **kwargs)

    def create_optimizer(self, *args: Any, **kwargs: Any) -> Any:
        from torch.optim import Optimizer

        optimizer = super().create_optimizer(*args, **kwargs)
        if isinstance(optimizer, Optimizer):
            running = ExitStack()

            def begin(*_: Any) -> None:
                running.enter_context(self.phases("optimizer"))

            optimizer.register_step_pre_hook(begin)
            optimizer.register_step_post_hook(lambda *_: running.close())
        return optimizer

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            logs.update(self._accounts())
        super().log(logs, start_time)

    def _accounts(self) -> dict[str, float]:
        seconds = self.phases.take()
        world, step = self.accelerator.num_processes, seconds["step"]
        seen = (self._metrics["train"].get("num_tokens") or [self._tokens_before])[-1]
        tokens, self._tokens_before = (seen - self._tokens_before) / world, seen
        work, self._work = self._work or Work(trained=tokens), None
        self._hours += step * world / 3600
        sequences = self.args.train_batch_size * self.args.gradient_accumulation_steps * world
        recomputed = self.args.gradient_checkpointing
        return {
            **{f"seconds/{name}": value for name, value in seconds.items()},
            "sequences_per_second": sequences / step,
            "tokens_per_second_and_process": tokens / step,
            **rates(work, seconds, self._parameters, self._card),
            "update_tflops": world
            * work.update_flops(self._parameters, recomputed=recomputed)
            / 1e12,
            "sampled_tokens": world * work.sampled,
            self._hours_name: self._hours,
        }
