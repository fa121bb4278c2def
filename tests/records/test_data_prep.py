"""Validation, cleaning and splitting of records that are partly broken on purpose."""

import base64
import time
from collections import Counter
from io import BytesIO

import pandas as pd
import pytest
from PIL import Image
from record_builders import PATH, image_bytes, mulberry_row, write_mulberry

from r1vl_kedro.records import clean
from r1vl_kedro.records.options import SplitOptions, ValidationOptions
from r1vl_kedro.records.prose import path_from_prose
from r1vl_kedro.records.questions import bare_answer, read_question
from r1vl_kedro.records.readers.mulberry import MulberryFile
from r1vl_kedro.records.report import prep_report
from r1vl_kedro.records.schema import RecordsError, directory_of
from r1vl_kedro.records.split import split
from r1vl_kedro.records.store import write_rows
from r1vl_kedro.records.validate import resolve_answer, validate

REFLECTIVE = PATH.format(answer="B: 45").replace(
    "### Step 2:",
    "### Step 2:\n90/3 = 30.\n\nI think I have made a mistake. Let me rethink it.\n\n### Step 2:",
)
UNMARKED = PATH.format(answer="B: 45").replace("### Step 2:", "### Step 1:")
UNPARSABLE = PATH.format(answer="B: 45").replace("### Step 1:", "### Step 3:")


def prepared(folder, rows, images, **options):
    path = write_mulberry(folder, rows, images)
    return validate(MulberryFile(path), ValidationOptions(**options))


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
    records, rejected = prepared(tmp_path, rows, images)
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
        ({**mulberry_row("a.png"), "messages": [5, {}, {}]}, "malformed_row", "list of objects"),
    ],
)
def test_an_odd_row_is_set_aside_and_the_next_is_read(tmp_path, row, reason, detail):
    rows = [row, mulberry_row("a.png")]
    records, rejected = prepared(tmp_path, rows, {"a.png": image_bytes(0)})
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
    records, _ = prepared(tmp_path, [mulberry_row("a/1.jpg")], {"a/1.jpg": data})
    assert records.with_format("arrow")[0]["images"][0].as_py()[0]["bytes"] == data
    assert records[0]["images"][0].size == (48, 48)


def test_the_order_is_kept_with_many_workers(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(40)}
    records, _ = prepared(tmp_path, [mulberry_row(name) for name in images], images, workers=4)
    assert records["id"] == [f"a/{i}.png#{i}" for i in range(40)]


def test_nothing_usable_is_an_error_that_says_so(tmp_path):
    with pytest.raises(RecordsError, match=r"2 read.*missing_image: 2\); .*a/1\.png: No such"):
        prepared(tmp_path, [mulberry_row("a/1.png"), mulberry_row("a/2.png")], {})
    with pytest.raises(RecordsError, match="the file has no rows"):
        prepared(tmp_path / "empty", [], {"a.png": image_bytes(1)})


@pytest.mark.parametrize(
    ("answer", "letter"),
    [("B: 45", "B"), ("B", "B"), ("(B) 45", "B"), ("B. 45", "B"), ("45", "B"), ("$45$", "B")],
)
def test_an_option_is_named_by_letter_or_text(answer, letter):
    assert resolve_answer(answer, ["30", "45"]) == letter


def test_an_option_that_looks_like_a_letter_with_text():
    assert resolve_answer("A: yes", ["A: yes", "no"]) == "A"
    assert resolve_answer("C", ["C", "D"]) == "A"


@pytest.mark.parametrize("answer", ["C", "60", "A: 45", ""])
def test_an_answer_outside_the_options_is_refused(answer):
    with pytest.raises(ValueError, match="option"):
        resolve_answer(answer, ["30", "45"])


def test_reflective_records_are_dropped(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(3)}
    rows = [
        mulberry_row("a/0.png"),
        mulberry_row("a/1.png", response=REFLECTIVE),
        mulberry_row("a/2.png", response=UNMARKED),
    ]
    records, rejected = prepared(tmp_path, rows, images)
    assert not rejected
    kept, dropped = clean.drop_reflective(records)
    assert kept["id"] == ["a/0.png#0"]
    assert [r.detail for r in dropped] == [
        "it says 'Let me rethink it'",
        "section step 1 comes more than once",
    ]


def test_duplicates_need_the_same_image_question_and_options(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(2)} | {"a/copy.png": image_bytes(0)}
    rows = [
        mulberry_row("a/0.png", question="Find x."),
        mulberry_row("a/copy.png", question="find  X"),
        mulberry_row("a/1.png", question="Find x."),
        mulberry_row("a/0.png", question="Find y."),
        mulberry_row("a/0.png", question="Find x.", options=("45", "30"), answer="A"),
    ]
    kept, dropped = clean.drop_duplicates(prepared(tmp_path, rows, images)[0])
    assert [i.split("#")[1] for i in kept["id"]] == ["0", "2", "3", "4"]
    assert [(r.id, r.detail) for r in dropped] == [
        ("a/copy.png#1", "same image and question as a/0.png#0")
    ]


