"""conf/medvlm_r1, conf/med_r1 and its tasks, and their papers' sizes: options, graph, matrices."""

import pandas as pd
import pytest
from kedro.framework.project import pipelines
from recipes import context_of, recipe_of, small_run, unknown_datasets

from r1vl_kedro.reporting.transfer import matrices
from r1vl_kedro.training.options import StepGRPOOptions

STYLES = ("plain", "noise", "outline")
FAMILIES = ("most", "more", "tallest")
MODALITIES = ("ct", "der", "fp", "mr", "micro", "oct", "x_ray", "us")
TASKS = (
    "anatomy_identification", "disease_diagnosis", "lesion_grading", "modality_recognition",
    "other_biological_attributes",
)  # fmt: skip
HOW = ("think", "no_think", "sft")
VARIANTS = {
    "medvlm_r1": {"base", "cold_start", "sft", "medvlm_r1"},
    "medvlm_r1_paper": {"base", "medvlm_r1"},
    "med_r1": {"base", "cold_start", "cold_start_no_think"}
    | {f"{how}_{one}" for how in HOW for one in STYLES},
    "med_r1_tasks": {"base", "cold_start", "cold_start_no_think"}
    | {f"{how}_{one}" for how in HOW for one in FAMILIES},
    "med_r1_paper": {"base"} | {f"{how}_{one}" for how in HOW for one in (*MODALITIES, *TASKS)},
}
ACCURACY = {"med_r1": "outcome", "med_r1_tasks": "outcome", "med_r1_paper": "r1v"}
MATRICES = {
    "med_r1": dict.fromkeys(HOW, ("modality", 3)),
    "med_r1_tasks": dict.fromkeys(HOW, ("family", 3)),
    "med_r1_paper": {
        f"{how} by {column}": (column, n)
        for how in HOW
        for column, n in (("modality", 8), ("task", 5))
    },
}


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


@pytest.mark.parametrize("env", MATRICES)
def test_med_r1_has_matrices_with_reasoning_and_without(env):
    variants = context_of(env).config_loader["parameters"]["variants"]
    found = matrices(variants)
    assert {name: (one.column, len(one.rows)) for name, one in found.items()} == MATRICES[env]
    for one in (one for name, one in found.items() if name.startswith("no_think")):
        for name in one.rows.values():
            variant = variants[name]
            assert variant["grammar"] == variant["evaluation"]["grammar"] == "no_think"
            assert variant["options"]["grammar"] == "no_think"


@pytest.mark.timeout(600)
def test_the_matrix_of_tasks_is_drawn_from_models_trained_on_one_task_each(tmp_path):
    short = {"num_steps": 2, "batch_size": 4}
    stages = [{"method": "sft", "from": "base_model", "records": "warm_up_records", **short}]
    cold_start = {"stages": stages}
    data = small_run(
        tmp_path,
        "med_r1_tasks",
        records={"source_records": 60, "validation_records": 9, "test_records": 18},
        parameters={
            "step_grpo": {"num_steps": 2, "rollouts_per_step": 4},  # continued SFT is as long
            "ablation": {
                "variants": {"cold_start": cold_start, "cold_start_no_think": None}
                | {f"{how}_{one}": None for how in HOW[:2] for one in FAMILIES}
            },
            "reporting": {"headline": "sft_most", "contrasts": [], "example_variants": ["base"]},
        },
        outputs="table_transfer,table_transfer_means,figure_transfer_png",
    )
    cells = pd.read_csv(data / "08_reporting/tables/transfer.csv", keep_default_na=False)
    tested = cells.pivot(index="row", columns="test", values="n")
    assert set(tested.columns) == set(FAMILIES) and (tested == 6).all(axis=None)
    assert set(zip(cells["matrix"], cells["train"], strict=True)) == {
        *(("sft", family) for family in FAMILIES), ("others", "")
    }  # fmt: skip
    means = pd.read_csv(data / "08_reporting/tables/transfer_means.csv")
    assert list(means["mean"]) == ["diagonal", "off-diagonal", "difference"]
    assert set(means["n"]) == {18}
    assert (data / "08_reporting/figures/transfer.png").stat().st_size > 1000
