"""Damaged pictures, rows and files by the thousand: a rejection each, never another error."""

import json
import random
from functools import partial
from io import BytesIO

import pytest
from kedro.io import DatasetError
from PIL import Image
from record_builders import image_bytes, mulberry_row

from r1vl_kedro.benchmarks import BENCHMARKS
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.benchmarks.tsv import BenchmarkFileError
from r1vl_kedro.datasets.responses import ResponsesDataset
from r1vl_kedro.records.images import FORMATS, ImageProblem, decode, size_of
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.pair_file import PairFile
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rejections import Rejection
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.validate import check
from r1vl_kedro.world.benchmarks import write_benchmark

FEW, MANY = 300, 20_000
LIMIT = 0.5
"""Seconds of this process's own time for one input of the many."""
counts = pytest.mark.parametrize(
    "count", [FEW, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(7200)])]
)


@pytest.fixture
def in_time(count, limit):
    """A block that one input may take."""
    return partial(limit, LIMIT if count == MANY else 10 * LIMIT)


def damaged(rng: random.Random, samples: list[bytes]) -> bytes:
    """A sample with bytes changed, cut, repeated, or its end put behind another's head."""
    data = bytearray(rng.choice(samples))
    for _ in range(rng.randint(1, 8)):
        place = rng.randrange(len(data))
        change = rng.randrange(4)
        if change == 0:
            data[place] = rng.randrange(256)
        elif change == 1:
            del data[place : place + rng.randint(1, 40)]
        elif change == 2:
            data[place:place] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 9)))
        else:
            data[place:] = rng.choice(samples)[place:]
        data = data or bytearray(b"\0")
    return bytes(data)


def samples() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.open(BytesIO(image_bytes(1)))
    found = []
    for kind in FORMATS:
        for mode in ("RGB", "L", "P", "RGBA", "1", "I;16"):
            buffer = BytesIO()
            try:
                more = {"exif": exif} if kind in ("JPEG", "PNG", "WEBP", "TIFF") else {}
                picture.convert("L" if mode == "I;16" else mode).convert(mode).save(
                    buffer, kind, **more
                )
            except (OSError, ValueError):
                continue  # the format has no such mode
            found.append(buffer.getvalue())
    return found


@counts
def test_a_damaged_picture_is_shown_or_rejected(count, in_time):
    rng, shown, rejected = random.Random(0), 0, 0
    whole = samples()
    for _ in range(count):
        data = damaged(rng, whole)
        for read in (size_of, decode):
            try:
                with in_time():
                    read(data)
                shown += 1
            except ImageProblem as problem:
                assert problem.reason in ("broken_image", "image_too_large")
                rejected += 1
    assert shown + rejected == 2 * count
    assert shown and rejected


def odd_text(rng: random.Random, text: str, pieces: str) -> str:
    """A text with pieces put in, taken out and doubled."""
    for _ in range(rng.randint(1, 6)):
        a = rng.randrange(len(text) + 1)
        b = min(len(text), a + rng.randint(0, 30))
        piece = rng.choice([*pieces.split(" "), "\t", "\n", '"', "\ud800", "\0", " ", text[a:b]])
        text = text[:a] + piece + text[b if rng.random() < 0.5 else a :]
    return text


