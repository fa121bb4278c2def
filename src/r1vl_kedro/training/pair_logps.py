"""The job that computes log-probabilities of pairs under a checkpoint, once for all objectives."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro import files, provenance
from r1vl_kedro.progress import report
from r1vl_kedro.ranks import processes, rank, wait_for
from r1vl_kedro.records.pairs import add_reference, mismatched_of, other_prompts
from r1vl_kedro.records.store import open_records
from r1vl_kedro.training.preference_options import PairScoringOptions

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)
COLUMNS = ("id", "images", "question", "options", "chosen", "rejected")


def reference_pairs(
    base: str,
    records: str,
    output: str,
    options: dict[str, Any],
    seed: int,
    template: str = "{question}",
    validation: str | None = None,
) -> dict[str, Any]:
    """Write pairs anew with their log-probabilities under the reference ``base``.

    Called again after a kill it goes on with the parts that are missing.

    Args:
        base: the reference policy, which is the one that training starts from.
        records: directory of pairs.
        output: directory of the pairs with the columns of ``pair_features(reference=True)``.
        options: a ``PairScoringOptions`` as a dictionary.
        seed, validation: not read; every method's job is called alike.
    """
    settings = PairScoringOptions.model_validate(options)
    made_from = _made_from(base, records, settings, template)
    place = Path(output)
    if files.is_whole(place, made_from):
        return {"output": output, "scored_now": 0}
    parts = f"{output}.state"
    done = score_pairs(base, records, parts, options, template)
    if rank() == 0:
        scores = read_scores(base, records, parts, settings, template)
        with files.writing_directory(place, made_from) as aside:
            add_reference(open_records(records), scores).save_to_disk(str(aside))
        shutil.rmtree(parts)
    return {"output": output, **done}


def score_pairs(
    checkpoint: str, pairs: str, output: str, options: dict[str, Any], template: str = "{question}"
) -> dict[str, Any]:
    """Write the log-probabilities of pairs in parts; each process takes its share of them.

    Started again after a kill it goes on with the parts that are not there yet.

    Args:
        checkpoint: the policy to score under: the reference, or a trained one.
        pairs: directory of pairs.
        output: directory of the parts; ``read_scores`` joins them.
        options: a ``PairScoringOptions`` as a dictionary.
    """
    settings = PairScoringOptions.model_validate(options)
    rows = open_records(pairs, *COLUMNS)
    places = _places(rows, settings)
    texts = rows.select_columns(["chosen", "rejected"])
    where = _parts(output, checkpoint, pairs, settings, template)
    where.mkdir(parents=True, exist_ok=True)
    size = settings.batch_size
    mine = range(rank(), -(-len(places) // size), processes())
    todo = [number for number in mine if not _part(where, number).is_file()]
    others = other_prompts(rows) if todo and settings.mismatched else None
    if todo and settings.mismatched and others is None:
        log.warning("all rows of %s have one prompt: KTO cannot learn from them", pairs)
        settings = settings.model_copy(update={"mismatched": False})
    scorer = _Scorer(checkpoint, settings, template) if todo else None
    for done, number in enumerate(todo, start=1):
        block = places[number * size : (number + 1) * size]
        batch = [rows[i] for i in block]
        if others is not None:
            for row, i in zip(batch, block, strict=True):
                row["mismatched"] = mismatched_of(texts, i, others[i])
        files.write_json(_part(where, number), scorer.score(batch))
        report(done, len(todo), "batch", f"{len(mine) - len(todo)} done before")
    return {"pairs": len(places), "scored_now": len(todo)}


def read_scores(
    checkpoint: str, pairs: str, output: str, options: PairScoringOptions, template: str
) -> pd.DataFrame:
    """Join the parts of all processes, one row a pair in the pairs' order.

    Waits for those that other processes are still writing: where one fails, the launcher ends all.

    Returns:
        ``id``, ``chosen_logps``, ``rejected_logps`` (sums over tokens, nats; missing for an absent
        response), ``chosen_length``, ``rejected_length`` (tokens); ``mismatched`` (text) with
        ``mismatched_logps``, and ``corrupted_logps``, where they were asked for.
    """
    import pandas as pd

    where = _parts(output, checkpoint, pairs, options, template)
    count = -(-len(_places(open_records(pairs, "id"), options)) // options.batch_size)
    parts = [_part(where, number) for number in range(count)]
    wait_for(lambda: all(part.is_file() for part in parts))
    rows = [row for part in parts for row in json.loads(part.read_text(encoding="utf-8"))]
    return pd.DataFrame(rows)


def _places(rows: Any, settings: PairScoringOptions) -> list[int]:
    if settings.rows == "all":
        return list(range(len(rows)))
    return [place for place, held in enumerate(rows["held_out"]) if held]


class _Scorer:
    """A checkpoint with its processor, on this process's device."""

    def __init__(self, checkpoint: str, settings: PairScoringOptions, template: str):
        import torch
        from trl.trainer.utils import add_fused_lm_head

        from r1vl_kedro.models import load_model, load_processor
        from r1vl_kedro.prompts import is_raw
        from r1vl_kedro.training.packed import prepare
        from r1vl_kedro.training.pair_batch import PairCollator

        self.settings = settings
        cuda = torch.cuda.is_available()
        self.device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if cuda else "cpu"
        processor = load_processor(checkpoint, **settings.pixels, raw=is_raw(template))
        self.collate = PairCollator(
            processor,
            template,
            mismatched=settings.mismatched,
            corrupted_image=settings.corrupted_image,
        )
        model = load_model(checkpoint, dtype=settings.dtype, attention=settings.attention)
        if settings.share_prompts:
            prepare(model)
        else:
            add_fused_lm_head(model)
        self.model = model.to(self.device).eval()

    def score(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        import torch

        from r1vl_kedro.training.pair_batch import by_pair, completion_logps, mismatched, only

        share = self.settings.share_prompts
        batch = {name: value.to(self.device) for name, value in self.collate(rows).items()}
        kind = self.device.split(":")[0]
        with torch.inference_mode(), torch.autocast(kind, torch.bfloat16, self.settings.bf16):
            sums = completion_logps(self.model, batch, share=share)
            names = ("chosen_logps", "rejected_logps", "chosen_length", "rejected_length")
            lengths = by_pair(batch, batch["completion_mask"].sum(1))
            columns = dict(zip(names, (*by_pair(batch, sums), *lengths), strict=True))
            if self.settings.mismatched:
                other = mismatched(batch)
                columns["mismatched_logps"] = completion_logps(self.model, other, share=share)
            if self.settings.corrupted_image:
                chosen = only(batch, ~batch["rejected"])
                seen = completion_logps(
                    self.model,
                    chosen,
                    share=share,
                    corrupted_image="corrupted_pixel_values" in batch,
                )
                columns["corrupted_logps"] = by_pair(chosen, seen)[0]
        values = {name: column.tolist() for name, column in columns.items()}
        scored = [
            {"id": row["id"], **{name: column[i] for name, column in values.items()}}
            for i, row in enumerate(rows)
        ]
        for row, line in zip(rows, scored, strict=True):
            if self.settings.mismatched:
                line["mismatched"] = row["mismatched"]
            for side in ("chosen", "rejected"):
                if row[side] is None:
                    line[f"{side}_logps"] = None
            if row["chosen"] is None and "corrupted_logps" in line:
                line["corrupted_logps"] = None
        return scored


def reference_of(pairs: str) -> str | None:
    """Return the digest of the checkpoint whose log-probabilities pairs carry, where it is known.

    Pairs that brought their log-probabilities with them are of a checkpoint that nobody knows.
    """
    made_from = files.made_from(Path(pairs))
    return made_from.get("checkpoint") if isinstance(made_from, dict) else None


def _made_from(
    checkpoint: str, pairs: str, settings: PairScoringOptions, template: str
) -> dict[str, Any]:
    return {
        "checkpoint": provenance.fingerprint(checkpoint),
        "pairs": provenance.fingerprint(pairs),
        "options": settings.model_dump(mode="json"),
        "template": template,
    }


def _parts(
    output: str, checkpoint: str, pairs: str, settings: PairScoringOptions, template: str
) -> Path:
    """Return the directory of the parts, named by all that they depend on."""
    made_from = _made_from(checkpoint, pairs, settings, template)
    return Path(output) / f"parts-{provenance.digest_json(made_from)[:12]}"


def _part(place: Path, number: int) -> Path:
    return place / f"part-{number:05d}.json"
