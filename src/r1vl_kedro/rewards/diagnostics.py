"""What to watch while training on rewards: pure functions on the arrays of one step, or of many.

Arrays hold one entry a completion, in TRL's order: the ``group_size`` completions of a question
stand together.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

REASONS = ("all_truncated", "all_right", "all_wrong", "same_reward")
"""Why a group has no variance, in the order in which they are tried."""

EPSILON = 1e-8


def zero_variance_reasons(
    rewards: ArrayLike, correct: ArrayLike | None, truncated: ArrayLike, group_size: int
) -> list[str | None]:
    """Explain for each group why all its rewards are equal; None where they are not.

    Args:
        rewards: weighted sums, one a completion.
        correct: 1 where the answer is right; None where that is not known.
        truncated: 1 where the completion hit the length limit.
        group_size: completions a question; must divide the number of completions.

    Raises:
        ValueError: arrays of different lengths, or no whole number of groups.

    Example:
        >>> zero_variance_reasons([1, 1, 0, 1], [1, 1, 0, 1], [0, 0, 0, 0], group_size=2)
        ['all_right', None]
    """
    known = np.full(np.shape(rewards), np.nan) if correct is None else correct
    reward, right, cut = (_grouped(x, group_size) for x in (rewards, known, truncated))
    if not reward.shape == right.shape == cut.shape:
        raise ValueError(
            f"rewards, correct and truncated hold {reward.size}, {right.size} and {cut.size} values"
        )
    reasons: list[str | None] = []
    for values, hits, cuts in zip(reward, right, cut > 0, strict=True):
        if np.ptp(values) > EPSILON:
            reasons.append(None)
        elif cuts.all():
            reasons.append("all_truncated")
        elif (hits > 0).all():
            reasons.append("all_right")
        elif (hits <= 0).all():
            reasons.append("all_wrong")
        else:
            reasons.append("same_reward")
    return reasons


def zero_variance_shares(reasons: Sequence[str | None]) -> dict[str, float]:
    """Compute the share of groups without variance, in all and for each reason.

    Example:
        >>> zero_variance_shares(["all_right", None])["zero_variance"]
        0.5
    """
    groups = max(len(reasons), 1)
    shares = {f"zero_variance/{reason}": reasons.count(reason) / groups for reason in REASONS}
    return {"zero_variance": sum(reason is not None for reason in reasons) / groups, **shares}


def dead_group_forecast(rewards: Sequence[ArrayLike], group_size: int) -> float:
    """Forecast the share of dead groups from more samples a question than a group has.

    For each question the share of its subsets of ``group_size`` samples whose rewards are all
    equal, ``sum_v C(n_v, M) / C(n, M)`` with ``n_v`` samples of reward v: unbiased for any n >= M.

    Args:
        rewards: weighted sums, one array a question.
        group_size: M, the completions a question would get.

    Raises:
        ValueError: no question, or one with fewer samples than a group has.

    Example:
        >>> dead_group_forecast([[1, 1, 0, 0], [1, 1, 1, 1]], group_size=2)
        0.6666666666666666
    """
    if not len(rewards) or min(len(values) for values in rewards) < group_size:
        raise ValueError(f"a group of {group_size} needs as many samples of every question")
    shares = []
    for values in rewards:
        _, counts = np.unique(np.round(np.asarray(values, dtype=float), 8), return_counts=True)
        alike = sum(math.comb(int(count), group_size) for count in counts)
        shares.append(alike / math.comb(int(counts.sum()), group_size))
    return float(np.mean(shares))


def key_step_density(matched: ArrayLike, tokens: ArrayLike) -> float:
    """Return matched key steps per 100 tokens over all completions; 0.0 without tokens.

    A rise while k stays says that completions get shorter; a jump may say keyword stuffing.

    Args:
        matched: number of key steps matched, one a completion.
        tokens: completion lengths in tokens.

    Example:
        >>> key_step_density([2, 1], [100, 50])
        2.0
    """
    total = float(np.sum(tokens))
    return 100.0 * float(np.sum(matched)) / total if total else 0.0


def format_saturation(valid: ArrayLike, group_size: int) -> dict[str, float]:
    """Measure how far StepRVR still distinguishes completions.

    ``format/valid``: share of valid completions; ``format/saturated``: share of groups in which
    all are valid, so that the reward teaches nothing there.

    Example:
        >>> format_saturation([1, 1, 1, 0], group_size=2)
        {'format/valid': 0.75, 'format/saturated': 0.5}
    """
    groups = _grouped(valid, group_size) > 0
    return {
        "format/valid": float(groups.mean()) if groups.size else 0.0,
        "format/saturated": float(groups.all(axis=1).mean()) if groups.size else 0.0,
    }


def length_summary(
    tokens: ArrayLike, truncated: ArrayLike, correct: ArrayLike | None
) -> dict[str, float]:
    """Compute mean, median and longest completion in tokens, share cut off, means by outcome.

    The mean of an empty part (no right or no wrong completion) is left out, and both are where
    ``correct`` is None.
    """
    lengths = np.asarray(tokens, dtype=float)
    if not lengths.size:
        return {}
    summary = {
        "length/mean": float(lengths.mean()),
        "length/median": float(np.median(lengths)),
        "length/longest": float(lengths.max()),
        "length/truncated": float((np.asarray(truncated) > 0).mean()),
    }
    if correct is None:
        return summary
    right = np.asarray(correct) > 0
    for name, part in (("right", lengths[right]), ("wrong", lengths[~right])):
        if part.size:
            summary[f"length/{name}"] = float(part.mean())
    return summary


def step_diagnostics(
    *,
    rewards: ArrayLike,
    correct: ArrayLike | None,
    valid: ArrayLike | None,
    matched: ArrayLike | None,
    tokens: ArrayLike,
    truncated: ArrayLike,
    group_size: int,
) -> dict[str, float]:
    """Compute all diagnostics of one step as flat metrics, ready for a tracker.

    What a run has no reward for is None, and so are the metrics that would need it.

    Args:
        rewards: weighted sums, one a completion.
        correct: whether the answer is right (0 or 1).
        valid: whether the form is right (0 or 1).
        matched: number of key steps matched.
        tokens: completion lengths in tokens.
        truncated: 1 where the length limit was hit.
        group_size: completions a question, standing together.

    Example:
        >>> metrics = step_diagnostics(
        ...     rewards=[2.1, 1.0], correct=[1, 0], valid=[1, 1], matched=[1, 0],
        ...     tokens=[50, 50], truncated=[0, 0], group_size=2)
        >>> metrics["zero_variance"], metrics["key_step_density"], metrics["format/saturated"]
        (0.0, 1.0, 1.0)
    """
    reasons = zero_variance_reasons(rewards, correct, truncated, group_size)
    density = {} if matched is None else {"key_step_density": key_step_density(matched, tokens)}
    return {
        **zero_variance_shares(reasons),
        **density,
        **({} if valid is None else format_saturation(valid, group_size)),
        **length_summary(tokens, truncated, correct),
    }


def trend(values: Sequence[float]) -> tuple[float, float]:
    """Compute the rise of the least-squares line over a series, and its t statistic.

    A series without scatter around its line has t = +-inf (0 where it is flat).
    """
    y = np.asarray(values, dtype=float)
    n = len(y)
    if n < 3:
        raise ValueError(f"a trend needs at least 3 values, not {n}")
    x = np.arange(n) - (n - 1) / 2
    slope = float(x @ y / (x @ x))
    residual = y - y.mean() - slope * x
    error = math.sqrt(float(residual @ residual) / (n - 2) / float(x @ x))
    rise = slope * (n - 1)
    if error < EPSILON:
        return rise, 0.0 if abs(slope) < EPSILON else math.copysign(math.inf, slope)
    return rise, slope / error


def hacking_alarm(
    key_steps: Sequence[float],
    accuracy: Sequence[float],
    *,
    window: int = 20,
    t: float = 3.0,
    margin: float = 0.08,
) -> str | None:
    """Warn, in a line, where key steps and accuracy part over the last window.

    That is where key steps rise and accuracy does not, or accuracy falls and key steps do not.

    Args:
        key_steps: mean key-step term (alpha * k) of each step so far; not StepRAR, which holds the
            outcome as well and would follow accuracy.
        accuracy: mean outcome reward of each step so far.
        window: how many of the last steps to look at; shorter series give None.
        t: how clear a rise of key steps, or a fall of accuracy, must be (t statistic of a line
            through the window); key steps fall along where theirs is below -2.
        margin: no alarm where accuracy may have risen by this much or more, two standard errors
            above the rise of a line through the window; noise of small batches rings nothing.

    Raises:
        ValueError: series of different lengths, or a window below 3.

    Example:
        >>> hacking_alarm([0.01, 0.02, 0.03, 0.04], [0.5, 0.45, 0.42, 0.38], window=4)
        'key_steps rose by 0.0300 over the last 4 steps while accuracy changed by -0.1170'
        >>> hacking_alarm([0.04, 0.04, 0.04, 0.04], [0.5, 0.45, 0.42, 0.38], window=4)
        'accuracy fell by 0.1170 over the last 4 steps while key_steps changed by +0.0000'
    """
    if len(key_steps) != len(accuracy):
        raise ValueError(f"{len(key_steps)} values of key_steps but {len(accuracy)} of accuracy")
    if window < 3:
        raise ValueError(f"window={window}; at least 3 steps are needed to see a trend")
    if len(key_steps) < window:
        return None
    rise, rise_t = trend(key_steps[-window:])
    accuracy_rise, accuracy_t = trend(accuracy[-window:])
    error = abs(accuracy_rise / accuracy_t) if accuracy_t else 0.0
    over = f"over the last {window} steps while"
    if rise_t >= t and accuracy_rise + 2 * error < margin:
        return f"key_steps rose by {rise:.4f} {over} accuracy changed by {accuracy_rise:+.4f}"
    if accuracy_t <= -t and rise_t > -2:
        return f"accuracy fell by {-accuracy_rise:.4f} {over} key_steps changed by {rise:+.4f}"
    return None


def _grouped(values: ArrayLike, group_size: int) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if group_size < 1 or array.ndim != 1 or array.size % group_size:
        raise ValueError(
            f"{array.size} values of shape {array.shape} are no whole number of groups of "
            f"{group_size}"
        )
    return array.reshape(-1, group_size)
