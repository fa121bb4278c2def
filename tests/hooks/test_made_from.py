"""Results made with other parameters are not taken for those asked for."""

import pandas as pd
import pytest
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.hooks.made_from import differences, digest, recipes

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
