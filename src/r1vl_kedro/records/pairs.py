"""Pairs of responses to one question: their form on disk, how they are chosen, what is unusable.

A row is a record's question and images with ``chosen`` and ``rejected``. In an unpaired row, which
KTO can learn from, one of the two is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from r1vl_kedro.records.schema import features
from r1vl_kedro.records.store import stream, undecoded
from r1vl_kedro.scratch import scratch_directory

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset, Features

REASONS = {
    "identical_texts": "all responses to the question are the same text",
    "tied_rewards": "all rewards are equal, though texts differ",
    "one_response": "fewer than two responses were sampled",
    "empty_completion": "a response is empty",
    "chosen_equals_rejected": "chosen and rejected are the same text",
    "no_completion": "neither chosen nor rejected is given",
    "unpaired": "the objective compares two responses, but one is missing",
    "no_reference": "a log-probability under the reference is missing",
    "no_mismatched": "no response to another prompt was scored under the reference",
}
"""Why a question gives no pair, or a given pair is set aside."""
LOGPS = ("ref_chosen_logps", "ref_rejected_logps", "ref_mismatched_logps", "ref_corrupted_logps")
HISTOGRAM_BINS = 10


def pair_features(reference: bool = False) -> Features:
    """Return columns of pairs: rewards and lengths None where unknown.

    Args:
        reference: adds the reference's log-probabilities (sums over tokens, nats), and
            ``mismatched``, the response of another pair from which KTO estimates its KL.
    """
    from datasets import Features, Value

    text, number = Value("string"), Value("float64")
    columns = {
        **{k: v for k, v in features().items() if k != "solution"},
        "chosen": text,
        "rejected": text,
        "chosen_reward": number,
        "rejected_reward": number,
        "chosen_tokens": Value("int32"),
        "rejected_tokens": Value("int32"),
        "held_out": Value("bool"),
    }
    if reference:
        columns |= {"mismatched": text, **dict.fromkeys(LOGPS, number)}
    return Features(columns)


def explain(counts: Mapping[str, int]) -> str:
    """Return counts by reason, in words."""
    return "; ".join(f"{count} × {REASONS.get(name, name)}" for name, count in counts.items())


def problem_of(row: Mapping[str, Any]) -> str | None:
    """Explain why a pair cannot be learnt from (a key of ``REASONS``), or None."""
    chosen, rejected = row["chosen"], row["rejected"]
    given = [text for text in (chosen, rejected) if text is not None]
    if not given:
        return "no_completion"
    if not all(text.strip() for text in given):
        return "empty_completion"
    return "chosen_equals_rejected" if chosen == rejected else None


def best_and_worst(responses: Sequence[str], rewards: Sequence[float]) -> tuple[int, int] | str:
    """Find the best and the worst of a question's responses, or why there is no pair.

    The first of several best, and of several worst, is taken. Responses that are empty are no
    candidates. Rewards that are all equal give no pair, also where the texts differ: there is
    nothing to prefer.
    """
    places = [i for i, text in enumerate(responses) if text.strip()]
    if len(responses) < 2:
        return "one_response"
    if len(places) < 2:
        return "empty_completion"
    if len({responses[i] for i in places}) == 1:
        return "identical_texts"
    best = max(places, key=lambda i: (rewards[i], -i))
    worst = min(places, key=lambda i: (rewards[i], i))
    return "tied_rewards" if rewards[best] == rewards[worst] else (best, worst)


def choose_pairs(
    samples: Mapping[str, Sequence[Mapping[str, Any]]], ids: Iterable[str]
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Pair best and worst response of each question; count questions without, by reason.

    Args:
        samples: by record id, the responses with ``response``, ``reward`` and ``tokens``.
        ids: the questions; their order is kept.

    Returns:
        The pairs' own columns with the question's ``id``; and the counts.
    """
    pairs, dropped = [], Counter()
    for name in ids:
        answers = samples.get(name, ())
        found = best_and_worst(
            [one["response"] for one in answers], [one["reward"] for one in answers]
        )
        if isinstance(found, str):
            dropped[found] += 1
            continue
        best, worst = (answers[place] for place in found)
        pairs.append(
            {
                "id": name,
                "chosen": best["response"],
                "rejected": worst["response"],
                "chosen_reward": float(best["reward"]),
                "rejected_reward": float(worst["reward"]),
                "chosen_tokens": int(best["tokens"]),
                "rejected_tokens": int(worst["tokens"]),
            }
        )
    return pairs, dropped


