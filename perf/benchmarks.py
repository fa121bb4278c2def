"""Scoring speed of every benchmark and mode, in responses a second on one core.

The responses are full reasoning paths with right, wrong and wordy answers in equal parts; every one
is different, so that no cache helps.
"""

import argparse
import time

from r1vl_kedro.benchmarks import MODES, score_response

PATH = (
    "### Image Description:\nThe image shows {k} bars.\n\n### Rationales:\nRead them.\n\n"
    "### Let's think step by step.\n\n### Step 1:\nThe first bar is {k}.\n\n"
    "### Step 2:\nThe sum is {k} + 2.\n\n### The final answer is: {answer}"
)
OPTIONS = {"A": "red", "B": "blue", "C": "green", "D": "black"}


def rows(name: str, k: int) -> tuple[dict[str, object], list[str]]:
    """A row of a benchmark, and three answers: right, wrong, wordy."""
    letters = ["B", "C", "The correct option is (B)."]
    numbers = [str(k), str(k + 1), f"The answer is {k} units."]
    words = ["Yes", "No", "Yes, it is."]
    return {
        "mathvista": (
            {"question_type": "free_form", "answer_type": "integer", "answer": str(k)}, numbers,
        ),
        "mmstar": ({**OPTIONS, "answer": "B"}, letters),
        "mathvision": ({"choices": str(list(OPTIONS.values())), "answer": "B"}, letters),
        "chartqa": ({"answer": str(k)}, numbers),
        "dynamath": ({"answer_type": "float", "answer": str(k)}, numbers),
        "hallusionbench": ({"answer": "Yes"}, words),
        "mathverse": ({"answer": str(k), "question_for_eval": "How many?"}, numbers),
        "mme": ({"answer": "Yes"}, words),
        "mmreason": ({"answer": str(k)}, numbers),
    }[name]  # fmt: skip


def main() -> None:
    """Print one line for each benchmark and mode."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int, nargs="?", default=6000, help="default %(default)s")
    count = parser.parse_args().rows
    print("benchmark        " + "".join(f"{mode:>10}" for mode in MODES) + "   responses/s")
    for name in ("mathvista", "mmstar", "mathvision", "chartqa", "dynamath", "hallusionbench",
                 "mathverse", "mme", "mmreason"):  # fmt: skip
        speeds = []
        for mode in MODES:
            cases = []
            for k in range(3, count + 3):
                row, answers = rows(name, k)
                cases.append((row, PATH.format(k=k, answer=answers[k % 3])))
            start = time.perf_counter()
            for row, raw in cases:
                score_response(name, row, raw, mode=mode)
            speeds.append(count / (time.perf_counter() - start))
        print(f"{name:<17}" + "".join(f"{speed:>10,.0f}" for speed in speeds))


if __name__ == "__main__":
    main()
