"""What data preparation read, dropped and kept, in numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from r1vl_kedro.records.options import SplitOptions
from r1vl_kedro.records.rejections import Rejection, count_reasons
from r1vl_kedro.records.split import known_sloppy

if TYPE_CHECKING:
    from datasets import Dataset


def prep_report(
    stages: dict[str, list[Rejection]],
    kept: Dataset,
    warm_up: Dataset,
    rl: Dataset,
    options: SplitOptions,
    seed: int,
) -> dict[str, Any]:
    """Count per stage and reason; ``stages`` in order, what each set aside.

    ``read`` equals ``kept`` plus everything set aside: no record goes missing. ``sloppy`` is the
    share of sloppy paths in each set, of those whose source knows; None where none does.
    """
    dropped = sum(len(rejections) for rejections in stages.values())
    left = len(kept) + dropped
    table = []
    for stage, rejections in stages.items():
        before, left = left, left - len(rejections)
        reasons = count_reasons(rejections)
        table.append({"stage": stage, "before": before, "after": left, "set_aside": reasons})
    drawn = {"warm_up": warm_up, "rl": rl}
    return {
        "read": len(kept) + dropped,
        "kept": len(kept),
        "set_aside": count_reasons(r for rejections in stages.values() for r in rejections),
        "stages": table,
        "families": dict(Counter(kept["family"]).most_common()),
        "warm_up": {"asked": options.n_warm_up, "got": len(warm_up)},
        "rl": {"asked": options.n_rl, "got": len(rl)},
        "sloppy": {name: _sloppy(kept, records) for name, records in drawn.items()},
        "seed": seed,
    }


def _sloppy(kept: Dataset, drawn: Dataset) -> float | None:
    of_id = dict(zip(kept["id"], known_sloppy(kept), strict=True))
    known = [of_id[name] for name in drawn["id"] if of_id[name] is not None]
    return sum(known) / len(known) if known else None
