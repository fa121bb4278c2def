"""Pairs from sampled responses: best against worst, and what gives none."""

import errno
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from r1vl_kedro.files import WriteError
from r1vl_kedro.records.pairs import (
    add_reference,
    best_and_worst,
    choose_pairs,
    mismatched_of,
    other_prompts,
    problem_of,
    summarise,
    with_questions,
    write_pairs,
)
from r1vl_kedro.records.store import undecoded


def record(name):
    stream = io.BytesIO()
    Image.new("RGB", (28, 28), (200, 10, 10)).save(stream, "PNG")
    return {
        "id": name,
        "images": [stream.getvalue()],
        "question": f"{name}?",
        "options": ["a", "b"],
        "answer": "A",
        "family": "f",
        "source": "s",
    }


def responses(*texts_and_rewards):
    return [
        {"response": text, "reward": reward, "tokens": len(text.split())}
        for text, reward in texts_and_rewards
    ]


@pytest.mark.parametrize(
    ("texts", "rewards", "expected"),
    [
        (["a", "b", "c"], [0.0, 2.0, 1.0], (1, 0)),
        (["a", "b", "c", "d"], [1.0, 2.0, 2.0, 1.0], (1, 0)),
        (["a", "a", "a"], [1.0, 1.0, 1.0], "identical_texts"),
        (["a", "b", "c"], [1.0, 1.0, 1.0], "tied_rewards"),
        (["", "b", "c"], [5.0, 1.0, 0.0], (1, 2)),
        ([" ", "b"], [0.0, 1.0], "empty_completion"),
        (["a"], [1.0], "one_response"),
        ([], [], "one_response"),
    ],
)
def test_best_and_worst(texts, rewards, expected):
    assert best_and_worst(texts, rewards) == expected


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), min_size=2, max_size=6))
def test_a_pair_always_prefers(samples):
    texts = [text for text, _ in samples]
    # One text has one reward, as under a reward that is a function of the text.
    value = dict(samples)
    rewards = [float(value[text]) for text in texts]
    found = best_and_worst(texts, rewards)
    if isinstance(found, str):
        assert len(set(rewards)) == 1
    else:
        best, worst = found
        assert rewards[best] == max(rewards) > min(rewards) == rewards[worst]
        assert texts[best] != texts[worst]


SAMPLES = {
    "one": responses(("right by steps", 2.0), ("wrong", 0.0), ("half", 1.0)),
    "two": responses(("x", 1.0), ("y", 1.0)),
    "three": responses(("z", 0.5), ("z", 0.5)),
}


def test_pairs_keep_rewards_and_lengths_and_count_what_is_dropped():
    pairs, dropped = choose_pairs(SAMPLES, ["one", "two", "three"])
    assert dropped == {"tied_rewards": 1, "identical_texts": 1}
    (pair,) = pairs
    assert (pair["chosen"], pair["rejected"]) == ("right by steps", "wrong")
    assert (pair["chosen_reward"], pair["rejected_reward"]) == (2.0, 0.0)
    assert (pair["chosen_tokens"], pair["rejected_tokens"]) == (3, 1)
    report = summarise(pairs, dropped)
    assert report["pairs"] == 1 and report["questions"] == 3
    assert report["length_difference"] == {"mean": 2.0, "chosen_longer": 1.0}
    assert report["margin"]["mean"] == 2.0 and sum(report["margin"]["counts"]) == 1


def test_a_report_without_pairs():
    report = summarise([], {"tied_rewards": 2})
    assert report["pairs"] == 0 and report["margin"]["mean"] is None


def test_a_disk_without_room_for_pairs_is_named():
    def rows():
        yield record("one")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(WriteError, match=r"cannot write .*pairs\.arrow \(\d+ MiB free there\)"):
        write_pairs(rows())


def test_pairs_on_disk_keep_their_images_as_they_were():
    pairs, _ = choose_pairs(SAMPLES, ["one"])
    records = write_pairs([{**record("one"), "chosen": None, "rejected": None}])
    stored = write_pairs(with_questions(pairs, records))
    assert stored[0]["images"][0].getpixel((0, 0)) == (200, 10, 10)
    assert stored[0]["options"] == ["a", "b"]


def prompts(*questions_and_images):
    rows = [
        {**record("one"), "id": str(i), "question": question, "images": [image]}
        for i, (question, image) in enumerate(questions_and_images)
    ]
    return undecoded(write_pairs(rows))


def test_the_row_before_has_another_prompt():
    assert other_prompts(prompts(("a?", b"1"), ("b?", b"1"), ("c?", b"1"))) == [2, 0, 1]


def test_rows_of_one_prompt_side_by_side_are_passed_over():
    rows = prompts(
        ("a?", b"1"), ("a?", b"1"), ("b?", b"1"), ("b?", b"1"), ("b?", b"1"), ("a?", b"1")
    )
    assert other_prompts(rows) == [4, 4, 1, 1, 1, 4]


def test_one_question_about_two_images_is_two_prompts():
    assert other_prompts(prompts(("a?", b"1"), ("a?", b"2"), ("a?", b"2"))) == [2, 0, 0]


@pytest.mark.parametrize("count", [1, 3])
def test_rows_of_one_prompt_have_no_other(count):
    assert other_prompts(prompts(*[("a?", b"1")] * count)) is None


def test_chosen_and_rejected_of_the_other_prompt_are_taken_in_turn():
    rows = [{"chosen": f"w{i}", "rejected": f"l{i}"} for i in range(3)]
    assert [mismatched_of(rows, i, i - 1) for i in range(3)] == ["w2", "l0", "w1"]
    rows[0]["rejected"] = None
    assert mismatched_of(rows, 1, 0) == "w0"


def test_scores_of_a_reference_become_columns():
    import pandas as pd

    pair = {**record("one"), "chosen": "a", "rejected": "b"}
    scores = pd.DataFrame(
        {"chosen_logps": [-3.5], "rejected_logps": [float("nan")], "chosen_length": [4]}
    )
    stored = add_reference(write_pairs([pair]), scores)
    assert stored[0]["ref_chosen_logps"] == -3.5
    assert stored[0]["ref_rejected_logps"] is None and stored[0]["mismatched"] is None


@pytest.mark.parametrize(
    ("chosen", "rejected", "reason"),
    [
        ("a", "b", None),
        ("a", None, None),
        (None, None, "no_completion"),
        ("a", "\n", "empty_completion"),
        ("a", "a", "chosen_equals_rejected"),
    ],
)
def test_why_a_given_pair_cannot_be_used(chosen, rejected, reason):
    assert problem_of({"chosen": chosen, "rejected": rejected}) == reason
