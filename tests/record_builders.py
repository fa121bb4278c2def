"""Small real records for tests: images that differ, paths that are valid."""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.readers.mulberry import MulberryFile
from r1vl_kedro.records.rows import RecordFile
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.records.validate import validate

PATH = """### Image Description:
A square with a diagonal.

### Rationales:
The diagonal bisects the angle.

### Let's think step by step.

### Step 1:
The corner is 90 degrees.

### Step 2:
90 / 2 = 45.

### The final answer is:
{answer}"""

PREFIX = (
    "Generate an image description based on the question.\n"
    "Then think step by step.\n### The final answer is: "
)


def image_bytes(seed: int, side: int = 48, kind: str = "PNG") -> bytes:
    """An image of coarse random colours, the same for the same seed."""
    grid = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    picture = Image.fromarray(grid).resize((side, side), Image.Resampling.NEAREST)
    buffer = BytesIO()
    picture.save(buffer, format=kind)
    return buffer.getvalue()


def mulberry_row(
    image: str | list[str],
    question: str = "Find x.",
    options: tuple[str, ...] = ("30", "45"),
    answer: str = "B: 45",
    response: str | None = None,
) -> dict:
    """A row as Mulberry has it."""
    choices = "".join(
        f"\n{letter}: {text}" for letter, text in zip("ABCDEFG", options, strict=False)
    )
    user = f"<image>{PREFIX}\n\nQuestion: {question}" + (f"\nChoices:{choices}" if options else "")
    return {
        "messages": [
            {"role": "user", "content": user},
            {"role": "assistant", "content": response or PATH.format(answer=answer)},
        ],
        "images": image,
    }


def write_mulberry(folder: Path, rows: list[dict], images: dict[str, bytes]) -> Path:
    """The rows as a file with their images beside it."""
    for name, data in images.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    path = folder / "mulberry_sft.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def validated(folder: Path, rows: list[dict], images: dict[str, bytes], **options):
    """The usable ones of the rows as records, and those set aside."""
    path = write_mulberry(folder, rows, images)
    return validate(MulberryFile(path), ValidationOptions(**options))


def raw_of(reader: str, row: dict, index: int, root: Path, source: str) -> RawRecord:
    """A row of a file as its reader gives it, not yet checked."""
    return get_reader(reader)(root / "rows.json", source=source).read(row, index, root)


@dataclass(frozen=True)
class PlainFile(RecordFile):
    """Questions without images, ``{"ask", "say"}`` a line: a reader from outside the project."""

    family: str = ""

    def read(self, row, index, root):
        return RawRecord(
            id=f"#{index}", question=row["ask"], answer=row["say"], family=self.family, images=[]
        )
