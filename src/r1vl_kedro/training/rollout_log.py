"""What is kept of the rollouts: diagnostics of each step, and examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from r1vl_kedro.rewards import Reward, as_groups
from r1vl_kedro.rewards.diagnostics import step_diagnostics
from r1vl_kedro.rewards.key_steps import KeyStepReward


@dataclass
class RolloutLog:
    """An observer of ``StepGRPOTrainer``'s rollouts.

    Examples are appended to ``<state_dir>/rollouts.jsonl`` as they come, so that a killed run
    keeps them; ``table`` gives them as a table.
    """

    state_dir: Path
    examples: int
    group_size: int
    rewards: Sequence[Reward]

    @property
    def path(self) -> Path:
        """Return the file of examples."""
        return self.state_dir / "rollouts.jsonl"

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
        advantages: Any,
    ) -> None:
        """Keep a step.

        Args:
            rewards: tensor (completions of all processes, reward functions).
            advantages: tensor (completions of this process,), as trained on; like all that is not
                ``rewards`` it is this process's.
        """
        from accelerate.utils import gather_object

        values = np.nan_to_num(rewards.double().cpu().numpy())
        scores = {reward.name: values[:, i] for i, reward in enumerate(self.rewards)}
        total = values @ np.array([reward.weight for reward in self.rewards])
        diagnostics = step_diagnostics(
            rewards=total,
            correct=self._measured("correct", scores),
            valid=self._measured("valid", scores),
            matched=self._matched(scores, rows),
            tokens=gather_object(lengths),
            truncated=gather_object(truncated),
            group_size=self.group_size,
        )
        metrics = trainer._metrics["train"]
        for name, value in diagnostics.items():
            metrics[name].append(value)
        if not trainer.accelerator.is_main_process or not self.examples:
            return
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
                    "advantage": float(advantages[i]),
                    **{f"reward_{name}": float(column[i]) for name, column in scores.items()},
                }
                out.write(json.dumps(line) + "\n")

    def _measured(self, what: str, scores: dict[str, np.ndarray]) -> np.ndarray | None:
        """Return the first reward that measures this, or None."""
        return next((scores[r.name] for r in self.rewards if r.measures == what), None)

    def _matched(self, scores: dict[str, np.ndarray], rows: list[dict]) -> np.ndarray | None:
        """Gather key steps matched by completions of all processes; None without that reward."""
        from accelerate.utils import gather_object

        key_steps = next((r for r in self.rewards if isinstance(r, KeyStepReward)), None)
        if key_steps is None:
            return None
        groups = gather_object([len(as_groups(row["key_steps"])) for row in rows])
        share = scores[key_steps.name] / (key_steps.alpha or 1.0)
        return share * np.array(groups)

    def table(self) -> pd.DataFrame:
        """Collect examples of the whole run, one row per completion."""
        if not self.path.is_file():
            return pd.DataFrame()
        return pd.read_json(self.path, lines=True, dtype={"id": str, "answer": str})
