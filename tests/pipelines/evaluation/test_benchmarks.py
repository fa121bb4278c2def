"""From a checkpoint to Table 1, over files of the embedded world."""

import io

import pandas as pd
import pytest
from chat_server import ChatServer
from PIL import Image
from pydantic import ValidationError

from r1vl_kedro.benchmarks import MAIN_TABLE
from r1vl_kedro.datasets import EmbeddedBenchmarkDataset
from r1vl_kedro.endpoint import ChatClient, ChatOptions
from r1vl_kedro.errors import CheckpointError, UserFacingError
from r1vl_kedro.generation import DecodingOptions
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation.benchmark_nodes import (
    given_checkpoint,
    keep_scores,
    make_examples,
    make_table_1,
    predict_benchmarks,
    score_benchmarks,
)
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions

PAPER = {
    "columns": [*(n if n != "mme" else "mme_sum" for n in MAIN_TABLE), "average"],
    "main_results": {"R1-VL-2B": [52.1, 49.8, 17.1, 75.2, 29.4, 44.0, 26.2, 2048, 8.3, 41.6]},
}
LAUNCHER = LauncherOptions(in_process=True, threads_per_process=1, show_progress=False)


def options(**benchmarks):
    return EvaluationOptions.model_validate(
        {
            "checkpoint": "x", "label": "tiny",
            "decoding": {"max_new_tokens": 4, "batch_size": 8},
            "benchmarks": {"limit": 2, **benchmarks},
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    place = tmp_path_factory.mktemp("files")
    return {
        name: EmbeddedBenchmarkDataset(benchmark=name, folder=str(place), n=10).load()
        for name in MAIN_TABLE
    }


@pytest.fixture
def judge(tmp_path):
    return ChatClient(model="none", cache=tmp_path / "cache.sqlite")


def test_all_nine_go_from_file_to_table(tiny, files, judge, tmp_path, capsys):
    asked = options(examples=1)
    manifests, predictions, thumbnails = predict_benchmarks(
        tiny, asked, LAUNCHER, 0, str(tmp_path), **files
    )
    assert set(manifests) == set(MAIN_TABLE)
    assert predictions.groupby("benchmark").size().eq(2).all()
    verdicts, scores, manifest = score_benchmarks(predictions, manifests, asked, judge)
    table, breakdown, text = make_table_1(scores, keep_scores(scores), PAPER)
    assert verdicts["verdict"].notna().all()
    assert list(table["model"]) == ["tiny", "R1-VL-2B (paper)"]
    assert table["questions"][0] == 18
    assert table["AVG"][1] == 41.6
    assert (table["MME_sum_n"][0], table["MMStar_n"][0]) == (2, 2)
    assert (table["MMStar_low"] <= table["MMStar"])[0]
    assert set(breakdown["benchmark"]) == set(MAIN_TABLE)
    assert "Table 1" in capsys.readouterr().out
    assert "| tiny | robust |" in text
    assert "the first 2 questions" in text
    assert (manifest["scoring"], manifest["judge"], manifest["limit"]) == ("robust", None, 2)
    assert manifest["prompt_version"].startswith("published-")
    assert manifest["decoding"]["max_new_tokens"] == 4
    assert manifest["checkpoint_digest"] == scores["checkpoint_digest"]
    assert set(manifest["benchmarks"]) == set(MAIN_TABLE)
    examples = make_examples(verdicts, scores, thumbnails)
    assert list(examples["benchmark"]) == list(MAIN_TABLE)
    assert set(examples["verdict"]) <= {"right", "wrong"}
    assert Image.open(io.BytesIO(examples["image"][0])).height > 20


def test_standing_predictions_are_scored_again_without_a_model(tiny, files, judge, tmp_path):
    some = options(names=["chartqa", "mmstar"])
    manifests, predictions, _ = predict_benchmarks(tiny, some, LAUNCHER, 0, str(tmp_path), **files)
    predictions = predictions.assign(response="B is what can be seen on the left of the picture")
    again = options(names=["chartqa", "mmstar"], scoring="head")
    others = again.model_copy(update={"label": "the configuration's own model"})
    verdicts, scores, manifest = score_benchmarks(predictions, manifests, others, judge)
    assert scores["label"] == manifest["label"] == "tiny"
    assert scores["mode"] == manifest["scoring"] == "head"
    assert scores["benchmarks"]["mmstar"]["needs_judge"] == 1
    assert scores["benchmarks"]["chartqa"]["needs_judge"] == 0
    assert verdicts["verdict"].isna().sum() == 2
    answered = predict_benchmarks(tiny, again, LAUNCHER, 0, str(tmp_path), **files)[0]
    assert {entry["answered_now"] for entry in answered.values()} == {0}


def test_a_judge_decides_what_the_rules_leave_open_and_is_asked_once(tiny, files, tmp_path):
    """A live endpoint on the loopback: its verdicts count, its silence leaves rows open."""
    some = options(names=["mathverse", "mmreason"], scoring="head", judge=True)
    manifests, predictions, _ = predict_benchmarks(tiny, some, LAUNCHER, 0, str(tmp_path), **files)
    predictions["response"] = ["the first", "the second", "the third", "the fourth"]
    replies = {"the first": "1", "the second": "0", "the third": "1", "the fourth": "who knows"}

    def answer(body):
        text = body["messages"][-1]["content"]
        return next(reply for said, reply in replies.items() if f"\n{said}\n</answer>" in text)

    def client():
        return ChatClient(
            model="judge", cache=tmp_path / "judge.sqlite", base_url=server.url,
            api_key=server.key, options=ChatOptions(structured="none", max_tokens=8),
        )  # fmt: skip

    with ChatServer(answer) as server:
        verdicts, scores, manifest = score_benchmarks(predictions, manifests, some, client())
        asked = sum(server.asked.values())
        again = score_benchmarks(predictions, manifests, some, client())
        assert asked == 4
        assert sum(server.asked.values()) == asked  # nothing is asked twice
    assert verdicts["verdict"].to_list() == [True, False, True, pd.NA]
    assert verdicts["needs_judge"].all()
    assert verdicts.equals(again[0])
    assert manifest["judge"] == scores["judge"] == "judge"
    assert scores["benchmarks"]["mathverse"]["undecided"] == 0
    assert scores["benchmarks"]["mmreason"]["undecided"] == 0.5
    assert scores["benchmarks"]["mmreason"]["headline"] == 50  # the open one counts as wrong
    table, _, text = make_table_1(scores, keep_scores(scores), PAPER)
    assert (table["needs_judge"][0], table["undecided"][0]) == (100, 25)
    assert "lower bound" in text


def test_predictions_of_two_checkpoints_make_no_table(tiny, files, judge, tmp_path):
    some = options(names=["chartqa", "mme"])
    manifests, predictions, _ = predict_benchmarks(tiny, some, LAUNCHER, 0, str(tmp_path), **files)
    manifests["mme"]["checkpoint_digest"] = "another"
    with pytest.raises(ValueError, match="checkpoint_digest of mme's predictions is 'another'"):
        score_benchmarks(predictions, manifests, some, judge)


def test_a_benchmark_without_predictions_is_named(judge):
    empty = pd.DataFrame({"benchmark": [], "row": [], "response": []})
    with pytest.raises(ValueError, match="no predictions on mme"):
        score_benchmarks(empty, {}, options(names=["mme"]), judge)


def test_predictions_on_other_benchmarks_are_named(judge):
    other = pd.DataFrame({"benchmark": ["chartqa"], "row": ["{}"], "response": [""]})
    with pytest.raises(UserFacingError, match=r"no predictions on mme \(there are: chartqa\)"):
        score_benchmarks(other, {}, options(names=["mme"]), judge)


def test_the_checkpoint_to_evaluate_is_looked_for_first(tiny, tmp_path):
    known = options().model_copy(update={"checkpoint": str(tiny)})
    assert given_checkpoint(known) == str(tiny)
    lost = known.model_copy(update={"checkpoint": str(tmp_path)})
    with pytest.raises(UserFacingError, match=r"evaluation\.checkpoint: .* has no config\.json"):
        given_checkpoint(lost)
    served = DecodingOptions(engine="openai", base_url="http://127.0.0.1:8000/v1")
    assert given_checkpoint(lost.model_copy(update={"decoding": served})) == str(tmp_path)


def test_a_command_names_several_benchmarks_in_one_string():
    assert options(names="mme chartqa").benchmarks.chosen == ["chartqa", "mme"]


@pytest.mark.parametrize(
    ("checkpoint", "message"),
    [
        ("some-one/no-such-model", "is not a directory, and as a hub name it is not in the cache"),
        ("no such: name", "is no name that the Hugging Face hub could have"),
        (".", "has no config.json"),
    ],
)
def test_a_checkpoint_that_is_none_is_named(checkpoint, message, files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match=message):
        predict_benchmarks(checkpoint, options(), LAUNCHER, 0, str(tmp_path / "work"), **files)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"names": ["mmmu"]}, "'mmmu' is unknown"),
        ({"names": "mme mmmu"}, "'mmmu' is unknown"),
        ({"names": ""}, "no benchmark is named"),
        ({"scoring": "strict"}, "robust"),
        ({"template": "no mark"}, "has no '{question}'"),
        ({"judges": True}, "judges"),
    ],
)
def test_wrong_options_are_named(wrong, message):
    with pytest.raises(ValidationError, match=message):
        options(**wrong)


