"""Models and their processors: loading, saving, the tokens that stand for images."""

from r1vl_kedro.models.loading import load_model
from r1vl_kedro.models.processors import (
    load_processor,
    render_prompt,
    save_processor,
)
from r1vl_kedro.models.vision import VISION_TOKENS, vision_token_ids

__all__ = [
    "VISION_TOKENS",
    "load_model",
    "load_processor",
    "render_prompt",
    "save_processor",
    "vision_token_ids",
]
