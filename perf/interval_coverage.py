"""What the intervals and claims of a report cover, by simulated studies with a known truth.

    python perf/interval_coverage.py --studies 2000

Prints, side by side for one seed and several: how often the interval contains the true difference
(nominal 95 %), beside the two-way bootstrap; how often five contrasts without a difference make one
that is called different (at most 5 %); how often a difference of just the margin is called
equivalent (at most 5 %).
"""

from __future__ import annotations

import argparse

import numpy as np
from simulation import simulate
from tqdm import tqdm

from r1vl_kedro.statistics import claims, paired_difference


def two_way_bootstrap(rng: np.random.Generator, values: np.ndarray, resamples: int = 400) -> tuple:
    """Questions and seeds resampled independently (Owen, 2007): the procedure compared with."""
    questions, seeds = values.shape
    rows = rng.multinomial(questions, np.full(questions, 1 / questions), resamples)
    columns = rng.multinomial(seeds, np.full(seeds, 1 / seeds), resamples)
    means = ((rows @ values) * columns).sum(1) / values.size
    return tuple(np.quantile(means, [0.025, 0.975]))


def main() -> None:
    """Parse the command line, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=2000, help="simulated (%(default)s)")
    parser.add_argument("--questions", type=int, default=300, help="of each study (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the simulation (%(default)s)")
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    print(
        "| seeds | interval covers | two-way bootstrap covers | false difference "
        "| false equivalence |"
    )
    print("| --: | --: | --: | --: | --: |")
    for seeds in (1, 2, 3, 5, 10):
        covered = bootstrap = different = equivalent = 0
        for _ in tqdm(range(given.studies), desc=f"{seeds} seeds", leave=False):
            shape = {"questions": given.questions, "seeds": seeds}
            left, right = simulate(rng, **shape, difference=0.05)
            found = paired_difference(left, right, resamples=400)
            covered += found.low <= 0.05 <= found.high
            low, high = two_way_bootstrap(rng, left - right)
            bootstrap += low <= 0.05 <= high
            pairs = {name: simulate(rng, **shape, difference=0.0) for name in "abcde"}
            told = claims(pairs, resamples=400, trained=[]).values()
            different += any(claim.verdict == "different" for claim in told)
            edge = {"edge": simulate(rng, **shape, difference=0.02)}
            told = claims(edge, resamples=400, trained=[]).values()
            equivalent += any(claim.verdict == "equivalent" for claim in told)
        shares = [100 * k / given.studies for k in (covered, bootstrap, different, equivalent)]
        print(f"| {seeds} | " + " | ".join(f"{share:.1f} %" for share in shares) + " |")


if __name__ == "__main__":
    main()
