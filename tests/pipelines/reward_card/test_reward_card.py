"""The reward card, from the shipped file to table and page."""

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError, MemoryDataset
from kedro.runner import SequentialRunner
from kedro_datasets.pandas import CSVDataset
from kedro_datasets.text import TextDataset
from pydantic import ValidationError

from r1vl_kedro.datasets.responses import ResponsesDataset
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.pipelines.reward_card import create_pipeline
from r1vl_kedro.pipelines.reward_card.nodes import RewardCardOptions, page, score_responses
from r1vl_kedro.responses import R1VL

TEXTS = ("id", "given", "reference", "matched", "problems", "answer_problem")
HONEST = R1VL.render(["6 - 1 = 5"], "5", description="Six cubes.", rationale="Count.")
EXAMPLES = Path(__file__).resolve().parents[3] / "conf/base/reward_card_examples.jsonl"


@pytest.fixture(scope="module")
def card(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("card")
    catalog = DataCatalog(
        {
            "reward_card_responses": ResponsesDataset(filepath=str(EXAMPLES)),
            "params:reward_card": MemoryDataset(RewardCardOptions()),
            "reward_card_scores": CSVDataset(
                filepath=str(folder / "scores.csv"),
                save_args={"index": False},
                load_args={"keep_default_na": False, "dtype": dict.fromkeys(TEXTS, str)},
            ),
            "reward_card_table": TextDataset(filepath=str(folder / "table.md")),
            "reward_card_page": TextDataset(filepath=str(folder / "card.html")),
        }
    )
    SequentialRunner().run(create_pipeline(), catalog)
    return {name: catalog[f"reward_card_{name}"].load() for name in ("scores", "table", "page")}


def test_the_shipped_examples_get_what_they_deserve(card):
    totals = card["scores"].set_index("id")["total"].round(6).to_dict()
    assert totals == {
        "right path": 2.1,
        "wrong arithmetic": 1.05,
        "keyword stuffing": 1.1,
        "empty sections": 1.05,
        "headers only": 0.0,
        "rationale after the steps": 1.1,
        "two answers": 0.1,
        "negated step": 2.05,
        "all options listed": 1.1,
        "option letter and text": 2.1,
        "no answer": 0.0,
    }


def test_the_table_names_the_reasons(card):
    lines = card["table"].splitlines()
    assert len(lines) == 2 + len(card["scores"])
    assert "background after the first step" in card["table"]
    assert len({line.count("|") for line in lines}) == 1


def test_the_page_marks_matches_and_stands_alone(card):
    text = card["page"]
    assert '<span class="k1">$6 - 1 = 5$</span>' in text
    assert "0 (no answer, so k = 1 earns nothing)" in text
    assert "src=" not in text and "http" not in text
    unclosed = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "br"):
                unclosed.append(tag)

        def handle_endtag(self, tag):
            assert unclosed.pop() == tag

    Balance().feed(text)
    assert unclosed == []


def test_responses_are_escaped():
    rows = pd.DataFrame([{"response": "### Step 1:\n<script>6</script>", "answer": "<b>"}])
    scores = score_responses(rows, RewardCardOptions())
    assert "<script>" not in page(rows, scores, RewardCardOptions())


def test_a_bad_row_is_named():
    with pytest.raises(ValueError, match=r"no column \['answer'\]"):
        score_responses(pd.DataFrame([{"response": ""}]), RewardCardOptions())
    rows = pd.DataFrame([{"id": "q7", "response": "", "answer": "5", "key_steps": [[5]]}])
    with pytest.raises(ValueError, match="q7: key_steps: group 1"):
        score_responses(rows, RewardCardOptions())
    with pytest.raises(ValidationError, match="alfa"):
        RewardCardOptions(alfa=0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"response": 3}, r"row 1: 'response' is 3; accepted: a string"),
        ({"options": 3}, r"row 1: 'options' is 3; accepted: a list of strings"),
        ({"options": "3 4"}, r"row 1: 'options' is '3 4'; accepted: a list of strings"),
        ({"options": [3, 4], "id": 0}, r"row 1, id 0: 'options' is \[3, 4\]"),
        ({"key_steps": 3}, r"row 1: key_steps: int 3"),
    ],
)
def test_a_value_of_another_kind_is_named_in_one_line(change, message):
    row = {"response": "### The final answer is:\nB", "answer": "4", **change}
    with pytest.raises(UserFacingError, match=message):
        score_responses(pd.DataFrame([row]), RewardCardOptions())


