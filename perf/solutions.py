"""How many human solutions leave the answer they belong to stated: the price of strict reading.

    python perf/solutions.py ../shared/real/mathvision/with_solutions.jsonl

A record is a line ``{id, answer, options, solution}`` of MATH-Vision. Its solution, boxes opened,
stands before its answer, behind it, and, where it has a box of its own, alone. The outcome reward
should be 1 each time, in each grammar; what it refuses is listed by id.
"""

import argparse
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from r1vl_kedro.records.json_stream import iter_objects
from r1vl_kedro.rewards import outcome


def responses(record: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Name the responses made of this record, each with its grammar."""
    answer, own = record["answer"], record["solution"]
    working = re.sub(r"\\boxed\{([^{}]*)\}", r"\1", own)
    made = {
        "solution, then box": (f"{working}\nThe answer is \\boxed{{{answer}}}.", "boxed"),
        "box, then solution": (f"It is \\boxed{{{answer}}}.\n{working}", "boxed"),
        "answer tag, then solution": (
            f"<think>See below.</think><answer>{answer}</answer>\n{working}",
            "think_answer",
        ),
        "answer header, then solution": (f"### The final answer is:\n{answer}\n{working}", "r1vl"),
    }
    if r"\boxed" in own:
        made["solution with its own box"] = (own, "boxed")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("records", type=Path, help="MATH-Vision's records with solutions, as JSONL")
    path = parser.parse_args().records
    verdicts: dict[str, dict[str, bool]] = defaultdict(dict)
    for record in iter_objects(path):
        for name, (text, grammar) in responses(record).items():
            right = outcome(
                text, record["answer"], options=record["options"] or None, grammar=grammar
            )
            verdicts[name][str(record["id"])] = bool(right)
    for name, by_id in verdicts.items():
        refused = [one for one, right in by_id.items() if not right]
        print(f"{name}: {len(by_id) - len(refused)} of {len(by_id)}; refused {refused}")


if __name__ == "__main__":
    main()
