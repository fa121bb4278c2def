"""A Qwen2-VL processor that needs no torchvision: images and text, no video."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import Qwen2VLProcessor


@cache
def image_only_processor_class() -> type[Qwen2VLProcessor]:
    """`Qwen2VLProcessor` with an image processor and a tokenizer only.

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
