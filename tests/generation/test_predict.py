"""Predictions: complete, in order, resumable, and never a visual placeholder."""

import json
import os
import shutil

import pandas as pd
import pytest
from datasets import load_from_disk
from pydantic import ValidationError

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.generation import DecodingOptions, predict
from r1vl_kedro.generation.engines import Completion, Prompt, own_gpus
from r1vl_kedro.models import load_processor, vision_token_ids
from r1vl_kedro.prompts import to_messages

predict_module = __import__("sys").modules["r1vl_kedro.generation.predict"]


class Echo:
    """An engine that answers with the question, and can die at a given call."""

    calls = 0
    dies_at: int | None = None

    def generate(self, prompts, seed):
        Echo.calls += 1
        if Echo.calls == Echo.dies_at:
            raise KeyboardInterrupt
        return [[Completion(p.messages[0]["content"][-1]["text"], 3, False)] for p in prompts]


@pytest.fixture
def echo(monkeypatch):
    Echo.calls, Echo.dies_at = 0, None
    monkeypatch.setattr(predict_module, "make_engine", lambda *_: Echo())
    return Echo


def test_every_record_is_answered_once_in_the_order_of_the_records(echo, records, tiny, tmp_path):
    summary = predict(tiny, records, str(tmp_path), {"batch_size": 2, "part_size": 2})
    frame = pd.read_parquet(tmp_path / "predictions.parquet")
    assert frame["id"].tolist() == [f"r{k}" for k in range(7)]
    assert all(q in r for q, r in zip(frame["question"], frame["response"], strict=True))
    assert (summary["rows"], summary["answered_now"], summary["truncated"]) == (7, 7, 0.0)


def test_predictions_have_the_labels_of_their_records(echo, records, tiny, tmp_path):
    labelled = load_from_disk(records).add_column("modality", ["mri", "ct"] * 3 + ["mri"])
    labelled.save_to_disk(str(tmp_path / "labelled"))
    predict(tiny, str(tmp_path / "labelled"), str(tmp_path / "out"), {"batch_size": 2})
    frame = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    assert frame["modality"].tolist() == ["mri", "ct"] * 3 + ["mri"]


def test_a_killed_job_goes_on_where_it_stopped(echo, records, tiny, tmp_path):
    echo.dies_at = 3
    with pytest.raises(KeyboardInterrupt):
        predict(tiny, records, str(tmp_path), {"batch_size": 2, "part_size": 2})
    assert not (tmp_path / "predictions.parquet").exists()
    echo.dies_at = None
    summary = predict(tiny, records, str(tmp_path), {"batch_size": 2, "part_size": 2})
    assert summary["answered_now"] == 3  # two parts of two stood already
    assert len(pd.read_parquet(tmp_path / "predictions.parquet")) == 7


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_four_processes_give_the_rows_of_one(records, tiny, tmp_path, monkeypatch, temperature):
    options = {"batch_size": 1, "part_size": 1, "max_new_tokens": 8, "temperature": temperature}
    predict(tiny, records, str(tmp_path / "one"), options)
    monkeypatch.setenv("WORLD_SIZE", "4")
    answered = []
    for rank in (1, 2, 3, 0):  # the first joins, and would wait for the others
        monkeypatch.setenv("RANK", str(rank))
        done = predict(tiny, records, str(tmp_path / "four"), options)
        answered.append(done["answered_now"])
    assert answered == [2, 2, 1, 2] and done["rows"] == 7
    one, four = (tmp_path / name / "predictions.parquet" for name in ("one", "four"))
    assert one.read_bytes() == four.read_bytes()
    monkeypatch.setenv("RANK", "3")  # one that begins when all is done
    assert predict(tiny, records, str(tmp_path / "four"), options)["answered_now"] == 0
    assert not list((tmp_path / "four").glob("parts-*"))


