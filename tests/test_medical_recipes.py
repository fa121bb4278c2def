"""conf/medvlm_r1 and conf/med_r1, and their papers' sizes: valid options, a complete graph."""

import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from smoke_place import ROOT

from r1vl_kedro.training.options import StepGRPOOptions

VARIANTS = {
    "medvlm_r1": {"base", "cold_start", "sft", "medvlm_r1"},
    "medvlm_r1_paper": {"base", "medvlm_r1"},
}


@pytest.fixture(params=VARIANTS)
def recipe(request):
    bootstrap_project(ROOT)
    context = KedroSession.create(ROOT, env=request.param).load_context()
    return request.param, context.config_loader["parameters"], context.catalog


def test_options_are_valid_and_datasets_known(recipe):
    name, parameters, catalog = recipe
    assert set(parameters["variants"]) == VARIANTS[name]
    missing = {entry for entry in pipelines["ablation"].datasets() if entry not in catalog}
    assert missing == set()


def test_rewards_are_format_and_choice_and_no_picture_of_the_test_is_trained_on(recipe):
    _, parameters, _ = recipe
    options = StepGRPOOptions.model_validate(parameters["step_grpo"])
    assert {name: reward.weight for name, reward in options.rewards.items()} == {
        "format": 1.0, "choice": 1.0,
    }  # fmt: skip
    options.split(parameters["launcher"]["num_processes"])
    assert parameters["data_prep"]["decontamination"]["by"] == "image"


def test_medvlm_r1_trains_on_one_modality_and_is_drawn_by_all():
    bootstrap_project(ROOT)
    context = KedroSession.create(ROOT, env="medvlm_r1").load_context()
    variants = context.config_loader["parameters"]["variants"]
    assert {variants[name]["base"] for name in ("sft", "medvlm_r1")} == {
        "cold_start.sft.checkpoint"
    }
    assert {one["where"]["modality"][0] for one in variants.values() if one["where"]} == {"plain"}
    assert "table_transfer" in pipelines["reporting"].all_outputs()
