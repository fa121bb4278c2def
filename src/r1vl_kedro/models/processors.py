"""Load and save a model's processor; without torchvision one of images and text alone."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.models.files import Bounds

if TYPE_CHECKING:
    from transformers import ProcessorMixin, Qwen2VLProcessor

_VIDEO_FILE = "video_preprocessor_config.json"


@functools.cache
def has_torchvision() -> bool:
    """Tell whether torchvision imports here (its CUDA build does not beside a CPU torch)."""
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        return False
    return True


@functools.cache
def image_only_processor_class() -> type[Qwen2VLProcessor]:
    """Return `Qwen2VLProcessor` with an image processor and a tokenizer only.

    The full class also wants the video processor, which needs torchvision, of which no CPU build
    is published.
    """
    from transformers import Qwen2VLProcessor

    class Qwen2VLImageProcessorOnly(Qwen2VLProcessor):
        """Images and text; the video processor is left out."""

        @classmethod
        def get_attributes(cls) -> list[str]:
            return ["image_processor", "tokenizer"]

        def __init__(self, image_processor=None, tokenizer=None, chat_template=None, **kwargs):
            super().__init__(image_processor, tokenizer, chat_template=chat_template, **kwargs)

    # Saved files name the class, and vLLM and AutoProcessor must find it.
    Qwen2VLImageProcessorOnly.__name__ = "Qwen2VLProcessor"
    return Qwen2VLImageProcessorOnly


def load_processor(
    path: str | Path,
    *,
    min_pixels: int | None = None,
    max_pixels: int | None = None,
    raw: bool = False,
) -> ProcessorMixin:
    """Load the processor of a checkpoint, padding on the left.

    Args:
        path: a directory written by ``save_pretrained``, or a hub name.
        min_pixels, max_pixels: bounds on an image's area in pixels; None keeps the checkpoint's.
        raw: whether prompts are whole texts (`prompts.is_raw`): the chat template becomes one
            that adds nothing, and is saved with what is trained.

    Raises:
        CheckpointError: the processor's files are missing, unreadable or another model's, or the
            bounds exclude each other.
    """
    from jinja2 import TemplateError

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

            kind, tokenizer = image_only_processor_class(), AutoTokenizer.from_pretrained(path)
            template = tokenizer.chat_template
            if template is None:  # an older form has it apart
                template = kind.get_processor_dict(path)[0].get("chat_template")
            processor = kind(
                image_processor=Qwen2VLImageProcessorPil.from_pretrained(path),
                tokenizer=tokenizer,
                chat_template=template,
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        # The last two are what missing or mixed tokenizer files raise.
        raise CheckpointError(
            f"no processor can be loaded from {path}; it needs the files of tokenizer and image "
            f"processor that save_pretrained writes: {str(error).strip().splitlines()[0]:.200}"
        ) from error
    if processor.chat_template is None:
        raise CheckpointError(
            f"{path} has no chat template; put chat_template.jinja of the model's family there"
        )
    try:
        processor.apply_chat_template([{"role": "user", "content": []}], tokenize=False)
    except TemplateError as error:
        raise CheckpointError(f"{path}: its chat template is broken: {error!s:.200}") from error
    _check_tokens(processor, path)
    processor.tokenizer.padding_side = "left"
    if min_pixels is not None or max_pixels is not None:
        _limit_pixels(processor.image_processor, min_pixels, max_pixels)
    if raw:
        processor.chat_template = raw_chat_template(processor)
        processor.tokenizer.chat_template = processor.chat_template
    return processor


def raw_chat_template(processor: ProcessorMixin) -> str:
    """Return a chat template that joins the turns as they are, an end token after an answer."""
    mark = _image_mark(processor)
    part = (
        "{%- if part['type'] == 'image' -%}" + mark + "{%- else -%}{{ part['text'] }}{%- endif -%}"
    )
    return (
        "{%- for message in messages -%}"
        "{%- if message['content'] is string -%}{{ message['content'] }}"
        "{%- else -%}{%- for part in message['content'] -%}" + part + "{%- endfor -%}{%- endif -%}"
        "{%- if message['role'] == 'assistant' -%}"
        + processor.tokenizer.eos_token
        + "{%- endif -%}{%- endfor -%}"
    )


def _image_mark(processor: ProcessorMixin) -> str:
    """Return an image as the model's chat template writes it, else as Qwen2-VL's does.

    The template of Qwen2-VL's base reads parts of a text and no turns, so it shows none.
    """
    text, image = {"type": "text", "text": "@"}, {"type": "image"}
    alone, after_image = (
        processor.apply_chat_template([{"role": "user", "content": content}], tokenize=False)
        for content in ([text], [image, text])
    )
    start = alone.find("@")
    if start < 0:
        return f"<|vision_start|>{processor.image_token}<|vision_end|>"
    return after_image[start : after_image.index("@", start)]


def render_prompt(
    processor: ProcessorMixin, messages: list[dict[str, Any]], *, raw: bool = False
) -> str:
    """Render a chat of one user turn as the text that a model continues.

    Args:
        raw: whether the turn is the whole prompt (`prompts.is_raw`).

    Raises:
        CheckpointError: the chat template has not one placeholder an image.
    """
    template = raw_chat_template(processor) if raw else None
    text = processor.apply_chat_template(
        messages, chat_template=template, tokenize=False, add_generation_prompt=True
    )
    images = sum(part["type"] == "image" for turn in messages for part in turn["content"])
    if (marks := text.count(processor.image_token)) != images:
        raise CheckpointError(
            f"the model's chat template gives {marks} placeholders {processor.image_token} for "
            f"{images} images; put chat_template.jinja of the model's family there"
        )
    return text


def _check_tokens(processor: ProcessorMixin, path: str) -> None:
    """Raise CheckpointError where model and tokenizer number the placeholders differently."""
    file = Path(path) / "config.json"
    if not file.is_file():  # a hub name
        return
    config = json.loads(file.read_text(encoding="utf-8"))
    tokenizer = processor.tokenizer
    wanted, found = config.get("image_token_id"), getattr(processor, "image_token_id", None)
    if None not in (wanted, found) and wanted != found:
        raise CheckpointError(
            f"{path}: config.json has image_token_id {wanted}, its tokenizer has {found} for "
            f"{processor.image_token}; the files are of two models"
        )
    words = config.get("text_config", config).get("vocab_size")
    if words is not None and len(tokenizer) > words:
        raise CheckpointError(
            f"{path}: its tokenizer has {len(tokenizer)} tokens, config.json a vocab_size of "
            f"{words}; the files are of two models"
        )


def _limit_pixels(image_processor: Any, low: int | None, high: int | None) -> None:
    # Qwen2-VL calls the area's bounds shortest_edge and longest_edge.
    size = dict(image_processor.size)
    if low is not None:
        size["shortest_edge"] = low
    if high is not None:
        size["longest_edge"] = high
    smallest = (image_processor.patch_size * image_processor.merge_size) ** 2
    if problem := Bounds(size["shortest_edge"], size["longest_edge"], smallest).problem:
        raise CheckpointError(problem)
    image_processor.size = type(image_processor.size)(**size)


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