@pytest.mark.parametrize("form", ["records", "data frame"])
def test_benchmark_questions_are_dropped_though_the_image_was_encoded_anew(tmp_path, form):
    images = {f"a/{i}.png": image_bytes(i, side=96) for i in range(3)}
    rows = [
        mulberry_row("a/0.png", question="Find x."),
        mulberry_row("a/1.png", question="Find x."),
        mulberry_row("a/2.png", question="Find z."),
    ]
    records, _ = prepared(tmp_path, rows, images)
    again = BytesIO()
    Image.open(BytesIO(images["a/0.png"])).resize((192, 192)).save(again, "JPEG", quality=90)
    row = {"id": "t1", "question": "<image1> find x", "images": [again.getvalue()]}
    if form == "records":
        other = {"options": [], "answer": "45", "solution": "", "family": "", "source": ""}
        reference = write_rows([{**row, **other}], tmp_path / "test")
    else:
        encoded = base64.b64encode(again.getvalue()).decode()
        reference = pd.DataFrame([{"index": "t1", "question": "find x", "image": encoded}])
    kept, dropped = clean.decontaminate(records, {"test": reference}, max_distance=0.12)
    assert kept["id"] == ["a/1.png#1", "a/2.png#2"]
    assert dropped[0].reason == "in_evaluation_set"
    assert "test/t1" in dropped[0].detail


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<image1>Find x.", "find X", True),
        ("What is 1,000 + 2?", "what is 1000+2", False),
        ("What is 1,000 + 2?", "What is 1000 + 2", True),
        ("Is 1.5 > 1?", "Is 15 > 1?", False),
        ("5 - 3?", "5 + 3?", False),
    ],
)
def test_question_keys_ignore_looks_but_not_meaning(one, other, same):
    assert (clean.question_key(one) == clean.question_key(other)) is same


def test_both_sets_are_drawn_from_one_pool_by_the_seed(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(30)}
    records, _ = prepared(tmp_path, [mulberry_row(name) for name in images], images)
    options = SplitOptions(n_warm_up=20, n_rl=10)
    warm_up, rl = split(records, options, 3)
    again = split(records, options, 3)
    assert (warm_up["id"], rl["id"]) == (again[0]["id"], again[1]["id"])
    assert (len(warm_up), len(rl)) == (20, 10)
    assert set(warm_up["id"]) & set(rl["id"])
    assert warm_up["id"] != split(records, options, 4)[0]["id"]
    assert "image_hashes" not in warm_up.column_names


def sloppy_records(folder, sloppy):
    """Records of which the source tells whether a step of their path is wrong."""
    images = {f"a/{i}.png": image_bytes(i) for i in range(len(sloppy))}
    rows = [
        mulberry_row(name) | {"sloppy": value} for name, value in zip(images, sloppy, strict=True)
    ]
    return prepared(folder, rows, images)[0]


def test_rl_records_have_no_more_sloppy_paths_than_allowed(tmp_path):
    records = sloppy_records(tmp_path, [True] * 20 + [False] * 20)
    of_id = dict(zip(records["id"], records["sloppy"], strict=True))
    as_they_come = split(records, SplitOptions(n_rl=20), 0)[1]
    assert sum(of_id[name] for name in as_they_come["id"]) > 4
    few = split(records, SplitOptions(n_rl=20, max_rl_sloppy=0.2), 0)[1]
    assert sum(of_id[name] for name in few["id"]) == 4
    assert len(few) == len(set(few["id"])) == 20
    assert few["id"] == split(records, SplitOptions(n_rl=20, max_rl_sloppy=0.2), 0)[1]["id"]
    none = split(records, SplitOptions(max_rl_sloppy=0), 0)[1]
    assert [of_id[name] for name in none["id"]] == [False] * 20
    assert "sloppy" not in few.column_names


def test_a_share_of_sloppy_paths_may_leave_fewer_rl_records_than_asked_for(tmp_path):
    records = sloppy_records(tmp_path, [True] * 20 + [False] * 12)
    rl = split(records, SplitOptions(n_rl=30, max_rl_sloppy=0.25), 0)[1]
    assert len(rl) == 12 + 4
    only = sloppy_records(tmp_path / "only", [True] * 3)
    with pytest.raises(RecordsError, match=r"all 3 records .*max_rl_sloppy is 0\.1; raise it"):
        split(only, SplitOptions(max_rl_sloppy=0.1), 0)


