"""What training reports while it runs: progress, accuracy on the way, and when to stop."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from transformers import Trainer, TrainerCallback

from r1vl_kedro.launcher import stopping
from r1vl_kedro.models import render_prompt, vision_token_ids
from r1vl_kedro.models.decoding import sample
from r1vl_kedro.progress import report
from r1vl_kedro.records.images import decode_all
from r1vl_kedro.rewards.diagnostics import hacking_alarm

log = logging.getLogger(__name__)

GRACE_SECONDS = 8.0


class ReportProgress(TrainerCallback):
    """Steps done and a few numbers, for the bar of whoever started the job."""

    shown = ("loss", "reward", "kl", "mean_token_accuracy", "eval_accuracy")

    def __init__(self) -> None:
        self.text = ""

    def on_log(self, args, state, control, logs=None, **kwargs):
        """Keep the numbers to show."""
        numbers = [
            f"{key} {logs[key]:.3g}"
            for key in self.shown
            if isinstance((logs or {}).get(key), float)
        ]
        self.text = ", ".join(numbers) or self.text
        if state.is_world_process_zero:
            report(state.global_step, state.max_steps, "step", self.text)

    def on_train_begin(self, args, state, control, **kwargs):
        """Show where a resumed run starts."""
        if state.is_world_process_zero:
            report(state.global_step, state.max_steps, "step", "")


class StopOnSignal(TrainerCallback):
    """SIGTERM, Ctrl-C and a closed terminal end training after the current step, checkpointed.

    Where a step outlasts the grace period the process ends without one; the last checkpoint
    stays usable. Outside the main thread, where no handler can be set, it goes by what the
    launcher was told.
    """

    def __init__(self, trainer: Any, period: int = 1):
        self.trainer, self.period = trainer, period
        self.signal = 0
        self.stopped_at: int | None = None
        self._old: dict[int, Any] = {}
        self._timer: threading.Timer | None = None

    def __enter__(self) -> StopOnSignal:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                    self._old[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)
        if self._timer is not None:
            self._timer.cancel()

    def _receive(self, number: int, frame: object) -> None:
        if self.signal:
            return
        self.signal = number
        self._timer = threading.Timer(GRACE_SECONDS, self._give_up)
        self._timer.daemon = True
        self._timer.start()

    def _give_up(self) -> None:
        print(
            f"signal {self.signal}: the step did not end within {GRACE_SECONDS:.0f} s; "
            "leaving without a new checkpoint",
            file=sys.stderr,
            flush=True,
        )
        os._exit(128 + self.signal)

    def on_step_end(self, args, state, control, **kwargs):
        """Ask for a checkpoint and the end, once a signal came; all ranks agree."""
        stop = self.signal or (signal.SIGTERM if stopping() else 0)
        accelerator = self.trainer.accelerator
        if accelerator.num_processes > 1:
            import torch

            flag = torch.tensor([stop], device=accelerator.device)
            stop = int(accelerator.gather(flag).max())
        if stop and state.global_step < state.max_steps:
            self.signal = stop
            # Between the updates of one batch of rollouts a checkpoint could not be resumed.
            if state.global_step % self.period == 0:
                control.should_training_stop = control.should_save = True
                self.stopped_at = state.global_step
        return control


class WatchForHacking(TrainerCallback):
    """Warns, and logs ``hacking_alarm`` 1, where key steps and accuracy part.

    Runs without both of the rewards ``outcome`` and ``key_steps`` have no alarm.
    """

    def on_log(self, args, state, control, logs=None, **kwargs):
        """Look at the last steps so far, this one included."""
        watched = ("rewards/key_steps/mean", "rewards/outcome/mean")
        if not logs or not all(name in logs for name in watched):
            return
        steps = [entry for entry in state.log_history if watched[0] in entry]
        alarm = hacking_alarm(*([entry[name] for entry in steps] for name in watched))
        logs["hacking_alarm"] = state.log_history[-1]["hacking_alarm"] = float(alarm is not None)
        if alarm is not None:
            log.warning("step %d: %s", state.global_step, alarm)


class WatchForIdleSteps(TrainerCallback):
    """Warn after three steps in a row that teach nothing, with the reason, and at the end.

    A step teaches nothing where its gradient is 0, or where the completions of every group earned
    the same reward, so that all advantages are 0.
    """

    patience = 3

    def on_log(self, args, state, control, logs=None, **kwargs):
        """Look at the steps up to this one."""
        steps = [entry for entry in state.log_history if "grad_norm" in entry]
        last = [idle_reason(entry) for entry in steps[-self.patience - 1 :]]
        if "grad_norm" not in (logs or {}) or len(last) < self.patience:
            return
        streak = last[-self.patience :]
        if all(streak) and (len(last) == self.patience or last[0] is None):
            log.warning(
                "step %d: the last %d steps taught nothing: %s",
                state.global_step, self.patience, streak[-1],
            )  # fmt: skip

    def on_train_end(self, args, state, control, **kwargs):
        """Count the steps that taught nothing, where they are as many as would be warned of."""
        steps = [entry for entry in state.log_history if "grad_norm" in entry]
        reasons = [reason for entry in steps if (reason := idle_reason(entry))]
        if len(reasons) >= min(self.patience, len(steps)) and reasons:
            common, _ = Counter(reasons).most_common(1)[0]
            log.warning("%d of %d steps taught nothing: %s", len(reasons), len(steps), common)


MOSTLY_CUT_OFF = 0.5
"""Share of completions cut off by their length from which that explains equal rewards."""


def idle_reason(entry: Mapping[str, Any]) -> str | None:
    """Explain why a logged step taught nothing; None where it did."""
    dead = entry.get("frac_reward_zero_std", 0.0) == 1.0
    if entry["grad_norm"] != 0.0 and not dead:
        return None
    cut = entry.get("completions/clipped_ratio", 0.0)
    if cut == 1.0:
        return "every completion was cut off; raise max_completion_length"
    if dead:
        reason = (
            f"the completions of each group earned the same reward (mean {entry['reward']:.3g}); "
        )
        if cut >= MOSTLY_CUT_OFF:
            return f"{reason}{100 * cut:.0f} % were cut off; raise max_completion_length"
        return f"{reason}a longer warm-up, larger groups or a higher temperature make them differ"
    return "the gradient was 0; are any weights left to train?"


class AccuracyOnTheWay(TrainerCallback):
    """Greedy accuracy on validation records every n steps, logged as ``eval_accuracy``.

    Also logs ``eval_validity`` (StepRVR, strict) and ``eval_length`` (tokens).
    """

    def __init__(self, trainer: Any, records: Any, template: str, options: Any, seed: int):
        self.trainer, self.template, self.options = trainer, template, options
        count = min(options.eval_records, len(records))
        self.records = records.shuffle(seed=seed, keep_in_memory=True).select(range(count))
        self._batches: list | None = None

    def on_train_begin(self, args, state, control, **kwargs):
        """Measure the starting point of a fresh run."""
        if state.global_step == 0:
            self._measure()

    def on_step_end(self, args, state, control, **kwargs):
        """Measure every ``eval_steps`` and at the end."""
        step = state.global_step
        if step % self.options.eval_steps == 0 or step == state.max_steps:
            self._measure()
            # Logging resets this, and the step's own numbers would be lost.
            control.should_log = True
        return control

    def _prepare(self) -> list:
        from r1vl_kedro.prompts import to_messages

        trainer = self.trainer
        world, rank = trainer.accelerator.num_processes, trainer.accelerator.process_index
        mine = [self.records[i] for i in range(rank, len(self.records), world)]
        size = max(1, min(64, len(mine)))
        batches = []
        for start in range(0, len(mine), size):
            rows = mine[start : start + size]
            messages = [to_messages(row, self.template) for row in rows]
            texts = [render_prompt(trainer.processing_class, turns) for turns in messages]
            images = [decode_all(row["images"]) for row in rows]
            inputs = trainer.processing_class(
                text=texts, images=images, padding=True, padding_side="left", return_tensors="pt"
            )
            batches.append((rows, {k: v.to(trainer.accelerator.device) for k, v in inputs.items()}))
        return batches

    def _measure(self) -> None:
        with self.trainer.phases("evaluate"):
            self._answer()

    def _answer(self) -> None:
        import torch
        from trl.models import unwrap_model_for_generation

        from r1vl_kedro.rewards import outcome, step_rvr

        trainer, grammar = self.trainer, self.options.grammar
        if self._batches is None:
            self._batches = self._prepare()
        tokenizer = trainer.processing_class.tokenizer
        eos = trainer.model.generation_config.eos_token_id
        totals = torch.zeros(4, device=trainer.accelerator.device)
        with unwrap_model_for_generation(trainer.model_wrapped, trainer.accelerator) as model:
            for rows, inputs in self._batches:
                answers = sample(
                    model,
                    dict(inputs),
                    [1] * len(rows),
                    max_new_tokens=self.options.max_completion_length,
                    temperature=0,
                    random=None,
                    eos=eos if isinstance(eos, list) else [eos],
                    suppress=vision_token_ids(tokenizer),
                )
                texts = tokenizer.batch_decode(answers, skip_special_tokens=True)
                for row, ids, text in zip(rows, answers, texts, strict=True):
                    choices = row["options"] or None
                    right = outcome(text, row["answer"], options=choices, grammar=grammar)
                    valid = step_rvr(text, grammar=grammar)
                    totals += torch.tensor([1.0, right, valid, len(ids)])
        totals = trainer.accelerator.reduce(totals, reduction="sum")
        count, right, valid, tokens = totals.tolist()
        Trainer.log(
            trainer,
            {
                "eval_accuracy": right / count,
                "eval_validity": valid / count,
                "eval_length": tokens / count,
            },
        )
