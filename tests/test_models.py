"""Checkpoints that cannot be used are told in one sentence, before anything is trained."""

import json
import shutil
from pathlib import Path

import pytest
from training_fixtures import tiny  # noqa: F401

from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.models import load_processor


@pytest.fixture
def checkpoint(tiny, tmp_path):  # noqa: F811
    return Path(shutil.copytree(tiny, tmp_path / "model"))


def change(file: Path, **values) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_a_checkpoint_without_a_chat_template_is_named(checkpoint):
    (checkpoint / "chat_template.jinja").unlink()
    with pytest.raises(CheckpointError, match=rf"{checkpoint} has no chat template"):
        load_processor(checkpoint)


@pytest.mark.parametrize("missing", ["tokenizer.json", "processor_config.json"])
def test_missing_files_are_one_sentence(checkpoint, missing):
    (checkpoint / missing).unlink()
    with pytest.raises(CheckpointError, match=rf"no processor can be loaded from {checkpoint}"):
        load_processor(checkpoint)


def test_tokens_of_another_model_are_named(checkpoint):
    found = load_processor(checkpoint).image_token_id
    change(checkpoint / "config.json", image_token_id=found + 1)
    said = rf"image_token_id {found + 1}, its tokenizer has {found} for <\|image_pad\|>"
    with pytest.raises(CheckpointError, match=said):
        load_processor(checkpoint)


def test_a_tokenizer_larger_than_the_model_is_named(checkpoint):
    config = json.loads((checkpoint / "config.json").read_text())
    config.get("text_config", config)["vocab_size"] = 7
    (checkpoint / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=r"tokens, config\.json a vocab_size of 7"):
        load_processor(checkpoint)


def test_bounds_that_no_image_can_keep_are_named(checkpoint):
    with pytest.raises(CheckpointError, match=r"min_pixels 5000 exceeds max_pixels 4000"):
        load_processor(checkpoint, min_pixels=5000, max_pixels=4000)
    with pytest.raises(CheckpointError, match=r"max_pixels 500 is below 784"):
        load_processor(checkpoint, min_pixels=100, max_pixels=500)
