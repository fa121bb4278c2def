"""Sampling: exact where it is greedy, reproducible where it is not, never a visual placeholder."""

import pytest
import torch
from training_fixtures import make_records

from r1vl_kedro.models import load_model, load_processor, vision_token_ids
from r1vl_kedro.models.decoding import draw_tokens, sample
from r1vl_kedro.prompts import to_messages
from r1vl_kedro.records.images import decode_all
from r1vl_kedro.records.store import open_records
from r1vl_kedro.training import data
from r1vl_kedro.training.rollout import repeated, run_lengths, uniforms


@pytest.fixture(scope="module")
def setup(tiny, records):
    processor = load_processor(tiny)
    rows = open_records(records, "id")[:3]
    template = "{question}" + " and why?"
    prompts = [
        processor.apply_chat_template(
            to_messages({k: rows[k][i] for k in rows}, template), add_generation_prompt=True
        )
        for i in range(3)
    ]
    # Prompts of different lengths, so that padding matters.
    prompts[1] = prompts[1].replace("How many", "How very many many")
    images = [decode_all(row) for row in rows["images"]]
    inputs = processor(text=prompts, images=images, padding=True, return_tensors="pt")
    return load_model(tiny), dict(inputs), vision_token_ids(processor.tokenizer)


def draw(setup, group_sizes, length=16, temperature=1.0, eos=(), seed=0, rows=None):
    model, inputs, banned = setup
    rows = range(sum(group_sizes)) if rows is None else rows
    random = uniforms(seed, 0, rows, length) if temperature else None
    return sample(
        model,
        inputs,
        group_sizes,
        max_new_tokens=length,
        temperature=temperature,
        random=random,
        eos=list(eos),
        suppress=banned,
    )


def test_greedy_is_what_transformers_generates(setup):
    model, inputs, banned = setup
    reference = model.generate(
        **inputs, max_new_tokens=16, do_sample=False, suppress_tokens=banned, eos_token_id=None
    )[:, inputs["input_ids"].shape[1] :]
    assert draw(setup, [1, 1, 1], temperature=0) == reference.tolist()


def test_completions_of_a_prompt_share_one_prefill_without_a_difference(setup):
    once = draw(setup, [1, 1, 1], temperature=0)
    assert draw(setup, [2, 3, 1], temperature=0) == repeated(once, [2, 3, 1])


def test_rows_do_not_depend_on_the_batch(setup):
    model, inputs, banned = setup
    together = draw(setup, [2, 2, 2])
    # The second prompt alone, as another process might hold it, with its own rows.
    grid = inputs["image_grid_thw"]
    patches = int(grid[0].prod())
    alone = {
        "input_ids": inputs["input_ids"][1:2],
        "attention_mask": inputs["attention_mask"][1:2],
        "mm_token_type_ids": inputs["mm_token_type_ids"][1:2],
        "pixel_values": inputs["pixel_values"][patches : 2 * patches],
        "image_grid_thw": grid[1:2],
    }
    assert draw((model, alone, banned), [2], rows=[2, 3]) == together[2:4]


def test_completions_of_a_prompt_differ_and_seeds_differ(setup):
    first = draw(setup, [4, 1, 1])
    assert len({tuple(row) for row in first[:4]}) == 4
    assert draw(setup, [4, 1, 1]) == first
    assert draw(setup, [4, 1, 1], seed=1) != first


def test_completion_ends_with_its_end_token(setup):
    free = draw(setup, [1, 1, 1], temperature=0)
    stop = free[0][5]
    cut = draw(setup, [1, 1, 1], temperature=0, eos=[stop])
    for whole, short in zip(free, cut, strict=True):
        end = whole.index(stop) + 1 if stop in whole else len(whole)
        assert short == whole[:end]


def test_vision_tokens_are_never_sampled_however_likely(setup):
    model, _, banned = setup
    assert len(banned) == 5
    bias = torch.zeros(model.config.text_config.vocab_size)
    bias[banned] = 1e4
    handle = model.lm_head.register_forward_hook(lambda m, i, logits: logits + bias)
    try:
        for temperature in (0, 1.0, 5.0):
            drawn = draw(setup, [2, 2, 2], temperature=temperature)
            assert not set(banned) & {token for row in drawn for token in row}
    finally:
        handle.remove()


def test_choice_follows_the_distribution():
    logits = torch.log(torch.tensor([[0.1, 0.0, 0.6, 0.3]])).expand(4, 4)
    u = torch.tensor([0.05, 0.11, 0.69, 0.9999999])
    assert draw_tokens(logits, 1.0, u).tolist() == [0, 2, 2, 3]
    assert draw_tokens(logits, 0, None).tolist() == [2] * 4


def test_runs_of_equal_prompts():
    assert run_lengths(["a", "a", "b", "a"]) == [2, 1, 1]
    assert run_lengths([]) == []


def test_sampler_walks_all_records_before_any_again():
    sampler = data.StepSampler(7, blocks=4, prompts=3, group_size=2, repeats=2, seed=1)
    drawn = list(sampler)
    assert len(drawn) == len(sampler) == 4 * 3 * 2 * 2
    blocks = [drawn[i : i + 12] for i in range(0, 48, 12)]
    assert all(block[:6] == block[6:] for block in blocks)
    prompts = [block[i] for block in blocks for i in (0, 2, 4)]
    assert sorted(prompts[:7]) == list(range(7))
    assert list(sampler) == drawn
    other = data.StepSampler(7, blocks=4, prompts=3, group_size=2, repeats=2, seed=2)
    assert list(other) != drawn


def test_prompt_length_counts_visual_tokens(tiny, tmp_path):
    processor = load_processor(tiny)
    rows = open_records(make_records(tmp_path / "rows", count=1), "id")
    row = rows[0]
    text = processor.apply_chat_template(to_messages(row), add_generation_prompt=True)
    image = decode_all(row["images"])[0]
    whole = processor(text=[text], images=[[image]], return_tensors="pt")["input_ids"]
    assert data.prompt_lengths([row, row], processor, "{question}") == [whole.shape[1]] * 2
