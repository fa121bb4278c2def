"""Completions step by step are those of transformers, for each kind of model that is known."""

import pytest
from small_models import MODELS, batch, small

from r1vl_kedro.models.decoding import BLOCK, sample
from r1vl_kedro.training.rollout import uniforms

PROMPTS = {"images": ((1, 2), (1,), (0,)), "text": ((0,), (0,), (0,))}


def draw(model, prompts, sizes, length=24, temperature=0.0, eos=()):
    random = uniforms(0, 0, range(sum(sizes)), length) if temperature else None
    return sample(
        model,
        prompts,
        sizes,
        max_new_tokens=length,
        temperature=temperature,
        random=random,
        eos=eos,
        suppress=[],
    )


@pytest.mark.parametrize("prompts", PROMPTS)
@pytest.mark.parametrize("kind", MODELS)
def test_greedy_completions_are_those_of_generate(kind, prompts):
    model = small(kind).eval()
    inputs, *_ = batch(images=PROMPTS[prompts])
    length = BLOCK + 6  # the cache grows once
    width = inputs["input_ids"].shape[1]
    expected = model.generate(
        **inputs, max_new_tokens=length, do_sample=False, eos_token_id=None, pad_token_id=0
    )[:, width:]
    model.model.rope_deltas = None
    assert draw(model, inputs, [1, 1, 1], length) == expected.tolist()


def test_rows_that_end_change_nothing_for_those_that_go_on():
    model = small("qwen2_vl")
    inputs, *_ = batch()
    free = draw(model, inputs, [4, 3, 5], temperature=1.0)
    ends = [row[k] for k, row in enumerate(free)]  # a row ends at nearly every step
    cut = draw(model, inputs, [4, 3, 5], temperature=1.0, eos=ends)
    assert len({len(row) for row in cut}) > 3
    for whole, short in zip(free, cut, strict=True):
        until = next(k for k, token in enumerate(whole) if token in ends)
        assert short == whole[: until + 1]


def test_a_model_in_training_is_left_in_training():
    model = small("qwen2_vl").train()
    draw(model, batch()[0], [1, 1, 1], length=2)
    assert model.training and model.model.rope_deltas is None


def test_sliding_windows_are_refused():
    model = small("qwen2_vl", use_sliding_window=True, sliding_window=4, max_window_layers=1)
    with pytest.raises(TypeError, match="without sliding-window attention, not of Qwen2VL"):
        draw(model, batch()[0], [1, 1, 1])
