"""annotation as a Kedro pipeline, by rules and by a language model behind a real server."""

import json
from pathlib import Path

import pytest
import yaml
from chat_server import ChatServer
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from kedro.validation.type_extractor import TypeExtractor

from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.datasets import ChatEndpointDataset, RecordsDataset
from r1vl_kedro.pipelines.annotation import create_estimate_pipeline, create_pipeline
from r1vl_kedro.records.schema import features
from r1vl_kedro.records.store import write_rows
from r1vl_kedro.rewards import match_key_steps
from r1vl_kedro.world.corpus import png, problems

PROMPTS = Path(__file__).parents[3] / "conf/base/prompts/annotation.yml"


def model(body):
    """A model that extracts the third stage's inputs as a language model would."""
    wanted = body["response_format"]["json_schema"]["schema"]["required"]
    text = body["messages"][-1]["content"]
    listed = [line[2:] for line in text.splitlines() if line.startswith("- ")]
    if wanted == ["steps"]:
        steps = text.split("### Step 1:")[1].split("### The final answer")[0]
        lines = [line for line in steps.splitlines() if "###" not in line]
        sentences = [part.strip(" .") for line in lines for part in line.split(". ")]
        return json.dumps({"steps": [{"step": 1, "key_steps": [*sentences, "42 = 43"]}]})
    if wanted == ["key_steps"]:
        return json.dumps({"key_steps": listed})
    groups = [{"key_step": k, "phrasings": [k.replace("=", "equals"), "7 wrong 8"]} for k in listed]
    return json.dumps({"groups": groups})


@pytest.fixture
def catalog(tmp_path):
    rows = [
        {
            "id": f"w{i}", "images": [png(p)], "question": p.question, "options": list(p.options),
            "answer": p.answer, "solution": p.path(), "family": p.family, "source": "world",
        }
        for i, p in enumerate(problems("train", 30, 0))
    ]  # fmt: skip
    records = RecordsDataset(path=str(tmp_path / "rl_records"))
    records.save(write_rows(rows, tmp_path / "scratch"))
    catalog = DataCatalog(
        {
            "rl_records": records,
            "rl_prompts": RecordsDataset(path=str(tmp_path / "rl_prompts")),
            "annotation_llm": ChatEndpointDataset(model="m", cache=str(tmp_path / "a.sqlite")),
            **{
                name: MemoryDataset()
                for name in ("annotation_audit", "annotation_audit_page", "annotation_estimate")
            },
        }
    )
    catalog["annotation_prompts"] = yaml.safe_load(PROMPTS.read_text())
    catalog["params:annotation"] = AnnotationOptions()
    catalog["params:seed"] = 0
    return catalog


def test_rules_need_no_network(catalog):
    SequentialRunner().run(create_pipeline(), catalog)
    prompts = catalog["rl_prompts"].load()
    assert prompts.features == features(key_steps=True)
    assert prompts.remove_columns("key_steps")[:]["id"] == catalog["rl_records"].load()["id"]
    summary = catalog["annotation_audit"].load()[0]
    assert summary["records"] == 30
    assert summary["coverage"] >= 0.98
    assert catalog["annotation_audit_page"].load().count("<article>") == 20


def test_a_model_is_asked_three_times_a_record_and_checked(catalog, tmp_path):
    catalog["params:annotation"] = AnnotationOptions(annotator="openai")
    with ChatServer(model, {"429": 0.1, "500": 0.1, "drop": 0.1, "malformed": 0.1}) as server:
        catalog["annotation_llm"] = ChatEndpointDataset(
            model="m", cache=str(tmp_path / "a.sqlite"), base_url=server.url,
            options={"backoff_s": 0.01, "retries": 9}, credentials={"api_key": "sk-secret"},
        )  # fmt: skip
        SequentialRunner().run(create_estimate_pipeline(), catalog)
        assert catalog["annotation_estimate"].load()["calls"] == 90
        assert not server.asked
        SequentialRunner().run(create_pipeline(), catalog)
        assert len([text for text in server.paid.values() if text != "{not json"]) == 90
    prompts = catalog["rl_prompts"].load()
    for row in prompts.select_columns(["solution", "key_steps"]):
        assert row["key_steps"]
        assert all(match_key_steps(row["solution"], row["key_steps"]))
        phrasings = [phrasing for group in row["key_steps"] for phrasing in group]
        assert "42 = 43" not in phrasings
        assert "7 wrong 8" not in phrasings


def test_kedro_checks_the_options_before_any_node_runs():
    hints = TypeExtractor({"annotation": create_pipeline()}).extract_types_from_pipelines()
    assert hints["annotation"] is AnnotationOptions
