"""The corpus in Mulberry's form and the held-out splits."""

import errno
import json
from collections import Counter

import pytest

from r1vl_kedro.files import WriteError
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


def test_the_corpus_knows_which_paths_are_sloppy():
    """Without other faults, such a path is neither the whole path nor the abridged one."""
    faults = Faults(abridged=0.4, sloppy=0.2, reflective=0, copied=0, leaked=0, broken=0)
    known = [row["sloppy"] for row, _ in corpus(1000, 0, faults)]
    sloppy = [
        row["messages"][1]["content"] not in (problem.path(), problem.path(abridged=True))
        for (row, _), problem in zip(
            corpus(1000, 0, faults), problems("train", 1000, 0), strict=True
        )
    ]
    assert known == sloppy
    assert sum(known) / 1000 == pytest.approx(0.2, abs=0.04)


def test_a_path_is_abridged_by_its_number_of_steps():
    """Longer paths more often; a number that is not given takes the next lower one's share."""
    faults = Faults({2: 0.5, 3: 0.8, 4: 0.9}, 0, 0, 0, 0, 0)
    assert [faults.abridged_of(steps) for steps in (1, 2, 3, 4, 6)] == [0.5, 0.5, 0.8, 0.9, 0.9]
    families = ("each2", "each3", "each4")
    short, seen = Counter(), Counter()
    for row, _ in corpus(1500, 0, faults, families):
        family = row["images"].split("/")[0]
        seen[family] += 1
        short[family] += row["messages"][1]["content"].count("### Step ") == 1
    shares = [short[family] / seen[family] for family in families]
    assert shares == pytest.approx([0.5, 0.8, 0.9], abs=0.07)
    with pytest.raises(ValueError, match=r"abridged \{3: 1.5\}: give shares in 0..1"):
        Faults({2: 0.5, 3: 1.5})


def test_counting_asked_each_time_wants_every_count_on_the_way():
    for row in split_rows("test", 30, 0, ("each3",)):
        counts = row["answer"].split(", ")
        assert row["family"] == "each3" and len(counts) == len(row["key_steps"]) == 3
        assert row["question"].endswith("How many objects are left each time?")
        for count, (step,) in zip(counts, row["key_steps"], strict=True):
            assert step.endswith(f"= {count}.")


def test_a_corpus_of_other_families_is_made_once_and_not_taken_for_another(tmp_path):
    faults = Faults({2: 0.5, 3: 0.8})
    file = write_corpus(tmp_path / "mulberry", 20, 0, faults, ("each2", "each3"))
    before = file.stat().st_mtime_ns
    assert write_corpus(tmp_path / "mulberry", 20, 0, faults, ("each2", "each3")) == file
    assert file.stat().st_mtime_ns == before
    write_corpus(tmp_path / "mulberry", 20, 0, faults, ("each3", "each2"))
    assert file.stat().st_mtime_ns != before


def test_what_a_run_left_half_made_is_gone_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("r1vl_kedro.files.mark_complete", fail)
    with pytest.raises(WriteError, match="Read-only"):
        write_corpus(tmp_path / "mulberry", 12, 0)
    assert any(path.is_dir() for path in tmp_path.iterdir())
    monkeypatch.undo()
    write_corpus(tmp_path / "mulberry", 12, 0)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["mulberry"]


def fail(*_):
    raise OSError(errno.EROFS, "Read-only file system")


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
