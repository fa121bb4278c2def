"""Read, decode, check and hash pictures: every picture goes through `decode`, whoever shows it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro.records.rejections import Unusable

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""Formats that are decoded; no other plugin of Pillow is tried (EPS would start Ghostscript)."""
MAX_PIXELS = 64_000_000
"""Width times height of the largest picture that is decoded."""
HASH_SIDE = 16
HASH_BITS = 3 * HASH_SIDE * HASH_SIDE
_EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "TIFF": "tif"}
_ORIENTATION = 0x0112
_PNG_TEXTS = (b"eXIf", b"iTXt", b"zTXt", b"tEXt")  # chunks that can hold an orientation
# Not by Pillow's exif_transpose, which writes all tags anew and fails over odd ones.
_TURNS = {
    2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE",
    6: "ROTATE_270", 7: "TRANSVERSE", 8: "ROTATE_90",
}  # fmt: skip


class ImageProblem(Unusable):
    """An image that cannot be used."""


def read(image: Path | bytes) -> bytes:
    """Return the encoded bytes of an image.

    Raises:
        ImageProblem: ``missing_image`` where there is no file.
    """
    if isinstance(image, bytes):
        return image
    try:
        return image.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file system can hold
        reason = getattr(error, "strerror", None) or error
        raise ImageProblem("missing_image", f"{image!s:.200}: {reason}") from error


def decode(data: bytes, name: str = "image") -> Image:
    """Decode a picture as RGB, upright, transparency over white, of an animation the first frame.

    16-bit grey is scaled to 8 bits, 32-bit and float grey by its range; CMYK and Lab are converted.

    Args:
        data: an encoded picture in one of `FORMATS`.
        name: what an error calls it.

    Raises:
        ImageProblem: ``broken_image``, or ``image_too_large`` (more than `MAX_PIXELS`; known from
            the header, before anything is decoded).
    """
    with _opened(data, name) as image:
        _check_pixels(image, name)
        try:
            image.load()
            return _upright(_as_rgb(image), _orientation(image))
        except Exception as error:
            raise ImageProblem("broken_image", f"{name}: {error!s:.200}") from error


def decode_all(stored: Iterable[Mapping[str, Any]]) -> list[Image]:
    """Decode a record's images from the stored form, ``{"bytes", "path"}``; see `decode`."""
    return [decode(bytes_of(image)) for image in stored]


def bytes_of(stored: Mapping[str, Any]) -> bytes:
    """Return the encoded bytes of an image in the stored form, ``{"bytes", "path"}``."""
    return read(Path(stored["path"])) if stored["bytes"] is None else stored["bytes"]


def size_of(data: bytes, name: str = "image") -> tuple[int, int]:
    """Return width and height of the upright picture in pixels, from the header alone.

    Raises:
        ImageProblem: see `decode`.
    """
    with _opened(data, name) as image:
        _check_pixels(image, name)
        width, height = image.size
        # Pillow turns TIFF by itself, and decodes a PNG to look for what may stand behind it.
        plain = image.format == "PNG" and not any(chunk in data for chunk in _PNG_TEXTS)
        turned = image.format != "TIFF" and not plain and _orientation(image) > 4
        return (height, width) if turned else (width, height)


def _opened(data: bytes, name: str) -> Image:
    import PIL.Image

    try:
        return PIL.Image.open(BytesIO(data), formats=FORMATS)
    except PIL.UnidentifiedImageError as error:
        known = ", ".join(FORMATS)
        detail = f"{name}: no image in a known format ({known}); it begins with {data[:12]!r}"
        raise ImageProblem("broken_image", detail) from error
    except PIL.Image.DecompressionBombError as error:
        raise ImageProblem("image_too_large", f"{name}: {error!s:.200}") from error
    except Exception as error:
        raise ImageProblem("broken_image", f"{name}: {error!s:.200}") from error


def _check_pixels(image: Image, name: str) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise ImageProblem(
            "image_too_large",
            f"{name}: {image.width} x {image.height} pixels; at most {MAX_PIXELS:,} are decoded",
        )


