"""The reporting pipeline with its own catalog: hand-made verdicts in, a whole report out."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner
from kedro.validation.type_extractor import TypeExtractor
from PIL import Image

from r1vl_kedro.pipelines.reporting import create_gather, create_pipeline
from r1vl_kedro.pipelines.reporting.nodes import FIGURES, TABLES, collect, gather
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.training.options import StepGRPOOptions

ROOT = Path(__file__).parents[3]
NAMESPACES = ("base", "warm_up", "step_grpo_seed0", "step_grpo_seed1", "sft_seed0", "sft_seed1")
RESPONSE = "### Step 1:\nSo 6 - 1 = 5.\n### The final answer is: 5"


def verdicts(*right: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"q{i}" for i in range(len(right))],
            "family": ["charts", "counting"] * (len(right) // 2),
            "question": "How many?",
            "options": [["4", "5"]] * len(right),
            "answer": "B",
            "response": RESPONSE,
            "tokens": 20,
            "truncated": False,
            "sample": 0,
            "correct": [float(value) for value in right],
            "valid": 0.0,
            "k": 1.0,
            "step_rar": [0.1 + value for value in right],
        }
    )


RIGHT = {
    "base": (0, 0, 0, 0),
    "warm_up": (0, 1, 1, 0),
    "step_grpo_seed0": (1, 0, 1, 0),
    "step_grpo_seed1": (1, 1, 1, 1),
    "sft_seed0": (0, 1, 1, 0),
    "sft_seed1": (0, 1, 1, 0),
}


def results(namespace: str) -> dict:
    scores = {"n": 4, "accuracy": sum(RIGHT[namespace]) / 4}
    log = [{"step": step, "eval_accuracy": 0.5, "reward": 1.0, "kl": 0.0} for step in (0, 5)]
    trained = namespace not in ("base", "warm_up")
    return gather(
        verdicts(*RIGHT[namespace]),
        scores,
        {"engine": "transformers"},
        *([log, pd.DataFrame()] if trained else []),
    )


def grid() -> dict:
    """The runs as the parameters describe them."""
    options = StepGRPOOptions(num_steps=1, prompts_per_step=1).model_dump(mode="json")
    entries = {}
    for namespace in NAMESPACES:
        name = namespace.split("_seed")[0]
        entries[namespace] = {"name": name, "method": name, "options": options}
    return entries


def held_out_records():
    from datasets import Dataset

    from r1vl_kedro.records.schema import features

    rows = [
        {
            "id": f"q{i}",
            "images": [Image.new("RGB", (8, 8), "blue")],
            "question": "How many?",
            "options": ["4", "5"],
            "answer": "B",
            "solution": "",
            "family": "charts",
            "source": "test",
            "key_steps": [["6 - 1 = 5"]],
        }
        for i in range(4)
    ]
    return Dataset.from_list(rows, features=features(key_steps=True))


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """Folder and catalog after a run with the shipped catalog entries."""
    data = tmp_path_factory.mktemp("data")
    text = (ROOT / "conf/base/catalog_reporting.yml").read_text()
    text = text.replace("${conf:base/paper_results.yml}", str(ROOT / "conf/base/paper_results.yml"))
    config = yaml.safe_load(text.replace("${globals:data}", str(data)))
    catalog = DataCatalog.from_config(config)
    for namespace in NAMESPACES:
        catalog[f"{namespace}.results"] = results(namespace)
    catalog["test_records"] = catalog["validation_records"] = held_out_records()
    catalog["parameters"] = {"seed": 7}
    catalog["params:reporting"] = ReportingOptions(resamples=200)
    catalog["row_differences"] = {}
    catalog["params:variants"] = grid()
    catalog["params:step_grpo"] = StepGRPOOptions(num_steps=1, prompts_per_step=1)
    SequentialRunner().run(create_pipeline(NAMESPACES), catalog)
    return data / "08_reporting", catalog


def test_every_file_of_the_report_is_there(reported):
    folder, _ = reported
    assert {file.stem for file in (folder / "tables").glob("*.csv")} == set(TABLES)
    assert {file.stem for file in (folder / "figures").glob("*.json")} == set(FIGURES)
    for name in FIGURES:
        assert (folder / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / f"figures/{name}.pdf").read_bytes().startswith(b"%PDF")
        assert "<svg" in (folder / f"figures/{name}.svg").read_text(encoding="utf-8")
    assert (folder / "report.html").read_text().startswith("<!doctype html>")
    assert "## Group size M" in (folder / "tables/tables.md").read_text()


def test_tables_hold_what_the_verdicts_say(reported):
    folder, _ = reported
    table = pd.read_csv(folder / "tables/rewards.csv").set_index("variant")
    assert table["accuracy"].dropna().to_dict() == {"base": 0, "warm_up": 50, "step_grpo": 75}
    assert table.loc["step_grpo", ["n", "seeds", "difference", "paper"]].tolist() == [
        4,
        2,
        25,
        63.5,
    ]
    assert table.loc["step_rar", "interval"] == "not run in this grid"
    contrasts = pd.read_csv(folder / "tables/contrasts.csv").set_index("variant")
    assert contrasts.loc["sft", "difference"] == 25


def test_examples_name_the_cases(reported):
    folder, _ = reported
    examples = json.loads((folder / "examples.json").read_text())
    assert [(example["id"], example["count"]) for example in examples] == [
        ("q0", 1),
        ("q1", 1),
        ("q2", 1),
        ("q3", 1),
    ]


def test_tables_and_figures_preview_in_kedro_viz(reported):
    _, catalog = reported
    assert len(catalog["table_overview"].preview(nrows=20)["data"]) == 4
    assert catalog["figure_sft_versus_rl"].preview()["data"]
    assert catalog["figure_sft_versus_rl_png"].preview()


def test_a_variant_leaves_one_result_and_only_a_trained_one_has_a_log():
    assert create_gather("x").inputs() == {"x.verdicts", "x.scores", "x.evaluation_manifest"}
    trained = create_gather("x", ["training_log", "rollouts"])
    assert {"x.training_log", "x.rollouts"} <= trained.inputs()
    assert trained.outputs() == {"x.results"}


def test_models_without_training_alone_make_a_report_without_curves():
    made_verdicts, scores, curves = collect(base=results("base"))
    assert len(made_verdicts) == 4
    assert scores == {"base": {"n": 4, "accuracy": 0}}
    assert curves.empty


@pytest.mark.parametrize("namespaces", [[], ["base", "base"]])
def test_a_grid_that_makes_no_sense_is_named(namespaces):
    with pytest.raises(ValueError, match="wanted at least one, each once"):
        create_pipeline(namespaces)


def test_options_are_validated_by_kedro_at_every_node():
    nodes = [n for n in create_pipeline(["base", "sft"]).nodes if "params:reporting" in n.inputs]
    assert len(nodes) == 5
    for node in nodes:
        hints = TypeExtractor({"reporting": Pipeline([node])}).extract_types_from_pipelines()
        assert hints["reporting"] is ReportingOptions


def test_the_shipped_options_are_the_defaults():
    text = (ROOT / "conf/base/parameters_reporting.yml").read_text()
    assert ReportingOptions(**yaml.safe_load(text)["reporting"]) == ReportingOptions()
