"""Compare variants with themselves in another data directory, on the same questions and seeds.

    python perf/compare.py data/thorough data/sloppy step_rar sft

Prints the accuracy in either directory and the second's gain over the first in points, with its
interval, Holm's p and the verdict, as the report does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from r1vl_kedro.reporting.collect import answer_matrix, paired
from r1vl_kedro.reporting.pages import markdown_table
from r1vl_kedro.statistics import claims


def main() -> None:
    """Parse the command line, read both directories' verdicts, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", type=Path, help="a data directory, such as data/thorough")
    parser.add_argument("second", type=Path, help="the other, such as data/sloppy")
    parser.add_argument("variants", nargs="+", help="names in both grids, such as step_rar")
    parser.add_argument("--margin", type=float, default=2.0, help="points (%(default)s)")
    given = parser.parse_args()
    first, second = (
        pd.read_parquet(directory / "08_reporting/verdicts.parquet")
        for directory in (given.first, given.second)
    )
    pairs = {}
    for name in given.variants:
        pair = paired(answer_matrix(second, name), answer_matrix(first, name))
        if isinstance(pair, str):
            parser.error(f"{name}: {pair}")
        pairs[name] = pair
    rows = []
    for name, claim in claims(pairs, margin=given.margin / 100).items():
        ours, other = (100 * side.mean() for side in pairs[name])
        gain, low, high = (
            100 * value
            for value in (claim.interval.estimate, claim.interval.low, claim.interval.high)
        )
        rows.append(
            [
                name,
                str(len(pairs[name][0])),
                str(pairs[name][0].shape[1]),
                f"{other:.1f}",
                f"{ours:.1f}",
                f"{gain:+.1f} [{low:+.1f}, {high:+.1f}]",
                f"{claim.p:.3f}",
                claim.verdict,
            ]
        )
    head = ["variant", "n", "seeds", str(given.first), str(given.second), "gain", "p, Holm"]
    print(markdown_table([*head, "verdict"], rows))


if __name__ == "__main__":
    main()
