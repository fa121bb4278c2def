"""The draw of warm-up and RL records, sloppy paths among the latter, paths in another grammar."""

import pytest
from record_builders import image_bytes, mulberry_row, validated

from r1vl_kedro.records.options import SplitOptions
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.split import in_grammar, prep_report, split
from r1vl_kedro.records.store import write_rows
from r1vl_kedro.responses import THINK_ANSWER


def test_both_sets_are_drawn_from_one_pool_by_the_seed(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(30)}
    records, _ = validated(tmp_path, [mulberry_row(name) for name in images], images)
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
    return validated(folder, rows, images)[0]


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


def test_fewer_records_than_asked_for_gives_all(tmp_path):
    records, _ = validated(tmp_path, [mulberry_row("a/0.png")], {"a/0.png": image_bytes(0)})
    warm_up, rl = split(records, SplitOptions(n_warm_up=5, n_rl=None), 0)
    assert len(warm_up) == len(rl) == 1


def test_paths_are_rewritten_and_all_else_stays():
    row = {
        "id": "a", "images": [], "question": "How many?", "options": ["1", "2"], "answer": "B",
        "solution": THINK_ANSWER.render(["1 + 1 = 2."], "B: 2"), "family": "sums", "source": "s",
        "modality": "ct", "key_steps": [["1 + 1 = 2"]],
    }  # fmt: skip
    records = write_rows([row], key_steps=True, labels=["modality"])
    [changed] = in_grammar(records, "no_think").to_list()
    assert changed == {**row, "solution": "<answer>B: 2</answer>"}
    assert in_grammar(records, "plain")["solution"] == ["1 + 1 = 2.\nB: 2"]