@counts
@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_a_damaged_benchmark_file_gives_rows_or_one_sentence(tmp_path, name, count, in_time):
    rng = random.Random(name)
    path = write_benchmark(name, tmp_path / f"{name}.tsv", n=10, seed=1)
    lines = path.read_text().splitlines(keepends=True)[:5]
    read = BenchmarkFile(BENCHMARKS[name], path, official=False)
    for _ in range(count if count == MANY else FEW // 8):
        odd = list(lines)
        k = rng.randrange(1, len(odd))
        odd[k] = odd_text(rng, odd[k], "None NA nan [] ['1'] {} -1 1e9 <|im_end|> A yes _ ../x.png")
        path.write_text("".join(odd), errors="surrogatepass")
        try:
            with in_time():
                list(read.rows())
        except BenchmarkFileError as error:
            assert str(path) in str(error)
        assert all(len(row.reason) <= 400 for row in read.set_aside)


@counts
@pytest.mark.parametrize("name", sorted(READERS))
def test_a_damaged_file_of_records_gives_records_or_rejections(tmp_path, name, count, in_time):
    rng = random.Random(name)
    (tmp_path / "a.png").write_bytes(image_bytes(1))
    rows = {
        "mulberry": {**mulberry_row("a.png"), "id": "7"},
        "r1vl10k": {"image_path": "a.png", "problem": "Find x.", "solution": "45",
                    "key_steps": {"Steps": [["90 / 2 = 45"], "corner"]}},
        "mathvision": {"id": "7", "image": "a.png", "question": "Find <image1>.", "answer": "B",
                       "options": ["3", "4"], "solution": "It is 4.", "subject": "algebra"},
        "sat": {"question": "Is it left?", "answers": ["no", "yes"], "correct_answer": "yes",
                "images": ["a.png"], "question_type": "other"},
        "lmm_r1": {"message": json.dumps([{"role": "user", "content": "Find x."}]),
                   "answer": "$3$"},
        "medical": {"image": ["a.png"], "question": "What is it?", "options": ["a", "b"],
                    "answer": "b", "subset": "MRI"},
        "omnimedvqa": {"image": "a.png", "problem": "What is it? A)a, B)b",
                       "solution": "<answer> B </answer>"},
        "metaad": {"image": "a.png", "problem": "Your plan?",
                   "solution": "<think>a</think><answer> KEEP, LEFT_TURN </answer>"},
        "r1_onevision": {"image": "a.png", "problem": "Find x.", "solution": "<answer>3</answer>",
                         "accu_reward_method": "exact"},
    }  # fmt: skip
    text = json.dumps([rows[name], rows[name]])
    path = tmp_path / "rows.json"
    for _ in range(count):
        odd = odd_text(rng, text, 'null [] {} 3 "a" , : } ] \\ud800 <image> <|im_end|> NaN true')
        path.write_text(odd, errors="surrogatepass")
        try:
            with in_time():
                results = [check(raw, ValidationOptions()) for raw in READERS[name](path)]
        except RecordsError as error:
            assert str(path) in str(error)
        else:
            for result in results:
                if isinstance(result, Rejection):
                    json.dumps(result.as_dict(), ensure_ascii=False).encode()


@counts
def test_a_damaged_file_of_pairs_gives_pairs_or_rejections(tmp_path, count, in_time):
    rng = random.Random("pairs")
    (tmp_path / "a.png").write_bytes(image_bytes(1))
    user = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Find x."}]}
    said = {"role": "assistant", "content": "It is 45."}
    rows = [
        {"id": "1", "prompt": "Find x.", "chosen": "45", "rejected": "30", "images": ["a.png"]},
        {"prompt": [user], "completion": [said], "label": True, "images": [{"path": "a.png"}]},
        {"chosen": [user, said], "rejected": [user, {**said, "content": "30"}]},
    ]
    text, path = json.dumps(rows), tmp_path / "pairs.json"
    for _ in range(count):
        odd = odd_text(rng, text, 'null [] {} 3 "a" , : } ] \\ud800 <image> <|im_end|> NaN true')
        path.write_text(odd, errors="surrogatepass")
        try:
            with in_time():
                results = list(PairFile(path).read())
        except RecordsError as error:
            assert str(path) in str(error)
            continue
        for result in results:
            shown = result.as_dict() if isinstance(result, Rejection) else {**result, "images": []}
            text_of = json.dumps(shown, ensure_ascii=False)
            if not isinstance(result, Rejection):
                text_of.encode()
                assert "<|im_end|>" not in text_of


@counts
def test_a_damaged_file_of_responses_is_a_table_or_one_sentence(tmp_path, count, in_time):
    rng, path = random.Random("responses"), tmp_path / "responses.json"
    text = json.dumps([{"id": "1", "response": "### Step 1:\n5", "answer": "5"}] * 2)
    for _ in range(count):
        odd = odd_text(rng, text, 'null [] {} 3 "a" , : } ] \\ud800 <image> NaN true')
        path.write_text(odd, errors="surrogatepass")
        try:
            with in_time():
                assert len(ResponsesDataset(filepath=str(path)).load())
        except DatasetError as error:
            assert str(path) in str(error)
