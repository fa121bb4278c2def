"""Pairs as users bring them: TRL's preference form, unpaired rows, and what is set aside."""

import json
import random

import pytest
from kedro.io import DatasetError
from PIL import Image

from r1vl_kedro.datasets import PairFileDataset
from r1vl_kedro.prompts import to_messages

PICTURES = ("a.png", "b.png")


@pytest.fixture
def folder(tmp_path):
    for shade, name in enumerate(PICTURES):
        Image.new("RGB", (56, 28), (10, 200, shade)).save(tmp_path / name)
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    return tmp_path


def turn(role, text):
    return {"role": role, "content": text}


def load(folder, *rows, name="pairs.jsonl", **options):
    (folder / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    dataset = PairFileDataset(
        path=str(folder / name), records_path=str(folder / "stored"), **options
    )
    return dataset.load()


def set_aside(folder):
    return json.loads((folder / "stored" / "rejected.json").read_text())["rejected"]


GOOD = {"prompt": "How many?", "chosen": "Two.", "rejected": "Three.", "images": ["a.png"]}


def test_text_and_conversations_are_read_alike(folder):
    parts = [{"type": "image"}, {"type": "text", "text": "How many?"}]
    talk = {
        "prompt": [{"role": "user", "content": parts}],
        "chosen": [turn("assistant", "Two.")],
        "rejected": [turn("assistant", [{"type": "text", "text": "Three."}])],
        "images": ["a.png"],
    }
    whole = {
        "chosen": [turn("user", "<image>How many?"), turn("assistant", "Two.")],
        "rejected": [turn("user", "<image>How many?"), turn("assistant", "Three.")],
        "image": "a.png",
    }
    pairs = load(folder, GOOD, talk, whole)
    assert pairs["question"] == ["How many?"] * 3
    assert pairs["chosen"] == ["Two."] * 3 and pairs["rejected"] == ["Three."] * 3
    assert all(images[0].size == (56, 28) for images in pairs["images"])
    assert len(set(pairs["id"])) == 3 and pairs["chosen_reward"] == [None] * 3


def test_a_pair_is_one_whatever_label_stands_beside_it(folder):
    mixed = {**GOOD, "completion": None, "label": None}  # as Parquet fills rows of a mixed file
    topic = {**GOOD, "label": "cat"}
    pairs = load(folder, mixed, topic)
    assert pairs["chosen"] == ["Two."] * 2 and pairs["rejected"] == ["Three."] * 2


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("In <image> or in <image>?", ["In ", None, " or in ", None, "?"]),
        ("<image>\n<image>\nWhich?", [None, None, "Which?"]),
        ("Which? <image><image>", [None, None, "Which?"]),
        ("Which?", [None, None, "Which?"]),
        (
            [turn("user", [{"type": "text", "text": "In "}, {"type": "image"},
                           {"type": "text", "text": " or in "}, {"type": "image"}])],
            ["In ", None, " or in ", None],
        ),
        (
            "Which?\nOptions:\nA: <image>\nB: <image>",
            ["Which?\nOptions:\nA: ", None, "\nB: ", None],
        ),
    ],
)  # fmt: skip
def test_a_mark_inside_a_sentence_or_an_option_is_the_place_of_its_image(prompt, shown, folder):
    (row,) = load(folder, {**GOOD, "prompt": prompt, "images": ["a.png", "b.png"]})
    [user] = to_messages(row)
    assert [part.get("text") for part in user["content"]] == shown


def test_unpaired_rows_have_one_side(folder):
    rows = [
        {"prompt": "How many?", "completion": "Two.", "label": True, "images": ["a.png"]},
        {"prompt": "How many?", "completion": "Three.", "label": False, "images": ["b.png"]},
    ]
    pairs = load(folder, *rows)
    assert pairs["chosen"] == ["Two.", None] and pairs["rejected"] == [None, "Three."]


def sharegpt(role, text):
    return {"from": role, "value": text}


