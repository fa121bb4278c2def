"""Trainings that would pass for finished: too short, or teaching nothing."""

import json
import logging

import pytest
from training_fixtures import GRPO, SFT, make_records, same_weights, train

from r1vl_kedro.training import sft_trainer
from r1vl_kedro.training.callbacks import idle_reason
from r1vl_kedro.training.errors import TrainingError


def kwargs_of(tiny, records, tmp_path, options):
    output = str(tmp_path / "model")
    return {"base": tiny, "records": records, "output": output, "options": options, "seed": 3}


def changed(tmp_path, numbers, change) -> str:
    """Records of which some are changed."""
    from datasets import load_from_disk

    rows = load_from_disk(make_records(tmp_path / "rows"))
    odd = rows.map(lambda row, i: change(row) if i in numbers else row, with_indices=True)
    odd.save_to_disk(str(tmp_path / "odd"))
    return str(tmp_path / "odd")


TOKENS = {"r0": "<|image_pad|>", "r3": "<|video_pad|>", "r7": "<|im_end|>"}


@pytest.mark.parametrize("column", ["question", "options", "solution"])
def test_a_special_token_in_a_record_sets_it_aside(tiny, tmp_path, caplog, column):
    def change(row):
        text = f"{row[column]} is {TOKENS[row['id']]} so"
        return {column: [text] if column == "options" else text}

    records = changed(tmp_path, {0, 3, 7}, change)
    train("sft", **kwargs_of(tiny, records, tmp_path, SFT | {"num_steps": 4}))
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    assert manifest["rejected"] == [
        {"id": name, "token": token, "column": column} for name, token in TOKENS.items()
    ]
    assert manifest["records_used"] == 9
    assert len(json.loads((tmp_path / "model" / "training_log.json").read_text())) == 4
    assert "3 of 12 records hold a special token of the model: r0 (<|image_pad|> in " in caplog.text


def test_where_no_record_is_left_the_token_is_named(tiny, tmp_path):
    records = changed(tmp_path, set(range(12)), lambda row: {"question": "<|image_pad|>?"})
    with pytest.raises(TrainingError, match=r"12 of 12 .*r0 \(<\|image_pad\|> in question\)"):
        train("grpo", **kwargs_of(tiny, records, tmp_path, GRPO))


def test_validation_records_with_a_special_token_are_not_asked(tiny, records, tmp_path):
    held_out = changed(tmp_path, {1}, lambda row: {"question": "<|image_pad|>?"})
    options = SFT | {"num_steps": 1, "eval_steps": 1, "eval_records": 12}
    kwargs = kwargs_of(tiny, records, tmp_path, options) | {"validation": held_out}
    assert train("sft", **kwargs)["steps"] == 1


def test_a_prompt_without_a_place_for_its_image_is_refused(tiny, records, tmp_path):
    import shutil

    base = shutil.copytree(tiny, tmp_path / "base")
    template = base / "chat_template.jinja"
    template.write_text(template.read_text().replace("<|image_pad|>", ""))
    with pytest.raises(TrainingError, match=r"record 'r0': .* give 0 placeholders .* for 1 images"):
        train("sft", **kwargs_of(str(base), records, tmp_path, SFT))


@pytest.mark.parametrize("caught", [True, False])
def test_a_training_whose_data_give_out_fails(tiny, records, tmp_path, monkeypatch, caught):
    """As where a processor raises StopIteration, which the trainer takes for the data's end."""
    owner = sft_trainer.DataCollatorForVisionLanguageModeling
    if not caught:
        owner = sft_trainer.AnswerOnlyCollator
    collate, calls = owner.torch_call, []

    def gives_out(self, examples):
        calls.append(examples)
        if len(calls) == 4:
            raise StopIteration
        return collate(self, examples)

    monkeypatch.setattr(owner, "torch_call", gives_out)
    reason = "cannot pair images and placeholders" if caught else "by itself after step 3 of 5"
    with pytest.raises(TrainingError, match=reason):
        train("sft", **kwargs_of(tiny, records, tmp_path, SFT))
    assert not (tmp_path / "model").exists()
    assert (tmp_path / "model.state" / "checkpoint-2" / "_COMPLETE").is_file()


def test_step_grpo_that_teaches_nothing_is_warned_of_with_the_reason(
    tiny, records, tmp_path, caplog
):
    options = GRPO | {"max_completion_length": 4, "beta": 0.0}
    with caplog.at_level(logging.WARNING):
        train("grpo", **kwargs_of(tiny, records, tmp_path, options))
    assert same_weights(tmp_path / "model", tiny)
    said = [record.getMessage() for record in caplog.records if "taught" in record.getMessage()]
    why = "taught nothing: every completion was cut off; raise max_completion_length"
    assert said == [f"step 3: the last 3 steps {why}", f"5 of 5 steps {why}"]


@pytest.mark.parametrize(
    ("logged", "reason"),
    [
        ({"grad_norm": 0.7, "frac_reward_zero_std": 0.5}, None),
        ({"grad_norm": 0.7}, None),
        ({"grad_norm": 0.0}, "the gradient was 0"),
        (
            {"grad_norm": 0.1, "frac_reward_zero_std": 1.0, "reward": 0.0},
            "the same reward (mean 0)",
        ),
        (
            {"grad_norm": 0.0, "frac_reward_zero_std": 1.0, "completions/clipped_ratio": 1.0},
            "raise max_completion_length",
        ),
        (
            {
                "grad_norm": 0.0,
                "frac_reward_zero_std": 1.0,
                "reward": 0.0,
                "completions/clipped_ratio": 0.85,
            },
            "the same reward (mean 0); 85 % were cut off; raise max_completion_length",
        ),
    ],
)
def test_the_reason_of_an_idle_step(logged, reason):
    found = idle_reason(logged)
    assert found is None if reason is None else reason in found
