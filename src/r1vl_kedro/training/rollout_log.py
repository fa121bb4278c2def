"""What is kept of the rollouts: per-step reasons for groups without a signal, and examples."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

REASONS = ("all_right", "all_wrong", "all_truncated", "no_variance")


class RolloutLog:
    """An observer of ``StepGRPOTrainer``'s rollouts.

    Examples are appended to ``<state_dir>/rollouts.jsonl`` as they come, so that a killed run
    keeps them; ``table`` gives them as a table.
    """

    def __init__(self, state_dir: Path, examples: int, group_size: int, weights: list[float]):
        self.path = state_dir / "rollouts.jsonl"
        self.examples, self.group_size, self.weights = examples, group_size, weights

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
        import torch
        from accelerate.utils import gather_object

        scores = rewards.float().cpu()
        total = torch.nan_to_num(scores) @ torch.tensor(self.weights)
        cut = torch.tensor(gather_object(truncated))
        metrics = trainer._metrics["train" if trainer.model.training else "eval"]
        for reason, share in self._reasons(scores, total, cut).items():
            metrics[f"groups/{reason}"].append(share)
        if not trainer.accelerator.is_main_process or not self.examples:
            return
        grouped = total.view(-1, self.group_size)
        advantage = (grouped - grouped.mean(1, keepdim=True)) / (
            grouped.std(1, keepdim=True) + 1e-4
        )
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
                    "advantage": float(advantage.flatten()[i]),
                }
                for name, value in zip(trainer.reward_func_names, scores[i].tolist(), strict=True):
                    line[f"reward_{name}"] = value
                out.write(json.dumps(line) + "\n")

    def _reasons(self, scores: Any, total: Any, cut: Any) -> dict[str, float]:
        groups = len(total) // self.group_size
        found: Counter[str] = Counter()
        for g in range(groups):
            part = slice(g * self.group_size, (g + 1) * self.group_size)
            if float(total[part].max() - total[part].min()) > 1e-6:
                continue
            right = scores[part, 0]
            if bool(cut[part].all()):
                found["all_truncated"] += 1
            elif bool((right >= 1).all()):
                found["all_right"] += 1
            elif bool((right <= 0).all()):
                found["all_wrong"] += 1
            else:
                found["no_variance"] += 1
        return {reason: found[reason] / groups for reason in REASONS}

    def table(self) -> pd.DataFrame:
        """Examples of the whole run, one row per completion."""
        if not self.path.is_file():
            return pd.DataFrame()
        return pd.read_json(self.path, lines=True, dtype={"id": str, "answer": str})