@pytest.mark.parametrize(
    "row",
    [
        {
            "conversations": [sharegpt("human", "<image>How many?")],
            "chosen": sharegpt("gpt", "Two."), "rejected": sharegpt("gpt", "Three."),
        },
        {
            "messages": [turn("user", "<image>How many?")],
            "chosen": turn("assistant", "Two."), "rejected": turn("assistant", "Three."),
        },
        {
            "messages": [turn("user", "<image>How many?"), turn("assistant", "Two.")],
            "rejected_response": "Three.",
        },
        {"question": "How many?", "chosen": "Two.", "rejected": "Three."},
        {"prompt": [sharegpt("human", "How many?")], "chosen": "Two.", "rejected": "Three."},
    ],
)  # fmt: skip
def test_pairs_of_other_tools_are_read_as_trls(row, folder):
    (pair,) = load(folder, {**row, "images": ["a.png"]})
    assert (pair["question"], pair["chosen"], pair["rejected"]) == ("How many?", "Two.", "Three.")
    assert len(pair["images"]) == 1


@pytest.mark.parametrize(
    "tag",
    [
        {"kto_tag": False},
        {"label": False},
        {"label": False, "rejected_response": None},  # as Parquet fills rows of a mixed file
        {"label": False, "kto_tag": None},
    ],
)
def test_an_unpaired_row_may_be_one_conversation_with_a_tag(tag, folder):
    talk = [turn("user", "<image>How many?"), turn("assistant", "Three.")]
    (row,) = load(folder, {"messages": talk, **tag, "images": ["a.png"]})
    assert (row["question"], row["chosen"], row["rejected"]) == ("How many?", None, "Three.")


def test_the_parts_of_a_prompt_may_hold_its_images(folder):
    parts = [{"type": "image", "image": "a.png"}, {"type": "text", "text": "How many?"}]
    row = {"prompt": [turn("user", parts)], "chosen": "Two.", "rejected": "Three."}
    whole = {
        "chosen": [turn("user", parts), turn("assistant", "Two.")],
        "rejected": [turn("user", parts), turn("assistant", "Three.")],
    }
    assert [len(pair["images"]) for pair in load(folder, row, whole)] == [1, 1]


def test_questions_without_images_are_taken(folder):
    (row,) = load(folder, {k: v for k, v in GOOD.items() if k != "images"})
    assert row["images"] == []


def test_images_without_bytes_are_read_from_their_path(folder):
    from datasets import Dataset

    images = [{"bytes": b"", "path": "a.png"}, {"bytes": None, "path": "b.png"}]
    Dataset.from_list([{**GOOD, "images": images}]).to_parquet(str(folder / "pairs.parquet"))
    dataset = PairFileDataset(
        path=str(folder / "pairs.parquet"), records_path=str(folder / "stored")
    )
    assert [image.size for image in dataset.load()[0]["images"]] == [(56, 28)] * 2