@pytest.mark.parametrize("missing", [None, float("nan"), [], np.array([])])
def test_a_row_may_have_no_options(missing):
    row = {"response": "### The final answer is:\n4", "answer": "4", "options": missing}
    assert score_responses(pd.DataFrame([row]), RewardCardOptions())["outcome"].tolist() == [1.0]


@pytest.mark.parametrize("alpha", [float("inf"), float("nan"), -1])
def test_alpha_is_a_finite_number(alpha):
    with pytest.raises(ValidationError, match="alpha"):
        RewardCardOptions(rewards={"key_steps": {"alpha": alpha}})


@pytest.mark.parametrize("key", ["alpha", "threshold"])
def test_what_belongs_to_a_reward_is_refused_with_its_new_place(key):
    with pytest.raises(ValidationError, match=f"{key} is now rewards.key_steps.{key}"):
        RewardCardOptions(**{key: 1})


def test_the_total_is_the_weighted_sum_of_the_rewards_asked_for():
    row = {"response": HONEST, "answer": "5", "key_steps": [["6 - 1 = 5"], ["9"]], "level": 3}
    options = RewardCardOptions(
        rewards={
            "outcome": 2.0, "key_steps": {"weight": 4.0, "alpha": 0.5}, "validity": 0.0,
            f"{__name__}.of_level": 0.5,
        }
    )  # fmt: skip
    rows = pd.DataFrame([row])
    scores = score_responses(rows, options)
    assert scores["total"].tolist() == [2.0 + 4.0 * 0.25 + 0.5 * 3]
    assert scores[f"{__name__}.of_level"].tolist() == [3.0]
    shown = page(rows, scores, options)
    assert "2 × 1 (outcome) + 4 × 0.25 (α 0.5 × k 0.5) + 0 × 1 (validity)" in shown
    with pytest.raises(UserFacingError, match="row 1: no column 'level', which the reward "):
        score_responses(rows.drop(columns="level"), options)


def test_the_card_says_why_an_answer_is_not_the_reference():
    rows = pd.DataFrame([{"response": HONEST, "answer": answer} for answer in ("5", "5 cm", "4-5")])
    scores = score_responses(rows, RewardCardOptions())
    assert scores["answer_problem"].tolist() == ["", "", "a quantity for a range"]
    shown = page(rows, scores, RewardCardOptions())
    assert "reference <code>4-5</code>: a quantity for a range" in shown


def of_level(completions, level, **columns):
    """A reward from elsewhere: a column of the file."""
    return [float(value) for value in level]


