"""Every kernel attends to a packed row alike; which one is taken is measured and never guessed."""

import logging

import pytest
import torch

from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.packed_choice import Shape, choose_kernel, seconds
from r1vl_kedro.training.packed_kernels import KERNELS, by_flex, by_varlen
from r1vl_kedro.training.shared_attention import layout_of, shared_attention

SHAPE = Shape(heads=4, key_heads=2, width=16, prompt=12, completion=6, completions=5, group=2)
CPU, GPU = torch.device("cpu"), torch.device("cuda")


def row(prompt, branch, owner):
    """A layout and random queries, keys and values for it."""
    layout = layout_of(prompt, branch, torch.tensor(owner), torch.arange(0))
    torch.manual_seed(0)
    size = len(layout.back)
    shapes = ((1, 4, size, 16), (1, 2, size, 16), (1, 2, size, 16))
    return layout, [torch.randn(shape, requires_grad=True) for shape in shapes]


def many(even):
    """Twenty branches of 1 to 19 tokens behind two prompts, more than one group of like length."""
    prompt, branch, owner, until = [], [], [], 0
    for group in range(2):
        prompt.append((until, 6 if even else 5 + group))
        until += prompt[-1][1]
        for k in range(10):
            branch.append((until, (7 * (10 * group + k)) % 19 + 1))
            owner.append(group)
            until += branch[-1][1]
    return prompt, branch, owner


ROWS = {
    "many": many(even=False),
    "many, even": many(even=True),
    "ragged": ([(0, 5), (12, 3)], [(5, 4), (9, 3), (15, 2)], [0, 0, 1]),
    "even": ([(0, 4), (8, 4)], [(4, 4), (12, 4)], [0, 1]),
    "a prompt of one token": ([(0, 0), (3, 2)], [(0, 3), (5, 2)], [0, 1]),
}


def one_sequence_after_the_other(q, k, v, queries, keys, most_q, most_k, **given):
    """What ``varlen_attn`` computes, in a loop."""
    assert given["window_size"] == (-1, 0) and given["enable_gqa"]
    outputs = []
    for i in range(len(queries) - 1):
        a, b, c, d = *queries[i : i + 2].tolist(), *keys[i : i + 2].tolist()
        assert b - a <= most_q and d - c <= most_k
        mask = torch.ones(b - a, d - c, dtype=torch.bool).tril(d - c - (b - a))
        part = (x.transpose(0, 1).unsqueeze(0) for x in (q[a:b], k[c:d], v[c:d]))
        attended = torch.nn.functional.scaled_dot_product_attention(
            *part, attn_mask=mask, scale=given["scale"], enable_gqa=True
        )
        outputs.append(attended[0].transpose(0, 1))
    return torch.cat(outputs)


@pytest.mark.parametrize("name", ROWS)
def test_sequences_without_padding_give_the_same_numbers_and_gradients(name):
    layout, parts = row(*ROWS[name])
    expected = shared_attention(*parts, layout, 0.3)
    weights = torch.rand_like(expected)
    wanted = torch.autograd.grad((weights * expected).sum(), parts)
    found = by_varlen(*parts, layout, 0.3, attend=one_sequence_after_the_other)
    torch.testing.assert_close(found, expected)
    for one, other in zip(torch.autograd.grad((weights * found).sum(), parts), wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ROWS)
def test_flex_attention_gives_the_same_numbers(name):
    layout, parts = row(*ROWS[name])
    parts = [part.detach() for part in parts]  # on a CPU it has no backward pass
    torch.testing.assert_close(by_flex(*parts, layout, 0.3), shared_attention(*parts, layout, 0.3))


def test_the_row_that_is_measured_holds_whole_groups_of_different_lengths():
    layout = SHAPE.layout()
    assert len(layout.prompt) == 3 and len(layout.branch) == 5
    assert layout.owner.tolist() == [0, 0, 1, 1, 2]
    assert layout.prompt.size(1) == SHAPE.prompt and layout.branch.size(1) == SHAPE.completion
    assert len({size for _, size, _ in layout.parts}) > 2
    assert seconds("sdpa", SHAPE, CPU, torch.float32) > 0


def test_on_a_gpu_the_fastest_is_taken_and_the_log_has_what_each_took(caplog):
    took = {"sdpa": 0.004, "varlen": 0.003, "flex": 0.005}

    def measured(kernel, shape, device, dtype):
        assert (shape, device) == (SHAPE, GPU)
        return took[kernel]

    with caplog.at_level(logging.INFO, logger="r1vl_kedro"):
        assert choose_kernel("auto", SHAPE, GPU, torch.bfloat16, measured) == "varlen"
        assert "attended to by varlen" in caplog.text
        assert "4.00 ms (sdpa), 3.00 ms (varlen), 5.00 ms (flex)" in caplog.text
        took["sdpa"] = 0.001
        assert choose_kernel("auto", SHAPE, GPU, torch.bfloat16, measured) == "sdpa"
        assert choose_kernel("auto", SHAPE, GPU, torch.float32, measured) == "sdpa"
        assert "FlashAttention computes in bfloat16 or float16, not in torch.float32" in caplog.text


def test_what_was_asked_for_is_taken_or_refused_and_never_replaced():
    def none(kernel, shape, device, dtype):
        raise RuntimeError("No available kernel. Aborting execution.\nmore")

    for asked in KERNELS:
        assert choose_kernel(asked, SHAPE, GPU, torch.bfloat16, lambda *_: 1.0) == asked
        with pytest.raises(TrainingError, match=rf"'{asked}' does not run here \({asked}: No avai"):
            choose_kernel(asked, SHAPE, GPU, torch.bfloat16, none)
    with pytest.raises(TrainingError, match=r"'auto' does not run here .*sdpa: No available"):
        choose_kernel("auto", SHAPE, GPU, torch.bfloat16, none)
    assert choose_kernel("auto", SHAPE, CPU, torch.float32) == "sdpa"
    with pytest.raises(TrainingError, match="'flex' needs a GPU, and training runs on a CPU"):
        choose_kernel("flex", SHAPE, CPU, torch.float32)
