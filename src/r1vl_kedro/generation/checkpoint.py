"""Find the checkpoint that is to be evaluated."""

from __future__ import annotations

from pathlib import Path

from r1vl_kedro.errors import CheckpointError


def resolve_checkpoint(checkpoint: str) -> Path:
    """Find the local directory of a checkpoint: a directory as it is, a hub name from its snapshot.

    Raises:
        CheckpointError: neither a model's directory nor a name on the hub or in its cache.
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
