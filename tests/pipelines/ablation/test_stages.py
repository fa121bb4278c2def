"""The grid expanded: what each stage starts from, reads and gets, and the pipeline over it."""

import pandas as pd
import pytest

from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.pipelines.ablation import create_pipeline
from r1vl_kedro.pipelines.ablation.entries import Variant
from r1vl_kedro.pipelines.ablation.grid import expand
from r1vl_kedro.pipelines.ablation.nodes import join_logs, join_rollouts, tabulate_benchmarks
from r1vl_kedro.responses import get_grammar
from r1vl_kedro.training import methods
from r1vl_kedro.training.common_options import RecordBatchOptions

PARAMETERS = {
    "warm_up": {"num_steps": 9, "batch_size": 8},
    "sft": {"learning_rate": 1e-4},
    "step_grpo": {"num_steps": 3, "rollouts_per_step": 60},
}
BASE = {"method": "base"}
WARM_UP = {"method": "warm_up"}


def variants(seeds=(0,), parameters=PARAMETERS, per_seed=False, **written) -> dict[str, Variant]:
    """The expanded variants of a grid, by namespace."""
    ablation = {"seeds": list(seeds), "variants": written, "warm_up_per_seed": per_seed}
    entries = expand({**parameters, "ablation": ablation})["variants"]
    return {namespace: Variant.model_validate(entry) for namespace, entry in entries.items()}


def test_a_variant_without_stages_is_one_training_from_the_warm_up_on_the_rl_prompts():
    found = variants(x={"group_size": 6, "label": "Six", "colour": "#0a0B0c"})["x"]
    assert (found.method, found.base, found.records) == (
        "step_grpo", "warm_up_checkpoint", "rl_prompts"
    )  # fmt: skip
    assert (found.label, found.colour, found.stages) == ("Six", "#0a0B0c", {})
    assert (found.options["group_size"], found.overrides) == (6, {"group_size": 6})


def test_each_stage_starts_from_the_checkpoint_before_it():
    stages = [{"method": "sft", "num_steps": 2}, {"beta": 0.5}, {"beta": 0.1}]
    found = variants(seeds=(0, 7), x={"stages": stages})["x_seed7"]
    assert {name: stage.base for name, stage in found.stages.items()} == {
        "sft": "warm_up_checkpoint",
        "step_grpo": "x_seed7.sft.checkpoint",
        "step_grpo_2": "x_seed7.step_grpo.checkpoint",
    }
    assert [stage.options.get("beta") for stage in found.stages.values()] == [None, 0.5, 0.1]
    assert found.stages["sft"].options["num_steps"] == 2
    assert (found.method, found.options["beta"]) == ("step_grpo", 0.1)


def test_a_stage_may_start_from_an_earlier_one_another_variant_or_the_base_model():
    stages = {
        "first": {"from": "base_model"},
        "second": {"from": "y"},
        "third": {"from": "first"},
    }
    found = variants(seeds=(0, 1), x={"stages": stages}, y={}, z={"from": "base"}, base=BASE)
    bases = [stage.base for stage in found["x_seed1"].stages.values()]
    assert bases == ["base_model", "y_seed1.checkpoint", "x_seed1.first.checkpoint"]
    assert found["z_seed0"].base == "base_model"


def test_all_seeds_share_one_warm_up_unless_each_is_to_have_its_own():
    shared = variants(seeds=(0, 1), warm_up=WARM_UP, x={})
    assert sorted(shared) == ["warm_up", "x_seed0", "x_seed1"]
    assert {shared[name].base for name in shared} == {"warm_up_checkpoint"}
    own = variants(seeds=(0, 1), per_seed=True, warm_up=WARM_UP, x={}, y={"from": "base_model"})
    assert own["warm_up_seed1"].base == "base_model"
    assert own["warm_up_seed1"].records == "warm_up_records"
    assert own["warm_up_seed1"].options["num_steps"] == 9
    assert own["x_seed1"].base == "warm_up_seed1.checkpoint"
    assert own["y_seed1"].base == "base_model"
    names = {node.name for node in create_pipeline(own).nodes}
    assert {"warm_up_seed0.train_warm_up", "warm_up_seed1.train_warm_up"} <= names
    assert "train_warm_up" not in names


def test_one_seed_has_its_name_where_others_are_to_follow():
    """So that a run of seeds 0 and 1 finds what the run of seed 0 left."""

    def of(*seeds: int) -> dict[str, Variant]:
        grid = {"seeds": list(seeds), "seed_in_names": True, "variants": {"base": BASE, "x": {}}}
        entries = expand({**PARAMETERS, "ablation": grid})["variants"]
        return {name: Variant.model_validate(entry) for name, entry in entries.items()}

    first, both = of(0), of(0, 1)
    assert sorted(first) == ["base", "x_seed0"]
    assert sorted(both) == ["base", "x_seed0", "x_seed1"]
    assert first["x_seed0"] == both["x_seed0"]


