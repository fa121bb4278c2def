"""The job that computes log-probabilities of pairs under a checkpoint, once for all objectives."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro import files, provenance
from r1vl_kedro.launcher.progress import report
from r1vl_kedro.records.pairs import mismatched_of
from r1vl_kedro.training import data
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.preference_options import PairScoringOptions

if TYPE_CHECKING:
    import pandas as pd

ENTRY = "r1vl_kedro.training.pair_logps:score_pairs"
COLUMNS = ("id", "images", "question", "options", "chosen", "rejected")


def score_pairs(
    checkpoint: str, pairs: str, output: str, options: dict[str, Any], template: str = "{question}"
) -> dict[str, Any]:
    """Write the log-probabilities of all pairs in parts; each process takes its share of them.

    Started again after a kill it goes on with the parts that are not there yet.

    Args:
        checkpoint: the policy to score under: the reference, or a trained one.
        pairs: directory of pairs.
        output: directory of the parts; ``read_scores`` joins them.
        options: a ``PairScoringOptions`` as a dictionary.
    """
    settings = PairScoringOptions.model_validate(options)
    rows = data.open_records(pairs, *COLUMNS)
    texts = rows.select_columns(["chosen", "rejected"])
    place = _parts(output, checkpoint, pairs, settings, template)
    place.mkdir(parents=True, exist_ok=True)
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    size = settings.batch_size
    starts = range(0, len(rows), size)
    mine = [start for start in starts if (start // size) % world == rank]
    todo = [start for start in mine if not _part(place, start // size).is_file()]
    scorer = _Scorer(checkpoint, settings, template) if todo else None
    for number, start in enumerate(todo):
        places = range(start, min(start + size, len(rows)))
        block = [{**rows[i], "mismatched": mismatched_of(texts, i)} for i in places]
        files.write_json(_part(place, start // size), scorer.score(block))
        report(number + 1, len(todo), "batch", f"{len(mine) - len(todo)} done before")
    return {"pairs": len(rows), "parts": len(starts), "scored_now": len(todo)}


def read_scores(
    checkpoint: str, pairs: str, output: str, options: PairScoringOptions, template: str
) -> pd.DataFrame:
    """The joined parts, one row a pair in the pairs' order; removes the parts.

    Returns:
        ``chosen_logps``, ``rejected_logps`` (sums over tokens, nats; NaN for an absent response),
        ``chosen_length``, ``rejected_length`` (tokens); ``mismatched`` (text) with
        ``mismatched_logps``, and ``corrupted_logps``, where they were asked for.

    Raises:
        TrainingError: a part is missing.
    """
    import pandas as pd

    place = _parts(output, checkpoint, pairs, options, template)
    count = -(-len(data.open_records(pairs, "id")) // options.batch_size)
    parts = [_part(place, number) for number in range(count)]
    if absent := [part.name for part in parts if not part.is_file()]:
        raise TrainingError(f"{place} lacks {len(absent)} of {count} parts, the first {absent[0]}")
    rows = [row for part in parts for row in json.loads(part.read_text(encoding="utf-8"))]
    shutil.rmtree(place)
    return pd.DataFrame(rows)


class _Scorer:
    """A checkpoint with its processor, on this process's device."""

    def __init__(self, checkpoint: str, settings: PairScoringOptions, template: str):
        import torch
        from trl.trainer.utils import add_fused_lm_head

        from r1vl_kedro.training.models import load_model, load_processor
        from r1vl_kedro.training.pair_batch import PairCollator

        self.settings = settings
        cuda = torch.cuda.is_available()
        self.device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if cuda else "cpu"
        processor = load_processor(
            checkpoint, min_pixels=settings.min_pixels, max_pixels=settings.max_pixels
        )
        self.collate = PairCollator(
            processor,
            template,
            mismatched=settings.mismatched,
            corrupted_image=settings.corrupted_image,
        )
        model = load_model(checkpoint, dtype=settings.dtype, attention=settings.attention)
        add_fused_lm_head(model)
        self.model = model.to(self.device).eval()

    def score(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        import torch

        from r1vl_kedro.training.pair_batch import by_pair, completion_logps, mismatched, only

        batch = {name: value.to(self.device) for name, value in self.collate(rows).items()}
        kind = self.device.split(":")[0]
        with torch.inference_mode(), torch.autocast(kind, torch.bfloat16, self.settings.bf16):
            sums = completion_logps(self.model, batch)
            names = ("chosen_logps", "rejected_logps", "chosen_length", "rejected_length")
            lengths = by_pair(batch, batch["completion_mask"].sum(1))
            columns = dict(zip(names, (*by_pair(batch, sums), *lengths), strict=True))
            if self.settings.mismatched:
                columns["mismatched_logps"] = completion_logps(self.model, mismatched(batch))
            if self.settings.corrupted_image:
                chosen = only(batch, ~batch["rejected"])
                seen = completion_logps(
                    self.model, chosen, corrupted_image="corrupted_pixel_values" in batch
                )
                columns["corrupted_logps"] = by_pair(chosen, seen)[0]
        values = {name: column.tolist() for name, column in columns.items()}
        scored = [{name: values[name][i] for name in values} for i in range(len(rows))]
        for row, line in zip(rows, scored, strict=True):
            if self.settings.mismatched:
                line["mismatched"] = row["mismatched"]
            for side in ("chosen", "rejected"):
                if row[side] is None:
                    line[f"{side}_logps"] = None
            if row["chosen"] is None and "corrupted_logps" in line:
                line["corrupted_logps"] = None
        return scored


def _parts(
    output: str, checkpoint: str, pairs: str, settings: PairScoringOptions, template: str
) -> Path:
    """The directory of the parts, named by all that they depend on."""
    digest = provenance.digest_json(
        [
            *(provenance.fingerprint(checkpoint), provenance.fingerprint(pairs)),
            *(settings.model_dump(), template),
        ]
    )
    return Path(output) / f"parts-{digest[:12]}"


def _part(place: Path, number: int) -> Path:
    return place / f"part-{number:05d}.json"