def test_parquet_with_encoded_images(folder):
    from datasets import Dataset

    image = {"bytes": (folder / "a.png").read_bytes(), "path": None}
    Dataset.from_list([{**GOOD, "images": [image]}]).to_parquet(str(folder / "pairs.parquet"))
    dataset = PairFileDataset(
        path=str(folder / "pairs.parquet"), records_path=str(folder / "stored")
    )
    assert dataset.load()[0]["images"][0].size == (56, 28)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rejected": "Two."}, "chosen_equals_rejected"),
        ({"rejected": " "}, "empty_completion"),
        ({"prompt": "<image>"}, "empty_question"),
        ({"prompt": "<image>\u200b"}, "empty_question"),
        ({"images": ["none.png"]}, "missing_image"),
        ({"images": ["torn.png"]}, "broken_image"),
        ({"images": ["../a.png"]}, "malformed_row"),
        ({"rejected": 3}, "malformed_row"),
        ({"rejected": None}, "malformed_row"),
        ({"prompt": [turn("system", "Be brief."), turn("user", "?")]}, "malformed_row"),
        ({"prompt": None}, "malformed_row"),
        ({"rejected": [turn("user", "?")]}, "malformed_row"),
        ({"completion": "Two.", "label": "good"}, "malformed_row"),
        ({"id": "same"}, "duplicate_id"),
        ({"images": [{"bytes": "", "path": None}]}, "malformed_row"),
        (
            {
                "prompt": None,
                "chosen": None,
                "rejected": None,
                "rejected_response": None,
                "messages": [turn("user", "?"), turn("assistant", "Two.")],
            },
            "malformed_row",
        ),
        ({"chosen": "Two.<|im_end|>"}, "special_token"),
        ({"prompt": "<|image_pad|> How many?"}, "special_token"),
        ({"rejected": "\ud800"}, "malformed_row"),
        ({"images": [{"bytes": "iVBORw0KGgo=", "path": None}]}, "missing_image"),
        ({"prompt": [turn("user", [{"type": "text", "text": 3}])]}, "malformed_row"),
        ({"prompt": "<image><image>How many?"}, "image_marks"),
        ({"prompt": "<image>How many?", "images": ["a.png", "b.png"]}, "image_marks"),
        ({"prompt": "<image>How many?", "images": None}, "no_image"),
        ({"prompt": "[IMAGE] How many?"}, "image_marks"),
        ({"chosen": "In <image> two."}, "image_marks"),
        ({"rejected": [turn("assistant", [{"type": "image"}])]}, "image_marks"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(change, reason, folder):
    pairs = load(folder, {**GOOD, "id": "same"}, {**GOOD, **change})
    assert len(pairs) == 1 and set_aside(folder) == {reason: 1}


def test_a_broken_line_is_set_aside_with_its_number(folder):
    good = json.dumps(GOOD)
    (folder / "pairs.jsonl").write_text("\n".join([good, good[:-5], "", good]))
    dataset = PairFileDataset(path=str(folder / "pairs.jsonl"), records_path=str(folder / "stored"))
    assert dataset.load()["id"] == ["#0", "#2"]
    assert set_aside(folder) == {"malformed_row": 1}
    [broken] = json.loads((folder / "stored" / "rejected.json").read_text())["records"]
    assert broken["detail"].startswith("line 2: no JSON object: Invalid control character")


def test_no_usable_row_is_named(folder):
    with pytest.raises(DatasetError, match=r"1 read, all set aside .chosen_equals_rejected: 1."):
        load(folder, {**GOOD, "rejected": "Two."})


def test_a_missing_file_is_named(folder):
    dataset = PairFileDataset(path=str(folder / "no.jsonl"), records_path=str(folder / "stored"))
    with pytest.raises(DatasetError, match="there is no file"):
        dataset.load()


def test_a_share_is_held_out_by_the_ids(folder):
    rows = [{**GOOD, "id": str(i), "prompt": f"How many? ({i})"} for i in range(40)]
    first = load(folder, *rows, held_out=0.25)["held_out"]
    drawn = [random.Random(f"{i}-held-out").random() < 0.25 for i in range(40)]
    assert first == drawn and 3 <= sum(first) <= 17
    again = load(folder, *rows[::-1], held_out=0.25)["held_out"]
    assert again[::-1] == first


def test_rows_of_one_prompt_are_held_out_together(folder):
    def side(number, label, image):
        return {
            "prompt": f"How many? ({number})", "completion": f"{number}, {label}.", "label": label,
            "images": [image],
        }  # fmt: skip

    rows = [
        side(i, label, image) for label in (True, False) for i in range(20) for image in PICTURES
    ]
    pairs = load(folder, *rows, held_out=0.5)
    held = pairs["held_out"]
    assert held[:40] == held[40:] and 5 <= sum(held[:40]) <= 35
    assert held[:40:2] != held[1:40:2]  # another image is another prompt


def test_a_changed_file_is_read_anew(folder):
    assert len(load(folder, GOOD)) == 1
    assert len(load(folder, GOOD, {**GOOD, "chosen": "2"})) == 2