def test_responses_in_another_grammar():
    row = {"response": "<think>6 - 1 = 5</think><answer>5</answer>", "answer": "5",
           "key_steps": [["6 - 1 = 5"]]}  # fmt: skip
    options = RewardCardOptions(grammar="think_answer", rewards={"outcome": 1.0, "format": 1.0})
    scores = score_responses(pd.DataFrame([row]), options)
    [score] = scores.to_dict("records")
    assert (score["given"], score["total"], score["k_soft"], score["format"]) == (
        "5",
        2.0,
        1.0,
        1.0,
    )
    assert (score["step_rvr_strict"], score["problems"]) == (1.0, "")
    assert pd.isna(score["k_released"]) and pd.isna(score["total_released"])
    shown = page(pd.DataFrame([row]), scores, options)
    assert '<span class="k0">6 - 1 = 5</span>' in shown
    assert "1 (outcome) + 1 (format) = <b>2</b>" in shown
    assert "nan" not in shown and "None" not in shown


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.jsonl", None, "there is no file"),
        ("folder.json", "directory", "Is a directory"),
        ("empty.jsonl", b"", "holds no responses"),
        ("empty.json", b"[]", "holds no responses"),
        ("broken.json", b'[{"response": }]', "broken.json, line 1, character 14"),
        ("text.jsonl", b'"hello"\n', "character 0"),
        ("bytes.jsonl", b'{"response": "caf\xe9"}', "row 1: .* not UTF-8"),
        ("surrogate.jsonl", b'{"response": "", "note": ["\\ud800"]}', "row 1: .*surrogate"),
        ("bad.parquet", b"PAR1 and no more", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_is_accepted(
    name, content, message, tmp_path
):
    path = tmp_path / name
    if content == "directory":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"(?s){message}.*accepted") as error:
        ResponsesDataset(filepath=str(path)).load()
    assert str(path) in str(error.value)
    assert error.value.__cause__ is None  # what cli.py shows without a traceback


@pytest.mark.parametrize("filepath", [None, "", 3])
def test_responses_need_a_path(filepath):
    with pytest.raises(DatasetError, match="wanted the path of a file"):
        ResponsesDataset(filepath=filepath)


def test_parquet_and_rollouts(tmp_path, card):
    frame = pd.read_json(EXAMPLES, lines=True, dtype=False)
    path = tmp_path / "rollouts.parquet"
    frame.rename(columns={"response": "completion"}).to_parquet(path)
    scores = score_responses(ResponsesDataset(filepath=str(path)).load(), RewardCardOptions())
    pd.testing.assert_frame_equal(scores, card["scores"])
    with pytest.raises(DatasetError, match=r"\.csv'; accepted: \.jsonl .*\.json .*\.parquet"):
        ResponsesDataset(filepath="a.csv").load()


@pytest.fixture
def recorded(tmp_path):
    """(rollouts as training writes them, the records that they answer)."""
    from datasets import Dataset

    records = [{"id": "a", "key_steps": [["6 - 1 = 5"]], "options": [], "answer": "5"}]
    Dataset.from_list(records).save_to_disk(str(tmp_path / "records"))
    rollouts = [
        {"id": "a", "answer": "5", "completion": HONEST, "reward": 2.1},
        {"id": "b", "answer": "5", "completion": HONEST, "reward": 2.1},
    ]
    pd.DataFrame(rollouts).to_parquet(tmp_path / "rollouts.parquet")
    return ResponsesDataset(
        filepath=str(tmp_path / "rollouts.parquet"), records=[str(tmp_path / "records")]
    )


def test_a_rollouts_key_steps_come_from_its_record_and_the_total_is_the_recorded_reward(recorded):
    rollouts = recorded.load().head(1)
    card = score_responses(rollouts, RewardCardOptions())
    assert card["total"].tolist() == pytest.approx([2.1])
    html = page(rollouts, card, RewardCardOptions())
    assert "total equals the recorded reward in all 1 responses." in html


def test_a_card_without_the_key_steps_of_a_response_names_what_is_missing(recorded):
    card = score_responses(recorded.load(), RewardCardOptions())
    assert card["missing"].tolist() == ["", "key steps"]
    html = page(recorded.load(), card, RewardCardOptions())
    assert "1 of 2 responses have no key steps, and none under their id" in html
    assert "differs from the recorded reward in 1 of 2 responses, first in b: 2, recorded 2.1" in (
        html
    )


@pytest.mark.parametrize(
    ("response", "told"), [("5", "They state no final answer"), (HONEST, "with other rewards")]
)
def test_a_card_tells_why_a_score_differs_from_the_reward(response, told):
    verdict = {"id": "a", "response": response, "answer": "5", "correct": float(response == "5")}
    rows = pd.DataFrame([verdict])
    card = score_responses(rows, RewardCardOptions())
    html = page(rows, card, RewardCardOptions())
    assert "outcome differs from the recorded correct in 1 of 1 responses" in html
    assert told in html
