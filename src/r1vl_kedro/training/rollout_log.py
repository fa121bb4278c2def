"""What is kept of the rollouts: diagnostics of each step, and examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from r1vl_kedro.rewards import as_groups
from r1vl_kedro.rewards.diagnostics import step_diagnostics


class RolloutLog:
    """An observer of ``StepGRPOTrainer``'s rollouts.

    Examples are appended to ``<state_dir>/rollouts.jsonl`` as they come, so that a killed run
    keeps them; ``table`` gives them as a table.
    """

    def __init__(
        self,
        state_dir: Path,
        examples: int,
        group_size: int,
        weights: list[float],
        alpha: float,
    ):
        self.path = state_dir / "rollouts.jsonl"
        self.examples, self.group_size = examples, group_size
        self.weights, self.alpha = weights, alpha

    def forget_after(self, step: int) -> None:
        """Drop what came after the checkpoint that a run goes on from."""
        if not self.path.is_file():
            return
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        whole = [line for line in lines if line.endswith("\n")]
        kept = [line for line in whole if json.loads(line)["step"] <= step]
        self.path.write_text("".join(kept), encoding="utf-8")

    def __call__(
        self,
        *,
        trainer: Any,
        rows: list[dict],
        completions: list[str],
        truncated: list[bool],
        lengths: list[int],
        rewards: Any,
    ) -> None:
        """``rewards``: (completions of all processes, functions); the rest is this process's."""
        from accelerate.utils import gather_object

        scores = np.nan_to_num(rewards.double().cpu().numpy())
        total = scores @ np.array(self.weights)
        groups_of_steps = gather_object([len(as_groups(row["key_steps"])) for row in rows])
        share = scores[:, 1] / self.alpha if self.alpha else scores[:, 1]
        diagnostics = step_diagnostics(
            rewards=total,
            correct=scores[:, 0],
            valid=scores[:, 2],
            matched=share * np.array(groups_of_steps),
            tokens=gather_object(lengths),
            truncated=gather_object(truncated),
            group_size=self.group_size,
        )
        metrics = trainer._metrics["train"]
        for name, value in diagnostics.items():
            metrics[name].append(value)
        if not trainer.accelerator.is_main_process or not self.examples:
            return
        grouped = total.reshape(-1, self.group_size)
        spread = grouped.std(1, ddof=1, keepdims=True) + 1e-4
        advantage = ((grouped - grouped.mean(1, keepdims=True)) / spread).flatten()
        # This process holds the first groups, whole or in part.
        count = min(self.examples, len(completions))
        with self.path.open("a", encoding="utf-8") as out:
            for i in range(count):
                line = {
                    "step": trainer.state.global_step + 1,
                    "id": rows[i]["id"],
                    "question": rows[i]["question"],
                    "answer": rows[i]["answer"],
                    "completion": completions[i],
                    "tokens": lengths[i],
                    "truncated": bool(truncated[i]),
                    "reward": float(total[i]),
                    "advantage": float(advantage[i]),
                }
                for name, value in zip(trainer.reward_func_names, scores[i].tolist(), strict=True):
                    line[f"reward_{name}"] = value
                out.write(json.dumps(line) + "\n")

    def table(self) -> pd.DataFrame:
        """Examples of the whole run, one row per completion."""
        if not self.path.is_file():
            return pd.DataFrame()
        return pd.read_json(self.path, lines=True, dtype={"id": str, "answer": str})
