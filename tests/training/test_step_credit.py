"""Key steps credited to the tokens of the step that has them."""

import json

import numpy as np
import pytest
from pydantic import ValidationError
from training_fixtures import GRPO, train

from r1vl_kedro.models import load_processor
from r1vl_kedro.rewards.advantages import advantages
from r1vl_kedro.rewards.credit import steps_of_key_steps, token_advantages
from r1vl_kedro.rewards.key_steps import KeyStepReward
from r1vl_kedro.training.options import StepGRPOOptions
from r1vl_kedro.training.step_credit import token_span

RESPONSE = (
    "### Step 1:\nred things: N. 4 - 1 = 3.\n### Step 2:\n3 - 1 = 2.\n### The final answer is: 2"
)


def test_a_key_step_has_the_characters_of_the_step_that_it_is_in():
    found = steps_of_key_steps(RESPONSE, [["4 - 1 = 3"], ["3 - 1 = 2"], ["9 > 8"]], KeyStepReward())
    first, second, none = found
    assert RESPONSE[slice(*first)].startswith("### Step 1:\nred things")
    assert RESPONSE[slice(*second)] == "### Step 2:\n3 - 1 = 2.\n"
    assert none is None


def test_the_tokens_of_a_span_write_it(tiny):
    processor = load_processor(tiny)
    ids = processor.tokenizer(RESPONSE)["input_ids"]
    for key in ("### Step 2:\n3 - 1 = 2.", "### Step 1:", RESPONSE):
        start = RESPONSE.index(key)
        first, last = token_span(processor.tokenizer.decode, ids, (start, start + len(key)))
        written = processor.tokenizer.decode(ids[first:last])
        assert key in written and len(written) < len(key) + 12


def test_without_key_steps_they_are_grpos_advantages():
    others, lengths = [1.0, 0.0, 0.0, 1.0], [3, 5, 2, 4]
    made = token_advantages(others, [[None, None]] * 4, lengths, 0.1)
    wanted = advantages(np.array(others)[None, :, None], [1.0])[0]
    for values, value, length in zip(made, wanted, lengths, strict=True):
        assert values.tolist() == pytest.approx([value] * length)


def test_a_responses_mean_advantage_is_its_reward_less_the_groups_mean():
    """In units of the deviation: what key steps earn moves within a response, not between them."""
    spans = [[(0, 2), (2, 5)], [(1, 4), None], [None, None], [(0, 6), (0, 6)]]
    lengths, others = [6, 8, 4, 6], [1.0, 0.0, 0.0, 1.0]
    made = token_advantages(others, spans, lengths, 0.5)
    totals = np.array([1.5, 0.25, 0.0, 1.5])
    means = np.array([values.mean() for values in made])
    assert means / means[0] == pytest.approx((totals - totals.mean()) / (totals - totals.mean())[0])


def test_the_step_that_has_a_key_step_gains_on_the_rest_of_its_response():
    right, wrong = token_advantages([0.0, 0.0], [[(2, 4)], [None]], [6, 6], 0.1)
    assert (right[2:4] > 0).all() and (np.delete(right, [2, 3]) == 0).all()
    assert (wrong < 0).all() and len(set(wrong)) == 1


def test_a_key_step_that_all_have_teaches_nothing():
    for values in token_advantages([0.0] * 3, [[(0, 2)], [(1, 3)], [(0, 1)]], [4, 4, 4], 0.1):
        assert values.tolist() == [0.0] * 4


def test_a_training_with_credit_to_steps_runs_and_logs_the_same_rewards(tiny, records, tmp_path):
    rewards = {"outcome": 1.0, "key_steps": 1.0}
    logs = {}
    for credit in ("response", "steps"):
        place = tmp_path / credit
        options = {**GRPO, "num_steps": 1, "checkpoint_steps": 0, "rewards": rewards}
        train(
            "grpo", base=tiny, records=records, output=str(place), seed=4,
            options={**options, "credit": credit},
        )  # fmt: skip
        logs[credit] = json.loads((place / "training_log.json").read_text())
    first, second = (logs[credit][0]["reward"] for credit in ("response", "steps"))
    assert first == second


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rewards": {"outcome": 1.0}}, "needs rewards.key_steps with a weight above 0"),
        ({"rewards": {"key_steps": {"matching": "released"}}}, "matching soft or exact"),
        ({"scale_rewards": "batch"}, "goes with scale_rewards group"),
        ({"aggregation": "normalize_then_sum"}, "aggregation sum_then_normalize"),
    ],
)
def test_what_credit_to_steps_does_not_go_with_is_named(changes, said):
    with pytest.raises(ValidationError, match=said):
        StepGRPOOptions.model_validate({**GRPO, "credit": "steps", **changes})
