"""Answer equivalence beside math-verify alone and string equality, on cases with known verdicts.

    python perf/answers.py ../shared/cases/answers.jsonl [--json answers.json]

A case is one line ``{kind, call, args, expected}``; counted are those that compare one final answer
with one reference (calls ``outcome`` and ``score_response``). Agreement is with the expected
verdict; the worst fault, a wrong answer judged right, is counted apart. Time is CPU time of one
comparison in this process, after a first one that imports and tabulates.
"""

import argparse
import json
import logging
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from math_verify import parse, verify

from r1vl_kedro.benchmarks import score_response
from r1vl_kedro.responses import R1VL
from r1vl_kedro.rewards import outcome

Judge = Callable[[dict[str, Any]], bool]


def reference(arguments: dict[str, Any]) -> str:
    """The text of the right answer: of a letter with options, its option."""
    row = arguments.get("row", arguments)
    answer, options = str(row["answer"]), arguments.get("options")
    if options and len(answer) == 1 and answer.isalpha():
        return str(options[ord(answer) - ord("A")])
    return str(row.get(answer, answer))


def by_values(arguments: dict[str, Any]) -> bool:
    """This project's verdict, through the outcome reward or the benchmark's robust rules."""
    given = arguments["final_answer"]
    path = R1VL.render(["Read it."], given, description="A figure.", rationale="One thing.")
    if "benchmark" in arguments:
        return bool(score_response(arguments["benchmark"], arguments["row"], path))
    return bool(outcome(path, arguments["answer"], options=arguments.get("options")))


def by_math_verify(arguments: dict[str, Any]) -> bool:
    """``math-verify`` with its defaults, without its timeouts (they use signals)."""
    sides = [
        parse(text, parsing_timeout=None)
        for text in (reference(arguments), arguments["final_answer"])
    ]
    return bool(verify(*sides, timeout_seconds=None))


def by_string(arguments: dict[str, Any]) -> bool:
    """The same text, white space at the ends and letter case aside."""
    return arguments["final_answer"].strip().lower() == reference(arguments).strip().lower()


def measured(judge: Judge, cases: list[dict[str, Any]]) -> dict[str, float]:
    """Agreement, wrong answers judged right, and CPU milliseconds of a comparison."""
    agree = wrong_as_right = 0
    times = []
    judge(cases[0]["args"])
    for case in cases:
        start = time.process_time()
        verdict = judge(case["args"])
        times.append(1e3 * (time.process_time() - start))
        agree += verdict == bool(case["expected"])
        wrong_as_right += verdict and not case["expected"]
    return {
        "agreement": agree / len(cases),
        "wrong judged right": wrong_as_right,
        "median ms": statistics.median(times),
        "99th percentile ms": statistics.quantiles(times, n=100)[98],
        "worst ms": max(times),
    }


def main() -> None:
    """Print one line for each way of judging."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=Path, help="JSON lines of args and expected")
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    arguments = parser.parse_args()
    for name in ("math_verify", "latex2sympy2_extended"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    lines = map(json.loads, arguments.cases.read_text().splitlines())
    cases = [
        case for case in lines if "final_answer" in case["args"] and "key_steps" not in case["args"]
    ]
    judges = {"by values": by_values, "math-verify": by_math_verify, "string": by_string}
    results = {name: measured(judge, cases) for name, judge in judges.items()}
    columns = list(results["string"])
    print(f"{len(cases)} cases   " + "".join(f"{column:>20}" for column in columns))
    for name, result in results.items():
        print(f"{name:<12}" + "".join(f"{result[column]:>20.3f}" for column in columns))
    if arguments.json:
        arguments.json.write_text(json.dumps({"cases": len(cases), **results}, indent=2))


if __name__ == "__main__":
    main()
