"""Training of the shipped tiny base model.

::

    embedded world ─ train_base_model ─ base_model
"""

from __future__ import annotations

from pathlib import Path

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.world.base import BaseOptions


def train_base_model(options: BaseOptions, seed: int, work_dir: str) -> Path:
    """Train the tiny Qwen2-VL from scratch; return its directory, with a record of its skills.

    Goes on from its last state in ``work_dir`` after a kill.
    """
    from r1vl_kedro.world import base

    place = Path(work_dir).resolve() / "base_model"
    base.train_base_model(place / "model", options, seed, place / "scratch")
    return place / "model"


def create_pipeline() -> Pipeline:
    """Train a base model from a seed; other pipelines prefer it to the shipped one."""
    inputs = ["params:base_model", "params:seed", "params:work_dir"]
    node = Node(train_base_model, inputs, "base_model", name="train_base_model", tags="training")
    return Pipeline([node])
