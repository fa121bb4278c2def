"""conf/alphadrive and conf/alphadrive_paper: every option is valid and the graph is complete."""

import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from smoke_place import ROOT

from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.rewards.planning import PATH, SPEED
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions

VARIANTS = {
    "alphadrive": {"alphadrive", "released", "no_diversity", "outcome", "base", "warm_up", "sft"},
    "alphadrive_paper": {"alphadrive", "strict", "no_diversity", "outcome", "base", "warm_up"},
}
TERMS = ("planning_speed", "planning_path", "planning_diversity")


@pytest.fixture(params=VARIANTS)
def recipe(request):
    bootstrap_project(ROOT)
    context = KedroSession.create(ROOT, env=request.param).load_context()
    return request.param, context.config_loader["parameters"], context.catalog


def test_options_are_valid_and_datasets_known(recipe):
    name, parameters, catalog = recipe
    SFTOptions.model_validate(parameters["warm_up"])
    StepGRPOOptions.model_validate(parameters["step_grpo"])
    classes = EvaluationOptions.model_validate(parameters["evaluation"]).classes
    assert {kind: set(names) for kind, names in classes.items()} == {
        "speed": set(SPEED), "path": set(PATH)
    }  # fmt: skip
    assert set(parameters["variants"]) == VARIANTS[name]
    missing = {entry for entry in pipelines["ablation"].datasets() if entry not in catalog}
    assert missing == set()


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
    bootstrap_project(ROOT)
    context = KedroSession.create(ROOT, env="alphadrive_paper").load_context()
    parameters = context.config_loader["parameters"]
    rl = StepGRPOOptions.model_validate(parameters["step_grpo"])
    assert (rl.group_size, rl.rollouts_per_step, rl.max_prompt_length) == (2, 64, 1024)
    assert parameters["prompt"] == {"template": "{question}"}
