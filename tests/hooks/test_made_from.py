"""Results made with other parameters are not taken for those asked for."""

from types import SimpleNamespace

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline
from kedro_datasets.json import JSONDataset

from r1vl_kedro.hooks.made_from import HalfWrittenError, MadeFromHooks
from r1vl_kedro.hooks.recipes import differences, digest, recipes
from r1vl_kedro.pipelines.ablation.stages import within
from r1vl_kedro.pipelines.evaluation import create_pipeline

from . import toy

PARAMETERS = {
    "warm_up": {"num_steps": 450},
    "launcher": {"num_processes": 1},
    "variants": {"outcome": {"options": {"num_steps": 30}}},
}


def keep(*values):
    return values


PIPELINE = Pipeline(
    [
        Node(
            keep, ["records", "params:warm_up", "params:launcher"], "warm_up_checkpoint", name="a"
        ),
        Node(
            keep,
            ["warm_up_checkpoint", "params:variants.outcome.options"],
            "outcome.checkpoint",
            name="b",
        ),
    ]
)


def made(**changes):
    return recipes(PIPELINE, PARAMETERS | changes, leaf=lambda name: name)


class TestRecipes:
    def test_a_change_reaches_all_that_follows_from_it(self):
        old, new = made(), made(warm_up={"num_steps": 20})
        assert differences(old["warm_up_checkpoint"], new["warm_up_checkpoint"]) == [
            "warm_up.num_steps 450 instead of 20"
        ]
        assert differences(old["outcome.checkpoint"], new["outcome.checkpoint"]) == [
            "another warm_up_checkpoint"
        ]

    def test_a_change_of_one_variant_leaves_what_is_before_it(self):
        old = made()
        new = made(variants={"outcome": {"options": {"num_steps": 20}}})
        assert old["warm_up_checkpoint"] == new["warm_up_checkpoint"]
        assert differences(old["outcome.checkpoint"], new["outcome.checkpoint"]) == [
            "variants.outcome.options.num_steps 30 instead of 20"
        ]

    def test_where_a_node_runs_does_not_matter(self):
        assert made() == made(launcher={"num_processes": 4})

    @pytest.mark.parametrize("option", ["checkpoint", "label", "baseline"])
    def test_what_another_evaluation_is_about_does_not_matter_to_a_row(self, option):
        evaluation = {"decoding": {"batch_size": 64}, "grammar": "r1vl", option: "before"}
        row = within("base", create_pipeline(), {"checkpoint": "base_model"}, {})

        def asked(options, known):
            return recipes(row, {"evaluation": options}, lambda name: name, known.get)

        there = asked(evaluation, {})
        assert asked({**evaluation, option: "after"}, there) == there
        other = asked({**evaluation, option: "after", "decoding": {"batch_size": 8}}, there)
        assert differences(there["base.predictions"], other["base.predictions"]) == [
            "evaluation.decoding.batch_size 64 instead of 8"
        ]
        assert there["base.scores"] != other["base.scores"]
        boxed = asked({**evaluation, "grammar": "boxed"}, there)
        assert boxed["base.predictions"] == there["base.predictions"]
        assert boxed["base.scores"] != there["base.scores"]

    def test_how_long_others_train_does_not_matter_to_a_row_that_is_scored(self):
        row = within("base", create_pipeline(), {"checkpoint": "base_model"}, {})
        rewards = {"key_steps": {"alpha": 0.1}}

        def asked(known, **step_grpo):
            return recipes(row, {"step_grpo": step_grpo}, lambda name: name, known.get)

        there = asked({}, num_steps=30, rewards=rewards)
        assert asked(there, num_steps=20, rewards=rewards) == there
        other = asked(there, num_steps=20, rewards={"key_steps": {"alpha": 0.2}})
        assert differences(there["base.scores"], other["base.scores"]) == [
            "step_grpo.rewards.key_steps.alpha 0.1 instead of 0.2"
        ]

    def test_another_node_is_a_difference(self):
        old = {"node": "a", "params": {}, "inputs": {"records": "0f"}}
        assert differences(old, {**old, "node": "b"}) == ["the node a instead of b"]
        assert differences(old, {**old, "inputs": {}}) == ["another records"]

    def test_another_source_matters(self):
        other = recipes(PIPELINE, PARAMETERS, leaf=lambda name: f"other {name}")
        assert digest(made()["outcome.checkpoint"]) != digest(other["outcome.checkpoint"])


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = toy.make(tmp_path_factory.mktemp("toy"))
    code, output = toy.run(root)
    assert code == 0, output
    return root


