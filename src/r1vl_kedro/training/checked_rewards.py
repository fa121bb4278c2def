"""Rewards as TRL calls them, and the warning about values that are missing."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from transformers import TrainerCallback

from r1vl_kedro.rewards import Reward
from r1vl_kedro.rewards.calling import by_groups, values_of
from r1vl_kedro.rewards.registry import Completion

log = logging.getLogger(__name__)


class Checked:
    """A reward as TRL calls it, whose errors name it.

    One that needs whole groups gets them, however they lie over the processes.
    """

    def __init__(self, reward: Reward, group_size: int):
        self.reward, self.group_size = reward, group_size
        self.__name__ = reward.name
        self.counts: Counter[str] = Counter()
        """Values so far on this process: ``all`` of them, and those that are ``None`` or ``NaN``;
        TRL takes both for no value.
        """

    def __call__(self, completions: Sequence[Completion], **columns: Any) -> list[float | None]:
        """Compute the rewards of this process's completions, and count those without a value.

        Raises:
            RewardError: see `rewards.calling.values_of`.
        """
        values = self._values(completions, columns)
        self.counts["all"] += len(values)
        self.counts["None"] += sum(value is None for value in values)
        self.counts["NaN"] += sum(value is not None and bool(value != value) for value in values)
        return values

    def _values(
        self, completions: Sequence[Completion], columns: dict[str, Any]
    ) -> list[float | None]:
        if not self.reward.whole_groups:
            return values_of(self.reward, completions, **columns)
        from accelerate import PartialState
        from accelerate.utils import gather_object

        rows = {name: gather_object(list(columns[name])) for name in self.reward.columns}
        everything = gather_object(list(completions))
        rewards = by_groups(self.reward, everything, self.group_size, **rows)
        first = PartialState().process_index * len(completions)
        return rewards[first : first + len(completions)]


class WatchForMissingRewards(TrainerCallback):
    """Warn once of each reward that gives no value, None or NaN, where it should.

    That is one that gave NaN to any completion, as None is how a reward leaves out a completion;
    and one that gave a value to none in the first three steps, or in a shorter training.
    """

    patience = 3

    def __init__(self, rewards: Iterable[Checked]):
        self.rewards, self.steps = list(rewards), 0

    def on_step_end(self, args, state, control, **kwargs):
        """Look at all values so far."""
        self.steps += 1
        due = self.steps == self.patience or state.global_step == state.max_steps
        for reward in list(self.rewards):
            missing, count = reward.counts["None"] + reward.counts["NaN"], reward.counts["all"]
            if not (reward.counts["NaN"] or (due and 0 < missing == count)):
                continue
            self.rewards.remove(reward)
            log.warning(
                "step %d: reward %r gave no value to %.3g %% of %d completions so far (None %d, "
                "NaN %d): both count as 0 in the sum of rewards, and a completion without any "
                "value teaches nothing",
                state.global_step, reward.__name__, 100 * missing / count, count,
                reward.counts["None"], reward.counts["NaN"],
            )  # fmt: skip
