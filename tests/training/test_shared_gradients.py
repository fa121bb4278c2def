"""Gradients of shared prompts are stock TRL's: every model, adapters, autocast, torn groups."""

import functools
import json

import numpy as np
import pytest
import torch
from datasets import Dataset
from PIL import Image
from training_fixtures import GRPO, train

from r1vl_kedro.models import save_processor
from r1vl_kedro.records.schema import features
from r1vl_kedro.world.tiny import build_model, build_processor

pytestmark = pytest.mark.timeout(600)  # long: among the first, so that workers end together
OPTIONS = {
    **GRPO,
    "num_steps": 1,
    "checkpoint_steps": 0,
    "rollouts_per_step": 12,
    "micro_batch_size": 3,  # groups of four lie in two or three forward passes
    "max_prompt_length": 400,
    "beta": 0.3,
}
SETTINGS = {
    "plain": ({}, 1e-5),
    "checkpointing": ({"gradient_checkpointing": True}, 1e-5),
    "lora": ({"lora": {"rank": 4}, "gradient_checkpointing": True}, 1e-5),
    # Eight bits of a mantissa; sums in another order differ by some of them.
    "autocast": ({"bf16": True}, 0.05),
}


def by_length(completions, **columns):
    """A reward that tells an untrained model's completions apart."""
    return [len(completion[0]["content"]) / 10 for completion in completions]


def model_of(kind, tokenizer):
    """An untrained model with the tiny one's tokens, processor and width."""
    import transformers

    model = build_model(0, tokenizer)
    if kind == "qwen2_vl":
        return model
    given = model.config.to_dict()
    text = {k: v for k, v in given["text_config"].items() if k not in ("model_type", "dtype")}
    vision = {"patch_size": 14, "depth": 2, "num_heads": 2, "hidden_size": 32,
              "intermediate_size": 48, "out_hidden_size": text["hidden_size"]}  # fmt: skip
    if kind == "qwen2_5_vl":
        config, model = "Qwen2_5_VLConfig", "Qwen2_5_VLForConditionalGeneration"
        vision |= {"window_size": 28, "fullatt_block_indexes": [1]}
    else:
        config, model = "Qwen3VLConfig", "Qwen3VLForConditionalGeneration"
        vision |= {"num_position_embeddings": 16, "deepstack_visual_indexes": [0, 1],
                   "temporal_patch_size": 2}  # fmt: skip
        text["head_dim"] = text["hidden_size"] // text["num_attention_heads"]
        text["rope_parameters"] = {**text["rope_parameters"], "mrope_interleaved": True}
    ids = {name: given[name] for name in given if name.endswith("_token_id")}
    torch.manual_seed(0)
    made = getattr(transformers, config)(text_config=text, vision_config=vision, **ids)
    return getattr(transformers, model)(made)


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    made = {}

    def base(kind):
        if kind not in made:
            place = made[kind] = tmp_path_factory.mktemp(kind)
            processor = build_processor()
            model_of(kind, processor.tokenizer).save_pretrained(place)
            save_processor(processor, place)
        return str(made[kind])

    return base


@pytest.fixture(scope="module")
def odd_records(tmp_path_factory):
    """Records with one or two images of different sizes and questions of different lengths."""
    random = np.random.default_rng(0)
    sizes = [
        [(84, 84)],
        [(56, 84), (112, 56)],
        [(56, 56)],
        [(84, 112), (56, 56)],
        [(112, 84)],
        [(56, 112)],
    ]
    rows = [
        {
            "id": f"r{i}",
            "images": [
                Image.fromarray(random.integers(0, 255, (*size, 3), dtype="uint8"))
                for size in images
            ],
            "question": "How many? " * (1 + i % 3) + str(i),
            "options": [], "answer": "1", "solution": "1", "family": "counting",
            "source": "test", "key_steps": [["1"]],
        }
        for i, images in enumerate(sizes)
    ]  # fmt: skip
    place = str(tmp_path_factory.mktemp("odd") / "rows")
    Dataset.from_list(rows, features=features(key_steps=True)).save_to_disk(place)
    return place


@pytest.fixture
def gradient(bases, odd_records, tmp_path, monkeypatch):
    """The summed gradient of a step by parameter, and the step's log."""
    from r1vl_kedro.training.step_grpo_trainer import StepGRPOTrainer

    inner = StepGRPOTrainer.training_step
    sums = {}

    def add(name, part):
        sums[name] = sums.get(name, 0) + part.detach().double()

    def recorded(self, model, *args):
        if not sums:
            for name, parameter in self.accelerator.unwrap_model(model).named_parameters():
                if parameter.requires_grad:
                    parameter.register_hook(functools.partial(add, name))
        return inner(self, model, *args)

    monkeypatch.setattr(StepGRPOTrainer, "training_step", recorded)

    def run(kind, **options):
        sums.clear()
        place = tmp_path / f"{kind}-{options['share_prompts']}"
        given = {**OPTIONS, "rewards": {f"{__name__}.by_length": 1.0}, **options}
        train(
            "grpo", base=bases(kind), records=odd_records, output=str(place), options=given, seed=1
        )
        [step] = json.loads((place / "training_log.json").read_text())
        return torch.cat([sums[name].flatten() for name in sorted(sums)]), step

    return run


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", ["qwen2_vl", "qwen2_5_vl", "qwen3_vl"])
def test_gradients_are_those_of_stock_trl(kind, setting, gradient):
    options, tolerance = SETTINGS[setting]
    stock, before = gradient(kind, share_prompts=False, **options)
    packed, after = gradient(kind, share_prompts=True, **options)
    assert float(stock.norm()) > 1e-3
    assert float((packed - stock).norm() / stock.norm()) < tolerance
    # TRL shuffles rows over the passes, each of which counts alike in the mean.
    assert after["entropy"] == pytest.approx(before["entropy"], rel=0.01)
    assert after["completions/mean_length"] == before["completions/mean_length"]
