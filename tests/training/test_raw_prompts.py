"""A template that places the images is the whole prompt: no chat template, wherever it is used."""

import pytest
from datasets import load_from_disk
from training_fixtures import GRPO, SFT, train

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.generation.predict import predict
from r1vl_kedro.models import load_processor, render_prompt
from r1vl_kedro.parameters import ConfigurationError, with_grammar
from r1vl_kedro.prompts import is_raw, to_messages
from r1vl_kedro.records.store import open_records
from r1vl_kedro.responses import GRAMMARS, THINK_OPENED
from r1vl_kedro.training import data
from r1vl_kedro.training.sft_trainer import AnswerOnlyCollator

RAW = "{image}User: {question}\nAssistant: Let me see.\n<think>"
IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
ROW = {"images": [b""], "question": "How many?", "options": []}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, f"{IMAGE}User: How many?\nAssistant: Let me see.\n<think>"),
        ({"images": []}, "User: How many?\nAssistant: Let me see.\n<think>"),
        (
            {"question": "In <image>, how many {image}?"},
            f"User: In {IMAGE}, how many {{image}}?\nAssistant: Let me see.\n<think>",
        ),
    ],
)
def test_nothing_is_added_to_the_wording(tiny, tmp_path, change, text):
    turn = to_messages(ROW | change, RAW)
    assert render_prompt(load_processor(tiny), turn, raw=True) == text
    processor = load_processor(tiny, raw=True)
    assert render_prompt(processor, turn) == text
    processor.save_pretrained(tmp_path)
    assert render_prompt(load_processor(tmp_path), turn) == text  # as what is trained on it
    assert render_prompt(load_processor(tmp_path, raw=True), turn) == text


def test_a_base_models_template_of_parts_is_known(tiny):
    processor = load_processor(tiny)
    # As Qwen2-VL's base has it: a list of parts without turns.
    processor.chat_template = (
        "{% for part in messages %}{% if part['type'] == 'image' %}<|vision_start|><|image_pad|>"
        "<|vision_end|>{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}"
    )
    assert render_prompt(processor, to_messages(ROW, RAW), raw=True).startswith(f"{IMAGE}User: ")


def test_one_grammar_asks_so_and_opens_the_reasoning():
    assert [one.name for one in GRAMMARS.values() if is_raw(one.wording)] == ["think_opened"]
    assert THINK_OPENED.wording.endswith("Assistant: Let me solve this step by step.\n<think>")


def test_the_loss_covers_the_answer_and_its_end(tiny, records):
    processor = load_processor(tiny, raw=True)
    rows = data.as_pairs(open_records(records, "id"), RAW)
    examples = [rows[i] for i in range(3)]
    answers = [example["completion"][0]["content"] for example in examples]
    collate = AnswerOnlyCollator(processor=processor, completion_only_loss=True)
    made = collate(examples)
    for ids, labels, answer in zip(made["input_ids"], made["labels"], answers, strict=True):
        assert processor.tokenizer.decode(labels[labels != -100]) == answer + "<|im_end|>"
        whole = processor.tokenizer.decode(ids[ids != processor.tokenizer.pad_token_id])
        assert whole.endswith(f"Assistant: Let me see.\n<think>{answer}<|im_end|>")
        assert "<|im_start|>" not in whole


@pytest.mark.parametrize("kind", ["sft", "grpo"])
def test_training_and_prediction_read_the_same_text(tiny, records, tmp_path, kind, monkeypatch):
    from transformers import Qwen2VLProcessor

    read = []
    call = Qwen2VLProcessor.__call__

    def heard(self, images=None, text=None, **given):
        read.extend([text] if isinstance(text, str) else text)
        return call(self, images, text, **given)

    monkeypatch.setattr(Qwen2VLProcessor, "__call__", heard)
    options = {"sft": SFT, "grpo": GRPO}[kind] | {"num_steps": 1, "checkpoint_steps": 0}
    options |= {"grammar": "think_opened"}
    options |= {"rewards": {"outcome": 1.0, "format": 1.0}} if kind == "grpo" else {}
    model = tmp_path / "model"
    train(
        kind, base=tiny, records=records, output=str(model), options=options, seed=3, template=RAW
    )
    trained, read[:] = {text for text in read if IMAGE in text}, []
    decoding = DecodingOptions(max_new_tokens=2, batch_size=12)
    about = predict(str(model), records, str(tmp_path / "out"), decoding, RAW)
    assert about["prompt_template"] == RAW
    wanted = {
        render_prompt(load_processor(tiny), to_messages(row, RAW), raw=True)
        for row in load_from_disk(records)
    }
    assert trained and trained <= wanted and set(read) == wanted


def test_an_endpoint_that_adds_its_chat_template_is_refused(records, tmp_path):
    decoding = {"engine": "openai", "base_url": "http://127.0.0.1:9/v1", "model_name": "m"}
    with pytest.raises(ValueError, match="is the whole prompt, but an endpoint puts its chat temp"):
        predict("m", records, str(tmp_path), decoding, RAW)


def test_a_template_of_ones_own_ends_on_what_the_grammar_reads_on_from():
    given = {"grammar": "think_opened", "prompt": {"template": "{image}{question}"}}
    with pytest.raises(ConfigurationError, match="reads what follows '<think>', so a template"):
        with_grammar(given)
    given["prompt"]["template"] = RAW
    assert with_grammar(given)["prompt"]["template"] == RAW
    given["prompt"]["template"] = None
    assert with_grammar(given)["prompt"]["template"] == THINK_OPENED.wording


def test_so_does_the_wording_of_benchmarks():
    from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions

    given = {"checkpoint": "m", "label": "m", "decoding": {}, "grammar": "think_opened"}
    with pytest.raises(ValueError, match="template ends on"):
        EvaluationOptions.model_validate({**given, "benchmarks": {"template": "{question}"}})
    assert EvaluationOptions.model_validate({**given, "benchmarks": {"template": RAW}})
