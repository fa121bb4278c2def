"""Validation of records that are partly broken on purpose."""

from collections import Counter
from io import BytesIO

import pytest
from PIL import Image
from record_builders import PATH, image_bytes, mulberry_row, validated, write_mulberry

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers.mulberry import MulberryFile
from r1vl_kedro.records.schema import RecordsError, directory_of
from r1vl_kedro.records.validate import validate

UNPARSABLE = PATH.format(answer="B: 45").replace("### Step 1:", "### Step 3:")


def test_each_broken_record_is_set_aside_with_its_reason(tmp_path):
    images = {f"geo3k/{i}.png": image_bytes(i) for i in range(3)}
    images["geo3k/cut.png"] = image_bytes(9)[:200]
    images["geo3k/text.png"] = b"this is no image"
    images["geo3k/tiny.png"] = image_bytes(8, side=20)
    images["geo3k/long.png"] = _png(Image.new("RGB", (9000, 30)))
    rows = [
        mulberry_row("geo3k/0.png"),
        mulberry_row("geo3k/gone.png"),
        mulberry_row("geo3k/cut.png"),
        mulberry_row("geo3k/text.png"),
        mulberry_row("geo3k/tiny.png"),
        mulberry_row("geo3k/long.png"),
        mulberry_row("geo3k/1.png", question="  "),
        mulberry_row("geo3k/1.png", answer="F: 60"),
        mulberry_row("geo3k/1.png", answer="A: 45"),
        mulberry_row("geo3k/1.png", response=UNPARSABLE),
        mulberry_row("geo3k/1.png", response=" "),
        mulberry_row([]),
        {"messages": [], "images": "geo3k/1.png"},
        mulberry_row("geo3k/2.png", options=(), answer="45"),
    ]
    records, rejected = validated(tmp_path, rows, images)
    assert Counter(r.reason for r in rejected) == {
        "missing_image": 1,
        "broken_image": 2,
        "image_too_small": 1,
        "image_too_long": 1,
        "empty_question": 1,
        "answer_not_in_options": 2,
        "unparsable_path": 1,
        "no_solution": 1,
        "no_image": 1,
        "malformed_row": 1,
    }
    assert records["id"] == ["geo3k/0.png#0", "geo3k/2.png#13"]
    assert records["answer"] == ["B", "45"]
    details = {r.reason: r.detail for r in rejected}
    assert "gone.png" in details["missing_image"]
    assert "text.png: no image in a known format (PNG, JPEG" in details["broken_image"]
    assert details["unparsable_path"] == "steps numbered 3, 2"
    assert "'A: 45' names option A, which is '30'" in details["answer_not_in_options"]


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (mulberry_row("n" * 300), "missing_image", "File name too long"),
        (mulberry_row("a\0.png"), "missing_image", "null"),
        (mulberry_row("a\ud800.png"), "malformed_row", "surrogate"),
        (mulberry_row("a.png", question="Find \ud800."), "malformed_row", "surrogate"),
        (mulberry_row("a.png", options=("3\udce9", "45")), "malformed_row", "surrogate"),
        ({**mulberry_row("a.png"), "messages": [5, {}, {}]}, "malformed_row", "list of turns"),
    ],
)
def test_an_odd_row_is_set_aside_and_the_next_is_read(tmp_path, row, reason, detail):
    rows = [row, mulberry_row("a.png")]
    records, rejected = validated(tmp_path, rows, {"a.png": image_bytes(0)})
    assert records["id"] == ["a.png#1"]
    assert [r.reason for r in rejected] == [reason]
    assert detail in rejected[0].detail
    (rejected[0].id + rejected[0].detail).encode()


def test_a_byte_that_is_not_utf8_spoils_its_own_row_only(tmp_path):
    rows = [mulberry_row("a.png", question="caf~"), mulberry_row("a.png")]
    path = write_mulberry(tmp_path, rows, {"a.png": image_bytes(0)})
    path.write_bytes(path.read_bytes().replace(b"~", b"\xe9"))
    records, rejected = validate(MulberryFile(path), ValidationOptions())
    assert records["id"] == ["a.png#1"]
    assert [r.reason for r in rejected] == ["malformed_row"]
    assert r"caf\udce9" in rejected[0].detail


def _png(image):
    buffer = BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def test_images_are_stored_byte_for_byte(tmp_path):
    data = image_bytes(1, kind="JPEG")
    records, _ = validated(tmp_path, [mulberry_row("a/1.jpg")], {"a/1.jpg": data})
    assert records.with_format("arrow")[0]["images"][0].as_py()[0]["bytes"] == data
    assert records[0]["images"][0].size == (48, 48)


def test_the_order_is_kept_with_many_workers(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(40)}
    records, _ = validated(tmp_path, [mulberry_row(name) for name in images], images, workers=4)
    assert records["id"] == [f"a/{i}.png#{i}" for i in range(40)]


def test_nothing_usable_is_an_error_that_says_so(tmp_path):
    with pytest.raises(RecordsError, match=r"2 read.*missing_image: 2\); .*a/1\.png: No such"):
        validated(tmp_path, [mulberry_row("a/1.png"), mulberry_row("a/2.png")], {})
    with pytest.raises(RecordsError, match="the file has no rows"):
        validated(tmp_path / "empty", [], {"a.png": image_bytes(1)})


def test_a_row_tells_sloppy_by_true_or_false_alone(tmp_path):
    rows = [mulberry_row("a.png") | {"sloppy": "yes"}, mulberry_row("a.png")]
    records, rejected = validated(tmp_path, rows, {"a.png": image_bytes(0)})
    assert records["sloppy"] == [None]
    assert rejected[0].detail == "sloppy is 'yes'; wanted true, false or null"


def test_a_selection_has_no_directory_of_its_own(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(2)}
    records, _ = validated(tmp_path, [mulberry_row(name) for name in images], images)
    assert (directory_of(records) / "records.arrow").is_file()
    with pytest.raises(RecordsError, match="selection"):
        directory_of(records.select([1]))
