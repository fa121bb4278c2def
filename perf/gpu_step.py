"""A StepGRPO update of Qwen2-VL-2B's shape on one GPU: packed rows beside a row per completion.

    python perf/gpu_step.py                 # P = 650 (500 visual), R = 300, M = 4 and 8, bfloat16
    python perf/gpu_step.py --cpu-check     # the script itself, on a small shape, in seconds

Needs torch and transformers, and flash-attn for one of the rows; weights are random, nothing is
fetched. ``stock`` reads prompt and completion row by row as TRL does, with FlashAttention 2 where
it is installed and with sdpa. ``packed`` reads each prompt once (``r1vl_kedro.training.packed``) by
each of training's kernels (``packed_kernels``), ``packed mask`` by sdpa under one mask over the
row. They run in turn, with and without checkpointing; a ratio is the fastest stock divided by a
variant. What a variant cannot do here is named, and no other stands in for it. After ``--minutes``
(8) no further shape is begun. The last line is JSON.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from r1vl_kedro.training import packed, packed_kernels
from r1vl_kedro.training.costs import peak_tflops
from r1vl_kedro.training.shared_attention import Layout

IMAGE, START, END = 151655, 151652, 151653


def build(small: bool, device: str) -> Qwen2VLForConditionalGeneration:
    """A model of Qwen2-VL-2B-Instruct's shape with random weights, or a small one."""
    text = {
        "vocab_size": 151936, "hidden_size": 1536, "intermediate_size": 8960,
        "num_hidden_layers": 28, "num_attention_heads": 12, "num_key_value_heads": 2,
        "max_position_embeddings": 32768, "tie_word_embeddings": True,
        "rope_parameters": {
            "rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24],
        },
    }  # fmt: skip
    vision = {"depth": 32, "embed_dim": 1280, "hidden_size": 1536, "num_heads": 16}
    if small:
        text |= {"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2,
                 "num_attention_heads": 2}  # fmt: skip
        vision |= {"depth": 2, "embed_dim": 64, "hidden_size": 256, "num_heads": 2}
    config = Qwen2VLConfig(
        text_config=text, vision_config=vision, image_token_id=IMAGE, vision_start_token_id=START,
        vision_end_token_id=END, tie_word_embeddings=True,
    )  # fmt: skip
    torch.manual_seed(0)
    with torch.device(device):
        return Qwen2VLForConditionalGeneration(config).to(torch.bfloat16).train()


