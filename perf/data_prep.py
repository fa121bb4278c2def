"""Data preparation at full size: memory and rate on synthetic Mulberry records.

    python perf/data_prep.py --records 260000

Writes thumbnails and a JSON array of that many records, runs every step of data_prep on them, and
prints records a second and the process's peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from r1vl_kedro.datasets.records import RecordsDataset
from r1vl_kedro.records import clean
from r1vl_kedro.records.options import SplitOptions, ValidationOptions
from r1vl_kedro.records.readers.mulberry import MulberryFile
from r1vl_kedro.records.split import split
from r1vl_kedro.records.validate import validate

PATH = """### Image Description:
A grid of coloured cells, number {i}.

### Rationales:
Count the cells, then subtract.

### Let's think step by step.

### Step 1:
There are {i} cells. {i} - 1 = {less}.

### Step 2:
So {less} cells are left.

### The final answer is:
{less}"""


def make(folder: Path, records: int, images: int) -> Path:
    """A Mulberry file of many records over fewer thumbnails, one record in 20 reflective."""
    rng = np.random.default_rng(0)
    for i in range(images):
        path = folder / "synthetic" / f"{i}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        grid = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        grid.resize((112, 112), Image.Resampling.BILINEAR).save(path, quality=85)
    file = folder / "mulberry_sft.json"
    with file.open("w", encoding="utf-8") as out:
        for i in range(records):
            path = PATH.format(i=i, less=i - 1)
            if i % 20 == 0:
                path += "\n\nLet me rethink it."
            user = f"<image>Think step by step.\n\nQuestion: How many cells but {i} are there?"
            row = {
                "messages": [
                    {"role": "user", "content": user},
                    {"role": "assistant", "content": path},
                ],
                "images": f"synthetic/{i % images}.jpg",
            }
            out.write(("[" if i == 0 else ",\n") + json.dumps(row))
        out.write("]\n")
    return file


def main() -> None:
    """Make the input, run the steps, print what they took."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--records", type=int, default=260_000, help="default %(default)s")
    arguments.add_argument(
        "--images", type=int, default=20_000, help="different ones (%(default)s)"
    )
    arguments.add_argument(
        "--workers", type=int, default=2, help="threads that decode (%(default)s)"
    )
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        file = make(folder, given.records, min(given.images, given.records))
        start = time.perf_counter()
        records, invalid = validate(MulberryFile(file), ValidationOptions(workers=given.workers))
        RecordsDataset(path=str(folder / "validated")).save(records)
        checked = time.perf_counter()
        records, reflective = clean.drop_reflective(records)
        records, duplicates = clean.drop_duplicates(records)
        records, leaked = clean.decontaminate(records, {}, max_distance=0.12)
        warm_up, rl = split(records, SplitOptions(n_warm_up=None, n_rl=10_000), 0)
        RecordsDataset(path=str(folder / "warm_up")).save(warm_up)
        RecordsDataset(path=str(folder / "rl")).save(rl)
        done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    dropped = [len(part) for part in (invalid, reflective, duplicates, leaked)]
    print(
        f"{given.records} records: validate {checked - start:.0f} s, the rest {done - checked:.0f} "
        f"s, {given.records / (done - start):.0f} records/s, peak memory {peak:.2f} GiB; "
        f"set aside {dropped}, warm-up {len(warm_up)}, RL {len(rl)}"
    )


if __name__ == "__main__":
    main()
