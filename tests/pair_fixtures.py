"""Pairs of responses on the tiny model's records, with log-probabilities of a reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from r1vl_kedro.records.pairs import add_reference, write_pairs
from r1vl_kedro.training.pair_logps import read_scores, score_pairs
from r1vl_kedro.training.preference_options import PairScoringOptions

SCORING = PairScoringOptions(batch_size=3)
PREFERENCE = {
    "objective": "dpo",
    "num_steps": 5,
    "batch_size": 4,
    "learning_rate": 1e-3,
    "max_prompt_length": 120,
    "max_completion_length": 40,
    "checkpoint_steps": 2,
}


def pair_rows(count: int = 6) -> list[dict]:
    """Pairs on random images; responses of several lengths."""
    import io

    import numpy as np
    from PIL import Image

    rows = []
    for i in range(count):
        pixels = np.random.default_rng(i).integers(0, 255, (84, 84 if i % 2 else 56, 3), "uint8")
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "PNG")
        rows.append(
            {
                "id": f"p{i}",
                "images": [stream.getvalue()],
                "question": f"How many are left? ({i})",
                "options": [],
                "answer": "3",
                "family": "counting",
                "source": "test",
                "chosen": f"{i + 4} - 1 = {i + 3}" + " so it is" * (i % 3),
                "rejected": f"I see {i}." + " Well." * (5 - i),
                "chosen_reward": 1.0,
                "rejected_reward": 0.0,
                "chosen_tokens": None,
                "rejected_tokens": None,
            }
        )
    return rows


def save_pairs(directory: Path, rows: list[dict]) -> str:
    write_pairs(rows).save_to_disk(str(directory))
    return str(directory)


def with_reference(directory: Path, pairs: str, checkpoint: str) -> str:
    """The pairs with the checkpoint's log-probabilities, as the node computes them."""
    from datasets import load_from_disk

    parts = str(directory.with_name(f"{directory.name}.parts"))
    score_pairs(checkpoint, pairs, parts, SCORING.model_dump())
    scores = read_scores(checkpoint, pairs, parts, SCORING, "{question}")
    add_reference(load_from_disk(pairs), scores).save_to_disk(str(directory))
    return str(directory)


@pytest.fixture(scope="session")
def pairs(tmp_path_factory) -> str:
    """Directory of six pairs without a reference."""
    return save_pairs(tmp_path_factory.mktemp("pairs") / "rows", pair_rows())


@pytest.fixture(scope="session")
def referenced(tmp_path_factory, pairs, other) -> str:
    """The six pairs with log-probabilities under another model than the one that is trained."""
    return with_reference(tmp_path_factory.mktemp("referenced") / "rows", pairs, other)


@pytest.fixture(scope="session")
def other(tmp_path_factory, tiny) -> str:
    """A model like ``tiny`` with other weights."""
    from r1vl_kedro.models import load_processor, save_processor
    from r1vl_kedro.world.tiny import build_model

    directory = tmp_path_factory.mktemp("other") / "model"
    processor = load_processor(tiny)
    build_model(1, processor.tokenizer).save_pretrained(directory)
    save_processor(processor, directory)
    return str(directory)
