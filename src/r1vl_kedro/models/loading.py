"""Load a vision-language model from a checkpoint."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING

from r1vl_kedro.errors import CheckpointError

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def load_model(
    path: str | Path, *, dtype: str = "float32", attention: str | None = None
) -> PreTrainedModel:
    """Load the model of a checkpoint.

    Args:
        path: a directory written by ``save_pretrained``, or a hub name.
        dtype: a torch dtype by name.
        attention: ``auto``, ``sdpa``, ``flash_attention_2``, ``eager``; None as transformers likes.

    Raises:
        CheckpointError: missing, truncated or otherwise unreadable files; names the path.
    """
    from safetensors import SafetensorError
    from transformers import AutoModelForImageTextToText
    from transformers.utils import is_flash_attn_2_available

    if attention == "auto":
        attention = "flash_attention_2" if is_flash_attn_2_available() else "sdpa"
    options = {} if attention is None else {"attn_implementation": attention}
    try:
        return AutoModelForImageTextToText.from_pretrained(str(path), dtype=dtype, **options)
    except (OSError, ValueError, SafetensorError, UnpicklingError) as error:
        said = str(error).strip().partition("\n")[0]
        raise CheckpointError(f"no model can be loaded from {path}: {said:.300}") from error
    except RuntimeError as error:
        if "ignore_mismatched_sizes" not in str(error):
            raise
        raise CheckpointError(
            f"no model can be loaded from {path}: its config.json gives other sizes than its "
            "weights have; the files are of two models"
        ) from error
