"""Loading and saving a vision-language model and its processor, behind one function each."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.processors import image_only_processor_class

if TYPE_CHECKING:
    from transformers import PreTrainedModel, ProcessorMixin

VISION_TOKENS = (
    "<|image_pad|>",
    "<|video_pad|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
)
_VIDEO_FILE = "video_preprocessor_config.json"


@functools.cache
def has_torchvision() -> bool:
    """Whether torchvision imports here (its CUDA build does not beside a CPU torch)."""
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        return False
    return True


def load_processor(
    path: str | Path, *, min_pixels: int | None = None, max_pixels: int | None = None
) -> ProcessorMixin:
    """The processor of a checkpoint, padding on the left.

    Args:
        path: a directory written by ``save_pretrained``, or a hub name.
        min_pixels, max_pixels: bounds on an image's area in pixels; None keeps the checkpoint's.

    Raises:
        CheckpointError: the processor's files are missing or unreadable.
    """
    path = str(path)
    try:
        if has_torchvision():
            from transformers import AutoProcessor

            processor = AutoProcessor.from_pretrained(path)
        else:
            from transformers import AutoTokenizer
            from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
                Qwen2VLImageProcessorPil,
            )

            tokenizer = AutoTokenizer.from_pretrained(path)
            processor = image_only_processor_class()(
                image_processor=Qwen2VLImageProcessorPil.from_pretrained(path),
                tokenizer=tokenizer,
                chat_template=tokenizer.chat_template or _chat_template(path),
            )
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"no processor can be loaded from {path}: {error}") from error
    processor.tokenizer.padding_side = "left"
    if min_pixels is not None or max_pixels is not None:
        _limit_pixels(processor.image_processor, min_pixels, max_pixels)
    return processor


def _chat_template(path: str) -> str | None:
    for name, key in (("chat_template.jinja", None), ("chat_template.json", "chat_template")):
        file = Path(path) / name
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            return json.loads(text)[key] if key else text
    return None


def _limit_pixels(image_processor: Any, low: int | None, high: int | None) -> None:
    # Qwen2-VL calls the area's bounds shortest_edge and longest_edge.
    size = dict(image_processor.size)
    if low is not None:
        size["shortest_edge"] = low
    if high is not None:
        size["longest_edge"] = high
    if size["shortest_edge"] > size["longest_edge"]:
        raise ValueError(
            f"min_pixels {size['shortest_edge']} exceeds max_pixels {size['longest_edge']}"
        )
    image_processor.size = type(image_processor.size)(**size)


def has_flash_attention() -> bool:
    """Whether FlashAttention 2 is installed and a GPU is there to run it."""
    from transformers.utils import is_flash_attn_2_available

    return is_flash_attn_2_available()


def load_model(
    path: str | Path, *, dtype: str = "float32", attention: str | None = None
) -> PreTrainedModel:
    """The model of a checkpoint.

    Args:
        path: a directory written by ``save_pretrained``, or a hub name.
        dtype: a torch dtype by name.
        attention: ``auto``, ``sdpa``, ``flash_attention_2``, ``eager``; None as transformers likes.

    Raises:
        CheckpointError: missing, truncated or otherwise unreadable files; names the path.
    """
    from safetensors import SafetensorError
    from transformers import AutoModelForImageTextToText

    if attention == "auto":
        attention = "flash_attention_2" if has_flash_attention() else "sdpa"
    options = {} if attention is None else {"attn_implementation": attention}
    try:
        return AutoModelForImageTextToText.from_pretrained(str(path), dtype=dtype, **options)
    except (OSError, ValueError, SafetensorError) as error:
        raise CheckpointError(f"no model can be loaded from {path}: {error}") from error


def save_processor(processor: ProcessorMixin, path: str | Path) -> None:
    """Save so that a machine with torchvision can load the full processor from the same files."""
    path = Path(path)
    processor.save_pretrained(path)
    if getattr(processor, "video_processor", None) is None and not (path / _VIDEO_FILE).exists():
        image = processor.image_processor
        video = {
            "video_processor_type": "Qwen2VLVideoProcessor",
            "patch_size": image.patch_size,
            "temporal_patch_size": image.temporal_patch_size,
            "merge_size": image.merge_size,
            "size": dict(image.size),
        }
        (path / _VIDEO_FILE).write_text(json.dumps(video, indent=2) + "\n", encoding="utf-8")


def vision_token_ids(tokenizer: Any) -> list[int]:
    """Ids of the placeholders that stand for images and videos; no sampler may emit them.

    A sampled placeholder has no image features and breaks the next forward pass.
    """
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary[token] for token in VISION_TOKENS if token in vocabulary)