def lengths(root) -> dict[str, int]:
    found = (root / "data").rglob("rollouts*.parquet")
    return {str(path): path.stat().st_mtime_ns for path in found if len(pd.read_parquet(path))}


def test_only_what_other_parameters_made_is_made_anew(project):
    before = lengths(project)
    code, output = toy.run(project, "--only-missing-outputs")
    assert code == 0, output
    assert lengths(project) == before
    code, output = toy.run(
        project, "--only-missing-outputs", "--params", "ablation.variants.outcome.beta=0.5"
    )
    assert code == 0, output
    assert "beta 0.1 instead of 0.5" in " ".join(output.split())
    changed = {path for path, when in lengths(project).items() if when != before[path]}
    assert changed
    assert all("outcome" in path for path in changed)


THROUGH_MEMORY = Pipeline(
    [
        Node(keep, "records", "first", name="make_first"),
        Node(keep, "first", "between", name="make_between"),
        Node(keep, ["between", "params:steps"], "second", name="make_second"),
    ]
)
BEFORE = {"source": "old", "steps": 1}
COUNTED = "results that are made anew, since their parameters or inputs have changed: {}"


class TestWhy:
    """A hook over a catalog of two files, the second made from the first through memory."""

    def again(self, tmp_path, caplog, before, now):
        """Make both, then ask what of it is made anew; returns what is logged."""
        for given in (before, now):
            hooks, catalog = MadeFromHooks(), DataCatalog()
            loader = {"globals": {"data": "data"}, "parameters": {"steps": given["steps"]}}
            hooks.after_context_created(
                SimpleNamespace(config_loader=loader, project_path=tmp_path)
            )
            for name in ("records", "first", "second"):
                folder = given["source"] if name == "records" else "made"
                catalog[name] = JSONDataset(filepath=str(tmp_path / folder / f"{name}.json"))
            catalog["records"].save([])
            hooks.after_catalog_created(catalog)
            caplog.clear()
            run = {"only_missing_outputs": given is now}
            hooks.before_pipeline_run(run, THROUGH_MEMORY, catalog)
            for name in ("first", "second") if given is before else ():
                hooks.before_dataset_saved(name)
                catalog[name].save([])
                hooks.after_dataset_saved(name)
        return [record.getMessage() for record in caplog.records]

    def test_what_has_not_changed_is_kept(self, tmp_path, caplog):
        assert self.again(tmp_path, caplog, BEFORE, dict(BEFORE)) == []

    def test_another_source_is_named_once(self, tmp_path, caplog):
        assert self.again(tmp_path, caplog, BEFORE, BEFORE | {"source": "new"}) == [
            "first was made with another records: made anew",
            COUNTED.format(2),
        ]

    def test_a_parameter_is_named(self, tmp_path, caplog):
        assert self.again(tmp_path, caplog, BEFORE, BEFORE | {"steps": 2}) == [
            "second was made with steps 1 instead of 2: made anew",
            COUNTED.format(1),
        ]


class TestHalfWritten:
    """A run died while it wrote the second file in place, over a whole one."""

    @pytest.fixture
    def begin(self, tmp_path):
        def begin(pipeline=THROUGH_MEMORY):
            hooks, catalog = MadeFromHooks(), DataCatalog()
            loader = {"globals": {"data": "data"}, "parameters": {"steps": 1}}
            hooks.after_context_created(
                SimpleNamespace(config_loader=loader, project_path=tmp_path)
            )
            for name in ("records", "first", "second"):
                catalog[name] = JSONDataset(filepath=str(tmp_path / f"{name}.json"))
            catalog["records"].save([])
            hooks.after_catalog_created(catalog)
            hooks.before_pipeline_run({"only_missing_outputs": True}, pipeline, catalog)
            return hooks, catalog

        hooks, catalog = begin()
        for name in ("first", "second"):
            hooks.before_dataset_saved(name)
            catalog[name].save([1])
            hooks.after_dataset_saved(name)
        hooks.before_dataset_saved("second")
        (tmp_path / "second.json").write_text("[1")
        return begin

    def test_it_is_made_anew(self, begin, caplog):
        _, catalog = begin()
        assert catalog.exists("first") and not catalog.exists("second")
        [said] = [record.getMessage() for record in caplog.records]
        assert "second.json was being written when a run died; it is made anew" in said

    def test_a_run_that_only_reads_it_is_refused(self, begin):
        with pytest.raises(HalfWrittenError, match=r"second \(.*second\.json\) was being written"):
            begin(Pipeline([Node(keep, "second", "third", name="make_third")]))
