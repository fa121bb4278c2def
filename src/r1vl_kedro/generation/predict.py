"""The job that answers every record of a dataset and can be killed and started again."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro import files, kernels
from r1vl_kedro.generation.checkpoint import resolve_checkpoint
from r1vl_kedro.generation.engines import Completion, Engine, Prompt, check_prompt, make_engine
from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.progress import Show, reported_or_shown
from r1vl_kedro.prompts import is_raw, render_question, to_messages
from r1vl_kedro.provenance import digest_json, fingerprint, versions
from r1vl_kedro.ranks import processes, rank, wait_for
from r1vl_kedro.records.images import decode_all
from r1vl_kedro.records.schema import RecordsError, labels_of
from r1vl_kedro.records.store import open_records

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Dataset

PREDICTIONS = "predictions.parquet"
MANIFEST = "manifest.json"


def predict(
    checkpoint: str,
    records_dir: str,
    output_dir: str,
    options: dict[str, Any] | DecodingOptions,
    template: str = "{question}",
    seed: int = 0,
    engine_of: Callable[[str, DecodingOptions], Engine] | None = None,
) -> dict[str, Any]:
    """Answer every record; write `predictions.parquet` and `manifest.json` into `output_dir`.

    Parts are written as they come, under a name that holds the digest of everything the answers
    depend on: started again after a kill the job goes on where it stopped, and with other settings
    it starts from the beginning. Finished work of the same digest is not done twice.

    Where several processes share the job, each answers every k-th part; the parts, and so the
    answers, are those of one process. The first waits for all and joins them.

    Args:
        checkpoint: directory of save_pretrained, or a hub name.
        records_dir: records on disk (`r1vl_kedro.records.schema`); key steps are not needed.
        options: `DecodingOptions`, or a dict of its fields.
        template: wording around the question, with `{question}`.
        engine_of: makes the engine when the first record has to be answered.

    Returns:
        The manifest, with `rows`, `mean_tokens`, `truncated` (share) and `answered_now` (records
        answered in this call); without the first three in further processes.

    Raises:
        RecordsError: no record in `records_dir`, or a repeated id.
        EngineError: a raw prompt for an endpoint.
        CheckpointError: no such checkpoint.
    """
    options = DecodingOptions.model_validate(options)
    check_prompt(template, options)
    records = open_records(records_dir)
    _check_ids(records, records_dir)
    manifest = _manifest(checkpoint, records_dir, records, options, template, seed)
    out = Path(output_dir)
    if _finished(out, manifest["digest"]):
        standing = json.loads((out / MANIFEST).read_text())
        return {**standing, "checkpoint_dir": manifest["checkpoint_dir"], "answered_now": 0}

    parts = out / f"parts-{manifest['digest'][:12]}"
    parts.mkdir(parents=True, exist_ok=True)
    order = by_length(records)
    step = options.rows_per_part
    blocks = [order[k : k + step] for k in range(0, len(order), step)]
    with reported_or_shown("predict") as show:
        answered = _answer_blocks(
            range(rank(), len(blocks), processes()),
            blocks,
            parts,
            records,
            lambda: (engine_of or make_engine)(manifest["checkpoint_dir"], options),
            lambda: _finished(out, manifest["digest"]),
            template=template,
            seed=seed,
            show=show,
        )
    if rank() > 0:
        if _finished(out, manifest["digest"]):  # the first had joined and removed the parts
            with contextlib.suppress(OSError):
                parts.rmdir()
        return {**manifest, "answered_now": answered}
    wait_for(lambda: all(_part(parts, number).exists() for number in range(len(blocks))))
    table = _join(parts, len(blocks), records["id"])
    summary = {
        **manifest,
        "rows": table.num_rows,
        "mean_tokens": sum(table["tokens"].to_pylist()) / table.num_rows,
        "truncated": sum(table["truncated"].to_pylist()) / table.num_rows,
    }
    (out / MANIFEST).unlink(missing_ok=True)  # of other settings: it speaks of what goes now
    _write(table, out / PREDICTIONS)
    files.write_text(out / MANIFEST, json.dumps(summary, indent=2, ensure_ascii=False))
    shutil.rmtree(parts)
    return {**summary, "answered_now": answered}


def by_length(records: Dataset) -> list[int]:
    """Order rows, longest prompt first: little padding, and too little memory shows at once."""
    questions, options = records["question"], records["options"]
    lengths = [
        len(render_question(question, choice or ()))
        for question, choice in zip(questions, options, strict=True)
    ]
    return sorted(range(len(lengths)), key=lambda k: (-lengths[k], k))


def _answer_blocks(
    mine: Sequence[int],
    blocks: Sequence[Sequence[int]],
    parts: Path,
    records: Dataset,
    engine_of: Callable[[], Engine],
    over: Callable[[], bool],
    *,
    template: str,
    seed: int,
    show: Show,
) -> int:
    done = answered = 0
    total = sum(len(blocks[number]) for number in mine)
    engine: Engine | None = None
    for number in mine:
        block, path = blocks[number], _part(parts, number)
        if not path.exists() and not over():
            engine = engine or engine_of()
            rows = [records[k] for k in block]
            prompts = [
                Prompt(to_messages(row, template), decode_all(row["images"]), is_raw(template))
                for row in rows
            ]
            answers = engine.generate(prompts, seed + number)
            _write(_table(rows, answers, labels_of(records)), path)
            answered += len(block)
        done += len(block)
        show(done, total, "record", f"{answered} answered now")
    return answered


def _table(
    rows: Sequence[dict[str, Any]], answers: Sequence[list[Completion]], labels: Sequence[str]
) -> pa.Table:
    import pyarrow as pa

    lines = [
        {
            "id": row["id"],
            "family": row["family"],
            **{name: row[name] for name in labels},
            "question": row["question"],
            "options": list(row["options"] or ()),
            "answer": row["answer"],
            "response": completion.text,
            "tokens": completion.tokens,
            "truncated": completion.truncated,
            "sample": number,
        }
        for row, completions in zip(rows, answers, strict=True)
        for number, completion in enumerate(completions)
    ]
    return pa.Table.from_pylist(lines, schema=prediction_schema(labels))


def prediction_schema(labels: Sequence[str] = ()) -> pa.Schema:
    """Return columns of predictions, labels among them: one row per record and sample."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [("id", text), ("family", text), *((name, text) for name in labels),
         ("question", text), ("options", pa.list_(text)),
         ("answer", text), ("response", text), ("tokens", pa.int32()), ("truncated", pa.bool_()),
         ("sample", pa.int32())]
    )  # fmt: skip