def test_rows_set_aside_are_told_on_the_console_and_in_the_table(tiny, judge, tmp_path, caplog):
    dataset = EmbeddedBenchmarkDataset(benchmark="chartqa", folder=str(tmp_path), n=10)
    file = dataset.load()
    lines = file.path.read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace(lines[2].split("\t")[1], "bm8gaW1hZ2U" * 9)
    file.path.write_text("".join(lines))
    some = options(names=["chartqa"], limit=None)
    work = str(tmp_path / "work")
    manifests, predictions, _ = predict_benchmarks(tiny, some, LAUNCHER, 0, work, chartqa=file)
    rows = len(predictions)
    told = f"chartqa: rows answered: {rows} of {rows + 1}; set aside: 1 (image 1; the first, row 2"
    assert told in caplog.text
    with caplog.at_level("INFO"):
        scores = score_benchmarks(predictions, manifests, some, judge)[1]
    assert f"n = {rows} of {rows + 1}; 1 set aside: image 1; the first, row 2" in caplog.text
    table, _, text = make_table_1(scores, keep_scores(scores), PAPER)
    assert table["set_aside"][0] == 1
    assert f"ChartQA {rows} of {rows + 1}" in text
    # Under a limit reading stops before the end: how many rows there are is not known.
    some = options(names=["chartqa"], limit=2)
    manifests, predictions, _ = predict_benchmarks(tiny, some, LAUNCHER, 0, work, chartqa=file)
    assert "chartqa: rows answered: 2 (limit 2); set aside: 1 (image 1" in caplog.text
    scores = score_benchmarks(predictions, manifests, some, judge)[1]
    assert "ChartQA 2 (limit 2)" in make_table_1(scores, keep_scores(scores), PAPER)[2]
