"""The study of sparse outcomes in a smoke size, through ``kedro run``."""

import pandas as pd
import pytest
import yaml
from smoke_place import ROOT, Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
KEPT = ("outcome_each2", "gdpo_each2", "outcome_each3", "gdpo_each3")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("sparsity"))
    smoke = place.conf / "smoke"
    study = ROOT / "conf/sparsity"
    catalog = yaml.safe_load((study / "catalog.yml").read_text())
    for name, n in (("source_records", 200), ("validation_records", 12), ("test_records", 24)):
        catalog[name]["n"] = n
    (smoke / "catalog.yml").write_text(yaml.safe_dump(catalog))
    parameters = yaml.safe_load((smoke / "parameters.yml").read_text())
    grid = yaml.safe_load((study / "parameters.yml").read_text())
    written = grid["ablation"]["variants"]
    variants = {name: one if name in KEPT else None for name, one in written.items()}
    for name in KEPT:
        variants[name] |= {"n_records": 8}
    parameters["ablation"] = {"variants": variants}
    parameters["data_prep"] = {"split": {"n_warm_up": 60, "n_rl": None}}
    parameters["probe"] = {"questions": 6, "samples": 4, "group_sizes": [2, 4]}
    parameters["probe"] |= {"families": ["each2", "each3"]}
    parameters["reporting"] |= grid["reporting"] | {"headline": "gdpo_each3"}
    parameters["reporting"]["contrasts"] = ["warm_up", "outcome_each3"]
    parameters["reporting"]["example_variants"] = ["warm_up", "gdpo_each3"]
    parameters["study"] = {"rewards": ["gdpo"], "updates": [1, 2]}
    (smoke / "parameters.yml").write_text(yaml.safe_dump(parameters))
    place.run()
    place.run(pipeline="probe")
    place.run(pipeline="study")
    return place


def test_each_level_trains_on_its_own_questions(place):
    for level, kinds in (("each2", 2), ("each3", 3)):
        file = place.data / f"07_model_output/ablation/gdpo_{level}/rollouts.parquet"
        questions = pd.read_parquet(file)["question"]
        assert (questions.str.count("Subtract all") == kinds).all() and len(questions)


def test_the_push_of_each_level_is_measured_before_training(place):
    push = pd.read_csv(place.data / "08_reporting/probe/push.csv")
    assert set(push["family"]) == {"all", "each2", "each3"}
    assert set(push["reward"]) == {"outcome_each2", "gdpo_each2"}


def test_the_study_has_a_row_for_each_level_and_reward(place):
    table = pd.read_csv(place.data / "08_reporting/study/study.csv")
    assert table[["level", "reward"]].to_numpy().tolist() == [
        ["each2", "outcome"], ["each2", "gdpo"], ["each3", "outcome"], ["each3", "gdpo"],
    ]  # fmt: skip
    assert table["n"].eq(8).all() and table["push"].notna().all()
    assert table["gain"].notna().tolist() == [False, True, False, True]
    text = (place.data / "08_reporting/study/study.md").read_text()
    assert "| each4 | 0.5 to 3 % |" in text and "not sampled" in text
