"""conf/alphadrive and conf/alphadrive_paper: every option is valid and the graph is complete."""

import json

import pandas as pd
import pytest
from recipes import context_of, recipe_of, small_run, unknown_datasets

from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.rewards.planning import PATH, SPEED
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions

VARIANTS = {
    "alphadrive": {"alphadrive", "released", "no_diversity", "outcome", "base", "warm_up", "sft"},
    "alphadrive_paper": {"alphadrive", "strict", "no_diversity", "outcome", "base", "warm_up"},
}
TERMS = ("planning_speed", "planning_path", "planning_diversity")


@pytest.fixture(scope="module", params=VARIANTS)
def recipe(request):
    return recipe_of(request.param)


def test_options_are_valid_and_datasets_known(recipe):
    name, parameters, catalog = recipe
    SFTOptions.model_validate(parameters["warm_up"])
    StepGRPOOptions.model_validate(parameters["step_grpo"])
    classes = EvaluationOptions.model_validate(parameters["evaluation"]).classes
    assert {kind: set(names) for kind, names in classes.items()} == {
        "speed": set(SPEED), "path": set(PATH)
    }  # fmt: skip
    assert set(parameters["variants"]) == VARIANTS[name]
    assert unknown_datasets(catalog) == set()


def test_variants_differ_in_their_terms_alone(recipe):
    name, parameters, _ = recipe
    modes = {}
    for variant in VARIANTS[name] - {"base", "warm_up", "sft"}:
        options = StepGRPOOptions.model_validate(parameters["variants"][variant]["options"])
        assert options.grammar == "think_answer"
        modes[variant] = {options.rewards[term].mode for term in TERMS}
        weights = {reward: one.weight for reward, one in options.rewards.items()}
        assert weights == {
            "format": 1.0,
            "outcome": float(variant == "outcome"),
            "planning_speed": float(variant != "outcome"),
            "planning_path": float(variant != "outcome"),
            "planning_diversity": float(variant not in ("outcome", "no_diversity")),
        }
    released = "released" if name == "alphadrive" else "alphadrive"
    assert modes[released] == {"released"}
    assert modes["alphadrive" if name == "alphadrive" else "strict"] == {"strict"}


def test_the_paper_size_is_the_release_s():
    parameters = context_of("alphadrive_paper").config_loader["parameters"]
    rl = StepGRPOOptions.model_validate(parameters["step_grpo"])
    assert (rl.group_size, rl.rollouts_per_step, rl.max_prompt_length) == (2, 64, 1024)
    assert parameters["prompt"] == {"template": "{question}"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Data directory of a run of one trained variant."""
    return small_run(
        tmp_path_factory.mktemp("alphadrive"),
        "alphadrive",
        records={"source_records": 90, "validation_records": 12, "test_records": 24},
        parameters={
            "data_prep": {"split": {"n_warm_up": 48, "n_rl": 30}},
            "warm_up": {"num_steps": 2},
        },
        outputs="released.scores,released.rollouts",
    )


@pytest.mark.timeout(600)
def test_rollouts_hold_every_term_and_their_sum(data):
    rows = pd.read_parquet(data / "07_model_output/ablation/released/rollouts.parquet")
    terms = rows[[f"reward_{name}" for name in ("format", *TERMS)]]
    assert rows["reward"].tolist() == pytest.approx(terms.sum(axis=1).tolist())
    # Cut off after 24 tokens, no completion has an answer: the released hole pays for it.
    assert rows["reward_planning_diversity"].tolist() == pytest.approx([0.8] * len(rows))


@pytest.mark.timeout(600)
def test_scores_have_f1_of_every_action(data):
    scores = json.loads((data / "08_reporting/scores/released.json").read_text())
    assert set(scores["classes"]) == {*SPEED, *PATH, "speed", "path", "all_lists"}
    assert scores["classes"]["all_lists"]["n"] == 24
    assert scores["all_lists"] == 0.0
    assert scores["reasoning"]["n"] == 24 and 0.0 <= scores["reasoning_bleu"] < 1.0
