"""How much of the reference paths' wording the reasoning has: BLEU-4."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from r1vl_kedro.generation.classes import by_record
from r1vl_kedro.responses import grammar_of, parse_response
from r1vl_kedro.statistics import bootstrap_means

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

_ORDERS = (1, 2, 3, 4)
_RESAMPLES = 2000


def reasoning_scores(
    verdicts: pd.DataFrame, records: Dataset, *, grammar: str, seed: int = 0
) -> dict[str, Any]:
    """Score the reasoning of responses against that of the reference paths.

    BLEU-4 of the corpus (Papineni et al. 2002), unsmoothed, by NLTK's counts: brevity penalty times
    the geometric mean of the precisions of n-grams of one to four words, in lower case and without
    punctuation. What stands before the answer is the reasoning; a response without any has no
    n-grams, and shortens the corpus.

    Args:
        verdicts: answers with `id` and `response`.
        records: `id` and `solution`, a path in the grammar of its source; records whose path has
            no reasoning are left out.
        grammar: how responses are written.
        seed: of the bootstrap over records.

    Returns:
        For the table of all variants, ``reasoning_bleu`` in 0..1; and ``reasoning`` with `n`
        (answers compared), `bleu` and its 95 % interval `ci_low`, `ci_high`. Null where no record
        has reasoning.
    """
    paths = dict(zip(records["id"], records["solution"], strict=True))
    wanted = {name: _words(path, grammar_of(path).name) for name, path in paths.items()}
    rows = [
        (one.id, *_counts(_words(one.response, grammar), wanted[one.id]))
        for one in verdicts[["id", "response"]].itertuples(index=False)
        if wanted[one.id]
    ]
    if not rows:
        nothing = {"n": 0, "bleu": None, "ci_low": None, "ci_high": None}
        return {"reasoning_bleu": None, "reasoning": nothing}
    names = np.array([row[0] for row in rows])
    counts = np.array([row[1:] for row in rows], dtype=float).T
    of_record = [by_record(one, names) for one in counts]
    bleu = _bleu(np.array([one.mean() for one in of_record])[:, None])[0]
    drawn = [bootstrap_means(one, resamples=_RESAMPLES, seed=seed) for one in of_record]
    ends = (None, None)
    if len(of_record[0]) > 1:
        ends = np.quantile(_bleu(np.array(drawn)), [0.025, 0.975])
    low, high = (None if end is None else float(end) for end in ends)
    return {
        "reasoning_bleu": float(bleu),
        "reasoning": {"n": len(rows), "bleu": float(bleu), "ci_low": low, "ci_high": high},
    }


def _words(text: str, grammar: str) -> list[str]:
    return re.findall(r"\w+", parse_response(text, grammar).reasoning.lower()) if text else []


def _counts(given: list[str], wanted: list[str]) -> list[int]:
    """Return matches and numbers of n-grams by order, then both lengths."""
    from nltk.translate.bleu_score import modified_precision

    shares = [modified_precision([wanted], given, order) for order in _ORDERS]
    numbers = [max(len(given) - order + 1, 0) for order in _ORDERS]
    return [*(one.numerator for one in shares), *numbers, len(given), len(wanted)]


def _bleu(counts: np.ndarray) -> np.ndarray:
    """Compute BLEU-4 of each column of summed or averaged counts; 0 without a match of an order."""
    matches, numbers, (given, wanted) = counts[:4], counts[4:8], counts[8:]
    some = (matches > 0).all(axis=0)
    shares = np.where(some, matches, 1.0) / np.where(some, numbers, 1.0)
    length = np.where(some, given, 1.0)
    brevity = np.exp(np.minimum(0.0, 1.0 - wanted / length))
    return np.where(some, brevity * np.exp(np.log(shares).mean(axis=0)), 0.0)
