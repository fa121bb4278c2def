"""A variant of several stages, through ``kedro run``: each starts from the one before."""

import json
import shutil
import signal

import pandas as pd
import pytest
import yaml
from smoke_place import Place

pytestmark = pytest.mark.timeout(900)
OTHERS = [
    "outcome", "sft", "step_rar", "step_rvr", "step_grpo_m2", "step_grpo_m3", "step_grpo_m5",
    "step_grpo_m6", "step_grpo",
]  # fmt: skip
ONLY_ANSWERS = {"outcome": 1.0, "key_steps": None, "validity": 0.0}
GRID = {
    "variants": dict.fromkeys(OTHERS)
    | {
        "straight": {"from": "base_model", "group_size": 2, "label": "No warm-up"},
        "three": {
            "label": "SFT, StepGRPO, answers",
            "colour": "#112233",
            "stages": [
                {"method": "sft", "records": "warm_up_records", "n_records": 100, "num_steps": 2},
                {"method": "step_grpo", "checkpoint_steps": 1},
                {"method": "step_grpo", "rewards": ONLY_ANSWERS, "num_steps": 1},
            ],
        },
    }
}
SECOND_LOSS = "r1vl_kedro.training.resumable:ResumableTrainer.compute_loss:2"
STAGES = ["sft", "step_grpo", "step_grpo_2"]
REPORT = {"headline": "three", "contrasts": ["straight"], "example_variants": ["base", "three"]}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("stages"))
    smoke = place.conf / "smoke"
    parameters = yaml.safe_load((smoke / "parameters.yml").read_text())
    parameters["step_grpo"]["rollouts_per_step"] = 24
    parameters["reporting"] |= REPORT
    parameters["data_prep"]["split"]["n_warm_up"] = 110
    parameters["ablation"] = GRID
    (smoke / "parameters.yml").write_text(yaml.safe_dump(parameters))
    catalog = (smoke / "catalog.yml").read_text()
    (smoke / "catalog.yml").write_text(catalog.replace("n: 90", "n: 180"))
    place.run()
    return place


def manifest(place, model: str) -> dict:
    return json.loads((place.data / "06_models/ablation" / model / "manifest.json").read_text())


def test_each_stage_starts_from_the_one_before(place):
    models = place.data / "06_models"
    first, second, third = (manifest(place, f"three.{stage}") for stage in STAGES)
    assert first["base"] == str(models / "warm_up")
    assert second["base"] == str(models / "ablation/three.sft")
    assert third["base"] == str(models / "ablation/three.step_grpo")
    assert first["records_used"] == 100
    assert (first["options"]["num_steps"], third["options"]["num_steps"]) == (2, 1)


def test_reinforcement_learning_may_start_from_the_base_model(place):
    assert "base_model" in manifest(place, "straight")["base"]


def test_the_last_stage_is_what_is_evaluated(place):
    output = place.data / "07_model_output/ablation"
    log = json.loads((output / "three/training_log.json").read_text())
    assert {row["stage"] for row in log} == set(STAGES)
    steps = {stage: {row["step"] for row in log if row["stage"] == stage} for stage in STAGES}
    assert steps == {"sft": {0, 1, 2}, "step_grpo": {3, 4}, "step_grpo_2": {5}}
    assert len(pd.read_parquet(output / "three/verdicts.parquet")) == 24


def test_one_child_has_the_metrics_of_all_stages(place):
    _, children, client = place.runs()
    assert sorted(children) == ["base", "straight", "three", "warm_up"]
    run = children["three"]
    losses = {
        stage: len(client.get_metric_history(run.info.run_id, f"{stage}/train/loss"))
        for stage in STAGES
    }
    assert losses == {"sft": 2, "step_grpo": 2, "step_grpo_2": 1}
    assert "train/loss" not in run.data.metrics
    assert "accuracy/all" in run.data.metrics
    assert run.data.params["stages.step_grpo_2.num_steps"] == "1"
    assert "train/loss" in children["straight"].data.metrics


def test_a_run_killed_inside_a_stage_goes_on_stage_by_stage(place):
    """What a stage before has left stays, the killed one resumes, all comes out as before."""
    models = place.data / "06_models/ablation"
    files = {stage: models / f"three.{stage}/model.safetensors" for stage in STAGES}
    weights = {stage: file.read_bytes() for stage, file in files.items()}
    first = files["sft"].stat().st_mtime_ns
    for stage in STAGES[1:]:
        shutil.rmtree(models / f"three.{stage}")
        shutil.rmtree(place.data / f"07_model_output/ablation/three.{stage}")
    for gone in ("07_model_output/ablation/three", "08_reporting"):
        shutil.rmtree(place.data / gone)
    go_on = "--only-missing-outputs", "--to-outputs=three.results"

    code, output = place.attempt(*go_on, killed_at=SECOND_LOSS)
    assert code == -signal.SIGKILL, output[-3000:]
    assert not files["step_grpo"].exists()
    state = place.data / "06_models/_work/three/step_grpo.state"
    assert [mark.parent.name for mark in state.glob("checkpoint-*/_COMPLETE")] == ["checkpoint-1"]

    output = place.run(*go_on)
    resumed = f"resuming from {state / 'checkpoint-1'}"
    assert resumed.replace(" ", "") in "".join(output.split())
    assert files["sft"].stat().st_mtime_ns == first
    assert {stage: file.read_bytes() for stage, file in files.items()} == weights
    _, children, _ = place.runs()
    assert "sft/train/loss" in children["three"].data.metrics
