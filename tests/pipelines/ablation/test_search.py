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


def searched(**search) -> dict:
    ablation = {"seeds": [0], "variants": GRID, "search": search}
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


def test_without_a_search_the_grid_is_as_written():
    assert set(searched()) == set(GRID)


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ({"dop": {"beta": [0.1]}}, "search.dop: there is no variant 'dop' .* there are warm_up"),
        ({"dpo": {"beta": [0.1]}, "simpo": {"beta": [1, 2]}}, r"\(dpo 1, simpo 2\); a comparison"),
        ({"dpo": {"gamma": [0.5]}}, "'dpo' has no option 'gamma'"),
        ({"dpo": {"beta": []}}, "search.dpo.beta"),
    ],
)
def test_a_search_that_cannot_be_is_named(search, said):
    with pytest.raises(ConfigurationError, match=said):
        searched(**search)
