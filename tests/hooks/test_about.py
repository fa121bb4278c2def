"""Names, parameters and descriptions of MLflow runs."""

import pandas as pd
import pytest

from r1vl_kedro.hooks.about import child_params, description, run_name
from r1vl_kedro.pipelines.ablation.entries import Variant

PARAMETERS = {"evaluation": {"label": "outcome only"}}


@pytest.mark.parametrize(
    "run, name",
    [
        ({"pipeline_names": ["ablation"]}, "ablation"),
        ({"pipeline_names": None}, "__default__"),
        ({"pipeline_names": ["evaluation"]}, "evaluation: outcome only"),
        ({"pipeline_names": ["ablation"], "namespaces": ["outcome"]}, "ablation: outcome"),
        (
            {"pipeline_names": ["ablation"], "runtime_params": {"step_grpo": {"beta": 0.1}}},
            "ablation: beta=0.1",
        ),
    ],
)
def test_names_tell_runs_apart(run, name):
    assert run_name(run, PARAMETERS) == name


def variant(name, overrides=None, **options):
    return Variant(
        name=name, seed=0, method="step_grpo", base="warm_up_checkpoint",
        overrides=overrides or {}, options=options,
    )  # fmt: skip


def test_options_that_vary_are_parameters_of_every_variant_also_where_they_are_the_default():
    variants = {
        "step_grpo": variant("step_grpo", group_size=4, beta=0.04, bf16=True),
        "step_grpo_m2": variant("step_grpo_m2", {"group_size": 2}, group_size=2, beta=0.04),
        "free": variant("free", {"beta": 0.0}, group_size=4, beta=0.0),
    }
    params = child_params("step_grpo", variants, {"step_grpo": {"num_steps": 20}})
    assert params == {
        "method": "step_grpo", "seed": 0, "group_size": 4, "beta": 0.04, "step_grpo.num_steps": 20
    }  # fmt: skip


def test_a_reward_that_is_left_out_shows_its_weight_once():
    rewards = {"outcome": {"weight": 1.0}, "key_steps": {"weight": 0.0, "alpha": 0.1}}
    grid = {"outcome": variant("outcome", {"rewards": {"key_steps": 0.0}}, rewards=rewards)}
    params = child_params("outcome", grid, {})
    assert params["rewards.key_steps.weight"] == 0.0
    assert "rewards.key_steps" not in params


def test_the_description_names_the_best_row_and_has_the_table():
    overview = pd.DataFrame(
        {
            "variant": ["warm_up", "outcome"], "row": ["Warm-up (SFT)", "Outcome reward"],
            "n": [600, 600], "seeds": [1, 1], "accuracy": [43.0, 65.2], "low": [39.1, 61.3],
            "high": [47.0, 68.9], "interval": ["Wilson", "Wilson"],
            "difference": [None, 22.2], "diff_low": [None, 17.5], "diff_high": [None, 26.8],
            "diff_interval": ["reference", "paired bootstrap"], "validity": [99.0, 98.0],
        }
    )  # fmt: skip
    near = overview.iloc[[1]].assign(variant="sft", row="Continued SFT", accuracy=64.0, high=66.0)
    text = description(pd.concat([overview, near], ignore_index=True))
    assert text.startswith(
        "Highest accuracy on the test records: **Outcome reward**, 65.2 [61.3, 68.9] % (n = 600). "
        "Points above Warm-up (SFT): +22.2 [+17.5, +26.8]. "
        "Intervals that overlap with its: Continued SFT."
    )
    assert "| Outcome reward | 600 | 1 | 65.2 [61.3, 68.9] | +22.2 [+17.5, +26.8] |" in text
