"""What an evaluation rests on, in a few characters."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from r1vl_kedro.errors import CheckpointError

_BLOCK = 1 << 22


def resolve_checkpoint(checkpoint: str) -> Path:
    """The local directory of a checkpoint: a directory as it is, a hub name from its snapshot.

    Raises:
        CheckpointError: neither a directory of a model nor a name the hub (or its cache) knows.
    """
    if Path(checkpoint).is_dir():
        if not (Path(checkpoint) / "config.json").is_file():
            raise CheckpointError(
                f"checkpoint {checkpoint!r} has no config.json; give a directory made by "
                "save_pretrained"
            )
        return Path(checkpoint)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(checkpoint))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError) as error:
        why = {
            HFValidationError: "it is no name that the Hugging Face hub could have",
            LocalEntryNotFoundError: "as a hub name it is not in the cache, and the Hugging Face "
            "hub could not be reached",
        }
        reason = why.get(type(error), f"the Hugging Face hub refused it ({type(error).__name__})")
        raise CheckpointError(
            f"checkpoint {checkpoint!r} is not a directory, and {reason}; give a directory made by "
            "save_pretrained or the hub name of a model"
        ) from error


def digest_directory(directory: Path, names: tuple[str, ...] = ()) -> str:
    """Hexadecimal BLAKE2b over the names and bytes of a directory's files (not its marks).

    Args:
        names: suffixes to take in; all when empty.
    """
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(directory.rglob("*")):
        hidden = any(part.startswith((".", "_")) for part in path.relative_to(directory).parts)
        if hidden or not path.is_file() or (names and path.suffix not in names):
            continue
        digest.update(path.relative_to(directory).as_posix().encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def digest_json(value: Any) -> str:
    """Hexadecimal BLAKE2b of a JSON value, the same for the same content."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
