"""What rewards sample beside the rollouts: continued steps, and answers to a description."""

from types import SimpleNamespace

import pytest
import torch
from pydantic import ValidationError
from training_fixtures import GRPO, make_records

from r1vl_kedro.models import load_model, load_processor, vision_token_ids
from r1vl_kedro.prompts import to_messages
from r1vl_kedro.records.images import decode_all
from r1vl_kedro.records.store import open_records
from r1vl_kedro.training.options import StepGRPOOptions
from r1vl_kedro.training.phases import Phases

TEXTS = [
    "### Image Description:\n3 things\n### Step 1:\n3 - 1 = 2\n### Step 2:\nSo 2.\n"
    "### The final answer is: 2",
    "### Step 1:\n3 - 1 = 2\n### The final answer is: 2",
    "2",
]


@pytest.fixture(scope="module")
def counted():
    """The work that was counted, call by call."""
    return []


@pytest.fixture(scope="module")
def trainer(tiny, tmp_path_factory, counted):
    """What the samples need of a trainer: model, processor, prompts of one batch and options."""
    from accelerate import Accelerator

    processor = load_processor(tiny)
    rows = open_records(make_records(tmp_path_factory.mktemp("rows") / "x"), "id")[:2]
    records = [{key: rows[key][i] for key in rows} for i in range(2)]
    prompts = [to_messages(record) for record in records]
    written = [processor.apply_chat_template(p, add_generation_prompt=True) for p in prompts]
    images = [decode_all(record["images"]) for record in records]
    inputs = processor(text=written, images=images, padding=True, return_tensors="pt")
    rewards = {"outcome": 1.0, "continuations": {"samples": 2}, "description": {"samples": 3}}
    model = load_model(tiny)
    return SimpleNamespace(
        model_wrapped=model,
        accelerator=Accelerator(cpu=True),
        args=SimpleNamespace(ds3_gather_for_generation=True, seed=5),
        state=SimpleNamespace(global_step=1),
        processing_class=processor,
        options=StepGRPOOptions.model_validate({**GRPO, "rewards": rewards}),
        runs=[2, 1],
        rows=[
            {**records[0], "prompt": prompts[0]},
            {**records[0], "prompt": prompts[0]},
            {**records[1], "prompt": prompts[1]},
        ],
        distinct=dict(inputs),
        max_completion_length=6,
        temperature=1.0,
        eos_token_ids=[processor.tokenizer.eos_token_id],
        suppressed=vision_token_ids(processor.tokenizer),
        phases=Phases(),
        count=counted.append,
    )


def extended(trainer):
    from r1vl_kedro.training.extra_samples import with_extra_samples

    ids = [trainer.processing_class.tokenizer(text)["input_ids"] for text in TEXTS]
    return with_extra_samples(trainer, trainer.rows, TEXTS, ids)


def test_each_step_is_continued_and_keeps_what_came_before(trainer):
    rows = extended(trainer)
    assert [len(row["continued"]) for row in rows] == [2, 1, 0]
    first, second = rows[0]["continued"]
    assert len(first) == len(second) == 2
    assert all(text.startswith(TEXTS[0][: TEXTS[0].index("### Step 2")]) for text in first)
    assert all("### Step 2:\nSo 2." in text for text in second)
    assert not any(text.startswith(TEXTS[0]) for text in first)


def test_a_description_is_answered_without_the_image(trainer, monkeypatch):
    rows = extended(trainer)
    assert [len(row["described"]) for row in rows] == [3, 0, 0]
    other = torch.zeros_like(trainer.distinct["pixel_values"])
    monkeypatch.setitem(trainer.distinct, "pixel_values", other)
    again = extended(trainer)
    assert again[0]["described"] == rows[0]["described"]
    assert again[0]["continued"] != rows[0]["continued"]


def test_the_same_step_gives_the_same_samples(trainer):
    assert [row["continued"] for row in extended(trainer)] == [
        row["continued"] for row in extended(trainer)
    ]


def test_their_tokens_and_seconds_count_as_sampling(trainer, counted):
    trainer.phases.take()
    counted.clear()
    extended(trainer)
    continued, described = counted  # 3 steps twice, 1 description three times, 6 tokens at most
    assert continued.trained == described.trained == 0
    assert 0 < continued.sampled <= 3 * 2 * 6 and 0 < described.sampled <= 3 * 6
    prompts = trainer.distinct["attention_mask"].sum(1).tolist()
    assert continued.read > 3 * min(prompts) > described.read > 0
    assert trainer.phases.take()["generate"] > 0


def test_rewards_that_sample_are_refused_where_they_cannot():
    options = {**GRPO, "rewards": {"continuations": {}}, "resample_dead_groups": 1}
    with pytest.raises(ValidationError, match=r"rewards\.continuations samples with the model"):
        StepGRPOOptions.model_validate(options)
