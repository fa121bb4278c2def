"""Checkpoints whose files do not belong together, or are none, are told in one sentence."""

import json
import shutil
from pathlib import Path

import pytest
from training_fixtures import tiny  # noqa: F401

from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.models import load_model, load_processor, render_prompt

IMAGE = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Which?"}]}]


@pytest.fixture
def checkpoint(tiny, tmp_path):  # noqa: F811
    return Path(shutil.copytree(tiny, tmp_path / "model"))


def test_a_broken_chat_template_is_named_before_it_is_filled(checkpoint):
    (checkpoint / "chat_template.jinja").write_text("{% for x in %}")
    with pytest.raises(CheckpointError, match="its chat template is broken: "):
        load_processor(checkpoint)


@pytest.mark.parametrize("template", ["", "{% for m in messages %}{{ m['role'] }}{% endfor %}"])
def test_a_chat_template_that_shows_no_image_is_named(checkpoint, template):
    assert "Which?" in render_prompt(load_processor(checkpoint), IMAGE)
    (checkpoint / "chat_template.jinja").write_text(template)
    with pytest.raises(CheckpointError, match=r"0 placeholders <\|image_pad\|> for 1 images"):
        render_prompt(load_processor(checkpoint), IMAGE)


def other_family(place):
    (place / "config.json").write_text('{"model_type": "llama"}')


def other_sizes(place):
    config = json.loads((place / "config.json").read_text())
    config.get("text_config", config)["intermediate_size"] = 24
    (place / "config.json").write_text(json.dumps(config))


def no_weights(place):
    (place / "model.safetensors").unlink()
    (place / "pytorch_model.bin").write_bytes(b"\x80\x04x")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (other_family, "Unrecognized configuration class"),
        (other_sizes, "the files are of two models"),
        (no_weights, "Weights only load failed"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_one_line_with_its_place(checkpoint, harm, said):
    harm(checkpoint)
    with pytest.raises(CheckpointError, match=f"no model can be loaded from {checkpoint}") as error:
        load_model(checkpoint)
    assert said in str(error.value) and "\n" not in str(error.value)
    assert len(str(error.value)) < 500
