"""Nodes of data preparation: each takes records and gives those it keeps and those it drops."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from r1vl_kedro.pipelines.hints import JsonObject, Records
from r1vl_kedro.records import clean
from r1vl_kedro.records.options import DataPrepOptions
from r1vl_kedro.records.rejections import Rejection, in_words
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.records.split import prep_report, split
from r1vl_kedro.records.validate import validate

logger = logging.getLogger(__name__)


def _told(stage: str, found: tuple[Records, list[Rejection]]) -> tuple[Records, list[Rejection]]:
    """Return what a stage keeps and sets aside, counted in the log."""
    kept, dropped = found
    reasons = f" ({in_words(dropped)})" if dropped else ""
    logger.info("%s: %d kept, %d set aside%s", stage, len(kept), len(dropped), reasons)
    return kept, dropped


def validate_records(
    source: Iterable[RawRecord], options: DataPrepOptions
) -> tuple[Records, list[Rejection]]:
    """Check records; those set aside come with the reason."""
    return _told("validate", validate(source, options.validation, grammar=options.grammar))


def drop_reflective(records: Records) -> tuple[Records, list[Rejection]]:
    """Drop records whose path turns back on itself."""
    return _told("reflective", clean.drop_reflective(records))


def drop_duplicates(records: Records) -> tuple[Records, list[Rejection]]:
    """Keep the first of equal records."""
    return _told("duplicates", clean.drop_duplicates(records))


def decontaminate(
    records: Records, options: DataPrepOptions, **references: Records
) -> tuple[Records, list[Rejection]]:
    """Drop records that occur in an evaluation set."""
    how = options.decontamination
    by_question = how.by == "question_and_image"
    found = clean.decontaminate(
        records, references, max_distance=how.max_image_distance, by_question=by_question
    )
    return _told("contamination", found)


def split_records(records: Records, options: DataPrepOptions, seed: int) -> tuple[Records, Records]:
    """Draw warm-up and RL records, both from the same pool."""
    warm_up, rl = split(records, options.split, seed, options.grammar)
    for name, asked, got in (
        ("n_warm_up", options.split.n_warm_up, len(warm_up)),
        ("n_rl", options.split.n_rl, len(rl)),
    ):
        if asked is not None and got < asked:
            logger.warning(
                "data_prep.split.%s is %d, but only %d records are left", name, asked, got
            )
    return warm_up, rl


def report(
    records: Records,
    warm_up: Records,
    rl: Records,
    options: DataPrepOptions,
    seed: int,
    **stages: list[Rejection],
) -> tuple[JsonObject, list[dict[str, str]]]:
    """Count what was read, set aside and kept; list every record set aside."""
    counts = prep_report(stages, records, warm_up, rl, options.split, seed)
    for name, share in counts["sloppy"].items():
        if share is not None:
            logger.info("%s: %.1f %% of the paths have a wrong step", name, 100 * share)
    return counts, [r.as_dict() for rejections in stages.values() for r in rejections]
