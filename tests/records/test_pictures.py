"""Pictures as users have them: one function shows the same picture to everyone."""

import base64
import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from record_builders import image_bytes

from r1vl_kedro.records.images import (
    MAX_PIXELS,
    ImageProblem,
    check_size,
    data_uri,
    decode,
    perceptual_hash,
    size_of,
)

GREY = np.tile(np.linspace(51, 255, 48).astype(np.uint8), (48, 1))


def encoded(image, kind="PNG", **more):
    buffer = BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def test_a_plain_picture_keeps_every_pixel():
    data = image_bytes(3)
    shown = decode(data)
    assert shown.mode == "RGB"
    assert shown.tobytes() == Image.open(BytesIO(data)).tobytes()


@pytest.mark.parametrize(
    ("mode", "colour"),
    [("RGBA", (255, 0, 0, 0)), ("LA", (0, 0)), ("RGBA", (0, 0, 0, 0))],
)
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_is_white(mode, colour, kind):
    data = encoded(Image.new(mode, (40, 40), colour), kind, lossless=True)
    assert decode(data).getcolors() == [(1600, (255, 255, 255))]


def test_a_transparent_palette_entry_is_white():
    image = Image.new("P", (40, 40), 0)
    image.putpalette([9, 9, 9, 200, 0, 0])
    image.putpixel((0, 0), 1)
    shown = decode(encoded(image, transparency=0))
    assert (shown.getpixel((5, 5)), shown.getpixel((0, 0))) == ((255, 255, 255), (200, 0, 0))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_rotated_picture_stands_upright(kind, orientation):
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste("red", (0, 0, 32, 16))
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = upright if back is None else upright.transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(stored, kind, exif=exif)
    shown = decode(data)
    assert shown.size == size_of(data) == (64, 32)
    corners = [shown.getpixel(place)[1] < 128 for place in ((4, 4), (60, 4), (4, 28), (60, 28))]
    assert corners == [True, False, False, False]


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(GREY.astype(np.uint16) * 257),
        Image.fromarray(GREY.astype(np.int32) * 257),
        Image.fromarray(GREY.astype(np.int32)),
        Image.fromarray(GREY.astype(np.float32) / 255),
        Image.fromarray(GREY.astype(np.float32)),
    ],
)
def test_grey_of_more_than_8_bits_is_scaled(image):
    assert np.array_equal(np.asarray(decode(encoded(image, "TIFF")))[..., 0], GREY)


def test_two_16_bit_pictures_differ():
    one, other = (
        encoded(Image.fromarray(np.random.default_rng(k).integers(0, 65535, (48, 48)).astype("u2")))
        for k in (1, 2)
    )
    assert perceptual_hash(decode(one)) != perceptual_hash(decode(other))


def test_cmyk_and_lab_have_their_colours():
    red = Image.new("RGB", (40, 40), (237, 28, 36))
    for data in (encoded(red.convert("CMYK"), "TIFF"), encoded(red.convert("CMYK"), "JPEG")):
        assert np.abs(np.asarray(decode(data)).astype(int) - (237, 28, 36)).max() < 6
    lab = Image.merge("LAB", [Image.new("L", (40, 40), value) for value in (136, 208, 195)])
    shown = decode(encoded(lab, "TIFF")).getpixel((5, 5))
    assert shown[0] > 200 and shown[1] < 80 and shown[2] < 80


def test_of_an_animation_the_first_frame_is_shown():
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "WEBP"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
        red, _, blue = decode(data).getpixel((20, 20))
        assert red > 240 and blue < 15


def test_damaged_exif_data_do_not_cost_the_picture():
    data = encoded(Image.new("RGB", (40, 40), "red"), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff")
    assert decode(data).size == (40, 40)


def test_a_tag_of_another_type_does_not_cost_a_rotated_picture():
    unit = struct.pack("<HHIhh", 0x0128, 8, 1, -3, 0)  # signed, and the tag is of unsigned ones
    turned = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    tags = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + turned + unit + bytes(4)
    data = encoded(Image.new("RGB", (40, 20), "red"), "JPEG", exif=tags)
    assert decode(data).size == (20, 40)


@pytest.mark.parametrize(
    ("data", "reason", "detail"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n{} loop", "broken_image", "%!PS"),
        (b"<html>not found</html>", "broken_image", "<html>"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "broken_image", "<svg"),
        (b"", "broken_image", "no image in a known format"),
        (image_bytes(1)[:200], "broken_image", "truncated"),
        (image_bytes(1, kind="JPEG")[:400], "broken_image", "Truncated"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(data, reason, detail):
    assert_refused(data, reason, detail)


@pytest.mark.parametrize(
    ("size", "kind", "detail"),
    [
        ((9000, 9000), "PNG", "9000 x 9000 pixels; at most"),
        ((16000, 4001), "WEBP", "16000 x 4001 pixels; at most"),
        ((14000, 14000), "PNG", "pixels"),  # more than Pillow opens
    ],
)
def test_a_picture_of_too_many_pixels_is_refused(size, kind, detail):
    data = encoded(Image.new("1", size), kind, lossless=True, method=0)
    assert_refused(data, "image_too_large", detail)


def assert_refused(data, reason, detail):
    with pytest.raises(ImageProblem, match=detail) as error:
        decode(data, "x")
    assert error.value.reason == reason
    assert str(error.value).startswith("x: ") and len(str(error.value)) < 250


def test_ghostscript_is_never_started(monkeypatch):
    import PIL.EpsImagePlugin

    monkeypatch.setattr(PIL.EpsImagePlugin, "Ghostscript", lambda *a, **k: pytest.fail("started"))
    with pytest.raises(ImageProblem):
        decode(encoded(Image.new("RGB", (40, 40)), "EPS"))


@pytest.mark.parametrize("error", [RuntimeError, SyntaxError, IndexError, MemoryError, OSError])
@pytest.mark.parametrize("where", ["PIL.Image.open", "PIL.ImageFile.ImageFile.load"])
def test_whatever_pillow_raises_sets_the_picture_aside(monkeypatch, where, error):
    def fails(*_, **__):
        raise error("Failed to decode frame 0: Invalid codec data")

    monkeypatch.setattr(where, fails)
    assert_refused(image_bytes(1), "broken_image", "Failed to decode frame 0")


def test_the_size_is_known_before_anything_is_decoded(monkeypatch):
    data = encoded(Image.new("L", (MAX_PIXELS // 1000 + 1, 1000)), "GIF")
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    for call in (size_of, decode):
        with pytest.raises(ImageProblem, match="pixels"):
            call(data)


@pytest.mark.parametrize(
    ("size", "reason"),
    [((27, 200), "image_too_small"), ((5601, 28), "image_too_long"), ((28, 5600), None)],
)
def test_sides_are_bounded(size, reason):
    if reason is None:
        check_size(size, min_side=28, max_aspect=200)
        return
    with pytest.raises(ImageProblem) as error:
        check_size(size, min_side=28, max_aspect=200)
    assert error.value.reason == reason


def test_a_data_address_holds_the_picture_made_small():
    head, data = data_uri(Image.new("RGB", (1024, 256)), 512).split(",")
    assert head == "data:image/png;base64"
    assert Image.open(BytesIO(base64.b64decode(data))).size == (512, 128)
