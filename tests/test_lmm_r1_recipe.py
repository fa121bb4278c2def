"""conf/lmm_r1 and conf/lmm_r1_paper: options are valid, the graph is complete, stages follow."""

import json

import pandas as pd
import pytest
from kedro.framework.project import pipelines
from recipes import context_of, recipe_of, small_run, unknown_datasets

from r1vl_kedro.records.options import DataPrepOptions
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions

TRAINED = ["two_stages", "images", "text", "mixed"]
VARIANTS = {"lmm_r1": ["base", "warm_up", *TRAINED], "lmm_r1_paper": ["base", *TRAINED]}


@pytest.fixture(scope="module", params=VARIANTS)
def recipe(request):
    return recipe_of(request.param)


def test_options_are_valid_and_datasets_known(recipe):
    name, parameters, catalog = recipe
    SFTOptions.model_validate(parameters["warm_up"])
    assert not DataPrepOptions.model_validate(parameters["data_prep"]).validation.require_image
    assert list(parameters["variants"]) == VARIANTS[name]
    assert unknown_datasets(catalog) == set()


def test_the_second_stage_begins_at_the_end_of_the_first(recipe):
    bases = {
        node.inputs[0]
        for node in pipelines["ablation"].nodes
        if node.namespace == "two_stages.images" and node.name.endswith("train_step_grpo")
    }
    assert bases == {"two_stages.text.checkpoint"}


def test_the_controls_differ_in_their_records_alone(recipe):
    name, parameters, _ = recipe
    variants = parameters["variants"]
    given = {one: variants[one] for one in TRAINED[1:]}
    given |= {f"stage {key}": stage for key, stage in variants["two_stages"]["stages"].items()}
    where = {one: variant.get("where") for one, variant in given.items()}
    images = ["image"] if name == "lmm_r1_paper" else ["counting", "comparison", "charts"]
    assert where == {
        "images": {"family": images},
        "text": {"family": ["text"]},
        "mixed": None,
        "stage text": {"family": ["text"]},
        "stage images": {"family": images},
    }
    options = {one: StepGRPOOptions.model_validate(v["options"]) for one, v in given.items()}
    assert len({repr(one.rewards) for one in options.values()}) == 1
    assert {one.beta for one in options.values()} == {0.001}
    if name == "lmm_r1":
        steps = {one: settings.num_steps for one, settings in options.items()}
        assert steps["stage text"] + steps["stage images"] == steps["images"] == steps["mixed"]


def test_rewards_and_sizes_of_the_paper():
    parameters = context_of("lmm_r1_paper").config_loader["parameters"]
    rl = StepGRPOOptions.model_validate(parameters["step_grpo"])
    weights = {name: reward.weight for name, reward in rl.rewards.items()}
    assert weights == {"latex": 1.0, "format": 0.5, "outcome": 0.0}
    assert (rl.rewards["latex"].mode, rl.rewards["format"].strict) == ("released", "released")
    assert (rl.group_size, rl.num_epochs, rl.learning_rate) == (16, 2, 4e-7)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Data directory of a run of the two stages."""
    step_grpo = {"num_steps": 1, "max_completion_length": 8, "rollouts_per_step": 24}
    return small_run(
        tmp_path_factory.mktemp("lmm_r1"),
        "lmm_r1",
        records={"source_records": 60, "validation_records": 12, "test_records": 12},
        parameters={
            "data_prep": {"split": {"n_warm_up": 24}},
            "warm_up": {"num_steps": 1, "batch_size": 8},
            "step_grpo": step_grpo,
            "evaluation": {"decoding": {"max_new_tokens": 8}},
            "ablation": {"variants": {one: {"num_steps": 1} for one in TRAINED[1:]}},
        },
        outputs="two_stages.results",
    )


@pytest.mark.timeout(600)
def test_stages_and_controls_are_trained_on_their_records(data):
    left = data / "07_model_output/ablation"
    log = json.loads((left / "two_stages/training_log.json").read_text())
    assert [row["stage"] for row in log] == ["text", "images"]
    rows = pd.read_parquet(left / "two_stages/rollouts.parquet")
    assert set(rows["stage"]) == {"text", "images"}
    total = rows["reward_outcome"] + 0.5 * rows["reward_format"]
    assert rows["reward"].tolist() == pytest.approx(total.tolist())


@pytest.mark.timeout(600)
def test_questions_with_and_without_images_are_scored(data):
    scores = json.loads((data / "08_reporting/scores/two_stages.json").read_text())
    sizes = {family: one["n"] for family, one in scores["by_family"].items()}
    assert sizes == {"charts": 2, "comparison": 2, "counting": 2, "text": 6}
