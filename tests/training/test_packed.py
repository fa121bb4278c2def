"""Completions packed behind their shared prompts: the same numbers as each with its own prompt."""

import pytest
import torch
from small_models import IMAGE, MODELS, TEXT, batch, small

from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.packed import first_rows, pack, packed_logps, prepare, vision_of


def one_by_one(model, prompts, completions, kept, owner, numbers, temperature=1.0):
    """Log-probabilities and entropies from each completion's own forward, without any padding."""
    logps, entropies = torch.zeros(kept.shape), torch.zeros(kept.shape)
    for row, prompt in enumerate(owner.tolist()):
        seen = prompts["attention_mask"][prompt].bool()
        size = int(kept[row].sum())
        ids = torch.cat([prompts["input_ids"][prompt][seen], completions[row, :size]])
        inputs = {"input_ids": ids.unsqueeze(0)}
        if numbers[prompt]:
            images = vision_of(
                torch.tensor([prompt]), prompts["pixel_values"], prompts["image_grid_thw"], numbers
            )
            kinds = (inputs["input_ids"] == IMAGE).long()
            inputs |= {**images, "mm_token_type_ids": kinds}
        logits = model(**inputs).logits[0, -size - 1 : -1].float() / temperature
        logp = logits.log_softmax(-1)
        logps[row, :size] = logp.gather(-1, completions[row, :size, None])[:, 0]
        entropies[row, :size] = -(logp.exp() * logp).sum(-1).detach()
    return logps, entropies


def gradients(model, loss):
    """The gradient of a loss as one vector."""
    model.zero_grad()
    loss.backward()
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def apart(one, other):
    """The relative distance of two vectors."""
    return float((one - other).norm() / other.norm())


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize(
    "images", [((1, 2), (1,), (0,)), ((2,), (2,)), ((0,), (0,))], ids=["ragged", "even", "text"]
)
def test_numbers_and_gradients_are_those_of_each_completion_alone(kind, checkpointing, images):
    model = small(kind).train()
    prompts, completions, kept, owner, numbers = batch(images)
    if images == ((2,), (2,)):  # prompts of one length take another path
        for name in ("input_ids", "attention_mask", "mm_token_type_ids"):
            prompts[name][0] = prompts[name][1]
    expected, entropy = one_by_one(model, prompts, completions, kept, owner, numbers, 1.2)
    weights = torch.rand(kept.shape, generator=torch.Generator().manual_seed(1))
    wanted = gradients(model, (weights * expected).sum())
    prepare(model)
    if checkpointing:
        model.gradient_checkpointing_enable()
    logps, entropies = packed_logps(model, prompts, completions, kept, owner, 1.2)
    torch.testing.assert_close(logps, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(entropies, entropy, rtol=1e-5, atol=1e-5)
    assert apart(gradients(model, (weights * logps).sum()), wanted) < 1e-5


def test_a_model_reads_its_usual_inputs_after_as_before():
    model = small("qwen2_vl").eval()
    prompts, *_ = batch()
    before = model(**prompts).logits
    prepare(model)
    prepare(model)  # a second time changes nothing
    assert torch.equal(model(**prompts).logits, before)
    drawn = model.generate(**prompts, max_new_tokens=3, do_sample=False)
    assert drawn.shape[1] <= prompts["input_ids"].shape[1] + 3


def test_a_row_holds_each_prompt_once_and_each_branch_behind_it():
    model = small("qwen2_vl")
    prompts, completions, kept, owner, _ = batch(((0,), (0,)), counts=(2, 1))
    kept[1] = 0  # an empty completion leaves no branch
    row = pack(model.model, prompts, completions, kept, owner)
    one, other = (
        ids[mask.bool()]
        for ids, mask in zip(prompts["input_ids"], prompts["attention_mask"], strict=True)
    )
    first, third = completions[0, :5], completions[2, :1]
    assert row.input_ids[0].tolist() == [*one[:-1], one[-1], *first[:-1], *other[:-1], other[-1]]
    assert row.labels.tolist() == [*first, *third]
    assert row.position_ids[0, 0].tolist() == [*range(len(one) + 4), *range(len(other))]
    assert row.cells.tolist() == [0, 1, 2, 3, 4, 14]


def test_a_batch_of_empty_completions_gives_zeros_and_zero_gradients():
    model = small("qwen2_vl").train()
    prepare(model)
    prompts, completions, kept, owner, _ = batch()
    logps, entropies = packed_logps(model, prompts, completions, 0 * kept, owner)
    assert not logps.any() and not entropies.any()
    logps.sum().backward()
    assert all(p.grad is not None and not p.grad.any() for p in model.parameters())


def test_logits_beyond_the_limit_are_computed_in_chunks(monkeypatch):
    import r1vl_kedro.training.packed as packed

    model = small("qwen2_vl").train()
    prepare(model)
    prompts, completions, kept, owner, _ = batch()
    found = []
    for limit in (packed.LOGITS, 64 * 5):
        monkeypatch.setattr(packed, "LOGITS", limit)
        logps, _ = packed_logps(model, prompts, completions, kept, owner)
        found.append((logps, gradients(model, logps.sum())))
    torch.testing.assert_close(found[0][0], found[1][0])
    assert apart(found[1][1], found[0][1]) < 1e-6


def test_what_cannot_share_is_named():
    from transformers import LlamaConfig, LlamaForCausalLM

    other = LlamaForCausalLM(LlamaConfig(**TEXT))
    with pytest.raises(TrainingError, match=r"type 'llama'.*qwen2_vl.*share_prompts: false"):
        prepare(other)
    eager = small("qwen2_vl")
    eager.set_attn_implementation("eager")
    with pytest.raises(TrainingError, match=r"'eager'.*sdpa or flash_attention_2.*share_prompts"):
        prepare(eager)
    sliding = small("qwen2_vl", use_sliding_window=True, sliding_window=4, max_window_layers=1)
    with pytest.raises(TrainingError, match="sliding-window"):
        prepare(sliding)


def test_first_rows():
    first, place = first_rows(torch.tensor([4, 2, 4, 2, 7]))
    assert first.tolist() == [1, 0, 4]
    assert place.tolist() == [1, 0, 1, 0, 2]


def test_images_of_some_rows():
    grids = torch.tensor([[1, 1, 2], [1, 1, 1], [1, 1, 3]])
    pixels = torch.arange(6).unsqueeze(1)
    picked = vision_of(torch.tensor([2, 0]), pixels, grids, [2, 0, 1])
    assert picked["pixel_values"].flatten().tolist() == [3, 4, 5, 0, 1, 2]
    assert picked["image_grid_thw"].tolist() == [[1, 1, 3], [1, 1, 2], [1, 1, 1]]
