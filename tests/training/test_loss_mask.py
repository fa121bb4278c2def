"""The loss of the warm-up covers answers and nothing else; what training leaves behind."""

import json

import pandas as pd
import pytest
from training_fixtures import GRPO, SFT, train, weights

from r1vl_kedro.models import load_processor
from r1vl_kedro.records.store import open_records
from r1vl_kedro.training import data
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.sft_trainer import AnswerOnlyCollator, assert_answers_only


@pytest.fixture(scope="module")
def batch(tiny, records):
    processor = load_processor(tiny)
    rows = data.as_pairs(open_records(records, "id"), "{question}")
    examples = [rows[i] for i in range(4)]
    answers = [example["completion"][0]["content"] for example in examples]
    collator = AnswerOnlyCollator(processor=processor, completion_only_loss=True)
    return collator(examples), answers, processor


def test_mask_covers_exactly_the_answers(batch):
    made, answers, processor = batch
    for labels, answer in zip(made["labels"], answers, strict=True):
        text = processor.tokenizer.decode(labels[labels != -100])
        assert text.rstrip("\n") == answer + "<|im_end|>"


@pytest.mark.parametrize("change", ["question", "hole", "image", "short"])
def test_any_other_mask_is_refused(batch, change):
    made, answers, processor = batch
    labels = made["labels"].clone()
    first = int((labels[0] != -100).nonzero()[0])
    if change == "question":
        labels[0, first - 1] = made["input_ids"][0, first - 1]
    elif change == "hole":
        labels[0, first + 2] = -100
    elif change == "short":
        labels[0, first] = -100
    else:
        place = (
            int((made["input_ids"][0] == 593).nonzero()[0]) if 593 in made["input_ids"][0] else 5
        )
        labels[0, place] = made["input_ids"][0, place]
    with pytest.raises(TrainingError, match="does not cover exactly the answer"):
        assert_answers_only({**made, "labels": labels}, answers, processor)


def test_sft_learns_and_leaves_log_and_manifest(tiny, records, tmp_path):
    options = {**SFT, "num_steps": 8, "checkpoint_steps": 0, "eval_steps": 4, "eval_records": 4}
    output = str(tmp_path / "model")
    done = train(
        "sft",
        base=tiny,
        records=records,
        output=output,
        options=options,
        seed=1,
        validation=records,
    )
    assert done["steps"] == 8
    log = json.loads((tmp_path / "model" / "training_log.json").read_text())
    assert [entry["step"] for entry in log] == list(range(9))
    assert log[-1]["loss"] < log[1]["loss"] - 1
    assert [entry["step"] for entry in log if "eval_accuracy" in entry] == [0, 4, 8]
    assert not (tmp_path / "model.state").exists()


def test_step_grpo_logs_rewards_diagnostics_and_rollouts(tiny, records, tmp_path):
    output = str(tmp_path / "model")
    options = {**GRPO, "num_steps": 2, "example_rollouts": 3, "checkpoint_steps": 0}
    train("grpo", base=tiny, records=records, output=output, options=options, seed=1)
    log = json.loads((tmp_path / "model" / "training_log.json").read_text())
    wanted = {"reward", "kl", "zero_variance", "zero_variance/all_wrong", "format/valid"}
    wanted |= {f"rewards/{name}/mean" for name in ("outcome", "key_steps", "validity")}
    assert wanted <= log[0].keys()
    rollouts = pd.read_parquet(tmp_path / "model" / "rollouts.parquet")
    assert rollouts["step"].tolist() == [1] * 3 + [2] * 3
    assert {"id", "question", "completion", "reward", "advantage", "reward_key_steps"} <= set(
        rollouts.columns
    )


def test_vision_encoder_stays_where_frozen(tiny, records, tmp_path):
    options = {**SFT, "num_steps": 1, "freeze_vision": True}
    output = str(tmp_path / "model")
    train("sft", base=tiny, records=records, output=output, options=options, seed=1)
    before, after = weights(tiny), weights(tmp_path / "model")
    moved = {name for name in before if not before[name].equal(after[name])}
    assert moved and not any(name.startswith("visual.") for name in moved)


@pytest.mark.parametrize("kind", ["sft", "grpo"])
def test_lora_is_merged_into_a_whole_model(kind, tiny, records, tmp_path):
    options = {**(SFT if kind == "sft" else GRPO), "num_steps": 1, "lora": {"rank": 2}}
    output = str(tmp_path / "model")
    train(kind, base=tiny, records=records, output=output, options=options, seed=1)
    before, after = weights(tiny), weights(tmp_path / "model")
    assert before.keys() == after.keys()
