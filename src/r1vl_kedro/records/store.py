"""Write records to disk one by one, open them, and find images again as they were stored."""

from __future__ import annotations

import contextlib
import copy
import fcntl
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro import files
from r1vl_kedro.records import images as pictures
from r1vl_kedro.records.rejections import Rejection, list_of, warn_of
from r1vl_kedro.records.schema import RecordsError, features, labels_of
from r1vl_kedro.scratch import scratch_directory

if TYPE_CHECKING:
    from datasets import Dataset, Features

ROWS_AT_ONCE = 32
"""Rows that wait in memory with their images before they go to disk."""
_MAKING = threading.Lock()


def save_directory(
    data: Dataset,
    path: Path,
    *,
    made_from: Any = None,
    beside: Mapping[str, str] | None = None,
) -> None:
    """Write a dataset next to its place, mark it complete, and move it there in one step.

    Args:
        made_from: what `made_once` compares; see `files.mark_complete`.
        beside: further text files of the directory, by name.

    Raises:
        WriteError: the disk is full or the place cannot be written.
    """
    from datasets.utils.logging import disable_progress_bar

    disable_progress_bar()
    with files.writing_directory(path, made_from) as aside:
        data.save_to_disk(str(aside))
        for name, text in (beside or {}).items():
            (aside / name).write_text(text, encoding="utf-8")


def open_records(path: str, *needed: str, **read_by: str) -> Dataset:
    """Open records on disk, memory-mapped, images left encoded.

    Args:
        needed: columns that they must have.
        read_by: further columns, each with the name of the reward that reads it.

    Raises:
        RecordsError: nothing there, no rows, or a needed column is missing.
    """
    from datasets import load_from_disk

    try:
        records = undecoded(load_from_disk(path))
    except (OSError, ValueError) as error:
        raise RecordsError(f"no records can be read from {path}: {error}") from error
    except IndexError:  # a dataset without rows may have no file
        records = ()
    if len(records) == 0:
        raise RecordsError(f"no usable record left in {path}")
    there = records.column_names
    if missing := [name for name in needed if name not in there]:
        raise RecordsError(f"records in {path} lack {missing}; they have {there}")
    for name, reward in read_by.items():
        if name not in there:
            raise RecordsError(
                f"the reward {reward} reads the column {name!r}, which records in {path} lack; "
                f"they have {there}"
            )
    return records


def made_once(path: Path, made_from: Any, make: Callable[[], None]) -> Dataset:
    """Open the dataset at ``path``, memory-mapped; ``make`` saves it where none was made from this.

    Nodes that run side by side, in threads or in runs of their own, may ask for it at once: one
    makes it, the others wait.
    """
    from datasets import load_from_disk

    if not files.is_whole(path, made_from):
        with making(path):
            if not files.is_whole(path, made_from):
                make()
    return load_from_disk(str(path.resolve()))


def read_once(
    path: Path, made_from: Any, read: Callable[[], tuple[Dataset, list[Rejection]]]
) -> Dataset:
    """Open the dataset at ``path``; ``read`` reads it from a file where none was made from this.

    What was set aside is in ``rejected.json`` beside the rows.

    Args:
        made_from: the file's path, size, date and settings.
    """

    def make() -> None:
        data, rejections = read()
        beside = list_of(rejections, len(data))
        save_directory(data, path, made_from=made_from, beside=beside)
        warn_of(rejections, len(data), path)

    return made_once(path, made_from, make)


@contextlib.contextmanager
def making(path: Path) -> Iterator[None]:
    """Let one thread of one run at a time make what belongs at ``path``; the others wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _MAKING, path.with_name(f".{path.name}-lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        files.settle(path)
        yield


def write_rows(
    rows: Iterable[Mapping[str, Any]],
    directory: Path | None = None,
    *,
    key_steps: bool = False,
    image_hashes: bool = False,
    labels: Sequence[str] = (),
) -> Dataset:
    """Stream rows into an Arrow file and open it memory-mapped.

    Args:
        rows: records; ``images`` as encoded bytes, stored as they are.
        directory: where the file goes; a scratch directory when None.
        labels: names of further text columns of the rows.
    """
    columns = features(key_steps=key_steps, image_hashes=image_hashes, labels=labels)
    path = (directory or scratch_directory("records")) / "records.arrow"
    # Most sources do not know whether a path is sloppy.
    return stream(({"sloppy": None} | dict(row) for row in rows), columns, path)


def stream(rows: Iterable[Mapping[str, Any]], columns: Features, path: Path) -> Dataset:
    """Stream the columns of rows into an Arrow file and open it memory-mapped.

    Raises:
        WriteError: the disk is full or the place cannot be written.
    """
    from datasets import Dataset
    from datasets.arrow_writer import ArrowWriter

    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with (
        files.naming(path),
        ArrowWriter(features=columns, path=str(path), writer_batch_size=ROWS_AT_ONCE) as writer,
    ):
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the count is used after
            writer.write(columns.encode_example({name: row[name] for name in columns}))
        if count:
            writer.finalize()
    if not count:
        return Dataset.from_dict({name: [] for name in columns}, features=columns)
    return Dataset.from_file(str(path))


def undecoded(dataset: Dataset) -> Dataset:
    """Show images as ``{"bytes", "path"}``, so that reading decodes nothing.

    The rows stay where they are: a cast of a list's column would write all of them anew, into
    the directory that the dataset was read from.
    """
    from datasets import Features, Image, List

    view = copy.deepcopy(dataset)  # memory-mapped rows are not copied
    view.info.features = Features({**dataset.features, "images": List(Image(decode=False))})
    return view


def export_images(dataset: Dataset, directory: Path) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Write each record's images, bytes unchanged, below ``directory/<family>/``.

    Yields:
        The record and its images' paths below ``directory``.
    """
    for index, record in enumerate(undecoded(dataset)):
        folder = re.sub(r"[/\\\0]|^\.+", "-", record["family"])[:100] or "unknown"
        (directory / folder).mkdir(parents=True, exist_ok=True)
        names = []
        for number, image in enumerate(record["images"]):
            extension = pictures.extension(image["bytes"])
            names.append(f"{folder}/{index:06d}_{number}.{extension}")
            (directory / names[-1]).write_bytes(image["bytes"])
        yield record, names


def map_rows(
    dataset: Dataset, change: Callable[[dict[str, Any]], dict[str, Any]], *, key_steps: bool
) -> Dataset:
    """Rewrite every row, images untouched, streamed through a scratch file."""
    rows = (
        change({**row, "images": [image["bytes"] for image in row["images"]]})
        for row in undecoded(dataset)
    )
    return write_rows(rows, key_steps=key_steps, labels=labels_of(dataset))
