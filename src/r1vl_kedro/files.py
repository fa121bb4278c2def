"""Files and directories that are whole or absent, also after a kill, a power cut or a full disk.

What is written goes aside, is synced (`fsync`, its directory too), marked complete where it is a
directory, and moved into place in one step. A mark holds the sizes of the files: a directory one
of whose files was lost or cut short does not count as whole.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from r1vl_kedro.errors import UserFacingError

logger = logging.getLogger(__name__)

MARK = "_COMPLETE"
_MANY_FILES = 500
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
_NO_ROOM_WORDS = ("No space left", "inline_container", "PytorchStreamWriter", "iostream error")
"""What torch and pyarrow report in errors of their own when a disk is full."""


class WriteError(UserFacingError):
    """A file cannot be written; the message names its path and the free space there."""


def sync(path: Path) -> None:
    """Bring a file's content, or a directory's entries, to the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def sync_tree(directory: Path) -> None:
    """Bring all files and directories below ``directory``, and itself, to the disk."""
    paths = [path for path in directory.rglob("*") if not path.is_symlink()]
    if len(paths) > _MANY_FILES:
        os.sync()  # one by one, thousands of pictures take minutes
        return
    for path in paths:
        sync(path)
    sync(directory)


@contextlib.contextmanager
def writing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Yield a path to write to; it becomes ``path`` in one step when the block ends well.

    Args:
        durable: sync it; False for what means nothing after a power cut, such as progress.

    Raises:
        WriteError: the disk is full or the place cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield aside
            if durable:
                sync(aside)
            os.replace(aside, path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        if durable:
            sync(path.parent)


def write_text(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a text file in one step; see `writing`."""
    with writing(path, durable=durable) as aside:
        aside.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file in one step; what JSON has no form for is written as its text."""
    write_text(path, json.dumps(content, indent=2, default=str) + "\n")


def as_json(content: Any) -> Any:
    """Return a content as reading it back from a file of `write_json` gives it."""
    return json.loads(json.dumps(content, default=str))


def mark_complete(directory: Path, made_from: Any = None) -> None:
    """Sync a directory and note the sizes of its files in its mark.

    Args:
        made_from: JSON value that `problem` compares, such as the settings of what is inside.
    """
    (directory / MARK).unlink(missing_ok=True)
    sizes = _sizes(directory)
    sync_tree(directory)
    (directory / MARK).write_text(
        json.dumps({"made_from": made_from, "sizes": sizes}), encoding="utf-8"
    )
    sync(directory / MARK)
    sync(directory)


def _sizes(directory: Path) -> dict[str, int]:
    """Return the bytes of all files of a directory, by their path in it."""
    return {
        file.relative_to(directory).as_posix(): file.stat().st_size
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }


@contextlib.contextmanager
def writing_directory(final: Path, made_from: Any = None) -> Iterator[Path]:
    """Yield a place for a directory; whole and marked it becomes ``final`` when the block ends.

    What a run left there that was killed or met a full disk is removed first.

    Args:
        made_from: see `mark_complete`.

    Raises:
        WriteError: the disk is full or the place cannot be written.
    """
    aside = final.with_name(f".{final.name}.writing")
    with naming(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        yield aside
        mark_complete(aside, made_from)
    move_in_place(aside, final)


def problem(directory: Path, made_from: Any = None) -> str | None:
    """Name what keeps a directory from being whole, or return None.

    Args:
        made_from: where given, what its mark must say it was made from.
    """
    mark = directory / MARK
    if not mark.is_file():
        return f"{directory} has no {MARK} mark; it was never finished"
    try:
        content = json.loads(mark.read_text(encoding="utf-8"))
        sizes, made = content["sizes"], content["made_from"]
    except (ValueError, TypeError, KeyError):
        return f"{mark} cannot be read"
    for name, size in sizes.items():
        file = directory / name
        if not file.is_file():
            return f"{file} is missing"
        if file.stat().st_size != size:
            return f"{file} has {file.stat().st_size} bytes instead of {size}"
    if made_from is not None and made != as_json(made_from):
        return f"{directory} was made from something else"
    return None


def made_from(directory: Path) -> Any:
    """Return what a directory's mark says it was made from; None without a mark."""
    mark = directory / MARK
    return json.loads(mark.read_text(encoding="utf-8"))["made_from"] if mark.is_file() else None


def is_whole(directory: Path, made_from: Any = None) -> bool:
    """Tell whether a directory is marked complete and has all its files, in their sizes."""
    return problem(directory, made_from) is None


def move_in_place(aside: Path, final: Path) -> None:
    """Move a marked directory to ``final``; what was there stays until the new one is beside it.

    A kill in between leaves the new directory whole next to its place; `settle` does the rest.

    Raises:
        WriteError: the disk is full or the place cannot be written.
    """
    staged = _staged(final)
    with naming(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(staged, ignore_errors=True)
        try:
            aside.rename(staged)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            incoming = final.with_name(f".{final.name}.incoming")
            shutil.rmtree(incoming, ignore_errors=True)
            shutil.copytree(aside, incoming)
            sync_tree(incoming)
            incoming.rename(staged)
            shutil.rmtree(aside, ignore_errors=True)
        sync(final.parent)
        settle(final)


def settle(final: Path) -> None:
    """End a `move_in_place` that was cut short; nothing happens where none was.

    What was there is removed where a mark names all of its files, and else kept beside as
    ``<name>.replaced``: no run made it, so it may be there only.
    """
    staged = _staged(final)
    if not staged.is_dir():
        return
    outgoing = final.with_name(f".{final.name}.outgoing")
    shutil.rmtree(outgoing, ignore_errors=True)
    if final.exists() and not _is_of_runs(final):
        keep(final)
    if final.exists():
        final.rename(outgoing)
    staged.rename(final)
    sync(final.parent)
    shutil.rmtree(outgoing, ignore_errors=True)


def _is_of_runs(directory: Path) -> bool:
    """Tell whether all files of a directory are those that its mark names, in their sizes."""
    if not directory.is_dir():
        return False
    try:
        marked = json.loads((directory / MARK).read_text(encoding="utf-8"))["sizes"]
    except (OSError, ValueError, TypeError, KeyError):
        marked = {}
    there = _sizes(directory)
    there.pop(MARK, None)
    return there.items() <= marked.items()


def keep(path: Path) -> None:
    """Rename what no run made to the first free ``<name>.replaced``, and warn of it."""
    names = (path.with_name(f"{path.name}.replaced{n or ''}") for n in itertools.count())
    kept = next(name for name in names if not name.exists())
    path.rename(kept)
    logger.warning("%s has what no run made; it is kept as %s", path, kept)


def arrived(final: Path) -> Path:
    """Return where the directory of ``final`` lies: there, or beside it after a kill."""
    staged = _staged(final)
    return staged if staged.is_dir() else final


def _staged(final: Path) -> Path:
    return final.with_name(f".{final.name}.whole")


@contextlib.contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Turn a failure to write into a WriteError that names the path and the free space."""
    try:
        yield
    except Exception as error:
        if isinstance(error, UserFacingError | FileNotFoundError) or not (
            isinstance(error, OSError)
            or type(error).__name__ == "SafetensorError"
            or any(words in str(error) for words in _NO_ROOM_WORDS)
        ):
            raise
        raise WriteError(_sentence(path, error)) from error


def no_room(error: BaseException | None) -> str | None:
    """Describe an error that comes of a full or read-only disk in one sentence; None for others."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return _sentence(error.filename or tempfile.gettempdir(), error)
        if any(words in str(error) for words in _NO_ROOM_WORDS):
            return _sentence(tempfile.gettempdir(), error)
        error = error.__cause__ or error.__context__
    return None


def _sentence(path: Path | str, error: BaseException) -> str:
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free / 2**20
    return f"cannot write {path} ({free:.0f} MiB free there): {str(error).splitlines()[0]:.200}"
