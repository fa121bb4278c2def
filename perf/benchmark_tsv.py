"""Peak memory and time of reading a large benchmark TSV into records on disk.

The file is made first: noise as PNG in base64, every tenth row referring to the image of the row
before.
"""

import argparse
import base64
import io
import os
import resource
import tempfile
import time
from pathlib import Path

from r1vl_kedro.benchmarks import get_benchmark
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.generation.benchmark_job import prepare


def write(path: Path, size: float) -> int:
    """A MME file of about `size` bytes; returns its number of rows."""
    from PIL import Image

    written = rows = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("index\timage\tquestion\tanswer\tcategory\timage_path\n")
        while written < size:
            if rows % 10 == 9:
                cell = str(rows - 1)
            else:
                image = Image.frombytes("RGB", (512, 512), os.urandom(512 * 512 * 3))
                stream = io.BytesIO()
                image.save(stream, "PNG", compress_level=1)
                cell = base64.b64encode(stream.getvalue()).decode()
            written += file.write(f"{rows}\t{cell}\tIs it {rows}?\tYes\tcount\t{rows}.png\n")
            rows += 1
    return rows


def main() -> None:
    """Print rows, time and peak resident memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gigabytes", type=float, nargs="?", default=1.0, help="default %(default)s")
    parser.add_argument("folder", nargs="?", help="of the file, which is removed afterwards")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        path = Path(folder) / "MME.tsv"
        rows = write(path, given.gigabytes * 1e9)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        file = BenchmarkFile(get_benchmark("mme"), path, official=False)
        prepare(file, Path(folder) / "work", None, "published")
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            f"{path.stat().st_size / 1e9:.2f} GB, {rows} rows, {len(file.set_aside)} set aside: "
            f"{seconds:.0f} s, peak memory {peak / 1e6:.2f} GB ({before / 1e6:.2f} GB before)"
        )


if __name__ == "__main__":
    main()
