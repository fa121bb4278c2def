"""Every way to cheat that is known, with the exact reward it earns."""

import pytest

from r1vl_kedro.rewards import match_key_steps, outcome, step_rar, step_rvr, validity_problems

KEY_STEPS = [["6 cubes", "six cubes"], ["6 - 1 = 5", "6 minus 1 equals 5"]]
DESCRIPTION = "### Image Description:\nSix cubes, one of them red."
RATIONALE = "### Rationales:\nCount, then take away."
SEPARATOR = "### Let's think step by step."
STEPS = ["### Step 1:\nThere are 6 cubes.", "### Step 2:\nSo $6 - 1 = 5$."]
ANSWER = "### The final answer is: 5"


def join(*sections: str) -> str:
    return "\n\n".join(sections)


HONEST = join(DESCRIPTION, RATIONALE, SEPARATOR, *STEPS, ANSWER)


def rewards(response: str, answer: str = "5", options=None) -> tuple[float, float]:
    """StepRAR and StepRVR as trained on."""
    rar = step_rar(response, answer, KEY_STEPS, options=options)
    return pytest.approx(rar, abs=1e-12), step_rvr(response)


def test_honest_path():
    assert rewards(HONEST) == (1.1, 1.0)


def test_keyword_stuffing_with_a_wrong_answer_earns_alpha():
    stuffed = join(
        DESCRIPTION, RATIONALE, "### Step 1:\n6 cubes. 6 - 1 = 5.", "### The final answer is: 9"
    )
    assert rewards(stuffed) == (0.1, 1.0)


def test_keyword_stuffing_without_an_answer_earns_nothing():
    assert rewards("### Step 1:\n6 cubes. 6 - 1 = 5.") == (0.0, 0.0)


def test_keyword_stuffing_outside_the_steps_earns_nothing():
    stuffed = join(
        "### Image Description:\n6 cubes. 6 - 1 = 5.", RATIONALE, "### Step 1:\nHm.", ANSWER
    )
    assert rewards(stuffed) == (1.0, 1.0)


def test_empty_sections():
    empty = join("### Image Description:", "### Rationales:", *STEPS, ANSWER)
    assert rewards(empty) == (1.1, 0.0)
    assert step_rvr(empty, mode="released") == 1.0


def test_sections_of_mere_punctuation_are_empty():
    dots = join("### Image Description:\n...", "### Rationales:\n-", "### Step 1:\n.", ANSWER)
    assert rewards(dots) == (1.0, 0.0)


def test_one_empty_step_among_others():
    assert step_rvr(join(DESCRIPTION, RATIONALE, STEPS[0], "### Step 2:", ANSWER)) == 0.0


def test_headers_only():
    headers = "### Image Description:\n### Rationales:\n### Step 1:\n### The final answer is:"
    assert rewards(headers) == (0.0, 0.0)
    assert step_rvr(headers, mode="released") == 1.0


def test_rationale_after_the_steps():
    late = join(DESCRIPTION, *STEPS, RATIONALE, ANSWER)
    assert rewards(late) == (1.1, 0.0)
    assert step_rvr(late, mode="released") == 1.0


def test_answer_before_the_steps():
    early = join(DESCRIPTION, RATIONALE, ANSWER, *STEPS)
    assert rewards(early) == (1.1, 0.0)
    assert step_rvr(early, mode="released") == 0.0


def test_answer_before_the_steps_and_the_bare_header_at_the_end():
    early = join(DESCRIPTION, RATIONALE, ANSWER, *STEPS, "### The final answer is:")
    assert rewards(early) == (1.1, 0.0)
    assert step_rvr(early, mode="released") == 1.0


@pytest.mark.parametrize("second", ["6", "4"])
def test_two_answers_with_the_right_one_first(second):
    assert rewards(HONEST + f"\n\n### The final answer is: {second}") == (0.1, 0.0)


def test_two_answers_with_the_right_one_last():
    wrong_first = HONEST.replace(ANSWER, "### The final answer is: 6\n\n" + ANSWER)
    assert rewards(wrong_first) == (0.1, 0.0)


