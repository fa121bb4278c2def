"""TRL's private methods that are replaced or extended are those that were read."""

import hashlib
import inspect
from importlib.metadata import version

import pytest
from trl import GRPOTrainer

SEEN = {
    "_get_per_token_logps_and_entropies": "ea73c3909275851d",
    "_prepare_inputs": "f824e7fb07147956",
    "_generate_single_turn": "e0f02e4fc094cefd",
    # Extended: the loss reads the ratio to vLLM after the log-probabilities, and an empty
    # completion mask leaves a row out (training/vllm_ratio.py, shared_logps.py).
    "_compute_loss": "80295546bbdbf6f7",
    "_generate_and_score_completions": "1fa48922792dcd5c",
}
"""The first digits of the SHA-256 of each method's source in TRL 1.16."""


@pytest.mark.parametrize("name", SEEN)
def test_a_method_is_the_one_that_was_read(name):
    source = inspect.getsource(inspect.unwrap(getattr(GRPOTrainer, name)))
    found = hashlib.sha256(source.encode()).hexdigest()[:16]
    assert found == SEEN[name], (
        f"TRL {version('trl')} has another GRPOTrainer.{name} than the one StepGRPOTrainer "
        f"replaces or extends: carry its change over to training/step_grpo_trainer.py or "
        f"shared_logps.py, then put {found!r} here"
    )
