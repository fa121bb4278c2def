"""Studies with a known truth, to show what the procedures cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EASIEST, HARDEST = 0.72, 0.22
"""Bounds of the share of right answers to a question."""
EFFECT_SPREAD, SEED_SPREAD = 0.08, 0.03
"""Bounds of a variant's own effect on a question, and of one training's effect on all questions;
uniform in plus or minus them, so that the mean difference is exactly the one asked for."""


def simulate(
    rng: np.random.Generator, *, questions: int, seeds: int, difference: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Simulate answers of two variants to the same questions, questions and trainings random.

    Args:
        questions, seeds: shape of each matrix.
        difference: true mean difference over all questions and trainings, -0.1 to 0.1.

    Returns:
        Values and reference, questions x seeds, 1.0 where the answer is right.
    """
    difficulty = rng.uniform(HARDEST, EASIEST, (questions, 1))
    effect = rng.uniform(-EFFECT_SPREAD, EFFECT_SPREAD, (questions, 1))
    trainings = rng.uniform(-SEED_SPREAD, SEED_SPREAD, (2, 1, seeds))
    left = rng.random((questions, seeds)) < difficulty + difference + effect + trainings[0]
    right = rng.random((questions, seeds)) < difficulty + trainings[1]
    return left.astype(float), right.astype(float)
