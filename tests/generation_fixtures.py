"""An untrained tiny model and a few records, for tests of generation and evaluation."""

import pytest


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """An untrained tiny Qwen2-VL on disk."""
    from r1vl_kedro.models import save_processor
    from r1vl_kedro.world.tiny import build_model, build_processor

    path = tmp_path_factory.mktemp("tiny")
    processor = build_processor()
    build_model(0, processor.tokenizer).save_pretrained(path)
    save_processor(processor, path)
    return str(path)


@pytest.fixture(scope="session")
def records(tmp_path_factory):
    """Seven records of the embedded world."""
    import random

    from datasets import Dataset

    from r1vl_kedro.records.schema import features
    from r1vl_kedro.world.families import FAMILIES, random_problem
    from r1vl_kedro.world.scenes import to_image

    rng = random.Random(5)
    rows = []
    for k in range(7):
        problem = random_problem(rng, FAMILIES[k % 3], "test")
        rows.append(
            {
                "id": f"r{k}", "images": [to_image(problem.picture)],
                "question": problem.question, "options": list(problem.options),
                "answer": problem.answer, "solution": problem.path(), "family": problem.family,
                "source": "test",
                "key_steps": [[step] for step in problem.steps],
            }
        )  # fmt: skip
    path = tmp_path_factory.mktemp("answered") / "set"
    Dataset.from_list(rows, features=features(key_steps=True)).save_to_disk(path)
    return str(path)
