"""CONTRIBUTING.md's worked examples: one file each, and all of them train together."""

import base64
import json
import os
import re
import shutil

import forked
import pandas as pd
import pytest
import yaml
from smoke_place import ROOT

from r1vl_kedro.records.readers.mulberry import MulberryFile
from r1vl_kedro.responses import parse_response
from r1vl_kedro.training.overrides import merge
from r1vl_kedro.world.corpus import Faults, write_corpus

BLOCK = re.compile(r"```(?:python|yaml)\n# (?P<path>\S+)\n(?P<text>.*?)```", re.DOTALL)
KINDS = ["A reward", "A grammar", "A method", "A source", "A benchmark"]
pytestmark = pytest.mark.timeout(900)


def worked_examples():
    """By heading the (path, text) of its blocks."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in page.split("\n## ")[1:])
    return {
        heading: [(block["path"], block["text"]) for block in BLOCK.finditer(text)]
        for heading, _, text in parts
    }


EXAMPLES = worked_examples()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with the examples' files in it, and conf/smoke with their YAML."""
    root = tmp_path_factory.mktemp("contributed")
    for name in ("src", "conf"):
        # A user who follows the page has a conf/mine too.
        ignored = shutil.ignore_patterns("__pycache__", "mine")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(root / "conf/smoke", root / "conf/mine")
    (root / "conf/mine/globals.yml").write_text(f"data: {root / 'data'}\n")
    for path, text in (block for blocks in EXAMPLES.values() for block in blocks):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".yml":
            given = yaml.safe_load(file.read_text()) if file.is_file() else {}
            # Catalog entries replace each other; parameters are laid over each other.
            lay = merge if file.name == "parameters.yml" else dict.__or__
            text = yaml.safe_dump(lay(given, yaml.safe_load(text)))
        else:
            assert not file.exists(), f"{path} is there already"
        file.write_text(text, encoding="utf-8")
    return root


def run(project, *arguments, program="kedro"):
    """Run Kedro or pytest on the copy; its exit code and output."""
    environment = {**os.environ, "PYTHONPATH": str(project / "src")}
    output = project / f"{program}.txt"
    return forked.kedro(arguments, project, output, environment, program=program, copied=True)


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_one_file_one_test_and_yaml(kind):
    paths = [path for path, _ in EXAMPLES[kind]]
    sources = [path for path in paths if path.startswith("src/")]
    tests = [path for path in paths if path.startswith("tests/")]
    assert (len(sources), len(tests)) == (1, 1)
    assert not (ROOT / sources[0]).exists()
    assert {path for path in paths if path.endswith(".yml")} <= {
        "conf/mine/parameters.yml",
        "conf/mine/catalog.yml",
    }
    assert set(EXAMPLES) == set(KINDS)


def test_their_tests_pass(project):
    code, output = run(project, "-q", "-p", "no:cacheprovider", "tests", program="pytest")
    assert code == 0, output[-4000:]
    assert f"{len(KINDS)} passed" in output


@pytest.fixture(scope="module")
def trained(project):
    """The data directory after one run of the method's variant with all that was added."""
    data = project / "data"
    corpus = write_corpus(data / "01_raw/steps", 90, 0, Faults(abridged=0.3))
    records = list(MulberryFile(corpus, corpus.parent))
    rows = [
        {
            "image": str(raw.images[0].relative_to(corpus.parent)),
            "question": raw.question,
            "answer": parse_response(raw.solution).answer,
            "steps": [step.body.strip() for step in parse_response(raw.solution).steps],
        }
        for raw in records
        if raw.images and raw.solution and not raw.options
    ]
    (data / "01_raw/steps/records.jsonl").write_text("\n".join(map(json.dumps, rows)))
    picture = base64.b64encode((corpus.parent / rows[0]["image"]).read_bytes()).decode()
    table = pd.DataFrame(
        {"index": [1, 2], "image": picture, "question": ["How many?", "How few?"], "answer": "3"}
    )
    (data / "01_raw/tallyqa").mkdir()
    table.to_csv(data / "01_raw/tallyqa/TallyQA.tsv", sep="\t", index=False)
    code, output = run(
        project,
        *("run", "--pipelines=ablation", "--env=mine"),
        "--to-outputs=short_paths.scores,short_paths.benchmark_scores",
        *("--params", "tracking.enabled=false"),
    )
    assert code == 0, output[-6000:]
    return data


def test_one_run_trains_with_all_of_them(trained):
    place = trained / "07_model_output/ablation"
    rollouts = pd.read_parquet(place / "short_paths.step_grpo/rollouts.parquet")
    assert set(rollouts["reward_short"]) <= {0.0, 1.0}
    manifest = json.loads((trained / "08_reporting/scores/short_paths.manifest.json").read_text())
    assert manifest["grammar"] == "gsm8k"
    stage = trained / "06_models/ablation/short_paths.short_sft"
    assert json.loads((stage / "manifest.json").read_text())["options"]["num_steps"] == 2
    scores = json.loads((trained / "08_reporting/scores/short_paths.benchmarks.json").read_text())
    assert scores["benchmarks"]["tallyqa"]["n"] == 2


def test_the_source_is_read_in_the_grammar(trained):
    from datasets import load_from_disk

    prompts = load_from_disk(str(trained / "05_model_input/rl_prompts"))
    assert set(prompts["source"]) == {"steps"}
    assert all("\n#### " in path for path in prompts["solution"])
