"""The ablation in a smoke size, through ``kedro run``: what came out, and going on."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from smoke_place import OF_ITS_OWN, OTHER_KERNELS, Place

from r1vl_kedro import kernels

VARIANTS = ["base", "outcome", "sft", "step_grpo", "step_grpo_m2", "step_rar", "warm_up"]
LEFT_OUT = ["step_grpo_m3", "step_grpo_m5", "step_grpo_m6", "step_rvr"]
"""Rows of the grid that differ from those of ``VARIANTS`` in a number."""
TRAINED = [name for name in VARIANTS if name not in ("base", "warm_up")]
TEST_RECORDS = 24
PINNED = "avx2" in Path("/proc/cpuinfo").read_text()
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("smoke"))
    place.leave_out(LEFT_OUT)
    place.run()
    return place


def test_every_variant_has_all_its_results(place):
    output = place.data / "07_model_output/ablation"
    for name in VARIANTS:
        predictions = pd.read_parquet(output / name / "predictions.parquet")
        verdicts = pd.read_parquet(output / name / "verdicts.parquet")
        assert len(predictions) == len(verdicts) == TEST_RECORDS
        scores = json.loads((place.data / f"08_reporting/scores/{name}.json").read_text())
        assert scores["n"] == TEST_RECORDS
        assert scores["ci_low"] <= scores["accuracy"] <= scores["ci_high"]
    for name in TRAINED:
        log = json.loads((output / name / "training_log.json").read_text())
        assert {row["step"] for row in log} >= {1, 2}
        assert (place.data / "06_models/ablation" / name / "_COMPLETE").is_file()
        assert (place.data / "06_models/ablation" / name / "model.safetensors").is_file()


def test_variants_of_the_same_records_name_the_same_digests_and_nothing_is_kept_twice(place):
    assert not list(place.data.rglob("cache-*.arrow"))
    digests = {}
    for manifest in place.data.glob("06_models/ablation/*/manifest.json"):
        made = json.loads(manifest.read_text())
        digests.setdefault(made["records"], set()).add(made["records_digest"])
    assert digests and all(len(found) == 1 for found in digests.values())


def test_all_variants_see_as_many_responses(place):
    output = place.data / "07_model_output/ablation"
    for name in (n for n in TRAINED if n != "sft"):
        rollouts = pd.read_parquet(output / name / "rollouts.parquet")
        assert set(rollouts["step"]) == {1, 2}


def test_the_tables_are_complete(place):
    tables = {p.stem: pd.read_csv(p) for p in (place.data / "08_reporting/tables").glob("*.csv")}
    assert set(tables) == {"rewards", "group_size", "reward_level", "contrasts", "overview"}
    assert len(tables["overview"]) == len(VARIANTS)
    for name, table in tables.items():
        assert len(table), name
    page = (place.data / "08_reporting/report.html").read_text()
    assert "<html" in page


def test_every_record_is_accounted_for(place):
    report = json.loads((place.data / "08_reporting/data_prep_report.json").read_text())
    rejected = json.loads((place.data / "08_reporting/rejected_records.json").read_text())
    assert report
    assert rejected, "the embedded world breaks some records on purpose"


def test_mlflow_has_one_parent_and_a_finished_child_per_variant(place):
    parents, children, client = place.runs()
    assert parents[0].info.status == "FINISHED"
    assert sorted(children) == VARIANTS
    assert {run.info.status for run in children.values()} == {"FINISHED"}
    for name, run in children.items():
        scores = json.loads((place.data / f"08_reporting/scores/{name}.json").read_text())
        assert run.data.metrics["accuracy/all"] == pytest.approx(scores["accuracy"])
        assert any(entry.dataset.name == "test_records" for entry in run.inputs.dataset_inputs)
    curve = client.get_metric_history(children["step_grpo"].info.run_id, "train/loss")
    assert [point.step for point in sorted(curve, key=lambda point: point.step)] == [1, 2]
    files = {file.path for file in client.list_artifacts(parents[0].info.run_id, "tables")}
    assert "tables/rewards.json" in files
    shown = Path(client.download_artifacts(parents[0].info.run_id, "figures"))
    drawn = list((place.data / "08_reporting/figures").glob("*.png"))
    assert drawn
    for picture in drawn:
        assert (shown / picture.name).read_bytes() == picture.read_bytes()


def test_going_on_makes_anew_what_is_missing_or_of_other_settings_and_ends_with_the_same_tables(
    place, monkeypatch
):
    """A row made with three updates stands in the report as that, until the grid's is back.

    One variant and the report are taken away; they and that row are made anew, and exactly as
    before. This time jobs run in processes of their own, which report to MLflow themselves, and
    all are started in an environment that prefers other kernels.
    """
    before, log = place.tables(), place.data / "07_model_output/ablation/outcome/training_log.json"
    kept = place.data / "06_models/ablation/step_rar/model.safetensors"
    kept_at = kept.stat().st_mtime_ns
    lost = place.data / "06_models/ablation/step_grpo/model.safetensors"
    weights = lost.read_bytes()

    place.run("--namespaces=outcome", params="ablation.variants.outcome.num_steps=3")
    assert len(json.loads(log.read_text())) == 3
    place.run("--to-outputs=report", pipeline="reporting")
    page = (place.data / "08_reporting/report.html").read_text()
    assert "The row outcome does not belong to this grid" in page
    assert "num_steps 3 instead of 2" in page

    for gone in (
        "06_models/ablation/step_grpo", "06_models/_work/step_grpo",
        "07_model_output/ablation/step_grpo", "08_reporting",
    ):  # fmt: skip
        shutil.rmtree(place.data / gone)
    for name, value in (OTHER_KERNELS if PINNED else {}).items():
        monkeypatch.setenv(name, value)
    output = place.run(
        "--only-missing-outputs", params="launcher.in_process=false", through=OF_ITS_OWN
    )
    assert "num_steps 3 instead of 2: made anew" in " ".join(output.split())
    assert len(json.loads(log.read_text())) == 2
    assert (place.data / "06_models/_work/step_grpo/logs").is_dir()
    assert kept.stat().st_mtime_ns == kept_at
    assert lost.read_bytes() == weights
    assert place.tables() == before
    page = (place.data / "08_reporting/report.html").read_text()
    assert "does not belong to this grid" not in page
    if PINNED:
        made = json.loads((lost.parent / "manifest.json").read_text())["cpu_kernels"]
        del made["processor"]
        assert made == {"aten": "AVX2", **kernels.AVX2}

    parents, children, client = place.runs()
    curve = client.get_metric_history(children["step_grpo"].info.run_id, "train/loss")
    assert sorted(point.step for point in curve) == [1, 2]
    assert {run.info.status for run in parents} == {"FINISHED"} and len(parents) == 4
    assert sorted(children) == VARIANTS
    assert {run.info.status for run in children.values()} == {"FINISHED"}
    assert "train_sft" in children["sft"].data.tags["r1vl.reused"]
    assert "r1vl.reused" not in children["step_grpo"].data.tags


def test_the_same_seed_gives_the_same_data_and_warm_up_in_another_place(place, tmp_path):
    other = Place(tmp_path)
    other.run("--to-outputs=warm_up_checkpoint,rl_prompts")
    from datasets import load_from_disk

    for name in ("warm_up_records", "rl_prompts"):
        first = load_from_disk(str(place.data / "05_model_input" / name))
        second = load_from_disk(str(other.data / "05_model_input" / name))
        assert first.remove_columns("images").to_list() == second.remove_columns("images").to_list()
    one, two = (made.data / "06_models/warm_up" for made in (place, other))
    assert (one / "model.safetensors").read_bytes() == (two / "model.safetensors").read_bytes()
