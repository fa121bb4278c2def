"""Supervised batches as one packed row: the loss and gradient of rows padded to the longest."""

import json

import pytest
import torch
from pydantic import ValidationError
from training_fixtures import SFT, make_records, train, weights
from trl.trainer.utils import add_fused_lm_head

from r1vl_kedro.models import load_model, load_processor
from r1vl_kedro.records.store import open_records
from r1vl_kedro.training import data
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.options import SFTOptions
from r1vl_kedro.training.packed import prepare
from r1vl_kedro.training.sft_trainer import AnswerOnlyCollator, read_packed


@pytest.fixture(scope="module")
def batch(tiny, tmp_path_factory):
    """Questions and answers of different lengths."""
    processor = load_processor(tiny)
    records = make_records(tmp_path_factory.mktemp("rows") / "rows", count=4)
    examples = [data.as_pairs(open_records(records, "id"), "{question}")[i] for i in range(4)]
    for k, example in enumerate(examples):
        example["prompt"][0]["content"][-1]["text"] += " please" * k
        example["completion"][0]["content"] *= 1 + (k + 1) % 3
    collator = AnswerOnlyCollator(processor=processor, completion_only_loss=True)
    return dict(collator(examples))


def test_loss_and_gradient_are_those_of_padded_rows(tiny, batch):
    assert len(set(batch["attention_mask"].sum(1).tolist())) > 2
    found = []
    for packed in (True, False):
        model = load_model(tiny).train()
        if packed:
            prepare(model)
            read = read_packed(model, **batch, use_cache=False, fused_lm_head=True)
        else:
            add_fused_lm_head(model)
            read = model(**batch, use_cache=False, fused_lm_head=True)
        (-read.log_probs.sum() / read.label_mask.sum()).backward()
        gradient = torch.cat([p.grad.flatten() for p in model.parameters()])
        found.append((read.log_probs.detach().sum(), gradient))
        assert int(read.label_mask.sum()) == int((batch["labels"] != -100).sum())
    for ours, theirs in zip(*found, strict=True):
        assert float((ours - theirs).norm() / theirs.norm()) < 1e-5


def test_training_takes_the_same_course(tiny, records, tmp_path):
    logs, models = {}, {}
    for free in (True, False):
        options = {**SFT, "num_steps": 4, "checkpoint_steps": 0, "padding_free": free}
        output = tmp_path / str(free)
        train("sft", base=tiny, records=records, output=str(output), options=options, seed=3)
        log = json.loads((output / "training_log.json").read_text())
        logs[free], models[free] = [e for e in log if "loss" in e], weights(output)
    assert ["mean_token_accuracy" in logs[free][0] for free in (True, False)] == [False, True]
    for name in ("loss", "num_tokens", "entropy", "grad_norm"):
        values = [[entry[name] for entry in logs[free]] for free in (True, False)]
        assert len(values[0]) == 4 and values[0] == pytest.approx(values[1], rel=1e-3)
    start = weights(tiny)
    moved = sum(float((models[False][k] - start[k]).square().sum()) for k in start)
    apart = sum(float((models[False][k] - models[True][k]).square().sum()) for k in start)
    assert moved > 0 and (apart / moved) ** 0.5 < 0.02


def test_what_cannot_read_packed_rows_is_named(tmp_path, records):
    (tmp_path / "config.json").write_text('{"model_type": "llava"}')
    options = {**SFT, "padding_free": True}
    with pytest.raises(TrainingError, match=r"padding_free: .*'llava'.*padding_free: false"):
        train("sft", base=str(tmp_path), records=records, output=str(tmp_path / "m"),
              options=options, seed=0)  # fmt: skip
    with pytest.raises(ValidationError, match="eager cannot read packed rows"):
        SFTOptions(num_steps=1, padding_free=True, attention="eager")