def summarise(pairs: Sequence[Mapping[str, Any]], dropped: Mapping[str, int]) -> dict[str, Any]:
    """Report on pairs: how many, why others were dropped, length difference, margins.

    Returns:
        ``pairs``, ``questions``, ``dropped`` by reason, ``length_difference`` (tokens, chosen minus
        rejected: mean, and the share of pairs whose chosen one is longer) and ``margin``
        (mean, and a histogram of equal bins: ``edges`` and ``counts``).
    """
    import numpy as np

    margins, lengths = _differences(pairs, "reward"), _differences(pairs, "tokens")
    counts, edges = np.histogram(margins, bins=HISTOGRAM_BINS) if len(margins) else ([], [])
    return {
        "pairs": len(pairs),
        "questions": len(pairs) + sum(dropped.values()),
        "dropped": {reason: int(count) for reason, count in sorted(dropped.items())},
        "length_difference": {
            "mean": float(lengths.mean()) if len(lengths) else None,
            "chosen_longer": float((lengths > 0).mean()) if len(lengths) else None,
        },
        "margin": {
            "mean": float(margins.mean()) if len(margins) else None,
            "edges": [float(edge) for edge in edges],
            "counts": [int(count) for count in counts],
        },
    }


def _differences(pairs: Sequence[Mapping[str, Any]], what: str) -> Any:
    import numpy as np

    both = [(pair[f"chosen_{what}"], pair[f"rejected_{what}"]) for pair in pairs]
    return np.array([one - other for one, other in both if None not in (one, other)], dtype=float)


def other_prompts(pairs: Dataset) -> list[int] | None:
    """Find for each row the nearest row before it with another prompt; the rows form a circle.

    Prompts differ in question, options or images; images are read only where the texts of
    neighbours are equal.

    Args:
        pairs: rows with ``question``, ``options`` and ``images``, the images undecoded.

    Returns:
        The rows' places; None where all rows have one prompt.
    """
    texts = list(zip(pairs["question"], pairs["options"], strict=True))
    same = [
        text == texts[place - 1]
        and _encoded(pairs[place]["images"]) == _encoded(pairs[place - 1]["images"])
        for place, text in enumerate(texts)
    ]
    if all(same):
        return None
    found, start = [0] * len(same), same.index(False)
    for place in (*range(start, len(same)), *range(start)):
        found[place] = found[place - 1] if same[place] else place - 1
    return [place % len(same) for place in found]


def mismatched_of(pairs: Sequence[Mapping[str, Any]], place: int, other: int) -> str:
    """Take the response of row ``other`` for row ``place``: chosen and rejected ones in turn.

    KTO estimates how far the policy is from its reference on responses to other prompts (arXiv
    2402.01306, sec. 4.1); they are fixed here, so that the reference scores them once.

    Args:
        other: a row with another prompt, from `other_prompts`.
    """
    order = ("chosen", "rejected") if place % 2 == 0 else ("rejected", "chosen")
    return next(pairs[other][side] for side in order if pairs[other][side] is not None)


def add_reference(pairs: Dataset, scores: pd.DataFrame) -> Dataset:
    """Add the columns of ``pair_features(reference=True)`` to pairs.

    Args:
        scores: what ``training.pair_logps.read_scores`` gives of these pairs under the reference.
    """
    columns = {
        **{f"ref_{name}": name for name in scores if name.endswith("_logps")},
        **({"mismatched": "mismatched"} if "mismatched" in scores else {}),
    }
    lines = scores.astype(object).where(scores.notna(), None).to_dict("records")
    rows = (
        {**row, **{ours: line[theirs] for ours, theirs in columns.items()}}
        for row, line in zip(undecoded(pairs), lines, strict=True)
    )
    return write_pairs(rows, reference=True)


def with_questions(
    pairs: Iterable[Mapping[str, Any]], records: Dataset
) -> Iterator[dict[str, Any]]:
    """Add to pairs the columns of the records that their ids name."""
    places = {name: place for place, name in enumerate(records["id"])}
    questions = undecoded(records)
    for pair in pairs:
        yield {**questions[places[pair["id"]]], **pair}


def write_pairs(rows: Iterable[Mapping[str, Any]], *, reference: bool = False) -> Dataset:
    """Stream pairs into an Arrow file and open it memory-mapped; images as encoded bytes."""
    columns = pair_features(reference)
    path = scratch_directory("pairs") / "pairs.arrow"
    absent = dict.fromkeys(columns)
    return stream(
        (absent | dict(row) | {"images": _encoded(row["images"])} for row in rows), columns, path
    )


def _encoded(images: Iterable[bytes | Mapping[str, Any]]) -> list[bytes]:
    return [one["bytes"] if isinstance(one, Mapping) else one for one in images]
