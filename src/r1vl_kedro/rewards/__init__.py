"""Step-wise rewards (StepRAR, StepRVR), the outcome reward, and how key steps are matched."""

from r1vl_kedro.rewards.matching import (
    MATCHINGS,
    as_groups,
    find_key_steps,
    match_key_steps,
    match_score,
)
from r1vl_kedro.rewards.outcome import key_step_term, outcome, step_rar
from r1vl_kedro.rewards.validity import step_rvr, validity_problems

__all__ = [
    "MATCHINGS",
    "as_groups",
    "find_key_steps",
    "key_step_term",
    "match_key_steps",
    "match_score",
    "outcome",
    "step_rar",
    "step_rvr",
    "validity_problems",
]
