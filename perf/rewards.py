"""Soft key-step comparisons per second on one core, beside plain ``fuzz.partial_ratio``.

A comparison is one response against one group of three phrasings. Responses are all different, so
each is parsed and normalised once, as in training; key steps repeat, as within a GRPO group.

    python perf/rewards.py [--responses 2000] [--json rewards.json]
"""

import argparse
import json
import random
import statistics
import time
from pathlib import Path

from rapidfuzz import fuzz

from r1vl_kedro.responses import R1VL, parse_response
from r1vl_kedro.rewards import match_key_steps
from r1vl_kedro.rewards.matching import step_text

GROUPS, REPEATS, PER_QUESTION = 6, 5, 4
THINGS = ["red cubes", "blue spheres", "green cylinders", "yellow bars", "purple triangles"]
PROSE = [
    "Looking at the figure, we can see that the {thing} are placed next to each other on the left.",
    "To find the total we add the number of {thing} to the number that was counted before.",
    "Since the angle at the centre is twice the angle at the circumference, the ratio is known.",
    "Therefore we subtract the {thing} that are hidden behind the larger object in the image.",
    "According to the legend of the chart, the value of the bar is read from the vertical axis.",
]


def question(random_: random.Random) -> tuple[list[list[str]], list[str]]:
    """Six groups of three phrasings, and the sentences of a path that states them."""
    groups, sentences = [], []
    for _ in range(GROUPS // 2):
        a, b = random_.randint(10, 99), random_.randint(2, 9)
        groups.append(
            [f"{a} - {b} = {a - b}", f"{a} minus {b} equals {a - b}", rf"{a}-{b}={a - b}"]
        )
        sentences.append(rf"This leaves ${a} - {b} = {a - b}$ objects in the picture.")
        thing = random_.choice(THINGS)
        groups.append([f"{a} {thing}", f"the number of {thing} is {a}", f"{thing}: {a}"])
        sentences.append(f"There are {a} {thing} in the image.")
    return groups, sentences


def path(random_: random.Random, sentences: list[str]) -> str:
    """A response of about 300 tokens in the full grammar that states most of the key steps."""
    steps = []
    for number, sentence in enumerate(sentences, start=1):
        said = sentence if random_.random() < 0.7 else sentence.replace("1", "7")
        prose = random_.choice(PROSE).format(thing=random_.choice(THINGS))
        steps.append(f"### Step {number}:\n{prose} {said}")
    head = (
        "### Image Description:\nSeveral coloured objects stand on a grey plane, seen from above."
    )
    why = "### Rationales:\nThe question asks to count objects, so we count and subtract in order."
    middle = "### Let's think step by step."
    return "\n\n".join(
        [head, why, middle, *steps, f"### The final answer is: {random_.randint(1, 99)}"]
    )


def workload(responses: int, seed: int = 0) -> list[tuple[str, list[list[str]]]]:
    """Different responses, four to a question."""
    random_ = random.Random(seed)
    rows = []
    while len(rows) < responses:
        groups, sentences = question(random_)
        rows += [(path(random_, sentences), groups) for _ in range(PER_QUESTION)]
    return rows[:responses]


def soft(rows: list[tuple[str, list[list[str]]]]) -> None:
    """What training does: parse, normalise, match."""
    for response, groups in rows:
        match_key_steps(response, groups)


def plain_ratio(rows: list[tuple[str, list[list[str]]]]) -> None:
    """The same comparisons by ``fuzz.partial_ratio`` over the lower-cased step bodies."""
    for response, groups in rows:
        steps = " ".join(section.body for section in parse_response(response).steps).lower()
        for group in groups:
            any(fuzz.partial_ratio(phrase, steps) >= 90 for phrase in group)


def rate(measured, rows: list[tuple[str, list[list[str]]]]) -> dict[str, float]:
    """Comparisons per second: median and range over the repeats, caches cleared before each."""
    rates = []
    for _ in range(REPEATS):
        step_text.cache_clear()
        R1VL.parse.cache_clear()
        start = time.process_time()
        measured(rows)
        rates.append(len(rows) * GROUPS / (time.process_time() - start))
    return {"median": statistics.median(rates), "lowest": min(rates), "highest": max(rates)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--responses", type=int, default=2000, help="default %(default)s")
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    options = parser.parse_args()
    rows = workload(options.responses)
    words = statistics.mean(len(response.split()) for response, _ in rows)
    soft(rows[:50])
    ours, plain = rate(soft, rows), rate(plain_ratio, rows)
    report = {
        "responses": len(rows),
        "words_per_response": words,
        "groups": GROUPS,
        "phrasings_per_group": 3,
        "soft_comparisons_per_second": ours,
        "partial_ratio_comparisons_per_second": plain,
        "ratio": ours["median"] / plain["median"],
    }
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
