"""What the files of a local checkpoint tell without a library: found before anything is loaded."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKENIZERS = ("tokenizer.json", "vocab.json", "tokenizer.model", "vocab.txt")
"""Files one of which a tokenizer is loaded from."""
_IMAGE_TOKEN = "<|image_pad|>"


@dataclass(frozen=True)
class Bounds:
    """Bounds on an image's area in pixels; None where they are not known."""

    low: int | None = None
    high: int | None = None
    smallest: int | None = None
    """The area of one visual token."""

    def within(self, low: int | None, high: int | None) -> Bounds:
        """Return the bounds with those that options give laid over them."""
        return Bounds(
            self.low if low is None else low, self.high if high is None else high, self.smallest
        )

    @property
    def problem(self) -> str | None:
        """Explain why no image has an area within them; None where one has."""
        if None not in (self.high, self.smallest) and self.high < self.smallest:
            return f"max_pixels {self.high} is below {self.smallest}, an image of one visual token"
        if None not in (self.low, self.high) and self.low > self.high:
            return (
                f"min_pixels {self.low} exceeds max_pixels {self.high}; the one that the options "
                "leave open is the checkpoint's, so give both"
            )
        return None


def name_problem(name: str) -> str | None:
    """Explain why a model's name can be neither a directory nor, here and now, one of the hub's."""
    if name.startswith(("/", ".", "~")) or name.count("/") > 1:
        return f"there is no directory {name!r:.200}; wanted one, or a model's name on the hub"
    from huggingface_hub import is_offline_mode, try_to_load_from_cache

    if not is_offline_mode() or isinstance(try_to_load_from_cache(name, "config.json"), str):
        return None
    return f"HF_HUB_OFFLINE is set, and {name!r:.200} is not in the cache of the Hugging Face hub"


def architecture(place: Path) -> str:
    """Return a checkpoint's model type and number of parameters, as far as its files tell them.

    The number is the size of the tensors that the headers of its safetensors files list.
    """
    kind = str(_read(place / "config.json").get("model_type", "unknown type"))
    headers = [_header(file) for file in place.glob("*.safetensors")]
    shapes = [one["shape"] for header in headers for one in header.values() if "shape" in one]
    count = sum(map(math.prod, shapes))
    return f"{kind}, {count:,} parameters" if count else kind


def _header(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            return json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
    except (OSError, ValueError, OverflowError):  # no safetensors file: who loads it names it
        return {}


def bounds_of(place: Path) -> Bounds:
    """Read the bounds of a checkpoint's own image processor."""
    settings = _image_settings(place) or {}
    size = settings.get("size") if isinstance(settings.get("size"), dict) else {}
    sides = [settings.get(name) for name in ("patch_size", "merge_size")]
    whole = all(isinstance(side, int) for side in sides)
    return Bounds(
        size.get("shortest_edge", settings.get("min_pixels")),
        size.get("longest_edge", settings.get("max_pixels")),
        (sides[0] * sides[1]) ** 2 if whole else None,
    )


def problems_of(place: Path) -> Iterator[str]:
    """Yield what a local checkpoint lacks to be loaded with its processor, each in a sentence."""
    if not (place / "config.json").is_file():
        yield f"{place} has no config.json; wanted a directory that save_pretrained wrote"
        return
    if not any((place / name).is_file() for name in TOKENIZERS):
        yield f"{place} has no tokenizer: none of {', '.join(TOKENIZERS)}"
    if _image_settings(place) is None:
        yield f"{place} has no image processor: neither preprocessor_config.json nor its successor"
    if not _has_chat_template(place):
        yield f"{place} has no chat template; put chat_template.jinja of the model's family there"
    wanted, found = _read(place / "config.json").get("image_token_id"), _image_token(place)
    if None not in (wanted, found) and wanted != found:
        yield (
            f"{place}: config.json has image_token_id {wanted}, its tokenizer has {found} for "
            f"{_IMAGE_TOKEN}; the files are of two models"
        )


def _read(file: Path) -> dict[str, Any]:
    """Return a JSON object; an empty one where the file has none, which loading then tells."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _image_settings(place: Path) -> dict[str, Any] | None:
    whole = _read(place / "processor_config.json").get("image_processor")
    if isinstance(whole, dict):
        return whole
    return _read(place / "preprocessor_config.json") or None


def _has_chat_template(place: Path) -> bool:
    files = ("chat_template.jinja", "chat_template.json", "additional_chat_templates")
    if any((place / name).exists() for name in files):
        return True
    configs = ("tokenizer_config.json", "processor_config.json")
    return any(_read(place / name).get("chat_template") for name in configs)


def _image_token(place: Path) -> int | None:
    tokens = _read(place / "tokenizer.json").get("added_tokens")
    for token in tokens if isinstance(tokens, list) else []:
        if isinstance(token, dict) and token.get("content") == _IMAGE_TOKEN:
            return token.get("id")
    return None
