"""What stands in MLflow after runs that end well, fail, are stopped, or are killed."""

import json
import os
import signal
import time
from pathlib import Path

import pytest
import yaml

from . import toy


def by_name(root: Path, parent: str) -> dict[str, dict]:
    """The children of a parent run, by name."""
    return {
        run["name"]: run
        for run in toy.runs(root)
        if run["tags"].get("mlflow.parentRunId") == parent
    }


def parents(root: Path) -> list[dict]:
    return [run for run in toy.runs(root) if "mlflow.parentRunId" not in run["tags"]]


def states(root: Path, parent: str) -> dict[str, str]:
    return {name: run["status"] for name, run in by_name(root, parent).items()}


def wait_for(path: Path, process) -> None:
    deadline = time.monotonic() + 90
    while not path.exists():
        if process.poll() is not None:
            pytest.fail(f"ended before {path.name} was there:\n{process.output()}")
        if time.monotonic() > deadline:
            pytest.fail(f"{path.name} did not appear:\n{process.end(0)[1]}")
        time.sleep(0.1)


class TestFinishedRun:
    def test_one_parent_and_one_child_per_variant_all_finished(self, finished):
        (parent,) = parents(finished)
        assert parent["status"] == "FINISHED"
        assert states(finished, parent["id"]) == dict.fromkeys(
            ("base", "outcome", "step_grpo"), "FINISHED"
        )

    def test_children_have_what_the_grid_varies_and_the_headline_options(self, finished):
        children = by_name(finished, parents(finished)[0]["id"])
        assert children["base"]["params"] == {"method": "base"}
        weights = {f"rewards.{name}.weight": "1.0" for name in ("outcome", "key_steps", "validity")}
        common = {"method": "step_grpo", "seed": "0", "group_size": "4", **weights}
        assert children["outcome"]["params"] == {**common, "beta": "0.1"}
        assert children["step_grpo"]["params"] == {**common, "beta": "0.04"}

    def test_children_have_the_colours_and_labels_of_the_report(self, finished):
        children = by_name(finished, parents(finished)[0]["id"])
        assert children["step_grpo"]["tags"]["mlflow.runColor"] == "#1d4ed8"
        assert children["step_grpo"]["tags"]["label"] == "StepGRPO (both, M = 4)"

    def test_the_curve_of_a_shared_warm_up_belongs_to_the_variant_that_evaluates_it(self):
        from kedro.pipeline import Node, Pipeline

        from r1vl_kedro.hooks.about import owners
        from r1vl_kedro.pipelines.ablation.entries import Variant

        def make(name, *inputs, namespace=None):
            return Node(print, list(inputs), f"{name}_made", name=name, namespace=namespace)

        warm_up = Node(lambda: 1, None, ["warm_up_log", "warm_up_checkpoint"], name="train_warm_up")
        score = make("score", "warm_up_checkpoint", namespace="warm_up")
        about = {"name": "warm_up", "seed": None, "method": "warm_up"}
        variants = {"warm_up": Variant(**about, base="warm_up_checkpoint")}
        assert owners(Pipeline([warm_up, score]), variants) == {
            "train_warm_up": "warm_up", "warm_up.score": "warm_up"
        }  # fmt: skip

    def test_final_scores_are_metrics_of_the_child_and_sizes_are_none(self, finished):
        (parent,) = parents(finished)
        child = by_name(finished, parent["id"])["outcome"]
        assert child["metrics"]["accuracy/all"] == 0.5
        assert child["metrics"]["accuracy/counting"] == 0.25
        assert not [name for name in child["metrics"] if name.endswith("/n")]
        assert child["tags"]["n"] == "4"
        assert parent["metrics"] == {}

    def test_the_headline_is_the_first_metric_though_training_logs_before_it(self, finished):
        from mlflow import MlflowClient

        (parent,) = parents(finished)
        run = by_name(finished, parent["id"])["outcome"]["id"]
        client = MlflowClient(f"sqlite:///{finished / 'mlflow.db'}")
        first, *_ = metrics = list(client.get_run(run).data.metrics)
        assert first == "accuracy/all"
        assert "train/loss" in metrics

    def test_the_run_its_variants_and_the_experiment_are_described_by_the_table(self, finished):
        from mlflow import MlflowClient

        (parent,) = parents(finished)
        children = by_name(finished, parent["id"])
        best = "Highest accuracy on the test records: **base**, 50.0 [15.0, 85.0] % (n = 4)."
        assert parent["tags"]["mlflow.note.content"].startswith(best)
        assert children["base"]["tags"]["mlflow.note.content"] == "50.0 [15.0, 85.0] %, n 4"
        assert children["outcome"]["tags"]["mlflow.note.content"] == (
            "50.0 [15.0, 85.0] %, n 4; +0.0 [-9.0, +9.0] over base"
        )
        client = MlflowClient(f"sqlite:///{finished / 'mlflow.db'}")
        experiment = client.get_experiment_by_name("r1vl_kedro")
        text = experiment.tags["mlflow.note.content"]
        assert "highest accuracy **base**, one seed: 50.0 [15.0, 85.0] %, n 4." in text
        page = f"#/experiments/{experiment.experiment_id}/runs/{parent['id']}?workflowType"
        assert text.startswith(f"[Latest results]({page}")
        assert f"viewStateShareKey={parent['id']})" in text

    def test_the_training_log_is_a_curve(self, finished):
        from mlflow import MlflowClient

        child = by_name(finished, parents(finished)[0]["id"])["outcome"]
        client = MlflowClient(f"sqlite:///{finished / 'mlflow.db'}")
        history = client.get_metric_history(child["id"], "train/loss")
        assert [(point.step, point.value) for point in history] == [(1, 1.0), (2, 0.5), (3, 1 / 3)]

    def test_tables_figures_and_the_configuration_are_artifacts(self, finished):
        (parent,) = parents(finished)
        child = by_name(finished, parent["id"])["outcome"]
        artifacts = finished / "mlartifacts" / "r1vl_kedro"
        table = json.loads(
            (artifacts / parent["id"] / "artifacts/tables/overview.json").read_text()
        )
        assert table["columns"][:2] == ["variant", "n"]
        assert [row[0] for row in table["data"]] == ["base", "outcome", "step_grpo"]
        assert (artifacts / parent["id"] / "artifacts/figures/all.html").is_file()
        assert (artifacts / child["id"] / "artifacts/tables/rollouts.json").is_file()
        kept = artifacts / parent["id"] / "artifacts/config/parameters.yml"
        resolved = yaml.safe_load(kept.read_text())
        assert resolved["variants"]["outcome"]["options"]["beta"] == 0.1
        assert resolved["step_grpo"]["beta"] == 0.04

    def test_two_seeds_make_two_children_of_a_trained_variant(self, tmp_path):
        from r1vl_kedro.pipelines.ablation import grid

        root = toy.make(tmp_path, seeds=(0, 7))
        parameters = {}
        for file in (root / "conf" / "base").glob("parameters*.yml"):
            text = file.read_text().replace("${globals:data}", "data")
            parameters |= yaml.safe_load(text)
        variants = grid.expand(parameters)["variants"]
        assert sorted(variants) == [
            "base", "outcome_seed0", "outcome_seed7", "step_grpo_seed0", "step_grpo_seed7"
        ]  # fmt: skip
        assert variants["outcome_seed7"]["seed"] == 7
        assert variants["base"]["seed"] is None


def test_a_failing_variant_is_failed_and_the_others_keep_what_they_did(tmp_path):
    root = toy.make(tmp_path, {"outcome": "fail"})
    code, output = toy.run(root)
    assert code != 0
    assert "outcome cannot be trained" in output
    (parent,) = parents(root)
    assert parent["status"] == "FAILED"
    children = by_name(root, parent["id"])
    assert children["outcome"]["status"] == "FAILED"
    assert "outcome cannot be trained" in children["outcome"]["tags"]["error"]
    rest = {children[name]["status"] for name in {"base", "step_grpo"} & children.keys()}
    assert rest <= {"FINISHED", "KILLED"}


def test_stopped_killed_locked_and_resumed(tmp_path):
    """One project through its whole life: SIGTERM, a second run at once, SIGKILL, resumption."""
    root = toy.make(tmp_path, {"outcome": "wait"})
    started, base_scores = root / "work/outcome.started", root / "data/base/scores.json"

    # SIGTERM: the run ends in seconds, nothing is FINISHED that was not through.
    process = toy.start(root)
    wait_for(started, process)
    wait_for(base_scores, process)
    while states(root, parents(root)[0]["id"])["base"] == "RUNNING":
        assert process.poll() is None, process.output()
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGTERM)
    code, output = process.end(30)
    assert code not in (0, -signal.SIGKILL), output
    assert "SIGTERM: jobs save their state" in output and "--only-missing-outputs" in output
    (stopped,) = parents(root)
    assert stopped["status"] == "KILLED"
    after_stop = states(root, stopped["id"])
    assert after_stop["base"] == "FINISHED"
    assert after_stop["outcome"] == "KILLED"

    # While a run is at work, another is refused with a clear word.
    started.unlink()
    process = toy.start(root, "--only-missing-outputs")
    wait_for(started, process)
    code, output = toy.run(root)
    assert code != 0
    said = " ".join(output.split())
    assert "another run is using" in said
    assert f"process {process.pid} on" in said

    # SIGKILL: the run stays RUNNING in the store, for nobody was left to close it ...
    process.end(0)
    killed = parents(root)[1]
    assert killed["status"] == "RUNNING"

    # ... until the next one starts. Its lock stops nobody, and what was done is not done again.
    (root / "work/outcome.go").touch()
    before = base_scores.stat().st_mtime_ns
    code, output = toy.run(root, "--only-missing-outputs")
    assert code == 0, output
    stopped, killed, resumed = parents(root)
    assert killed["status"] == "KILLED"
    assert "RUNNING" not in states(root, killed["id"]).values()
    assert resumed["status"] == "FINISHED"
    assert base_scores.stat().st_mtime_ns == before
    children = by_name(root, resumed["id"])
    assert {run["status"] for run in children.values()} == {"FINISHED"}
    # The resumed run shows every variant, those that were not run again too.
    assert {run["metrics"]["accuracy/all"] for run in children.values()} == {0.5}
    assert "score" in children["base"]["tags"]["r1vl.reused"]
    assert "r1vl.reused" not in children["outcome"]["tags"]


def test_variants_run_side_by_side_and_none_twice(tmp_path):
    """Two commands at once, each with its own namespace, over results that both only read."""
    root = toy.make(tmp_path, {"outcome": "wait"})
    code, output = toy.run(root, "--to-nodes=share")
    assert code == 0, output
    one = toy.start(root, "--namespaces=outcome")
    wait_for(root / "work/outcome.started", one)

    code, output = toy.run(root, "--namespaces=base")
    assert code == 0, output
    code, output = toy.run(root, "--namespaces=outcome")
    assert code != 0
    assert f"another run is using the results of 'outcome' below {root / 'data'}" in output
    assert f"process {one.pid} on" in output

    (root / "work/outcome.go").touch()
    code, output = one.end(120)
    assert code == 0, output
    for name in ("base", "outcome"):
        assert toy.read_json(root / f"data/{name}/scores.json")["accuracy"] == 0.5
    # The refused run left no trace; of the others, neither closed the other's runs.
    assert [run["status"] for run in parents(root)] == ["FINISHED"] * 3
    children = [run for run in toy.runs(root) if "mlflow.parentRunId" in run["tags"]]
    assert {(run["name"], run["status"]) for run in children} >= {
        ("base", "FINISHED"), ("outcome", "FINISHED")
    }  # fmt: skip
