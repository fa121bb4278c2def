"""Call a reward and check what it gives, so that an error names the reward."""

import sys
from collections.abc import Sequence
from traceback import extract_tb
from typing import Any

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.rewards.registry import Completion, Reward


class RewardError(UserFacingError, ValueError):
    """A reward raised an error, or returned something else than one value a completion."""


def values_of(
    reward: Reward, completions: Sequence[Completion], **columns: Any
) -> list[float | None]:
    """Compute the rewards of completions, one call for all of them.

    Args:
        columns: what the reward reads beside completions, one value a completion.

    Returns:
        What the reward gave, one value a completion; None or NaN where it does not apply.

    Raises:
        RewardError: the reward raised an error, or did not return one number (or None) a
            completion.
    """
    count = len(completions)
    batch = f"{count} completion{'s' * (count != 1)}"
    try:
        given = reward(completions=completions, **columns)
        # What is computed as it is read, as by a generator, may raise here.
        values = list(given) if _is_iterable(given) else None
    except UserFacingError:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        place = f"on a batch of {batch}, at {_place(reward, error)}"
        raise RewardError(f"reward {reward.name!r} raised {said} {place}") from error
    wrong = next((i for i, value in enumerate(values or []) if not _is_value(value)), None)
    if values is not None and len(values) == count and wrong is None:
        return values
    if values is None:
        found = f"{given!r:.100}"
    elif len(values) != count:
        found = f"{len(values)} values"
    else:
        found = f"{values[wrong]!r:.100} for completion {wrong + 1}"
    wanted = f"one number (or None) a completion, {count} of them"
    raise RewardError(f"reward {reward.name!r} returned {found}: wanted {wanted}")


def _place(reward: Reward, error: Exception) -> str:
    """Return file and line of the last call in the reward's own module that led to an error."""
    module = getattr(reward, "function", type(reward)).__module__
    file = getattr(sys.modules.get(module), "__file__", None)
    frames = extract_tb(error.__traceback__)
    frame = next((one for one in reversed(frames) if one.filename == file), frames[-1])
    return f"{frame.filename}:{frame.lineno}"


def _is_iterable(given: Any) -> bool:
    """Return whether values can be read one by one, as from no text and no single number."""
    if isinstance(given, str | bytes):
        return False
    try:
        iter(given)
    except TypeError:
        return False
    return True


def _is_value(value: Any) -> bool:
    """Return whether a value is None or a number, perhaps of NumPy or torch."""
    if value is None:
        return True
    if isinstance(value, str | bytes) or getattr(value, "shape", ()):
        return False
    try:
        float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def by_groups(
    reward: Reward, completions: Sequence[Completion], group_size: int, **columns: Sequence[Any]
) -> list[float | None]:
    """Compute the rewards of many groups' completions, with one call for each group.

    Args:
        completions: whole groups, each standing together.
        group_size: M, completions a question.
        columns: values of ``reward.columns``, one a completion.

    Raises:
        ValueError: no whole number of groups.
        RewardError: see `values_of`.
    """
    if len(completions) % group_size:
        raise ValueError(f"{len(completions)} completions are no whole groups of {group_size}")
    made: list[float | None] = []
    for start in range(0, len(completions), group_size):
        part = slice(start, start + group_size)
        of_group = {name: values[part] for name, values in columns.items()}
        made += values_of(reward, completions[part], **of_group)
    return made