@pytest.fixture
def pairs_method(monkeypatch):
    """Two methods beside those there are: one that makes pairs, one that trains on them."""
    common = {"base": methods.WARM_UP, "options": RecordBatchOptions, "sections": ("pairs",)}
    making = methods.Method(**common, records="rl_prompts", leaves=("pairs",))
    training = methods.Method(**common, records="pairs", leaves=("training_log", "checkpoint"))
    monkeypatch.setitem(methods.METHODS, "sample_pairs", making)
    monkeypatch.setitem(methods.METHODS, "preference", training)
    return PARAMETERS | {"pairs": {"learning_rate": 1e-5, "num_steps": 1}}


def test_a_stage_reads_what_a_stage_before_it_made(pairs_method):
    stages = [{"method": "sample_pairs"}, {"method": "preference"}]
    found = variants(parameters=pairs_method, x={"stages": stages})
    preference = found["x"].stages["preference"]
    assert preference.records == "x.sample_pairs.pairs"
    assert preference.base == "warm_up_checkpoint"


def test_variants_may_share_what_another_made(pairs_method):
    found = variants(
        seeds=(0, 1),
        parameters=pairs_method,
        sampled={"method": "sample_pairs"},
        x={"method": "preference", "records": "sampled"},
    )
    assert found["x_seed1"].records == "sampled_seed1.pairs"
    pipeline = create_pipeline(found)
    made = {name for name in pipeline.all_outputs() if name.startswith("sampled_seed1")}
    assert made == {"sampled_seed1.pairs"}, "what ends with no model is neither scored nor reported"
    assert "x_seed1.results" in pipeline.all_outputs()


def test_the_pipeline_joins_the_logs_of_stages_and_evaluates_the_last():
    stages = {"a": {"method": "sft", "n_records": 5, "records": "warm_up_records"}, "b": {}}
    nodes = {node.name: node for node in create_pipeline(variants(x={"stages": stages})).nodes}
    assert nodes["x.a.choose_records"].outputs == ["x.a.chosen_records"]
    assert "x.a.chosen_records" in nodes["x.a.train_sft"].inputs
    assert "x.a.checkpoint" in nodes["x.b.train_step_grpo"].inputs
    assert "x.b.checkpoint" in nodes["x.predict_test"].inputs
    assert nodes["x.join_logs"].outputs == ["x.training_log"]
    assert nodes["x.join_rollouts"].inputs == ["x.a.rollouts", "x.b.rollouts"]
    assert {"x.training_log", "x.rollouts"} <= set(nodes["x.gather"].inputs)


def test_a_variant_may_read_the_records_of_some_values_only():
    found = variants(x={"where": {"modality": "Fundus Photography", "task": ["a", "b"]}})
    assert found["x"].where == {"modality": ["Fundus Photography"], "task": ["a", "b"]}
    nodes = {node.name: node for node in create_pipeline(found).nodes}
    assert "params:variants.x.where" in nodes["x.choose_records"].inputs
    assert "x.chosen_records" in nodes["x.train_step_grpo"].inputs


def test_a_variant_may_have_a_grammar_of_its_own():
    stages = {
        "sft": {"method": "sft", "grammar": "no_think", "num_steps": 2},
        "grpo": {"grammar": "no_think"},
    }
    parameters = PARAMETERS | {"evaluation": {"label": "x", "grammar": "r1vl", "benchmarks": {}}}
    found = variants(parameters=parameters, x={"stages": stages}, usual={"grammar": "r1vl"})
    wording = get_grammar("no_think").wording
    assert found["x"].evaluation["grammar"] == found["x"].grammar == "no_think"
    assert found["x"].template == found["x"].evaluation["benchmarks"]["template"] == wording
    assert found["usual"].grammar is found["usual"].evaluation is None
    nodes = {node.name: node for node in create_pipeline(found).nodes}
    assert "params:variants.x.stages.sft.grammar" in nodes["x.sft.choose_records"].inputs
    assert "params:variants.x.stages.grpo.template" in nodes["x.grpo.train_step_grpo"].inputs
    assert "x.grpo.choose_records" not in nodes, "rollouts need no reference path"
    asked = {"params:variants.x.template", "params:variants.x.evaluation"}
    assert asked <= set(nodes["x.predict_test"].inputs)
    assert "params:prompt.template" in nodes["usual.predict_test"].inputs


