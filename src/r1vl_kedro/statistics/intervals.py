"""Intervals: Wilson's for one share, the paired bootstrap, and two-way t where there are seeds.

Values are a matrix of questions x seeds. With one seed, questions are resampled. With several, all
seeds answered the same questions, so neither is nested in the other: the variance of the mean is
that of the crossed two-way random-effects model, ``(MS_questions + MS_seeds - MS_rest) / size``,
with Satterthwaite's degrees of freedom (Satterthwaite, 1946). Resampling both (Owen, 2007) is too
narrow with few seeds; this interval is a little too wide where trainings hardly differ.
`perf/interval_coverage.py` simulates what each procedure covers.
"""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

CHUNK_CELLS = 4_000_000  # resamples x questions held at once


@dataclass(frozen=True)
class Interval:
    """A point estimate with its interval.

    ``low`` and ``high`` are None where no interval can be given; ``note`` then gives the reason,
    otherwise the method. ``p`` is two-sided for the estimate being zero; None for Wilson's.
    ``error`` is the standard error and ``freedom`` its degrees of freedom, where they are known.
    """

    estimate: float
    low: float | None
    high: float | None
    note: str
    p: float | None = None
    error: float | None = None
    freedom: float | None = None


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Compute Wilson's score interval of a share (Wilson, 1927); (0, 1) where ``n`` is 0.

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
    """Return means of ``resamples`` bootstrap samples of questions; a question keeps all its seeds.

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
    questions = len(matrix)
    rng = np.random.default_rng(seed)
    per_question = matrix.mean(axis=1)
    means = np.empty(resamples)
    chunk = max(1, CHUNK_CELLS // questions)
    for start in range(0, resamples, chunk):
        rows = slice(start, min(start + chunk, resamples))
        question_weights = _resampling_counts(rng, rows.stop - rows.start, questions)
        means[rows] = question_weights @ per_question
    return means / questions


def mean_interval(
    values: ArrayLike, *, resamples: int = 10_000, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Average questions x seeds: percentile bootstrap of one seed, two-way t of more.

    Applied to differences taken question by question, this is the paired comparison. Fewer than two
    questions give no interval. The unit is that of the values.
    """
    _check_confidence(confidence)
    matrix = _as_matrix(values)
    questions, seeds = matrix.shape
    estimate = float(matrix.mean())
    if questions < 2:
        return Interval(estimate, None, None, "no interval: only one question")
    if seeds > 1:
        error, freedom = two_way_error(matrix)
        note = f"two-way t over questions and {seeds} seeds"
        return t_interval(estimate, error, freedom, confidence, note)
    means = bootstrap_means(matrix, resamples=resamples, seed=seed)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    # A sum in another order may leave 1e-17 where zero is meant.
    below, above = (means <= 1e-12).mean(), (means >= -1e-12).mean()
    return Interval(
        estimate,
        float(low),
        float(high),
        "bootstrap over questions",
        min(1.0, 2 * float(min(below, above))),
        float(matrix.std(ddof=1) / np.sqrt(questions)),
        questions - 1,
    )


def two_way_error(values: ArrayLike) -> tuple[float, float]:
    """Compute error and degrees of freedom of the mean of questions x seeds, both random.

    Args:
        values: shape (questions, seeds), at least two of each.
    """
    matrix = _as_matrix(values)
    questions, seeds = matrix.shape
    rows, columns = matrix.mean(axis=1), matrix.mean(axis=0)
    rest = matrix - rows[:, None] - columns[None, :] + matrix.mean()
    squares = np.array([seeds * rows.var(ddof=1), questions * columns.var(ddof=1)])
    freedoms = np.array([questions - 1.0, seeds - 1.0])
    freedom_rest = (questions - 1.0) * (seeds - 1.0)
    square_rest = (rest**2).sum() / freedom_rest
    # The estimate may fall below what the larger of the two effects alone gives; not below that.
    total = max(squares.sum() - square_rest, squares.max())
    if total <= 1e-24:
        return 0.0, freedoms.min()
    freedom = total**2 / ((squares**2 / freedoms).sum() + square_rest**2 / freedom_rest)
    return float(np.sqrt(total / matrix.size)), float(max(freedom, freedoms.min()))


def t_interval(
    estimate: float, error: float, freedom: float, confidence: float, note: str
) -> Interval:
    """Compute Student's interval and two-sided p of an estimate with this standard error."""
    from scipy.stats import t

    half = float(t.ppf(0.5 + confidence / 2, freedom)) * error
    if error > 0:
        p = 2 * float(t.sf(abs(estimate) / error, freedom))
    else:
        p = 1.0 if abs(estimate) <= 1e-12 else 0.0
    return Interval(estimate, estimate - half, estimate + half, note, p, error, freedom)


def share_interval(
    values: ArrayLike, *, resamples: int = 10_000, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Bound a share in 0..1: by Wilson for one seed of yes/no values, else by `mean_interval`."""
    matrix = _as_matrix(values)
    if matrix.min() < 0 or matrix.max() > 1:
        raise ValueError(
            f"values run from {matrix.min()} to {matrix.max()}; a share is made of values in 0..1"
        )
    if matrix.shape[1] == 1 and np.isin(matrix, (0.0, 1.0)).all():
        successes, n = int(matrix.sum()), len(matrix)
        low, high = wilson_interval(successes, n, confidence)
        return Interval(successes / n, low, high, "Wilson")
    found = mean_interval(matrix, resamples=resamples, confidence=confidence, seed=seed)
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(0.0, found.low), high=min(1.0, found.high))


def paired_difference(
    values: ArrayLike,
    reference: ArrayLike,
    *,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Compute the mean of ``values - reference``, paired by question and seed, with its interval.

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
    """Count how often each of ``n`` items is drawn in ``n`` draws; (rows, n), rows sum to n."""
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


def mean_over_seeds(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Average one number a training, such as an area under a curve: Student's interval over seeds.

    Args:
        values: shape (seeds,); of one there is no interval, of none the estimate is NaN.
    """
    _check_confidence(confidence)
    given = np.asarray(values, float)
    estimate = float(given.mean()) if given.size else float("nan")
    if given.size < 2:
        return Interval(estimate, None, None, "no interval: fewer than two seeds")
    error = float(given.std(ddof=1) / np.sqrt(given.size))
    return t_interval(estimate, error, given.size - 1, confidence, f"t over {given.size} seeds")


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must lie between 0 and 1")
