"""StepGRPO whose rollouts vLLM makes in the training process, on the CPU."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("vllm", reason="needs vLLM: make test-vllm")
pytestmark = [pytest.mark.vllm, pytest.mark.timeout(1200)]

OPTIONS = {
    "num_steps": 3,
    "rollouts_per_step": 8,
    "group_size": 4,
    "learning_rate": 1e-3,
    "temperature": 1.0,
    "max_prompt_length": 120,
    "max_completion_length": 40,
    "vllm": {"mode": "colocate", "gpu_memory_utilization": 0.3},
}
# On a CPU vLLM packs the weights of linear layers for oneDNN and drops the originals, so that those
# of the next step could not be loaded; with torch's own product they stay. And it would compile.
TRAIN = """
import functools, json, sys
from trl.generation import vllm_generation
from vllm import _custom_ops
_custom_ops._supports_onednn = False
vllm_generation.LLM = functools.partial(vllm_generation.LLM, enforce_eager=True)
from r1vl_kedro.training.step_grpo import train_step_grpo
train_step_grpo(**json.loads(sys.argv[1]))
"""


def train(tmp_path: Path, **kwargs) -> subprocess.CompletedProcess:
    """The training job in a process of its own: vLLM's process group stays until it ends."""
    return subprocess.run(
        [sys.executable, "-c", TRAIN, json.dumps({"output": str(tmp_path / "out"), **kwargs})],
        capture_output=True,
        text=True,
        env={**os.environ, "RANK": "0", "WORLD_SIZE": "1"},
    )


@pytest.fixture(scope="module")
def policy(base, tmp_path_factory):
    """The base model with weights in float32, which vLLM takes over from its configuration."""
    from r1vl_kedro.models import load_model, load_processor, save_processor

    place = tmp_path_factory.mktemp("policy") / "model"
    load_model(base, dtype="float32").save_pretrained(place)
    save_processor(load_processor(base), place)
    return str(place)


def test_colocated_rollouts_are_drawn_from_the_policy_that_is_trained(policy, lessons, tmp_path):
    done = train(tmp_path, base=policy, records=lessons, options=OPTIONS, seed=0)
    assert done.returncode == 0, done.stderr[-4000:]
    log = json.loads((tmp_path / "out/training_log.json").read_text())
    steps = [row for row in log if "sampling/sampling_logp_difference/mean" in row]
    assert [row["step"] for row in steps] == [1, 2, 3]
    assert all(row["learning_rate"] > 0 for row in steps[1:])
    for row in steps:
        # vLLM and the trainer give a drawn token the same probability: the same prompt and image,
        # the weights of this step, the same temperature.
        assert row["sampling/sampling_logp_difference/max"] < 1e-3, row
        assert abs(row["sampling/importance_sampling_ratio/mean"] - 1) < 1e-3, row


def test_pixels_that_vllm_would_not_see_are_refused(policy, lessons, tmp_path):
    options = {**OPTIONS, "max_pixels": 3136}
    done = train(tmp_path, base=policy, records=lessons, options=options, seed=0)
    assert done.returncode != 0
    assert "784 to 3136 pixels" in done.stderr