def test_joined_logs_count_their_steps_on():
    log = [{"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.4}]
    assert join_logs(sft=log, step_grpo=log[:1]) == [
        {"step": 1, "loss": 0.5, "stage": "sft"},
        {"step": 2, "loss": 0.4, "stage": "sft"},
        {"step": 3, "loss": 0.5, "stage": "step_grpo"},
    ]


def test_joined_rollouts_name_their_stage():
    rollouts = pd.DataFrame({"step": [1], "completion": ["5"]})
    joined = join_rollouts(sft=pd.DataFrame(), step_grpo=rollouts, step_grpo_2=rollouts)
    assert list(joined["stage"]) == ["step_grpo", "step_grpo_2"]
    assert join_rollouts(sft=pd.DataFrame()).empty


def test_every_variant_answers_the_benchmarks_that_the_grid_names():
    pipeline = create_pipeline(variants(base=BASE, x={}), ["mme", "mathvista"])
    nodes = {node.name: node for node in pipeline.nodes}
    assert {"benchmark_mme", "benchmark_mathvista", "base_model"} <= set(
        nodes["base.predict_benchmarks"].inputs
    )
    assert "x.checkpoint" in nodes["x.predict_benchmarks"].inputs
    assert set(nodes["reporting.tabulate_benchmarks"].inputs) == {
        "base.benchmark_scores", "x.benchmark_scores"
    }  # fmt: skip
    assert "benchmark_chartqa" not in pipeline.inputs()
    assert not {name for name in create_pipeline(variants(x={})).datasets() if "benchmark" in name}


def test_benchmarks_of_all_variants_stand_in_one_table():
    entry = {"n": 6, "headline": 50.0, "undecided": 0.5}
    scored = {"mode": "robust", "benchmarks": {"mme": entry | {"set_aside": 1}}}
    table = tabulate_benchmarks(base=scored, x_seed3=scored)
    assert table.to_dict("list") == {
        "variant": ["base", "x"],
        "seed": pytest.approx([float("nan"), 3], nan_ok=True),
        "benchmark": ["mme", "mme"],
        "n": [6, 6],
        "set_aside": [1, 1],
        "score": [50.0, 50.0],
        "undecided": [0.5, 0.5],
        "scoring": ["robust", "robust"],
    }


def test_a_benchmark_that_there_is_not_is_named():
    ablation = {"seeds": [0], "variants": {"x": {}}, "benchmarks": "mme matvista"}
    with pytest.raises(ConfigurationError, match=r"ablation.benchmarks .*matvista.*mathvista"):
        expand({**PARAMETERS, "ablation": ablation})


def test_without_a_warm_up_none_is_trained():
    names = {node.name for node in create_pipeline(variants(x={"from": "base_model"})).nodes}
    assert "x.train_step_grpo" in names and "train_warm_up" not in names


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"x": {"from": "mars"}}, "ablation.variants.x.from is 'mars', .* may name base_model, "),
        (
            {"x": {"stages": {"a": {"from": "b"}, "b": {}}}},
            "ablation.variants.x.stages.a.from is 'b'",
        ),
        ({"x": {"from": "y"}, "y": {"from": "x"}}, "(x -> y -> x|y -> x -> y) start from one anot"),
        ({"x": {"records": "y"}, "y": {}}, "x.records is 'y', which leaves a checkpoint and no"),
        ({"x": {"stages": [{}], "beta": 1}}, "x: it has stages, so beta has to stand in one of th"),
        ({"x": {"stages": []}}, "x.stages: .* at least 1 item"),
        ({"x": {"stages": [3]}}, "x.stages .* stage 1 is 3; it takes keys such as method"),
        ({"x": {"stages": [{"name": "A b"}]}}, "stage 'A b' cannot name a namespace"),
        ({"x": {"stages": [{"bta": 1}]}}, r"x\.stages\.step_grpo\.bta is no parameter: did you m"),
        ({"x": {"stages": [{"method": "base"}]}}, "stages.base: method 'base' trains nothing"),
        ({"x": {"stages": [{"n_records": 0}]}}, "stages.step_grpo.n_records is 0: input should"),
        ({"x": {"colour": "blue"}}, "x.colour is 'blue': string should match"),
        ({"x": {"label": ""}}, "x.label is '': string should have at least 1"),
    ],
)
def test_a_stage_that_cannot_be_is_named(written, said):
    with pytest.raises(ConfigurationError, match=said):
        variants(**written)


def test_a_warm_up_for_every_seed_needs_its_variant():
    with pytest.raises(ConfigurationError, match="no variant has the method warm_up; add one"):
        variants(per_seed=True, x={})
