"""A declared search: every combination of the values, the same budget for each variant."""

import pytest

from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.pipelines.ablation.grid import expand

PARAMETERS = {
    "warm_up": {"num_steps": 9, "batch_size": 8},
    "step_grpo": {"num_steps": 3, "rollouts_per_step": 60},
    "preference": {"num_steps": 2},
}
GRID = {
    "warm_up": {"method": "warm_up"},
    "pairs": {"method": "sample_pairs"},
    "dpo": {"method": "preference", "records": "pairs", "label": "DPO"},
    "simpo": {"method": "preference", "records": "pairs", "objective": "simpo"},
    "step_grpo": {},
}


def searched(variants=None, **search) -> dict:
    ablation = {"seeds": [0], "variants": GRID | (variants or {}), "search": search}
    return expand({**PARAMETERS, "ablation": ablation})["variants"]


def test_a_searched_variant_becomes_its_trials():
    found = searched(dpo={"learning_rate": [1e-5, 1e-4], "beta": [0.1, 0.3]})
    tried = {name: one for name, one in found.items() if name.startswith("dpo")}
    assert sorted(tried) == [f"dpo_trial{i}" for i in (1, 2, 3, 4)]
    pairs = {(one["options"]["learning_rate"], one["options"]["beta"]) for one in tried.values()}
    assert pairs == {(1e-5, 0.1), (1e-5, 0.3), (1e-4, 0.1), (1e-4, 0.3)}
    assert tried["dpo_trial2"]["label"] == "DPO: learning_rate 1e-05, beta 0.3"
    assert tried["dpo_trial2"]["records"] == "pairs.pairs"


def test_a_label_too_long_gives_way_to_the_name_so_that_every_setting_is_read():
    label = "SimPO, each response's sum of log-probabilities"
    variants = {**GRID, "dpo": {**GRID["dpo"], "label": label}}
    search = {"dpo": {"learning_rate": [1e-5], "beta": [0.1]}}
    grid = {"seeds": [0], "variants": variants, "search": search}
    found = expand({**PARAMETERS, "ablation": grid})["variants"]
    assert found["dpo_trial1"]["label"] == "dpo: learning_rate 1e-05, beta 0.1"


def test_what_is_not_searched_is_not_trained():
    found = searched(dpo={"beta": [0.1]})
    assert sorted(found) == ["dpo_trial1", "pairs", "warm_up"]


def test_what_a_searched_variant_is_made_from_is_trained():
    chain = {
        "unused": {"method": "sample_pairs"},
        "first": {"stages": [{"method": "sft"}, {"method": "step_grpo"}]},
        "fresh": {"method": "sample_pairs", "from": "first"},
        "second": {"method": "preference", "from": "first", "records": "fresh"},
    }
    found = searched(chain, second={"beta": [0.1, 0.3]})
    assert sorted(found) == ["first", "fresh", "second_trial1", "second_trial2", "warm_up"]
    trial = found["second_trial1"]
    assert (trial["base"], trial["records"]) == ("first.step_grpo.checkpoint", "fresh.pairs")


@pytest.mark.parametrize(
    ("option", "values", "label"),
    [
        ("nll", ["sum", "sequence_mean"], "orpo: nll sum"),
        ("n_records", [20, 40], "orpo: n_records 20"),
        ("share_prompts", [True, False], "orpo: share_prompts True"),
        ("from", ["warm_up_checkpoint", "base_model"], "orpo: from warm_up_checkpoint"),
    ],
)
def test_values_may_be_words_and_whole_numbers(option, values, label):
    orpo = {"method": "preference", "records": "pairs", "objective": "orpo"}
    found = searched({"orpo": orpo}, orpo={option: values})
    assert [found[f"orpo_trial{i}"]["overrides"][option] for i in (1, 2)] == values
    assert found["orpo_trial1"]["label"] == label


def test_without_a_search_the_grid_is_as_written():
    assert set(searched()) == set(GRID)


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ({"dop": {"beta": [0.1]}}, "search.dop: there is no variant 'dop' .* there are warm_up"),
        ({"dpo": {"beta": [0.1]}, "simpo": {"beta": [1, 2]}}, r"\(dpo 1, simpo 2\); a comparison"),
        ({"dpo": {"gamma": [0.5]}}, "'dpo' has no option 'gamma'"),
        ({"dpo": {"beta": []}}, "search.dpo.beta"),
        ({"dpo": {}}, "search.dpo is {}: give options of preference"),
        ({"dpo": None}, "search.dpo is None: input should be a valid dictionary"),
        ({"dpo": {"beta": 0.1}}, "search.dpo.beta is 0.1: input should be a valid list"),
        ({"dpo": {"beta": [0.1, [0.2]]}}, r"search.dpo.beta is \[0.1, \[0.2\]\]; wanted different"),
        ({"dpo": {"beta": [0.1, 0.1]}}, r"search.dpo.beta is \[0.1, 0.1\]; wanted different"),
        (
            {"dpo": {"n_records": [1, 2.5]}},
            "search.dpo.n_records is 2.5: input should be a valid i",
        ),
        ({"dpo": {"from": [1]}}, "search.dpo.from is 1: input should be a valid string"),
        ({"dpo": {"label": ["a", "b"]}}, "search.dpo.label: label is the same in all trials"),
        ({"warm_up": {"num_steps": [1, 2]}}, "search.warm_up: trials are compared with warm_up"),
        (
            {"pairs": {"samples": [4, 8]}, "dpo": {"beta": [0.1, 0.3]}},
            "pairs: dpo starts from pairs",
        ),
    ],
)
def test_a_search_that_cannot_be_is_named(search, said):
    with pytest.raises(ConfigurationError, match=said):
        searched(**search)
