"""Decode, check and hash images."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

HASH_SIDE = 16
HASH_BITS = 3 * HASH_SIDE * HASH_SIDE
_FORMATS = {"JPEG": "jpg", "MPO": "jpg", "TIFF": "tif"}


class ImageProblem(ValueError):
    """An image that cannot be used: ``reason`` for counting, the message for reading."""

    def __init__(self, reason: str, detail: str):
        super().__init__(detail)
        self.reason = reason


def read(image: Path | bytes) -> bytes:
    """The encoded bytes of an image; ImageProblem ``missing_image`` where there is no file."""
    if isinstance(image, bytes):
        return image
    try:
        return image.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file system can hold
        reason = getattr(error, "strerror", None) or error
        raise ImageProblem("missing_image", f"{image}: {reason}") from error


def decode(data: bytes, name: str = "image") -> Image:
    """The whole image as RGB, transparency over white; ImageProblem ``broken_image`` otherwise."""
    import PIL.Image

    try:
        with PIL.Image.open(BytesIO(data)) as image:
            image.load()
            if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
                layer = image.convert("RGBA")
                under = PIL.Image.new("RGBA", layer.size, "white")
                return PIL.Image.alpha_composite(under, layer).convert("RGB")
            return image.convert("RGB")
    except PIL.UnidentifiedImageError as error:
        raise ImageProblem("broken_image", f"{name}: no image in a known format") from error
    except (
        *(OSError, SyntaxError, ValueError, EOFError, struct.error, MemoryError),
        *(NotImplementedError, PIL.Image.DecompressionBombError),
    ) as error:
        raise ImageProblem("broken_image", f"{name}: {error}") from error


def check_size(image: Image, *, min_side: int, max_aspect: float, name: str = "image") -> None:
    """Raise ImageProblem for an image that no visual token fits in, or that is too long."""
    short, long = sorted(image.size)
    if short < min_side:
        size = f"{image.width} x {image.height}"
        raise ImageProblem(
            "image_too_small", f"{name}: {size} pixels; each side needs at least {min_side}"
        )
    if long / short > max_aspect:
        size = f"{image.width} x {image.height}"
        raise ImageProblem(
            "image_too_long", f"{name}: {size} pixels; sides may differ {max_aspect:g} times"
        )


def perceptual_hash(image: Image) -> str:
    """Perceptual hash of each colour channel, together 768 bits in hexadecimal.

    One hash per channel, because a hash of the grey image takes a red and a green object of
    the same brightness for one.
    """
    import imagehash

    small = image.resize((4 * HASH_SIDE, 4 * HASH_SIDE)) if min(image.size) > 256 else image
    return "".join(str(imagehash.phash(band, hash_size=HASH_SIDE)) for band in small.split())


def hash_bits(hashes: list[str]) -> np.ndarray:
    """Hashes as a matrix of bytes, one row each, for ``distances``."""
    import numpy as np

    return np.frombuffer(bytes.fromhex("".join(hashes)), dtype=np.uint8).reshape(len(hashes), -1)


def distances(one: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Share of differing bits, 0 to 1, between one hash and each row of many."""
    import numpy as np

    return np.bitwise_count(one[None, :] ^ many).sum(axis=1) / HASH_BITS


def extension(data: bytes) -> str:
    """File name extension, without a dot, that fits the encoded image."""
    import PIL.Image

    with PIL.Image.open(BytesIO(data)) as image:
        kind = image.format or "png"
    return _FORMATS.get(kind, kind.lower())
