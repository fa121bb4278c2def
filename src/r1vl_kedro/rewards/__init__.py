"""Rewards by name: one a module, which registers itself; and how key steps are matched."""

from r1vl_kedro.rewards.choice import choice
from r1vl_kedro.rewards.format import format_reward
from r1vl_kedro.rewards.key_steps import step_rar
from r1vl_kedro.rewards.matching import (
    MATCHINGS,
    as_groups,
    find_key_steps,
    match_key_steps,
    match_score,
)
from r1vl_kedro.rewards.outcome import outcome
from r1vl_kedro.rewards.registry import (
    REWARDS,
    Reward,
    columns_read,
    get_reward,
    read_rewards,
    register,
)
from r1vl_kedro.rewards.validity import step_rvr, validity_problems

__all__ = [
    "MATCHINGS",
    "REWARDS",
    "Reward",
    "as_groups",
    "choice",
    "columns_read",
    "find_key_steps",
    "format_reward",
    "get_reward",
    "match_key_steps",
    "match_score",
    "outcome",
    "read_rewards",
    "register",
    "step_rar",
    "step_rvr",
    "validity_problems",
]
