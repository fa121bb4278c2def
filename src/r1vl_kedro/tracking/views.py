"""How MLflow's run list opens: columns, order and filter, as a view that an address names.

MLflow keeps a view that was shared (*Views*, *Share*) as a tag of the experiment and opens it by
``viewStateShareKey``; without one its list has no column of a metric, and charts show ten runs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

from r1vl_kedro.tracking.names import safe_name

TAG = "mlflow.sharedViewState."
FIRST = "accuracy/all"
"""The metric that runs are sorted by."""
UNKNOWN = {FIRST: math.nan}
"""What a child begins with. MLflow returns a run's metrics in the order of their first values, and
its *Compare* opens on the first one that the runs share: else on the first that training logs."""
DESCRIPTION = "attributes.`Description`"
"""Of a variant: its accuracy and difference with their intervals."""
SHOWN = ("test/validity", "test/truncated")
LONGEST = 5000  # characters that MLflow takes of an experiment's tag


def children_view(parent: str, metrics: Iterable[str] = ()) -> dict[str, str]:
    """Return the tag of a view on the children of one run: best accuracy first, all of them drawn.

    Args:
        parent: the run's id, which is the view's key.
        metrics: those of the children; accuracies become columns, with `SHOWN`.

    Example:
        >>> list(children_view("abc"))
        ['mlflow.sharedViewState.abc']
    """
    names = [safe_name(name) for name in sorted(metrics) if name.startswith("accuracy/")]
    columns = [f"metrics.`{name}`" for name in dict.fromkeys([FIRST, *names, *SHOWN])]
    state = {
        "searchFilter": f"tags.`mlflow.parentRunId` = '{parent}'",
        "orderByKey": f"metrics.`{FIRST}`",
        "orderByAsc": False,
        "runsHiddenMode": "SHOW_ALL",
        "selectedColumns": [*columns, "params.`group_size`", "tags.`label`", DESCRIPTION],
    }
    while len(text := json.dumps(state)) > LONGEST:  # a world of very many families
        del state["selectedColumns"][1]
    return {f"{TAG}{parent}": text}


def parents_with_view(tags: Iterable[str]) -> set[str]:
    """Find the runs that a view was made for among an experiment's tags."""
    return {tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG)}
