"""Training on pairs of responses, by any of the objectives."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from r1vl_kedro.records.pairs import explain, problem_of
from r1vl_kedro.training import policy, run
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.pair_logps import reference_of
from r1vl_kedro.training.preference_options import PreferenceOptions

log = logging.getLogger(__name__)


def train_preference(
    base: str,
    records: str,
    output: str,
    options: dict[str, Any],
    seed: int,
    template: str = "{question}",
    validation: str | None = None,
) -> dict[str, Any]:
    """Train the model ``base`` on pairs of responses; images are read.

    Called again after a kill it goes on from the last checkpoint; called again after the end it
    does nothing.

    Args:
        base: the checkpoint to start from; log-probabilities under the reference come with the
            pairs.
        records: directory of pairs (``records.pairs``), with the reference's log-probabilities
            where the objective has a reference.
        validation: directory of records, read for ``eval_steps``.
        output: gets the model; what is needed to resume lies in ``<output>.state`` meanwhile.
        options: a ``PreferenceOptions`` as a dictionary.

    Raises:
        TrainingError: no pair can be used, or what the objective needs is not in the pairs.
    """
    settings = PreferenceOptions.model_validate(options)
    return run.train(
        "preference", settings, _trainer, base=base, records=records, validation=validation,
        output=output, template=template, seed=seed,
        select=lambda pairs: usable(pairs, settings, records),
    )  # fmt: skip


def _trainer(start: run.Start) -> Any:
    settings, base, records = start.settings, start.inputs["base"], start.inputs["records"]
    known = reference_of(records)
    if settings.row.reference and known not in (None, start.inputs["base_digest"]):
        log.warning(
            "the log-probabilities in %s are of another checkpoint than %s, which this training "
            "starts from: %s is relative to that one, and does not start at a log-ratio of 0",
            records, base, settings.objective,
        )  # fmt: skip

    from trl import DPOConfig

    from r1vl_kedro.training.arguments import common_arguments
    from r1vl_kedro.training.packed_choice import use_fastest
    from r1vl_kedro.training.pair_batch import PairCollator
    from r1vl_kedro.training.preference_trainer import PreferenceTrainer

    arguments = DPOConfig(**common_arguments(start), max_length=None)
    trainer = PreferenceTrainer(
        settings=settings,
        args=arguments,
        train_dataset=start.rows,
        data_collator=PairCollator(
            start.processor,
            start.inputs["template"],
            mismatched=settings.row.kl,
            corrupted_image=settings.row.corrupted_image,
        ),
        **policy.parts_of(start),
    )
    if settings.share_prompts:
        pairs = arguments.per_device_train_batch_size
        use_fastest(trainer, settings, completions=2 * pairs, group=2)
    trainer.sampler = start.order()
    return trainer


def usable(pairs: Any, settings: PreferenceOptions, where: str) -> tuple[Any, list[dict[str, Any]]]:
    """Return pairs that the objective can learn from, and the others' ids with the reason.

    Raises:
        TrainingError: the objective needs log-probabilities that the pairs lack; all rows have
            the same label; no pair is left.
    """
    pairs = trained_on(pairs)
    needed = _reference_columns(pairs, settings, where)
    unpaired = settings.row.kl
    kept, rejected = [], []
    columns = ["id", "chosen", "rejected", *needed]
    for index, row in enumerate(pairs.select_columns(columns)):
        reason = problem_of(row)
        absent = [side for side in ("chosen", "rejected") if row[side] is None]
        if reason is None and absent and not unpaired:
            reason = "unpaired"
        elif reason is None and unpaired and row["mismatched"] is None:
            reason = "no_mismatched"
        elif reason is None and any(
            row[name] is None for name in needed if not any(side in name for side in absent)
        ):
            reason = "no_reference"
        if reason is None:
            kept.append(index)
        else:
            rejected.append({"id": row["id"], "reason": reason})
    counts = dict(Counter(one["reason"] for one in rejected))
    if not kept:
        raise TrainingError(f"no usable pair is left of {len(pairs)} in {where}: {explain(counts)}")
    if rejected:
        log.warning("%d of %d pairs set aside: %s", len(rejected), len(pairs), explain(counts))
        pairs = pairs.select(kept)
    for side in ("chosen", "rejected"):
        if unpaired and all(text is None for text in pairs[side]):
            raise TrainingError(
                f"{settings.objective} needs responses of both labels; of the {len(pairs)} usable "
                f"rows in {where} none is {side}"
            )
    return pairs, rejected


def trained_on(pairs: Any) -> Any:
    """Return the pairs that are not held out."""
    if "held_out" not in pairs.column_names or not any(pairs["held_out"]):
        return pairs
    return pairs.select([place for place, held in enumerate(pairs["held_out"]) if not held])


def _reference_columns(pairs: Any, settings: PreferenceOptions, where: str) -> list[str]:
    """Return the columns from the reference that the objective reads."""
    row = settings.row
    needed = ["ref_chosen_logps", "ref_rejected_logps"] * row.reference
    needed += ["mismatched", "ref_mismatched_logps"] * row.kl
    needed += ["ref_corrupted_logps"] * row.corrupted_image
    missing = [name for name in needed if name not in pairs.column_names]
    if missing:
        raise TrainingError(
            f"objective {settings.objective!r} needs log-probabilities under the reference, but "
            f"{where} has no {', '.join(missing)}; a variant of method reference over these pairs "
            "adds them, or take an objective without a reference"
        )
    return needed
