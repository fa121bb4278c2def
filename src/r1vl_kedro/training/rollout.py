"""The rows of a batch of rollouts: one random stream per row, groups, and which of them are dead.

A row's random numbers depend on (seed, step, row) only, so the same rollouts come out of one
process or several, and of a run that was killed and resumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def uniforms(seed: int, step: int, rows: Sequence[int], length: int, turn: int = 0) -> torch.Tensor:
    """Draw numbers in [0, 1), shape (rows, length), from a counter-based generator (Philox).

    Args:
        turn: how often the rows were sampled before in this step.
    """
    import numpy as np
    import torch

    streams = [
        np.random.Generator(np.random.Philox(key=seed, counter=[0, turn, row, step])).random(
            length, dtype=np.float32
        )
        for row in rows
    ]
    return torch.from_numpy(np.stack(streams))


def dead_groups(
    rewards: torch.Tensor, weights: torch.Tensor, group_size: int, *, apart: bool
) -> torch.Tensor:
    """Tell which groups have no variance in their rewards, hence no advantage.

    Args:
        rewards: (groups * group_size, functions); NaN where a function does not apply.
        weights: (functions,).
        apart: whether each function is standardised by itself, so that one that varies is enough.

    Returns:
        (groups,) booleans.
    """
    weighted = (rewards * weights).nan_to_num(0.0)
    values = weighted if apart else weighted.sum(1, keepdim=True)
    grouped = values.view(-1, group_size, values.size(1))
    spread = grouped.amax(1) - grouped.amin(1)
    return (spread < 1e-6).all(-1)


def run_lengths(keys: list[str]) -> list[int]:
    """Return lengths of the runs of equal neighbours: ``a a b`` gives ``[2, 1]``."""
    return [len(list(run)) for _, run in groupby(keys)]


def run_starts(runs: Sequence[int]) -> list[int]:
    """Return the place where each run begins: ``[2, 1]`` gives ``[0, 2]``."""
    return [0, *accumulate(runs)][:-1]


def run_numbers(runs: Sequence[int]) -> list[int]:
    """Return the number of the run at each place: ``[2, 1]`` gives ``[0, 0, 1]``."""
    return repeated(range(len(runs)), runs)


def repeated(values: Sequence, runs: Sequence[int]) -> list:
    """Repeat each value as often as its run is long."""
    return [value for value, run in zip(values, runs, strict=True) for _ in range(run)]
