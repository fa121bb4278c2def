"""TRL's private methods that are replaced are those of the version they were written against."""

import hashlib
import inspect
from importlib.metadata import version

import pytest
from trl import GRPOTrainer

SEEN = {
    "_get_per_token_logps_and_entropies": "ea73c3909275851d",
    "_prepare_inputs": "f824e7fb07147956",
    "_generate_single_turn": "e0f02e4fc094cefd",
}
"""The first digits of the SHA-256 of each method's source in TRL 1.16."""


@pytest.mark.parametrize("name", SEEN)
def test_a_replaced_method_is_the_one_that_was_read(name):
    source = inspect.getsource(inspect.unwrap(getattr(GRPOTrainer, name)))
    found = hashlib.sha256(source.encode()).hexdigest()[:16]
    assert found == SEEN[name], (
        f"TRL {version('trl')} has another GRPOTrainer.{name} than the one StepGRPOTrainer "
        f"replaces: carry its change over to training/step_grpo_trainer.py, then put {found!r} here"
    )
