"""Everything public that reads text which others wrote, by name, and pieces to write such text of.

A parser is called with one string; it returns, or raises ValueError where its documentation does.
"""

import contextlib
import json
import random
from collections.abc import Callable
from functools import partial

from r1vl_kedro import answers, mathtext, responses, rewards
from r1vl_kedro.annotation.audit import alter_number
from r1vl_kedro.annotation.augment import augment, numbers_in, says_the_same
from r1vl_kedro.annotation.extract import extract
from r1vl_kedro.annotation.options import RefineOptions
from r1vl_kedro.annotation.refine import refine
from r1vl_kedro.benchmarks import BENCHMARKS, MODES, build_prompt, score_response
from r1vl_kedro.benchmarks.cells import parse_list, parse_literal
from r1vl_kedro.endpoint.replies import choices_of, storable, tokens_of
from r1vl_kedro.endpoint.requests import parse_json
from r1vl_kedro.records.marks import marks_problem
from r1vl_kedro.records.prose import clean_prose, path_from_prose
from r1vl_kedro.records.questions import (
    bare_answer,
    left_tag,
    names_an_option,
    read_question,
    resolve_answer,
    special_token,
)
from r1vl_kedro.records.readers import (
    lmm_r1,
    mathvision,
    medical,
    metaad,
    omnimedvqa,
    r1_onevision,
    sat,
)
from r1vl_kedro.rewards.registry import REWARDS
from r1vl_kedro.scrubbing import scrub
from r1vl_kedro.tracking.names import safe_name

PIECES = [
    "### Step 1:\n", "### The final answer is: ", "<think>", "</think>", "<answer>", "</answer>",
    "\\boxed{", "\\frac{", "{", "}", "\\sqrt ", "\\sqrt{", "$", "\\(", "\\[", "\\text{", "(", ")",
    "5", "5,", "5.", "1/2", "-3", "1e9", "9,999", "1 2/3", "½", "五", "π", "x=5, ", "x^2+", "= ",
    "A", "B. ", "(C) ", "D or ", "yes ", "no ", "not ", "because ", "the answer is ", "and ", "is ",
    "5 km ", "USD ", "%", "°", "twenty-", "sin ", "log ", "|", "[", "]", "**", "`", "_", "^", "'",
    '"', "<image>", "<|im_end|>", "<|image_pad|>", "\\begin{align}", "&", "\\\\", "\n", "\t", " ",
    "\0", "\ud800", "\u202e", "\ufeff", "é", "图", "://a:b@c ", "?key=", "Bearer ", "null", "nan",
    "None", "['a', ", "\\overline{", "0.(", "±", "∪", "!", "...", "a: ", "f(", "I recheck: ",
]  # fmt: skip
OPTIONS = ["30", "45", "60", "None"]
ROWS = {
    "mathvista": {"answer": "5", "answer_option": "", "question_type": "free_form",
                  "answer_type": "integer", "choices": "", "precision": "1"},
    "dynamath": {"answer": "5", "answer_type": "float"},
    "hallusionbench": {"answer": "Yes"},
    "mme": {"answer": "Yes"},
}  # fmt: skip
ROW = {"answer": "B", "A": "red", "B": "blue", "C": "5", "D": "None", "question": "Which?"}


def chain_of_key_steps(text: str) -> None:
    """Read key steps out of a path, narrow them down, and write them in other ways."""
    found = extract(text)
    for key in refine(found, text, RefineOptions()):
        augment(key, 6)
        numbers_in(key)
        says_the_same(key, text[:200])
    alter_number(text, random.Random(0))


def reply(text: str) -> None:
    """Read a reply with the text at every place that may hold one, and the text as a reply."""
    message = {"message": {"content": [{"text": text}]}, "finish_reason": text}
    for value in (
        {"choices": [message], "usage": {"prompt_tokens": text}},
        [text],
        {"choices": text},
    ):
        with contextlib.suppress(ValueError):
            for choice in choices_of(value):
                storable(choice.text)
        tokens_of(value)
    with contextlib.suppress(ValueError):
        parse_json(text)
    with contextlib.suppress(ValueError):
        parse_json(json.dumps({"a": text}))


def question(text: str) -> None:
    """Read a question with its options, its answer and its path."""
    read_question(text, "4")
    bare_answer(text)
    special_token(text)
    names_an_option(text, OPTIONS)
    with contextlib.suppress(ValueError):
        resolve_answer(text, OPTIONS)
    clean_prose(text)
    path_from_prose(text, "4")
    left_tag(text)
    marks_problem(text, 1)


def row_of_another_form(text: str) -> None:
    """Read a text where the other readers' rows have their question, options or answer."""
    r1_onevision.with_tagged_answer(f"<think>6 - 1</think> {text}")
    r1_onevision.with_tagged_answer(f"<think>6 - 1</think> The answer{text}")
    sat.options_in(text, "yes")
    lmm_r1.plain_answer(text)
    medical.bare_options([text, text])
    mathvision.placed_marks(text, 2)
    for read in (omnimedvqa.split_problem, metaad.plan_of):
        with contextlib.suppress(ValueError):
            read(text)


def benchmark_row(name: str, text: str) -> None:
    """Score a text as the response, and as the cells of the row."""
    row = {**ROW, **ROWS.get(name, {})}
    for mode in MODES:
        score_response(name, row, text, mode=mode)
        for column in ("answer", "choices"):
            with contextlib.suppress(ValueError):
                score_response(name, {**row, column: text}, "the answer is 5", mode=mode)
    with contextlib.suppress(ValueError):
        build_prompt(name, {**row, "question": text})


def reward(name: str, text: str) -> None:
    """Reward a text as the completion and as the reference."""
    made = REWARDS[name]()
    for completion, other in ((text, "5"), ("### The final answer is: 5", text)):
        columns = {"answer": [other], "key_steps": [[[other or "5"]]], "options": [OPTIONS],
                   "question": [other], "solution": [other],
                   "described": [[completion]], "continued": [[[completion]]],
                   "check": ["default"]}  # fmt: skip
        made(prompts=[other], completions=[completion], **columns)


PARSERS: dict[str, Callable[[str], object]] = {
    **{f"grammar {name}": partial(responses.parse_response, grammar=name)
       for name in responses.GRAMMARS},
    "grammar_of": responses.grammar_of,
    "final_answer": responses.final_answer,
    "released_answer": responses.released_answer,
    "released_steps_text": responses.released_steps_text,
    "released_order_holds": responses.released_order_holds,
    "equivalent": lambda text: answers.equivalent(text, "5"),
    "equivalent, as the reference": lambda text: answers.equivalent("5", text),
    "equivalent, option": lambda text: answers.equivalent(text, "45", options=OPTIONS),
    "explain": lambda text: answers.explain(text, r"\\frac{1}{2}"),
    "read_answer": answers.read_answer,
    "chosen_option": lambda text: answers.chosen_option(text, OPTIONS),
    "stated_quantity": answers.stated_quantity,
    "yes_or_no": answers.yes_or_no,
    "plain": mathtext.plain,
    **{f"match_key_steps {how}":
       lambda text, how=how: rewards.match_key_steps(text, [["6 - 1 = 5"], ["x"]], matching=how)
       for how in rewards.MATCHINGS},
    "match_key_steps, the key step":
       lambda text: rewards.match_key_steps("### Step 1:\n6 - 1 = 5", [[text or "5"]]),
    "step_rvr": rewards.step_rvr,
    "step_rvr released": partial(rewards.step_rvr, mode="released"),
    "validity_problems": rewards.validity_problems,
    **{f"reward {name}": partial(reward, name) for name in REWARDS},
    **{f"benchmark {name}": partial(benchmark_row, name) for name in BENCHMARKS},
    "list of a cell": parse_list,
    "literal of a cell": parse_literal,
    "key steps of a path": chain_of_key_steps,
    "reply of an endpoint": reply,
    "question of a record": question,
    "row of another form": row_of_another_form,
    "scrub": scrub,
    "name in MLflow": safe_name,
}  # fmt: skip
