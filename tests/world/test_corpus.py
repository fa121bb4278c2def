"""The corpus in Mulberry's form and the held-out splits."""

import json
from collections import Counter

import pytest

from r1vl_kedro.world.corpus import Faults, corpus, problems, split_rows, write_corpus


def test_the_corpus_follows_from_its_seed():
    first, again = list(corpus(120, 7, Faults())), list(corpus(120, 7, Faults()))
    assert first == again
    assert first != list(corpus(120, 8, Faults()))


def test_without_faults_every_row_is_sound(tmp_path):
    none = Faults(0, 0, 0, 0, 0, 0)
    file = write_corpus(tmp_path / "mulberry", 60, 0, none)
    rows = json.loads(file.read_text())
    assert len(rows) == 60
    assert all((file.parent / row["images"]).is_file() for row in rows)
    assert len({row["messages"][0]["content"] + row["images"] for row in rows}) == 60


def test_faults_occur_in_their_shares():
    rows = list(corpus(3000, 0, Faults()))
    paths = [row["messages"][1]["content"] for row, _ in rows]
    reflective = sum("Let me rethink it" in path for path in paths)
    single = sum(path.count("### Step ") == 1 for path in paths)
    assert reflective == pytest.approx(0.04 * 3000, abs=35)
    assert single == pytest.approx(0.80 * 0.93 * 3000, rel=0.1)
    assert sum(data is None for _, data in rows) > 0


def test_a_finished_corpus_is_left_as_it_is(tmp_path):
    file = write_corpus(tmp_path / "mulberry", 20, 0)
    before = file.stat().st_mtime_ns
    assert write_corpus(tmp_path / "mulberry", 20, 0) == file
    assert file.stat().st_mtime_ns == before
    write_corpus(tmp_path / "mulberry", 21, 0)
    assert len(json.loads(file.read_text())) == 21


def test_splits_share_no_picture():
    pictures = {
        split: {problem.picture for problem in problems(split, 300, 0)}
        for split in ("train", "validation", "test")
    }
    assert not pictures["train"] & pictures["test"]
    assert not pictures["train"] & pictures["validation"]
    assert not pictures["validation"] & pictures["test"]


def test_a_split_has_the_families_in_equal_parts_and_distinct_ids():
    rows = list(split_rows("test", 60, 0))
    assert Counter(row["family"] for row in rows) == {
        "counting": 20,
        "comparison": 20,
        "charts": 20,
    }
    assert len({row["id"] for row in rows}) == 60


def test_an_unknown_split_is_named():
    with pytest.raises(ValueError, match="'train' is unknown; choose validation or test"):
        next(split_rows("train", 1, 0))
