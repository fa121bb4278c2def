"""A grid that cannot be run is named before any node runs, and stops only what is over it."""

import pytest
from kedro.framework.project import pipelines
from recipes import context_of

from r1vl_kedro.parameters import ConfigurationError


@pytest.mark.parametrize(
    ("ablation", "said"),
    [
        ({"seeds": [1, 1]}, "repeat"),
        ({"seeds": []}, "at least 1 item"),
        ({"variants": {"outcome": {"grup_size": 2}}}, "grup_size"),
        ({"variants": {"outcome": {"group_size": 7}}}, "60 is not a multiple of group_size 7"),
        ({"variants": {"Bad name": {}}}, "Bad name"),
        ({"variants": {"x_seed1": {}}}, "x_seed1"),
        ({"variants": {"x": {"method": "dpo"}}}, "base, warm_up, sft, sft_warm_up, step_grpo"),
        ({"variants": {"base": {"method": "base", "beta": 1}}}, "trains nothing"),
        ({"variants": {"sft": {"learning_rat": 1}}}, "learning_rat"),
        ({"variants": {"data": {}}}, "data and reporting name the shared work"),
        ({"sedes": [1]}, "sedes"),
        ({"seeds": [2**32]}, "less than 4294967296"),
        ({"variants": {"sft": {"num_epochs": 2}}}, "variants.sft: num_epochs 2 cannot be set"),
    ],
)
def test_a_wrong_grid_is_named_before_any_node_runs(ablation, said):
    context_of(ablation=ablation)
    with pytest.raises(ConfigurationError, match=said):
        pipelines["ablation"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ablation": {"variants": {"x": {"beta": -1}}}}, "ablation.variants.x.beta is -1"),
        (
            {"ablation": {"variants": {"x": {"stages": [{"records": "rl_promts"}]}}}},
            "ablation.variants.x.stages.step_grpo.records is 'rl_promts', which nothing makes",
        ),
        ({"step_grpo": {"rollouts_per_step": 64}}, "64 is not a multiple of group_size 3"),
        ({"reporting": {"headline": "x"}}, "reporting.headline 'x' is unknown"),
    ],
)
def test_a_wrong_grid_stops_only_what_is_over_it(given, said):
    context_of()
    usual = set(pipelines)
    context_of(**given)
    assert usual - set(pipelines) == {"ablation", "reporting", "probe"}
    assert pipelines["data_prep"].nodes
    for name in ("ablation", "reporting", "probe"):
        with pytest.raises(ConfigurationError, match=said):
            pipelines[name]


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        (
            {"x": {"method": "preference", "objective": "dpo", "records": "pairs"}},
            "variants.x: objective 'dpo' reads .* pairs of ablation.variants.pairs lack; let recor",
        ),
        (
            {"x": {"stages": [{"method": "sample_pairs"}, {"method": "preference"}]}},
            "x.stages.preference: objective 'dpo' .* of ablation.variants.x.stages.sample_pairs l",
        ),
        (
            {
                "referenced": {"method": "reference", "records": "pairs", "mismatched": False},
                "x": {"method": "preference", "objective": "kto", "records": "referenced"},
            },
            "variants.referenced.mismatched is False, and objective 'kto' of ablation.variants.x",
        ),
        (
            {
                "referenced": {"method": "reference", "records": "pairs", "corrupted_image": False},
                "x": {"method": "preference", "objective": "mdpo", "records": "referenced"},
            },
            "variants.referenced.corrupted_image is False, and objective 'mdpo' of ablation.varia",
        ),
    ],
)
def test_a_reference_that_pairs_will_lack_is_named_before_any_node_runs(variants, said):
    pairs = {"pairs": {"method": "sample_pairs"}}
    context_of(ablation={"variants": pairs | variants})
    with pytest.raises(ConfigurationError, match=said):
        pipelines["ablation"]


@pytest.mark.parametrize(
    ("objective", "records"), [("simpo", "pairs"), ("kto", "referenced"), ("dpo", "referenced")]
)
def test_pairs_that_have_what_the_objective_reads_are_taken(objective, records):
    variants = {
        "pairs": {"method": "sample_pairs"},
        "referenced": {"method": "reference", "records": "pairs"},
        "x": {"method": "preference", "objective": objective, "records": records},
    }
    context_of(ablation={"variants": variants})
    assert pipelines["ablation"].nodes


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        (
            {"outcome": {"options": {"beta": 1}}},
            "variants.outcome.options.beta is no parameter; write ablation.variants.outcome.beta,",
        ),
        (
            {"sft_seed3": {"options": {"threads": 1}}},
            "variants.sft_seed3.options.threads is no parameter; write ablation.variants.sft.",
        ),
        ({"outcome": 3}, "variants.outcome is no parameter; write ablation.variants.outcome,"),
        (3, "variants is 3 and no parameter; the grid is ablation.variants"),
    ],
)
def test_options_by_namespace_are_refused_with_the_way_there_is(variants, said):
    with pytest.raises(ConfigurationError) as error:
        context_of(variants=variants)
    assert str(error.value).startswith(said)


def test_an_unknown_grammar_is_named_with_those_there_are():
    with pytest.raises(ConfigurationError, match=r"'r2vl' is unknown: .* choose from boxed, plain"):
        context_of(grammar="r2vl")
