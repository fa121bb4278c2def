"""Formalisation: images as formal text, by rule and by a model behind a real server."""

import json
import logging
from pathlib import Path

import pytest
import yaml
from chat_server import ChatServer
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner
from PIL import Image

from r1vl_kedro.annotation.formalise import described_path, formalise_all, requests, write_formal
from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.datasets import ChatEndpointDataset
from r1vl_kedro.endpoint import BudgetReached
from r1vl_kedro.pipelines.formalisation import create_estimate_pipeline, create_pipeline
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.store import write_rows
from r1vl_kedro.responses import R1VL, THINK_ANSWER, rewrite
from r1vl_kedro.world.corpus import png, problems

PROMPTS = yaml.safe_load(
    (Path(__file__).parents[2] / "conf/base/prompts/annotation.yml").read_text()
)
RULES = AnnotationOptions(grammar="think_answer")
ASKED = AnnotationOptions(grammar="think_answer", annotator="openai")
WORLD = list(problems("train", 12, 0))


def row(problem, k, **changes):
    return {
        "id": f"w{k}", "images": [png(problem)], "question": problem.question,
        "options": list(problem.options), "answer": problem.answer,
        "solution": rewrite(problem.path(), R1VL, THINK_ANSWER), "family": problem.family,
        "source": "world", "check": "default", **changes,
    }  # fmt: skip


@pytest.fixture
def records(tmp_path):
    rows = [row(problem, k) for k, problem in enumerate(WORLD)]
    return write_rows(rows, tmp_path / "records", labels=("check",))


@pytest.fixture
def other(tmp_path):
    """A PNG file that shows nothing of the embedded world."""
    Image.new("RGB", (84, 84), "white").save(tmp_path / "white.png")
    return (tmp_path / "white.png").read_bytes()


def test_the_endpoint_may_be_asked_for_formal_text_alone(records, tmp_path):
    options = AnnotationOptions(grammar="think_answer", formalise={"annotator": "openai"})
    with ChatServer(seen) as server:
        texts = formalise_all(records, options, endpoint(server, tmp_path).load(), PROMPTS)
    assert options.annotator == "rules" and texts["w0"].startswith("1 image; ")


def endpoint(server, tmp_path, **options):
    return ChatEndpointDataset(
        model="m", cache=str(tmp_path / "a.sqlite"), base_url=server.url,
        options={"backoff_s": 0.01, "retries": 9, **options}, credentials={"api_key": "sk-secret"},
    )  # fmt: skip


def seen(body):
    """A model that names the number of images it was shown, and the question."""
    *images, text = body["messages"][-1]["content"]
    assert all(one["image_url"]["url"].startswith("data:image/png") for one in images)
    return json.dumps({"formal": f"{len(images)} image; {text['text'].splitlines()[1]}"})


def test_by_rule_a_picture_is_what_it_was_drawn_from(records):
    texts = formalise_all(records, RULES, None, {})
    assert texts == {f"w{k}": f"{p.picture.describe()}." for k, p in enumerate(WORLD)}


def test_paths_begin_with_the_formal_text_and_are_whole(records):
    texts = formalise_all(records, RULES, None, {})
    formal = write_formal(records, texts, "think_answer")
    assert formal.features == records.features
    for before, after in zip(records, formal, strict=True):
        path = THINK_ANSWER.parse(after["solution"])
        assert THINK_ANSWER.problems(path) == [] and path.answer is not None
        opening, *rest = (step.body for step in path.steps)
        assert opening == texts[before["id"]]
        assert rest == [step.body for step in THINK_ANSWER.parse(before["solution"]).steps]
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"solution"}


def test_in_a_grammar_with_descriptions_it_takes_the_descriptions_place():
    path = WORLD[0].path()
    assert described_path(path, "NW large red cube.", "r1vl") == path.replace(
        WORLD[0].description, "NW large red cube."
    )
    assert described_path(path, WORLD[0].description, "r1vl") == path


