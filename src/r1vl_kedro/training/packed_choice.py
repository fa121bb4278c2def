"""Choose by measurement how packed rows are attended to."""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from accelerate.utils import broadcast_object_list

from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.packed import prepare, unwrapped
from r1vl_kedro.training.packed_kernels import KERNELS
from r1vl_kedro.training.shared_attention import Layout, layout_of

if TYPE_CHECKING:
    from r1vl_kedro.training.options import StepGRPOOptions
    from r1vl_kedro.training.preference_options import PreferenceOptions

log = logging.getLogger(__name__)

HALF = (torch.bfloat16, torch.float16)


@dataclass(frozen=True)
class Shape:
    """What a layer attends to in a forward pass: completions, and prompts of other lengths.

    Attributes:
        heads, key_heads, width: of the text part; ``width`` is of a head.
        prompt, completion: the longest, in tokens.
        completions, group: in a forward pass, and of a prompt.
    """

    heads: int
    key_heads: int
    width: int
    prompt: int
    completion: int
    completions: int
    group: int

    def layout(self) -> Layout:
        """Lay out a row whose prompts and completions are of different lengths, as sampled ones."""
        prompt, branch, owner, until = [], [], [], 0
        for number in range(self.completions):
            if number % self.group == 0:
                length = max(1, self.prompt * (8 - len(prompt) % 4) // 8)
                prompt.append((until, length))
                until += length
            length = max(1, self.completion * (4 - number % 3) // 4)
            branch.append((until, length))
            owner.append(len(prompt) - 1)
            until += length
        return layout_of(prompt, branch, torch.tensor(owner), torch.arange(0))


def shape_of(config: Any, prompt: int, completion: int, completions: int, group: int) -> Shape:
    """Read a model's shape from its configuration; lengths as for `Shape`."""
    text = config.get_text_config()
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    heads = text.num_attention_heads, text.num_key_value_heads
    return Shape(*heads, width, prompt, completion, completions, group)


def choose_kernel(
    asked: str,
    shape: Shape,
    device: torch.device,
    dtype: torch.dtype,
    measure: Callable[[str, Shape, torch.device, torch.dtype], float] | None = None,
) -> str:
    """Choose how packed rows are attended to; on a GPU by measurement.

    Args:
        asked: ``auto`` or a key of ``KERNELS``; one that does not run here is refused, never
            replaced.
        dtype: in which attention computes: under autocast, that of autocast.
        measure: seconds of a forward and backward pass; `seconds` is the default.

    Raises:
        TrainingError: what was asked for, or all of them, do not run here; says why.
    """
    measure = measure or seconds
    if device.type == "cpu":
        if asked not in ("auto", "sdpa"):
            raise TrainingError(
                f"packed_attention {asked!r} needs a GPU, and training runs on a CPU; "
                "give auto or sdpa"
            )
        return "sdpa"
    took: dict[str, float] = {}
    failed: dict[str, str] = {}
    for kernel in KERNELS if asked == "auto" else (asked,):
        if kernel == "varlen" and dtype not in HALF:
            failed[kernel] = f"FlashAttention computes in bfloat16 or float16, not in {dtype}"
            continue
        try:
            took[kernel] = measure(kernel, shape, device, dtype)
        except (RuntimeError, ValueError, ImportError) as error:
            failed[kernel] = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
    why = "; ".join(f"{kernel}: {reason}" for kernel, reason in failed.items())
    if not took:
        raise TrainingError(
            f"packed_attention {asked!r} does not run here ({why}); another of auto, "
            f"{', '.join(KERNELS)} might, and share_prompts: false does without"
        )
    best = min(took, key=took.__getitem__)
    times = ", ".join(f"{1000 * seconds:.2f} ms ({kernel})" for kernel, seconds in took.items())
    log.info(
        "packed rows are attended to by %s: forward and backward of a layer take %s%s",
        best, times, f"; not here: {why}" if why else "",
    )  # fmt: skip
    return best


def use_fastest(
    trainer: Any, settings: StepGRPOOptions | PreferenceOptions, *, completions: int, group: int
) -> str:
    """Let a trainer's models read packed rows by the kernel that rank 0 chooses for all.

    Args:
        settings: with the lengths' limits and ``packed_attention``, which `choose_kernel` takes.
        completions, group: as for `Shape`.
    """
    accelerator, model = trainer.accelerator, unwrapped(trainer.model)
    dtype = torch.bfloat16 if trainer.args.bf16 else model.dtype
    chosen = [None]
    if accelerator.is_main_process:
        lengths = settings.max_prompt_length, settings.max_completion_length
        shape = shape_of(model.config, *lengths, completions, group)
        chosen = [choose_kernel(settings.packed_attention, shape, accelerator.device, dtype)]
    [kernel] = broadcast_object_list(chosen)
    for each in filter(None, (trainer.model, trainer.ref_model)):
        prepare(each, kernel)
    return kernel


def seconds(kernel: str, shape: Shape, device: torch.device, dtype: torch.dtype) -> float:
    """Measure a forward and backward pass of one layer's attention: the median of five.

    Two passes before them compile and warm up.
    """
    layout = shape.layout().to(device)
    size = len(layout.back)
    q, k, v = (
        torch.randn(1, heads, size, shape.width, device=device, dtype=dtype, requires_grad=True)
        for heads in (shape.heads, shape.key_heads, shape.key_heads)
    )
    wait = torch.cuda.synchronize if device.type == "cuda" else (lambda: None)
    took = []
    for _ in range(7):
        wait()
        start = time.perf_counter()
        KERNELS[kernel](q, k, v, layout, shape.width**-0.5).sum().backward()
        wait()
        took.append(time.perf_counter() - start)
    return statistics.median(took[2:])
