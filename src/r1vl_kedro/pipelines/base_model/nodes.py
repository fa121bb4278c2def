"""Nodes that make the base model of the embedded world."""

from __future__ import annotations

from pathlib import Path

from r1vl_kedro.world.base import BaseOptions


def train_base_model(options: BaseOptions, seed: int, work_dir: str) -> Path:
    """Train the tiny Qwen2-VL from scratch; return its directory, with a record of its skills.

    Goes on from its last state in ``work_dir`` after a kill.
    """
    from r1vl_kedro.world import base

    place = Path(work_dir).resolve() / "base_model"
    base.train_base_model(place / "model", options, seed, place / "scratch")
    return place / "model"
