"""The grid of preference objectives in a smoke size, through ``kedro run``."""

import json
import os

import pandas as pd
import pytest
import yaml
from smoke_place import ROOT, Place

pytestmark = pytest.mark.timeout(900)
KEPT = ("pairs", "referenced", "dpo", "simpo", "mdpo", "step_grpo", "warm_up")
SMALL = {
    "pairs": {
        "decoding": {"max_new_tokens": 24, "temperature": 1.0},
        "rewards": {
            **dict.fromkeys(("outcome", "key_steps", "validity")),
            "length_reward.by_length": 1.0,
        },
    },
    "reference": {"batch_size": 8},
    "preference": {"num_epochs": None, "num_steps": 2, "batch_size": 4, "eval_steps": 0},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("preference"))
    smoke = place.conf / "smoke"
    parameters = yaml.safe_load((smoke / "parameters.yml").read_text())
    parameters["step_grpo"]["rollouts_per_step"] = 24
    grid = yaml.safe_load((ROOT / "conf/preference/parameters.yml").read_text())
    written = grid["ablation"]["variants"]
    variants = {name: one if name in KEPT else None for name, one in written.items()}
    variants["pairs"] |= {"n_records": 30}
    variants["step_grpo"] |= {"num_steps": 1}
    variants["outcome"] = None
    parameters |= SMALL | {"ablation": {"variants": variants}}
    parameters["reporting"] |= grid["reporting"] | {"contrasts": ["warm_up", "dpo", "simpo"]}
    (smoke / "parameters.yml").write_text(yaml.safe_dump(parameters))
    with pytest.MonkeyPatch.context() as patch:
        # The smoke size's warm-up answers nothing right, so its responses are told by length.
        patch.setenv("PYTHONPATH", str(ROOT / "tests"), prepend=os.pathsep)
        place.run()
    return place


def test_pairs_are_sampled_once_and_reported(place):
    report = json.loads((place.data / "08_reporting/pairs/pairs.json").read_text())
    assert report["samples"] == 5 and report["questions"] == 30
    assert report["pairs"] + sum(report["dropped"].values()) == 30
    assert 0 < report["held_out"] < report["pairs"]
    assert sum(report["margin"]["counts"]) == report["pairs"]


def test_the_reference_is_kept_with_the_pairs(place):
    from datasets import load_from_disk

    pairs = load_from_disk(str(place.data / "05_model_input/pairs/referenced"))
    assert all(value < 0 for value in pairs["ref_chosen_logps"])
    assert all(chosen != rejected for chosen, rejected in zip(pairs["chosen"], pairs["rejected"]))  # noqa: B905


def test_all_objectives_learn_from_the_same_pairs(place):
    digests = set()
    for name in ("dpo", "simpo", "mdpo"):
        manifest = json.loads((place.data / f"06_models/ablation/{name}/manifest.json").read_text())
        assert manifest["kind"] == "preference" and manifest["options"]["objective"] == name
        digests.add(manifest["records_digest"])
    assert len(digests) == 1


def test_the_table_has_every_variant_with_numbers_on_held_out_pairs(place):
    table = pd.read_csv(place.data / "08_reporting/tables/preference.csv").set_index("variant")
    assert {"base", "warm_up", "dpo", "simpo", "mdpo", "step_grpo"} == set(table.index)
    measured = table.loc[["dpo", "simpo", "mdpo", "step_grpo"]]
    assert measured["kl"].notna().all() and measured["reward_accuracy"].between(0, 100).all()
    assert measured["seconds"].gt(0).all() and measured["win_rate"].between(0, 100).all()
    assert table.loc["dpo", "sampled"] == 150 and table.loc["step_grpo", "sampled"] == 24
    assert table.loc["simpo", "paper"] == 22.0
    text = (place.data / "08_reporting/tables/preference.md").read_text()
    assert text.startswith("## Preference objectives") and "| DPO |" in text


def test_the_report_is_one_page_with_its_figures(place):
    page = (place.data / "08_reporting/preference.html").read_text()
    assert "<h1>Preference objectives</h1>" in page and page.count('Plotly.newPlot("figure-') == 7
    drawn = {p.stem for p in (place.data / "08_reporting/figures").glob("preference_*.png")}
    assert len(drawn) == 7


def test_variants_are_children_of_the_run_in_mlflow(place):
    _, children, _ = place.runs()
    assert {"dpo", "simpo", "mdpo", "step_grpo"} <= set(children)
    assert children["dpo"].data.params["objective"] == "dpo"
    assert "train/reward_accuracy" in children["dpo"].data.metrics
