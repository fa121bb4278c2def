"""The forecast of groups without variance in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from r1vl_kedro.benchmarks.table import markdown

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def dead_groups_markdown(
    shares: pd.DataFrame, right: Sequence[np.ndarray], samples: int, temperature: float
) -> str:
    """Write the forecast as Markdown, with the pass rate of the samples that it is made from.

    Args:
        shares: column ``reward`` and one for each group size, in 0..1.
        right: of each question, 1 where a response is right.
        samples: responses a question.
    """
    shown = shares.set_index("reward").map(lambda share: f"{100 * share:.0f} %").reset_index()
    any_right = sum(bool(group.max() > 0) for group in right) / len(right)
    mean = sum(float(group.mean()) for group in right) / len(right)
    notes = [
        "Expected share of groups of M whose rewards are all equal, so that they teach nothing.",
        f"{len(right)} questions with {samples} responses each at temperature "
        f"{temperature:g}: {100 * mean:.1f} % of responses are right, and for "
        f"{100 * any_right:.1f} % of questions at least one is.",
    ]
    return markdown(shown.to_dict("records"), notes)
