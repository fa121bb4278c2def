"""How many batches a training takes, and how a batch is divided over processes and passes."""

from __future__ import annotations

from math import ceil, lcm
from typing import NamedTuple


def steps_on(records: int, epochs: float, batch: int, updates: int = 1) -> int:
    """Count the optimizer steps of ``epochs`` over ``records``, ``updates`` on a batch of them."""
    return max(1, ceil(records * epochs / batch)) * updates


class Batch(NamedTuple):
    """A batch over all processes."""

    option: str
    """What gives its size, for errors."""
    sequences: int
    """What forward passes divide: records, pairs or rollouts."""
    records: int
    group: int = 1
    """What ``sequences`` is a multiple of."""
    updates: int = 1
    """Optimizer steps on it."""

    def split(self, micro: int | None, processes: int) -> tuple[int, int]:
        """Split it: (sequences per process and forward pass, passes per step).

        Args:
            micro: sequences per forward pass; None takes all of a process.

        Raises:
            ValueError: the three do not divide; names values that would work.
        """
        what = f"{self.option} {self.sequences}"
        if self.sequences % processes:
            step = lcm(processes * (micro or 1), self.group)
            low = self.sequences - self.sequences % step
            near = " or ".join(str(value) for value in (low, low + step) if value)
            raise ValueError(
                f"{what} is not a multiple of {processes} processes; {near} would work"
            )
        share = self.sequences // processes
        micro = micro or share
        if share % micro:
            divisors = [n for n in range(1, share + 1) if share % n == 0]
            raise ValueError(
                f"micro_batch_size {micro} does not divide the {share} sequences per process "
                f"({what} over {processes} processes); {divisors!s:.200} would work"
            )
        return micro, share // micro