@pytest.mark.parametrize("text", ["so </think>", "<answer>5</answer>", "a\n<think>b"])
def test_a_text_that_would_break_the_path_is_refused(text):
    path = rewrite(WORLD[0].path(), R1VL, THINK_ANSWER)
    with pytest.raises(ValueError, match="breaks the path"):
        described_path(path, text, "think_answer")


def test_a_record_with_another_picture_keeps_its_path_and_is_counted(tmp_path, other, caplog):
    rows = [row(WORLD[0], 0), row(WORLD[1], 1, images=[other])]
    records = write_rows(rows, tmp_path / "mixed")
    with caplog.at_level(logging.WARNING):
        texts = formalise_all(records, RULES, None, {})
    assert list(texts) == ["w0"]
    assert "1 of 2 records got no formal text" in caplog.text
    kept = write_formal(records, texts, "think_answer")["solution"][1]
    assert kept == records["solution"][1]


def test_a_path_that_is_not_whole_stays_as_it_was_and_is_counted(tmp_path, caplog):
    rows = [row(WORLD[0], 0), row(WORLD[1], 1, solution="So it is 5.")]
    records = write_rows(rows, tmp_path / "mixed")
    with caplog.at_level(logging.WARNING):
        formal = write_formal(records, {"w0": "a", "w1": "b"}, "think_answer")
    assert formal["solution"][1] == "So it is 5." and formal["solution"][0] != rows[0]["solution"]
    assert "1 paths stay as they were; 'w1': 'b' breaks the path" in caplog.text


def test_rules_without_any_picture_of_the_world_name_the_other_annotator(tmp_path, other):
    records = write_rows([row(WORLD[0], 0, images=[other])], tmp_path / "other")
    with pytest.raises(RecordsError, match="none of 1 records has one; set annotation"):
        formalise_all(records, RULES, None, {})


def run(catalog, *pipelines):
    for pipeline in pipelines:
        SequentialRunner().run(pipeline, catalog)


def test_a_model_is_shown_the_images_once_and_what_it_said_is_kept(records, tmp_path):
    trouble = {"429": 0.1, "500": 0.1, "drop": 0.1, "malformed": 0.1}
    catalog = DataCatalog({})
    given = {"warm_up_records": records, "annotation_prompts": PROMPTS, "params:annotation": ASKED}
    for name, value in given.items():
        catalog[name] = value
    with ChatServer(seen, trouble) as server:
        catalog["annotation_llm"] = endpoint(server, tmp_path)
        run(catalog, create_estimate_pipeline())
        assert catalog["formalisation_estimate"].load()["calls"] == 12 and not server.asked
        run(catalog, create_pipeline())
        formal = catalog["formal_records"].load()
        paid = dict(server.paid)
        run(catalog, create_pipeline())
        assert dict(server.paid) == paid
    for before, path in zip(records, formal["solution"], strict=True):
        assert path.splitlines()[1] == f"1 image; {before['question'].splitlines()[0]}"


def test_after_the_budget_is_used_up_it_goes_on_where_it_stopped(records, tmp_path):
    with ChatServer(seen) as server:
        first = endpoint(server, tmp_path, max_calls=5, concurrency=1).load()
        with pytest.raises(BudgetReached, match="budget of 5 calls used up"):
            formalise_all(records, ASKED, first, PROMPTS)
        texts = formalise_all(records, ASKED, endpoint(server, tmp_path).load(), PROMPTS)
        assert len(texts) == len(server.paid) == 12


def test_an_answer_that_breaks_the_path_is_asked_for_again_then_left_out(records, tmp_path):
    with ChatServer(lambda _: json.dumps({"formal": "red </think>"})) as server:
        client = endpoint(server, tmp_path, retries=1).load()
        assert formalise_all(records.select([0]), ASKED, client, PROMPTS) == {}
        assert sum(server.asked.values()) == 2


def test_an_image_counts_as_tokens_of_an_image_and_not_as_text(records, tmp_path):
    with ChatServer(seen) as server:
        client = endpoint(server, tmp_path).load()
        cost = client.estimate(requests(records, ASKED, PROMPTS))
        assert 12 * 1500 < cost.input_tokens < 12 * 2000
