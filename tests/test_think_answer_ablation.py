"""conf/think_answer in a smoke size: one grammar from prompts to the report."""

import json
import shutil

import pandas as pd
import pytest
import yaml
from recipes import merged
from smoke_place import ROOT, kedro_run

from r1vl_kedro.responses import THINK_ANSWER

VARIANTS = ["base", "outcome", "outcome_format", "sft", "warm_up"]
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Data directory of a run of the environment, made small as conf/smoke is."""
    root = tmp_path_factory.mktemp("think_answer")
    shutil.copytree(ROOT / "conf", root / "conf")
    recipe, smoke = root / "conf/think_answer", root / "conf/smoke"
    (recipe / "globals.yml").write_text(f"data: {root / 'data'}\n")
    shutil.copy(smoke / "catalog.yml", recipe / "catalog.yml")
    given, small = (
        yaml.safe_load((place / "parameters.yml").read_text()) for place in (recipe, smoke)
    )
    small["step_grpo"]["rollouts_per_step"] = 24
    (recipe / "parameters.yml").write_text(yaml.safe_dump(merged(small, given)))
    code, output = kedro_run(
        *("--pipelines=ablation", "--env=think_answer", "--conf-source", str(root / "conf")),
        *("--params", "tracking.enabled=false"),
    )
    assert code == 0, output[-6000:]
    return root / "data"


def test_reference_paths_are_whole_in_the_grammar(data):
    from datasets import load_from_disk

    for name in ("warm_up_records", "rl_prompts"):
        for path in load_from_disk(str(data / "05_model_input" / name))["solution"]:
            assert THINK_ANSWER.problems(THINK_ANSWER.parse(path)) == []
    rejected = json.loads((data / "08_reporting/rejected_records.json").read_text())
    assert "reflective" in {row["reason"] for row in rejected}


def test_prompts_ask_for_it_and_manifests_say_so(data):
    manifest = json.loads((data / "08_reporting/scores/outcome.manifest.json").read_text())
    assert manifest["prompt_template"] == THINK_ANSWER.wording
    assert manifest["grammar"] == "think_answer"


def test_the_rewards_are_outcome_and_format(data):
    for name, logged in (("outcome_format", 1.0), ("outcome", 0.0)):
        place = data / "07_model_output/ablation" / name
        rollouts = pd.read_parquet(place / "rollouts.parquet")
        assert {"reward_outcome", "reward_format"} <= set(rollouts)
        assert "reward_key_steps" not in rollouts
        total = rollouts["reward_outcome"] + logged * rollouts["reward_format"]
        assert rollouts["reward"].tolist() == pytest.approx(total.tolist())


def test_the_report_has_every_variant_by_its_label(data):
    overview = pd.read_csv(data / "08_reporting/tables/overview.csv").set_index("variant")
    assert sorted(overview.index) == VARIANTS
    assert overview.loc["outcome_format", "row"] == "Outcome and format"
    assert overview.loc["outcome", "row"] == "Outcome reward"
    assert "Outcome and format" in (data / "08_reporting/report.html").read_text()