def _orientation(image: Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where there is none or EXIF is damaged."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  as above; a picture with damaged EXIF data can be seen
        return 1
    return value if value in _TURNS else 1


def _upright(image: Image, orientation: int) -> Image:
    from PIL.Image import Transpose

    return image.transpose(Transpose[_TURNS[orientation]]) if orientation in _TURNS else image


def _as_rgb(image: Image) -> Image:
    import PIL.Image

    if image.mode.startswith("I") or image.mode == "F":
        return _scaled(image).convert("RGB")
    if image.mode == "LAB":
        from PIL import ImageCms

        lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, lab, rgb, outputMode="RGB")
    if image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        under = PIL.Image.new("RGBA", layer.size, "white")
        return PIL.Image.alpha_composite(under, layer).convert("RGB")
    return image.convert("RGB")


def _scaled(image: Image) -> Image:
    """Scale grey of more than 8 bits: by 65,535 in 16 bits, else by the range that it fits in."""
    import numpy as np
    import PIL.Image

    values = np.asarray(image).astype(np.float64)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    elif low >= 0 and high <= 65535:
        share = max(high, 1.0) if image.mode == "F" and high < 2 else 255.0  # of 1, or a bit more
        low, high = 0.0, next(step for step in (share, 255.0, 65535.0) if high <= step)
    values = np.nan_to_num(values, nan=low, neginf=low, posinf=high)
    grey = np.rint((values - low) * (255 / ((high - low) or 1)))
    if isinstance(clear := image.info.get("transparency"), int):
        grey[values == clear] = 255
    return PIL.Image.fromarray(grey.astype(np.uint8))


def check_size(
    size: tuple[int, int], *, min_side: int, max_aspect: float, name: str = "image"
) -> None:
    """Check that at least one visual token fits in a picture, and that it is not too long.

    Args:
        size: width and height in pixels.

    Raises:
        ImageProblem: ``image_too_small`` or ``image_too_long``.
    """
    short, long = sorted(size)
    pixels = f"{name}: {size[0]} x {size[1]} pixels"
    if short < min_side:
        raise ImageProblem("image_too_small", f"{pixels}; each side needs at least {min_side}")
    if long > max_aspect * short:
        raise ImageProblem("image_too_long", f"{pixels}; sides may differ {max_aspect:g} times")


def perceptual_hash(image: Image) -> str:
    """Compute the perceptual hash of each colour channel, together 768 bits in hexadecimal.

    One hash per channel, because a hash of the grey image takes a red and a green object of
    the same brightness for one.
    """
    import imagehash
    import numpy as np

    small = image.resize((4 * HASH_SIDE, 4 * HASH_SIDE)) if min(image.size) > 256 else image
    hashes = [imagehash.phash(band, hash_size=HASH_SIDE).hash for band in small.split()]
    return np.packbits(np.stack(hashes)).tobytes().hex()


def hash_bits(hashes: list[str]) -> np.ndarray:
    """Return hashes as a matrix of bytes, one row each, for ``distances``."""
    import numpy as np

    return np.frombuffer(bytes.fromhex("".join(hashes)), dtype=np.uint8).reshape(
        len(hashes), HASH_BITS // 8
    )


def distances(one: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Return the share of differing bits, 0 to 1, between one hash and each row of many."""
    import numpy as np

    return np.bitwise_count(one[None, :] ^ many).sum(axis=1) / HASH_BITS


def extension(data: bytes) -> str:
    """Return the file name extension, without a dot, that fits the encoded image."""
    with _opened(data, "image") as image:
        kind = image.format or "PNG"
    return _EXTENSIONS.get(kind, kind.lower())


def data_uri(image: Image, max_side: int | None = None) -> str:
    """Encode a picture as a ``data:`` address of a PNG, at most ``max_side`` pixels a side."""
    if max_side is not None:
        image = image.copy()
        image.thumbnail((max_side, max_side))
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=max_side is not None)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
