"""DeepSpeed configurations by name; files by path are taken as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAMES = ("zero2", "zero2_offload", "zero3", "zero3_offload")


def config(name: str) -> dict[str, Any]:
    """Read a DeepSpeed configuration; sizes, precision and clipping follow the trainer ("auto").

    Args:
        name: one of ``NAMES``, or the path of a JSON file.

    Raises:
        ValueError: neither a known name nor a readable JSON file.
    """
    if name in NAMES:
        return _zero(int(name[4]), offload=name.endswith("offload"))
    try:
        found = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"neither one of {', '.join(NAMES)} nor a JSON file: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{name} holds no DeepSpeed configuration, which is a JSON object")
    return found


def stage(name: str | None) -> int:
    """Return ZeRO stage of a configuration; 0 without DeepSpeed."""
    return 0 if name is None else int(config(name).get("zero_optimization", {}).get("stage", 0))


def _zero(stage: int, *, offload: bool) -> dict[str, Any]:
    zero: dict[str, Any] = {"stage": stage, "overlap_comm": True, "contiguous_gradients": True}
    if stage == 3:
        zero |= {
            "reduce_bucket_size": "auto",
            "stage3_prefetch_bucket_size": "auto",
            "stage3_param_persistence_threshold": "auto",
            "stage3_gather_16bit_weights_on_model_save": True,
        }
    if offload:
        zero["offload_optimizer"] = {"device": "cpu", "pin_memory": True}
        if stage == 3:
            zero["offload_param"] = {"device": "cpu", "pin_memory": True}
    return {
        "zero_optimization": zero,
        # The trainer's AdamW, whose state is divided, not DeepSpeed's own (which is compiled).
        "zero_allow_untested_optimizer": True,
        "bf16": {"enabled": "auto"},
        "fp16": {"enabled": "auto"},
        "gradient_clipping": "auto",
        "train_batch_size": "auto",
        "train_micro_batch_size_per_gpu": "auto",
        "gradient_accumulation_steps": "auto",
        "wall_clock_breakdown": False,
    }