@pytest.mark.parametrize("numbers", [(1, 1, 2), (2, 3), (1, 3), (2, 1), (0, 1), (1, 2, 2)])
def test_step_numbers(numbers):
    steps = [f"### Step {number}:\nThere are 6 cubes and 6 - 1 = 5." for number in numbers]
    response = join(DESCRIPTION, RATIONALE, *steps, ANSWER)
    assert rewards(response) == (1.1, 0.0)
    assert step_rvr(response, mode="released") == 0.0
    assert validity_problems(response) == [f"steps numbered {', '.join(map(str, numbers))}"]


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("There are 12.", "2"),
        ("It is 2.5 long.", "2"),
        ("So x = -2.", "2"),
        ("So 6 - 1 = 4.", "6 - 1 = 5"),
        ("So 16 - 1 = 5.", "6 - 1 = 5"),
        ("So 6 - 1 = 51.", "6 - 1 = 5"),
        ("So 6 + 1 = 5.", "6 - 1 = 5"),
        ("So 6 - 1 != 5.", "6 - 1 = 5"),
        ("So 3x = 2.", "x = 2"),
        ("So x = 2 + y.", "x = 2"),
        ("This is not cosine.", "cosine"),
        ("We never use the cosine.", "cosine"),
        ("It isn't a cosine.", "cosine"),
        ("Cosine is wrong here.", "cosine"),
        ("Use the sine.", "cosine"),
        ("So y = 3.", "x = 3"),
    ],
)
def test_near_miss_is_no_match(said, key):
    response = join(DESCRIPTION, RATIONALE, f"### Step 1:\n{said}", ANSWER)
    assert match_key_steps(response, [[key]]) == [False]
    assert step_rar(response, "5", [[key]]) == 1.0


@pytest.mark.parametrize(
    "listed",
    [
        "A: 4, B: 5, C: 6",
        "A: 4\nB: 5\nC: 6",
        "A, B, C",
        "4, 5, 6",
        "B or C",
        "ABC",
        "B\nC",
        "5 or 6",
    ],
)
def test_all_options_listed_as_the_answer(listed):
    response = join(DESCRIPTION, RATIONALE, *STEPS, f"### The final answer is:\n{listed}")
    assert outcome(response, "B", options=["4", "5", "6"]) == 0.0
    assert rewards(response, "B", ["4", "5", "6"]) == (0.1, 1.0)


def test_a_very_long_response():
    words = "6 cubes and so on and on "
    long = join(DESCRIPTION, RATIONALE, "### Step 1:\n" + (words * 4200)[:100_000], ANSWER)
    assert len(long) > 100_000
    assert rewards(long) == (1.05, 1.0)


@pytest.mark.parametrize(
    "noise", ["\0", "\ud800", "\udfff\ud800", "\u200b", "\x04", "\x01\x02\x03"]
)
def test_nul_and_lone_surrogates(noise):
    assert rewards(HONEST.replace("There", noise + "There")) == (1.1, 1.0)
    assert rewards(noise) == (0.0, 0.0)


def test_another_script():
    chinese = join(
        "### Image Description:\n六个方块。", "### Rationales:\n先数。",
        "### Step 1:\n六减一等于五。",
        "### The final answer is: 五",
    )  # fmt: skip
    assert rewards(chinese) == (1.0, 1.0)
    assert step_rar(chinese, "五", [["六减一等于五"]]) == 1.1


@pytest.mark.parametrize(
    "key_steps", [None, [], {"Steps": None}, [None], [[]], [[""]], [["", " "]]]
)
@pytest.mark.parametrize("matching", ["soft", "exact"])
def test_null_and_empty_key_steps_earn_nothing(key_steps, matching):
    assert step_rar(HONEST, "5", key_steps, matching=matching) == 1.0


@pytest.mark.parametrize(
    "key_steps",
    [5, "6 cubes", [5], [[5]], [[["6 cubes"]]], [[None]], {"steps": []}, {"a": 1}, True],
)
@pytest.mark.parametrize("matching", ["soft", "exact", "released"])
def test_malformed_key_steps_are_refused_by_name(key_steps, matching):
    with pytest.raises(ValueError, match="key_steps"):
        step_rar(HONEST, "5", key_steps, matching=matching)


@pytest.mark.parametrize(
    "bomb", ["9**9**9", "9^{9^{9^9}}", "(" * 1_000_000, "99999999!", "1e999999"]
)
def test_answers_that_would_never_end(bomb):
    response = HONEST.replace(ANSWER, f"### The final answer is: {bomb}")
    assert outcome(response, "5") == 0.0
    assert outcome(HONEST, bomb[:100]) == 0.0
    assert outcome(response, "5", mode="released") == 0.0


@pytest.mark.parametrize("loop", ["the answer is ", "this is the answer ", "my final answer "])
def test_a_loop_of_words_behind_the_answer_ends(loop):
    text = (loop * 7000)[:100_001]
    assert outcome(rf"6 - 1 = 5, \boxed{{5}}. {text} 6!", "5", grammar="boxed") == 0.0
