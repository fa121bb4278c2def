"""A model, a hundred questions and a server for the tests that run vLLM on the CPU."""

import json
import random
import shutil
from pathlib import Path

import pytest
from serving import Server


@pytest.fixture(scope="session")
def base() -> Path:
    """The shipped base model of the embedded world."""
    import r1vl_kedro.world

    return Path(r1vl_kedro.world.__file__).parent / "assets/base_model"


@pytest.fixture(scope="session")
def model(base, tmp_path_factory) -> str:
    """The base model made to err as real checkpoints do, were it not for what engines ask for.

    - ``<|image_pad|>`` is likelier than a full stop wherever that is likely; its row of the tied
      embeddings is never read for a prompt, where images stand in its place;
    - the generation settings are those published with Qwen2-VL-7B-Instruct.
    """
    import torch
    from safetensors.torch import load_file, save_file
    from transformers import AutoTokenizer

    place = tmp_path_factory.mktemp("model") / "tiny"
    shutil.copytree(base, place)
    tokenizer = AutoTokenizer.from_pretrained(place)
    [stop] = tokenizer.encode(".", add_special_tokens=False)
    weights = load_file(place / "model.safetensors")
    [name] = [name for name in weights if name.endswith("embed_tokens.weight")]
    embedding = weights[name].to(torch.float32)
    embedding[tokenizer.convert_tokens_to_ids("<|image_pad|>")] = 1.1 * embedding[stop]
    weights[name] = embedding.to(weights[name].dtype)
    save_file(weights, place / "model.safetensors", metadata={"format": "pt"})
    file = place / "generation_config.json"
    published = {"repetition_penalty": 1.05, "temperature": 0.1, "top_p": 0.001, "top_k": 1}
    file.write_text(json.dumps({**json.loads(file.read_text()), **published, "do_sample": True}))
    return str(place)


@pytest.fixture(scope="session")
def lessons(tmp_path_factory) -> str:
    """A hundred records whose questions the base model was taught, most with long answers."""
    from datasets import Dataset

    from r1vl_kedro.records.schema import features
    from r1vl_kedro.world import lessons
    from r1vl_kedro.world.scenes import Chart, Scene, random_picture, to_image

    rng = random.Random(0)
    of_scenes = (lessons.find_several, lessons.take_away, lessons.describe, lessons.find)
    of_charts = (lessons.combine, lessons.read, lessons.describe, lessons.tallest)
    rows = []
    for k in range(100):
        kind, teach = (Chart, of_charts) if k % 3 == 0 else (Scene, of_scenes)
        picture = random_picture(rng, kind, "test")
        question, answer = teach[k % 4](rng, picture)
        rows.append(
            {
                "id": f"lesson-{k}", "images": [to_image(picture)], "question": question,
                "options": [], "answer": answer, "solution": answer, "family": "lessons",
                "source": "test", "key_steps": [[answer]],
            }
        )  # fmt: skip
    place = tmp_path_factory.mktemp("lessons") / "rows"
    Dataset.from_list(rows, features=features(key_steps=True)).save_to_disk(place)
    return str(place)


@pytest.fixture(scope="session")
def server(model, tmp_path_factory):
    """vLLM's OpenAI-compatible server with that model, as ``tiny``."""
    command = [
        model, "--served-model-name", "tiny", "--dtype", "float32", "--enforce-eager",
        "--max-model-len", "4096", "--limit-mm-per-prompt", '{"image": 1, "video": 0}',
        # The grammar of JSON allows white space for ever, and a model this small makes use of it.
        "--structured-outputs-config",
        '{"backend": "xgrammar", "disable_any_whitespace": true}',
    ]  # fmt: skip
    with Server(command, tmp_path_factory.mktemp("server") / "server.log") as running:
        yield running
