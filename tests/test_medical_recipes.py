"""conf/medvlm_r1 and conf/med_r1, and their papers' sizes: valid options, a complete graph."""

import pytest
from kedro.framework.project import pipelines
from recipes import context_of, recipe_of, unknown_datasets

from r1vl_kedro.reporting.transfer import matrices
from r1vl_kedro.training.options import StepGRPOOptions

STYLES = ("plain", "noise", "outline")
MODALITIES = ("ct", "der", "fp", "mr", "micro", "oct", "x_ray", "us")
VARIANTS = {
    "medvlm_r1": {"base", "cold_start", "sft", "medvlm_r1"},
    "medvlm_r1_paper": {"base", "medvlm_r1"},
    "med_r1": {"base", "cold_start", "cold_start_no_think"}
    | {f"{how}_{one}" for how in ("think", "no_think", "sft") for one in STYLES},
    "med_r1_paper": {"base"}
    | {f"{how}_{one}" for how in ("think", "no_think") for one in MODALITIES},
}
ACCURACY = {"med_r1": "outcome", "med_r1_paper": "r1v"}


@pytest.fixture(scope="module", params=VARIANTS)
def recipe(request):
    return recipe_of(request.param)


def test_options_are_valid_and_datasets_known(recipe):
    name, parameters, catalog = recipe
    assert set(parameters["variants"]) == VARIANTS[name]
    assert unknown_datasets(catalog) == set()


def test_rewards_are_format_and_accuracy_and_no_picture_of_the_test_is_trained_on(recipe):
    name, parameters, _ = recipe
    options = StepGRPOOptions.model_validate(parameters["step_grpo"])
    assert {name: reward.weight for name, reward in options.rewards.items()} == {
        "format": 1.0, ACCURACY.get(name, "choice"): 1.0,
    }  # fmt: skip
    options.split(parameters["launcher"]["num_processes"])
    assert parameters["data_prep"]["decontamination"]["by"] == "image"


def test_medvlm_r1_trains_on_one_modality_and_is_drawn_by_all():
    variants = context_of("medvlm_r1").config_loader["parameters"]["variants"]
    assert {variants[name]["base"] for name in ("sft", "medvlm_r1")} == {
        "cold_start.sft.checkpoint"
    }
    assert {one["where"]["modality"][0] for one in variants.values() if one["where"]} == {"plain"}
    assert "table_transfer" in pipelines["reporting"].all_outputs()


@pytest.mark.parametrize("env", ["med_r1", "med_r1_paper"])
def test_med_r1_has_a_matrix_with_reasoning_and_one_without(env):
    variants = context_of(env).config_loader["parameters"]["variants"]
    found = matrices(variants)
    assert set(found) == {"think", "no_think"} | ({"sft"} if env == "med_r1" else set())
    assert {len(one.rows) for one in found.values()} == {3 if env == "med_r1" else 8}
    for name in found["no_think"].rows.values():
        assert variants[name]["grammar"] == variants[name]["evaluation"]["grammar"] == "no_think"
        assert variants[name]["options"]["grammar"] == "no_think"