def test_a_process_answers_on_its_own_gpus(monkeypatch):
    told = {"LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "TORCHELASTIC_USE_AGENT_STORE": "True"}
    for name, value in (told | {"CUDA_VISIBLE_DEVICES": "4,5,6,7"}).items():
        monkeypatch.setenv(name, value)
    own_gpus(2)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "6,7"
    assert not told.keys() & os.environ.keys()


def test_finished_work_is_not_done_twice_and_other_settings_start_anew(
    echo, records, tiny, tmp_path
):
    predict(tiny, records, str(tmp_path), {})
    assert predict(tiny, records, str(tmp_path), {})["answered_now"] == 0
    assert predict(tiny, records, str(tmp_path), {"max_new_tokens": 9})["answered_now"] == 7
    assert predict(tiny, records, str(tmp_path), {"max_new_tokens": 9}, "Q: {question}")[
        "answered_now"
    ] == 7  # fmt: skip


def test_a_manifest_never_speaks_of_the_answers_of_other_settings(
    echo, records, tiny, tmp_path, monkeypatch
):
    def fail(path, text):
        raise OSError(28, "No space left on device")

    predict(tiny, records, str(tmp_path), {"max_new_tokens": 9})
    with monkeypatch.context() as full:
        full.setattr("r1vl_kedro.files.write_text", fail)
        with pytest.raises(OSError, match="No space left"):
            predict(tiny, records, str(tmp_path), {"max_new_tokens": 8})
    # The answers that stand there now are not those of the first settings.
    assert predict(tiny, records, str(tmp_path), {"max_new_tokens": 9})["answered_now"] == 7


def test_manifest_names_what_the_answers_depend_on(echo, records, tiny, tmp_path):
    predict(tiny, records, str(tmp_path), {"max_new_tokens": 9}, "Q: {question}", seed=4)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["decoding"]["max_new_tokens"] == 9
    assert manifest["prompt_template"] == "Q: {question}"
    assert manifest["seed"] == 4
    assert len(manifest["checkpoint_digest"]) == 32


def test_transformers_engine_answers_in_batches_as_one_by_one(records, tiny, tmp_path):
    together = {"batch_size": 4, "max_new_tokens": 8, "dtype": "float32"}
    predict(tiny, records, str(tmp_path / "a"), together)
    predict(tiny, records, str(tmp_path / "b"), {**together, "batch_size": 1})
    a = pd.read_parquet(tmp_path / "a/predictions.parquet")
    b = pd.read_parquet(tmp_path / "b/predictions.parquet")
    assert a["response"].tolist() == b["response"].tolist()
    assert a["tokens"].between(0, 8).all()
    assert (a["truncated"] == (a["tokens"] == 8)).all()


def prompts_of(records, count):
    return [
        Prompt(to_messages(row), row["images"])
        for row in load_from_disk(records).select(range(count))
    ]


def test_the_checkpoints_own_generation_settings_do_not_change_an_evaluation(
    records, tiny, tmp_path
):
    from r1vl_kedro.generation.transformers_engine import TransformersEngine

    published = shutil.copytree(tiny, tmp_path / "published")
    file = published / "generation_config.json"
    own = {"repetition_penalty": 1.05, "top_k": 1, "top_p": 0.001, "do_sample": True}
    file.write_text(json.dumps({**json.loads(file.read_text()), **own}))
    options = DecodingOptions(max_new_tokens=12, temperature=1.0, num_samples=2, dtype="float32")
    plain, changed = (
        TransformersEngine(str(place), options).generate(prompts_of(records, 3), 1)
        for place in (tiny, published)
    )
    assert plain == changed
    assert any(first != second for first, second in plain)


@pytest.fixture
def processors(monkeypatch):
    """The processors that are loaded, the last one last."""
    loaded = []

    def load(*args, **kwargs):
        loaded.append(load_processor(*args, **kwargs))
        return loaded[-1]

    monkeypatch.setattr("r1vl_kedro.models.load_processor", load)
    return loaded


def test_samples_differ_follow_the_seed_and_hold_no_vision_token(records, tiny, processors):
    from r1vl_kedro.generation.transformers_engine import TransformersEngine

    options = DecodingOptions(max_new_tokens=24, temperature=1.0, num_samples=3, batch_size=4)
    engine = TransformersEngine(tiny, options)
    prompts = prompts_of(records, 4)
    first, again = engine.generate(prompts, 1), engine.generate(prompts, 1)
    other = engine.generate(prompts, 2)
    assert first == again != other
    assert [len(answers) for answers in first] == [3, 3, 3, 3]
    seen, tokenizer = [], processors[-1].tokenizer
    decode = tokenizer.decode
    tokenizer.decode = lambda ids, **_: seen.extend(ids) or decode(ids)
    engine.generate(prompts, 3)
    assert len(seen) > 50
    assert not set(seen) & set(vision_token_ids(tokenizer))


def test_greedy_answers_are_those_of_generate(records, tiny, monkeypatch):
    from datasets import load_from_disk

    from r1vl_kedro.generation.transformers_engine import TransformersEngine
    from r1vl_kedro.models import decoding

    engine = TransformersEngine(tiny, DecodingOptions(max_new_tokens=24, batch_size=4))
    prompts = [Prompt(to_messages(row), row["images"]) for row in load_from_disk(records)]
    answers = engine.generate(prompts, 0)
    assert len({answer.text for [answer] in answers}) > 1
    monkeypatch.setattr(decoding, "decodable", lambda model: False)  # as another model is
    assert engine.generate(prompts, 0) == answers


def test_two_records_of_one_id_are_refused(echo, records, tiny, tmp_path):
    from datasets import concatenate_datasets, load_from_disk

    once = load_from_disk(records)
    concatenate_datasets([once, once]).save_to_disk(tmp_path / "twice")
    with pytest.raises(ValueError, match="id 'r0' occurs twice"):
        predict(tiny, str(tmp_path / "twice"), str(tmp_path / "out"), {})


@pytest.mark.parametrize(
    "emptied",
    [lambda rows: rows.select([]), lambda rows: rows.filter(lambda row: False)],
    ids=["no file", "a file without rows"],
)
def test_no_record_is_an_error(emptied, echo, records, tiny, tmp_path):
    from datasets import load_from_disk

    emptied(load_from_disk(records)).save_to_disk(tmp_path / "none")
    with pytest.raises(UserFacingError, match="no usable record left in"):
        predict(tiny, str(tmp_path / "none"), str(tmp_path / "out"), {})


def test_several_samples_need_a_temperature():
    with pytest.raises(ValidationError, match="num_samples=4 with temperature=0"):
        DecodingOptions(num_samples=4)


def test_unknown_option_is_named():
    with pytest.raises(ValidationError, match="beam_size"):
        DecodingOptions.model_validate({"beam_size": 2})


def test_a_directory_without_records_is_named(echo, tiny, tmp_path):
    with pytest.raises(UserFacingError, match="no records can be read from"):
        predict(tiny, str(tmp_path), str(tmp_path / "out"), {})


def test_images_are_bounded_as_asked_and_else_as_the_checkpoint_says(records, tiny, processors):
    from datasets import load_from_disk

    from r1vl_kedro.generation.transformers_engine import TransformersEngine

    image = load_from_disk(records)[0]["images"][0].resize((400, 300))

    def patches(**bounds):
        TransformersEngine(tiny, DecodingOptions(**bounds))
        of_engine = processors[-1].image_processor
        return len(of_engine(images=[image], return_tensors="pt")["pixel_values"])

    own = patches()
    assert patches(max_pixels=28 * 28) == 4  # of 14 pixels each way: one visual token
    assert patches(max_pixels=400 * 300) > own > 4


def test_an_endpoint_is_not_told_a_size_of_images():
    with pytest.raises(ValidationError, match="--mm-processor-kwargs"):
        DecodingOptions(engine="openai", max_pixels=50176)