def _part(parts: Path, number: int) -> Path:
    return parts / f"part-{number:05d}.parquet"


def _join(parts: Path, count: int, ids: Sequence[str]) -> pa.Table:
    """Join all parts to one table in the order of the records."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.concat_tables([pq.read_table(_part(parts, number)) for number in range(count)])
    place = {name: k for k, name in enumerate(ids)}
    keys = [
        (place[name], sample)
        for name, sample in zip(table["id"].to_pylist(), table["sample"].to_pylist(), strict=True)
    ]
    return table.take(sorted(range(len(keys)), key=keys.__getitem__))


def _write(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    with files.writing(path) as aside:
        pq.write_table(table, aside)


def _finished(out: Path, digest: str) -> bool:
    manifest = out / MANIFEST
    if not manifest.exists() or not (out / PREDICTIONS).exists():
        return False
    return json.loads(manifest.read_text()).get("digest") == digest


def _check_ids(records: Dataset, where: str) -> None:
    """Raise RecordsError where an id occurs twice."""
    repeated = [name for name, count in Counter(records["id"]).items() if count > 1]
    if repeated:
        raise RecordsError(
            f"{where}: id {repeated[0]!r} occurs twice; predictions are told apart by id"
        )


def _manifest(
    checkpoint: str,
    records_dir: str,
    records: Dataset,
    options: DecodingOptions,
    template: str,
    seed: int,
) -> dict[str, Any]:
    """Collect everything the answers depend on, and the digest of it."""
    local = checkpoint if options.engine == "openai" else str(resolve_checkpoint(checkpoint))
    about = {
        "checkpoint": checkpoint if options.engine == "openai" else fingerprint(local),
        "records": fingerprint(records_dir),
        "decoding": options.model_dump(),
        "template": digest_json(template),
        "seed": seed,
    }
    return {
        "digest": digest_json(about),
        "checkpoint_dir": local,
        "checkpoint_digest": about["checkpoint"],
        "records": len(records),
        "records_digest": about["records"],
        "decoding": about["decoding"],
        "prompt_template": template,
        "prompt_template_digest": about["template"],
        "seed": seed,
        "versions": versions(("r1vl_kedro", "torch", "transformers", options.engine)),
        "cpu_kernels": kernels.in_force(),
    }
