"""One file a benchmark; each adds its own to `r1vl_kedro.benchmarks.BENCHMARKS`."""