def batch(group: int, visual: tuple[int, int], words: int, length: int, device: str) -> dict:
    """One prompt with an image and ``group`` completions of ``length`` tokens."""
    rows, columns = visual
    ids = [
        torch.randint(0, 150000, (words // 2,)), torch.tensor([START]),
        torch.full((rows * columns,), IMAGE), torch.tensor([END]),
        torch.randint(0, 150000, (words - words // 2,)),
    ]  # fmt: skip
    prompt = torch.cat(ids).unsqueeze(0).to(device)
    return {
        "prompts": {
            "input_ids": prompt,
            "attention_mask": torch.ones_like(prompt),
            "mm_token_type_ids": (prompt == IMAGE).long(),
            "pixel_values": torch.randn(4 * rows * columns, 1176).to(device),
            "image_grid_thw": torch.tensor([[1, 2 * rows, 2 * columns]], device=device),
        },
        "completions": torch.randint(0, 150000, (group, length)).to(device),
    }


def stock_logps(model: torch.nn.Module, given: dict) -> torch.Tensor:
    """Log-probabilities with a prompt and its image in every row; logits of completions only."""
    completions, prompts = given["completions"], given["prompts"]
    count, length = completions.shape
    ids = torch.cat([prompts["input_ids"].expand(count, -1), completions], dim=1)
    kinds = torch.nn.functional.pad(prompts["mm_token_type_ids"], (0, length)).expand(count, -1)
    hidden = model.model(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        mm_token_type_ids=kinds,
        pixel_values=prompts["pixel_values"].repeat(count, 1),
        image_grid_thw=prompts["image_grid_thw"].repeat(count, 1),
        use_cache=False,
    ).last_hidden_state[:, -length - 1 : -1]
    return packed.score(model.lm_head, hidden.flatten(0, 1), completions.flatten(), 1.2)[0]


def packed_logps(model: torch.nn.Module, given: dict) -> torch.Tensor:
    """Log-probabilities with the prompt and its image in one row once."""
    completions = given["completions"]
    owner = torch.zeros(len(completions), dtype=torch.long, device=completions.device)
    kept = torch.ones_like(completions)
    return packed.packed_logps(model, given["prompts"], completions, kept, owner, 1.2)[0]


def under_mask(query, key, value, layout: Layout, scale: float) -> torch.Tensor:
    """Attend by sdpa under one mask over the whole row of one group."""
    own = torch.full(layout.back.shape, -1, device=layout.back.device)
    for number, (start, size, prompt) in enumerate(layout.parts):
        if prompt != number:
            own[start : start + size] = number
    mask = (own[None, :] == -1) | (own[:, None] == own[None, :])
    repeats = query.size(1) // key.size(1)
    output = torch.nn.functional.scaled_dot_product_attention(
        query,
        key.repeat_interleave(repeats, dim=1),
        value.repeat_interleave(repeats, dim=1),
        attn_mask=mask.tril(),
        scale=scale,
    )
    return output.transpose(1, 2)


packed_kernels.KERNELS["mask"] = under_mask


def update(model: torch.nn.Module, logps: Callable, given: dict, device: str) -> float:
    """Seconds of a forward and backward pass."""
    model.zero_grad(set_to_none=True)
    synchronise = torch.cuda.synchronize if device == "cuda" else (lambda: None)
    synchronise()
    start = time.perf_counter()
    logps(model, given).sum().backward()
    synchronise()
    return time.perf_counter() - start


def use(model: torch.nn.Module, name: str) -> Callable:
    """Set the model up for a variant; returns what computes its log-probabilities."""
    kind, _, attention = name.partition(" ")
    if kind == "stock":
        model.set_attn_implementation("flash_attention_2" if attention == "flash-attn" else "sdpa")
        return stock_logps
    model.set_attn_implementation("sdpa")
    packed.prepare(model, attention)
    return packed_logps


def flops(model: torch.nn.Module, tokens: int, patches: int) -> float:
    """Operations of an update: 6 for each weight and token it is multiplied with."""
    size = {"text": 0, "vision": 0}
    for name, parameter in model.named_parameters():
        if "embed_tokens" not in name:
            size["vision" if ".visual." in name else "text"] += parameter.numel()
    return 6 * (size["text"] * tokens + size["vision"] * patches)


def compare(model: torch.nn.Module, group: int, checkpointing: bool, given) -> dict:
    """Run every variant in turn on one batch; print a table."""
    visual, words, length = ((4, 5), 10, 24) if given.cpu_check else ((20, 25), 148, 300)
    made = batch(group, visual, words, length, given.device)
    names = ["stock sdpa", "packed sdpa", "packed mask"]
    if given.device == "cuda":
        names += ["packed varlen", "packed flex"]
        if importlib.util.find_spec("flash_attn") is not None:
            names.insert(0, "stock flash-attn")
    (model.gradient_checkpointing_enable if checkpointing
     else model.gradient_checkpointing_disable)()  # fmt: skip
    seconds: dict[str, list[float]] = {name: [] for name in names}
    memory, failed, logps = {}, {}, {}
    for repeat in range(given.pairs + 2):
        for name in [name for name in names if name not in failed]:
            if given.device == "cuda":
                torch.cuda.reset_peak_memory_stats()
            try:
                compute = use(model, name)
                took = update(model, compute, made, given.device)
                if not repeat:
                    with torch.no_grad():
                        logps[name] = compute(model, made).float().flatten()
            except RuntimeError as error:  # out of memory, or no kernel for this card
                failed[name] = str(error).strip().splitlines()[0][:150]
                continue
            if repeat > 1:  # the first compile and warm up
                seconds[name].append(took)
            if given.device == "cuda":
                memory[name] = torch.cuda.max_memory_allocated() / 1e9
    prompt = made["prompts"]["input_ids"].size(1)
    patches = made["prompts"]["pixel_values"].size(0)
    done = [name for name in names if name not in failed]
    stock = min(statistics.median(seconds[name]) for name in done if name.startswith("stock"))
    card = torch.cuda.get_device_name() if given.device == "cuda" else "cpu"
    peak = peak_tflops(card)
    print(f"\n{card}, M = {group}, P = {prompt}, R = {length}" + ", checkpointing" * checkpointing)
    print(f"{'':20}{'ms':>9}{'completion tokens/s':>21}{'MFU':>7}{'GB':>7}{'ratio':>7}{'off':>9}")
    found: dict = {"failed": failed} if failed else {}
    for name in done:
        took = statistics.median(seconds[name])
        reads = group if name.startswith("stock") else 1
        work = flops(model, reads * prompt + group * length, reads * patches)
        found[name] = {
            "ms": 1000 * took,
            "tokens_per_second": group * length / took,
            "mfu": work / took / (peak * 1e12) if peak else None,
            "gb": memory.get(name),
            "ratio": stock / took,
            "largest_difference": float((logps[name] - logps[done[0]]).abs().max()),
        }
        mfu = f"{100 * found[name]['mfu']:6.1f}%" if peak else f"{'':7}"
        gb = f"{memory[name]:7.1f}" if name in memory else f"{'':7}"
        print(
            f"{name:20}{1000 * took:9.1f}{group * length / took:21,.0f}{mfu}{gb}"
            f"{stock / took:7.2f}{found[name]['largest_difference']:9.3f}"
        )
    for name, reason in failed.items():
        print(f"{name:20} does not run here: {reason}")
    return found


def main() -> None:
    """Measure M = 4 and 8, with and without checkpointing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cpu-check", action="store_true", help="a small shape on the CPU")
    parser.add_argument("--pairs", type=int, default=5, help="of steps, one each way (%(default)s)")
    parser.add_argument("--minutes", type=float, default=8, help="at most (%(default)s)")
    given = parser.parse_args()
    given.device = "cpu" if given.cpu_check else "cuda"
    if given.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("no GPU is here; --cpu-check tries the script on a small shape")
    began = time.monotonic()
    model = build(given.cpu_check, given.device)
    report, longest = {}, 0.0
    for group in (4, 8):
        for checkpointing in (False, True):
            start = time.monotonic()
            if start - began + longest > 60 * given.minutes:
                print(f"M = {group} left out: {given.minutes:g} minutes are over")
                continue
            name = f"M{group}{'_checkpointing' * checkpointing}"
            report[name] = compare(model, group, checkpointing, given)
            longest = max(longest, time.monotonic() - start)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
