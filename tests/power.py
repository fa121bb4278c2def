"""A disk whose power can be cut: content that was never synced is lost, names are kept."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path


class Disk:
    """Snapshots of ``root`` as a power cut right after each sync, rename or removal leaves it.

    File systems that delay the allocation of blocks (ext4, XFS) keep a renamed file's name and
    lose its content where nobody has synced it: such files are empty in a snapshot.
    """

    def __init__(self, root: Path, snapshots: Path, monkeypatch) -> None:
        self.root, self.place = root, snapshots
        self.snapshots: list[Path] = []
        self._synced: set[tuple[int, int, int]] = set()
        for name, after in (
            ("fsync", self._note), ("sync", self._note_all),
            ("rename", None), ("replace", None), ("unlink", None),
        ):  # fmt: skip
            monkeypatch.setattr(os, name, self._watched(getattr(os, name), after))

    def _watched(self, function: Callable, after: Callable | None) -> Callable:
        def call(*arguments, **options):
            result = function(*arguments, **options)
            if after is not None:
                after(*arguments)
            self._cut()
            return result

        return call

    def _note(self, number: int) -> None:
        self._synced.add(state(os.fstat(number)))

    def _note_all(self) -> None:
        self._synced |= {state(path.stat()) for path in self.root.rglob("*")}

    def _cut(self) -> None:
        snapshot = self.place / f"{len(self.snapshots):04d}"
        for path in [self.root, *self.root.rglob("*")]:
            copy = snapshot / path.relative_to(self.root)
            if path.is_dir():
                copy.mkdir(parents=True)
            elif state(path.stat()) in self._synced:
                shutil.copy2(path, copy)
            else:
                copy.touch()
        self.snapshots.append(snapshot)


def state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns
