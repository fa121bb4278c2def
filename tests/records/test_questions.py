"""Questions, options and answers as texts: how they are told apart."""

import time

import pytest

from r1vl_kedro.records.prose import path_from_prose
from r1vl_kedro.records.questions import (
    bare_answer,
    read_question,
    resolve_answer,
    split_options,
)


@pytest.mark.parametrize(
    ("text", "question", "options"),
    [
        ("Find x.\nChoices:\nA: 30\nB: 45", "Find x.", ["30", "45"]),
        ("Find x.\nChoices:\n(A) 30\n(B) 45", "Find x.", ["30", "45"]),
        ("Find x.\nChoices: (A) 30 (B) 4 5", "Find x.", ["30", "4 5"]),
        ("Find x.\nOptions:\nA. one\ntwo\nB. three", "Find x.", ["one\ntwo", "three"]),
        ("What are your choices?", "What are your choices?", []),
        ("Find x.\nChoices:\nB: 30\nC: 45", "Find x.\nChoices:\nB: 30\nC: 45", []),
        ("Choices:\nA: 1\nB: 2", "", ["1", "2"]),
    ],
)
def test_options_are_read_from_the_question(text, question, options):
    assert split_options(text) == (question, options)


@pytest.mark.parametrize(
    ("text", "question", "options"),
    [
        ("Find x.\nChoices:\na) 4\nb) 5", "Find x.", ["4", "5"]),
        ("Which? Choices: (A) 4, (B) 5", "Which?", ["4", "5"]),
        ("Which? Options: A. 4 B. 5 C. 6", "Which?", ["4", "5", "6"]),
        ("Which? Choices: a) 4; b) 5", "Which?", ["4", "5"]),
        ("Which?\nChoices: A: f(x), B: g(x)", "Which?", ["f(x)", "g(x)"]),
        ("Which?\nChoices: (A) 1,000 (B) 2,000", "Which?", ["1,000", "2,000"]),
        ("The choices: none.", "The choices: none.", []),
        ("Find x.\nAnswer choices:\nA. 4\nB. 5", "Find x.", ["4", "5"]),
        ("求 x。\nChoices：\n（A）4\n（B）5", "求 x。", ["4", "5"]),
        ("求 x。\nChoices:\nA、4\nB、5", "求 x。", ["4", "5"]),
    ],
)
def test_options_in_small_letters_and_on_the_questions_line(text, question, options):
    assert split_options(text) == (question, options)


@pytest.mark.parametrize(
    ("text", "answer", "options"),
    [
        ("How many?\nA. 4\nB. 5", "B", ["4", "5"]),
        ("How many?\na) 4\nb) 5", "b) 5", ["4", "5"]),
        ("How many? (A) 4 (B) 5", "5", ["4", "5"]),
        ("How many? (A) 4 (B) 5", "7", []),
        ("有几个？\nA：4\nB：5", "B", ["4", "5"]),
        ("a) Find x.\nb) Find y.", "x = 3", []),
    ],
)
def test_options_that_nothing_announces_count_where_the_answer_names_one(text, answer, options):
    assert read_question(text, answer)[1] == options


@pytest.mark.parametrize(
    "text",
    [
        "Find x.\nA. 4\nB. 5", "Find x.\n**A.** 4\n**B.** 5", "Find x.\n[A] 4\n[B] 5",
        "Find x.\n- A: 4\n- B: 5", "Find x.\n* (a) 4\n* (b) 5", "Find x.\n选项：\nA. 4\nB. 5",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "request_line",
    ["", "\n\nAnswer with the option's letter.", "\nPlease choose.", "\n请直接回答。"],
)
def test_a_request_behind_the_options_is_no_part_of_the_last(text, request_line):
    asked = f"Find x.\n{request_line.strip()}".strip()
    assert read_question(text + request_line, "B") == (asked, ["4", "5"])


@pytest.mark.parametrize(
    ("answer", "options", "letter"),
    [
        ("b", ["4", "5"], "B"),
        ("b) 5", ["4", "5"], "B"),
        ("a", ["b", "a"], "B"),
        ("A", ["b", "a"], "A"),
    ],
)
def test_a_small_letter_names_an_option_where_no_option_has_that_text(answer, options, letter):
    assert resolve_answer(answer, options) == letter


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