def test_what_a_source_does_not_know_of_its_paths_limits_nothing(tmp_path):
    records = sloppy_records(tmp_path, [None] * 10 + [True] * 2)
    assert len(split(records, SplitOptions(max_rl_sloppy=0.2), 0)[1]) == 12
    report = prep_report({}, records, records, records.select(range(10)), SplitOptions(), 0)
    assert report["sloppy"] == {"warm_up": 1.0, "rl": None}
    known = sloppy_records(tmp_path / "known", [True, False, False, False])
    report = prep_report({}, known, known, known.select([1]), SplitOptions(), 0)
    assert report["sloppy"] == {"warm_up": 0.25, "rl": 0.0}


def test_a_row_tells_sloppy_by_true_or_false_alone(tmp_path):
    rows = [mulberry_row("a.png") | {"sloppy": "yes"}, mulberry_row("a.png")]
    records, rejected = prepared(tmp_path, rows, {"a.png": image_bytes(0)})
    assert records["sloppy"] == [None]
    assert rejected[0].detail == "sloppy is 'yes'; wanted true, false or null"


def test_fewer_records_than_asked_for_gives_all(tmp_path):
    records, _ = prepared(tmp_path, [mulberry_row("a/0.png")], {"a/0.png": image_bytes(0)})
    warm_up, rl = split(records, SplitOptions(n_warm_up=5, n_rl=None), 0)
    assert len(warm_up) == len(rl) == 1


def test_a_selection_has_no_directory_of_its_own(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(2)}
    records, _ = prepared(tmp_path, [mulberry_row(name) for name in images], images)
    assert (directory_of(records) / "records.arrow").is_file()
    with pytest.raises(RecordsError, match="selection"):
        directory_of(records.select([1]))


@pytest.mark.parametrize("kind", ["cmyk", "float", "turned"])
def test_held_out_questions_may_have_pictures_of_any_kind(tmp_path, kind):
    upright = Image.open(BytesIO(image_bytes(5, side=96)))
    other = BytesIO()
    if kind == "cmyk":
        upright.convert("CMYK").save(other, "JPEG", quality=95)
    elif kind == "float":
        upright = upright.convert("L").convert("RGB")
        upright.convert("F").save(other, "TIFF")
    else:
        exif = Image.Exif()
        exif[0x0112] = 6
        upright.transpose(Image.Transpose.ROTATE_90).save(other, "JPEG", quality=95, exif=exif)
    rows = [mulberry_row("a/0.png"), mulberry_row("a/1.png")]
    images = {"a/0.png": _png(upright), "a/1.png": image_bytes(1)}
    records, _ = prepared(tmp_path, rows, images)
    held_out = {"id": "t", "question": "Find x.", "images": [other.getvalue()]}
    fields = {"options": [], "answer": "45", "solution": "", "family": "", "source": ""}
    reference = write_rows([held_out | fields], tmp_path / "test")
    kept, dropped = clean.decontaminate(records, {"test": reference}, max_distance=0.12)
    assert [r.id for r in dropped] == ["a/0.png#0"]
    assert kept["id"] == ["a/1.png#1"]


def test_questions_without_images_are_compared_among_themselves(tmp_path):
    shared = {
        "options": [],
        "answer": "4",
        "solution": "",
        "family": "",
        "source": "",
        "images": [],
    }
    rows = [{"id": "a", "question": "Two plus two?"}, {"id": "b", "question": "Two plus three?"}]
    records = write_rows([row | shared | {"image_hashes": []} for row in rows], image_hashes=True)
    held_out = [{"id": "t", "question": "two plus two", "images": []}]
    kept, dropped = clean.decontaminate(records, {"test": held_out}, max_distance=0.12)
    assert kept["id"] == ["b"]
    assert dropped[0].detail == "same question as test/t, both without an image"


def test_a_question_without_an_image_is_another_by_its_options(tmp_path):
    shared = {"question": "Which is larger?", "answer": "A", "solution": "", "family": "text"}
    shared |= {"source": "", "images": [], "image_hashes": []}
    rows = [{"id": "a", "options": ["7 plus 8", "9"]}, {"id": "b", "options": ["1 plus 2", "9"]}]
    records = write_rows([row | shared for row in rows], image_hashes=True)
    held_out = [shared | {"id": "t", "options": ["1 plus 2", "9"]}]
    kept, dropped = clean.decontaminate(records, {"test": held_out}, max_distance=0.12)
    assert kept["id"] == ["a"]
    assert [one.id for one in dropped] == ["b"]


@pytest.mark.parametrize(
    "text",
    ["\\boxed{", "<answer>", "\na) x", "\\[", "\\begin{align}", "? (A) 4", "<image>", "$", " "],
)
def test_readers_of_text_take_linear_time(text):
    """Four times the text takes about four times the work; a quadratic rule takes sixteen."""

    def work(length):
        long = text * (length // len(text))
        start = time.process_time()
        read_question(long, "4")
        bare_answer(long)
        path_from_prose(long, "4")
        return time.process_time() - start

    small, large = (min(work(length) for _ in range(3)) for length in (20_000, 80_000))
    assert large <= 10 * max(small, 0.01)
