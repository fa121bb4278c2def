"""Reading a group's prompt once changes nothing but the time it takes."""

import json

import pytest
from training_fixtures import GRPO, train, weights

OPTIONS = {**GRPO, "num_steps": 3, "checkpoint_steps": 0, "learning_rate": 1e-3, "beta": 0.5}


@pytest.fixture(scope="module")
def both(tiny, records, tmp_path_factory, module_monkeypatch):
    # Rewards that differ within a group, so that there is a gradient; untrained answers earn none.
    from r1vl_kedro.rewards.outcome import OutcomeReward

    def by_length(self, completions, **columns):
        return [len(completion[0]["content"]) / 100 for completion in completions]

    module_monkeypatch.setattr(OutcomeReward, "__call__", by_length)
    place = tmp_path_factory.mktemp("shared")
    for shared in (True, False):
        options = {**OPTIONS, "share_prompts": shared}
        output = str(place / str(shared))
        train("grpo", base=tiny, records=records, output=output, options=options, seed=2)
    return place / "True", place / "False"


@pytest.fixture(scope="module")
def module_monkeypatch():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_gradients_and_losses_are_those_of_the_plain_way(both):
    shared, plain = (json.loads((model / "training_log.json").read_text()) for model in both)
    assert shared[0]["grad_norm"] > 0.01
    for one, other in zip(shared, plain, strict=True):
        assert one["grad_norm"] == pytest.approx(other["grad_norm"], rel=1e-3)
        assert one["entropy"] == pytest.approx(other["entropy"], rel=1e-4)
        assert one["kl"] == pytest.approx(other["kl"], rel=1e-2, abs=1e-6)


def test_weights_after_three_steps_agree(both, tiny):
    shared, plain, start = weights(both[0]), weights(both[1]), weights(tiny)
    moved = max(float((plain[k] - start[k]).abs().max()) for k in plain)
    apart = max(float((plain[k] - shared[k]).abs().max()) for k in plain)
    assert moved > 1e-3 and apart < moved / 20
