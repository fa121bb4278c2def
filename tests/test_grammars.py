"""Every grammar: what is written is read, what is wrong is named, nothing takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1vl_kedro.responses import (
    BOXED,
    GRAMMARS,
    PLAIN,
    R1VL,
    THINK_ANSWER,
    THINK_OPENED,
    Grammar,
    final_answer,
    get_grammar,
    grammar_of,
    parse_response,
    rewrite,
)
from r1vl_kedro.rewards import match_key_steps, outcome, step_rar, step_rvr

ALL = [R1VL, THINK_ANSWER, THINK_OPENED, BOXED, PLAIN]
"""Those that write reasoning; no_think leaves it out."""
PARTS = {"description": "Six cubes.", "rationale": "Take one away."}
OTHER = Grammar("other", "{question}", R1VL.parse, R1VL.problems, R1VL.render, {})


def test_these_are_the_grammars():
    every = [*ALL, get_grammar("no_think")]
    assert list(GRAMMARS.values()) == sorted(every, key=lambda one: list(GRAMMARS).index(one.name))
    assert set(GRAMMARS) == {"r1vl", "think_answer", "think_opened", "no_think", "boxed", "plain"}


@pytest.mark.parametrize("grammar", ALL, ids=lambda one: one.name)
def test_what_is_written_is_read(grammar):
    text = grammar.render(["There are 6.", "6 - 1 = 5"], "5", **PARTS)
    parsed = grammar.parse(text)
    assert parsed.answer == "5"
    assert [step.body.strip() for step in parsed.steps][-2:] == ["There are 6.", "6 - 1 = 5"]
    assert grammar.problems(parsed) == []
    assert "6 - 1 = 5" in parsed.reasoning and "Six cubes." in parsed.reasoning
    assert "<" not in parsed.reasoning and "#" not in parsed.reasoning
    for section in parsed.sections:
        assert text[section.body_start :].startswith(section.body)
        assert grammar.title(section)


@pytest.mark.parametrize("grammar", ALL, ids=lambda one: one.name)
def test_rewards_read_every_grammar(grammar):
    text = grammar.render(["6 - 1 = 5", "5 > 4"], "5", **PARTS)
    assert outcome(text, "5", grammar=grammar.name) == 1.0
    assert step_rvr(text, grammar=grammar.name) == 1.0
    assert match_key_steps(text, [["6 minus 1 equals 5"], ["7"]], grammar=grammar.name) == [
        True,
        False,
    ]
    assert step_rar(text, "5", [["6-1=5"], ["7"]], grammar=grammar.name) == 1.05


@pytest.mark.parametrize(
    "grammar", [one for one in ALL if one is not R1VL], ids=lambda one: one.name
)
def test_the_published_script_reads_its_own_grammar_only(grammar):
    for call in (
        lambda: outcome("5", "5", mode="released", grammar=grammar.name),
        lambda: step_rvr("5", mode="released", grammar=grammar.name),
        lambda: match_key_steps("5", [["5"]], matching="released", grammar=grammar.name),
    ):
        with pytest.raises(ValueError, match=f"reads the grammar r1vl only, not '{grammar.name}'"):
            call()


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("<think>6 - 1</think><answer>5</answer>", []),
        ("  <think>6 - 1</think>\n<answer>5</answer>\n", []),
        ("<think>6 - 1</think>", ["no <answer>", "no </answer>"]),
        ("<think>6 - 1</think><answer>5", ["no </answer>"]),
        ("<answer>5</answer><think>6 - 1</think>", ["tags out of order"]),
        ("So: <think>6 - 1</think><answer>5</answer>", ["text outside the tags"]),
        ("<think>6 - 1</think> so <answer>5</answer>", ["text outside the tags"]),
        ("<think> </think><answer>...</answer>", ["reasoning is empty", "answer is empty"]),
        (
            "<think>a</think><answer>5</answer><answer>6</answer>",
            ["2 <answer>", "2 </answer>"],
        ),
        ("", ["no <think>", "no </think>", "no <answer>", "no </answer>"]),
    ],
)
def test_problems_between_tags(text, problems):
    assert THINK_ANSWER.problems(THINK_ANSWER.parse(text)) == problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("6 - 1</think>\n<answer>5</answer>", []),
        ("<answer>5</answer>", ["no </think>"]),
        ("<think>6 - 1</think><answer>5</answer>", ["2 <think>"]),
        ("6 - 1</think><answer>5", ["no </answer>"]),
        ("</think><answer>5</answer>", ["reasoning is empty"]),
        ("6 - 1 = 5", ["no </think>", "no <answer>", "no </answer>"]),
    ],
)
def test_problems_after_a_prompt_that_opened_the_reasoning(text, problems):
    assert THINK_OPENED.problems(THINK_OPENED.parse(text)) == problems


def test_a_response_to_an_opened_prompt_is_told_by_its_tags():
    text = THINK_OPENED.render(["6 - 1 = 5"], "5")
    assert text == "6 - 1 = 5\n</think>\n<answer>5</answer>"
    assert grammar_of(text) is THINK_OPENED
    assert rewrite(text, THINK_OPENED, THINK_ANSWER) == "<think>\n" + text


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("<think>a</think><answer> 5 </answer>", ("5",)),
        ("<answer>5</answer>", ("5",)),
        ("<think>a<answer>4</answer>b</think><answer>5</answer>", ("4", "5")),
        ("<think>a</think><answer>5", ()),
        ("<think>5</think>", ()),
        ("### The final answer is: 5", ()),
        ("<answer>A: 3\nB: 4</answer>", ("A: 3\nB: 4",)),
    ],
)
def test_answers_between_tags(text, answers):
    assert THINK_ANSWER.parse(text).answers == answers


def test_an_answer_in_tags_may_stand_in_the_reference():
    text = "<think>x</think><answer>C</answer>"
    assert outcome(text, "<answer> C </answer>", grammar="think_answer") == 1.0


@pytest.mark.parametrize(
    ("text", "answers", "problems"),
    [
        (r"6 - 1 = \boxed{5}", ("5",), []),
        (r"So \boxed{\frac{1}{2}}.", (r"\frac{1}{2}",), []),
        (r"\boxed{5}", ("5",), ["no reasoning before the answer"]),
        (r"x \boxed{4} y \boxed{5}", ("4", "5"), [r"2 \boxed{}"]),
        (r"x \boxed{ \boxed{5}", ("5",), []),
        (r"x \boxed{5", (), [r"no \boxed{}"]),
        (r"x \boxed{}", (), ["answer is empty"]),
    ],
)
def test_answers_in_boxes(text, answers, problems):
    parsed = BOXED.parse(text)
    assert (parsed.answers, BOXED.problems(parsed)) == (answers, problems)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("6 - 1 = 5\n5", "5"),
        ("6 - 1 = 5\nThe final answer is: 5", "5"),
        ("Answer: B", "B"),
        ("Answer the door", "Answer the door"),
        ("5\n\n", "5"),
        ("...", None),
    ],
)
def test_the_last_line_is_the_answer(text, answer):
    assert final_answer(text, "plain") == answer


@pytest.mark.parametrize("grammar", ALL, ids=lambda one: one.name)
def test_the_wording_asks_a_question(grammar):
    assert grammar.wording.count("{question}") == 1


def test_the_headers_of_r1vl_are_taught_and_not_asked_for():
    assert R1VL.wording == "{question}"


def test_a_path_is_rewritten_with_all_its_parts():
    path = R1VL.render(["6 - 1 = 5"], "5", **PARTS)
    tagged = rewrite(path, R1VL, THINK_ANSWER)
    assert tagged == (
        "<think>\nSix cubes.\nTake one away.\n6 - 1 = 5\n</think>\n<answer>5</answer>"
    )
    assert THINK_ANSWER.problems(THINK_ANSWER.parse(tagged)) == []
    assert rewrite(path, R1VL, R1VL) == path


def test_grammars_by_name_and_by_path():
    assert get_grammar("r1vl") is R1VL
    assert get_grammar(f"{__name__}.OTHER") is OTHER
    with pytest.raises(
        ValueError,
        match=r"grammar 'r2vl' is unknown: did you mean r1vl\? choose from boxed, plain, r1vl",
    ):
        get_grammar("r2vl")
    with pytest.raises(ValueError, match="cannot be imported: No module named 'nowhere'"):
        get_grammar("nowhere.GRAMMAR")


@pytest.mark.parametrize("grammar", ALL, ids=lambda one: one.name)
@given(
    text=st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(
                ["<think>", "</think>", "<answer>", "</answer>", "\\boxed{", "}", "{", "\n", "5",
                 "### Step 1:", "\ud800", "\0", "\u2028"]
            )
        ).map("".join),
    )
)  # fmt: skip
def test_any_string_gives_a_value(grammar, text):
    parsed = grammar.parse(text)
    places = [(section.start, section.body_start, section.end) for section in parsed.sections]
    assert places == sorted(places)
    assert all(0 <= a <= b <= c <= len(text) for a, b, c in places)
    assert isinstance(parsed.answer, str | None)
    assert all(isinstance(problem, str) for problem in grammar.problems(parsed))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("grammar", ["think_answer", "boxed", "plain"])
@pytest.mark.parametrize(
    "piece", ["a", "\n", "<think>", "<think>a\n", "<answer>", "<answer>5</answer>", "\\boxed{",
              "\\boxed{5}", "{", "}", "</think> "]
)  # fmt: skip
def test_a_million_characters_end(grammar, piece):
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    parsed = parse_response(text, grammar)
    assert parsed.text == text
    assert isinstance(get_grammar(grammar).problems(parsed), list)
