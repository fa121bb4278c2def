"""Rewards of responses that were sampled before, by themselves and as weighted sums."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from r1vl_kedro.rewards.calling import values_of
from r1vl_kedro.rewards.registry import Reward


def computed_once(
    responses: Sequence[str],
    columns: Mapping[str, Sequence[Any]],
    questions: Sequence[Sequence[int]],
) -> Callable[[Reward], np.ndarray]:
    """Make a function from a reward to its values that computes each once whatever its weight.

    Args:
        columns: record columns, one value a response.
        questions: places of each question's responses; a reward that needs whole groups gets all
            of a question's.

    Returns:
        The function; it gives unweighted values, shape (responses,), NaN where a reward does not
        apply.
    """
    known: list[tuple[Reward, np.ndarray]] = []

    def values(reward: Reward) -> np.ndarray:
        bare = reward.model_copy(update={"weight": 1.0})
        for one, made in known:
            if one == bare:
                return made
        made = np.zeros(len(responses))
        for rows in questions if bare.whole_groups else [range(len(responses))]:
            read = {name: [columns[name][i] for i in rows] for name in bare.columns}
            made[list(rows)] = values_of(bare, [responses[i] for i in rows], **read)
        known.append((bare, made))
        return made

    return values


def weighted_sums(
    sums: Mapping[str, Sequence[Reward]],
    responses: Sequence[str],
    columns: Mapping[str, Sequence[Any]],
    questions: Sequence[Sequence[int]],
) -> dict[str, np.ndarray]:
    """Compute each sum of rewards for every response, and a reward of several sums once.

    Args:
        sums: by name, the rewards with their weights.
        columns, questions: see `computed_once`.

    Returns:
        By name, one weighted sum a response, shape (responses,).
    """
    values = computed_once(responses, columns, questions)
    return {
        name: sum(
            (reward.weight * np.nan_to_num(values(reward)) for reward in rewards),
            np.zeros(len(responses)),
        )
        for name, rewards in sums.items()
    }
