"""R1-VL-10K's JSON form: strings or lists, null allowed, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_builders import PATH, raw_of

from r1vl_kedro.records.json_stream import iter_objects, write_array
from r1vl_kedro.records.schema import groups_of


def test_strings_and_lists_become_groups():
    steps = {"Steps": [["6/3 = 2", "6 divided by 3 equals 2"], "45", ["90"], None]}
    assert groups_of(steps) == [["6/3 = 2", "6 divided by 3 equals 2"], ["45"], ["90"]]


@pytest.mark.parametrize("nothing", [None, {}, [], {"Steps": None}, {"Steps": []}])
def test_null_means_no_key_steps(nothing):
    assert groups_of(nothing) == []


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ({"Steps": "45"}, "are a str; wanted a list"),
        ({"steps": ["45"]}, "has .*; wanted 'Steps'"),
        ({"Steps": [["a"], [["b"]]]}, "key step 2 is"),
        ({"Steps": [3]}, "key step 1 is 3"),
        ({"Steps": ["a", " "]}, "key step 2 has an empty phrasing"),
    ],
)
def test_malformed_key_steps_are_named(steps, message):
    with pytest.raises(ValueError, match=message):
        groups_of(steps)


phrasings = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
key_steps = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"Steps": st.lists(st.one_of(phrasings, st.lists(phrasings), st.none()), max_size=4)}
    ),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "image_path": st.one_of(st.just("a/b.png"), st.just(["a/b.png", "c.png"])),
                "problem": st.text(st.characters(codec="utf-8")),
                "solution": st.sampled_from(["45", PATH.format(answer="45")]),
                "key_steps": key_steps,
            }
        ),
        max_size=4,
    )
)
def test_written_rows_are_read_back_without_loss(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("r1vl") / "rows.json"
    write_array(path, rows)
    assert list(iter_objects(path)) == rows


def test_a_full_path_gives_answer_and_solution(tmp_path):
    row = {
        "image_path": "geo3k/1.png",
        "problem": "Find x.\nChoices:\nA: 30\nB: 45",
        "solution": PATH.format(answer="B: 45"),
        "key_steps": {"Steps": ["90/2 = 45"]},
    }
    raw = raw_of("r1vl10k", row, 0, tmp_path, "r1vl10k")
    assert (raw.answer, raw.options, raw.family) == ("B: 45", ["30", "45"], "geo3k")
    assert raw.solution == row["solution"]


def test_a_bare_answer_has_no_path(tmp_path):
    row = {"image_path": "1.png", "problem": "Find x.", "solution": " 45 ", "key_steps": None}
    raw = raw_of("r1vl10k", row, 3, tmp_path, "r1vl10k")
    assert (raw.answer, raw.solution, raw.id, raw.key_steps) == ("45", "", "1.png#3", [])
