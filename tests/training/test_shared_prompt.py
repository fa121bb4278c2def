"""Reading a group's prompt once changes nothing but the time it takes."""

import json

import pytest
import torch
from training_fixtures import GRPO, train, weights

from r1vl_kedro.training.shared_prompt import first_rows, vision_of

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


def test_first_rows():
    first, place = first_rows(torch.tensor([4, 2, 4, 2, 7]))
    assert first.tolist() == [1, 0, 4]
    assert place.tolist() == [1, 0, 1, 0, 2]


def test_images_of_some_rows():
    grids = torch.tensor([[1, 1, 2], [1, 1, 1], [1, 1, 3]])
    pixels = torch.arange(6).unsqueeze(1)
    picked = vision_of(torch.tensor([2, 0]), pixels, grids, [2, 0, 1])
    assert picked["pixel_values"].flatten().tolist() == [3, 4, 5, 0, 1, 2]
    assert picked["image_grid_thw"].tolist() == [[1, 1, 3], [1, 1, 2], [1, 1, 1]]
