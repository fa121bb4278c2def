"""What a result rests on: the code's commit, the packages' versions, digests of its inputs."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

PACKAGES = (
    "r1vl_kedro", "torch", "transformers", "trl", "accelerate", "peft", "datasets", "deepspeed",
    "vllm", "kedro", "mlflow", "rapidfuzz", "numpy", "pandas", "plotly",
)  # fmt: skip
_BLOCK = 1 << 16
_BLOCKS = 1024
"""Blocks of a file that are read for its digest: all of a file up to 64 MiB."""


def versions(names: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Look up Python's and the packages' versions; packages not installed are left out."""
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


class Commit(NamedTuple):
    """The checkout's commit, and whether its files differ from it."""

    commit: str
    changed: bool

    def __str__(self) -> str:
        return f"{self.commit} (with uncommitted changes)" if self.changed else self.commit


def git_commit(directory: Path | None = None) -> Commit | None:
    """Look up the commit of a checkout; None outside of one, or without git.

    Args:
        directory: any folder of the checkout; the package's own by default.
    """
    where = str(directory or Path(__file__).parent)

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", where, *arguments],
            capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        return Commit(commit, bool(git("status", "--porcelain", "--untracked-files=no")))
    except (OSError, subprocess.SubprocessError):
        return None


def machine() -> str:
    """Name processor, cores, memory and GPUs of this machine, but no host."""
    import psutil

    memory = f"{psutil.virtual_memory().total / 2**30:.0f} GiB"
    parts = [processor(), f"{psutil.cpu_count()} cores", memory]
    gpus = Counter(_gpus())
    return ", ".join([*parts, *(f"{count} x {name}" for name, count in gpus.items())])


def processor() -> str:
    """Name the processor by its model where that is known, else by its architecture."""
    return cpuinfo().get("model name") or platform.processor() or platform.machine()


def cpuinfo() -> dict[str, str]:
    """Read the first processor's entry of /proc/cpuinfo; empty where there is none."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n", 1)[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _gpus() -> list[str]:
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.strip().splitlines()


def fingerprint(path: str | Path) -> str:
    """Digest what is read below ``path``: the rows of records, or the files of a model.

    Names, sizes and contents count; of a file beyond 64 MiB 1024 blocks of 64 KiB spread evenly
    over it. Marks, hidden files and what else came to lie in a directory of records do not count.

    Args:
        path: a directory; the name of a model on the hub is digested as a name.

    Returns:
        32 hexadecimal digits of BLAKE2b.
    """
    digest = hashlib.blake2b(digest_size=16)
    for file in _parts(Path(path)):
        size = file.stat().st_size
        digest.update(f"{file.relative_to(path).as_posix()}:{size}".encode())
        step = max(_BLOCK, (size - _BLOCK) // (_BLOCKS - 1))
        with file.open("rb") as stream:
            for start in (*range(0, size, step), max(0, size - _BLOCK)):
                stream.seek(start)
                digest.update(stream.read(_BLOCK))
    if not Path(path).is_dir():
        digest.update(str(path).encode())
    return digest.hexdigest()


def _parts(directory: Path) -> list[Path]:
    state = directory / "state.json"
    if state.is_file():  # records: what the dataset's own list names
        listed = json.loads(state.read_text(encoding="utf-8"))["_data_files"]
        return [directory / file["filename"] for file in listed]
    return [
        file
        for file in sorted(directory.rglob("*"))
        if file.is_file() and not any(part[0] in "._" for part in file.relative_to(directory).parts)
    ]


def digest_json(value: Any) -> str:
    """Digest a JSON value (32 hexadecimal digits of BLAKE2b), the same for the same content."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
