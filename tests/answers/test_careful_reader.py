"""Answers as a careful reader reads them: the shared cases, and the option texts of a real file."""

import json

import pytest

from r1vl_kedro.answers import equivalent
from r1vl_kedro.benchmarks import score_response
from r1vl_kedro.responses import R1VL
from r1vl_kedro.rewards import match_key_steps, outcome, step_rar, step_rvr

CALLS = {
    "outcome": outcome,
    "step_rar": step_rar,
    "step_rvr": step_rvr,
    "match_key_steps": match_key_steps,
    "score_response": score_response,
}


def path(answer: str, step: str = "Read the figure.") -> str:
    return R1VL.render(
        [step], answer, description="The image shows a figure.", rationale="One thing is asked for."
    )


def called(case):
    arguments = dict(case["args"])
    for name in ("final_answer", "response", "raw"):
        if name in arguments:
            text = arguments.pop(name)
            text = path(text) if name == "final_answer" else text
    if "step" in arguments:
        text = path("5", arguments.pop("step"))
    if case["call"] == "score_response":
        return score_response(raw=text, **arguments)
    return CALLS[case["call"]](text, **arguments)


def test_the_faces_agree_with_a_careful_reader_on_99_percent(shared_dir):
    lines = (shared_dir / "cases/answers.jsonl").read_text().splitlines()
    wrong = []
    for case in map(json.loads, lines):
        value, expected = called(case), case["expected"]
        if isinstance(expected, bool):
            value = bool(value)  # None leaves the verdict to a judge
        if value != pytest.approx(expected, abs=1e-9):
            wrong.append((case, value))
    assert len(wrong) <= 0.01 * len(lines), wrong


WRAPPINGS = (
    "{text}", "**{text}**", "\\boxed{{{text}}}", "The answer is {text}.", "{letter}. {text}",
    "({letter}) {text}", "{letter}: {text}",
)  # fmt: skip


def option_lists(shared_dir):
    for name in ("testmini.jsonl", "with_solutions.jsonl"):
        for line in (shared_dir / "real/mathvision" / name).read_text().splitlines():
            options = json.loads(line)["options"]
            letters_only = [option.strip("()") for option in options] == list("ABCDE")
            if options and not letters_only and len(set(options)) == len(options):
                yield options


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_every_option_text_of_mathvision_names_its_option_and_no_other(shared_dir, wrapping):
    wrong, count = [], 0
    for options in option_lists(shared_dir):
        for place, text in enumerate(options):
            given = wrapping.format(text=text, letter="ABCDE"[place])
            named = [x for x in "ABCDE"[: len(options)] if equivalent(given, x, options=options)]
            count += 1
            if named != ["ABCDE"[place]]:
                wrong.append((given, named, options))
    assert count > 700
    assert wrong == []
