"""Three engines give one answer: transformers, vLLM offline, vLLM's OpenAI-compatible server."""

import pandas as pd
import pytest
from serving import CONTEXT, DECODING

pytest.importorskip("vllm", reason="needs vLLM: make test-vllm")
pytestmark = [pytest.mark.vllm, pytest.mark.timeout(900)]

COLUMNS = ["id", "response", "tokens", "truncated", "sample"]


@pytest.fixture(scope="module")
def prompts(lessons):
    from datasets import load_from_disk

    from r1vl_kedro.generation.engines import Prompt
    from r1vl_kedro.prompts import to_messages

    return [Prompt(to_messages(row), row["images"]) for row in load_from_disk(lessons)]


@pytest.fixture(scope="module")
def offline(model):
    """One vLLM engine of this process for all tests."""
    from r1vl_kedro.generation import DecodingOptions
    from r1vl_kedro.generation.vllm_engine import VllmEngine

    return VllmEngine(model, DecodingOptions(engine="vllm", **DECODING))


@pytest.fixture(scope="module")
def frames(model, lessons, offline, server, tmp_path_factory):
    """Predictions of an evaluation by each engine."""
    from r1vl_kedro.generation import predict

    made = {}
    for engine, more in {
        "transformers": {},
        "vllm": {},
        "openai": {"base_url": server.url, "model_name": "tiny"},
    }.items():
        place = tmp_path_factory.mktemp(engine)
        engine_of = (lambda *_: offline) if engine == "vllm" else None
        options = {**DECODING, "engine": engine, **more}
        predict(model, lessons, str(place), options, seed=3, engine_of=engine_of)
        made[engine] = pd.read_parquet(place / "predictions.parquet")
    return made


def test_greedy_answers_of_vllm_are_those_of_transformers(frames):
    ours, theirs = (frames[engine][COLUMNS] for engine in ("transformers", "vllm"))
    differing = ours["response"] != theirs["response"]
    pairs = list(zip(ours["response"][differing], theirs["response"][differing], strict=True))
    assert not pairs, f"{len(pairs)} of {len(ours)} answers differ, such as {pairs[0]}"
    pd.testing.assert_frame_equal(ours, theirs)
    assert len(ours) == 100


def test_the_server_writes_the_predictions_of_the_offline_engine(frames):
    pd.testing.assert_frame_equal(frames["vllm"], frames["openai"])


def test_the_answers_are_what_the_model_was_taught(frames):
    frame = frames["vllm"]
    assert (frame["response"] == frame["answer"]).mean() > 0.8
    assert frame["tokens"].mean() > 10


def test_an_engine_that_suppresses_nothing_samples_a_placeholder(offline, prompts):
    from transformers import AutoTokenizer
    from vllm import SamplingParams

    ids = AutoTokenizer.from_pretrained(offline.processor.tokenizer.name_or_path)
    image = ids.convert_tokens_to_ids("<|image_pad|>")
    text = offline.processor.apply_chat_template(
        prompts[0].messages, tokenize=False, add_generation_prompt=True
    )
    request = {"prompt": text, "multi_modal_data": {"image": list(prompts[0].images)}}
    settings = {"temperature": 0.0, "max_tokens": 64, "skip_special_tokens": False}
    [free] = offline.llm.generate([request], SamplingParams(**settings), use_tqdm=False)
    assert image in free.outputs[0].token_ids
    bias = SamplingParams(**settings, logit_bias=offline.bias)
    [bound] = offline.llm.generate([request], bias, use_tqdm=False)
    assert not set(offline.bias) & set(bound.outputs[0].token_ids)


def test_no_engine_samples_a_placeholder_at_a_high_temperature(offline, prompts, monkeypatch):
    drawn = []
    generate = offline.llm.generate

    def listen(*args, **kwargs):
        outputs = generate(*args, **kwargs)
        drawn.extend(one.token_ids for output in outputs for one in output.outputs)
        return outputs

    monkeypatch.setattr(offline.llm, "generate", listen)
    hot = offline.options.model_copy(update={"temperature": 1.5, "num_samples": 4})
    monkeypatch.setattr(offline, "options", hot)
    answers = offline.generate(prompts[:25], 1)
    assert [len(samples) for samples in answers] == [4] * 25
    assert len({sample.text for samples in answers for sample in samples}) > 30
    assert len(drawn) == 100
    assert not {token for ids in drawn for token in ids} & set(offline.bias)
    assert answers == offline.generate(prompts[:25], 1)
    assert answers != offline.generate(prompts[:25], 2)


def test_the_server_samples_no_placeholder_at_a_high_temperature(
    model, server, prompts, monkeypatch
):
    from r1vl_kedro.endpoint.connection import Connection
    from r1vl_kedro.generation import DecodingOptions
    from r1vl_kedro.generation.openai_engine import OpenAIEngine
    from r1vl_kedro.models import load_processor, vision_token_ids

    hot = {**DECODING, "temperature": 1.5, "num_samples": 4}
    options = DecodingOptions(engine="openai", base_url=server.url, model_name="tiny", **hot)
    engine = OpenAIEngine(model, options)
    never = vision_token_ids(load_processor(model).tokenizer)
    drawn = []
    post = Connection.post

    def listen(self, path, body, *more):
        assert body["logit_bias"] == {str(token): -100 for token in never}
        reply = post(self, path, body, *more)
        drawn.extend(choice["token_ids"] for choice in reply["choices"])
        return reply

    monkeypatch.setattr(Connection, "post", listen)
    answers = engine.generate(prompts[:10], 1)
    assert [len(samples) for samples in answers] == [4] * 10
    assert len(drawn) == 40
    assert not {token for ids in drawn for token in ids} & set(never)


def test_the_context_holds_prompt_and_answer(offline, prompts):
    from r1vl_kedro.generation.engines import Prompt

    tokenizer = offline.processor.tokenizer

    def asked(filler):
        turn = prompts[0].messages[-1]
        text = "Describe the picture." + filler
        parts = [*turn["content"][:-1], {"type": "text", "text": text}]
        return Prompt([{**turn, "content": parts}], prompts[0].images)

    def length(prompt):
        text = offline.processor.apply_chat_template(
            prompt.messages, tokenize=False, add_generation_prompt=True
        )
        return len(tokenizer(text)["input_ids"]) + 8  # the image has 9 tokens, its mark is one

    each = length(asked(" red red")) - length(asked(" red"))
    words = (CONTEXT - 2 - length(asked(""))) // each
    with pytest.raises(ValueError, match=r"\(max_model_len\) holds prompt and answer"):
        offline.generate([asked(" red" * words)], 0)
    with pytest.raises(Exception, match=f"longer than the maximum model length of {CONTEXT}"):
        offline.generate([asked(" red" * (words + 10))], 0)
