"""The job that answers benchmarks: official files to records, records to predictions."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro.benchmarks import build_prompt, get_benchmark
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.files import is_whole, write_text, writing, writing_directory
from r1vl_kedro.generation.checkpoint import resolve_checkpoint
from r1vl_kedro.generation.engines import Engine, make_engine
from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.generation.predict import predict
from r1vl_kedro.ranks import rank, wait_for
from r1vl_kedro.records.images import decode_all
from r1vl_kedro.records.store import open_records, write_rows

if TYPE_CHECKING:
    from datasets import Dataset

ROWS = "rows.jsonl"
SET_ASIDE = "set_aside.json"
READING = 4
"""Raised when the same file is read in another way, so that records are made anew."""
SIDE = 256
"""Height of a thumbnail in pixels, at most; its width is at most twice that."""


def predict_benchmarks(
    checkpoint: str,
    files: dict[str, dict[str, Any]],
    output_dir: str,
    options: dict[str, Any],
    template: str = "{question}",
    seed: int = 0,
    limit: int | None = None,
    prompt: str = "published",
) -> dict[str, dict[str, Any]]:
    """Answer the questions of several benchmarks with one loaded model.

    Each benchmark gets ``output_dir/<name>`` with its records, ``rows.jsonl`` (cells without the
    image), ``set_aside.json``, ``predictions.parquet`` and ``manifest.json``. What is finished is
    not done again.

    Args:
        files: ``path`` and ``official`` (compare the md5) by benchmark.
        limit: only the first so many rows of each; a trial, not a score.
        prompt: ``published`` or ``plain``, see `build_prompt`.

    Returns:
        The manifest of each benchmark.
    """
    checked = DecodingOptions.model_validate(options)
    if checked.engine != "openai":
        resolve_checkpoint(checkpoint)  # before the files are read, which takes minutes

    @lru_cache(maxsize=1)
    def engine_of(directory: str, decoding: DecodingOptions) -> Engine:
        return make_engine(directory, decoding)

    for name, about in files.items():  # all of them, before anything is generated
        path, official = Path(about["path"]), about["official"]
        file = BenchmarkFile(get_benchmark(name), path, official=official)
        prepare(file, Path(output_dir) / name, limit, prompt)
    manifests = {}
    for name, about in files.items():
        place = Path(output_dir) / name
        manifest = predict(
            checkpoint, str(place / "records"), str(place), checked, template, seed, engine_of
        )
        manifests[name] = {
            **manifest,
            "file": about["path"],
            "prompt": prompt,
            "prompt_version": f"{prompt}-{manifest['prompt_template_digest'][:8]}",
            "limit": limit,
        }
    return manifests


def prepare(file: BenchmarkFile, place: Path, limit: int | None, prompt: str) -> None:
    """Store a benchmark's records below `place`, streamed; done once for the same file.

    Of the processes that share the job the first does it, the others wait.
    """
    state = file.path.stat() if file.path.is_file() else None
    made_from = {
        "file": str(file.path), "bytes": state and state.st_size,
        "modified": state and state.st_mtime_ns, "limit": limit, "prompt": prompt,
        "reading": READING,
    }  # fmt: skip
    records = place / "records"
    if rank() > 0:
        wait_for(lambda: is_whole(records, made_from))
    if is_whole(records, made_from):
        return
    if file.official and file.path.is_file():
        file.check_md5()
    with writing_directory(records, made_from) as aside:
        with writing(place / ROWS) as rows, rows.open("w", encoding="utf-8") as cells:
            data = write_rows(_records(file, cells, limit, prompt), aside)
        left = json.dumps([vars(row) for row in file.set_aside], indent=1)
        write_text(place / SET_ASIDE, left)
        _as_saved(data, aside)


def _as_saved(data: Dataset, directory: Path) -> None:
    """Add what `load_from_disk` reads beside the Arrow file, which stays where it is.

    `save_to_disk` would map and copy the whole file, and a gigabyte of images with it.
    """
    from datasets import config

    [file] = data.cache_files
    state = {
        "_data_files": [{"filename": Path(file["filename"]).name}],
        "_fingerprint": data._fingerprint,
        **dict.fromkeys(("_format_columns", "_format_type", "_split")),
        "_format_kwargs": {},
        "_output_all_columns": False,
    }
    data.info.write_to_directory(str(directory))
    (directory / config.DATASET_STATE_JSON_FILENAME).write_text(json.dumps(state, indent=1))


def _records(file: BenchmarkFile, cells: Any, limit: int | None, prompt: str) -> Iterator[dict]:
    name = file.benchmark.name
    for number, row in enumerate(file.rows()):
        if limit is not None and number >= limit:
            return
        cells.write(json.dumps(row.cells, ensure_ascii=False) + "\n")
        yield {
            "id": row.index,
            "images": [{"bytes": image, "path": None} for image in row.images],
            "question": build_prompt(name, row.cells, style=prompt),
            "options": [],
            "answer": row.cells["answer"],
            "solution": "",
            "family": row.cells.get("category", name),
            "source": name,
        }


def read_rows(place: Path) -> list[dict[str, str]]:
    """Read the cells of a prepared benchmark, in the order of its records."""
    with (place / ROWS).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def thumbnails(place: Path, count: int) -> list[dict[str, Any]]:
    """Make small pictures of `count` rows spread evenly over a benchmark: `id` and `image`.

    A picture is WebP, at most `SIDE` pixels high; several images of a row stand side by side.
    """
    records = open_records(str(place / "records"))
    chosen = sorted({k * len(records) // count for k in range(count)})
    found = []
    for row in records.select(chosen):
        buffer = io.BytesIO()
        _side_by_side(decode_all(row["images"])).save(buffer, "WEBP", quality=85)
        found.append({"id": row["id"], "image": buffer.getvalue()})
    return found


def _side_by_side(images: Sequence[Any]) -> Any:
    from PIL import Image

    small = [image.copy() for image in images]
    for image in small:
        image.thumbnail((2 * SIDE, SIDE))
    sheet = Image.new("RGB", (sum(i.width for i in small), max(i.height for i in small)), "white")
    left = 0
    for image in small:
        sheet.paste(image, (left, 0))
        left += image.width
    return sheet
