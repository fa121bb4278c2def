"""Scenes on a 3x3 grid, bar charts, and how both are drawn.

One grid cell is 28x28 pixels: exactly one merged visual token of Qwen2-VL (patch 14, merge 2).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

CELL = 28
GRID = 3
SIDE = CELL * GRID
POSITIONS = ("NW", "N", "NE", "W", "C", "E", "SW", "S", "SE")
SIZES = ("small", "large")
SHAPES = ("cube", "sphere", "cylinder")
COLOURS = {
    "red": (214, 39, 40),
    "blue": (31, 90, 200),
    "green": (44, 160, 44),
    "yellow": (240, 200, 20),
    "purple": (150, 60, 190),
    "cyan": (40, 200, 215),
}
BACKGROUND = (236, 236, 232)
SLOTS = 6
MAX_HEIGHT = 9
_UNIT = 9
_BAR = 10
_SUPERSAMPLE = 4


@dataclass(frozen=True)
class Thing:
    """One object of a scene."""

    size: str
    colour: str
    shape: str

    def __str__(self) -> str:
        return f"{self.size} {self.colour} {self.shape}"


@dataclass(frozen=True)
class Scene:
    """Nine cells in reading order; an empty cell is None."""

    cells: tuple[Thing | None, ...]

    @property
    def count(self) -> int:
        """Count objects."""
        return sum(cell is not None for cell in self.cells)

    def describe(self) -> str:
        """Describe every object with its place: ``NW large red cube, S small blue sphere``."""
        placed = zip(POSITIONS, self.cells, strict=True)
        return ", ".join(f"{where} {thing}" for where, thing in placed if thing)

    def render(self) -> np.ndarray:
        """Draw uint8 pixels of shape (84, 84, 3)."""
        import numpy as np

        tiles = [sprite(thing) for thing in self.cells]
        rows = [np.concatenate(tiles[r : r + GRID], axis=1) for r in range(0, GRID * GRID, GRID)]
        return np.concatenate(rows, axis=0)


@dataclass(frozen=True)
class Chart:
    """Six bar slots from left to right: (colour, height 1..9), or None."""

    bars: tuple[tuple[str, int] | None, ...]

    @property
    def heights(self) -> dict[str, int]:
        """Return the height by colour, from left to right."""
        return {bar[0]: bar[1] for bar in self.bars if bar}

    @property
    def count(self) -> int:
        """Count bars."""
        return len(self.heights)

    def describe(self) -> str:
        """Describe every bar from left to right: ``red is 4, blue is 7``."""
        return ", ".join(f"{colour} is {height}" for colour, height in self.heights.items())

    def render(self) -> np.ndarray:
        """Draw uint8 pixels of shape (84, 84, 3)."""
        import numpy as np

        pixels = np.empty((SIDE, SIDE, 3), dtype=np.uint8)
        pixels[:] = BACKGROUND
        for slot, bar in enumerate(self.bars):
            if bar:
                left = bar_left(slot)
                pixels[SIDE - bar_pixels(bar[1]) :, left : left + _BAR] = COLOURS[bar[0]]
        return pixels


Picture = Scene | Chart


def bar_left(slot: int) -> int:
    """Return the column of pixels where a slot's bar begins."""
    return (slot // 2) * CELL + (3 if slot % 2 == 0 else 15)


def bar_pixels(height: int) -> int:
    """Return how many pixels tall a bar of a height is."""
    return height * _UNIT


@cache
def sprite(thing: Thing | None) -> np.ndarray:
    """Draw one cell's uint8 pixels, (28, 28, 3), four times larger and scaled down."""
    import numpy as np
    from PIL import Image, ImageDraw

    side = CELL * _SUPERSAMPLE
    tile = Image.new("RGB", (side, side), BACKGROUND)
    if thing is not None:
        draw = ImageDraw.Draw(tile)
        half = (11 if thing.size == "large" else 6) * _SUPERSAMPLE
        middle = side // 2
        low, high = middle - half, middle + half
        colour = COLOURS[thing.colour]
        shade = tuple(int(c * 0.6) for c in colour)
        if thing.shape == "cube":
            draw.rectangle((low, low, high, high), fill=colour, outline=shade, width=6)
        elif thing.shape == "sphere":
            draw.ellipse((low, low, high, high), fill=colour, outline=shade, width=6)
        else:
            inset = half // 2
            draw.rectangle((low + inset, low, high - inset, high), fill=colour)
            draw.ellipse((low, low, high, low + inset), fill=shade)
            draw.ellipse((low, high - inset, high, high), fill=colour, outline=shade, width=4)
    return np.asarray(tile.resize((CELL, CELL), Image.Resampling.BOX), dtype=np.uint8)


def random_scene(rng: random.Random, low: int = 4, high: int = GRID * GRID) -> Scene:
    """Make a scene of ``low`` to ``high`` objects with independent attributes."""
    cells: list[Thing | None] = [None] * (GRID * GRID)
    for place in rng.sample(range(GRID * GRID), rng.randint(low, high)):
        cells[place] = Thing(rng.choice(SIZES), rng.choice(list(COLOURS)[:5]), rng.choice(SHAPES))
    return Scene(tuple(cells))


def random_chart(rng: random.Random, low: int = 4, high: int = SLOTS) -> Chart:
    """Make a chart of ``low`` to ``high`` bars, each colour at most once."""
    slots = sorted(rng.sample(range(SLOTS), rng.randint(low, high)))
    colours = rng.sample(list(COLOURS), len(slots))
    bars: list[tuple[str, int] | None] = [None] * SLOTS
    for slot, colour in zip(slots, colours, strict=True):
        bars[slot] = (colour, rng.randint(1, MAX_HEIGHT))
    return Chart(tuple(bars))


def split_of(picture: object) -> str:
    """Return the one split a picture may be in: train (70 %), validation (10 %) or test (20 %).

    Decided by a digest of the picture alone, so that no scene, and hence no (scene, question)
    pair, can stand in two splits, whatever the seeds. A question without one is given in its place.
    """
    bucket = hashlib.blake2b(repr(picture).encode(), digest_size=2).digest()[0] % 10
    return "train" if bucket < 7 else "validation" if bucket < 8 else "test"


def random_picture(rng: random.Random, kind: type[Picture], split: str) -> Picture:
    """Make a random scene or chart that belongs to ``split``."""
    while True:
        picture = random_chart(rng) if kind is Chart else random_scene(rng)
        if split_of(picture) == split:
            return picture


@dataclass(frozen=True)
class Filter:
    """A noun phrase that picks objects: size, colour and shape, each optional (at least one)."""

    size: str | None = None
    colour: str | None = None
    shape: str | None = None

    def __str__(self) -> str:
        noun = f"{self.shape}s" if self.shape else "things"
        return " ".join(word for word in (self.size, self.colour, noun) if word)

    def matches(self, thing: Thing) -> bool:
        """Tell whether the object has every attribute that the phrase names."""
        return all(named in (None, getattr(thing, name)) for name, named in vars(self).items())


def random_filter(rng: random.Random, scene: Scene | None = None) -> Filter:
    """Make a phrase of one or two attributes; three times in four one that fits some object."""
    if scene is not None and rng.random() < 0.75:
        thing = rng.choice([cell for cell in scene.cells if cell])
    else:
        thing = Thing(rng.choice(SIZES), rng.choice(list(COLOURS)[:5]), rng.choice(SHAPES))
    named = rng.sample(["size", "colour", "shape"], rng.choice([1, 1, 2]))
    return Filter(**{name: getattr(thing, name) for name in named})


def distinct_filters(rng: random.Random, scene: Scene, n: int) -> list[Filter]:
    """Make ``n`` different phrases."""
    chosen: list[Filter] = []
    while len(chosen) < n:
        phrase = random_filter(rng, scene)
        if phrase not in chosen:
            chosen.append(phrase)
    return chosen


def places(scene: Scene, phrase: Filter, without: Iterable[Filter] = ()) -> list[str]:
    """Find the objects that fit ``phrase`` and none of ``without``, in reading order."""
    gone = list(without)
    return [
        where
        for where, thing in zip(POSITIONS, scene.cells, strict=True)
        if thing and phrase.matches(thing) and not any(other.matches(thing) for other in gone)
    ]


def to_image(picture: Picture) -> Image.Image:
    """Render the picture as an 84x84 RGB image."""
    from PIL import Image

    return Image.fromarray(picture.render())
