"""Models and their processors: loading, saving, the tokens that stand for images."""

from r1vl_kedro.models.loading import has_flash_attention, load_model
from r1vl_kedro.models.processors import (
    has_torchvision,
    load_processor,
    render_prompt,
    save_processor,
)
from r1vl_kedro.models.vision import VISION_TOKENS, vision_token_ids

__all__ = [
    "VISION_TOKENS",
    "has_flash_attention",
    "has_torchvision",
    "load_model",
    "load_processor",
    "render_prompt",
    "save_processor",
    "vision_token_ids",
]
