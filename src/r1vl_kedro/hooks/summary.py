"""What a run prints: scores as they come, the time left, and at its end where to look."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import defaultdict
from typing import Any

from kedro.framework.hooks import hook_impl

from r1vl_kedro.datasets.places import place_of
from r1vl_kedro.hooks.to_run import nodes_to_run
from r1vl_kedro.hooks.tracking import TrackingHooks
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.preflight.estimates import accounts, sentence
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.records.rejections import counts_in_words
from r1vl_kedro.reporting.markdown import display, number

logger = logging.getLogger(__name__)
MAIN = ("row", "n", "seeds", "accuracy", "difference")
"""Columns of the table of all variants that the terminal gets, with their intervals."""
_INTERVALS = ("low", "high", "interval", "diff_low", "diff_high", "diff_interval")
LONG_SECONDS = 5.0
"""Shorter nodes get no line of their own."""


class SummaryHooks:
    """Logs scores, costs and the time left while nodes run; prints the main table when all have."""

    def __init__(self, tracking: TrackingHooks) -> None:
        self._tracking = tracking
        self._parameters: Any = None
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._begun: dict[str, float] = {}
        self._left: dict[str, str] = {}
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._start = time.monotonic()
        self._nodes = 0

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Keep the parameters."""
        self._parameters = context.config_loader["parameters"]

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Any, catalog: Any) -> None:
        """Count the nodes, and tell what is there already."""
        self._forget()
        left = nodes_to_run(run_params, pipeline, catalog)
        if not left:
            logger.info("Everything is there, made with these parameters; nothing is made anew")
        elif not run_params.get("only_missing_outputs") and any(
            catalog.exists(name) for name in pipeline.outputs()
        ):
            logger.info(
                "Results of an earlier run are there and are made anew (the old ones stay until "
                "then); --only-missing-outputs would keep what these parameters made"
            )
        self._left = {node.name: node.short_name for node in left}
        self._nodes = len(self._left)

    @hook_impl
    def before_node_run(self, node: Any) -> None:
        """Note when the node began."""
        with self._lock:
            self._begun[node.name] = time.monotonic()

    @hook_impl(trylast=True)
    def after_node_run(self, node: Any) -> None:
        """Log how much is done and how long the rest will take, after long nodes."""
        with self._lock:
            took = time.monotonic() - self._begun.get(node.name, time.monotonic())
            self._seconds[node.short_name].append(took)
            self._left.pop(node.name, None)
            if took < LONG_SECONDS or not self._left:
                return
            done = self._nodes - len(self._left)
            rest = remaining(list(self._left.values()), self._seconds, self._at_once())
        logger.info("%d of %d nodes done, %s", done, self._nodes, rest)

    def _at_once(self) -> float:
        busy = sum(sum(seconds) for seconds in self._seconds.values())
        return max(1.0, busy / max(time.monotonic() - self._start, 1e-9))

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Any) -> None:
        """Log a variant's score, and what a training took."""
        place, _, short = dataset_name.rpartition(".")
        if short == "scores" and isinstance(data, dict) and "accuracy" in data:
            logger.info("%s: %s", place or "test records", score_line(data))
        if short.endswith("training_log") and isinstance(data, list):
            self._tell_costs(data, node)

    def _tell_costs(self, log: list[dict[str, Any]], node: Any) -> None:
        """Sum a training up beside preflight's estimate, in a sentence and as ``cost/<name>``."""
        if any("stage" in row for row in log):  # several trainings, each summed up by itself
            return
        machine = PreflightOptions.model_validate(self._parameters.get("preflight", {}))
        launcher = LauncherOptions.model_validate(self._parameters.get("launcher", {}))
        found = accounts(log, machine, launcher.num_processes)
        if found:
            logger.info("%s %s", node.name, sentence(found, machine))
            self._tracking.add_metrics(node, {f"cost/{name}": v for name, v in found.items()})

    @hook_impl
    def after_pipeline_run(self, pipeline: Any, catalog: Any) -> None:
        """Print the main table, and where the report and the runs are."""
        made, lines = pipeline.all_outputs(), []
        if "table_overview" in made and catalog.exists("table_overview"):
            lines += [main_table(catalog.load("table_overview")), ""]
        for name in ("report", "preference_report", "reward_card_page"):
            if name in made and name in catalog and catalog.exists(name):
                lines.append(f"Report:  {place_of(catalog.get(name))}")
        if self._tracking.page:
            lines.append(f"MLflow:  make ui, then {self._tracking.page}")
        if self._tracking.list:
            lines.append(f"         and its variants, best first: {self._tracking.list}")
        if lines:
            sys.stdout.write("\n" + "\n".join(lines) + "\n\n")
            sys.stdout.flush()


def remaining(kinds: list[str], seconds: dict[str, list[float]], at_once: float) -> str:
    """Estimate the time left from how long nodes of the same kind took.

    Example:
        >>> remaining(["train", "train"], {"train": [300.0]}, 2.0)
        'about 5 min left'
    """
    unknown = [kind for kind in kinds if kind not in seconds and kind.startswith("train")]
    if unknown:
        return f"time left not known before the first {unknown[0]} has ended"
    known = [sum(seconds[kind]) / len(seconds[kind]) for kind in kinds if seconds.get(kind)]
    left = sum(known) / at_once
    if left < 60:
        return "less than a minute left"
    if left < 5400:
        return f"about {left / 60:.0f} min left"
    return f"about {left / 3600:.1f} h left"


def score_line(scores: dict[str, Any]) -> str:
    """Return a variant's accuracy with its interval.

    Example:
        >>> score_line({"accuracy": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n": 100})
        'accuracy 50.0 % [40.0, 60.0], n = 100'
    """
    line = f"accuracy {number(100 * scores['accuracy'])} %"
    if scores.get("ci_low") is not None:
        line += f" [{number(100 * scores['ci_low'])}, {number(100 * scores['ci_high'])}]"
    line += f", n = {scores.get('n')}"
    if left := scores.get("set_aside"):
        read = scores["records"] + sum(left.values())
        line += f"; {sum(left.values())} of {read} records set aside ({counts_in_words(left)})"
    return line


def main_table(overview: Any) -> str:
    """Format the table of all variants as aligned text."""
    columns = [name for name in overview.columns if name in (*MAIN, *_INTERVALS)]
    headers, rows = display(overview[columns])
    headers[0] = "All variants"
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (headers, ["-" * width for width in widths], *rows)
    ]
    return "\n".join(lines)
