"""Rendering styles of pictures: what stands in for the modalities of medical images.

The shipped base model reads ``plain`` and ``noise`` nearly as well as it was taught to, ``faint``
and ``outline`` in part; ``inverted_grey`` it does not perceive at all, and colours are gone in it.
`docs/recipes/medvlm_r1.md` has the measured shares.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from r1vl_kedro.world.scenes import BACKGROUND

if TYPE_CHECKING:
    import numpy as np

_NOISE = 130.0
"""Standard deviation, of 255 levels."""
_CONTRAST = 0.6
_RIM = 4
"""Pixels of an outline."""
_FILLED = 40.0
"""Distance from the background, summed over channels, from which on a pixel is of an object."""


def _noise(pixels: np.ndarray) -> np.ndarray:
    import numpy as np

    rng = np.random.default_rng(int(pixels.sum()))  # the same picture has the same noise
    return pixels + rng.normal(0, _NOISE, pixels.shape)


def _faint(pixels: np.ndarray) -> np.ndarray:
    import numpy as np

    background = np.array(BACKGROUND, dtype=float)
    return background + (pixels - background) * _CONTRAST


def _outline(pixels: np.ndarray) -> np.ndarray:
    import numpy as np

    background = np.array(BACKGROUND, dtype=float)
    inner = np.abs(pixels - background).sum(-1) > _FILLED
    for _ in range(_RIM):
        around = [np.roll(inner, step, (0, 1)) for step in ((0, 1), (0, -1), (1, 0), (-1, 0))]
        inner = np.logical_and.reduce([inner, *around])
    return np.where(inner[..., None], background, pixels)


def _inverted_grey(pixels: np.ndarray) -> np.ndarray:
    import numpy as np

    grey = pixels @ np.array([0.299, 0.587, 0.114])
    return np.repeat(255 - grey[..., None], 3, axis=-1)


STYLES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "plain": lambda pixels: pixels,
    "noise": _noise,
    "faint": _faint,
    "outline": _outline,
    "inverted_grey": _inverted_grey,
}


def restyle(pixels: np.ndarray, style: str) -> np.ndarray:
    """Draw uint8 pixels of shape (height, width, 3) in a style of `STYLES`."""
    import numpy as np

    return np.clip(STYLES[style](pixels.astype(float)), 0, 255).astype(np.uint8)
