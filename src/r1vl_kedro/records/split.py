"""Draw the warm-up and the RL set."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from r1vl_kedro.records.options import SplitOptions
from r1vl_kedro.records.schema import COLUMNS, RecordsError
from r1vl_kedro.responses import R1VL, parse_response

if TYPE_CHECKING:
    from datasets import Dataset


def draw(n: int | None, total: int, seed: str) -> list[int]:
    """Draw sorted indices at random without replacement; all of them where n is None."""
    if n is None or n >= total:
        return list(range(total))
    return sorted(random.Random(seed).sample(range(total), n))


def split(
    dataset: Dataset, options: SplitOptions, seed: int, grammar: str = R1VL.name
) -> tuple[Dataset, Dataset]:
    """Draw warm-up and RL records independently from the same pool (section 4.1).

    Where fewer records exist than are asked for, all are taken.

    Raises:
        RecordsError: no path has the steps that an RL question needs.
    """
    pool = dataset.select_columns(list(COLUMNS))
    warm_up = pool.select(draw(options.n_warm_up, len(pool), f"{seed}-warm-up"))
    fit = list(range(len(pool)))
    if options.min_rl_steps:
        paths = pool["solution"]
        fit = [
            k for k in fit if len(parse_response(paths[k], grammar).steps) >= options.min_rl_steps
        ]
    if not fit:
        raise RecordsError(
            f"none of {len(pool)} records has a path of {options.min_rl_steps} steps, so there is "
            "no RL question; lower data_prep.split.min_rl_steps"
        )
    rl = pool.select([fit[k] for k in draw(options.n_rl, len(fit), f"{seed}-rl")])
    return warm_up, rl
