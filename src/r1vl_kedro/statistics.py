"""Intervals: Wilson's for one share, the paired bootstrap for means and differences.

The bootstrap works on a matrix of questions x seeds. Questions are resampled with replacement and,
where there are several seeds, seeds too, independently (the two-way "pigeonhole" bootstrap of Owen,
2007): every seed answered the same questions, so neither is nested in the other.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

CHUNK_CELLS = 4_000_000  # resamples x questions held at once


@dataclass(frozen=True)
class Interval:
    """A point estimate with its interval.

    ``low`` and ``high`` are None where no interval can be given; ``note`` then says why, otherwise
    it names the method. ``p`` is the share of resamples at or below zero, None for Wilson's.
    """

    estimate: float
    low: float | None
    high: float | None
    note: str
    p: float | None = None


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson, 1927); (0, 1) where ``n`` is 0.

    Raises:
        ValueError: ``successes`` outside 0..n, or ``confidence`` outside (0, 1).
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes is {successes}; it must lie in 0..n, and n is {n}")
    _check_confidence(confidence)
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    denominator = 1 + z**2 / n
    centre = (share + z**2 / (2 * n)) / denominator
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / denominator
    # At the ends the exact bound is 0 or 1; rounding must not move it inside.
    low = 0.0 if successes == 0 else max(0.0, float(centre - half))
    high = 1.0 if successes == n else min(1.0, float(centre + half))
    return low, high


def bootstrap_means(values: ArrayLike, *, resamples: int, seed: int) -> NDArray[np.float64]:
    """Means of ``resamples`` bootstrap samples of a matrix of questions x seeds.

    Args:
        values: shape (questions,) or (questions, seeds), finite.
        resamples: number of bootstrap samples.
        seed: the same seed draws the same questions, whatever the values are.

    Returns:
        Shape (resamples,).

    Raises:
        ValueError: an empty matrix, more than two dimensions, or a value that is not finite.
    """
    matrix = _as_matrix(values)
    questions, seeds = matrix.shape
    rng = np.random.default_rng(seed)
    seed_weights = (
        _resampling_counts(rng, resamples, seeds) if seeds > 1 else np.ones((resamples, 1))
    )
    means = np.empty(resamples)
    chunk = max(1, CHUNK_CELLS // questions)
    for start in range(0, resamples, chunk):
        rows = slice(start, min(start + chunk, resamples))
        question_weights = _resampling_counts(rng, rows.stop - rows.start, questions)
        means[rows] = ((question_weights @ matrix) * seed_weights[rows]).sum(axis=1)
    return means / (questions * seeds)


def mean_interval(
    values: ArrayLike, *, resamples: int = 10_000, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Mean of a matrix of questions x seeds with its percentile bootstrap interval.

    Applied to differences taken question by question, this is the paired bootstrap. Fewer than two
    questions give no interval. The unit is that of the values.
    """
    _check_confidence(confidence)
    matrix = _as_matrix(values)
    questions, seeds = matrix.shape
    estimate = float(matrix.mean())
    if questions < 2:
        return Interval(estimate, None, None, "no interval: only one question")
    means = bootstrap_means(matrix, resamples=resamples, seed=seed)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    what = "questions" if seeds == 1 else f"questions and {seeds} seeds"
    return Interval(
        estimate,
        float(low),
        float(high),
        f"bootstrap over {what}",
        # A sum in another order may leave 1e-17 where zero is meant.
        float((means <= 1e-12).mean()),
    )


def share_interval(
    values: ArrayLike, *, resamples: int = 10_000, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """A share in 0..1: Wilson's interval for one seed of yes/no values, else the bootstrap's."""
    matrix = _as_matrix(values)
    if matrix.min() < 0 or matrix.max() > 1:
        raise ValueError(
            f"values run from {matrix.min()} to {matrix.max()}; a share is made of values in 0..1"
        )
    if matrix.shape[1] == 1 and np.isin(matrix, (0.0, 1.0)).all():
        successes, n = int(matrix.sum()), len(matrix)
        low, high = wilson_interval(successes, n, confidence)
        return Interval(successes / n, low, high, "Wilson")
    return mean_interval(matrix, resamples=resamples, confidence=confidence, seed=seed)


def paired_difference(
    values: ArrayLike,
    reference: ArrayLike,
    *,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Mean of ``values - reference``, paired by question and seed, with its bootstrap interval.

    Both are matrices of questions x seeds; one that has a single column (a model without a training
    seed) stands against every seed of the other.

    Raises:
        ValueError: other numbers of questions, or numbers of seeds that cannot be paired.
    """
    left, right = _as_matrix(values), _as_matrix(reference)
    if len(left) != len(right):
        raise ValueError(f"{len(left)} questions against {len(right)}; pairs need the same ones")
    if left.shape[1] != right.shape[1] and 1 not in (left.shape[1], right.shape[1]):
        raise ValueError(
            f"{left.shape[1]} seeds against {right.shape[1]}; pairs need the same seeds, or one"
        )
    return mean_interval(left - right, resamples=resamples, confidence=confidence, seed=seed)


def _resampling_counts(rng: np.random.Generator, rows: int, n: int) -> NDArray[np.float64]:
    """How often each of ``n`` items is drawn in ``n`` draws; shape (rows, n), rows sum to n."""
    drawn = rng.integers(0, n, size=(rows, n))
    drawn += np.arange(rows)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)


def _as_matrix(values: ArrayLike) -> NDArray[np.float64]:
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"values have shape {matrix.shape}; wanted questions x seeds, not empty")
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise ValueError(f"value {matrix[row, column]} of question {row}, seed {column} not finite")
    return matrix


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must lie between 0 and 1")
