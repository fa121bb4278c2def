"""Questions without an image, and images inside a sentence, through training and prediction."""

import json

import pytest
from training_fixtures import GRPO, SFT, make_records, train

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.generation.predict import predict
from r1vl_kedro.records.images import decode_all
from r1vl_kedro.records.store import undecoded, write_rows


@pytest.fixture(params=["text only", "some with images", "inside a sentence"])
def odd_records(request, tmp_path) -> str:
    from datasets import load_from_disk

    rows = []
    for k, row in enumerate(undecoded(load_from_disk(make_records(tmp_path / "rows")))):
        images = [image["bytes"] for image in row["images"]]
        if request.param == "inside a sentence":
            rows.append(row | {"images": images, "question": f"Of <image> here, how many? ({k})"})
        else:
            few = request.param == "some with images" and k % 2
            rows.append(row | {"images": images if few else []})
    write_rows(rows, key_steps=True).save_to_disk(str(tmp_path / "odd"))
    return str(tmp_path / "odd")


@pytest.mark.parametrize("kind", ["sft", "grpo"])
def test_a_step_is_trained(tiny, odd_records, tmp_path, kind):
    options = {"sft": SFT, "grpo": GRPO}[kind] | {"num_steps": 1, "checkpoint_steps": 0}
    output = tmp_path / "model"
    train(kind, base=tiny, records=odd_records, output=str(output), options=options, seed=3)
    manifest = json.loads((output / "manifest.json").read_text())
    assert (manifest["records_used"], manifest["rejected"]) == (12, [])


def test_micro_batches_with_and_without_images_are_trained_side_by_side(
    tiny, odd_records, tmp_path
):
    options = GRPO | {"rollouts_per_step": 48, "micro_batch_size": 4, "num_steps": 1}
    output = tmp_path / "model"
    train(
        "grpo", base=tiny, records=odd_records, output=str(output), seed=3,
        options=options | {"checkpoint_steps": 0},
    )  # fmt: skip
    [step] = json.loads((output / "training_log.json").read_text())
    assert step["seconds/forward_backward"] > 0


def test_every_question_is_answered(tiny, odd_records, tmp_path):
    options = DecodingOptions(max_new_tokens=2, batch_size=5)
    assert predict(tiny, odd_records, str(tmp_path / "out"), options)["rows"] == 12


def test_an_image_inside_a_sentence_has_its_tokens_there(tiny, tmp_path):
    from datasets import load_from_disk

    from r1vl_kedro.models import load_processor
    from r1vl_kedro.prompts import to_messages

    processor = load_processor(tiny)
    row = undecoded(load_from_disk(make_records(tmp_path / "rows", count=1)))[0]
    row["question"] = "Of <image> here"
    text = processor.apply_chat_template(to_messages(row), tokenize=False)
    assert "Of <|vision_start|><|image_pad|><|vision_end|> here" in text
    inputs = processor(text=[text], images=[decode_all(row["images"])], return_tensors="pt")
    said = processor.tokenizer.decode(inputs["input_ids"][0])
    before, after = said.split("<|image_pad|>")[0], said.split("<|image_pad|>")[-1]
    assert before.endswith("Of <|vision_start|>") and after.startswith("<|vision_end|> here")
