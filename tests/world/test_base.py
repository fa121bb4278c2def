"""The tiny model and its training."""

import random

import numpy as np
import pytest

from r1vl_kedro.rewards import step_rvr
from r1vl_kedro.world.base import BaseOptions, draw, resumable, schedule, train_base_model
from r1vl_kedro.world.batches import Batches, patches
from r1vl_kedro.world.families import FAMILIES, random_problem
from r1vl_kedro.world.lessons import conversation
from r1vl_kedro.world.scenes import Chart, Scene, random_picture, to_image
from r1vl_kedro.world.tiny import HEADERS, build_model, build_processor


@pytest.fixture(scope="module")
def processor():
    return build_processor()


def test_patches_equal_those_of_the_image_processor(processor):
    rng = random.Random(0)
    pictures = [random_picture(rng, kind, "train") for kind in (Scene, Chart, Scene)]
    wanted = processor.image_processor([to_image(p) for p in pictures], return_tensors="np")
    images = processor.image_processor
    got = patches(np.stack([p.render() for p in pictures]), images.image_mean, images.image_std)
    np.testing.assert_allclose(got, wanted["pixel_values"], atol=1e-6)


def test_headers_are_one_token_and_any_text_round_trips(processor):
    tokenizer = processor.tokenizer
    assert all(len(tokenizer(header).input_ids) == 1 for header in HEADERS)
    path = random_problem(random.Random(1), "counting", "train").path()
    for text in (path, r"Find $\frac{3}{4}$ of 12° – naïve 图"):
        assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_the_loss_is_on_answers_only(processor):
    batches = Batches(processor, build_model(0, processor.tokenizer))
    talks = [conversation(random.Random(k)) for k in range(4)]
    rows, wanted = batches.encode(talks)
    for row, mask, (_, turns) in zip(rows, wanted, talks, strict=True):
        kept = [token for token, keep in zip(row, mask, strict=True) if keep]
        assert processor.tokenizer.decode(kept) == "".join(
            f"{said}<|im_end|>\n" for _, said in turns
        )


def test_no_lesson_shows_a_valid_response():
    rng = random.Random(5)
    for _ in range(1000):
        for question, said in conversation(rng, copying=True)[1]:
            assert step_rvr(said) == 0.0
            assert "###" not in said or question.startswith("Copy this.")


def test_every_update_has_conversations_of_its_own_with_scenes_and_charts():
    options = BaseOptions(batch_size=32, easy_steps=0)
    updates = [draw(step, options, 0) for step in range(3)]
    assert [repr(talks) for talks in updates] == [repr(draw(k, options, 0)) for k in range(3)]
    assert len({repr(talk) for talks in updates for talk in talks}) == 96
    for talks in updates:
        assert {type(picture) for picture, _ in talks} == {Scene, Chart}


def test_the_learning_rate_rises_and_falls():
    options = BaseOptions(steps=100, warm_up_steps=10, final_share=0.1)
    shares = [schedule(step, options) for step in range(100)]
    assert shares[9] == 1.0
    assert shares[:10] == sorted(shares[:10])
    assert shares[10:] == sorted(shares[10:], reverse=True)
    assert shares[-1] == pytest.approx(0.1, abs=0.01)


def test_a_killed_base_training_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    from safetensors.torch import load_file

    options = BaseOptions(
        steps=4,
        easy_steps=1,
        batch_size=2,
        warm_up_steps=1,
        save_every=2,
        skill_samples=1,
        threads=1,
    )
    whole = train_base_model(tmp_path / "whole", options, 0, tmp_path / "a")

    class Killed(BaseException):
        pass

    import r1vl_kedro.world.base as base

    def draw_until(step, *rest):
        if step == 3:  # the update before it is lost
            raise Killed
        return draw(step, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(base, "draw", draw_until)
        with pytest.raises(Killed):
            train_base_model(tmp_path / "resumed", options, 0, tmp_path / "b")
    resumed = train_base_model(tmp_path / "resumed", options, 0, tmp_path / "b")
    assert resumed["skills"] == whole["skills"]
    assert not (tmp_path / "b" / "state.pt").exists()  # the next training starts anew
    one = load_file(tmp_path / "whole" / "model.safetensors")
    two = load_file(tmp_path / "resumed" / "model.safetensors")
    assert one.keys() == two.keys()
    assert all((one[name] == two[name]).all() for name in one)


def test_the_state_of_another_recipe_is_not_resumed(tmp_path, caplog):
    import torch

    file = tmp_path / "state.pt"
    recipe = {"seed": 0, "steps": 6, "learning_rate": 1e-3}
    assert resumable(file, recipe) is None
    torch.save({"step": 2, "recipe": recipe}, file)
    assert resumable(file, recipe)["step"] == 2
    assert "anew" not in caplog.text
    assert resumable(file, recipe | {"seed": 1, "steps": 8}) is None
    assert "training starts anew: seed was 0 and is 1; steps was 6 and is 8" in caplog.text


def test_every_family_fits_its_token_budget(processor):
    rng = random.Random(2)
    longest = max(
        len(processor.tokenizer(random_problem(rng, family, "train").path()).input_ids)
        for family in FAMILIES
        for _ in range(200)
    )
    assert longest < 160
