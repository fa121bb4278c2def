"""Draw the warm-up set, the RL set and the records of one training, and report what was kept."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from r1vl_kedro.records.options import SplitOptions
from r1vl_kedro.records.rejections import Rejection, count_reasons
from r1vl_kedro.records.schema import COLUMNS, RecordsError, labels_of
from r1vl_kedro.records.store import map_rows
from r1vl_kedro.responses import R1VL, get_grammar, grammar_of, parse_response, rewrite

if TYPE_CHECKING:
    from datasets import Dataset


def draw(n: int | None, total: int, seed: str) -> list[int]:
    """Draw sorted indices at random without replacement; all of them where n is None."""
    if n is None or n >= total:
        return list(range(total))
    return sorted(random.Random(seed).sample(range(total), n))


def split(
    dataset: Dataset, options: SplitOptions, seed: int, grammar: str = R1VL.name
) -> tuple[Dataset, Dataset]:
    """Draw warm-up and RL records independently from the same pool (section 4.1).

    Where fewer records exist than are asked for, all are taken; with ``max_rl_sloppy``, as many as
    keep to it.

    Raises:
        RecordsError: no path has the steps that an RL question needs, or all are sloppy.
    """
    pool = dataset.select_columns([*COLUMNS, *labels_of(dataset)])
    warm_up = pool.select(draw(options.n_warm_up, len(pool), f"{seed}-warm-up"))
    fit = list(range(len(pool)))
    if options.min_rl_steps:
        paths = pool["solution"]
        fit = [
            k for k in fit if len(parse_response(paths[k], grammar).steps) >= options.min_rl_steps
        ]
    if not fit:
        raise RecordsError(
            f"none of {len(pool)} records has a path of {options.min_rl_steps} steps, so there is "
            "no RL question; lower data_prep.split.min_rl_steps"
        )
    rl = [fit[k] for k in draw(options.n_rl, len(fit), f"{seed}-rl")]
    return warm_up, pool.select(_with_fewer_sloppy(rl, fit, known_sloppy(dataset), options, seed))


def known_sloppy(dataset: Dataset) -> list[bool | None]:
    """Return for each record whether its path is known to be sloppy; None where it is not known."""
    known = "sloppy" in dataset.column_names
    return list(dataset["sloppy"]) if known else [None] * len(dataset)


def _with_fewer_sloppy(
    drawn: list[int], fit: list[int], sloppy: list[bool | None], options: SplitOptions, seed: int
) -> list[int]:
    """Draw anew where too many are sloppy: as many as asked for, or as the others allow."""
    share = options.max_rl_sloppy
    if sum(sloppy[k] is True for k in drawn) <= share * len(drawn):
        return drawn
    poor = [k for k in fit if sloppy[k]]
    sound = [k for k in fit if not sloppy[k]]
    most = share * min(len(drawn), len(sound) / (1 - share))
    n_poor = int(most + 1e-9)  # 0.29 x 100 is below 29 in floating point
    n_sound = min(len(drawn) - n_poor, len(sound))
    if not sound:
        raise RecordsError(
            f"the paths of all {len(poor)} records that may be RL questions are sloppy, and "
            f"data_prep.split.max_rl_sloppy is {share:g}; raise it"
        )
    chosen = [poor[k] for k in draw(n_poor, len(poor), f"{seed}-rl-sloppy")]
    chosen += [sound[k] for k in draw(n_sound, len(sound), f"{seed}-rl-sound")]
    return sorted(chosen)


def select_records(
    records: Dataset,
    seed: int,
    n: int | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
) -> Dataset:
    """Draw so many of the records by the seed, in their order; all if there are fewer.

    Args:
        where: by column (``family``, ``source`` or a label), the values that a record may have.

    Raises:
        RecordsError: a column is missing, or no record has such values.
    """
    rows = list(range(len(records)))
    for column, values in (where or {}).items():
        known = [name for name in ("family", "source") if name in records.column_names]
        known += labels_of(records)
        if column not in known:
            raise RecordsError(
                f"where: records have no column {column!r:.100} to choose by; they have "
                f"{', '.join(known)}"
            )
        of_row = records[column]
        found = sorted({of_row[row] for row in rows})
        rows = [row for row in rows if of_row[row] in values]
        if not rows:
            raise RecordsError(
                f"where {column} is {' or '.join(values)!r:.100}: no record is; there are "
                f"{', '.join(found)!r:.100}"
            )
    return records.select([rows[k] for k in draw(n, len(rows), f"{seed}-stage")])


def in_grammar(records: Dataset, grammar: str) -> Dataset:
    """Rewrite the reference paths in a grammar; what it has no place for is left out."""
    wanted = get_grammar(grammar)

    def rewritten(row: dict[str, Any]) -> dict[str, Any]:
        path = row["solution"]
        return {**row, "solution": path and rewrite(path, grammar_of(path), wanted)}

    return map_rows(records, rewritten, key_steps="key_steps" in records.column_names)


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
