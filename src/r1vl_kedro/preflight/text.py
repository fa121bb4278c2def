"""Preflight's report as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDTH = 40


def histogram(values: Sequence[int]) -> list[str]:
    """Draw a text histogram with at most ten bins."""
    if not values:
        return ["nothing was measured"]
    low, high = min(values), max(values)
    step = max(1, math.ceil((high - low + 1) / 10))
    counts = [0] * ((high - low) // step + 1)
    for value in values:
        counts[(value - low) // step] += 1
    top = max(counts)
    return [
        f"{low + i * step:>6,} to {low + (i + 1) * step - 1:<6,} {count:>7,}  "
        + "█" * math.ceil(WIDTH * count / top)
        for i, count in enumerate(counts)
    ]


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Write the whole report, a line at a time."""
    yield f"PREFLIGHT  {report['model']} on {report['machine']}"
    yield from _section("Data", _data(report))
    measured = report["lengths"]["measured"]
    if measured:
        yield from _section(f"Lengths in tokens, of the first {measured:,} records", _bars(report))
    yield from _section("Plan", _plan(report["plan"]))
    if report["memory_gb_per_gpu"]:
        yield from _section("Memory a GPU in GB (estimate)", _memory(report["memory_gb_per_gpu"]))
        yield from _section("Time in hours (estimate)", _pairs(report["hours"], "{:.1f}"))
        yield from _section("Disk in GB (estimate)", _pairs(report["disk_gb"], "{:,.0f}"))
    if report["notes"]:
        yield from _section("Worth knowing", _listed(report["notes"]))
    if report["problems"]:
        yield from _section("The run would fail", _listed(report["problems"]))
    else:
        yield ""
        yield "Nothing stands in the way of this run."


def _section(title: str, body: Iterator[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"  {line}" for line in body)


def _data(report: Mapping[str, Any]) -> Iterator[str]:
    for name, what in report["data"].items():
        yield f"{name:<20} {what}"


def _bars(report: Mapping[str, Any]) -> Iterator[str]:
    for number, (name, bars) in enumerate(report["lengths"]["histograms"].items()):
        if number:
            yield ""
        yield name
        yield from bars
    long, limit = report["lengths"]["too_long"], report["lengths"]["max_prompt_length"]
    yield ""
    yield f"longer than max_prompt_length {limit:,}: {long:,}, to be left out and named"


def _plan(plan: Mapping[str, Any]) -> Iterator[str]:
    width = max(map(len, plan))
    for name, planned in plan.items():
        rollouts = planned.get("rollouts")
        yield f"{name:<{width}}  {planned['because']}" + (
            f", {rollouts:,} rollouts" if rollouts is not None else ""
        )


def _memory(stages: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    names = list(dict.fromkeys(part for parts in stages.values() for part in parts))
    names = [name for name in names if name != "total"] + ["total"]
    widths = [max(12, len(stage) + 2) for stage in stages]
    yield " " * 30 + "".join(f"{stage:>{w}}" for stage, w in zip(stages, widths, strict=True))
    for name in names:
        cells = (parts.get(name, "-") for parts in stages.values())
        yield f"{name:<30}" + "".join(f"{c:>{w}}" for c, w in zip(cells, widths, strict=True))


def _pairs(values: Mapping[str, float | None], form: str) -> Iterator[str]:
    for name, value in values.items():
        yield f"{name:<34} {'unknown' if value is None else form.format(value):>10}"


def _listed(texts: Sequence[str]) -> Iterator[str]:
    yield from (f"{number}. {text}" for number, text in enumerate(texts, start=1))
