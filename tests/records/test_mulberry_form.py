"""Mulberry's JSON form: read, written back, and read as records."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_builders import PATH, image_bytes, mulberry_row, raw_of, write_mulberry

from r1vl_kedro.records.json_stream import iter_objects, write_array
from r1vl_kedro.records.readers import mulberry
from r1vl_kedro.records.readers.mulberry import MulberryFile, MulberryRow
from r1vl_kedro.records.rows import family_of
from r1vl_kedro.records.schema import RecordsError


def test_prefix_and_image_mark_leave_the_question():
    row = MulberryRow.from_json(mulberry_row("geo3k/train/74/img_diagram.png"))
    assert row.question == "Find x.\nChoices:\nA: 30\nB: 45"


def test_a_row_becomes_a_record(tmp_path):
    raw = raw_of("mulberry", mulberry_row("/geo3k/train/74/img.png"), 7, tmp_path, "mulberry")
    assert raw.images == [tmp_path / "geo3k/train/74/img.png"]
    assert (raw.question, raw.options, raw.answer) == ("Find x.", ["30", "45"], "B: 45")
    assert (raw.family, raw.id, raw.source) == ("geo3k", "geo3k/train/74/img.png#7", "mulberry")
    assert raw.solution == PATH.format(answer="B: 45")


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("geo3k/train/74/img.png", "geo3k"),
        ("mulberry_images/chartqa/1.png", "chartqa"),
        ("img.png", "unknown"),
    ],
)
def test_family_is_the_first_folder(path, family):
    assert family_of([path]) == family


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"messages": "x", "images": "a.png"},
        {"messages": [{"role": "user", "content": "q"}], "images": "a.png"},
        {**mulberry_row("a.png"), "messages": [5, *mulberry_row("a.png")["messages"]]},
        {**mulberry_row("a.png"), "id": {"n": 1}},
        {**mulberry_row("a.png"), "images": 3},
        {**mulberry_row("a.png"), "images": [None]},
        mulberry_row("../../etc/passwd"),
    ],
)
def test_a_row_of_another_form_is_a_record_with_a_problem(row, tmp_path):
    (tmp_path / "rows.json").write_text(json.dumps([row, mulberry_row("a.png")]))
    odd, fine = mulberry.MulberryFile(tmp_path / "rows.json")
    assert (odd.id, odd.source, odd.problem[0]) == ("#0", "mulberry", "malformed_row")
    assert fine.problem is None


texts = st.text(st.characters(codec="utf-8"), max_size=60)


@given(
    st.lists(
        st.builds(
            lambda user, response, images, extra: {
                "messages": [
                    {"role": "user", "content": user},
                    {"role": "assistant", "content": response},
                ],
                "images": images,
                **extra,
            },
            texts,
            texts,
            st.one_of(
                st.from_regex(r"[a-z]{1,5}/[a-z]{1,5}\.png", fullmatch=True),
                st.lists(st.just("a/b.png"), max_size=3),
            ),
            st.dictionaries(st.sampled_from(["id", "note"]), st.one_of(texts, st.none())),
        ),
        max_size=5,
    )
)
def test_written_rows_are_read_back_without_loss(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("mulberry") / "rows.json"
    assert write_array(path, rows) == len(rows)
    assert list(iter_objects(path)) == rows
    assert list(iter_objects(path, chunk=7)) == rows


def test_json_lines_are_read_too(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n\n{"b": "]"}\n')
    assert list(iter_objects(path)) == [{"a": 1}, {"b": "]"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": 1}, 2]', "character 11: '2]' stands where"),
        ('[{"a": 1}', "ends before the array's closing bracket"),
        ('[{"a": }]', "character 7"),
        ('[{"a": 1}] xx [{"a": 1}]', "character 11: 'xx .* after the array's closing bracket"),
        ('[{"a": 1}],', "character 10: ',' stands after"),
        ('[\n{"a": 1}\n]\n{"a": 2}\n', "character 13: .* after the array's closing bracket"),
        ('{"a": %s}' % ("1" * 5000), "5000 digits.* opens at line 1, character 0"),
        ('[{"a": %s' % ("[" * 100_000), "recursion .* opens at line 1, character 1"),
    ],
)
def test_broken_json_is_named_with_its_place(tmp_path, text, message):
    path = tmp_path / "rows.json"
    path.write_text(text)
    for chunk in (3, 1 << 20):
        with pytest.raises(RecordsError, match=message) as error:
            list(iter_objects(path, chunk=chunk))
        assert str(path) in str(error.value)


@pytest.mark.parametrize("chunk", [1, 1 << 20])
def test_white_space_may_follow_the_array(tmp_path, chunk):
    path = tmp_path / "rows.json"
    path.write_text('\n[{"a": 1},\n{"b": 2}] \r\n\n')
    assert list(iter_objects(path, chunk=chunk)) == [{"a": 1}, {"b": 2}]


def test_the_file_is_read_anew_on_each_iteration(tmp_path):
    rows = [mulberry_row(f"geo3k/{i}.png") for i in range(5)]
    path = write_mulberry(tmp_path, rows, {"geo3k/0.png": image_bytes(0)})
    source = MulberryFile(path, limit=3)
    assert [raw.id for raw in source] == [raw.id for raw in source]
    assert len(list(source)) == 3
    assert json.loads(path.read_text())[0] == next(source.rows())
