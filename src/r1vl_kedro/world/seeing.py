"""The scene or chart that a drawn picture shows: drawing turned round."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from r1vl_kedro.world.scenes import (
    CELL,
    COLOURS,
    GRID,
    SHAPES,
    SIDE,
    SIZES,
    SLOTS,
    Chart,
    Picture,
    Scene,
    Thing,
    bar_left,
    bar_pixels,
    sprite,
)

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image


def read_picture(image: Image) -> Picture | None:
    """Read the scene or chart that a picture was drawn from; None for any other picture.

    Args:
        image: as `scenes.to_image` makes it, 84x84 RGB, every pixel as it was drawn.

    Example:
        >>> from r1vl_kedro.world.scenes import to_image
        >>> read_picture(to_image(Chart((("red", 4), None, None, None, ("blue", 7), None))))
        Chart(bars=(('red', 4), None, None, None, ('blue', 7), None))
    """
    import numpy as np

    if image.size != (SIDE, SIDE) or image.mode != "RGB":
        return None
    pixels = np.asarray(image, dtype=np.uint8)
    picture = _scene(pixels) or _chart(pixels)
    return picture if picture and np.array_equal(picture.render(), pixels) else None


@cache
def _sprites() -> dict[bytes, Thing | None]:
    things = [Thing(*one) for one in product(SIZES, COLOURS, SHAPES)]
    return {sprite(thing).tobytes(): thing for thing in (None, *things)}


def _scene(pixels: np.ndarray) -> Scene | None:
    """Read nine cells; None where one holds no known object, or none holds any."""
    known = _sprites()
    tiles = [
        pixels[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL].tobytes()
        for row, column in product(range(GRID), range(GRID))
    ]
    if any(tile not in known for tile in tiles):
        return None
    scene = Scene(tuple(known[tile] for tile in tiles))
    return scene if scene.count else None


def _chart(pixels: np.ndarray) -> Chart | None:
    """Read the bar of each slot from its first column of pixels; None where there is no bar."""
    names = {colour: name for name, colour in COLOURS.items()}
    bars: list[tuple[str, int] | None] = []
    for slot in range(SLOTS):
        column = pixels[:, bar_left(slot)]
        name = names.get(tuple(column[-1].tolist()))
        height = round(int((column == column[-1]).all(1).sum()) / bar_pixels(1))
        bars.append((name, height) if name else None)
    chart = Chart(tuple(bars))
    return chart if chart.count else None
