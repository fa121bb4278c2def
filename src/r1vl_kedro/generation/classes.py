"""Scores of answers that name classes of closed lists: F1 of each class, accuracy of each list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from r1vl_kedro.answers.classes import listed
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.responses import final_answer
from r1vl_kedro.statistics import bootstrap_means, mean_interval

if TYPE_CHECKING:
    import pandas as pd

_RESAMPLES = 2000


def class_scores(
    verdicts: pd.DataFrame, lists: Mapping[str, Sequence[str]], *, grammar: str, seed: int = 0
) -> dict[str, Any]:
    """Score answers by the classes that they name.

    A response that states no list of classes alone names none: it misses those of its record.

    Args:
        verdicts: answers with `id`, `response` and the reference `answer`.
        lists: classes by the name of their list, such as ``{"speed": ["KEEP", "STOP"]}``.
        grammar: how responses are written.
        seed: of the bootstrap over records.

    Returns:
        For the table of all variants, shares in 0..1: ``<list>`` and ``all_lists`` (answers that
        name the right classes of a list, of every list) and ``f1_<class>``; and ``classes``, by
        class or list with `n` (answers whose reference has the class), for a class `precision`,
        `recall` and `f1`, for a list `accuracy`, and the 95 % interval `ci_low`, `ci_high`. What is
        not defined is null.

    Raises:
        RecordsError: a reference that names none of the classes, or anything else.
    """
    known = [one for classes in lists.values() for one in classes]
    wanted = [_reference(answer, known) for answer in verdicts["answer"]]
    named = [
        listed(final_answer(response, grammar) or "", known) or frozenset()
        for response in verdicts["response"]
    ]
    records = verdicts["id"].to_numpy()
    details: dict[str, Any] = {}
    for one in known:
        pairs = [(one in gold, one in given) for gold, given in zip(wanted, named, strict=True)]
        details[one] = _of_class(*np.array(pairs, dtype=float).T, records, seed)
    right = {
        name: [not (gold ^ given) & {*classes} for gold, given in zip(wanted, named, strict=True)]
        for name, classes in lists.items()
    }
    right["all_lists"] = [all(several) for several in zip(*right.values(), strict=True)]
    for name, hits in right.items():
        details[name] = _of_list(np.array(hits, dtype=float), records, seed)
    columns = {name: details[name]["accuracy"] for name in right}
    columns |= {f"f1_{one}": details[one]["f1"] for one in known}
    return {**columns, "classes": details}


def _reference(answer: str, known: Sequence[str]) -> frozenset[str]:
    found = listed(answer, known)
    if found is None:
        raise RecordsError(
            f"a test record's answer is {answer!r:.100}; evaluation.classes lists "
            f"{', '.join(known)!s:.200}"
        )
    return found


def by_record(values: np.ndarray, records: np.ndarray) -> np.ndarray:
    """Average over the answers to each record, of which there are equally many."""
    _, place = np.unique(records, return_inverse=True)
    return np.bincount(place, values) / np.bincount(place)


def _of_class(
    gold: np.ndarray, given: np.ndarray, records: np.ndarray, seed: int
) -> dict[str, float | int | None]:
    """Compute F1 = 2 TP / (named + wanted), a ratio of means over records, which are resampled."""
    both = gold * given
    of_record = by_record(both, records), by_record(gold + given, records)
    hits, size = (bootstrap_means(x, resamples=_RESAMPLES, seed=seed) for x in of_record)
    drawn = size > 0
    low, high = (
        np.quantile(2 * hits[drawn] / size[drawn], [0.025, 0.975])
        if len(of_record[0]) > 1 and drawn.any()
        else (None, None)
    )
    ends = {"ci_low": low, "ci_high": high}
    return {
        "n": int(gold.sum()),
        "precision": _share(both.sum(), given.sum()),
        "recall": _share(both.sum(), gold.sum()),
        "f1": _share(2 * both.sum(), gold.sum() + given.sum()),
        **{name: None if end is None else float(end) for name, end in ends.items()},
    }


def _of_list(hits: np.ndarray, records: np.ndarray, seed: int) -> dict[str, float | int | None]:
    shares = mean_interval(by_record(hits, records), resamples=_RESAMPLES, seed=seed)
    return {
        "n": len(hits),
        "accuracy": shares.estimate,
        "ci_low": shares.low,
        "ci_high": shares.high,
    }


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
